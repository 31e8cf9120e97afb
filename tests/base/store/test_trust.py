"""Others may write to the store: what they put there is neither believed nor followed."""

import hashlib
import os
import stat
from pathlib import Path

import pytest

from stages.base.errors import BenchmarkError
from stages.base.store import Store, content, is_sha256, pull
from stages.base.store.shared import SharedStore
from tests.base.store.conftest import Place
from tests.base.store.test_entries import put

KEY = "ab" * 16


def entry(content: bytes, key: str = KEY) -> str:
    return f"step/{key[:2]}/{key}.{hashlib.sha256(content).hexdigest()}"


def laid(root: Path, data: bytes, key: str = KEY) -> Path:
    """An entry that has the hash of its name, put there by somebody else."""
    path = root / entry(data, key)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def only_ours(path: Path) -> None:
    if path.read_bytes() != b"ours":
        raise ValueError("not ours\x1b[2J")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store("step", 1, {}, tmp_path / "store", check=only_ours)


@pytest.mark.parametrize(
    "text",
    [
        *("", "a" * 63, "a" * 65, "A" * 64, "a" * 63 + "g", "a" * 64 + "\n", "../" + "a" * 61),
        *("٠" * 64, None, 7),
    ],
)
def test_a_hash_is_64_hex_digits_and_nothing_else(text: object) -> None:
    assert not is_sha256(text) and is_sha256("0123456789abcdef" * 4)


def test_an_entry_that_its_step_never_wrote_is_set_aside_and_made_anew(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    path = laid(store.root, b"theirs")
    assert not store.has(KEY) and store.find(KEY) is None and not path.exists()
    assert (store.root / "step/damaged" / path.name).read_bytes() == b"theirs"
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and entry(b"theirs") in said and "not ours" in said
    assert "\x1b" not in said
    put(store, KEY, b"ours")
    assert store.find(KEY) == store.root / entry(b"ours")
    assert store.find(KEY) == store.root / entry(b"ours")
    assert capsys.readouterr().err == ""


def test_the_same_for_an_entry_of_the_shared_store(
    place: Place, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    place.write(entry(b"theirs"), b"theirs")
    place.write(entry(b"ours"), b"ours")
    assert store.find(KEY) == store.root / entry(b"ours")
    assert place.names() == [entry(b"ours")]
    assert entry(b"theirs") in capsys.readouterr().err


def test_a_name_that_leads_out_of_the_store_is_not_followed(
    place: Place, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = hashlib.sha256(b"ours").hexdigest()
    out = f"step/ab/{KEY}.x/../../../../outside.{digest}"
    monkeypatch.setattr(SharedStore, "names", lambda *_: [out])
    monkeypatch.setattr(SharedStore, "download", lambda *_: pytest.fail("downloaded"))
    assert store.find(KEY) is None and not store.has(KEY)
    assert pull(store.root / out, store.root) is None
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("outside")] == []


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_what_is_no_file_is_not_read(store: Store, tmp_path: Path, kind: str) -> None:
    path = store.root / entry(b"ours")
    path.parent.mkdir(parents=True)
    if kind == "link":
        (tmp_path / "own").write_bytes(b"ours")
        path.symlink_to(tmp_path / "own")
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.mkdir()
    assert store.find(KEY) is None
    put(store, KEY, b"ours")
    assert store.find(KEY) == path and stat.S_ISREG(path.lstat().st_mode)


def test_content_is_found_by_its_own_hash_and_not_by_its_entrys_key(tmp_path: Path) -> None:
    store = Store("step", 1, {}, tmp_path)
    pin = hashlib.sha256(b"pinned").hexdigest()
    other = laid(tmp_path, b"another", store.key(pin))
    assert not store.has_content(pin) and store.find_content(pin) is None and not other.exists()
    with store.put() as path:
        path.write_bytes(b"pinned")
    found = store.find_content(pin)
    assert store.has_content(pin) and found is not None and found.read_bytes() == b"pinned"


def test_the_same_in_the_shared_store(place: Place, tmp_path: Path) -> None:
    store = Store("step", 1, {}, tmp_path / "store")
    pin = hashlib.sha256(b"pinned").hexdigest()
    place.write(entry(b"another", store.key(pin)), b"another")
    assert not store.has_content(pin) and store.find_content(pin) is None


def test_a_file_that_did_not_change_is_hashed_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[Path] = []
    digest = content.sha256

    def counted(path: Path) -> str:
        hashed.append(path)
        return digest(path)

    monkeypatch.setattr(content, "sha256", counted)
    monkeypatch.setattr(content, "SETTLED_NS", -(10**12))  # as if it had been put long ago
    put(store, KEY, b"ours")
    for _ in range(3):
        assert store.find(KEY) is not None
    assert len(hashed) == 1
    (store.root / entry(b"ours")).write_bytes(b"oars and more")
    assert store.find(KEY) is None


def modes(root: Path) -> dict[str, int]:
    found = [root, *root.rglob("*")]
    return {str(path.relative_to(root.parent)): stat.S_IMODE(path.stat().st_mode) for path in found}


def test_nobody_else_may_read_or_write_the_store(store: Store) -> None:
    put(store, KEY, b"ours")
    name = entry(b"ours")
    assert modes(store.root) == {
        **dict.fromkeys(["store", "store/step", "store/step/partial", "store/step/ab"], 0o700),
        f"store/{name}": 0o600,
    }
    assert stat.S_IMODE(store.root.parent.stat().st_mode) != 0  # pytest's own, left as it is


def test_a_folder_that_is_there_keeps_its_mode(store: Store) -> None:
    store.root.mkdir(mode=0o755)
    put(store, KEY, b"ours")
    assert modes(store.root)["store"] == 0o755


def test_a_group_may_share_a_store_where_that_is_said(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRAILER_STORE_UMASK", "007")
    put(store, KEY, b"ours")
    found = modes(store.root)
    assert found.pop(f"store/{entry(b'ours')}") == 0o660 and set(found.values()) == {0o770}


@pytest.mark.parametrize("text", ["7777", "9", "-1", "rwx", "0o7_7_7", "٧"])
def test_another_umask_is_refused(store: Store, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("TRAILER_STORE_UMASK", text)
    with pytest.raises(BenchmarkError, match="TRAILER_STORE_UMASK: not a umask"):
        put(store, KEY, b"ours")


def test_a_shared_folder_too(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    far = tmp_path / "far"
    far.mkdir(mode=0o700)
    monkeypatch.setenv("TRAILER_STORE", f"file://{far}")
    put(store, KEY, b"ours")
    found = modes(far)
    assert found.pop(f"far/{entry(b'ours')}") == 0o600 and set(found.values()) == {0o700}
    there = Store("step", 1, {}, tmp_path / "there")
    assert there.find(KEY) is not None
    assert modes(there.root)[f"there/{entry(b'ours')}"] == 0o600
