"""Whole sections that hang on what is there: contact sheets, ceilings, the machine, the rules."""

import json
from typing import Any

import pandas as pd

from report import elements, figures, tables
from report.elements import Html, number
from report.loading import Metrics


def sheets(metrics: Metrics) -> Html:
    """The contact sheets of the rendered corpus; a sentence instead for real films."""
    pictures = (
        (
            "sheets/picture.jpg",
            "Contact sheet: frames of each of the ten planted picture cues, and of neutral shots.",
            "Pictures: the ten cues that can be planted in a shot, each in four frames; some "
            "exist only over time. Last, neutral shots.",
        ),
        (
            "sheets/sound.jpg",
            "Spectrogram and waveform of each of the ten planted sound cues, and of neutral "
            "sounds.",
            "Sound: spectrogram and waveform of the ten cues that can be planted in a sound "
            "event. Last, neutral sounds.",
        ),
    )
    there = [elements.picture(*entry) for entry in pictures if (metrics.folder / entry[0]).exists()]
    if metrics.sample and there:
        return Html("\n".join(sheet.text for sheet in there))
    return elements.paragraph(
        "Pictures and sound of real trailers belong to their owners and are not shown here."
        if not metrics.sample
        else "The contact sheets are not among the metrics."
    )


def extraction(metrics: Metrics) -> list[str]:
    """The rules of extraction, with the values this run used."""
    frames: dict[str, Any] = metrics.parameters.get("frames", {})
    audio: dict[str, Any] = metrics.parameters.get("audio", {})
    training: dict[str, Any] = metrics.parameters.get("training", {})
    second = frames.get("first_second")
    start = f"second {second}" if second is not None else f"frame {frames.get('first_frame', 200)}"
    count = frames.get("count", 31)
    windows = ", ".join(audio.get("windows", ["start", "middle", "end"]))
    return [
        f"{count} frames at equal spacing; the first is {start}, the last the final frame. A frame "
        "that is completely black is skipped in favour of the next that is not.",
        f"Approaches that judge each frame alone look at the middle "
        f"{training.get('middle_frames', 10)} and average; those with context use all {count}.",
        f"Sound is the first track, mixed down to one channel, in windows of "
        f"{audio.get('seconds', 30)} s ({windows}); approaches hear the window "
        f"“{training.get('sound_window', 'start')}”.",
    ]


def ceilings(metrics: Metrics) -> Html:
    """The table of ceilings; nothing when none is known."""
    rows = metrics.ceilings
    if rows.empty:
        return Html("")
    shown = pd.DataFrame(
        {
            "Modality": rows["modality"],
            "What may be used": rows["window"],
            "Macro AP": [number(v, 3) for v in rows["macro_ap"]],
            "Micro AP": [number(v, 3) for v in rows["micro_ap"]],
            "Samples AP": [number(v, 3) for v in rows["samples_ap"]],
            "Ceiling of": rows["used_by"].fillna("–"),
        }
    )
    return elements.table(
        shown,
        caption="What the ideal observer scores",
        source="ceilings.csv",
        name="ceilings",
        swatch=rows["modality"].tolist(),
    )


def machine(metrics: Metrics) -> Html:
    """Where and from which commit it was made, and the time each stage took."""
    of = metrics.provenance
    host = of.get("machine", {})
    facts = [
        f"{label}: {elements.isolated(value)}"
        for label, value in (
            ("Commit", of.get("commit")),
            ("Python", of.get("python")),
            ("Processor", host.get("processor")),
            ("Cores", host.get("cores")),
            ("Trained on", host.get("device")),
        )
        if value not in (None, "")
    ]
    text = elements.bullets(facts) if facts else Html("")
    stages = tables.stages(metrics)
    if stages["seconds"].notna().any():
        peak = stages.assign(
            seconds=[number(v, 1) for v in stages["seconds"]],
            peak_megabytes=[number(v, 0) for v in stages["peak_megabytes"]],
        ).set_axis(["Stage", "Seconds", "Peak memory, MB"], axis=1)
        chart = figures.timings(stages)
        text += elements.figure(chart, "timings", source="provenance.json", numbers=peak)
    return text


def recovery(metrics: Metrics) -> Html:
    """How far what was planted is found by the headline approaches, cell by cell."""
    rows = metrics.table("recovery")
    if rows.empty:
        return elements.paragraph("Nothing was planted in real films.")
    headline = [metrics.headline[modality] for modality in ("picture", "sound")]
    rows = rows[rows["approach"].isin(headline)]
    said = json.loads((metrics.folder / "recovery.json").read_text(encoding="utf-8"))["headline"]
    correlation = said["rank_correlation"]
    words = elements.paragraph(
        f"Over the {said['cells']} cells of genre and modality, what {elements.listed(headline)} "
        "find goes with what the ideal observer finds at a rank correlation of "
        f"{number(correlation) if correlation is not None else 'no value'}. Of "
        f"{said['planted_at_zero']} cells without a cue of their own, "
        f"{said['planted_at_zero_above']} lie clear above what co-occurrence allows."
    )
    headings = {
        "approach": "Approach",
        "genre": "Genre",
        "planted": "Planted",
        "normalised_ap": "Found",
        "ceiling_normalised_ap": "Findable",
    }
    caption = "Normalised average precision, found and findable"
    return words + elements.table(
        tables.plain(rows, headings), caption=caption, source="recovery.csv", name="recovery"
    )
