from pathlib import Path

import pytest

from stages.base.errors import BenchmarkError
from stages.corpus.reader import parse, read_catalogue, trailer_id

ROOT = Path(__file__).resolve().parents[2]
GOOD = "1\tA film\t1999\tDrama,Action\thttps://example.org/a"


def problems_of(text: str | bytes) -> list[str]:
    data = text if isinstance(text, bytes) else text.encode()
    return [str(problem) for problem in parse(data)[1]]


def test_accepts_mark_crlf_blank_lines_comments_and_column_names():
    header = "film_id\ttitle\tyear\tgenres\ttrailer"
    text = f"\ufeff# a comment\r\n\r\n{header}\r\n{GOOD}\r\n   \r\n"
    trailers, problems = parse(text.encode())
    assert problems == []
    (trailer,) = trailers
    assert (trailer.film_id, trailer.title, trailer.year) == ("1", "A film", 1999)
    assert trailer.genres == ("Action", "Drama")  # the order of the ten, not of the line


def test_a_film_may_have_several_trailers():
    trailers, problems = parse(f"{GOOD}\n{GOOD}b\n".encode())
    assert problems == []
    assert len({t.trailer_id for t in trailers}) == 2
    assert {t.film_id for t in trailers} == {"1"}


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("1\tA\t1999\tDrama", ["wrong column count", "4 columns", "5, by tabs"]),
        (f"{GOOD}\tSeries\textra", ["wrong column count", "7 columns"]),
        (f"{GOOD}\tSer\u0085ies", ["control character"]),
        ("\tA\t1999\tDrama\thttps://x.y/", ["empty film_id"]),
        (" \tA\t1999\tDrama\thttps://x.y/", ["empty film_id"]),
        ("1\t\t1999\tDrama\thttps://x.y/", ["empty title"]),
        ("1\tA\t1999\tDramma\thttps://x.y/", ["unknown genre", "'Dramma'", "'Drama' perhaps"]),
        ("1\tA\t1999\tscience fiction\thttps://x.y/", ["unknown genre", "'Science Fiction'"]),
        ("1\tA\t1999\t\thttps://x.y/", ["no genre", "one to 10"]),
        ("1\tA\t1999\tDrama,Drama\thttps://x.y/", ["genre named twice"]),
        ("1\tA\t1887\tDrama\thttps://x.y/", ["bad year", "'1887'", "1888"]),
        ("1\tA\t19x9\tDrama\thttps://x.y/", ["bad year"]),
        ("1\tA\t٢٠٠٠\tDrama\thttps://x.y/", ["bad year"]),
        ("1\tA\t99999999999999999999\tDrama\thttps://x.y/", ["bad year"]),
        ("1\tA\t1999\tDrama\tftp://x.y/", ["bad URL scheme", "https:, http:, file:, sample:"]),
        ("1\tA\t1999\tDrama\tjavascript:alert(1)", ["bad URL scheme"]),
        ("1\tA\t1999\tDrama\t--exec=rm", ["bad URL scheme"]),
        ("1\tA\t1999\tDrama\thttp:///a", ["bad trailer URL", "host"]),
        ("1\tA\t1999\tDrama\thttp://[::1", ["bad trailer URL"]),
        ("1\tA\t1999\tDrama\thttps://x.y:0/", ["bad port", "'x.y'", "1 to 65535"]),
        ("1\tA\t1999\tDrama\thttps://x.y:65536/", ["bad port"]),
        ("1\tA\t1999\tDrama\thttps://x.y:http/", ["bad port"]),
        ("1\tA\x07\t1999\tDrama\thttps://x.y/", ["control character", "'\\x07'"]),
        ("1\tA\u0085\t1999\tDrama\thttps://x.y/", ["control character"]),
    ],
)
def test_names_line_found_and_expected(line, parts):
    found = problems_of(f"# first line\n{line}\n")
    assert len(found) == 1
    assert found[0].startswith("line 2: ")
    assert " found " in found[0] and " expected " in found[0]
    for part in parts:
        assert part in found[0]


