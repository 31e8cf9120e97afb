"""MovieLens and its list of trailers, by hand."""

import pytest

from stages.base.errors import BenchmarkError
from stages.collecting import movielens, output
from stages.collecting.rows import checked
from stages.corpus.reader import parse
from stages.corpus.second_source import parse as parse_second_source
from tests.collecting.published import LINKS, MOVIES, TRAILERS, write

WATCH = "https://www.youtube.com/watch?v="


def test_every_row_is_kept_or_listed_with_its_line_and_reason(tmp_path):
    movies, trailers = write(tmp_path, movies=MOVIES, trailers=TRAILERS)
    found = checked(movielens.collect(movies, trailers))
    assert [(row.film_id, row.title, row.year, row.genres) for row in found.rows] == [
        ("1", "The Grey Door", 1971, ("Drama", "Science Fiction")),
        ("7", "Seventh", None, ("Horror",)),
        ("7", "Seventh", None, ("Horror",)),
    ]
    assert [row.trailer for row in found.rows] == [
        f"{WATCH}{video}" for video in ("aaaaaaaaaa1", "aaaaaaaaaa7", "aaaaaaaa11x")
    ]
    assert {(each.place.file, each.place.line, each.reason) for each in found.dropped} == {
        (str(trailers), 3, "a video that two films name"),
        (str(trailers), 4, "none of the ten genres"),
        (str(trailers), 5, "none of the ten genres"),
        (str(trailers), 6, "a video that two films name"),
        (str(trailers), 7, "damaged row"),
        (str(trailers), 9, "a film that an earlier row has"),
        (str(trailers), 10, "damaged row"),
        (str(trailers), 11, "a film that movies.csv does not have"),
        (str(trailers), 12, "damaged row"),
    }
    shown = {each.place.line: each.found for each in found.dropped}
    assert "aaaaaaaaa6/" in shown[7] and "'Dramatic'" in shown[10]
    assert shown[12] == "2 fields where line 1 has 3"
    assert found.other_genres == {"Children": 2, "Animation": 1, "(no genres listed)": 1}


def test_a_video_is_shared_even_if_the_other_film_is_dropped_for_its_genres(tmp_path):
    text = "youtubeId,movieId,title\naaaaaaaaaa3,3,x\naaaaaaaaaa3,1,x\n"
    movies, trailers = write(tmp_path, movies=MOVIES, trailers=text)
    found = checked(movielens.collect(movies, trailers))
    assert not found.rows
    assert [each.reason for each in found.dropped] == [
        "none of the ten genres",
        "a video that two films name",
    ]


def test_without_a_list_all_films_and_no_trailers(tmp_path):
    (movies,) = write(tmp_path, movies=MOVIES)
    found = checked(movielens.collect(movies, None))
    assert [row.film_id for row in found.rows] == ["1", "2", "5", "6", "7"]
    assert {row.trailer for row in found.rows} == {""}
    assert {each.place.line for each in found.dropped} == {4, 5, 9}


def test_what_is_written_is_a_catalogue(tmp_path):
    movies, trailers = write(tmp_path, movies=MOVIES, trailers=TRAILERS)
    written = output.catalogue(movielens.collect(movies, trailers))
    read, problems = parse(written.text)
    assert problems == [] and [trailer.film_id for trailer in read] == ["1", "7", "7"]
    said = "\n".join(written.summary)
    assert "kept 2 films with 3 trailers\n1 film of these without a year\n" in said
    assert "dropped 9 rows\n  3  damaged row\n" in said
    assert "no film has Action, Adventure" in said


def test_a_second_source_for_a_catalogue_with_tmdbs_ids(tmp_path):
    movies, links = write(tmp_path, movies=MOVIES, links=LINKS)
    films = ["901", "903", "905", "555", "999", "902", "904"]
    genres, found = movielens.second_source(films, tmp_path / "c.txt", movies, links)
    assert genres == {"901": ("Drama", "Science Fiction"), "903": (), "902": ("Comedy",)}
    assert [(each.reason, each.found[:12]) for each in found.dropped] == [
        ("an id that links.csv has for two films", "film_id 905:"),
        ("no such id in links.csv", "film_id 555:"),
        ("a film that movies.csv does not have", "film_id 999:"),
        ("none of the ten genres", "film_id 904:"),
    ]
    written = output.second_source(genres, len(films), found)
    assert parse_second_source(written.text) == (genres, [])
    assert written.summary[:2] == ["genres of 3 of 7 films", "dropped 4 films"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no column movieId, title, genres"),
        (b"movieId;title;genres\n1;a;b\n", "no column"),
        (b"\xff\xfe", "no column"),
        (b"movieId,title\n1,a\n", "no column genres"),
    ],
)
def test_a_file_of_another_form_is_refused_by_its_first_line(tmp_path, data, said):
    movies, trailers = write(tmp_path, movies=data, trailers=TRAILERS)
    with pytest.raises(BenchmarkError, match=rf"movies.csv, line 1: {said}"):
        movielens.collect(movies, trailers)
    with pytest.raises(BenchmarkError, match="cannot read this file"):
        movielens.collect(tmp_path / "none.csv", trailers)


def test_damage_costs_its_own_line_only(tmp_path):
    lines = [
        b"\xef\xbb\xbfmovieId,title,genres",
        b'1,"never closed,Drama',
        b"2,caf\xe9,Drama",
        b"x,Not a number,Drama",
        b"4,Fine,Drama",
        b"",
        b"5,,Drama",
        b'6,"a"b,Drama',
        b"4,Another,Horror",
    ]
    (movies,) = write(tmp_path, movies=b"\n".join(lines))
    found = checked(movielens.collect(movies, None))
    assert [row.film_id for row in found.rows] == ["4"]
    assert [each.place.line for each in found.dropped] == [2, 3, 4, 7, 8, 9]
    assert {each.reason for each in found.dropped[:-1]} == {"damaged row"}
    assert found.dropped[-1].found == "film 4 of line 5 again"
    assert found.dropped[1].found == "not UTF-8 at byte 6 of the line"


def test_what_a_catalogue_would_refuse_is_dropped_by_the_line_of_the_source(tmp_path):
    text = (
        "movieId,title,genres\n1,Too early (1700),Drama\n2,Good (1999),Drama\n3,so\u200bft,Drama\n"
    )
    (movies,) = write(tmp_path, movies=text)
    found = checked(movielens.collect(movies, None))
    assert [row.film_id for row in found.rows] == ["2"]
    assert [(each.place.line, each.found) for each in found.dropped] == [
        (2, "bad year: '1700'"),
        (4, "invisible character: '\\u200b'"),
    ]


def test_if_nothing_is_left_nothing_is_written(tmp_path):
    (movies,) = write(tmp_path, movies="movieId,title,genres\n1,A (1999),War\n")
    with pytest.raises(BenchmarkError, match="no film is left"):
        output.catalogue(movielens.collect(movies, None))
