"""Every cell of a matrix with what it needs, whether that is at hand, and what it will cost."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from stages.corpus.reader import Trailer
from stages.embedding.base import describe
from stages.errors import BenchmarkError
from stages.params import BackboneParams, MatrixParams
from stages.params.matrix import PRIOR, Cell, cells_of

ONCE = (
    *("catalogue", "download", "frames", "audio", "splits", "ceiling", "evaluate", "contrast"),
    "compare",
)
BYTES = 4  # of a parameter as published


@dataclass(frozen=True)
class Row:
    """One line of the plan: a group of stages, a backbone or an approach."""

    slug: str
    what: str
    needs: str
    at_hand: str  # "yes", or what is to be done
    stages: int
    megabytes: float = 0.0  # to be fetched
    minutes: float | None = None  # None: nothing was measured that would tell


@dataclass(frozen=True)
class Recorded:
    """What an earlier run took: seconds by stage, over how many trailers, rendered ones or not."""

    seconds: Mapping[str, float]
    trailers: int
    sample: bool = True

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

    def minutes(self, names: list[str], trailers: int) -> float | None:
        """Minutes of stages, in proportion to trailers; None unless each was run before."""
        if not self.trailers or not all(name in self.seconds for name in names):
            return None
        return sum(self.seconds[name] for name in names) / 60 * trailers / self.trailers


def plan(
    matrix: MatrixParams,
    trailers: Sequence[Trailer],
    recorded: Recorded,
    per_trailer: Callable[[BackboneParams], float],
    at_hand: Callable[[str], str],
) -> Iterator[Row]:
    """Rows in the order of work.

    per_trailer: seconds that embedding a trailer takes here. at_hand: where the weights of a
    pretrained backbone are, "" if they must be fetched; BenchmarkError if they cannot be.
    """
    yield _common(trailers, recorded)
    fetched: dict[str, str] = {}
    for slug in (*matrix.backbones, *matrix.pretrained):
        row = _backbone(matrix, slug, len(trailers), per_trailer, at_hand)
        if row.megabytes and row.needs in fetched:
            row = replace(row, at_hand=f"with {fetched[row.needs]}", megabytes=0.0)
        fetched.setdefault(row.needs, slug)
        yield row
    by_slug = {cell.slug: cell for cell in cells_of(matrix) if not cell.base}
    for cell in by_slug.values():
        yield _approach(cell, by_slug, len(trailers), recorded)


def _common(trailers: Sequence[Trailer], recorded: Recorded) -> Row:
    sample = all(trailer.url.startswith("sample:") for trailer in trailers)
    known = sample == recorded.sample  # what comes over a network takes what the network takes
    minutes = recorded.minutes(list(ONCE), len(trailers)) if known else None
    what = f"{len(trailers)} trailers, folds, judging, report"
    return Row("–", what, "the catalogue", "yes", len(ONCE) + 1, 0.0, minutes)


def _backbone(
    matrix: MatrixParams,
    slug: str,
    trailers: int,
    per_trailer: Callable[[BackboneParams], float],
    at_hand: Callable[[str], str],
) -> Row:
    backbone = matrix.backbone(slug)
    what = " ".join([backbone.family, backbone.model]).strip()
    pretrained = slug in matrix.pretrained
    stages = 1 + pretrained
    try:
        record = describe(backbone.family, backbone.model, backbone.options)
        where = at_hand(slug) if pretrained else "yes"
        minutes = per_trailer(backbone) * trailers / 60
    except BenchmarkError as error:
        return Row(slug, what, "–", f"no: {error}", stages)
    source = record.source
    needs = f"{source.hub or source.file} (weights)" if source else "nothing"
    megabytes = 0.0 if where else record.parameters * BYTES / 1e6
    return Row(slug, what, needs, where or "to be fetched", stages, megabytes, minutes)


def _approach(cell: Cell, by_slug: Mapping[str, Cell], trailers: int, recorded: Recorded) -> Row:
    if cell.slug == PRIOR:
        what = "label frequencies"
    elif cell.kind == "late":
        what = "average of two approaches"
    else:
        what = f"{cell.head}, {'both joined' if cell.kind == 'early' else cell.context}"
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
    return Row(cell.slug, what, needs, "made before it" if cell.parts else "yes", 1, 0.0, minutes)