@pytest.mark.parametrize(
    "url",
    [
        "https://marked:MARKED@x.y/a",
        "https://MARKED@x.y/a",
        "https://:MARKED@x.y/a",
        "http:marked:MARKED@x.y/a",
        "ftp://marked:MARKED@x.y/a",
        "file://marked:MARKED@localhost/a",
        "https://marked:MAR@KED/MARKED@x.y/a",
        "https://marked:MAR KED'\"MARKED@x.y/a",
        "https://[marked:MARKED@x.y/a",
    ],
)
def test_a_url_with_a_password_is_refused_and_the_password_not_repeated(url):
    found = "\n".join(problems_of(f"1\tA\t1999\tDrama\t{url}"))
    assert found.startswith("line 1: ") and "MARKED" not in found


def test_where_there_is_a_password_cookies_are_what_to_give():
    (found,) = problems_of(GOOD.replace("//", "//me:secret@"))
    assert "user name or password" in found and "TRAILER_COOKIES" in found


def test_an_at_sign_elsewhere_is_no_user_name():
    for url in ("https://x.y/@channel/a", "https://x.y/?mail=a@b", "file:a@b.mp4"):
        assert problems_of(f"1\tA\t1999\tDrama\t{url}") == []


@pytest.mark.parametrize(
    "blank", [" ", "   ", "\u00a0", "\u200b", "\u2003", "\u3000", "\ufeff", "\u200e"]
)
@pytest.mark.parametrize("column", range(6))
def test_blanks_around_a_field_are_no_part_of_it(column, blank):
    plain = [*GOOD.split("\t"), "Star Wars"]
    fields = plain.copy()
    fields[column] = f"{blank}{fields[column]}{blank}"
    (expected,), problems = parse("\t".join(plain).encode())
    assert problems == []
    assert parse("\t".join(fields).encode()) == ([expected], [])


def test_ids_that_differ_by_blanks_are_one_film():
    other = GOOD.replace("1\t", "1 \t", 1).replace("/a", "/b")
    trailers, problems = parse(f"{GOOD}\n{other}\n".encode())
    assert problems == [] and [trailer.film_id for trailer in trailers] == ["1", "1"]
    (found,) = problems_of(f"{GOOD}\n{GOOD.replace('1', ' 1', 1)} \n")
    assert "line 2: duplicate trailer" in found


def test_blanks_around_the_names_of_columns_and_genres():
    header = "film_id \ttitle\tyear\tgenres\t trailer"
    line = GOOD.replace("Drama,Action", "Drama\u00a0, \u2003Action")
    (trailer,), problems = parse(f"{header}\n{line}".encode())
    assert problems == [] and trailer.genres == ("Action", "Drama")


@pytest.mark.parametrize(
    ("character", "shown"),
    [("\u00ad", "xad"), ("\u200b", "u200b"), ("\u2060", "u2060"), ("\ufeff", "ufeff")],
)
def test_a_character_that_nobody_sees_is_refused(character, shown):
    (found,) = problems_of(GOOD.replace("1\t", f"1{character}2\t", 1))
    assert f"line 1: invisible character: found '\\{shown}'" in found


@pytest.mark.parametrize(
    "name",
    [  # TMDB's other genres: none of them is meant to be one of the ten
        *("Animation", "Documentary", "Family", "Fantasy", "History", "Music", "TV Movie"),
        *("War", "Western"),
    ],
)
def test_a_genre_that_is_none_of_the_ten_is_likened_to_none(name):
    (found,) = problems_of(GOOD.replace("Drama", name))
    assert "perhaps" not in found
    assert f"found {name!r}, expected one of Action, Adventure" in found


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        *(("Horor", "Horror"), ("Mistery", "Mystery"), ("Sci Fiction", "Science Fiction")),
        *(("Thrillers", "Thriller"), ("Romantic", "Romance"), ("COMDEY", "Comedy")),
    ],
)
def test_a_misspelt_genre_is_known_again(written, meant):
    (found,) = problems_of(GOOD.replace("Drama", written))
    assert f"expected {meant!r} perhaps" in found


