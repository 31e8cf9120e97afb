"""Sentences of the pages, computed from metrics/: banner, warning, answer, findings, scope."""

from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd

from report.html import Html, paragraph
from report.loading import VERDICTS, Metrics
from report.tables.approaches import points
from report.tables.features import features
from report.tables.genres import pair_ceilings
from report.text import (
    counted,
    in_words,
    interval,
    isolate,
    listed,
    number,
    of_all,
    p_value,
    quoted,
    signed,
)

NOT_FILMS = "Rendered trailers with known cues: these are not films"  # above a saved figure
ALONE = {"picture": "picture alone", "sound": "sound alone", "both": "both together"}
ALONE |= {"words": "words alone", "all": "picture, sound and words together"}
SAID = ("picture_minus_sound", "fusion_gain", "words_gain")
"""Of the headline's differences those that the answer is made of."""


def banner(metrics: Metrics) -> Html:
    """On the sample corpus: a notice that these are not films. On real ones nothing that is seen,
    only what saved figures say they are of."""
    if not metrics.sample:
        title = escape(str(metrics.catalogue.get("title", "")))
        return Html(f'<span hidden data-on-figures="{title}"></span>' if title else "")
    films = metrics.catalogue["films"]
    sample = metrics.parameters.get("sample") or {}
    more = [name for name in ("words", "motion") if sample.get(name)]
    planted = listed(["picture", "sound", *more])
    return Html(
        f'<aside class="banner" role="note" data-on-figures="{NOT_FILMS}">'
        "<strong>These are not films.</strong> "
        f"The corpus is a test with a known answer: {films} rendered trailers of films that do not "
        f"exist, with known cues planted in {planted}. The numbers show how well the "
        "benchmark measures, and nothing about cinema.</aside>"
    )


def warning(metrics: Metrics) -> Html:
    """The pipeline's warning where a corpus or a genre has too few films; else nothing."""
    found = metrics.splits.get("warning")
    if not found:
        return Html("")
    return Html(
        '<aside class="banner" role="note" data-on-figures="Few films"><strong>Few films.</strong> '
        f"{escape(found)}</aside>"
    )


def answer(metrics: Metrics) -> Html:
    """The answer with numbers, 95% intervals and p-values."""
    scores = [f"{ALONE[m]} {_scored(metrics.approach(slug))}" for m, slug in metrics.named.items()]
    scores[0] = scores[0].replace(" <", " scores <").replace("(", "(95% interval ", 1)
    judges = zip(SAID, (_between, _fusion, _with_words), strict=True)
    found = [
        judge(metrics.comparison(metrics.headline[name]))
        for name, judge in judges
        if name in metrics.headline
    ]
    on = "On these rendered trailers" if metrics.sample else "For the genres of films"
    text = (
        f"{on}, {listed(scores)}. Chance scores {number(chance_level(metrics))}, a perfect "
        "predictor 1."
    )
    return Html(f"<p>{' '.join([text, *found])}</p>")


def _scored(row: "pd.Series[Any]") -> str:
    spread = interval(row["macro_ap_lo"], row["macro_ap_hi"])
    return f"<strong>{number(row['macro_ap'])}</strong>" + (
        f" ({escape(spread)})" if spread else ""
    )


def _between(row: "pd.Series[Any]") -> str:
    found = judged(row)
    if found:
        first, second = ("Picture", "sound") if found > 0 else ("Sound", "picture")
        return f"{first} beats {second} by {_gap(row, found)}."
    known = "Undecided:" if pd.notna(row["lo"]) else "Too few films to say"
    return f"{known} whether picture beats sound (picture − sound {_gap(row)})."


def _fusion(row: "pd.Series[Any]") -> str:
    found = judged(row)
    part = f"{escape(quoted(str(row['b'])))}, the better single model on training films"
    if found:
        verb = "beats" if found > 0 else "loses to"
        return f"Fusion {verb} {part}, by {_gap(row, found)}."
    known = "Undecided:" if pd.notna(row["lo"]) else "Too few films to say"
    return f"{known} whether fusion beats {part} ({_gap(row)})."


