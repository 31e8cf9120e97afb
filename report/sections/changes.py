"""The box of what would change the answer."""

from html import escape
from typing import Any

import pandas as pd

from report.html import Html
from report.loading import VERDICTS, Metrics
from report.tables.changes import SHOWN, changes, turned
from report.text import in_words, interval, number, signed

WHO = {"picture": "The picture", "sound": "The sound", "both": "Both together"}
WHO |= {"words": "The words", "all": "All three together"}


def what_would_change(metrics: Metrics, pages: str = "") -> Html:
    """The ablations that move the answer's scores most, each with its interval.

    pages: the folder of the corpus's pages, with a / at its end, where this is on another page.
    """
    every = changes(metrics)
    shown = every[every["difference"] != 0].head(SHOWN)
    lines = [_said(row) for row in shown.to_dict("records")]
    listed = "".join(f"<li>{escape(line)}</li>" for line in lines)
    about = [_how_many(len(every), len(shown)), _order(metrics, shown)]
    said = " ".join(filter(None, about))
    return Html(
        f'<div class="box"><p>{escape(_opening(len(shown)))}</p>'
        + (f"<ul>{listed}</ul>" if listed else "")
        + (f"<p>{escape(said)}</p>" if said else "")
        + f'<p><a href="{escape(pages)}ablations.html">Every ablation, with its verdict</a></p>'
        "</div>"
    )


def _opening(shown: int) -> str:
    if not shown:
        return "Nothing that was tried moves a score of the answer."
    which = "the change" if shown == 1 else f"the {in_words(shown)} changes"
    return (
        f"Of what was tried, {which} of one thing alone that move"
        f"{'s' if shown == 1 else ''} a score of the answer most (in macro average precision, with "
        "95% intervals):"
    )


def _said(row: dict[Any, Any]) -> str:
    spread = interval(row["lo"], row["hi"], 3)
    moved = signed(row["difference"], 3) + (f" ({_signs(row)})" if spread else "")
    clear = "" if str(row["verdict"]) in VERDICTS else ", undecided"
    if not spread:
        clear = ", too few films for an interval"
    return f"{WHO[str(row['modality'])]}, {row['what']}: {moved}{clear}."


def _signs(row: dict[Any, Any]) -> str:
    return f"{signed(row['lo'], 3)} to {signed(row['hi'], 3)}"


def _how_many(tried: int, shown: int) -> str:
    if tried < SHOWN:
        touch = "ablation touches" if tried == 1 else "ablations touch"
        few = f"fewer than {in_words(SHOWN)}"
        return f"On this corpus {in_words(tried)} {touch} an approach of the answer: {few}."
    if shown < SHOWN:
        return "The others that were tried move nothing."
    return ""


def _order(metrics: Metrics, shown: pd.DataFrame) -> str:
    """Whether one of them would turn the order of picture and sound."""
    if shown.empty or not {"picture", "sound"} <= set(metrics.named):
        return ""
    score = {m: metrics.approach(metrics.named[m])["macro_ap"] for m in ("picture", "sound")}
    ahead, behind = sorted(score, key=score.__getitem__, reverse=True)
    turns = turned(metrics, shown)
    none = "None of them puts" if len(shown) > 1 else "It does not put"
    which = in_words(len(turns)).capitalize()
    of_them = f"{which} of them {'puts' if len(turns) == 1 else 'put'}"
    some = of_them if len(shown) > 1 else "It puts"
    gap = number(abs(score["picture"] - score["sound"]), 3)
    return (
        f"{some if turns else none} the {behind} ahead of the {ahead}, by the scores alone: these "
        f"are {gap} apart."
    )
