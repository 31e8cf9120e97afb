"""Sections of the instrument page: planted cues found, ceilings, simulations."""

from typing import Any

import pandas as pd

from report import figures, html
from report.html import Html
from report.loading import Metrics
from report.tables import instrument
from report.text import listed, number, quoted


def ceilings(metrics: Metrics) -> Html:
    """The table of ceilings; nothing when none is known."""
    rows = metrics.ceilings
    if rows.empty:
        return Html("")
    shown = pd.DataFrame(
        {
            "Modality": rows["modality"],
            "Input": rows["window"],
            "Macro AP": [number(v, 3) for v in rows["macro_ap"]],
            "Micro AP": [number(v, 3) for v in rows["micro_ap"]],
            "Samples AP": [number(v, 3) for v in rows["samples_ap"]],
            "Ceiling of": [
                "; ".join(map(metrics.names.of, cell.split())) or "–"
                for cell in rows["used_by"].fillna("")
            ],
        }
    )
    return html.table(
        shown,
        caption="Scores of the ideal observer",
        source="ceilings.csv",
        name="ceilings",
        swatch=rows["modality"].tolist(),
    )


def recovery(metrics: Metrics) -> Html:
    """How well the headline approaches find the planted cues, by genre and modality."""
    rows = instrument.recovery(metrics)
    if rows.empty:
        return html.paragraph("Nothing was planted in real films.")
    said = metrics.recovered["headline"]
    words = html.paragraph(
        f"In {said['planted_at_zero']} of the {said['cells']} cells (a genre in one modality) no "
        f"cue was planted; {said['planted_at_zero_above']} of these score clearly more than "
        f"co-occurrence allows. Of all cells, {said['above']} score clearly more than the ideal "
        "observer." + _without_interval(said)
    )
    numbers = html.table(instrument.cells(rows), source="recovery.csv", name="recovery")
    return _charts(rows, said) + words + html.folded("The numbers", numbers)


def _charts(rows: pd.DataFrame, said: dict[str, Any], of: str = "") -> Html:
    """What is found against what was planted, and against what can be found; of: begins names."""
    planted = figures.recovered(
        rows, "planted", "planted probability", said["rank_correlation_with_planted"]
    )
    findable = figures.recovered(
        rows,
        "ceiling_normalised_ap",
        "normalised AP of the ideal observer",
        said["rank_correlation"],
    )
    return html.grid(
        [
            html.figure(planted, f"{of}planted", source="recovery.csv"),
            html.figure(findable, f"{of}findable", source="recovery.csv"),
        ]
    )


def within_shots(metrics: Metrics) -> Html:
    """How well the ways in which shots move are found; nothing where none are planted."""
    rows = instrument.within_shots(metrics)
    if rows.empty:
        return Html("")
    slug = metrics.recovered["best"]["motion"]
    said = metrics.recovered["approaches"][slug]
    words = html.paragraph(
        "How a shot moves (the light flickers, the camera shakes) shows between pictures that are "
        "near to one another. Frames a second apart look the same with such a cue and without, as "
        f"likely as not, so only what looks at clips can find it: here "
        f"{quoted(metrics.names.of(slug))}. Of its {said['cells']} cells, {said['above']} score "
        "clearly more than the ideal observer, who sees all cues in these clips, those of single "
        "pictures too. A genre that moves in no way of its own is found by those, so that what was "
        "planted as motion tells only part of what there is to find." + _without_interval(said)
    )
    numbers = html.table(instrument.cells(rows), source="recovery.csv", name="recovery-of-motion")
    charts = _charts(rows, said, "motion-")
    return html.heading("Cues within shots") + charts + words + html.folded("The numbers", numbers)


def _without_interval(said: dict[str, Any]) -> str:
    count = said.get("without_interval", 0)
    return f" For {count} there is no interval to decide by." if count else ""


def simulations(metrics: Metrics) -> Html:
    """False alarms, coverage and power in simulations; a sentence where none were kept."""
    alarms, held = instrument.false_alarms(metrics), instrument.coverage(metrics)
    found = instrument.power(metrics)
    if alarms.empty or held.empty or found.empty:
        return html.paragraph("There are no simulation results in benchmarks/results.")
    worst, low, high = alarms["rate"].max(), held["rate"].min(), held["rate"].max()
    drawn = (
        (
            "false-alarms",
            figures.rates(
                alarms,
                f"Where nothing differs, at most {worst:.1%} of runs report a difference",
                "share of runs with a false alarm",
                0.05,
            ),
            alarms,
        ),
        (
            "coverage",
            figures.rates(
                held,
                f"A 95% interval contains the true value in {low:.1%} to {high:.1%} of runs",
                "share of runs whose interval contains the true value",
                0.95,
            ),
            held,
        ),
        ("power", figures.power(found), found),
    )
    source = "calibration.json"
    return Html(
        "\n".join(
            html.figure(chart, name, source=source, numbers=instrument.simulated(rows)).text
            for name, chart, rows in drawn
        )
    )


def null_corpus(metrics: Metrics) -> Html:
    """What the whole pipeline finds on a corpus with nothing planted."""
    of = metrics.null_corpus
    if not of:
        return Html("")
    beat, clear = of["beat_no_skill"], len(of["clear_in_other_families"])
    named = f" ({listed([quoted(metrics.names.of(slug)) for slug in beat])})" if beat else ""
    return html.paragraph(
        "We also ran the whole pipeline on a corpus rendered the same way but without any planted "
        f"cue: {len(beat)} of {of['approaches']} approaches beat chance{named}, and {clear} of the "
        f"other comparisons {'was' if clear == 1 else 'were'} clear of zero. Of 100 such corpora "
        "5 may have an approach that beats chance by luck, and some more do, since models are "
        "trained on the few films that there are (below)."
    )


def trained_on_noise(metrics: Metrics) -> Html:
    """How often two approaches that know nothing differ clearly, since they were trained."""
    of = metrics.trained_on_noise
    if not of:
        return Html("")
    share, lo, hi = of["share"]
    skilled, from_, to = of["skilled_share"]
    return html.paragraph(
        "The intervals hold the trained models fixed. What that leaves out: of "
        f"{of['pairs']} pairs of approaches trained on pure noise {share:.0%} differ clearly (95% "
        f"interval {lo:.0%} to {hi:.0%}), where 5% would be right for approaches as such. Read a "
        "clear difference as one between these trained models; for the two named before the run, "
        "the wider intervals below also count other training films. Likewise the test against "
        f"chance: it takes {skilled:.0%} of single approaches trained on noise for skilled "
        f"({from_:.0%} to {to:.0%}), before p is adjusted for how many are asked."
    )


def over_time(metrics: Metrics) -> Html:
    """Whether cues that exist only over time are found by models that know the frames' order."""
    of = metrics.over_time
    if not of:
        return Html("")
    gains = [row for row in of["gains"] if row["verdict"] == "better"]
    words = html.paragraph(
        "The cues of Mystery (a shot that repeats the first scene) and of Thriller (a shot that "
        "goes back two) exist only over time: each of their frames looks like a neutral shot's. On "
        f"a corpus of {of['films']} films with these two cues only, {len(gains)} of "
        f"{len(of['gains'])} differences between an approach that knows the order of frames and "
        "one that does not are clear of zero."
    )
    shown = html.table(
        instrument.over_time(of),
        caption="Average precision by how frames are combined (p against chance)",
        source="over_time.json",
        name="over-time",
    )
    return words + shown
