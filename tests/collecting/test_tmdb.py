"""TMDB's API, as a server on the loopback answers in its shape."""

import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from time import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyarrow as pa
import pytest

from stages import collect
from stages.base.errors import BenchmarkError
from stages.base.packs import write_table
from stages.collecting import tmdb, tmdb_api
from stages.collecting.refreshing import with_new_trailers
from stages.collecting.rows import Collected, Place, checked
from stages.collecting.tmdb_api import TmdbApi
from stages.corpus.reader import read_catalogue
from tests.loopback import site_on_loopback, without

KEY = "0123456789abcdef0123456789abcdef"
WATCH = "https://www.youtube.com/watch?v="


@dataclass
class Tmdb:
    """answers: by path and page, what is sent: a document, a status with headers, or bytes."""

    url: str
    answers: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)


class Handler(BaseHTTPRequestHandler):
    site: Tmdb

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        path = parts.path.strip("/") + (f"?page={query['page']}" if "page" in query else "")
        self.site.asked.append((path, query))
        answers = self.site.answers[path]
        answer = (answers.pop(0) if len(answers) > 1 else answers[0]) if answers else 404
        status, headers = answer if isinstance(answer, tuple) else (answer, {})
        body = b"{}"
        if not isinstance(status, int):
            body = status if isinstance(status, bytes) else json.dumps(status).encode()
            status = 200
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Tmdb]:
    without(monkeypatch, "http_proxy", "https_proxy", "all_proxy")
    monkeypatch.setenv("TMDB_API_KEY", KEY)
    with site_on_loopback(Handler, Tmdb) as site:
        monkeypatch.setattr(tmdb_api, "API", site.url)
        yield site


def video(key: str, kind: str = "Trailer", official: bool = True, **changes: Any) -> dict[str, Any]:
    about = {"site": "YouTube", "published_at": "2020-01-01T00:00:00.000Z"}
    return {"key": f"{key:a<11}", "type": kind, "official": official, **about, **changes}


def film(number: int, *videos: dict[str, Any], **changes: Any) -> dict[str, Any]:
    about = {
        "id": number,
        "title": f"Film {number}",
        "release_date": "1999-03-30",
        "genres": [{"id": 18, "name": "Drama"}, {"id": 10752, "name": "War"}],
        "belongs_to_collection": None,
        "videos": {"results": list(videos)},
    }
    return about | changes


def api(site: Tmdb, waited: list[float] | None = None) -> TmdbApi:
    return TmdbApi(KEY, site.url, (waited if waited is not None else []).append)


def collected(site: Tmdb, *numbers: str) -> Collected:
    places = [(Place("ids.txt", line), number) for line, number in enumerate(numbers, start=1)]
    return checked(tmdb.collect(places, api(site), Collected()))


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> None:
    monkeypatch.setattr(sys, "argv", ["collect", "tmdb", *map(str, arguments)])
    collect.main()


def test_a_film_with_its_trailer_and_its_series(site):
    series = {"id": 5, "name": "The\tSeries", "poster_path": None}
    site.answers["movie/603"] = [film(603, video("x"), belongs_to_collection=series)]
    site.answers["movie/7"] = [film(7, video("y"), release_date="", title="  Two  words ")]
    one, other = collected(site, "603", "7").rows
    assert (one.film_id, one.title, one.year, one.genres) == ("603", "Film 603", 1999, ("Drama",))
    assert (one.trailer, one.collection) == (f"{WATCH}xaaaaaaaaaa", "The Series")
    assert (other.title, other.year, other.collection) == ("Two words", None, "")
    assert site.asked[0][1]["append_to_response"] == "videos"


@pytest.mark.parametrize(
    ("videos", "chosen"),
    [
        ([video("t", "Teaser"), video("u", official=False), video("o")], "o"),
        ([video("t", "Teaser"), video("u", official=False)], "u"),
        ([video("s", "Teaser", False), video("t", "Teaser")], "t"),
        ([video("c", "Clip"), video("f", "Featurette"), video("s", "Teaser", False)], "s"),
        ([video("late", published_at="2021"), video("early", published_at="2019")], "early"),
        ([video("none", published_at=None), video("late", published_at="2021")], "late"),
        ([video("v", site="Vimeo"), video("u", official=False)], "u"),
        ([video("b"), video("a")], "a"),
        ([video("../../x"), {**video("p"), "key": None}, video("u", official=False)], "u"),
        ([{**video("o"), "official": "yes"}, video("p")], "p"),
    ],
)
def test_the_order_in_which_a_trailer_is_chosen(videos, chosen):
    assert tmdb.choose_trailer(videos) == f"{WATCH}{chosen:a<11}"


