"""A CSV of scores there and back, and all that can be wrong with one."""

import csv
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from stages.base.errors import BenchmarkError
from stages.base.genres import GENRES
from stages.corpus.folds import save_folds
from stages.submissions.card import LooksAt
from stages.submissions.expected import Expected, from_metrics
from stages.submissions.table import Table, read_scores
from tests.submissions.conftest import FILMS, card, lines, score


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "mine.csv"


def read(path: Path, text: list[str] | str, expected: Expected, **changes: str) -> Table:
    path.write_text(text if isinstance(text, str) else "\n".join(text) + "\n", encoding="utf-8")
    return read_scores(path, card(**changes), expected)


def refused(path: Path, text: list[str] | str, expected: Expected, **changes: str) -> str:
    with pytest.raises(BenchmarkError) as error:
        read(path, text, expected, **changes)
    return str(error.value)


def test_scores_are_read_by_the_names_of_columns_in_the_order_of_the_corpus(path, expected):
    rows = list(csv.reader(lines()))
    mixed = [[*row[:0:-1], row[0]] for row in [rows[0], *rows[:0:-1]]]  # columns and films reversed
    text = "\ufeff" + "\r\n".join(",".join(f'"{c}"' for c in row) for row in mixed)
    table = read(path, text, expected)
    assert table.film_id.tolist() == FILMS[:7] and table.score.shape == (1, 7, 10)
    wanted = [[score(film, genre) for genre in range(10)] for film in range(7)]
    np.testing.assert_array_equal(table.score[0], np.array(wanted, np.float32))


def test_folds_are_read_as_splits_writes_them(tmp_path):
    rows = [
        {"film_id": "0603", "fold": 1, "group": 0, "picture": True, "sound": False},
        {"film_id": "=1+1", "fold": 0, "group": 1, "picture": True, "sound": True},
    ]
    save_folds(rows, tmp_path / "folds.csv")
    assert (tmp_path / "folds.csv").read_text().splitlines()[2] == "'=1+1,0,1,1"  # no formula
    found = from_metrics(tmp_path)
    assert dict(found.fold) == {"0603": 1, "=1+1": 0} and found.n_folds == 2
    assert found.films("picture") == ["0603", "=1+1"] and found.films("both") == ["=1+1"]
    assert found.genres == GENRES


def test_who_reads_words_scores_the_films_whose_words_are_known(tmp_path):
    has = {"a": (True, True, True), "b": (True, False, True), "c": (True, True, False)}
    rows = [
        {"film_id": film, "fold": n % 2, "group": n}
        | dict(zip(("picture", "sound", "words"), cells, strict=True))
        for n, (film, cells) in enumerate(has.items())
    ]
    save_folds(rows, tmp_path / "folds.csv")
    head, *others = (tmp_path / "folds.csv").read_text().splitlines()
    assert head == "film_id,fold,picture,sound,words" and others[1] == "b,1,1,0,1"
    found = from_metrics(tmp_path)
    asked = {of: "".join(found.films(of)) for of in get_args(LooksAt)}
    assert asked == {
        **{"picture": "abc", "sound": "ac", "words": "ab", "both": "ac"},
        **{"picture_words": "ab", "sound_words": "a", "all": "a"},
    }
    said = refused(tmp_path / "mine.csv", lines(["a"]), found, looks_at="picture_words")
    assert "none of 'b', expected every film of" in said and "that has picture and words" in said


def test_where_nobody_knows_who_has_words_the_rest_decides(path, expected):
    assert expected.films("words") == FILMS
    assert expected.films("all") == expected.films("both") == FILMS[:7]
    assert len(read(path, lines(), expected, looks_at="all").film_id) == 7
    said = refused(path, lines(), expected, looks_at="words")
    assert "none of 'mute'" in said and "folds.csv (which have words is not known here)" in said
    said = refused(path, lines(FILMS[:6]), expected, looks_at="sound_words")
    assert "that has sound (which have words is not known here)" in said


def test_a_film_that_need_not_be_scored_may_be(path, expected):
    assert len(read(path, lines(FILMS), expected).film_id) == 8
    assert len(read(path, lines(FILMS), expected, looks_at="picture").film_id) == 8
    said = refused(path, lines(), expected, looks_at="picture")
    assert "1 film without a line: found none of 'mute', expected every film" in said


def test_seeds_are_several_lines_of_a_film(path, expected):
    both = [*lines(head="seed,", before="3,"), *lines(FILMS[6::-1], before="11,")[1:]]
    table = read(path, both, expected)
    assert table.film_id.tolist() == FILMS[:7]
    np.testing.assert_allclose(table.score[:, 1, 2], [score(1, 2), score(5, 2)], atol=1e-7)
    said = refused(path, both[:-1], expected)
    assert "film_id: 1 film without a line of seed 11: found none of '603', expected" in said


