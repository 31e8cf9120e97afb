"""Repeated ids, cells that are not finite, several rows a film, and the join of ids."""

import json

import numpy as np
import pytest

from stages.base.errors import BenchmarkError
from stages.corpus.reader import Trailer
from stages.fitting.items import View, read_items
from stages.published.corpus import CorpusTable
from stages.published.joining import join, write_embeddings
from stages.published.ledger import listed_films, table_record
from stages.published.reading import read_table
from tests.published.made_tables import record


def table(tmp_path, text, **about):
    (tmp_path / "t.csv").write_text(text)
    return read_table(tmp_path / "t.csv", record("t.csv", **about))


def trailers(*films):
    return [Trailer(f"{n:016x}", film, "T", 2000, ("Drama",), "") for n, film in enumerate(films)]


def test_a_repeated_id_is_kept_once_where_it_says_the_same_and_dropped_where_not(tmp_path):
    found = table(tmp_path, "id,a,b\n1,1,nan\n2,3,4\n1,1,\n3,5,6\n3,5,7\n4,,\n")
    assert found.ids == ["1", "2"]
    assert (found.repeated, found.contradicting, found.empty) == (["1"], ["3"], ["4"])
    assert np.array_equal(found.values, np.array([[1, np.nan], [3, 4]]), equal_nan=True)


def test_what_is_not_finite_becomes_unknown(tmp_path):
    found = table(tmp_path, "id,a,b,c,d,e\n1,-inf,1e60,,NaN,7\n")
    assert np.array_equal(
        found.values, np.array([[*[np.nan] * 4, 7.0]], np.float32), equal_nan=True
    )


def test_several_rows_of_a_film_stand_in_order_of_their_time(tmp_path):
    text = "id,t,a\n1,3,30\n2,0,5\n1,1,10\n1,2,20\n"
    found = table(tmp_path, text, rows="several", time_column="t")
    assert found.ids == ["1", "2"]
    assert found.rows_of(0).ravel().tolist() == [10, 20, 30]
    assert found.time.tolist() == [1, 2, 3, 0]


def test_without_a_time_rows_are_numbered_as_they_come(tmp_path):
    (tmp_path / "t.json").write_text(json.dumps({"a": [[1, 2], [3, 4]], "b": [5, 6]}))
    found = read_table(tmp_path / "t.json", record("t.json", rows="several"))
    assert found.time.tolist() == [0, 1, 0] and found.start.tolist() == [0, 2, 3]


LINKS = "movieId,imdbId,tmdbId\n1,0000011,21\n2,0000012,\n3,0000013,23\n4,0000014,23\n"


def test_ids_are_joined_by_links_whatever_their_zeros(tmp_path):
    (tmp_path / "links.csv").write_text(LINKS)
    found = table(tmp_path, "id,a\ntt0000011,1\n12,2\n0000099,3\n", ids="imdb")
    joined = join(found, "imdb", trailers("1", "2", "3"), "movielens", tmp_path / "links.csv")
    assert joined.film_of == {f"{0:016x}": 0, f"{1:016x}": 1}
    assert (joined.not_joined, joined.without) == (["99"], ["3"])


def test_an_id_of_two_films_joins_neither(tmp_path):
    (tmp_path / "links.csv").write_text(LINKS)
    found = table(tmp_path, "id,a\n21,1\n23,2\n", ids="tmdb")
    joined = join(found, "tmdb", trailers("1", "3", "4"), "movielens", tmp_path / "links.csv")
    assert list(joined.film_of.values()) == [0]
    assert (joined.not_joined, joined.without) == (["23"], ["3", "4"])


@pytest.mark.parametrize(
    ("links", "said"),
    [
        (None, "no links.csv"),
        ("movieId,title\n1,x\n", "line 1: not a links.csv"),
        ("movieId,imdbId\n1,0000011\n2,x12\n", "line 3, column imdbId: no id"),
    ],
)
def test_a_join_without_usable_links_says_what_is_wrong(tmp_path, links, said):
    path = tmp_path / "links.csv"
    if links:
        path.write_text(links)
    found = table(tmp_path, "id,a\n11,1\n", ids="imdb")
    with pytest.raises(BenchmarkError, match=said):
        join(found, "imdb", trailers("1"), "movielens", path)


def test_tables_are_joined_side_by_side_for_the_films_that_all_have(tmp_path):
    one = table(tmp_path, "id,a,b\n1,1,2\n2,3,\n")
    other = table(tmp_path, "id,a\n2,9\n3,8\n")
    every = trailers("1", "2", "3")
    parts = [(each, join(each, "own", every, "own", None).film_of) for each in (one, other)]
    assert write_embeddings(parts, tmp_path / "out/e.npz") == 1
    with np.load(tmp_path / "out/e.npz") as file:
        assert file["trailer_id"].tolist() == [f"{1:016x}"]
        assert np.array_equal(file["embedding"], [[3, np.nan, 9]], equal_nan=True)
        assert (file["trailer"].tolist(), file["group"].tolist()) == ([0], [0])
        assert file["trailer"].dtype == np.int32 and file["group"].dtype == np.int16


def test_a_table_of_several_rows_that_says_one_is_told(tmp_path):
    with pytest.raises(BenchmarkError, match=r"every film has several rows(.|\n)*rows: several"):
        table(tmp_path, "id,a\n1,1\n1,2\n2,3\n2,4\n")


def test_all_rows_of_a_film_are_looked_at_in_every_context(tmp_path):
    found = table(tmp_path, "id,t,a\n1,5,2\n1,1,0\n2,0,7\n", rows="several", time_column="t")
    every = trailers("1", "2")
    write_embeddings([(found, join(found, "own", every, "own", None).film_of)], tmp_path / "e.npz")
    film_of = {trailer.trailer_id: film for film, trailer in enumerate(every)}

    def items(context):
        view = View(context, 1, "", is_published=True)
        return read_items(tmp_path / "e.npz", film_of, view, "sound", 0)

    assert items("each").x[:].ravel().tolist() == [0, 2, 7]
    assert items("mean").x[:].ravel().tolist() == [1, 7]
    assert items("max").x[:].ravel().tolist() == [2, 7]
    sequences = items("attention")
    assert sequences.index is not None and sequences.time is not None
    assert sequences.index.tolist() == [[0, 1], [2, -1]]
    assert sequences.time.tolist() == [0, 1, 0]


def test_films_without_a_genre_are_counted_and_not_listed_where_genres_are_private(tmp_path):
    found = table(tmp_path, "id,a\n1,1\n9,2\n")
    joined = CorpusTable(found, join(found, "own", trailers("1", "2"), "own", None))
    listed = {
        labels: [(row["what"], row["id"]) for row in listed_films("t", joined, {}, labels)]
        for labels in (True, False)
    }
    assert listed[True] == [("not_joined", "9"), ("not_in_table", "2")]
    assert listed[False] == [("not_in_table", "2")]
    assert table_record(joined, record("t.csv"))["not_joined_films"] == 1
