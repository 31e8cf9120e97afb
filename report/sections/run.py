"""Sections on a run: its machine, its stages, what they cost, and what has not run."""

import pandas as pd

from report import figures, html, text
from report.html import Html
from report.loading import Metrics
from report.tables import approaches, run
from report.tables import bench as bench_table


def machine(metrics: Metrics) -> Html:
    """Where and from which commit it was made."""
    of = metrics.provenance
    host = of.get("machine", {})
    facts = [
        f"{label}: {html.isolate(value)}"
        for label, value in (
            ("Commit", of.get("commit")),
            ("Python", of.get("python")),
            ("Processor", host.get("processor")),
            ("Cores", host.get("cores")),
            ("Trained on", host.get("device")),
        )
        if value not in (None, "")
    ]
    return html.bullets(facts or ["No run has recorded where it was made."])


def timings(metrics: Metrics) -> Html:
    """What each stage took; a sentence where nothing is recorded."""
    stages = run.stages(metrics)
    if stages["seconds"].notna().sum() == 0:
        return html.paragraph("No run has recorded what its stages took.")
    numbers = run.stages_shown(metrics)
    chart = figures.timings(stages)
    return html.figure(chart, "timings", source="provenance.json", numbers=numbers)


def price(metrics: Metrics) -> Html:
    """Score against seconds; nothing where they were not recorded."""
    rows = approaches.points(metrics)
    seconds = [approaches.cost(metrics, slug) for slug in rows["approach"]]
    rows = rows.assign(seconds=pd.Series(seconds, index=rows.index, dtype=float))
    if not (rows["seconds"] > 0).any():
        return Html("")
    return html.figure(figures.price(rows), "price", source="approaches.csv")


def backbones(metrics: Metrics) -> Html:
    """What each backbone costs."""
    shown, modalities = run.backbones(metrics)
    if shown.empty:
        return Html("")
    return html.table(
        shown,
        caption="Each backbone that ran: what goes in, what it learnt, what it took and wrote",
        source="models.csv",
        name="backbones",
        swatch=modalities,
    )


def models(metrics: Metrics) -> Html:
    """Weights, revisions and licences of every known model."""
    shown, modalities = run.models(metrics)
    if shown.empty:
        return Html("")
    return html.table(
        shown,
        caption="Every model of every set: what it has learnt from, and where its weights are from",
        source="models.csv",
        name="models",
        swatch=modalities,
    )


def pipeline(metrics: Metrics) -> Html:
    """The graph of stages; nothing where the pages were rendered without the pipeline's files."""
    stages = metrics.pipeline.get("stages", [])
    if not stages:
        return Html("")
    shown = pd.DataFrame(
        {
            "Stage": [stage["name"] for stage in stages],
            "Cells": [str(stage["cells"]) for stage in stages],
            "Needs": [", ".join(stage["needs"]) or "–" for stage in stages],
        }
    )
    chart = figures.pipeline(stages)
    return html.figure(chart, "pipeline", source="pipeline.json", numbers=shown)


def not_run(metrics: Metrics) -> Html:
    """The cells of other sets, each with the reason why it has not run."""
    shown = approaches.not_run(metrics)
    if shown.empty:
        return html.paragraph("Every cell that params.yaml declares has run.")
    table = html.table(shown, source="cells.csv", name="not-run")
    cells = text.counted(len(shown), "cell has", "cells have")
    return html.folded(f"{cells} not run, and why", table)


def bench(metrics: Metrics) -> Html:
    """How our way does beside others and beside the limit; a sentence where it was not measured."""
    if not metrics.bench:
        return html.paragraph("Nothing was measured: make bench does.")
    words = html.paragraph(
        "The same work in our way and in others, in turn, on the same input: how many times as "
        "fast ours is, the middle of the rounds, the least and the most. A floor is what no way "
        "can avoid: there a ratio just below 1 is the best there is."
    )
    rows = metrics.bench["rows"]
    table = html.table(
        bench_table.bench([row for row in rows if row["goal"] is not None]),
        caption=bench_table.measured(metrics),
        source="bench.json",
        name="bench",
    )
    everything = html.table(bench_table.bench(rows), source="bench.json", name="bench-rows")
    said = html.bullets(bench_table.notes(metrics))
    folds = html.folded("Every row", everything) + html.folded("Notes", said)
    return words + table + folds


def edit_loop(metrics: Metrics) -> Html:
    """What the next run takes after an edit; a sentence where it was not measured."""
    if not metrics.edit_loop:
        return html.paragraph("Nothing was measured: python -m benchmarks.edit_loop does.")
    words = html.paragraph(
        f"This matrix on {metrics.edit_loop['films']} rendered films, run from nothing and again "
        "after each edit that a person makes: how long dvc repro takes, and which part of it goes "
        "before fitting."
    )
    runs = metrics.edit_loop["runs"]
    table = html.table(bench_table.edits(runs), source="edit_loop.json", name="edit-loop")
    missed = bench_table.missed(runs)
    return words + table + (html.bullets(missed) if missed else Html(""))


def memory(metrics: Metrics) -> Html:
    """What each stage holds in memory at two sizes; a sentence where it was not measured."""
    if not metrics.memory:
        return html.paragraph("Nothing was measured: python -m benchmarks.memory does.")
    words = html.paragraph(
        "Small made-up films, few and many, through every stage: the most that a stage's process, "
        "or the largest of its workers, held in memory. One that streams holds no more of many."
    )
    shown = bench_table.memory(metrics.memory["peaks"])
    return words + html.table(shown, source="memory.json", name="memory")


def key_frames(metrics: Metrics) -> Html:
    """What the nearest key frames cost in AP; a sentence where it was not measured."""
    if not metrics.key_frames:
        return html.paragraph("Nothing was measured: python -m benchmarks.key_frames does.")
    words = html.paragraph(
        "frames.nearest_key_frame takes the nearest key frame instead of the exact one, which "
        "saves decoding. Macro AP of approaches to the picture on both, on the same films."
    )
    shown = bench_table.key_frames(metrics.key_frames["approaches"])
    return words + html.table(shown, source="key_frames.json", name="key-frames")