def test_a_genre_that_no_film_has_is_not_asked_for(path, metrics):
    judged = [f"prior,none,{genre}" for genre in GENRES if genre != "Mystery"]
    (metrics / "genres.csv").write_text("\n".join(["approach,modality,genre", *judged]))
    without = [",".join(c for n, c in enumerate(row) if n != 7) for row in csv.reader(lines())]
    without = [row.replace("a,b", '"a,b"') for row in without]
    table = read(path, without, from_metrics(metrics))
    assert np.isnan(table.score[:, :, 6]).all() and np.isfinite(table.score[:, :, 7]).all()
    assert read(path, lines(), from_metrics(metrics)).score.shape == table.score.shape


def test_any_scale_takes_any_finite_number(path, expected):
    text = [*lines()[:-1], "f7,-3e2,+.5,12,1.,0,1,2,3,4,-1e30"]
    assert read(path, text, expected, scale="any").score[0, 6, 0] == -300
    assert "line 8, Action: out of range: found '-3e2'" in refused(path, text, expected)


def changed(number: int, text: str) -> list[str]:
    found = lines()
    found[number] = text
    return found


GOOD = ",".join(["0.5"] * 9)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (
            changed(1, f"603,{GOOD},nan"),
            "line 2, Thriller: no score: found 'nan', expected a number",
        ),
        (changed(1, f"603,{GOOD},"), "line 2, Thriller: no score: found ''"),
        (changed(1, f"603,{GOOD},inf"), "line 2, Thriller: no score: found 'inf'"),
        (changed(1, f"603,{GOOD},1_0"), "line 2, Thriller: no score: found '1_0'"),
        (changed(1, f"603,{GOOD},=A1"), "line 2, Thriller: no score: found '=A1'"),
        (changed(1, f"603,{GOOD},1.5"), "line 2, Thriller: out of range: found '1.5'"),
        (changed(1, f"603,{GOOD},\x1b[2J"), r"no score: found '\x1b[2J'"),
        (changed(1, f"603,{GOOD}"), "line 2: another number of cells than line 1: found 10 cells"),
        (
            changed(1, f"903,{GOOD},0"),
            "line 2, film_id: unknown film: found '903', expected a film of",
        ),
        (
            changed(2, f"603,{GOOD},0"),
            "line 3, film_id: a second line of a film: found '603', expected",
        ),
        (changed(0, lines()[0].replace("Horror", "horror")), "unknown column: found 'horror'"),
        (
            changed(0, lines()[0].replace("Horror", "horror")),
            "line 1: no column Horror: found none",
        ),
        (changed(0, lines()[0].replace("Horror", "Drama")), "line 1, Drama: named more than once"),
        (
            changed(0, lines()[0].replace(",", ";")),
            "no column film_id: found cells separated by ';'",
        ),
        (lines()[:-2], "2 films without a line: found none of 'f6', 'f7', expected every film"),
        ("", "line 1: no column film_id"),
        (lines()[:1], "7 films without a line: found none of '603', '0604', 'tt1' and others"),
        (changed(3, '"tt1'), "not CSV"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(path, expected, text, part):
    said = refused(path, text, expected)
    assert part in said and str(path) in said and "what to do: " in said


def test_all_that_is_wrong_is_told_at_once(path, expected):
    rows = lines(head="fold,", before="0,")  # right for every other film
    rows[1] = rows[1].replace("0.05", "x")
    said = refused(path, rows[:-1], expected)
    assert "5 problems in the scores" in said
    assert said.count("fold: another fold than ours: found '0', expected 1") == 3
    assert "line 2, Horror: no score: found 'x'" in said and "1 film without a line" in said


def test_scores_that_tell_no_films_apart_are_refused(path, expected):
    rows = list(csv.reader(lines()))
    near = 0.3
    for row in rows[1:]:
        near += 1e-12  # which float32 does not hold
        row[5] = repr(near)
    text = "\n".join(",".join(f'"{c}"' for c in row) for row in rows)
    assert "Drama: the same score for every film: found 0.3 throughout" in refused(
        path, text, expected
    )


def test_bytes_that_are_no_text_are_told_by_line(path, expected):
    path.write_bytes("\n".join(lines()[:2]).encode() + b"\n\xff")
    with pytest.raises(BenchmarkError, match="line 3: not UTF-8: found byte 0xff"):
        read_scores(path, card(), expected)


def test_only_a_plain_file_of_a_bounded_size_is_opened(path, expected, monkeypatch, tmp_path):
    with pytest.raises(BenchmarkError, match="no such file"):
        read_scores(path, card(), expected)
    (tmp_path / "other").write_text("\n".join(lines()))
    path.symlink_to(tmp_path / "other")
    with pytest.raises(BenchmarkError, match="a link"):
        read_scores(path, card(), expected)
    path.unlink()
    monkeypatch.setattr("stages.submissions.table.MAX_BYTES", 100)
    assert "too large" in refused(path, lines(), expected)


def test_where_a_corpus_has_not_run_nobody_knows_what_to_score(tmp_path):
    with pytest.raises(BenchmarkError, match="the films and folds of this corpus are not known"):
        from_metrics(tmp_path)
