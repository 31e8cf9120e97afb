"""The whole of params.yaml, and how its sections must fit together."""

from collections.abc import Iterator, Mapping

from pydantic import Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from stages.base.params.absent import Absent, absent
from stages.base.params.backbones import BackboneParams
from stages.base.params.budgets import budget_errors
from stages.base.params.clips import ClipsParams, clip_errors
from stages.base.params.explaining import INCONSISTENT
from stages.base.params.features import PUBLISHED, TableParams
from stages.base.params.fusing import wrong_headline, wrong_with_words
from stages.base.params.fusions import DUAL
from stages.base.params.joint import joint_errors
from stages.base.params.layers import LayersParams
from stages.base.params.matrix import PRIOR, UNTRAINED_CONTEXTS, MatrixParams, cells_of, not_served
from stages.base.params.outside import bring_all
from stages.base.params.sections import (
    AudioParams,
    CatalogueParams,
    DownloadParams,
    FramesParams,
    JudgingParams,
    LeaksParams,
    SampleParams,
    SplitsParams,
    TrainingParams,
)
from stages.base.params.values import ALL_WINDOWS, Slug, params_dataclass
from stages.base.params.words import WordsParams, mask_errors
from stages.base.params.zero_shot import not_asked
from stages.base.plugins import plugin_names

OF_TRAILERS = ("sample", "download", "frames", "audio", "leaks")
OPTIONAL = ("words", "clips", "layers")  # and of trailers too
Errors = Iterator[InitErrorDetails]


@params_dataclass
class Params:
    """A corpus has trailers, or tables of published features and then no use for OF_TRAILERS."""

    catalogue: CatalogueParams
    features: dict[Slug, TableParams] = Field(default_factory=dict)
    """Tables that others have published, instead of trailers."""
    sample: SampleParams = absent("sample")
    download: DownloadParams = absent("download")
    frames: FramesParams = absent("frames")
    audio: AudioParams = absent("audio")
    words: WordsParams | None = None
    """None: what trailers say is not asked for."""
    clips: ClipsParams | None = None
    """None: trailers are looked at in single frames."""
    layers: LayersParams | None = None
    """None: nobody asks how much of a trailer is speech or music."""
    splits: SplitsParams
    leaks: LeaksParams = absent("leaks")
    matrix: MatrixParams
    training: TrainingParams
    judging: JudgingParams

    @model_validator(mode="after")
    def _check_consistency(self) -> "Params":
        """All that does not fit together at once, each error with its place in the file."""
        for backbone in self.matrix.backbones.values():
            known = [self.features[name] for name in backbone.table_names if name in self.features]
            object.__setattr__(backbone, "records", tuple(known))  # frozen, and not of the file
        brought = [_error(*each) for each in bring_all(self.matrix)]
        if errors := [*_section_errors(self)] or brought or [*_errors(self)]:
            for each in errors:
                each["loc"] = self._place(each["loc"])
            raise ValidationError.from_exception_data("params.yaml", errors)
        return self

    def _place(self, keys: tuple[int | str, ...]) -> tuple[int | str, ...]:
        """Where an entry of the matrix is in the file: some are in a section of their own there."""
        matrix, section, slug = (*map(str, keys), "", "", "")[:3]
        if matrix != "matrix" or not slug:
            return keys
        return (matrix, *self.matrix.home(section, slug), *keys[2:])


def _error(keys: tuple[str, ...], message: str, found: object = None) -> InitErrorDetails:
    custom = PydanticCustomError(INCONSISTENT, "{message}", {"message": message})
    return InitErrorDetails(type=custom, loc=keys, input=found)


def _section_errors(params: Params) -> Errors:
    """A corpus of trailers without a section that it needs; one without them that needs them."""
    if params.words and (message := params.words.wrong()):
        yield _error(("words",), message)
    for section in OPTIONAL if params.features else ():
        if getattr(params, section):
            yield _error((section,), "is of trailers, and this corpus has published features")
    for section in () if params.features else OF_TRAILERS:
        if isinstance(getattr(params, section), Absent):
            yield _error((section,), "missing")