def test_a_sixth_column_names_the_collection():
    header = "film_id\ttitle\tyear\tgenres\ttrailer\tcollection"
    lines = f"{header}\n{GOOD}\t Star Wars \n2\tB\t1999\tDrama\thttps://example.org/b\t\n"
    trailers, problems = parse(lines.encode())
    assert problems == []
    assert [trailer.collection for trailer in trailers] == ["Star Wars", ""]
    assert parse(GOOD.encode())[0][0].collection == ""


def test_five_and_six_columns_in_one_file_are_refused_by_line():
    other = "2\tB\t1999\tDrama\thttps://example.org/b"
    (found,) = problems_of(f"# films\n{GOOD}\tStar Wars\n{other}\n")
    assert "line 3: wrong column count: found 5 columns, expected 6, as on line 2" in found
    (found,) = problems_of(f"film_id\ttitle\tyear\tgenres\ttrailer\n{GOOD}\n{other}\t\n")
    assert "line 3: wrong column count: found 6 columns, expected 5, as on line 1" in found


def test_a_film_is_of_one_collection():
    (found,) = problems_of(f"{GOOD}\tStar Wars\n{GOOD}b\tStar Trek\n")
    assert "line 2: duplicate film_id" in found


def test_not_utf8_is_named_with_its_byte():
    found = problems_of(b"# ok\n1\t\xff\t1999\tDrama\thttps://x.y/\n")
    assert found == ["line 2: not UTF-8: found byte 0xff at column 3, expected text saved as UTF-8"]


def test_an_id_with_other_facts_and_a_line_repeated_are_duplicates():
    other = GOOD.replace("A film", "Another").replace("/a", "/b")
    found = problems_of(f"{GOOD}\n{other}\n{GOOD}\n")
    assert len(found) == 2
    assert "line 2: duplicate film_id" in found[0] and "line 1" in found[0]
    assert "line 3: duplicate trailer" in found[1]


def test_one_trailer_under_two_films_would_leak_between_folds():
    (found,) = problems_of(f"{GOOD}\n2{GOOD[1:]}\n")
    assert "line 2: duplicate trailer" in found and "line 1" in found


def test_all_bad_lines_are_reported_at_once_and_nothing_is_returned(tmp_path):
    path = tmp_path / "films.txt"
    path.write_text(f"{GOOD}\n2\tB\n3\tC\t1\tDrama\thttps://x.y/\n4\tD\t1999\tX\tftp://x\n")
    with pytest.raises(BenchmarkError) as caught:
        read_catalogue(path)
    message = str(caught.value)
    assert str(path) in message
    for wanted in ("line 2", "line 3", "line 4: unknown genre", "line 4: bad URL scheme"):
        assert wanted in message
    assert "what to do" in message


def test_of_very_many_bad_lines_the_first_hundred_are_named(tmp_path):
    path = tmp_path / "catalogue.txt"
    path.write_text("one\ttwo\n" * 20_000)
    with pytest.raises(BenchmarkError) as caught:
        read_catalogue(path)
    message = str(caught.value)
    assert "20,000 problems in the catalogue" in message and "\n  and 19,900 more\n" in message
    assert "line 100: " in message and "line 101: " not in message and len(message) < 20_000


def test_empty_and_missing_catalogues_say_what_to_do(tmp_path):
    (tmp_path / "empty.txt").write_text("# nothing\n")
    for name, word in (("empty.txt", "no trailers"), ("none.txt", "cannot read")):
        with pytest.raises(BenchmarkError, match=word):
            read_catalogue(tmp_path / name)


def test_trailer_id_is_safe_and_does_not_depend_on_place():
    hostile = "../../etc/passwd"
    assert trailer_id(hostile, "sample:x") == trailer_id(hostile, "sample:x")
    assert len(trailer_id(hostile, "sample:x")) == 16
    assert set(trailer_id(hostile, "sample:x")) <= set("0123456789abcdef")


def test_the_shipped_catalogues_are_valid():
    films = {name: {t.film_id for t in read_catalogue(ROOT / name)} for name in CATALOGUES}
    assert {name: len(ids) for name, ids in films.items()} == CATALOGUES


CATALOGUES = {"dataset.txt": 880, "sample.txt": 240}
