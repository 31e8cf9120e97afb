"""A catalogue whose first line names its columns, and what its films may lack."""

from dataclasses import replace

import pytest

from stages.base.genres import GENRES
from stages.corpus.reader import parse
from stages.corpus.table import read_trailers, save_trailers

GOOD = "1\tA film\t1999\tDrama,Action\thttps://example.org/a"


def problems_of(text: str) -> list[str]:
    return [str(problem) for problem in parse(text.encode())[1]]


def test_columns_are_found_by_their_names_in_any_order():
    names = "trailer\tsplit\tgenres\tfilm_id\tcollection\tyear\ttitle"
    line = "https://example.org/a\ttrain\tDrama\t1\tStar Wars\t1999\tA film"
    (trailer,), problems = parse(f"# films\n{names}\n{line}\n".encode())
    (plain,), _ = parse(b"1\tA film\t1999\tDrama\thttps://example.org/a\tStar Wars\n")
    assert problems == [] and trailer == replace(plain, split="train") and plain.split == ""


@pytest.mark.parametrize(
    ("names", "parts"),
    [
        ("film_id\ttitle\tyaer\tgenres\ttrailer", ["unknown column: found 'yaer'", "year"]),
        ("film_id\ttitle\tgenres\ttrailer", ["missing column: found no year"]),
        ("film_id\ttitle\tyear\tgenres\ttrailer\tyear", ["named twice: found year"]),
    ],
)
def test_a_bad_line_of_names_is_all_that_is_reported(names, parts):
    found = problems_of(f"{names}\n{GOOD}\n1\t2\n")
    text = "\n".join(found)
    assert all(line.startswith("line 1: ") for line in found)
    assert all(part in text for part in parts)


def test_a_row_of_another_width_than_the_names_is_named():
    names = "film_id\ttitle\tyear\tgenres\ttrailer\tsplit"
    (found,) = problems_of(f"{names}\n{GOOD}\n")
    assert "line 2: wrong column count: found 5 columns, expected 6, as on line 1" in found
    (found,) = problems_of(f"{GOOD}\n{names}\n")  # names come first or not at all
    assert "line 2: wrong column count" in found


def test_a_film_without_year_or_trailer():
    (trailer,), problems = parse(b"1\tA film\t\tDrama\t\n")
    assert problems == [] and (trailer.year, trailer.url) == (None, "")
    assert trailer.film == "A film (–)"
    (dated,), _ = parse(GOOD.encode())
    assert dated.film == "A film (1999)"


def test_films_without_a_trailer_have_one_line_each():
    trailers, problems = parse(b"1\tA\t\tDrama\t\n2\tB\t\tDrama\t\n")
    assert problems == [] and len({trailer.trailer_id for trailer in trailers}) == 2
    (found,) = problems_of("1\tA\t\tDrama\t\n1\tA\t\tDrama\t\n")
    assert "line 2: duplicate trailer: found none, twice" in found


def test_a_film_may_have_all_ten_genres():
    (trailer,), problems = parse(f"1\tA\t1999\t{','.join(GENRES)}\t\n".encode())
    assert problems == [] and trailer.genres == GENRES


def test_a_film_is_in_one_part_of_a_split():
    names = "film_id\ttitle\tyear\tgenres\ttrailer\tsplit"
    (found,) = problems_of(f"{names}\n{GOOD}\ttrain\n{GOOD}b\ttest\n")
    assert "line 3: duplicate film_id" in found


def test_the_table_keeps_what_is_not_known_and_the_split(tmp_path):
    text = b"film_id\ttitle\tyear\tgenres\ttrailer\tsplit\n1\tA\t\tDrama\t\ttrain\n"
    trailers, _ = parse(text)
    save_trailers(trailers, tmp_path / "catalogue.parquet")
    assert read_trailers(tmp_path / "catalogue.parquet") == trailers
