"""The HTML that pages are made of: figures, tables, notes. Every text is escaped here.

A piece is shown as Markdown that holds one raw HTML block, not as text/html: for text/html
Quarto adds require.js and jQuery from the web to the page, and the report must not need one.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import altair as alt
import pandas as pd

from report.columns import about
from report.papers import linked

MOST_ROWS = 500  # of a table; a corpus may have a million films
KEYS = {
    "picture": "picture",
    "sound": "sound",
    "words": "words",
    "both": "picture and sound",
    "picture_words": "picture and words",
    "sound_words": "sound and words",
    "all": "picture, sound and words",
    "none": "label frequencies",
    "interval": "95% interval",
    "speech": "speech",
    "music": "music",
    "neither": "neither",
    "quartiles": "middle half of the films",
    "ceiling": "ceiling: the best possible predictor",
    "chance": "chance: a random order",
    "perfect": "a perfect predictor",
    "constant": "constant answer",
    "everything": "F1 of every genre",
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "kept": "kept",
    "lost": "lost",
    "training": "training films",
    "held_out": "held-out films",
    "inner": "inner films",
    "taken": "taken by a fold",
    "before": "uncalibrated",
    "after": "calibrated",
    "published": "published by the seed study",
    "flawless": "perfect",
    "promised": "nominal",
    "undecided": "undecided",
    "unskilled": "a constant answer, or every genre",
}


@dataclass(frozen=True)
class Html:
    """A piece of HTML that a notebook cell can end with."""

    text: str

    def _repr_markdown_(self) -> str:
        # A blank line would end the block in some Markdown readers, a backtick the fence.
        body = re.sub(r"\n\s*\n", "\n", self.text).replace("`", "&#96;")
        return f"```{{=html}}\n{body}\n```"

    def __add__(self, other: "Html") -> "Html":
        return Html(f"{self.text}\n{other.text}")


def as_json(value: Any) -> str:
    """JSON that may stand inside a <script> element whatever strings it holds."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    for sign in "<>&`":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def paragraph(text: str, kind: str = "") -> Html:
    """A paragraph of plain text, escaped."""
    return Html(f'<p class="{escape(kind)}">{escape(text)}</p>')


def heading(text: str) -> Html:
    """A heading of a section that is not always there."""
    slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return Html(f'<h2 id="{slug}">{escape(text)}</h2>')


def links(entries: Iterable[tuple[str, str]]) -> Html:
    """A paragraph of links. entries: address, text."""
    made = (f'<a href="{escape(to)}">{escape(text)}</a>' for to, text in entries)
    return Html(f"<p>{' · '.join(made)}</p>")


def bullets(texts: Iterable[str]) -> Html:
    """A list of plain texts, escaped."""
    return Html("<ul>" + "".join(f"<li>{escape(text)}</li>" for text in texts) + "</ul>")


def _link(source: str) -> str:
    """To a file in metrics/, or of another corpus's pages where its path has that folder."""
    path = source if "metrics/" in source else f"metrics/{source}"
    return f'<a href="{escape(path)}" download>{escape(source)}</a>'


def downloads(sources: Iterable[str]) -> Html:
    """A line of links to files in metrics/."""
    return Html(f'<p class="source">Data: {", ".join(map(_link, sources))}</p>')


def table(
    frame: pd.DataFrame,
    *,
    caption: str = "",
    source: str = "",
    name: str = "",
    label: str = "",
    swatch: Sequence[str] | None = None,
    titles: Sequence[str] | None = None,
    pale: str = "",
    only: tuple[str, Sequence[bool]] | None = None,
    others: str = "",
    to: Sequence[str] | None = None,
) -> Html:
    """A sortable table of a frame of display texts, of its first MOST_ROWS rows.

    Columns whose values all read as numbers are set flush right. swatch: a modality per row, whose
    colour stands before the first cell. titles: of each row's first cell, such as
    a slug. source: the file in metrics/ the table links to. label: what a screen reader calls it,
    where it has neither caption nor name. pale: a column set in grey, as of no account here.
    only: what a box above the table says, and which rows are left when a reader ticks it.
    others: what the columns hold whose headings are names, such as genres. to: where each row's
    first cell leads.
    """
    count, frame = len(frame), frame.head(MOST_ROWS)
    numeric = {
        column: all(_numeric(value) for value in frame[column]) and len(frame) > 0
        for column in frame.columns
    }
    classes = {column: ' class="number"' if numeric[column] else "" for column in frame.columns}
    classes |= {pale: ' class="pale"'} if pale else {}
    head = "".join(
        f'<th scope="col"{classes[column]}{_about(str(column), others)}>'
        f'<button type="button">{escape(str(column))}</button></th>'
        for column in frame.columns
    )
    body = []
    for position, row in enumerate(frame.itertuples(index=False)):
        cells = []
        for place, (column, value) in enumerate(zip(frame.columns, row, strict=True)):
            mark = f'<i class="key {escape(swatch[position])}"></i>' if swatch and not place else ""
            tag, scope = ("th", ' scope="row"') if place == 0 else ("td", "")
            if titles and not place:
                scope += f' title="{escape(titles[position])}"'
            said = linked(str(value)) if column == "Paper" else escape(str(value))
            said = f'<a href="{escape(to[position])}">{said}</a>' if to and not place else said
            cells.append(f"<{tag}{scope}{classes[column]}>{mark}{said}</{tag}>")
        other = ' class="other"' if only and not only[1][position] else ""
        body.append(f"<tr{other}>{''.join(cells)}</tr>")
    said = escape(caption or label or name or "table")
    text = f'<p class="caption">{escape(caption)}</p>' if caption else ""
    if count > len(frame):
        text += paragraph(f"The first {len(frame)} of {count:,} rows.", "caption").text
    if only:
        left = sum(only[1][: len(frame)])
        text += (
            f'<p class="only"><label><input type="checkbox"> {escape(only[0])} '
            f"({left:,} of {len(frame):,})</label></p>"
        )
    return Html(
        f'{text}<div class="table-frame"{_id(name)} tabindex="0" role="region" aria-label="{said}">'
        '<table class="sortable" data-quarto-disable-processing="true">'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
        f"{_foot(source, name, 'table')}"
    )


def column(name: str, kind: str = "number") -> str:
    """The heading of a column that a script fills, of numbers where nothing else is said."""
    return f'<th scope="col" class="{kind}"{_about(name, "")}>{escape(name)}</th>'


def figure(
    chart: alt.TopLevelMixin,
    name: str,
    *,
    source: str = "",
    numbers: pd.DataFrame | None = None,
    note: str = "",
    others: str = "",
) -> Html:
    """A chart with its finding, keys, numbers and data.

    The chart's title and subtitle become text of the page, where they wrap and can be searched;
    its description becomes the alternative text. source: the file in metrics/ it was drawn from.
    note: what a saved picture says above the finding, beside what the page's banners say.
    others: as of `table`, for the numbers.
    """
    spec = chart.to_dict(validate=False)  # a test holds what it gives against the schema
    title = spec.pop("title", {})
    keys = spec.pop("usermeta", {}).get("keys", [])
    alternative = spec.pop("description", title.get("text", ""))
    spec.pop("config", None)  # the page's theme decides fonts and colours
    under = f'<p class="about">{escape(title["subtitle"])}</p>' if title.get("subtitle") else ""
    legend = "".join(
        f'<li><i class="key {key}"></i>{escape(KEYS[key])}</li>' for key in keys if key in KEYS
    )
    details = ""
    if numbers is not None:
        inner = table(numbers, label=f"Numbers: {title.get('text', name)}", others=others).text
        details = f"<details><summary>The numbers</summary>{inner}</details>"
    saved = f' data-note="{escape(note)}"' if note else ""
    return Html(
        f'<figure class="chart"{_id(name)}{saved}>'
        f'<figcaption><p class="finding">{escape(title.get("text", ""))}</p>{under}</figcaption>'
        + (f'<ul class="keys">{legend}</ul>' if legend else "")
        + f'<div class="vega" data-alternative="{escape(alternative)}">'
        f"<noscript><p>{escape(alternative)}</p></noscript></div>"
        f'<script type="application/json" class="spec">{as_json(spec)}</script>'
        f"{details}{_foot(source, name, 'figure')}</figure>"
    )


def grid(pieces: Sequence[Html]) -> Html:
    """Pieces side by side where there is room."""
    return Html(f'<div class="grid-of-charts">{"".join(piece.text for piece in pieces)}</div>')


def folded(summary: str, inner: Html) -> Html:
    """A piece behind a line one can open."""
    return Html(f"<details><summary>{escape(summary)}</summary>{inner.text}</details>")


def picture(source: str, alternative: str, caption: str) -> Html:
    """An image that lies in metrics/."""
    return Html(
        f'<figure class="sheet"><a href="metrics/{escape(source)}">'
        f'<img src="metrics/{escape(source)}" alt="{escape(alternative)}" loading="lazy"></a>'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )


def _about(heading: str, others: str) -> str:
    said = about(heading, others)
    return f' data-about="{escape(said)}"' if said else ""


def _foot(source: str, name: str, what: str) -> str:
    """The file a piece was made from, and a link to the piece itself."""
    said = [f"Data: {_link(source)}"] if source else []
    if name:
        said.append(f'<a class="permalink" href="#{escape(name)}">Link to this {what}</a>')
    return f'<p class="source">{" · ".join(said)}</p>' if said else ""


def _id(name: str) -> str:
    return f' id="{escape(name)}"' if name else ""


def _numeric(value: Any) -> bool:
    one = r"[+−-]?[\d,.]+%?"
    return bool(re.fullmatch(rf"(< )?{one}( to {one})?|–|", str(value)))