def _with_words(row: "pd.Series[Any]") -> str:
    found = judged(row)
    part = escape(quoted(str(row["b"])))
    if found:
        verb = "beats" if found > 0 else "loses to"
        return f"With words as well, fusion {verb} {part}, by {_gap(row, found)}."
    known = "Undecided:" if pd.notna(row["lo"]) else "Too few films to say"
    return f"{known} whether fusion with words beats {part} ({_gap(row)})."


def judged(row: "pd.Series[Any]") -> int:
    """The verdict on a row of comparisons.csv: 1 first is better, -1 second is, 0 undecided."""
    return VERDICTS.get(row["verdict"], 0)


def verdicts(metrics: Metrics) -> list[int | None]:
    """As `judged`, on each of SAID; None where the headline has no such difference."""
    return [
        judged(metrics.comparison(metrics.headline[name])) if name in metrics.headline else None
        for name in SAID
    ]


def _gap(row: "pd.Series[Any]", ahead: int = 0) -> str:
    """The difference with its interval; ahead: 1 or -1, its sign where one of the two is better."""
    if pd.isna(row["lo"]):
        return signed(row["difference"], 3)
    shown, sign = (number, ahead) if ahead else (signed, 1)
    lo, hi = sorted((sign * row["lo"], sign * row["hi"]))
    # Three places: an interval that just holds zero must not be shown as ending at it.
    spread = f"[{shown(lo, 3)} to {shown(hi, 3)}; Holm’s {p_value(row['p_holm'])}]"
    return f"{shown(sign * row['difference'], 3)} {escape(spread)}"


def chance_level(metrics: Metrics) -> float:
    """Macro average precision of a random order of the same films, so on the scale of every value
    and interval beside it; else of the label frequencies."""
    value = metrics.reference("random_scores", "macro_ap")
    if value is not None:
        return value
    priors = metrics.approaches[metrics.approaches["modality"] == "none"]
    return float(priors["macro_ap"].iloc[0]) if len(priors) else 0.0


def findings(metrics: Metrics) -> list[str]:
    """Findings: against chance, against the ceiling or the best, F1 against its reference."""
    chance = chance_level(metrics)
    sensing = points(metrics).query("modality != 'none'")
    beat = (
        f"{of_all(int(sensing['skilled'].sum()), len(sensing), 'model')} chance "
        f"({number(chance)}): the 95% interval of the difference from a random order of the same "
        "films is above zero, and p, adjusted by Holm, below 0.05."
    )
    if metrics.approaches["macro_ap_lo"].isna().all():
        beat = (
            f"There are too few films to say which of the {counted(len(sensing), 'model')} beat "
            f"chance ({number(chance)}): no intervals and no verdicts."
        )
    found = [beat]
    found.append(_reached(metrics, chance) or best(metrics))
    everything = metrics.reference("predict_everything", "f1_macro")
    at = metrics.thresholds[metrics.thresholds["approach"] == metrics.leading]
    at = at.drop_duplicates("threshold")
    at = at[[any(abs(value - rule) < 1e-6 for rule in metrics.rules) for value in at["threshold"]]]
    if everything is not None and len(at):
        scores = listed([number(value) for value in at["f1_macro"]])
        rules = listed([f"{value:g}" for value in at["threshold"]])
        found.append(
            f"Every genre for every film scores a macro F1 of {number(everything)}; "
            f"{quoted(metrics.leading)} scores {scores} at the "
            f"{'thresholds' if len(at) > 1 else 'threshold'} {rules}, fixed before the run. A "
            "score means little without such a reference."
        )
    return found


def best(metrics: Metrics) -> str:
    """The approach that scores highest, and whether it was named before the run."""
    sensing = points(metrics).query("modality != 'none'")
    first = sensing.sort_values("macro_ap").iloc[-1]
    spread = interval(first["macro_ap_lo"], first["macro_ap_hi"])
    scored = number(first["macro_ap"]) + (f" ({spread})" if spread else "")
    text = f"Of all approaches {quoted(first['approach'])} scores highest: {scored}"
    if first["approach"] in metrics.headline.values():
        return f"{text}. It was named before the run."
    return (
        f"{text}. It was picked after seeing the scores, which flatters it a little; the answer "
        "uses only approaches named before the run."
    )


