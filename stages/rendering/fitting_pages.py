"""Fit a page to its corpus: blocks and a title that only some corpora have."""

import json
import re
from collections.abc import Set
from pathlib import Path

from stages.base.params.modalities import SINGLE

_OPENING = re.compile(r"^:{3,}\s*\{\.((?:on|with|without)-[a-z]+)\}\s*$")
_ANY_OPENING = re.compile(r"^\s*:{3,}\s*(\{[^}]*\}|[\w-]+)\s*$")
_CLOSING = re.compile(r"^\s*:{3,}\s*$")
_TITLE = re.compile(r"^title(-(?:on|of)-[a-z-]+)?: ")


def facts(metrics: Path) -> frozenset[str]:
    """What is so of a corpus, from its metrics: the names that blocks and titles may ask for.

    on-sample or on-films: whether the trailers are rendered. with-trailers or with-features: what
    the embeddings are made from. with-labels or without-labels: whether each film's genres are
    there. of-picture, of-picture-sound, ...: what the approaches named before the run look at,
    hear and read.
    """
    catalogue, films, headline = (
        json.loads((metrics / name).read_text(encoding="utf-8"))
        for name in ("catalogue.json", "films.json", "headline.json")
    )
    labels = any("genres" in film for film in films["films"])
    return frozenset(
        (
            "on-sample" if catalogue.get("sample") else "on-films",
            "with-trailers" if (metrics / "download.json").is_file() else "with-features",
            "with-labels" if labels else "without-labels",
            "-".join(["of", *(modality for modality in SINGLE if modality in headline)]),
        )
    )


def fitted(page: str, known: Set[str]) -> str:
    """The page with what holds for a corpus of which these facts are known.

    A block between `::: {.on-sample}` and its `:::` stays, without these two lines, where that is
    a fact, and is left out otherwise. A line `title-on-sample:` or `title-of-sound:` of the header
    takes the place of `title:` where that is a fact.
    """
    header, body = _parts(page.splitlines())
    titles = {
        found[1] or "": line.partition(": ")[2] for line in header if (found := _TITLE.match(line))
    }
    chosen = [title for of, title in titles.items() if of and of[1:] in known]
    kept = [line for line in header if not _TITLE.match(line)]
    if titles:
        kept.insert(1, f"title: {(chosen or [titles['']])[0]}")
    return "\n".join([*kept, *_blocks(body, known)]) + "\n"


def _parts(lines: list[str]) -> tuple[list[str], list[str]]:
    """The lines of the header, with the one that opens it, and those after."""
    if not lines or lines[0].rstrip() != "---":
        return [], lines
    end = next(at for at, line in enumerate(lines[1:], 1) if line.rstrip() == "---")
    return lines[:end], lines[end:]


def _blocks(lines: list[str], known: Set[str]) -> list[str]:
    """Lines without the blocks that do not hold; a block may hold others and callouts."""
    kept: list[str] = []
    open_divs: list[str] = []  # "drop", "unwrap" or "keep", outermost first
    for line in lines:
        asked = _OPENING.match(line)
        if asked:
            open_divs.append("unwrap" if asked[1] in known else "drop")
            continue
        if _ANY_OPENING.match(line):
            open_divs.append("keep")
        elif open_divs and _CLOSING.match(line) and open_divs.pop() != "keep":
            continue
        if "drop" not in open_divs:
            kept.append(line)
    return kept
