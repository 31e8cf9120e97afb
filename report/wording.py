"""Sentences the pages say, computed from metrics/: the banner, the answer, findings, for whom."""

from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd

from report import few_films
from report.html import Html, paragraph
from report.loading import VERDICTS, Metrics
from report.tables.approaches import points
from report.tables.genres import pair_ceilings
from report.text import counted, in_words, interval, isolate, listed, number, p_value, signed

FROM = {"picture": "from the picture", "sound": "from the sound", "both": "from both"}


def banner(metrics: Metrics) -> Html:
    """On the sample corpus: a notice that these are not films. Nothing on real ones."""
    if not metrics.sample:
        return Html("")
    films = metrics.catalogue["films"]
    return Html(
        '<aside class="banner" role="note"><strong>These are not films.</strong> '
        f"The corpus is a rendered calibration corpus: {films} trailers of films that do not "
        "exist, with known cues planted in picture and sound. The numbers say how well the "
        "instrument measures, and nothing about cinema.</aside>"
    )


def answer(metrics: Metrics) -> Html:
    """The answer in one sentence, with numbers and 95% intervals."""
    said = [f"{FROM[m]} at {_scored(metrics.approach(slug))}" for m, slug in metrics.named.items()]
    said[0] = said[0].replace("(", "(95% interval ", 1)
    judges = {"picture_minus_sound": _between, "fusion_gain": _fusion}
    found = [
        judge(metrics.comparison(metrics.headline[name]))
        for name, judge in judges.items()
        if name in metrics.headline
    ]
    chance = number(chance_level(metrics))
    text = (
        f"The genres of {_these(metrics)} can be told {listed(said)}, on a scale where chance "
        f"scores {chance} on these films and a perfect predictor 1"
    )
    text += f": {', and '.join(found)}." if found else "."
    return Html(f'<p class="answer">{text}</p>')


def _these(metrics: Metrics) -> str:
    return "these rendered trailers" if metrics.sample else "a film trailer"


def _scored(row: "pd.Series[Any]") -> str:
    spread = interval(row["macro_ap_lo"], row["macro_ap_hi"])
    return f"<strong>{number(row['macro_ap'])}</strong>" + (
        f" ({escape(spread)})" if spread else ""
    )


def _between(row: "pd.Series[Any]") -> str:
    found = judged(row)
    if found > 0:
        return f"the picture tells more, by {_gap(row)}"
    if found < 0:
        return f"the sound tells more, by {_gap(row, -1)}"
    known = "is undecided" if pd.notna(row["lo"]) else "so few films cannot say"
    return f"which of the two tells more {known} (picture − sound {_gap(row)})"


def _fusion(row: "pd.Series[Any]") -> str:
    found = judged(row)
    part = f"{escape(str(row['b']))}, the better of its two parts on training films"
    if found > 0:
        return f"joining them gains {_gap(row)} over {part}"
    if found < 0:
        return f"joining them loses {_gap(row, -1)} against {part}"
    known = "is undecided" if pd.notna(row["lo"]) else "they cannot say either"
    return f"whether joining them gains anything over {part}, {known} ({_gap(row)})"


def judged(row: "pd.Series[Any]") -> int:
    """The verdict on a row of comparisons.csv: 1 first is better, -1 second is, 0 undecided."""
    return VERDICTS.get(row["verdict"], 0)


def _gap(row: "pd.Series[Any]", sign: int = 1) -> str:
    if pd.isna(row["lo"]):
        return signed(row["difference"], 3)
    lo, hi = sorted((sign * row["lo"], sign * row["hi"]))
    # Three places: an interval that just holds zero must not be shown as ending at it.
    spread = f"[{signed(lo, 3)} to {signed(hi, 3)}; Holm’s {p_value(row['p_holm'])}]"
    return f"{signed(sign * row['difference'], 3)} {escape(spread)}"


def chance_level(metrics: Metrics) -> float:
    """Macro average precision of a random order of the same films, so on the scale of every value
    and interval beside it; else of the label frequencies."""
    value = metrics.reference("random_scores", "macro_ap")
    if value is not None:
        return value
    priors = metrics.approaches[metrics.approaches["modality"] == "none"]
    return float(priors["macro_ap"].iloc[0]) if len(priors) else 0.0


def findings(metrics: Metrics) -> list[str]:
    """Findings: against chance, against the ceiling or the best, what a threshold costs."""
    chance = chance_level(metrics)
    sensing = points(metrics).query("modality != 'none'")
    beat = (
        f"{int(sensing['skilled'].sum())} of {len(sensing)} approaches that look or listen beat "
        f"chance ({number(chance)}): the 95% interval of their difference from a random order of "
        "the same films lies above zero, and its p, adjusted by Holm, below 0.05."
    )
    if few_films.too_few(metrics):
        beat = (
            f"Which of {len(sensing)} approaches that look or listen beat chance "
            f"({number(chance)}) so few films cannot say: they have no intervals and no verdicts."
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
            f"Every genre for every film gives a macro F1 of {number(everything)}; "
            f"{metrics.leading} scores {scores} at {rules}, "
            f"{'thresholds' if len(at) > 1 else 'a threshold'} fixed before the run. A score "
            "without its reference says little."
        )
    return found


