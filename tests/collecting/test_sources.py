"""MMTF-14K, MovieNet and Trailers12k, and the command that writes their catalogues."""

import csv
import json
import sys

import pytest

from stages import collect
from stages.base.errors import BenchmarkError
from stages.collecting import mmtf14k, movienet, trailers12k
from stages.collecting.rows import UnusableError, checked
from stages.corpus.reader import read_catalogue
from tests.collecting.published import LINKS, MOVIES, TRAILERS, write

FEATURES = """\
itemId,title,genres,embedding
41,"Grey Door, The (1971)",Drama|Sci-Fi|Fantasy,"0.5,nan,-1e3"
40,"Sea, A (Mer, Une)",Comedy,"1,2,3"
39,Other (1999),War,"1,2,3"
"""
MOVIENET = """\
imdb_id,youtube_id,genres,title,duration
tt0000101,bbbbbbbbbb1,"['Drama', 'Sci-Fi', 'Biography']",The Grey Door (1971),93.5
tt0000102,bbbbbbbbbb2,[],Nothing (1972),93.5
tt0000103,bbbbbbbbbb3,"['xyDrama']",Grown (1973),93.5
tt0000104,bbbbbbbbbb4,"['Comedy']",Cut at a hyp,93.5
tt0000105,bbbbbbbbbb5,"__import__('os').getcwd()",Code (1975),93.5
tt0000106,bbbbbbbbbb6,"('Drama',)",A tuple (1976),93.5
104,bbbbbbbbbb7,['Drama'],No tt (1977),93.5
tt0000108,bbbbbbbbbb8,['Horror'],Made for television (TV Movie 1978),93.5
"""
MTGC = """\
mid,action,drama,fantasy,sci-fi,split0,split1,split2
tt0000101,1,0,1,1,0,1,2
tt0000104,0,1,0,0,1,1,0
tt0000109,0,1,0,0,2,0,0
tt0000110,0,0,1,0,2,0,0
tt0000111,0,2,0,0,2,0,0
tt0000112,0,1,0,0,3,0,0
"""
WATCH = "https://www.youtube.com/watch?v="


def run(monkeypatch, *arguments: object) -> None:
    monkeypatch.setattr(sys, "argv", ["collect", *map(str, arguments)])
    collect.main()


def test_a_feature_file_names_its_films(tmp_path):
    (path,) = write(tmp_path, features=FEATURES)
    found = checked(mmtf14k.collect(path))
    assert [(row.film_id, row.title, row.year, row.trailer) for row in found.rows] == [
        ("41", "The Grey Door", 1971, ""),
        ("40", "A Sea (Une Mer)", None, ""),
    ]
    assert [(each.place.line, each.reason) for each in found.dropped] == [
        (4, "none of the ten genres")
    ]