def test_without_trailer_or_teaser_there_is_none():
    assert tmdb.choose_trailer([video("c", "Clip"), video("v", site="Vimeo")]) == ""


def test_what_cannot_be_used_is_listed_with_its_line(site):
    site.answers["movie/1"] = [film(1, video("c", "Clip"))]
    site.answers["movie/3"] = [film(3, video("x"), genres=[{"name": "War"}])]
    site.answers["movie/4"] = [film(4, video("y"), genres=[{"name": "Dramatic"}])]
    site.answers["movie/5"] = [{"id": 5, "videos": {"results": []}}]
    site.answers["movie/6"] = [film(6, video("z"))]
    site.answers["movie/8"] = [film(8, video("x"))]  # the video of 3
    found = collected(site, "1", "2", "3", "4", "5", "6", "8")
    assert [row.film_id for row in found.rows] == ["6"]
    assert [(each.place.line, each.reason) for each in found.dropped] == [
        (1, "no trailer or teaser on YouTube"),
        (2, "TMDB has no such film"),
        (3, "none of the ten genres"),
        (4, "damaged row"),
        (5, "damaged row"),
        (7, "a video that two films name"),
    ]


def test_videos_on_further_pages_are_asked_for(site):
    first = {"results": [video("t", "Teaser")], "page": 1, "total_pages": 2}
    site.answers["movie/1"] = [film(1, videos=first)]
    site.answers["movie/1/videos?page=2"] = [{"results": [video("x")], "total_pages": 2}]
    assert collected(site, "1").rows[0].trailer == f"{WATCH}xaaaaaaaaaa"


def test_the_films_of_a_year_stand_on_pages(site, tmp_path, monkeypatch):
    pages = {"discover/movie": [1, 2], "discover/movie?page=2": [3], "discover/movie?page=3": [4]}
    for path, numbers in pages.items():
        results = [{"id": number} for number in numbers]
        site.answers[path] = [{"results": results, "total_pages": 3}]
    for number in (1, 2, 3, 4):
        site.answers[f"movie/{number}"] = [film(number, video(str(number)))]
    run(monkeypatch, "--released", 1999, "-o", tmp_path / "films.txt")
    films = read_catalogue(tmp_path / "films.txt")
    assert [each.film_id for each in films] == ["1", "2", "3", "4"]
    assert {query.get("primary_release_year") for path, query in site.asked[:3]} == {"1999"}


def test_a_busy_server_is_given_the_time_it_asks_for(site):
    busy = (429, {"Retry-After": "7"})
    date = (429, {"Retry-After": formatdate(time() + 30, usegmt=True)})
    site.answers["movie/1"] = [busy, date, 503, (429, {}), film(1, video("x"))]
    waited: list[float] = []
    tmdb.collect([(Place("f", 1), "1")], api(site, waited), found := Collected())
    assert len(found.rows) == 1
    assert waited[0] == 7 and 27 < waited[1] <= 30 and waited[2:] == [4.0, 8.0]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (401, r"TMDB_API_KEY: TMDB refuses the key\n.*HTTP 401\n.*settings/api"),
        (503, r"movie/1: TMDB does not answer\n.*HTTP 503"),
        ((429, {"Retry-After": "3600"}), r"asks to wait longer(.|\n)*3600 seconds"),
        ((302, {"Location": "http://127.0.0.1:9/"}), r"does not answer\n.*HTTP 302"),
        (b"<html>", r"movie/1: TMDB answers in another shape\s.*\n.*no JSON object"),
        (b"[1]", "no JSON object"),
        ({"videos": {"results": [1]}}, "results that are no list of objects"),
        (b" " * 9_000_000, "too large"),
        ((200, {"Content-Length": "100"}), "does not answer"),
    ],
)
def test_what_stops_the_command_never_shows_the_key(site, answer, said):
    site.answers["movie/1"] = [answer]
    with pytest.raises(BenchmarkError, match=said) as caught:
        api(site).film("1")
    assert KEY not in str(caught.value) and "api_key" not in str(caught.value)
    assert caught.value.__context__ is None


