"""The page of --plot: the scores of each frame and stretch of sound along a trailer.

One file, without scripts and without anything to load; texts from outside are escaped.
"""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template

import cv2
import numpy as np
import pyarrow as pa

from stages.base.files import replacing, write
from stages.base.genres import GENRES
from stages.base.packs import read_pack
from stages.base.params.matrix import Cell
from stages.base.params.modalities import UNIONS
from stages.commands.predict.layers import line
from stages.commands.predict.layers_drawing import drawn_lane, lanes_of
from stages.commands.predict.output import printable
from stages.commands.predict.predictor import Prediction, Predictor
from stages.commands.predict.trailers import TrailerResult, parts_of
from stages.commands.predict.word_pieces import SAID, write_word_pieces
from stages.commands.predict.words_drawing import NARROWEST, drawn_spans, listed, spans_of

FRAME_WIDTH, CELL_WIDTH = 84, 36  # pixels from one to the next, at least
NUMBER_WIDTH = 28  # a narrower cell has its number in the tooltip alone
LONGEST = 20_000  # pixels, whatever the file says of its length
THUMBNAIL = 160  # pixels
ROW, HEAD = 20, 26
ALONG = ("picture", "sound")  # what has scores along a trailer
PAGE = Path(__file__).with_name("page.html")


@dataclass(frozen=True)
class Track:
    """The scores of one approach along a trailer."""

    cell: Cell
    time: np.ndarray
    """(n,) seconds, ascending."""
    score: np.ndarray
    """(n, 10)."""
    threshold: float | None
    until: np.ndarray | None = None
    """(n,) seconds: until when words are drawn; None: each piece reaches halfway to the next."""


def write_page(
    path: Path,
    predictor: Predictor,
    results: Sequence[TrailerResult],
    about: str,
    warnings: Sequence[str],
    folder: Path,
) -> None:
    """Write the page.

    about: what the models were trained on; folder: what `predict` filled.
    """
    write(page(predictor, results, about, warnings, folder), path)


def page(
    predictor: Predictor,
    results: Sequence[TrailerResult],
    about: str,
    warnings: Sequence[str],
    folder: Path,
) -> str:
    """The HTML of it."""
    frames = {rows["trailer_id"][0].as_py(): rows for rows in read_pack(folder / "frames")}
    sections = [
        _section(result, frames.get(result.trailer_id), list(_tracks(predictor, result, folder)))
        for result in results
    ]
    warning = "".join(f'<p class="warning">{escape(each)}</p>' for each in warnings)
    return Template(PAGE.read_text(encoding="utf-8")).substitute(
        corpus=escape(about), warning=warning, sections="\n".join(sections)
    )


def _tracks(predictor: Predictor, result: TrailerResult, folder: Path) -> Iterator[Track]:
    threshold = {prediction.cell.slug: prediction.threshold for prediction in result.predictions}
    for cell in parts_of(predictor, result.cells):
        path = folder / "embeddings" / f"{''.join(cell.parts[:1])}.npz"
        if cell.kind != "single" or not path.is_file():
            continue
        if cell.modality == "words":
            yield from _words_track(predictor, cell, result, threshold, folder)
        elif cell.modality in ALONG:
            times = write_pieces(path, result.trailer_id, folder / "pieces")
            if len(times):
                pieces = {str(n): n for n in range(len(times))}
                score = predictor.score_pieces(cell, pieces, folder / "pieces")
                yield Track(cell, times, score, threshold.get(cell.slug))


def _words_track(
    predictor: Predictor,
    cell: Cell,
    result: TrailerResult,
    threshold: Mapping[str, float],
    folder: Path,
) -> Iterator[Track]:
    """The words of each moment; nothing where there are none."""
    names, spans = write_word_pieces(
        cell.parts[0], result.trailer_id, result.words, predictor.params, predictor.data, folder
    )
    if names:
        pieces = {name: number for number, name in enumerate(names)}
        score = predictor.score_pieces(cell, pieces, folder / SAID)
        yield Track(cell, spans[:, 0], score, threshold.get(cell.slug), spans[:, 1])


def write_pieces(path: Path, trailer_id: str, folder: Path) -> np.ndarray:
    """Write a trailer's items as if each were a trailer; their times, (n,) seconds, ascending."""
    with np.load(path) as file:  # of all trailers of the call
        names = file["trailer_id"].tolist()
        own = file["trailer"] == (names.index(trailer_id) if trailer_id in names else -1)
        arrays = {name: file[name][own] for name in ("group", "time", "embedding")}
    times, order = np.unique(arrays["time"], return_index=True)  # windows may overlap or be alike
    numbers = np.arange(len(order))
    pieces = {name: array[order] for name, array in arrays.items()}
    with replacing(folder / "embeddings" / path.name) as new:
        np.savez(new, trailer_id=numbers.astype(str), trailer=numbers, **pieces)
    return times


def _section(result: TrailerResult, frames: pa.Table | None, tracks: Sequence[Track]) -> str:
    notes = "".join(f"<p>{escape(printable(note))}</p>" for note in result.notes)
    fused = [c.slug for c in result.cells if c.modality in UNIONS or c.kind == "dual"]
    joint = (
        f"<p>{', '.join(fused)}: scores a trailer as a whole, so it is in the table alone.</p>"
        if fused
        else ""
    )
    return f"""<section>
<h2><bdi>{escape(printable(result.name))}</bdi></h2>{notes}
{_table(result.predictions)}
{_timeline(frames, tracks, result) if tracks else ""}{joint}
{"".join(f"<p>{escape(said)}</p>" for said in line(result.layers))}
{listed(result.words)}</section>"""