def test_without_a_file_it_is_taken_from_the_features_folder(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("FEATURES_DIR", raising=False)
    with pytest.raises(BenchmarkError, match="reproducibility_data at commit 537a2a1"):
        run(monkeypatch, "mmtf14k")
    monkeypatch.setenv("FEATURES_DIR", str(tmp_path))
    with pytest.raises(BenchmarkError, match=r"not at hand\n.*no such file"):
        run(monkeypatch, "mmtf14k")
    write(tmp_path, fused_llm_mmtf_avf_avg=FEATURES)
    run(monkeypatch, "mmtf14k", "-o", tmp_path / "new" / "films.txt")
    printed = capsys.readouterr()
    assert printed.out == "" and "kept 2 films with 0 trailers" in printed.err
    films = read_catalogue(tmp_path / "new" / "films.txt")
    assert [film.film_id for film in films] == ["41", "40"]
    run(monkeypatch, "mmtf14k", "--corpus", "sample")
    assert capsys.readouterr().out == (tmp_path / "new" / "films.txt").read_text("utf-8")


def test_movienets_lists_of_genres_are_read_as_data(tmp_path, monkeypatch):
    (path,) = write(tmp_path, movienet=MOVIENET)
    run(monkeypatch, "movienet", path, "-o", tmp_path / "f.txt", "--dropped", tmp_path / "d.csv")
    films = read_catalogue(tmp_path / "f.txt")
    assert [(film.film_id, film.title, film.year, film.genres) for film in films] == [
        ("tt0000101", "The Grey Door", 1971, ("Drama", "Science Fiction")),
        ("tt0000104", "Cut at a hyp", None, ("Comedy",)),
        ("tt0000108", "Made for television", 1978, ("Horror",)),
    ]
    with (tmp_path / "d.csv").open(encoding="utf-8", newline="") as file:
        dropped = list(csv.DictReader(file))
    assert {(row["file"], row["line"], row["reason"]) for row in dropped} == {
        (str(path), "3", "none of the ten genres"),
        *((str(path), line, "damaged row") for line in "4678"),
    }


def test_one_id_with_other_facts_is_no_second_trailer_of_a_film(tmp_path):
    rows = [
        f"tt0000101,bbbbbbbbbb{number},['Drama'],{title} (1971),1"
        for number, title in enumerate(("One", "One", "Another"))
    ]
    (path,) = write(tmp_path, movienet="\n".join([MOVIENET.splitlines()[0], *rows, ""]))
    found = checked(movienet.collect(path))
    assert [row.place.line for row in found.rows] == [2, 3]
    (dropped,) = found.dropped
    assert (dropped.place.line, dropped.reason) == (4, "a film that an earlier row has")
    assert dropped.found == "film tt0000101 of line 2 with other facts"


@pytest.mark.parametrize(
    "text", ["[" * 900, "['a', 1]", "{'a': 'b'}", "['Drama'" + " " * 2000 + "]"]
)
def test_what_is_no_list_of_names_is_damaged(text):
    with pytest.raises(UnusableError, match="damaged row"):
        movienet.genre_list(text)


def test_trailers12k_is_joined_by_imdbs_ids(tmp_path):
    paths = write(
        tmp_path, mtgc=MTGC, movies=MOVIES, links=LINKS, trailers=TRAILERS, movienet=MOVIENET
    )
    lists = [
        trailers12k.known_by_movielens(*paths[1:4]),
        trailers12k.known_by_movienet(paths[4]),
    ]
    found = checked(trailers12k.collect(paths[0], lists))
    assert [(r.film_id, r.title, r.year, r.trailer, r.split) for r in found.rows] == [
        ("tt0000101", "The Grey Door", 1971, f"{WATCH}aaaaaaaaaa1", "train"),
        ("tt0000104", "Cut at a hyp", None, f"{WATCH}bbbbbbbbbb4", "validation"),
        ("tt0000109", "tt0000109", None, "", "test"),
    ]
    assert found.rows[0].genres == ("Action", "Science Fiction")
    assert [(each.place.line, each.reason) for each in found.dropped] == [
        (5, "none of the ten genres"),
        (6, "damaged row"),
        (7, "damaged row"),
    ]
    assert found.other_genres == {"Fantasy": 2}
    others = [row.split for row in trailers12k.collect(paths[0], [], split=1).rows]
    assert others == ["validation", "validation", "train", "train"]  # split1 has no 3


def test_an_imdb_id_that_links_csv_has_for_two_films_joins_none(tmp_path):
    links = "movieId,imdbId,tmdbId\n1,0000101,1\n7,0000101,2\n5,0000105,3\n"
    paths = write(tmp_path, movies=MOVIES, links=links, trailers=TRAILERS)
    known = trailers12k.known_by_movielens(*paths)
    assert {film: each.title for film, each in known.items()} == {
        "tt0000105": "The Harbour (Le Port)"
    }


def test_its_metadata_has_the_videos(tmp_path, monkeypatch):
    def entry(film: str, *videos: str) -> dict:
        trailers = [{"id": video} for video in videos]
        return {"imdb": {"id": film, "genres": []}, "youtube": {"trailers": trailers}}

    (mtgc,) = write(tmp_path, mtgc=MTGC)
    entries = {"a": entry("0000101", "ccccccccc-1", "ccccccccc-2"), "b": entry("0000104")}
    metadata = tmp_path / "metadata.json"
    metadata.write_text(json.dumps({"trailers12k": entries}), "utf-8")
    run(monkeypatch, "trailers12k", mtgc, "--metadata", metadata, "-o", tmp_path / "films.txt")
    films = read_catalogue(tmp_path / "films.txt")
    assert [(film.film_id, film.url, film.split) for film in films] == [
        ("tt0000101", f"{WATCH}ccccccccc-1", "train"),
        ("tt0000104", "", "validation"),
        ("tt0000109", "", "test"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{",
        '{"trailers12k": []}',
        '{"trailers12k": {"a": {}}}',
        '{"trailers12k": {"a": {"imdb": {"id": "../1"}, "youtube": {"trailers": []}}}}',
        '{"trailers12k": {"a": {"imdb": {"id": "1"}, "youtube": {"trailers": [{"id": "x"}]}}}}',
    ],
)
def test_metadata_of_another_form_is_refused(tmp_path, text):
    path = tmp_path / "metadata.json"
    path.write_text(text, "utf-8")
    with pytest.raises(BenchmarkError, match="cannot read the metadata of Trailers12k"):
        trailers12k.known_by_metadata(path)


def test_a_second_source_wants_links_and_writes_beside_the_catalogue(tmp_path, monkeypatch):
    movies, links = write(tmp_path, movies=MOVIES, links=LINKS)
    catalogue = tmp_path / "films.txt"
    catalogue.write_text("901\tA\t1971\tDrama\t\n555\tB\t\tHorror\t\n", "utf-8")
    wanted = ["movielens", movies, "--second-source-for", catalogue]
    with pytest.raises(BenchmarkError, match="--links"):
        run(monkeypatch, *wanted)
    run(monkeypatch, *wanted, "--links", links, "-o", tmp_path / "second.txt")
    text = (tmp_path / "second.txt").read_text("utf-8")
    assert text == "film_id\tgenres\n901\tDrama,Science Fiction\n"
    catalogue.write_text("tt1\tA\t1971\tDrama\t\n", "utf-8")
    with pytest.raises(BenchmarkError, match="no film of the catalogue is in MovieLens"):
        run(monkeypatch, *wanted, "--links", links)


@pytest.mark.parametrize("source", collect.SOURCES)
def test_help_has_an_example_of_each_source(source, monkeypatch, capsys):
    with pytest.raises(SystemExit):
        run(monkeypatch, source, "--help")
    assert f"python -m stages.collect {source} " in capsys.readouterr().out