def best(metrics: Metrics) -> str:
    """The approach that scores highest, and what singling it out is worth."""
    sensing = points(metrics).query("modality != 'none'")
    first = sensing.sort_values("macro_ap").iloc[-1]
    spread = interval(first["macro_ap_lo"], first["macro_ap_hi"])
    scored = number(first["macro_ap"]) + (f" ({spread})" if spread else "")
    text = f"Of all approaches {first['approach']} scores highest: {scored}"
    if first["approach"] in metrics.headline.values():
        return f"{text}. It was named before the run."
    return (
        f"{text}. It is singled out after seeing the scores, which flatters it a little; the "
        "answer keeps to what was named before."
    )


def _reached(metrics: Metrics, chance: float) -> str:
    shares = []
    for modality, slug in metrics.named.items():
        ceiling = metrics.ceiling(slug)
        if ceiling is None or ceiling <= chance:
            continue
        share = (metrics.approach(slug)["macro_ap"] - chance) / (ceiling - chance)
        shares.append(f"{share:.0%} for {modality}")
    if not shares:
        return ""
    return (
        "Of the way from chance to the ceiling, the approaches named before the run go "
        f"{listed(shares)}. The rest of the way is in the trailers, and these models miss it."
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
        f"Planted with probability 0, and yet with a ceiling above the genre’s share of films: "
        f"{listed(said)}. "
        "No cue there is the genre’s own. What tells it is co-occurrence: which other genres’ "
        "cues its films carry, and how thinly."
    )


def genre_set(metrics: Metrics) -> str:
    """The set of genres that every number is over, in words: which of the ten are not in it."""
    known, judged = list(metrics.catalogue["prevalence"]), metrics.genre_names
    missing = [genre for genre in known if genre not in judged]
    if not missing:
        return f"{in_words(len(known))} genres"
    left = f"{in_words(len(judged))} of the {in_words(len(known))} genres"
    return f"{left} (no {', no '.join(missing)})"


def scope(metrics: Metrics) -> list[str]:
    """For whom the answer holds: corpus, films, folds, what was usable."""
    usable: Mapping[str, int] = metrics.splits.get("usable", {})
    folds = len(metrics.splits.get("folds", {}))
    corpus = "the rendered sample corpus" if metrics.sample else "real films"
    source = metrics.catalogue.get("path", "")
    films = counted(metrics.catalogue["films"], "film")
    trailers = counted(metrics.catalogue["trailers"], "trailer")
    lines = [
        f"Corpus: {corpus} ({isolate(source)}), {films} with {trailers}; "
        f"{genre_set(metrics)}, {number(metrics.catalogue.get('label_cardinality'))} per film.",
    ]
    if date := metrics.provenance.get("date"):
        lines.append(f"Judged on {isolate(date)}.")
    if usable:
        lines.append(
            f"Usable: picture of {usable.get('picture', '–')}, sound of "
            f"{usable.get('sound', '–')}, both of {usable.get('both', '–')} films."
        )
    lines.append(
        f"Every film was judged by models that had not seen it ({counted(folds, 'fold')}, grouped "
        f"by {_grouped(metrics)}); {few_films.INTERVALS}"
    )
    if metrics.sample:
        lines.append(
            "It does not hold for films. It says whether the instrument finds what was planted."
        )
    return lines


def _grouped(metrics: Metrics) -> str:
    """By what the films of a fold were kept together: collections where any has several films."""
    films = metrics.splits.get("usable", {}).get("any", 0)
    return "collection" if metrics.splits.get("groups", films) < films else "film"


def came(metrics: Metrics) -> str:
    """How much of the catalogue came, beside the seed study's share."""
    of = metrics.download
    text = f"{of['ok']} of {counted(of['trailers'], 'trailer')} came ({of['share']:.1%})"
    study = of.get("seed_study_share")
    if metrics.sample:
        return f"{text}. None is fetched: the trailers are rendered on the spot."
    aside = "The student study that this benchmark grew out of got"
    return f"{text}. {aside} {study:.0%} of its own." if study else f"{text}."


def no_second_source(metrics: Metrics) -> str:
    """Why it is not known how far two sources of genres agree."""
    of = metrics.catalogue.get("second_source", {"path": "second_source.txt", "films": 0})
    file = f"{isolate(of['path'])} (catalogue.second_source)"
    if not of["films"]:
        return f"How far two sources of genres agree is not known: {file} names no film."
    return (
        f"How far two sources of genres agree is not known: {file} names the genres of "
        f"{of['films']} of these films, and fewer than two of them have a trailer that could be "
        "used."
    )


def citation(metrics: Metrics) -> str:
    """How to cite this run: the software, its commit, and the corpus it ran on."""
    commit = metrics.provenance.get("commit")
    at = f", commit {isolate(commit)}" if commit else ""
    corpus = "its rendered sample corpus" if metrics.sample else "real films"
    films = metrics.catalogue["films"]
    return (
        "The trailer-genres authors (2026). How far can a film's genres be told from its trailer? "
        f"A benchmark of picture, sound and both{at}; run on {corpus} ({counted(films, 'film')})."
    )
