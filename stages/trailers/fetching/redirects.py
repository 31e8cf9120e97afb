"""yt-dlp's requests, with redirects checked and pages bounded."""

from typing import Any
from urllib.parse import urljoin

import requests
from yt_dlp.networking._requests import RequestsRH
from yt_dlp.networking.exceptions import HTTPError

from stages.trailers.fetching.refusals import Refused


class RedirectCheckingRH(RequestsRH):
    """yt-dlp's request handler, which checks redirects before following them, and bounds pages."""

    check: Any = None
    pages: Any = None

    def _send(self, request: Any) -> Any:
        try:
            return type(self).pages.bound(super()._send(request))
        except HTTPError as error:
            type(self).pages.bound(error.response)  # which has a page of its own
            raise

    def _create_instance(self, *args: Any, **kwargs: Any) -> requests.Session:
        session = super()._create_instance(*args, **kwargs)
        session.hooks["response"].append(self._check_redirect)
        return session

    def _check_redirect(self, response: requests.Response, *_: Any, **__: Any) -> None:
        if response.is_redirect:
            target = urljoin(response.url, response.headers["location"])
            try:
                type(self).check(target)
            except Refused as error:  # yt-dlp passes on only errors of requests
                raise requests.exceptions.InvalidURL(str(error)) from error
            response.close()  # else requests would read all of it
