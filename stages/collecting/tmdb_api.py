"""Version 3 of TMDB's API: https://developer.themoviedb.org/reference.

The key is sent in each address, as that version wants it, so no address is ever shown or kept, and
no answer that leads elsewhere is followed.
"""

import json
import os
import re
import time
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from typing import Any

import requests

from stages.base.errors import BenchmarkError

API = "https://api.themoviedb.org/3"
KEY = "TMDB_API_KEY"
TIMEOUT = (10, 30)  # seconds: to connect, between two pieces
PAUSES = (1.0, 2.0, 4.0, 8.0)  # seconds before the attempts after the first
LONGEST_WAIT = 300.0  # seconds that a server may ask for
MAX_BYTES = 8_000_000  # of one answer; a film with all its videos has a hundredth of that
LAST_PAGE = 500  # TMDB answers no page after it


class TmdbApi:
    """Asks about films, one question at a time."""

    def __init__(self, key: str, api: str = "", wait: Callable[[float], None] = time.sleep):
        """api: where it is asked, if not at API; wait: how a pause is made."""
        self.key, self.api, self.wait = key, api or API, wait
        self.session = requests.Session()
        self.session.auth = lambda request: request  # else ~/.netrc is used

    def film(self, film_id: str) -> dict[str, Any] | None:
        """What TMDB has of a film, with its videos that are in English or in no language.

        None if there is no such film.
        """
        asked = {"append_to_response": "videos", "include_video_language": "en,null"}
        found = self._get(f"movie/{film_id}", asked)
        if found is not None and isinstance(videos := found.get("videos"), dict):
            found["videos"] = [
                *_results(videos, "videos"),
                *self._further_pages(videos, f"movie/{film_id}/videos"),
            ]
        return found

    def released_in(self, year: int) -> Iterator[str]:
        """Ids of the films of a year, the most popular first."""
        path = "discover/movie"
        asked = {"primary_release_year": str(year), "sort_by": "popularity.desc"}
        first = self._get(path, asked) or {}
        for film in (*_results(first, path), *self._further_pages(first, path, asked)):
            yield str(_id(film, path))

    def _further_pages(
        self, first: dict[str, Any], path: str, asked: dict[str, str] | None = None
    ) -> Iterator[Any]:
        """What stands on the pages after the first, if the answer says that there are any."""
        pages = first.get("total_pages", 1)
        for page in range(2, min(pages, LAST_PAGE) + 1 if isinstance(pages, int) else 2):
            yield from _results(self._get(path, {**(asked or {}), "page": str(page)}) or {}, path)

    def _get(self, path: str, asked: dict[str, str]) -> dict[str, Any] | None:
        """The answer; None for 404. Raises BenchmarkError."""
        failed = ""
        for pause in (*PAUSES, None):
            wanted = pause
            try:
                status, after, text = self._ask(path, asked)
            except (requests.RequestException, OSError) as error:
                failed = type(error).__name__  # its message would have the address
            else:
                if status == 200:
                    return _document(text, path)
                if status == 404:
                    return None
                if status in (401, 403):
                    raise BenchmarkError(
                        "TMDB refuses the key",
                        where=KEY,
                        found=f"HTTP {status}",
                        do="get a key of API v3 at https://www.themoviedb.org/settings/api",
                    )
                failed = f"HTTP {status}"
                if status != 429 and status < 500:
                    break
                if pause is not None and after:
                    wanted = self._patience(after)
            if wanted is not None:
                self.wait(wanted)
        raise BenchmarkError(
            "TMDB does not answer", where=path, found=failed, do="run the same command later"
        )

    def _ask(self, path: str, asked: dict[str, str]) -> tuple[int, str, bytes]:
        """Status, Retry-After and body of one answer."""
        with self.session.get(
            f"{self.api}/{path}",
            params={**asked, "api_key": self.key},
            timeout=TIMEOUT,
            allow_redirects=False,
            stream=True,
        ) as response:
            body = b""
            for piece in response.iter_content(65536):
                body += piece
                if len(body) > MAX_BYTES:
                    raise BenchmarkError(
                        "an answer of TMDB's is too large",
                        where=path,
                        expected=f"at most {MAX_BYTES:,} bytes",
                        do="see whether TMDB_API_KEY was sent to TMDB itself and not to a proxy",
                    )
            return response.status_code, response.headers.get("Retry-After", ""), body

    def _patience(self, after: str) -> float:
        """Seconds to wait by Retry-After, a number or a date; raises BenchmarkError if too many."""
        try:
            seconds = (
                float(after)
                if after.strip().isdecimal()
                else parsedate_to_datetime(after).timestamp() - time.time()
            )
        except ValueError:
            seconds = PAUSES[-1]
        if seconds > LONGEST_WAIT:
            raise BenchmarkError(
                "TMDB asks to wait longer than this command does",
                where=self.api,
                found=f"{seconds:.0f} seconds",
                expected=f"at most {LONGEST_WAIT:.0f}",
                do="run the same command after that time",
            )
        return max(seconds, 0.0)


def key_from_environment() -> str:
    """The key in TMDB_API_KEY; raises BenchmarkError, which never shows it, if there is none."""
    key = os.environ.get(KEY, "").strip()
    if not re.fullmatch(r"[0-9a-f]{32}", key):
        raise BenchmarkError(
            "no key of TMDB's API v3",
            where=KEY,
            found="not set" if not key else f"{len(key)} characters of another form",
            expected="32 digits and letters from a to f",
            do="get one at https://www.themoviedb.org/settings/api and set the variable to it",
        )
    return key


def _document(text: bytes, path: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise _other_shape(path, "no JSON object")
    return document


def _results(document: dict[str, Any], path: str) -> list[dict[str, Any]]:
    results = document.get("results", [])
    if not isinstance(results, list) or not all(isinstance(each, dict) for each in results):
        raise _other_shape(path, "results that are no list of objects")
    return results


def _id(film: dict[str, Any], path: str) -> int:
    if not isinstance(number := film.get("id"), int):
        raise _other_shape(path, "a film without a number as its id")
    return number


def _other_shape(path: str, found: str) -> BenchmarkError:
    return BenchmarkError(
        "TMDB answers in another shape than API v3",
        where=path,
        found=found,
        expected="as https://developer.themoviedb.org/reference describes it",
        do="see whether a proxy answers instead of TMDB, or report this",
    )
