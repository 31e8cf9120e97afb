"""A page of its own: what each approach says of every frame and stretch of sound, in their order.

One file without scripts or anything from elsewhere; what came from outside is escaped.
"""

import base64
from collections.abc import Iterator, Sequence
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
from stages.commands.predict.answers import Answer, Respondent
from stages.commands.predict.asking import Reply, parts_of
from stages.commands.predict.showing import safe

FRAME_WIDTH, CELL_WIDTH = 84, 36  # pixels from one to the next, at least
NUMBER_WIDTH = 28  # a narrower cell has its number in the tooltip alone
LONGEST = 20_000  # pixels, whatever the file says of its length
THUMBNAIL = 160  # pixels
ROW, HEAD = 20, 26
PAGE = Path(__file__).with_name("page.html")


@dataclass(frozen=True)
class Lane:
    """An approach along a trailer. time: (n,) seconds, ascending; score: (n, 10)."""

    cell: Cell
    time: np.ndarray
    score: np.ndarray
    threshold: float | None


def write_page(
    path: Path,
    respondent: Respondent,
    replies: Sequence[Reply],
    about: str,
    warnings: Sequence[str],
    folder: Path,
) -> None:
    """Write the page.

    about: what the models learnt from; folder: what `ask` filled.
    """
    write(page(respondent, replies, about, warnings, folder), path)


def page(
    respondent: Respondent,
    replies: Sequence[Reply],
    about: str,
    warnings: Sequence[str],
    folder: Path,
) -> str:
    """The HTML of it."""
    frames = {rows["trailer_id"][0].as_py(): rows for rows in read_pack(folder / "frames")}
    sections = [
        _section(reply, frames.get(reply.trailer_id), list(_lanes(respondent, reply, folder)))
        for reply in replies
    ]
    warning = "".join(f'<p class="warning">{escape(each)}</p>' for each in warnings)
    return Template(PAGE.read_text(encoding="utf-8")).substitute(
        corpus=escape(about), warning=warning, sections="\n".join(sections)
    )


def _lanes(respondent: Respondent, reply: Reply, folder: Path) -> Iterator[Lane]:
    threshold = {answer.cell.slug: answer.threshold for answer in reply.answers}
    for cell in parts_of(respondent, reply.cells):
        path = folder / "embeddings" / f"{''.join(cell.parts[:1])}.npz"
        if cell.kind == "single" and path.is_file():
            times = cut_up(path, reply.trailer_id, folder / "pieces")
            if len(times):
                pieces = {str(n): n for n in range(len(times))}
                score = respondent.along(cell, pieces, folder / "pieces")
                yield Lane(cell, times, score, threshold.get(cell.slug))


def cut_up(path: Path, trailer_id: str, folder: Path) -> np.ndarray:
    """Write a trailer's items as if each were a trailer; when each is, (n,) seconds, ascending."""
    with np.load(path) as file:  # of this trailer alone, of all that were asked about
        names = file["trailer_id"].tolist()
        own = file["trailer"] == (names.index(trailer_id) if trailer_id in names else -1)
        arrays = {name: file[name][own] for name in ("group", "time", "embedding")}
    times, order = np.unique(arrays["time"], return_index=True)  # windows may overlap or be alike
    numbers = np.arange(len(order))
    pieces = {name: array[order] for name, array in arrays.items()}
    with replacing(folder / "embeddings" / path.name) as new:
        np.savez(new, trailer_id=numbers.astype(str), trailer=numbers, **pieces)
    return times


def _section(reply: Reply, frames: pa.Table | None, lanes: Sequence[Lane]) -> str:
    notes = "".join(f"<p>{escape(safe(note))}</p>" for note in reply.notes)
    fused = [cell.slug for cell in reply.cells if cell.modality == "both"]
    joint = (
        f"<p>{', '.join(fused)}: of the trailer as a whole only, so it is in the table alone.</p>"
        if fused
        else ""
    )
    return f"""<section>
<h2><bdi>{escape(safe(reply.name))}</bdi></h2>{notes}
{_table(reply.answers)}
{_timeline(frames, lanes) if lanes else ""}{joint}
</section>"""


def _table(answers: Sequence[Answer]) -> str:
    heads = "".join(
        f'<th scope="col" class="{a.cell.modality}">{a.cell.modality}<br>{a.cell.slug}'
        f"<br><small>yes from {a.threshold:.2f}</small></th>"
        for a in answers
    )
    rows = "".join(
        f'<tr><th scope="row">{genre}</th>{"".join(_cell(a, genre) for a in answers)}</tr>'
        for genre in GENRES
    )
    head = f"<thead><tr><th>genre</th>{heads}</tr></thead>"
    return f'<div class="wide"><table>{head}<tbody>{rows}</tbody></table></div>'


def _cell(answer: Answer, genre: str) -> str:
    if genre not in answer.genres:
        return "<td>–</td>"
    at = answer.genres.index(genre)
    yes = answer.decision[at]
    return (
        f'<td class="{"yes" if yes else "no"}">{answer.score[at]:.2f} '
        f"± {answer.spread[at]:.2f} · {answer.probability[at]:.0%} · {'yes' if yes else 'no'}</td>"
    )


def _timeline(frames: pa.Table | None, lanes: Sequence[Lane]) -> str:
    """Labels that stay, and beside them the drawing that scrolls."""
    pictures = [] if frames is None else sorted(frames.to_pylist(), key=lambda row: row["frame"])
    shown = np.array([row["time"] for row in pictures])
    tracks = [(shown, FRAME_WIDTH)] if pictures else []
    tracks += [(lane.time, CELL_WIDTH) for lane in lanes]
    begin, end = min(t[0] for t, _ in tracks), max(t[-1] for t, _ in tracks)
    steps = [width / max(float(np.median(np.diff(t))), 0.01) for t, width in tracks if len(t) > 1]
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
    for lane in lanes:
        labels.append(f'<text class="lane" x="0" y="{y + HEAD - 8}">{lane.cell.modality}</text>')
        drawn.append(f'<text class="lane" x="2" y="{y + HEAD - 8}">{lane.cell.slug}</text>')
        drawn += _cells(lane, (lane.time - begin) * scale + FRAME_WIDTH / 2, y + HEAD)
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


def _cells(lane: Lane, x: np.ndarray, top: int) -> Iterator[str]:
    """One rectangle for each genre and piece, from halfway to the one before to halfway on."""
    halves = np.diff(x) / 2 if len(x) > 1 else np.array([CELL_WIDTH / 2])
    left, right = x - np.append(halves[:1], halves), x + np.append(halves, halves[-1:])
    for row, genre in enumerate(GENRES):
        y = top + row * ROW
        for at, score in enumerate(lane.score[:, row]):
            if not np.isfinite(score):
                continue  # a genre that the approach was not trained on
            over = lane.threshold is not None and score >= lane.threshold
            wide = right[at] - left[at]
            yield (
                f'<g class="{lane.cell.modality}{" over" if over else ""}">'
                f"<title>{genre} {score:.2f} at {lane.time[at]:.1f} s</title>"
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