def test_without_a_network_the_key_is_not_shown_either(site, monkeypatch):
    monkeypatch.delenv("TMDB_API_KEY")  # so that nothing hides it afterwards
    waited: list[float] = []
    with pytest.raises(BenchmarkError, match=r"found: ConnectionError") as caught:
        TmdbApi(KEY, "http://127.0.0.1:9", waited.append).film("1")
    assert KEY not in str(caught.value) and waited == [1.0, 2.0, 4.0, 8.0]


@pytest.mark.parametrize("key", ["", "secret-of-another-form", f"{KEY}0", "A" * 32])
def test_a_key_of_another_form_is_refused_unseen(key, monkeypatch):
    monkeypatch.setenv("TMDB_API_KEY", key)
    with pytest.raises(BenchmarkError, match="TMDB_API_KEY: no key") as caught:
        run(monkeypatch, "ids.txt")
    assert not key or key not in str(caught.value)


def test_ids_come_from_lines_or_from_links(site, tmp_path):
    (tmp_path / "ids.txt").write_text("\ufeff# films\n603\n\n604 \n603\ntt1\n", "utf-8")
    (tmp_path / "links.csv").write_text("movieId,imdbId,tmdbId\n1,1,901\n2,2,\n3,3,901\n", "utf-8")
    found = Collected()
    assert [film for _, film in tmdb.read_ids(tmp_path / "ids.txt", found)] == ["603", "604"]
    assert [film for _, film in tmdb.read_ids(tmp_path / "links.csv", found)] == ["901"]
    assert [(each.place.line, each.reason) for each in found.dropped] == [
        (5, "a film that an earlier row has"),
        (6, "damaged row"),
        (3, "no TMDB id"),
        (4, "a film that an earlier row has"),
    ]
    with pytest.raises(BenchmarkError, match="cannot read the list of films"):
        tmdb.read_ids(tmp_path / "none.txt", found)


def ledger_of(path: Path, reasons: dict[str, str], catalogue: Path) -> None:
    ids = {trailer.film_id: trailer.trailer_id for trailer in read_catalogue(catalogue)}
    rows = [{"trailer_id": ids[film], "reason": reason} for film, reason in reasons.items()]
    write_table(pa.Table.from_pylist(rows), path)


def test_trailers_that_are_gone_are_resolved_again(site, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    old = [f"{WATCH}old{number:0>8}" for number in range(1, 7)]
    lines = [f"{n}\tFilm {n}\t1999\tDrama\t{url}" for n, url in enumerate(old, start=1)]
    catalogue = Path("films.txt")
    catalogue.write_bytes("\r\n".join([f"# {old[0]}", *lines, ""]).encode())
    reasons = {"1": "gone", "2": "ok", "3": "private", "4": "gone", "5": "network", "6": "gone"}
    with pytest.raises(BenchmarkError, match="no ledger says which trailers are gone"):
        run(monkeypatch, "--refresh", catalogue)
    ledger_of(Path("data/sample/downloads.parquet"), reasons, catalogue)
    site.answers["movie/1"] = [film(1, video("old00000001"), video("new1"))]
    site.answers["movie/3"] = [film(3, video("new1"), video("new3"))]  # new1 is another's by now
    site.answers["movie/4"] = [film(4, video("old00000004"))]
    run(monkeypatch, "--refresh", catalogue, "-o", "new.txt", "--dropped", "dropped.csv")
    expected = catalogue.read_bytes()
    for url, key in ((old[0], "new1aaaaaaa"), (old[2], "new3aaaaaaa")):
        expected = expected.replace(f"\t{url}".encode(), f"\t{WATCH}{key}".encode())
    assert Path("new.txt").read_bytes() == expected
    assert "4 trailers gone; TMDB has another for 2 films" in capsys.readouterr().err
    dropped = Path("dropped.csv").read_text("utf-8").splitlines()[1:]
    assert dropped == [
        "films.txt,,no trailer or teaser on YouTube,film 4",
        "films.txt,,TMDB has no such film,film 6",
    ]
    assert {path for path, _ in site.asked} == {f"movie/{number}" for number in (1, 3, 4, 6)}
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert all(KEY.encode() not in path.read_bytes() for path in written)


def test_only_whole_addresses_are_replaced():
    new = {"https://x.y/a": "https://x.y/b"}
    text = b"#\thttps://x.y/a\n1\tA\t1999\tDrama\thttps://x.y/a2\n2\tB\t\tDrama\t https://x.y/a\r\n"
    expected = text.replace(b" https://x.y/a\r", b" https://x.y/b\r")
    assert with_new_trailers(text, new) == expected
