"""The matrix: every approach that params.yaml declares, as cells with a modality and its parts."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from stages.params import Params

PRIOR = "prior"
FAMILIES = Path(__file__).resolve().parents[1] / "backbones"
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
    for slug, early in params.early.items():
        _part(f"early.{slug}.picture", early.picture, backbones, "picture")
        _part(f"early.{slug}.sound", early.sound, backbones, "sound")
    for slug, late in params.late.items():
        _part(f"late.{slug}.picture", late.picture, approaches, "picture")
        _part(f"late.{slug}.sound", late.sound, approaches, "sound")
    for cell in cells(params):
        if cell.kind in ("single", "early") and cell.head not in params.training.heads:
            known = ", ".join(params.training.heads)
            raise ValueError(f"{cell.slug}: training.heads lacks {cell.head!r}, it has {known}")
    _check_headline(params)
    for slug, backbone in params.backbones.items():
        if not (FAMILIES / f"{backbone.family}.py").is_file():
            raise ValueError(f"backbones.{slug}.family: there is no {backbone.family}")
    if params.training.middle_frames > params.frames.count:
        raise ValueError("training.middle_frames is more than frames.count")
    if params.training.sound_window not in params.audio.windows:
        raise ValueError("training.sound_window is not one of audio.windows")


def _check_headline(params: "Params") -> None:
    """The headline compares two approaches under one head and context, and a fusion of them."""
    headline = params.judging.headline
    by_slug = {cell.slug: cell for cell in cells(params)}
    modalities = {slug: cell.modality for slug, cell in by_slug.items()}
    for modality, slug in vars(headline).items():
        _part(f"judging.headline.{modality}", slug, modalities, modality)
    picture, sound, both = (by_slug[slug] for slug in vars(headline).values())
    if (picture.context, picture.head) != (sound.context, sound.head):
        raise ValueError("judging.headline: picture and sound need the same context and head")
    late = both.parts == (picture.slug, sound.slug)
    early = both.parts == picture.parts + sound.parts and both.head == picture.head
    if not late and not (early and picture.context == "mean"):
        raise ValueError("judging.headline.both is not a fusion of the headline's two approaches")


def _part(where: str, name: str, known: Mapping[str, str], modality: str | None) -> None:
    fitting = [slug for slug, kind in known.items() if modality in (None, kind)]
    if name not in fitting:
        raise ValueError(f"{where}: found {name!r}, expected one of {', '.join(fitting)}")
