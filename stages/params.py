"""params.yaml as frozen dataclasses: checked as a whole, with file and line when it is wrong."""

import difflib
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass
from pydantic_core import ErrorDetails

from stages.corpus.genres import GENRES
from stages.errors import BenchmarkError

Slug = Annotated[str, Field(pattern="^[a-z0-9_]+$")]
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=1)]
Natural = Annotated[int, Field(ge=0)]
Byte = Annotated[int, Field(ge=0, le=255)]
Positive = Annotated[float, Field(gt=0)]
Genre = Literal[GENRES]
Modality = Literal["picture", "sound"]
Head = Literal["linear", "mlp", "conv"]
Window = Literal["start", "middle", "end"]
section = dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid", strict=True))


@section
class CatalogueParams:
    path: Annotated[str, Field(min_length=1)]


@section
class SampleParams:
    seed: Natural
    picture: dict[Genre, Share]
    sound: dict[Genre, Share]
    picture_decoy: Share
    sound_decoy: Share

    def __post_init__(self) -> None:
        for name, planted in (("picture", self.picture), ("sound", self.sound)):
            if missing := [genre for genre in GENRES if genre not in planted]:
                raise ValueError(f"{name} lacks {', '.join(missing)}")


@section
class DownloadParams:
    max_missing: Share
    max_height: Count
    max_minutes: Positive
    max_megabytes: Positive
    retries: Natural
    timeout_seconds: Positive
    pause_seconds: Annotated[float, Field(ge=0)]
    files_under: str | None


@section
class FramesParams:
    count: Count
    first_frame: Natural
    first_second: Annotated[float, Field(ge=0)] | None
    short_side: Annotated[int, Field(ge=16, le=4096)]
    jpeg_quality: Annotated[int, Field(ge=1, le=100)]
    black_level: Byte


@section
class AudioParams:
    sample_rate: Annotated[int, Field(ge=8000, le=192000)]
    seconds: Positive
    windows: Annotated[tuple[Window, ...], Field(min_length=1, strict=False)]


@section
class SplitsParams:
    folds: Annotated[int, Field(ge=2)]
    seed: Natural


@section
class BackboneParams:
    family: Slug
    modality: Modality


@section
class ApproachParams:
    backbone: Slug
    context: Literal["each", "mean"]
    head: Head


@section
class EarlyParams:
    picture: Slug
    sound: Slug
    head: Literal["linear", "mlp"]


@section
class LateParams:
    picture: Slug
    sound: Slug


@section
class HeadParams:
    epochs: Count
    batch_size: Count
    learning_rate: Positive
    weight_decay: Annotated[float, Field(ge=0)]


@section
class TrainingParams:
    seeds: Annotated[tuple[Natural, ...], Field(min_length=1, strict=False)]
    middle_frames: Count
    sound_window: Window
    heads: dict[Head, HeadParams]


@section
class JudgingParams:
    thresholds: Annotated[tuple[Share, ...], Field(min_length=1, strict=False)]
    sweep_step: Annotated[float, Field(gt=0, le=0.5)]
    resamples: Annotated[int, Field(ge=100)]
    permutations: Annotated[int, Field(ge=100)]
    level: Annotated[float, Field(gt=0.5, lt=1)]
    seed: Natural


@section
class Params:
    catalogue: CatalogueParams
    sample: SampleParams
    download: DownloadParams
    frames: FramesParams
    audio: AudioParams
    splits: SplitsParams
    backbones: dict[Slug, BackboneParams]
    approaches: dict[Slug, ApproachParams]
    early: dict[Slug, EarlyParams]
    late: dict[Slug, LateParams]
    training: TrainingParams
    judging: JudgingParams

    def __post_init__(self) -> None:
        from stages.matrix import check

        check(self)


def load(path: Path = Path("params.yaml")) -> Params:
    """Read and check the whole file; an entry point then takes its own sections and no others.

    Raises BenchmarkError naming every bad value with its line, what was found and what was expected.
    """
    try:
        text = path.read_text(encoding="utf-8")
        root = yaml.compose(text)
        return TypeAdapter(Params).validate_python(yaml.safe_load(text))
    except OSError as error:
        raise BenchmarkError(
            "cannot read the parameters",
            where=str(path),
            found=error.strerror or "",
            do="run from the folder that holds params.yaml",
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BenchmarkError("not valid YAML", where=str(path), found=str(error)) from None
    except ValidationError as error:
        lines = [_explain(path, root, detail) for detail in error.errors()]
        raise BenchmarkError("\n".join(lines), do="mend the lines named above") from None


def _explain(path: Path, root: yaml.Node | None, detail: ErrorDetails) -> str:
    keys = [str(part) for part in detail["loc"] if part != "[key]"]
    line, known = _find(root, keys)
    message = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "unexpected_keyword_argument":
        message = "unknown parameter" + _nearest(keys[-1], detail, keys)
    elif detail["type"] == "missing":
        message = "missing"
    where = f"{path}:{line}: " + ".".join(keys)
    found = "" if detail["type"] in ("missing", "unexpected_keyword_argument") else detail["input"]
    shown = f" (found: {found!r})" if known and isinstance(found, str | int | float) else ""
    return f"{where}: {message}{shown if found != '' else ''}"


def _nearest(key: str, detail: ErrorDetails, keys: list[str]) -> str:
    fields: set[str] = set()
    kind: object = Params
    for part in keys[:-1]:
        annotations = getattr(kind, "__dataclass_fields__", {})
        kind = annotations[part].type if part in annotations else kind
    fields.update(getattr(kind, "__dataclass_fields__", {}))
    close = difflib.get_close_matches(key, fields, n=1)
    return f", did you mean {close[0]!r}?" if close else f"; known: {', '.join(sorted(fields))}"


def _find(node: yaml.Node | None, keys: list[str]) -> tuple[int, bool]:
    """Line (from 1) of the value under `keys`, or of the nearest parent that exists."""
    line = node.start_mark.line + 1 if node else 1
    for key in keys:
        children = node.value if isinstance(node, yaml.MappingNode) else []
        match = [(k, v) for k, v in children if k.value == key]
        if not match:
            return line, isinstance(node, yaml.SequenceNode | yaml.ScalarNode)
        line, node = match[0][0].start_mark.line + 1, match[0][1]
    return line, True
