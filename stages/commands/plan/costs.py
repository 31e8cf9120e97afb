"""Every cell of a matrix: what it needs, whether that is available, and what it will cost."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from stages.base.counting import counted
from stages.base.errors import BenchmarkError
from stages.base.params import BackboneParams, MatrixParams
from stages.base.params.matrix import PRIOR, Cell, cells_of
from stages.commands.plan.trying import Shape, try_approach, try_backbone
from stages.corpus.reader import Trailer

ONCE = (  # the stages that record what they take, whatever the matrix
    *("catalogue", "label_ceiling", "download", "frames", "audio", "splits", "leaks"),
    *("ceiling", "evaluate", "contrast", "compare", "training_sets"),
)
REPORT = "report"  # does not: recording would change what it renders
GROUPS = {  # of stages, by the kind of their cells, and the section of their entries
    "single": ("fit", "approaches"),
    "early": ("early", "early"),
}
JOINED_BY = {
    "mean": "average of {} approaches",
    "weighted": "weighted average of {} approaches",
    "stacked": "logistic regression on {} approaches",
}
NUMBERS = {2: "two", 3: "three"}
JOINED = {2: "both joined", 3: "all three joined"}  # by the number of parts
NOT_AVAILABLE = "no, see below"
DOWNLOADED = "to be downloaded"
BYTES = 4  # of a parameter as published


@dataclass(frozen=True)
class Row:
    """One line of the plan: a group of stages, a backbone or an approach."""

    slug: str
    what: str
    needs: str
    available: str
    """Yes, or what is to be done first."""
    stages: int
    megabytes: float = 0.0
    """To download."""
    minutes: float | None = None
    """None where nothing comparable was measured."""
    left: float | None = None
    """Minutes of those stages that are not finished."""
    problem: str = ""
    """Why it cannot run."""
    shape: Shape = ()
    """Of one embedding, where it is a backbone that can run."""


@dataclass(frozen=True)
class Recorded:
    """What an earlier run took."""

    seconds: Mapping[str, float]
    """By stage, as provenance.json names it."""
    trailers: int
    sample: bool = True
    """Whether those trailers were rendered."""

    @classmethod
    def read(cls, metrics: Path) -> "Recorded":
        """From provenance.json and catalogue.json of the last run; empty where there was none."""
        try:
            provenance, catalogue = (
                json.loads((metrics / f"{name}.json").read_text(encoding="utf-8"))
                for name in ("provenance", "catalogue")
            )
        except (OSError, ValueError):
            return cls({}, 0)
        stages = provenance.get("stages", {})
        seconds = {name: float(entry["seconds"]) for name, entry in stages.items()}
        return cls(seconds, int(catalogue.get("trailers", 0)), bool(catalogue.get("sample")))

    def minutes(self, names: Sequence[str], trailers: int) -> float | None:
        """Minutes of stages, in proportion to trailers; None unless each was run before."""
        if not self.trailers or not all(name in self.seconds for name in names):
            return None
        return sum(self.seconds[name] for name in names) / 60 * trailers / self.trailers


def plan(
    matrix: MatrixParams,
    trailers: Sequence[Trailer],
    recorded: Recorded,
    per_trailer: Callable[[BackboneParams], float],
    available: Callable[[str], str],
    finished: Callable[[str], bool],
) -> Iterator[Row]:
    """Rows in the order of work.

    per_trailer: seconds that embedding a trailer takes here, for backbones that never ran.
    A row whose code or parameters are wrong says so and stops nothing.
    available: where the weights of a pretrained backbone are, or the tables of a published one, ""
    if they must be downloaded; BenchmarkError if they cannot be. finished: whether a stage of this
    name, as DVC calls it, need not run again.
    """
    yield _common(trailers, recorded, finished)
    fetched: dict[str, str] = {}
    shapes: dict[str, Shape] = {}
    for slug in (*matrix.backbones, *matrix.pretrained):
        stage, section = "embed", "backbones"
        if slug in matrix.pretrained:
            stage, section = "embed_pretrained", "pretrained"
        done = finished(matrix.group(stage, section, slug))
        row = _backbone(matrix, slug, len(trailers), recorded, per_trailer, available, done)
        if row.shape:
            shapes[slug] = row.shape
        if row.megabytes and row.needs in fetched:
            row = replace(row, available=f"with {fetched[row.needs]}", megabytes=0.0)
        fetched.setdefault(row.needs, slug)
        yield _with_left(row, done)
    by_slug = {cell.slug: cell for cell in cells_of(matrix) if not cell.base}
    for cell in by_slug.values():
        row = _approach(cell, by_slug, len(trailers), recorded)
        try:
            try_approach(cell, shapes)
        except BenchmarkError as error:
            row = replace(row, available=NOT_AVAILABLE, problem=str(error))
        yield _with_left(row, finished(_stage(matrix, cell)))


def _stage(matrix: MatrixParams, cell: Cell) -> str:
    """The stage that a cell is, as DVC calls it."""
    if cell.kind in GROUPS:
        return matrix.group(*GROUPS[cell.kind], cell.slug)
    return cell.slug if cell.kind == "prior" else matrix.group(cell.kind, cell.kind, cell.slug)


def count(matrix: MatrixParams) -> int:
    """How many rows that will be."""
    cells = [cell for cell in cells_of(matrix) if not cell.base]
    return 1 + len(matrix.backbones) + len(matrix.pretrained) + len(cells)


def _with_left(row: Row, done: bool) -> Row:
    """A row of which all or nothing is finished."""
    return replace(row, left=0.0 if done else row.minutes)


def _common(
    trailers: Sequence[Trailer], recorded: Recorded, finished: Callable[[str], bool]
) -> Row:
    sample = all(trailer.url.startswith("sample:") for trailer in trailers)
    known = sample == recorded.sample  # what comes over a network takes what the network takes
    left = [name for name in ONCE if not finished(name)]
    minutes, minutes_left = (
        recorded.minutes(names, len(trailers)) if known else None for names in (ONCE, left)
    )
    what = f"{counted(len(trailers), 'trailer')}, folds, judging, report"
    stages = len((*ONCE, REPORT))
    if not left:
        minutes_left = 0.0
    return Row("–", what, "the catalogue", "yes", stages, 0.0, minutes, minutes_left)


def _backbone(
    matrix: MatrixParams,
    slug: str,
    trailers: int,
    recorded: Recorded,
    per_trailer: Callable[[BackboneParams], float],
    available: Callable[[str], str],
    done: bool,
) -> Row:
    backbone = matrix.backbone(slug)
    if backbone.is_published:
        return _published(slug, backbone, trailers, recorded, available, done)
    what = " ".join([backbone.family, backbone.model]).strip()
    pretrained = matrix.pretrained.get(slug)
    stages = 2 if pretrained else 1
    try:
        record = try_backbone(slug, backbone)
        where = available(slug) if pretrained else "yes"
        minutes = recorded.minutes([f"embed@{slug}"], trailers)
        if minutes is None or not (pretrained or done):  # which also tries code that was edited
            measured = per_trailer(backbone) * trailers / 60
            minutes = measured if minutes is None else minutes
    except BenchmarkError as error:
        return Row(slug, what, "–", NOT_AVAILABLE, stages, problem=str(error))
    minutes += recorded.seconds.get(f"weights@{slug}", 0.0) / 60
    source = record.source
    needs = f"{source.hub or source.file} (weights)" if source else "nothing"
    if pretrained and pretrained.file:
        needs = f"{pretrained.file} (weights of your own)"
    published = record.published_parameters or record.parameters
    megabytes = 0.0 if where else published * BYTES / 1e6
    where = where or DOWNLOADED
    return Row(slug, what, needs, where, stages, megabytes, minutes, shape=record.shape)


def _published(
    slug: str,
    backbone: BackboneParams,
    films: int,
    recorded: Recorded,
    available: Callable[[str], str],
    done: bool,
) -> Row:
    """A backbone that reads tables; what has no known width cannot be tried beforehand."""
    what = "published features"
    names = [f"embed@{slug}", *(f"features@{name}" for name in backbone.table_names)]
    widths = [record.dimensions for record in backbone.records]
    shape = (sum(filter(None, widths)),) if all(widths) else ()
    needs = ", ".join(record.file for record in backbone.records)
    minutes = recorded.minutes(names, films)
    try:
        where = "yes" if done else available(slug) or DOWNLOADED
    except BenchmarkError as error:
        return Row(slug, what, needs, NOT_AVAILABLE, len(names), problem=str(error))
    return Row(slug, what, needs, where, len(names), 0.0, minutes, shape=shape)


def _approach(cell: Cell, by_slug: Mapping[str, Cell], trailers: int, recorded: Recorded) -> Row:
    if cell.slug == PRIOR:
        what = "label frequencies"
    elif cell.kind == "late":
        what = JOINED_BY[cell.head].format(NUMBERS[len(cell.parts)])
    elif cell.kind == "submitted":  # a file is read
        what = "scores that were sent in"
        took = recorded.minutes([f"submitted@{cell.slug}"], trailers) or 0.0
        return Row(cell.slug, what, "nothing", "yes", 1, 0.0, took)
    elif cell.kind == "zero_shot":
        what = "asked in words, nothing trained"
    else:
        joined = JOINED[len(cell.parts)] if cell.kind == "early" else cell.context
        what = f"{cell.head}, {joined}"
    minutes = recorded.minutes([f"fit@{cell.slug}"], trailers)
    if minutes is None:  # the same head on another input
        alike = [
            other.slug
            for other in by_slug.values()
            if (other.kind, other.head) == (cell.kind, cell.head)
            and f"fit@{other.slug}" in recorded.seconds
        ]
        found = [recorded.minutes([f"fit@{slug}"], trailers) for slug in alike]
        minutes = max((each for each in found if each is not None), default=None)
    needs = ", ".join(cell.parts) or "nothing"
    return Row(cell.slug, what, needs, "computed first" if cell.parts else "yes", 1, 0.0, minutes)
