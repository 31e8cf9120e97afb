"""Sections on a run: its machine, its stages, what they cost, and what was not run."""

import pandas as pd

from report import figures, html, text
from report.html import Html
from report.loading import Metrics
from report.tables import approaches, run


def machine(metrics: Metrics) -> Html:
    """The machine and the commit of the run."""
    of = metrics.provenance
    host = of.get("machine", {})
    facts = [
        f"{label}: {text.isolate(value)}"
        for label, value in (
            ("Commit", of.get("commit")),
            ("Python", of.get("python")),
            ("Processor", host.get("processor")),
            ("Cores", host.get("cores")),
            ("Trained on", host.get("device")),
        )
        if value not in (None, "")
    ]
    return html.bullets(facts or ["No run has recorded its machine."])


def timings(metrics: Metrics) -> Html:
    """The time of each stage; a sentence where nothing is recorded."""
    stages = run.stages(metrics)
    if stages["seconds"].notna().sum() == 0:
        return html.paragraph("No run has recorded the time of its stages.")
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
        caption="Each backbone that ran: its input, size, time and output",
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
        caption="Every model of every set: what it was trained on, and where its weights are from",
        source="models.csv",
        name="models",
        swatch=modalities,
    )


def pipeline(metrics: Metrics) -> Html:
    """The graph of stages; nothing where dvc.yaml, dvc.lock or params.yaml is missing."""
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
    """The cells of other sets, each with the reason why it was not run."""
    shown = approaches.not_run(metrics)
    if shown.empty:
        return html.paragraph("Every cell of every set was run.")
    table = html.table(shown, source="cells.csv", name="not-run")
    cells = text.counted(len(shown), "cell was", "cells were")
    return html.folded(f"{cells} not run: which and why", table)


def citation(metrics: Metrics) -> str:
    """How to cite this run: the software, its commit, and the corpus it ran on."""
    commit = metrics.provenance.get("commit")
    at = f", commit {text.isolate(commit)}" if commit else ""
    corpus = "its rendered sample corpus" if metrics.sample else "real films"
    films = metrics.catalogue["films"]
    return (
        "The trailer-genres authors (2026). How far can a film's genres be told from its trailer? "
        f"A benchmark of picture, sound and both{at}; run on {corpus} "
        f"({text.counted(films, 'film')})."
    )


def records(metrics: Metrics) -> Html:
    """Links to the files that machines read, of those that are there."""
    names = ("results.json", "croissant.json")
    found = [name for name in names if (metrics.folder / name).is_file()]
    return html.downloads(found) if found else html.paragraph("Neither was written here.")