def _reached(metrics: Metrics, chance: float) -> str:
    shares = []
    for modality, slug in metrics.named.items():
        ceiling = metrics.ceiling(slug)
        if ceiling is None or ceiling <= chance:
            continue
        share = (metrics.approach(slug)["macro_ap"] - chance) / (ceiling - chance)
        shares.append(f"{ALONE[modality]} {share:.0%}")
    if not shares:
        return ""
    return (
        "Of the distance from chance to the ceiling, the approaches named before the run cover: "
        f"{listed(shares)}. The missing signal is there; these models miss it."
    )


def unplanted(metrics: Metrics) -> Html:
    """Genres without a cue of their own whose ceiling is above their share; nothing without one."""
    rows = pair_ceilings(metrics)
    rows = rows[(rows["planted"] == 0) & (rows["normalised_ap"] > 0)]
    said = [
        f"{row['genre']} in the {row['modality']} ({number(row['normalised_ap'])})"
        for row in rows.to_dict("records")
    ]
    if not said:
        return Html("")
    return paragraph(
        f"No cue was planted, and yet the ceiling is above the genre’s share of films: "
        f"{listed(said)}. "
        "Co-occurrence gives it away: which other genres’ cues its films carry, and how few."
    )


def genre_set(metrics: Metrics) -> str:
    """The genres that every number is over, in words: which of the ten are missing."""
    known, judged = list(metrics.catalogue["prevalence"]), metrics.genre_names
    missing = [genre for genre in known if genre not in judged]
    if not missing:
        return f"{in_words(len(known))} genres"
    left = f"{in_words(len(judged))} of the {in_words(len(known))} genres"
    return f"{left} (no {', no '.join(missing)})"


def scope(metrics: Metrics) -> list[str]:
    """What the answer holds for: corpus, films, folds, what was usable."""
    usable: Mapping[str, int] = metrics.splits.get("usable", {})
    folds = len(metrics.splits.get("folds", {}))
    corpus = "the rendered sample corpus" if metrics.sample else "real films"
    source = metrics.catalogue.get("path", "")
    films = counted(metrics.catalogue["films"], "film")
    trailers = f" with {counted(metrics.catalogue['trailers'], 'trailer')}"
    if features(metrics):  # of trailers that nobody here has
        trailers = ", published features in place of trailers"
    lines = [
        f"Corpus: {corpus} ({isolate(source)}), {films}{trailers}; "
        f"{genre_set(metrics)}, {number(metrics.catalogue.get('label_cardinality'))} per film.",
    ]
    if date := metrics.provenance.get("date"):
        lines.append(f"Date: {isolate(date)}.")
    if usable:
        lines.append(
            f"Films with usable picture: {usable.get('picture', '–')}, sound: "
            f"{usable.get('sound', '–')}, both: {usable.get('both', '–')}."
        )
    lines.append(
        f"Every film was scored by models that had not seen it ({counted(folds, 'fold')}, grouped "
        f"by {_grouped(metrics)})."
    )
    # one sentence for all pages: which interval is where, and why
    lines.append(
        "95% intervals: for a score, the jackknife over films, around the score itself, so that "
        "score, interval, chance and ceiling are all for this many films (with few films, average "
        "precision comes out higher); for a difference, the paired bootstrap. Models are not "
        "retrained."
    )
    if metrics.sample:
        lines.append("It does not hold for real films. It shows whether planted cues are found.")
    return lines


def _grouped(metrics: Metrics) -> str:
    """What films are grouped by in folds: collections, where any has several films."""
    films = metrics.splits.get("usable", {}).get("any", 0)
    return "collection" if metrics.splits.get("groups", films) < films else "film"
