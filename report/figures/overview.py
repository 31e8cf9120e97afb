"""Figures of the first page: the answer, all approaches, the differences."""

import math
from typing import Any

import altair as alt
import pandas as pd

from report.figures.style import INTERVAL, NAMED, NAMES, ROW, colour, finish, shape
from report.loading import MODALITIES, TOO_FEW, VERDICTS
from report.text import counted, interval, listed, number, of_all, p_value, quoted, signed

AP_AXIS = "score: macro average precision (1 = perfect)"
BETWEEN = {
    1: "picture beats sound",
    -1: "sound beats picture",
    0: "picture against sound is undecided",
}
FUSION = {
    1: "both together beat the better of the two",
    -1: "both together do worse than the better of the two",
    0: "whether both together beat the better of the two is undecided",
}
WITH_WORDS = {
    1: "all three beat what was named without them all",
    -1: "all three do worse than what was named without them all",
    0: "whether all three beat what was named without them all is undecided",
}
GUESSING = "guessing"
LONGEST = 150  # characters of a title
ROOM = 1.25  # of the axis to the furthest mark, for its text
CLEAR = {1: "first is better", -1: "second is better", 0: "undecided"}


def answer(
    rows: pd.DataFrame,
    chance: float,
    between: int | None,
    fusion: int | None,
    with_words: int | None = None,
) -> Any:
    """The approaches named before the run against guessing and the ceiling, with their intervals as
    texts too.

    rows: modality, approach, macro_ap, macro_ap_lo, macro_ap_hi, ceiling (NaN where unknown),
    one row per modality, guessing as "none". chance: macro average precision of random scores.
    between, fusion, with_words: the verdicts on picture minus sound, on both minus the better of
    its parts, and on all three minus what was named without them all; None without these.
    """
    rows = rows.assign(row=rows["modality"].replace({"none": GUESSING}))
    sensing = rows[rows["modality"] != "none"]
    judged = [] if between is None else [BETWEEN[between]]
    judged += [] if fusion is None else [FUSION[fusion]]
    judged += [] if with_words is None else [WITH_WORDS[with_words]]
    if sensing["macro_ap_lo"].isna().all():
        judged = ["too few films for an interval or a verdict"]
    scores = sensing.set_index("modality")["macro_ap"]
    said = [f"{m} {number(scores[m])}" for m in MODALITIES if m in scores]
    title = "; ".join(judged) or f"{', '.join(said)}, guessing {number(chance)}"
    title = title[0].upper() + title[1:]
    what = f"The approaches named before the run: {' · '.join(sensing['approach'])}"
    spans = [interval(*pair) for pair in zip(rows["macro_ap_lo"], rows["macro_ap_hi"], strict=True)]
    texts = [
        f"{number(value)} ({span})" if span else number(value)
        for value, span in zip(rows["macro_ap"], spans, strict=True)
    ]
    furthest = float(rows[["macro_ap", "macro_ap_hi", "ceiling"]].max().max())
    top = min(1.0, math.ceil(10 * furthest * ROOM) / 10)
    chart = _dots(
        rows.assign(text=texts), chance, title, what, size=70, row=38, top=top, names=alt.Axis()
    )
    chart.usermeta["keys"] = [key for key in chart.usermeta["keys"] if key not in NAMES]
    return chart


def matrix(rows: pd.DataFrame, chance: float) -> Any:
    """Every approach with its interval, sorted; rows as in `answer`, with skilled (bool)."""
    rows = rows.sort_values("macro_ap", ascending=False).assign(row=lambda f: f["approach"])
    sensing = rows[rows["modality"] != "none"]
    clear = int(sensing["skilled"].sum())
    title = f"{of_all(clear, len(sensing), 'model')} chance ({number(chance)})"
    if rows["macro_ap_lo"].isna().all():
        title = f"Too few films to say which of the {counted(len(sensing), 'model')} beat chance"
    rows = rows.assign(text=[number(value) for value in rows["macro_ap"]])
    return _dots(
        rows, chance, title, "All approaches, best first", size=80, row=ROW, top=1.0, names=NAMED
    )


