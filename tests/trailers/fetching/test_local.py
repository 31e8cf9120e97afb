"""file: rows may reach into one folder, and nowhere else."""

import os
from pathlib import Path

import pytest

from stages.base.errors import TrailerError
from stages.trailers.fetching.local import fetch, source
from tests.trailers.fetching.conftest import context, trailer_at


@pytest.fixture
def films(tmp_path: Path) -> Path:
    """A folder with a film in it and a secret beside it."""
    folder = tmp_path / "films"
    (folder / "more").mkdir(parents=True)
    (folder / "a.mp4").write_bytes(b"film")
    (folder / "more" / "b #1 é.MKV").write_bytes(b"other")
    (tmp_path / "secret.mp4").write_bytes(b"secret")
    (tmp_path / "films-of-others").mkdir()
    (tmp_path / "films-of-others" / "a.mp4").write_bytes(b"secret")
    return folder


def copy(url: str, films: Path | None, **changes: float) -> bytes:
    target = Path(str(films)).parent / "came"
    options = {"files_under": None if films is None else str(films), **changes}
    fetch(trailer_at(url), context(target, **options), target)
    return target.read_bytes()


def reason(url: str, films: Path | None, **changes: float) -> str:
    with pytest.raises(TrailerError) as caught:
        copy(url, films, **changes)
    return caught.value.reason


def test_absolute_relative_and_encoded(films: Path) -> None:
    assert copy(f"file://{films}/a.mp4", films) == b"film"
    assert copy(f"file://localhost{films}/a.mp4", films) == b"film"
    assert copy(f"file:{films}/a.mp4", films) == b"film"
    assert copy("file:a.mp4", films) == b"film"
    assert copy("file:more/b%20%231%20%C3%A9.MKV", films) == b"other"
    assert copy("file:more/../a.mp4", films) == b"film"


def test_the_folder_may_be_relative(films: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(films.parent)
    assert copy("file:a.mp4", Path("films")) == b"film"


def test_no_folder_named(films: Path) -> None:
    assert reason(f"file://{films}/a.mp4", None) == "not_allowed"


@pytest.mark.parametrize(
    "url",
    [
        "file:../secret.mp4",
        "file:more/../../secret.mp4",
        "file:%2e%2e/secret.mp4",
        "file:..%2fsecret.mp4",
        "file:///etc/hostname",
        "file:../films-of-others/a.mp4",
        "file://elsewhere/a.mp4",
        "file://127.0.0.1/a.mp4",
        "file:a.mp4?x",
        "file:a.mp4#x",
        "file:a.mp4%00",
        "file:",
        "file:more",
        "file:a.mp4/..",
        "file:~/a.mp4/../../..",
        "file:" + "a" * 5000,
    ],
)
def test_everywhere_else(films: Path, url: str) -> None:
    assert reason(url, films) == "not_allowed"


def test_decoded_once_only(films: Path) -> None:
    assert reason("file:%252e%252e/secret.mp4", films) == "gone"  # a folder named "%2e%2e"


def test_links_lead_where_they_lead(films: Path) -> None:
    (films / "out.mp4").symlink_to(films.parent / "secret.mp4")
    (films / "up").symlink_to(films.parent)
    (films / "in.mp4").symlink_to(films / "a.mp4")
    (films / "loop.mp4").symlink_to("loop.mp4")
    assert reason("file:out.mp4", films) == "not_allowed"
    assert reason("file:up/secret.mp4", films) == "not_allowed"
    assert reason("file:loop.mp4", films) == "not_allowed"
    assert copy("file:in.mp4", films) == b"film"


def test_pipes_do_not_hang(films: Path) -> None:
    os.mkfifo(films / "pipe.mp4")
    assert reason("file:pipe.mp4", films) == "not_allowed"


def test_missing_and_too_large(films: Path) -> None:
    assert reason("file:none.mp4", films) == "gone"
    (films / "big.mp4").write_bytes(bytes(10_001))
    assert reason("file:big.mp4", films, max_megabytes=0.01) == "too_large"


def test_what_was_looked_for_is_named(films: Path) -> None:
    def said(url: str) -> str:
        with pytest.raises(TrailerError) as caught:
            copy(url, films)
        return caught.value.detail

    assert said("file:none.mp4") == "no such file: 'none.mp4'"
    assert said("file:my%20film.mp4") == (
        "no such file: 'my film.mp4', as percent-encoding is decoded (%20 is a space)"
    )
    (films / "my%20film.mp4").write_bytes(b"film")  # a download that kept its encoded name
    assert said("file:my%20film.mp4") == (
        "no such file: 'my film.mp4'; a % that belongs to the file's name is written %25"
    )
    assert copy("file:my%2520film.mp4", films) == b"film"


def test_a_changed_file_is_another_source(films: Path) -> None:
    allowed = context(films.parent, files_under=str(films))
    before = source(trailer_at("file:a.mp4"), allowed)
    (films / "a.mp4").write_bytes(b"a longer film")
    assert source(trailer_at("file:a.mp4"), allowed) != before