def _table(predictions: Sequence[Prediction]) -> str:
    heads = "".join(
        f'<th scope="col" class="{a.cell.modality}">{a.cell.modality}<br>{a.cell.slug}'
        f"<br><small>yes from {a.threshold:.2f}</small></th>"
        for a in predictions
    )
    rows = "".join(
        f'<tr><th scope="row">{genre}</th>{"".join(_cell(a, genre) for a in predictions)}</tr>'
        for genre in GENRES
    )
    head = f"<thead><tr><th>genre</th>{heads}</tr></thead>"
    return f'<div class="wide"><table>{head}<tbody>{rows}</tbody></table></div>'


def _cell(prediction: Prediction, genre: str) -> str:
    if genre not in prediction.genres:
        return "<td>–</td>"
    at = prediction.genres.index(genre)
    yes = prediction.decision[at]
    said = "yes" if yes else "no"
    scored = f"{prediction.score[at]:.2f} ± {prediction.spread[at]:.2f}"
    return f'<td class="{said}">{scored} · {prediction.probability[at]:.0%} · {said}</td>'


def _timeline(frames: pa.Table | None, tracks: Sequence[Track], result: TrailerResult) -> str:
    """Labels that stay, and beside them the drawing that scrolls."""
    pictures = [] if frames is None else sorted(frames.to_pylist(), key=lambda row: row["frame"])
    shown = np.array([row["time"] for row in pictures])
    spans = [(shown, FRAME_WIDTH)] if pictures else []
    even = [track for track in tracks if track.until is None]  # words may follow at once
    spans += [(track.time, CELL_WIDTH) for track in even or ([] if pictures else tracks)]
    begin, end = min(t[0] for t, _ in spans), max(t[-1] for t, _ in spans)
    steps = [width / max(float(np.median(np.diff(t))), 0.01) for t, width in spans if len(t) > 1]
    scale = min(max(steps, default=1.0), LONGEST / max(float(end - begin), 0.01))
    strip = FRAME_WIDTH if pictures else 0
    labels: list[str] = []
    drawn: list[str] = []
    for row in pictures:
        x = (row["time"] - begin) * scale
        drawn.append(
            f'<image x="{x:.1f}" y="16" width="{FRAME_WIDTH - 2}" height="{strip - 20}" '
            f'href="data:image/jpeg;base64,{_thumbnail(row["jpeg"])}"><title>frame '
            f"{row['frame'] + 1}, {row['time']:.1f} s</title></image>"
            f'<text class="time" x="{x:.1f}" y="11">{row["time"]:.1f} s</text>'
        )
    y = strip
    for title, said in spans_of(result.words):
        labels.append(f'<text x="0" y="{y + ROW - 6}">{title}</text>')
        drawn += drawn_spans(said, begin, scale, y, ROW)
        y += ROW
    for layer, heard in lanes_of(result.layers):
        labels.append(f'<text x="0" y="{y + ROW - 6}">{layer}</text>')
        drawn += drawn_lane(layer, heard, begin, scale, y, ROW)
        y += ROW
    for track in tracks:
        labels.append(f'<text class="track" x="0" y="{y + HEAD - 8}">{track.cell.modality}</text>')
        drawn.append(f'<text class="track" x="2" y="{y + HEAD - 8}">{track.cell.slug}</text>')
        drawn += _cells(track, *_ends(track, begin, scale), y + HEAD)
        y += HEAD
        for genre in GENRES:
            labels.append(f'<text x="0" y="{y + ROW - 6}">{genre}</text>')
            y += ROW
    width = round((end - begin) * scale + FRAME_WIDTH)
    return f"""<div class="timeline">
<svg width="106" height="{y}" aria-hidden="true">{"".join(labels)}</svg>
<div class="scroll" tabindex="0" role="group" aria-label="scores along the trailer">
<svg width="{width}" height="{y}" role="img" aria-label="scores along the trailer">
{"".join(drawn)}</svg></div></div>"""


def _ends(track: Track, begin: float, scale: float) -> tuple[np.ndarray, np.ndarray]:
    """Left and right edge of each piece in pixels: from halfway to the one before to halfway on,
    and of words while they are drawn above."""
    if track.until is not None:
        left = np.maximum(track.time - begin, 0) * scale
        return left, np.maximum((track.until - begin) * scale, left + NARROWEST)
    x = (track.time - begin) * scale + FRAME_WIDTH / 2
    halves = np.diff(x) / 2 if len(x) > 1 else np.array([CELL_WIDTH / 2])
    return x - np.append(halves[:1], halves), x + np.append(halves, halves[-1:])


def _cells(track: Track, left: np.ndarray, right: np.ndarray, top: int) -> Iterator[str]:
    """One rectangle for each genre and piece."""
    for row, genre in enumerate(GENRES):
        y = top + row * ROW
        for at, score in enumerate(track.score[:, row]):
            if not np.isfinite(score):
                continue  # a genre that the approach was not trained on
            over = track.threshold is not None and score >= track.threshold
            wide = right[at] - left[at]
            yield (
                f'<g class="{track.cell.modality}{" over" if over else ""}">'
                f"<title>{genre} {score:.2f} at {track.time[at]:.1f} s</title>"
                f'<rect x="{left[at]:.1f}" y="{y}" width="{wide:.1f}" height="{ROW - 2}" '
                f'fill-opacity="{score:.2f}"/>'
            )
            if wide >= NUMBER_WIDTH:
                yield f'<text x="{(left[at] + right[at]) / 2:.1f}" y="{y + 13}">{score:.2f}</text>'
            yield "</g>"


def _thumbnail(jpeg: bytes) -> str:
    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None, "a JPEG of our own"
    height, width = image.shape[:2]
    scale = THUMBNAIL / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    coded = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 80])[1]
    return base64.b64encode(coded.tobytes()).decode("ascii")