def _dots(
    rows: pd.DataFrame,
    chance: float,
    title: str,
    what: str,
    *,
    size: int,
    row: int,
    top: float,
    names: alt.Axis,
) -> Any:
    order = rows["row"].tolist()
    y = alt.Y("row:N", sort=order, title=None, axis=names)
    tooltip = [
        alt.Tooltip("approach:N"),
        alt.Tooltip("modality:N"),
        alt.Tooltip("macro_ap:Q", format=".3f", title="macro AP"),
        alt.Tooltip("macro_ap_lo:Q", format=".3f", title="95% from"),
        alt.Tooltip("macro_ap_hi:Q", format=".3f", title="to"),
        alt.Tooltip("ceiling:Q", format=".3f"),
    ]
    base = alt.Chart(rows).encode(y=y, tooltip=tooltip)
    scale = alt.Scale(domain=[0, top], nice=False)
    ticks = alt.Axis(format=".1f", values=[tenth / 10 for tenth in range(round(10 * top) + 1)])
    x = alt.X("macro_ap:Q", title=AP_AXIS, scale=scale, axis=ticks)
    layers: list[Any] = [
        alt.Chart(pd.DataFrame({"chance": [chance]}))
        .mark_rule(strokeDash=[4, 4])
        .encode(x=alt.X("chance:Q", title=AP_AXIS, scale=scale)),
        base.mark_rule(**INTERVAL).encode(
            x=alt.X("macro_ap_lo:Q", title=AP_AXIS, scale=scale, axis=ticks),
            x2="macro_ap_hi:Q",
            color=colour(),
        ),
        base.mark_point(filled=True, size=size, opacity=1).encode(
            x=x, color=colour(), shape=shape()
        ),
        base.mark_text(dy=-row * 0.35, fontSize=11).encode(x=x, text="text:N"),
    ]
    keys = [m for m in NAMES if m in set(rows["modality"])]
    keys += ["interval", "chance"] if rows["macro_ap_lo"].notna().any() else ["chance"]
    if rows["ceiling"].notna().any():
        bounded = alt.Chart(rows.dropna(subset=["ceiling"])).encode(y=y, tooltip=tooltip)
        layers.append(
            bounded.mark_tick(thickness=3, size=row * 0.6, opacity=1).encode(
                x=alt.X("ceiling:Q", title=AP_AXIS, scale=scale)
            )
        )
        keys.append("ceiling")
    spoken = "; ".join(_spoken(values) for values in rows.to_dict("records"))
    alternative = f"{what}, macro average precision with 95% intervals. {spoken}. "
    alternative += f"Chance: {number(chance)}."
    return finish(
        alt.layer(*layers), title, alternative, height=row * len(rows), subtitle=what, keys=keys
    )


def _spoken(row: Any) -> str:
    text = f"{row['row']} {number(row['macro_ap'])}"
    spread = interval(row["macro_ap_lo"], row["macro_ap_hi"])
    text += f" ({spread})" if spread else ""
    return text + (f", ceiling {number(row['ceiling'])}" if pd.notna(row["ceiling"]) else "")


def contender(name: str) -> str:
    """The name of a comparison's second side on the pages."""
    return "chance" if name == "random_scores" else name


def verdicts(comparisons: pd.DataFrame) -> list[str]:
    """The verdict on every comparison, in words. comparisons: verdict."""
    return [
        TOO_FEW if word == TOO_FEW else CLEAR[VERDICTS.get(word, 0)]
        for word in comparisons["verdict"]
    ]


