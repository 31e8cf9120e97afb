import json
import sys
from pathlib import Path

import pytest

from stages import catalogue
from stages.base.errors import BenchmarkError
from stages.corpus.second_source import (
    check_overlap,
    load_second_source,
    parse,
    read_second_source,
    save_second_source,
)

ROOT = Path(__file__).resolve().parents[2]


def test_reads_what_a_catalogue_may_look_like():
    text = "\ufeff# another catalogue\r\nfilm_id\tgenres\r\n1\tDrama,Action\r\n\r\n2\tHorror\r\n"
    genres, problems = parse(text.encode())
    assert problems == []
    assert genres == {"1": ("Action", "Drama"), "2": ("Horror",)}


def test_blanks_around_a_field_are_no_part_of_it():
    genres, problems = parse("1 \t Drama , Action\u00a0\n\u200b2\tHorror\n".encode())
    assert problems == []
    assert genres == {"1": ("Action", "Drama"), "2": ("Horror",)}


def test_a_film_with_none_of_the_ten_genres_is_known_without_any():
    assert parse(b"1\tDrama\n2\t\n") == ({"1": ("Drama",), "2": ()}, [])


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("2\tDramma", "unknown genre: found 'Dramma'"),
        ("2\tDrama\textra", "wrong column count: found 3 columns, expected 2"),
        ("2", "wrong column count: found 1 column,"),
        ("\tDrama", "empty film_id"),
        ("1\tDrama", "duplicate film_id: found '1' of line 1 again"),
        ("1 \tDrama", "duplicate film_id: found '1' of line 1 again"),
        ("2\x07\tDrama", "control character"),
        ("2\u200b3\tDrama", "invisible character"),
    ],
)
def test_a_bad_line_is_named(line, part):
    (slip,) = parse(f"1\tDrama\n{line}\n".encode())[1]
    assert str(slip).startswith("line 2: ") and part in str(slip)


def test_bad_lines_and_a_missing_file_stop_with_what_to_do(tmp_path):
    path = tmp_path / "second.txt"
    path.write_text("1\tX\n2\tY\n")
    with pytest.raises(BenchmarkError, match=r"(?s)2 problems in.*line 1.*line 2.*what to do"):
        read_second_source(path)
    with pytest.raises(BenchmarkError, match="an empty one for none"):
        read_second_source(tmp_path / "none.txt")
    path.write_text("# nothing\n")
    assert read_second_source(path) == {}


def test_of_very_many_bad_lines_the_first_hundred_are_named(tmp_path):
    (tmp_path / "source.txt").write_text("one\n" * 5000)
    with pytest.raises(BenchmarkError, match=r"5,000 problems(.|\n)*line 100: ") as caught:
        read_second_source(tmp_path / "source.txt")
    assert "and 4,900 more" in str(caught.value) and "line 101: " not in str(caught.value)


def test_ids_of_another_kind_are_refused(tmp_path):
    assert check_overlap({"1": ("Drama",), "9": ("Drama",)}, ["1", "2"], tmp_path) == 1
    assert check_overlap({}, ["1"], tmp_path) == 0
    with pytest.raises(BenchmarkError, match="names no film"):
        check_overlap({"tt0133093": ("Drama",)}, ["603"], tmp_path)


def test_the_table_gives_back_what_was_saved(tmp_path):
    genres = {"2": ("Horror",), "1": ("Action", "Drama"), "3": ()}
    save_second_source(genres, tmp_path / "second.parquet")
    assert load_second_source(tmp_path / "second.parquet") == genres


@pytest.mark.parametrize(("source", "films"), [("1\tDrama\n9\tDrama\n", 1), ("# none yet\n", 0)])
def test_the_catalogues_numbers_name_the_source_and_what_it_knows(
    tmp_path, monkeypatch, source, films
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["catalogue"])
    params = (ROOT / "params.yaml").read_text()
    Path("params.yaml").write_text(params.replace("second_source.txt", "imdb.txt"))
    Path("sample.txt").write_text("1\tA\t1999\tDrama\tsample:1\n")
    Path("imdb.txt").write_text(source)
    catalogue.main()
    told = json.loads(Path("metrics/sample/catalogue.json").read_text())["second_source"]
    assert told == {"path": "imdb.txt", "films": films}
