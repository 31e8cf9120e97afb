"""A page opened in a real browser, from the disk as a person would."""

from pathlib import Path
from typing import Any

DRAWN = "document.documentElement.dataset.charts === 'drawn'"


class Visit:
    """A page opened at a width and colour scheme, with what it asked for and complained of."""

    def __init__(self, browser: Any, site: Path, width: int = 1280, scheme: str = "light") -> None:
        self.site = site
        self.context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme
        )
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))

    def _heard(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def open(self, name: str) -> Any:
        self.page.goto((self.site / f"{name}.html").as_uri())
        self.page.wait_for_function(DRAWN, timeout=20_000)
        return self.page