def differences(comparisons: pd.DataFrame, named: bool = False) -> Any:
    """Paired differences in macro average precision, with intervals, Holm's p and verdict.

    comparisons: a, b, difference, lo, hi, p_holm, verdict; modality: which one is ahead, for the
    colour, where it is there. named: whether the title names those that are clear, or counts.
    """
    if "modality" not in comparisons:
        comparisons = comparisons.assign(modality="none")
    rows = comparisons.assign(
        row=_pairs(comparisons),
        verdict=verdicts(comparisons),
        text=[signed(value) for value in comparisons["difference"]],
        p_text=[p_value(value) for value in comparisons["p_holm"]],
    )
    decided = [CLEAR[1], CLEAR[-1]]
    clear_of_zero = f"indexof({decided}, datum.verdict) >= 0"
    clear = int(rows["verdict"].isin(decided).sum())
    title = f"{clear} of {_differences(len(rows))} clear of zero"
    title = (named and _beaten(rows)) or title
    if len(rows) and (rows["verdict"] == TOO_FEW).all():
        title = "Too few films to say which differences are clear of zero"
    span = float(rows[["difference", "lo", "hi"]].abs().max().max()) if len(rows) else 1.0
    scale = alt.Scale(domain=[-span * 1.15, span * 1.15], nice=True)
    base = alt.Chart(rows).encode(
        y=alt.Y("row:N", sort=None, title=None, axis=NAMED),
        tooltip=[
            alt.Tooltip("row:N", title="difference of"),
            alt.Tooltip("difference:Q", format="+.3f"),
            alt.Tooltip("lo:Q", format="+.3f", title="95% from"),
            alt.Tooltip("hi:Q", format="+.3f", title="to"),
            alt.Tooltip("p_holm:Q", format=".4f", title="p (Holm)"),
            alt.Tooltip("verdict:N"),
        ],
    )
    axis = "difference in macro AP (first − second)"
    chart = alt.layer(
        alt.Chart(pd.DataFrame({"zero": [0]})).mark_rule().encode(x="zero:Q"),
        base.mark_rule(strokeCap="round").encode(
            x=alt.X("lo:Q", title=axis, scale=scale, axis=alt.Axis(tickCount=6)),
            x2="hi:Q",
            color=colour(),
            strokeWidth=alt.condition(clear_of_zero, alt.value(4), alt.value(1.5)),
        ),
        base.mark_point(filled=True, opacity=1).encode(
            x=alt.X("difference:Q", scale=scale),
            color=colour(),
            shape=shape(),
            size=alt.condition(clear_of_zero, alt.value(80), alt.value(40)),
        ),
        base.mark_text(dy=-11, fontSize=11).encode(
            x=alt.X("difference:Q", scale=scale), text="p_text:N"
        ),
    )
    ahead = [m for m in MODALITIES if m in set(rows["modality"])]
    spoken = "; ".join(
        f"{row['row']} {row['text']} ({_judged(row)}{row['verdict']})"
        for row in rows.to_dict("records")
    )
    return finish(
        chart,
        title,
        "Paired differences in macro average precision with 95% intervals and p-values adjusted by "
        f"Holm. {spoken}.",
        height=36 * max(len(rows), 1),
        subtitle="Right of zero: the first is better; p adjusted by Holm; thin: undecided"
        + ("; coloured by the better side" if len(ahead) else ""),
        keys=[*ahead, "interval"],
    )


def _pairs(comparisons: pd.DataFrame) -> list[str]:
    """`a − b` of each row, less what both end with where the rows still differ without it."""
    first, second = comparisons["a"].astype(str), comparisons["b"].astype(str).map(contender)
    shorter = [" − ".join(_apart(a, b)) for a, b in zip(first, second, strict=True)]
    return shorter if len(set(shorter)) == len(shorter) else (first + " − " + second).tolist()


def _apart(a: str, b: str) -> tuple[str, str]:
    one, other = a.split(", "), b.split(", ")
    while one[-1] == other[-1] and min(len(one), len(other)) > 1:
        one, other = one[:-1], other[:-1]
    return ", ".join(one), ", ".join(other)


def _differences(number: int) -> str:
    return counted(number, "difference is", "differences are")


def _judged(row: Any) -> str:
    spread = interval(row["lo"], row["hi"])
    return f"{spread}; {row['p_text']}; " if spread else ""


def _beaten(rows: pd.DataFrame) -> str:
    """Who is clearly better than whom, by the second of each pair; "" where it is too long."""
    parts = []
    for name, part in rows.groupby("b", sort=False):
        above = part.loc[part["verdict"] == CLEAR[1], "a"].map(quoted).tolist()
        below = part.loc[part["verdict"] == CLEAR[-1], "a"].map(quoted).tolist()
        second = quoted(str(name))
        verb = "beats" if len(above) == 1 else "beat"
        parts += [f"{listed(above)} {verb} {second}"] if above else []
        parts += [f"{second} beats {listed(below)}"] if below else []
    said = "; ".join(parts) or f"None of {counted(len(rows), 'difference')} is clear of zero"
    return said if len(said) <= LONGEST else ""
