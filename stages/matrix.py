"""The matrix: every approach that params.yaml declares, as cells with a modality and its parts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from stages.params import Params

PRIOR = "prior"
Modality = Literal["none", "picture", "sound", "both"]
Kind = Literal["prior", "single", "early", "late"]


@dataclass(frozen=True)
class Cell:
    """One approach; `parts` are backbones (single, early) or approaches (late)."""

    slug: str
    kind: Kind
    modality: Modality
    parts: tuple[str, ...]
    context: str
    head: str


def cells(params: "Params") -> list[Cell]:
    """Every cell in the order of params.yaml, the prior first."""
    found = [Cell(PRIOR, "prior", "none", (), "none", "none")]
    for slug, single in params.approaches.items():
        modality = params.backbones[single.backbone].modality
        found.append(
            Cell(slug, "single", modality, (single.backbone,), single.context, single.head)
        )
    for slug, early in params.early.items():
        found.append(Cell(slug, "early", "both", (early.picture, early.sound), "mean", early.head))
    for slug, late in params.late.items():
        found.append(Cell(slug, "late", "both", (late.picture, late.sound), "scores", "average"))
    return found


def check(params: "Params") -> None:
    """Refuse a matrix whose parts do not exist, are of the wrong modality or share a name."""
    slugs = [PRIOR, *params.approaches, *params.early, *params.late]
    if twice := sorted({slug for slug in slugs if slugs.count(slug) > 1}):
        raise ValueError(f"each approach needs a name of its own, found twice: {', '.join(twice)}")
    backbones = {slug: backbone.modality for slug, backbone in params.backbones.items()}
    for slug, single in params.approaches.items():
        _part(f"approaches.{slug}.backbone", single.backbone, backbones, None)
    approaches = {slug: backbones[single.backbone] for slug, single in params.approaches.items()}
    for section, fusions, known in (
        ("early", params.early, backbones),
        ("late", params.late, approaches),
    ):
        for slug, fusion in fusions.items():
            _part(f"{section}.{slug}.picture", fusion.picture, known, "picture")
            _part(f"{section}.{slug}.sound", fusion.sound, known, "sound")
    for cell in cells(params):
        if cell.kind in ("single", "early") and cell.head not in params.training.heads:
            known = ", ".join(params.training.heads)
            raise ValueError(f"{cell.slug}: training.heads lacks {cell.head!r}, it has {known}")
    if params.training.sound_window not in params.audio.windows:
        raise ValueError("training.sound_window is not one of audio.windows")


def _part(where: str, name: str, known: Mapping[str, str], modality: str | None) -> None:
    fitting = [slug for slug, kind in known.items() if modality in (None, kind)]
    if name not in fitting:
        raise ValueError(f"{where}: found {name!r}, expected one of {', '.join(fitting)}")
