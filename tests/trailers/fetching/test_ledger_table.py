"""What became of each trailer can be read without opening a Parquet file."""

import sys
from pathlib import Path

import pyarrow as pa
import pytest

from stages import ledger as command
from stages.base.errors import BenchmarkError, TrailerError
from stages.base.packs import write_table
from stages.base.params import load
from stages.trailers.fetching.ledger import check_missing, count, write_ledger
from tests.trailers.fetching.conftest import trailer_at

ROOT = Path(__file__).parents[3]
HOSTILE = "no\x1b[2Jway \u202eup"


@pytest.fixture
def rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict]:
    monkeypatch.chdir(tmp_path)
    failed = [("crashed", HOSTILE), ("gone", "HTTP Error 404"), ("unreadable", "a picture (JPEG)")]
    results = [
        (trailer_at(f"file:{number}.mp4"), TrailerError(*each))
        for number, each in enumerate(failed)
    ]
    return write_ledger(results, Path("data/sample/downloads.parquet"))


def shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    monkeypatch.setattr(sys, "argv", ["ledger"])
    monkeypatch.setenv("COLUMNS", "160")
    command.main()
    return capsys.readouterr().out


def test_reasons_and_details_are_shown(
    rows: list[dict], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = shown(monkeypatch, capsys)
    assert "HTTP Error 404" in text and "a picture (JPEG)" in text and "file:2.mp4" in text
    assert "\x1b" not in text and "\u202e" not in text and "no[2Jway up" in text


def test_where_none_is_missing_it_is_said(
    rows: list[dict], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = [row | {"reason": "ok"} for row in rows]
    write_table(pa.Table.from_pylist(whole), Path("data/sample/downloads.parquet"))
    monkeypatch.setattr(sys, "argv", ["ledger"])
    command.main()
    printed = capsys.readouterr()
    assert "3 trailers, none missing" in printed.err and not printed.out


def test_whether_films_are_missing_at_random_is_said_below_the_list(
    rows: list[dict], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("metrics/sample").mkdir(parents=True)
    Path("metrics/sample/splits.json").write_text('{"missing": "2 of 3 films are missing."}')
    assert "HTTP Error 404" in shown(monkeypatch, capsys)
    command.main()
    assert capsys.readouterr().err == "2 of 3 films are missing.\n"
    Path("data/sample/downloads.parquet").unlink()  # as where features were published: no trailers
    command.main()
    printed = capsys.readouterr()
    assert printed.err == "2 of 3 films are missing.\n" and not printed.out


def test_what_to_do_names_the_command_that_shows_them(rows: list[dict]) -> None:
    params = load(ROOT / "params.yaml").download
    gone = [row for row in rows if row["reason"] == "gone"]
    with pytest.raises(BenchmarkError) as caught:
        check_missing(count(gone), params)
    message = str(caught.value)
    assert "1 of 1 trailer could not be downloaded" in message and "found: gone 1" in message
    assert "`python -m stages.ledger`" in message and "column" not in message


def test_no_ledger_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["ledger"])
    with pytest.raises(BenchmarkError, match="nothing was downloaded yet"):
        command.main()
