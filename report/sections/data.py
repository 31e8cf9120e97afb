"""Sections of the data page: contact sheets and the rules of extraction."""

from typing import Any

from report import html
from report.html import Html
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
    there = [html.picture(*entry) for entry in pictures if (metrics.folder / entry[0]).exists()]
    if metrics.sample and there:
        return Html("\n".join(sheet.text for sheet in there))
    return html.paragraph(
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
        "that is completely black is skipped in favour of the next that is not; a trailer that is "
        "black throughout has no picture.",
        f"Approaches that judge each frame alone look at the middle "
        f"{training.get('middle_frames', 10)} and average; those with context use all {count}.",
        "Sound is the default track, never commentary or audio description if there is another. "
        "Stereo is averaged; surround sound is first mixed to stereo (ITU-R BS.775).",
        f"It is taken in windows of {audio.get('seconds', 30)} s ({windows}); approaches hear the "
        f"window “{training.get('sound_window', 'start')}”. A window whose peak is below "
        f"{audio.get('silence_level', -70)} dB of full scale is silent and not used; a trailer "
        "whose windows are all silent has no sound.",
    ]
