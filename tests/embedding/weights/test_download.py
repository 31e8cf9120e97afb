"""Against a real server on the loopback: every byte arrives, or one error and nothing half-done."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import numpy as np
import pytest

from stages.embedding.weights import download as room
from tests.embedding.weights.sites import DATA, cut, get, left, refused
from tests.trailers.fetching.conftest import Handler, Route, first_then, serve, status


def versioned(data: bytes, tag: str, name: str = "ETag") -> Route:
    """A file with a version, that goes on only with that version (If-Range)."""

    def route(handler: Handler, before: int) -> None:
        asked, wanted = handler.headers.get("Range", ""), handler.headers.get("If-Range", "")
        start = int(asked[6:-1]) if asked and wanted == tag else 0
        length = {"Content_Length": str(len(data) - start), name: tag}
        if start:
            span = f"bytes {start}-{len(data) - 1}/{len(data)}"
            handler.head(206, Content_Range=span, **length)
        else:
            handler.head(200, **length)
        handler.wfile.write(data[start:])

    return route


def test_a_file_arrives_in_pieces_that_can_be_watched(site, tmp_path):
    seen: list[Any] = []

    def watch(pieces: Iterable[bytes], label: str, total: int) -> Iterable[bytes]:
        seen.extend([label, total])
        for piece in pieces:
            seen.append(len(piece))
            yield piece

    assert get(site, serve(DATA), tmp_path, watch, name="some/one/w.bin") == DATA
    assert seen == ["w.bin (MB)", 4, 1_000_000, 1_000_000, 1_000_000, 500_000]


@pytest.mark.parametrize("size", [1, 999_999, 1_000_000, 1_000_001])
def test_files_of_any_size(site, tmp_path, size):
    assert get(site, serve(DATA[:size]), tmp_path) == DATA[:size]


def test_a_cut_connection_is_gone_on_with(site, tmp_path):
    route = first_then([cut(DATA, 1_200_000), cut(DATA, 1_000_000)], serve(DATA))
    assert get(site, route, tmp_path) == DATA
    assert site.ranges("/w.bin") == [None, "bytes=1200000-", "bytes=2200000-"]


def test_a_reset_connection_is_gone_on_with(site, tmp_path):
    def reset(handler: Handler, before: int) -> None:
        handler.head(200, Content_Length=str(len(DATA)))
        handler.wfile.write(DATA[:2_000_000])
        handler.reset()

    assert get(site, first_then([reset], serve(DATA)), tmp_path) == DATA


def test_any_number_of_cuts_as_long_as_something_new_comes(site, tmp_path):
    assert get(site, cut(DATA, 200_000), tmp_path) == DATA
    assert len(site.asked) == 18


def test_what_came_before_an_interrupt_is_gone_on_with(site, tmp_path):
    def interrupted(pieces: Iterable[bytes], label: str, total: int) -> Iterable[bytes]:
        for number, piece in enumerate(pieces):
            if number == 2:
                raise KeyboardInterrupt
            yield piece

    with suppress(KeyboardInterrupt):
        get(site, serve(DATA), tmp_path, interrupted)
    assert left(tmp_path) == DATA[:2_000_000]
    assert get(site, serve(DATA), tmp_path) == DATA
    assert site.ranges("/w.bin") == [None, "bytes=2000000-"]


def test_a_file_that_is_whole_already_is_not_fetched_again(site, tmp_path):
    get(site, serve(DATA), tmp_path)
    site.asked.clear()
    assert get(site, serve(DATA), tmp_path) == DATA
    assert site.ranges("/w.bin") == ["bytes=3500000-"]  # which the server answers with 416


def test_more_than_the_file_has_is_started_anew(site, tmp_path):
    get(site, serve(DATA + b"more"), tmp_path)
    assert get(site, serve(DATA), tmp_path) == DATA


def test_a_server_without_ranges_starts_anew(site, tmp_path):
    route = first_then([cut(DATA, 1_200_000)], serve(DATA, ranges=False))
    assert get(site, route, tmp_path) == DATA


def test_a_server_that_always_cuts_and_knows_no_ranges_is_given_up(site, tmp_path):
    def route(handler: Handler, before: int) -> None:
        handler.head(200, Content_Length=str(len(DATA)))
        handler.wfile.write(DATA[:1_200_000])

    message = refused(site, route, tmp_path)
    assert "IncompleteRead" in message
    assert len(site.asked) < 12


@pytest.mark.parametrize(("name", "tag"), [("ETag", '"v1"'), ("Last-Modified", "Mon, 1 Jan 2024")])
def test_a_version_is_gone_on_with_only_if_it_is_still_the_one(site, tmp_path, name, tag):
    first = cut(DATA, 1_200_000, **{name.replace("-", "_"): tag})
    route = first_then([first], versioned(DATA, tag, name))
    assert get(site, route, tmp_path, immutable=False) == DATA
    assert site.ranges("/w.bin") == [None, "bytes=1200000-"]
    other = np.random.default_rng(1).bytes(len(DATA))
    site.counts.clear()
    route = first_then([first], versioned(other, '"v2"'))
    (tmp_path / "unfinished" / "file").unlink()
    assert get(site, route, tmp_path, immutable=False) == other


def test_without_a_version_nothing_old_is_joined_with_something_new(site, tmp_path):
    other = np.random.default_rng(1).bytes(len(DATA))
    part = tmp_path / "unfinished" / "file"
    part.parent.mkdir()
    part.write_bytes(other[:1_000_000])
    assert get(site, serve(DATA), tmp_path, immutable=False) == DATA
    assert site.ranges("/w.bin") == [None]


def test_a_weak_version_does_not_count(site, tmp_path):
    route = first_then([cut(DATA, 1_200_000, ETag='W/"v1"')], serve(DATA))
    get(site, route, tmp_path, immutable=False)
    assert "if-range" not in site.asked[1][1]


def test_a_server_that_goes_on_elsewhere_than_asked_is_not_believed(site, tmp_path):
    def shifted(handler: Handler, before: int) -> None:
        if not handler.headers.get("Range"):
            return cut(DATA, 1_000_000)(handler, before) if not before else serve(DATA)(handler, 0)
        handler.head(206, Content_Range="bytes 5-9/10", Content_Length="5")
        handler.wfile.write(b"wrong")
        return None

    assert get(site, shifted, tmp_path) == DATA


@pytest.mark.parametrize("code", [408, 429, 500, 502, 503, 504])
def test_a_server_with_a_passing_trouble_is_asked_again(site, tmp_path, code):
    assert get(site, first_then([status(code)] * 4, serve(DATA)), tmp_path) == DATA
    assert "HTTP status" in refused(site, status(code), tmp_path)


def test_a_wait_that_the_server_asks_for_is_kept_or_refused(site, tmp_path, monkeypatch):
    waited: list[float] = []
    monkeypatch.setattr(room.time, "sleep", waited.append)
    get(site, first_then([status(429, Retry_After="7")], serve(DATA)), tmp_path)
    assert waited == [7]
    assert "429" in refused(site, status(429, Retry_After="3600"), tmp_path) and waited == [7]


def test_a_file_that_became_another_in_between_is_started_anew(site, tmp_path):
    other = np.random.default_rng(1).bytes(len(DATA) - 7)
    route = first_then([cut(DATA, 1_200_000)], serve(other))
    assert get(site, route, tmp_path, immutable=False) == other
    assert site.ranges("/w.bin") == [None, "bytes=1200000-", None]
