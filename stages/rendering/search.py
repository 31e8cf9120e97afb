"""What the preview's search looks through: the sections of every page, as plain text."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from html import unescape

HEADING = re.compile(r"<h2(?: id=\"([^\"]*)\")?>(.*?)</h2>", re.DOTALL)
ANY = re.compile(
    r"<(?P<tag>h[234])(?: id=\"(?P<own>[^\"]*)\")?>(?P<text>.*?)</(?P=tag)>", re.DOTALL
)
IDENTIFIED = re.compile(r"\bid=\"([^\"]+)\"")
UNREAD = re.compile(r"<(script|style|svg|noscript)\b.*?</\1>", re.DOTALL)
MAIN = re.compile(r"<main[^>]*>(.*)</main>", re.DOTALL)
LONGEST = 4000  # characters of one section


@dataclass(frozen=True)
class Section:
    """A part of a page."""

    page: str
    """The page's title."""
    heading: str
    """The part's own; the page's title for what is before the first heading."""
    address: str
    """Relative to the site's folder."""
    text: str
    """Without tags, the first `LONGEST` characters."""


def with_anchors(html: str) -> str:
    """The page with an id on every heading below its title, as GitHub and Quarto make them."""

    taken = Counter(IDENTIFIED.findall(html))

    def named(match: re.Match[str]) -> str:
        if own := match["own"]:
            return f'<{match["tag"]} id="{own}">{match["text"]}</{match["tag"]}>'
        slug = _slug(match["text"])
        found = f"{slug}-{taken[slug]}" if taken[slug] else slug
        taken[slug] += 1
        return f'<{match["tag"]} id="{found}">{match["text"]}</{match["tag"]}>'

    return ANY.sub(named, html)


def with_links(html: str) -> str:
    """The page that `with_anchors` made, with a link to itself at the end of every heading."""
    link = r'<a class="anchor" href="#\g<own>" aria-label="Link to this section">#</a>'
    return ANY.sub(rf'<\g<tag> id="\g<own>">\g<text>{link}</\g<tag>>', html)


def sections(name: str, title: str, html: str) -> Iterator[Section]:
    """The sections of a page that `with_anchors` made; what is before the first heading is one."""
    main = MAIN.search(html)
    parts = HEADING.split(main.group(1) if main else html)
    yield Section(title, title, f"{name}.html", _plain(parts[0]))
    for anchor, heading, text in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        yield Section(title, _plain(heading), f"{name}.html#{anchor}", _plain(text))


def script(found: list[Section]) -> str:
    """The sections as a script: a page that is opened from a disk can fetch nothing."""
    return f"window.reportContents = {json.dumps([asdict(section) for section in found])};\n"


def _slug(heading: str) -> str:
    return re.sub(r"\s+", "-", re.sub(r"[^\w\s-]", "", _plain(heading).lower()).strip())


def _plain(html: str) -> str:
    text = re.sub(r"<[^>]+>", " ", UNREAD.sub(" ", html))
    return " ".join(unescape(text).split())[:LONGEST]
