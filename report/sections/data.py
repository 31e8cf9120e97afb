"""The data page: what was downloaded, contact sheets, rules of extraction."""

from typing import Any

from report import html, text
from report.html import Html
from report.loading import Metrics
from report.tables import features as tables


def sheets(metrics: Metrics) -> Html:
    """The contact sheets of the rendered corpus; a sentence instead for real films."""
    pictures = (
        (
            "sheets/picture.jpg",
            "Contact sheet: frames of each of the ten planted picture cues, and of neutral shots.",
            "Picture: the ten cues that can be planted in a shot, four frames of each; some exist "
            "only over time. Last: neutral shots.",
        ),
        (
            "sheets/sound.jpg",
            "Spectrogram and waveform of each of the ten planted sound cues, and of neutral "
            "sounds.",
            "Sound: spectrogram and waveform of the ten cues that can be planted in a sound "
            "event. Last: neutral sounds.",
        ),
        (
            "sheets/motion.jpg",
            "One frame of each of the ten planted ways to move, and of shots without one, beside "
            "a column and a row of it over time.",
            "Motion: the ten ways in which a shot can flicker, shake, roll, or come near and go. "
            "Beside a frame, part of one of its columns and of one of its rows in two seconds, "
            "time to the right. Last: shots without a cue, which move slowly.",
        ),
    )
    there = [html.picture(*entry) for entry in pictures if (metrics.folder / entry[0]).exists()]
    if metrics.sample and there:
        return Html("\n".join(sheet.text for sheet in there))
    return html.paragraph(
        "Frames and sound of real trailers belong to their owners and are not shown."
        if not metrics.sample
        else "The contact sheets are missing from metrics/."
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
        f"{count} equally spaced frames, from {start} to the final frame. A completely black frame "
        "is replaced by the next that is not black; a trailer that is all black has no picture.",
        f"Approaches that score each frame alone average the middle "
        f"{training.get('middle_frames', 10)}; those with context use all {count}.",
        "Sound is the default track, not commentary or audio description if there is another. "
        "Stereo is averaged; surround is first mixed to stereo (ITU-R BS.775).",
        f"It is cut into windows of {audio.get('seconds', 30)} s ({windows}); approaches use the "
        f"window “{training.get('sound_window', 'start')}”. A window whose peak is below "
        f"{audio.get('silence_level', -70)} dBFS is silent and not used; a trailer with only "
        "silent windows has no sound.",
    ]


def features(metrics: Metrics) -> Html:
    """What each table of published features is, what was counted in it, and which films it was."""
    found = tables.features(metrics)
    if not found:
        return html.paragraph("No table of features was read.")
    about = html.table(tables.records(found), source="features.json", name="features")
    counted = html.table(
        tables.counts(found),
        others="What was counted in this table of features.",
        caption="What was found in each",
        source="features.json",
        name="counts",
    )
    if sources := tables.sources(found):
        about += html.paragraph("The tables, where their authors published them:")
        about += html.links(sources)
    if notes := tables.notes(found):
        about += html.bullets(notes)
    listed = tables.listed(metrics)
    if listed.empty:
        return about + counted
    shown = html.table(listed, source="features.csv", name="features-listed", label="Films")
    return about + counted + html.folded(f"{text.counted(len(listed), 'row')}: which films", shown)


def downloaded(metrics: Metrics) -> str:
    """How many trailers were downloaded, beside the seed study's share."""
    of = metrics.download
    share = f"{of['ok']} of {text.counted(of['trailers'], 'trailer')}"
    if metrics.sample:
        return f"{share} rendered ({of['share']:.1%}); nothing is downloaded."
    said = f"{share} downloaded ({of['share']:.1%})"
    study = of.get("seed_study_share")
    aside = "The student study that this benchmark grew out of got"
    return f"{said}. {aside} {study:.0%} of its own." if study else f"{said}."