def _errors(params: Params) -> Errors:
    matrix, training = params.matrix, params.training
    yield from _name_errors(matrix)
    yield from _family_errors(params)
    yield from _part_errors(matrix)
    yield from _context_errors(params)
    wrong = (*clip_errors(params), *joint_errors(params), *mask_errors(matrix))
    yield from (_error(*each) for each in (*budget_errors(params), *wrong))
    if _all_known(matrix):
        yield from _headline_errors(matrix)
    if params.features:
        return
    yield from _window_errors(params)
    if (found := training.middle_frames) > params.frames.count:
        yield _error(("training", "middle_frames"), "is more than frames.count", found)
    if (heard := training.sound_window) not in params.audio.windows:
        yield _error(("training", "sound_window"), "is not one of audio.windows", heard)


def _name_errors(matrix: MatrixParams) -> Errors:
    """Names that two approaches, or two backbones, have in common."""
    fewer = [f"{slug}_{of}" for slug, each in matrix.approaches.items() for of in each.fewer_labels]
    joined = [slug for section in vars(matrix.with_words).values() for slug in section]
    others = (matrix.approaches, fewer, matrix.early, matrix.late, matrix.dual, matrix.zero_shot)
    slugs = [PRIOR, *(slug for each in others for slug in each), *joined, *matrix.submitted]
    places = ("submitted", "zero_shot", "dual", "late", "early", "approaches")
    for slug in sorted({slug for slug in slugs if slugs.count(slug) > 1}):
        place = [s for s in places if slug in getattr(matrix, s)][:1]
        place = place or [*matrix.with_words.keys("", slug)]
        message = f"each approach needs a name of its own, {slug} has none"
        yield _error(("matrix", *place, slug), message, slug)
    for slug in sorted(matrix.backbones.keys() & matrix.pretrained.keys()):
        yield _error(("matrix", "pretrained", slug), "is among matrix.backbones already", slug)


def _family_errors(params: Params) -> Errors:
    """A corpus has trailers or tables: a backbone is of a family in stages/backbones, or reads its
    own tables."""
    families = [PUBLISHED] if params.features else plugin_names("backbones")
    for section in ("backbones", "pretrained"):
        for slug, backbone in getattr(params.matrix, section).items():
            keys = ("matrix", section, slug)
            if (found := backbone.family) not in families:
                message = f"found {found!r}, expected one of {', '.join(families)}"
                yield _error((*keys, "family"), message, found)
            elif params.features:
                yield from _table_errors(keys, backbone, params.features)
            elif backbone.reads == "features":
                yield _error((*keys, "reads"), "missing")
            elif backbone.reads == "words" and params.words is None:
                message = "needs a section `words`: docs/words.md"
                yield _error((*keys, "reads"), message, backbone.reads)


def _table_errors(
    keys: tuple[str, ...], backbone: BackboneParams, known: Mapping[str, TableParams]
) -> Errors:
    place = (*keys, "tables" if backbone.tables else "table")
    if not backbone.table_names or (backbone.table and backbone.tables):
        yield _error(place, f"expected one, or several as `tables`, of {', '.join(known)}")
    for name in backbone.table_names:
        if name not in known:
            yield _error(place, f"found {name!r}, expected one of {', '.join(known)}", name)
    modalities = {name: known[name].modality for name in backbone.table_names if name in known}
    if len(set(modalities.values())) > 1:
        found = ", ".join(f"{name} {modality}" for name, modality in modalities.items())
        yield _error(place, f"joins tables of picture and of sound ({found})")
    if len({record.rows for record in backbone.records}) > 1 or (
        len(backbone.records) > 1 and (backbone.has_several_rows)
    ):
        yield _error(place, "joins tables that have several rows a film: join those of one")
    for name in ("model", "options", "precision", "reads"):
        if getattr(backbone, name) != BackboneParams.__dataclass_fields__[name].default and (
            name != "options" or backbone.options
        ):
            yield _error((*keys, name), "is of networks, and this backbone reads tables")


