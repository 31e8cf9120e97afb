"""A table's file from a folder, a download or an address, its bytes those of its record."""

import subprocess
from hashlib import sha256

import pytest

from stages.base.errors import BenchmarkError
from stages.published.fetching import Places, digest, fetch
from tests.embedding.weights.sites import NO_PAUSE
from tests.published.made_tables import json_folder, record
from tests.trailers.fetching.conftest import serve, status

DATA = b"movieId,a\n1,2\n"
HASH = sha256(DATA).hexdigest()


def places(root, folder=None):
    return Places(folder, root / "store", NO_PAUSE, ("http",))


def published(site, **changes):
    """A record whose address is the site's; an address in params.yaml is https alone."""
    found = record("t.csv", **{"sha256": HASH, **changes})
    object.__setattr__(found, "url", f"{site.url}/t.csv")
    return found


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "given").mkdir()
    (tmp_path / "given/t.csv").write_bytes(DATA)
    return tmp_path / "given"


def test_a_file_of_the_folder_is_taken_and_held_to_its_hash(tmp_path, folder):
    fetch("t", record("t.csv", sha256=HASH), places(tmp_path, folder), tmp_path / "out/t")
    assert (tmp_path / "out/t").read_bytes() == DATA
    (folder / "t.csv").write_bytes(DATA + b"3,4\n")
    with pytest.raises(BenchmarkError, match="not the bytes of table t"):
        fetch("t", record("t.csv", sha256=HASH), places(tmp_path, folder), tmp_path / "out/t")
    assert (tmp_path / "out/t").read_bytes() == DATA, "what was there is not replaced"


def test_a_hash_that_is_not_known_is_told(tmp_path, folder, capsys):
    fetch("t", record("t.csv"), places(tmp_path, folder), tmp_path / "t")
    assert f"has sha256 {HASH}; state it as features.t.sha256" in capsys.readouterr().err


def test_an_address_is_asked_once_and_the_file_is_kept(tmp_path, site):
    site.routes["/t.csv"] = serve(DATA)
    for name in ("one", "two"):
        fetch("t", published(site), places(tmp_path), tmp_path / name)
        assert (tmp_path / name).read_bytes() == DATA
    assert len(site.ranges("/t.csv")) == 1


def test_other_bytes_at_the_address_are_refused_and_not_kept(tmp_path, site):
    site.routes["/t.csv"] = serve(b"another")
    with pytest.raises(BenchmarkError, match="not the bytes of table t") as error:
        fetch("t", published(site), places(tmp_path), tmp_path / "t")
    assert HASH in str(error.value) and not (tmp_path / "t").exists()
    site.routes["/t.csv"] = serve(DATA)
    fetch("t", published(site), places(tmp_path), tmp_path / "t")
    assert (tmp_path / "t").read_bytes() == DATA


def test_without_a_folder_and_a_network_one_message_says_what_to_get_and_where(tmp_path, site):
    site.routes["/t.csv"] = status(404)
    with pytest.raises(BenchmarkError) as error:
        fetch("t", published(site), places(tmp_path), tmp_path / "t")
    said = str(error.value)
    assert f"get t.csv from {site.url}/t.csv and set FEATURES_DIR to the folder" in said
    with pytest.raises(BenchmarkError, match=r"get t\.csv \(see none\) and set FEATURES_DIR"):
        fetch("t", record("t.csv"), places(tmp_path), tmp_path / "t")
    with pytest.raises(BenchmarkError, match="FEATURES_DIR: is not a folder"):
        fetch("t", record("t.csv"), places(tmp_path, tmp_path / "none"), tmp_path / "t")


def test_nothing_outside_the_folder_is_taken(tmp_path, folder):
    (tmp_path / "secret.csv").write_bytes(DATA)
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    for name in ("../secret.csv", "link.csv", str(tmp_path / "secret.csv")):
        with pytest.raises(BenchmarkError, match="leads out of FEATURES_DIR"):
            fetch("t", record(name), places(tmp_path, folder), tmp_path / "t")


def test_a_folder_has_the_hash_that_sha256sum_would_give(tmp_path, folder):
    json_folder(folder / "films")
    listing = subprocess.run(
        ["sha256sum", *sorted(path.name for path in (folder / "films").iterdir())],
        cwd=folder / "films",
        capture_output=True,
        check=True,
    ).stdout
    expected = sha256(listing).hexdigest()
    assert digest(folder / "films") == expected
    fetch("t", record("films", sha256=expected), places(tmp_path, folder), tmp_path / "t")
    assert sorted(path.name for path in (tmp_path / "t").iterdir()) == [
        "10.json",
        "300.json",
        "7.json",
    ]
    (folder / "films/1.json").symlink_to(folder / "t.csv")
    with pytest.raises(BenchmarkError, match="plain files alone"):
        fetch("t", record("films"), places(tmp_path, folder), tmp_path / "t")