def _part_errors(matrix: MatrixParams) -> Errors:
    """Backbones of approaches, and parts of fusions, that are unknown or of another modality."""
    modalities: dict[str, str] = _modalities(matrix)
    for slug, single in matrix.approaches.items():
        place = ("matrix", "approaches", slug, "backbone")
        yield from _reference_errors(place, single.backbone, modalities, None)
    for slug, early in matrix.early.items():
        keys = ("matrix", "early", slug)
        yield from _reference_errors((*keys, "picture"), early.picture, modalities, "picture")
        yield from _reference_errors((*keys, "sound"), early.sound, modalities, "sound")
    yield from (_error(*each) for each in not_asked(matrix))
    unserved = not_served(matrix) if _all_known(matrix) else {}
    approaches = {
        slug: modalities.get(each.backbone, "")
        for slug, each in matrix.approaches.items()
        if slug not in unserved
    }
    where = "matrix.approaches"
    for slug, late in matrix.late.items():
        keys = ("matrix", "late", slug)
        yield from _reference_errors((*keys, "picture"), late.picture, approaches, "picture", where)
        yield from _reference_errors((*keys, "sound"), late.sound, approaches, "sound", where)
    wrong = wrong_with_words(matrix.with_words, modalities, approaches)
    yield from (_error(*each) for each in wrong)
    for slug, each in matrix.every_late.items():
        for part in each.parts if each.with_left_out else ():
            if part in matrix.approaches and not matrix.approaches[part].with_left_out:
                message = f"its part {part} is not fitted so"
                section = matrix.with_words.keys("late", slug)
                yield _error(("matrix", *section, slug, "with_left_out"), message)


def _all_known(matrix: MatrixParams) -> bool:
    backbones = {**matrix.backbones, **matrix.pretrained}
    named = [each.backbone for each in matrix.approaches.values()]
    return backbones.keys() >= {*named, *(each.backbone for each in matrix.zero_shot.values())}


def _modalities(matrix: MatrixParams) -> dict[str, str]:
    return {slug: each.modality for slug, each in {**matrix.backbones, **matrix.pretrained}.items()}


def _reference_errors(
    keys: tuple[str, ...],
    name: str,
    known: Mapping[str, str],
    modality: str | None,
    where: str = "the matrix",
) -> Errors:
    """known: name -> modality of what may be named; where: in which section that is declared."""
    allowed = [slug for slug, kind in known.items() if modality in (None, kind)]
    if name not in allowed:
        expected = f"expected one of {', '.join(allowed)}"
        if not allowed:
            of = f" of {modality}" if modality else ""
            expected = f"and {where} has none{of}: leave this out"
        yield _error(keys, f"found {name!r}, {expected}", name)


def _context_errors(params: Params) -> Errors:
    trained = [name for name in plugin_names("contexts") if name != DUAL]  # an entry of its own
    contexts = (*UNTRAINED_CONTEXTS, *trained)
    backbones = {**params.matrix.backbones, **params.matrix.pretrained}
    for slug, single in params.matrix.approaches.items():
        keys, backbone = ("matrix", "approaches", slug), backbones.get(single.backbone)
        if (found := single.context) not in (*contexts, DUAL):
            message = f"found {found!r}, expected one of {', '.join(contexts)}"
            yield _error((*keys, "context"), message, found)
        elif backbone is not None and backbone.cannot_serve(found, single.window):
            continue  # a cell that does not run
        elif found in trained and found not in params.training.contexts:
            yield _error((*keys, "context"), f"training.contexts lacks {found!r}", found)


def _window_errors(params: Params) -> Errors:
    windows, modalities = (*params.audio.windows, ALL_WINDOWS), _modalities(params.matrix)
    without = {"picture": "looks at pictures", "words": "reads words"}
    for section in ("approaches", "zero_shot"):
        for slug, each in getattr(params.matrix, section).items():
            place, found = ("matrix", section, slug, "window"), each.window
            if found is not None and (does := without.get(modalities.get(each.backbone, ""))):
                yield _error(place, f"is of sound approaches, and this one {does}", found)
            elif found not in (None, *windows):
                yield _error(place, f"found {found!r}, expected one of {', '.join(windows)}", found)


def _headline_errors(matrix: MatrixParams) -> Errors:
    """What the headline names that is unknown, or else does not fit together."""
    keys, named = ("matrix", "headline"), matrix.headline.named
    by_slug = {cell.slug: cell for cell in cells_of(matrix) if cell.kind != "zero_shot"}
    modalities: dict[str, str] = {slug: cell.modality for slug, cell in by_slug.items()}
    unknown = [
        error
        for modality, slug in named.items()
        for error in _reference_errors((*keys, modality), slug, modalities, modality)
    ]
    if unknown:
        yield from unknown
        return
    yield from (_error(*each) for each in wrong_headline(matrix))
