"""Records of models that timm or transformers know, as Python to paste; no weights are fetched."""

import re
from collections.abc import Callable, Iterator
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from typing import Any

from stages.base.errors import BenchmarkError
from stages.embedding.base import describe
from stages.embedding.records import TRAINING_SETS, Record, Source

NOT_STATED = "not stated in its config: see its model card"
ABBREVIATIONS = {"in1k": "ImageNet-1k", "in22k": "ImageNet-22k", "openai": "WIT"}  # in timm's tags


def describe_model(name: str) -> Iterator[str]:
    """Lines to paste, of `timm:NAME` or `transformers:NAME`.

    Raises BenchmarkError for a model that is unknown, or whose config is not at hand.
    """
    library, _, model = name.partition(":")
    known: dict[str, Callable[[str], Iterator[str]]] = {
        "timm": _timm,
        "transformers": _transformers,
    }
    if library not in known or not model:
        raise BenchmarkError(
            "this names no model", found=name, expected="timm:NAME or transformers:NAME"
        )
    yield from known[library](model)


def _timm(model: str) -> Iterator[str]:
    from stages.embedding.timm_model import timm_model

    record = describe("timm", model)  # unknown ids are told here
    asked = timm_model(model, {})
    data = asked.data_config()
    slug = re.sub("[^a-z0-9]+", "_", model.lower()).strip("_")
    yield "# params.yaml, under matrix.pretrained: it needs no code"
    yield f"{slug}: {{family: timm, model: {model}, reads: frames}}"
    yield ""
    yield f"# prepared as timm does: {data['interpolation']}, crop {data['crop_pct']:g}, "
    yield f"# mean {_numbers(data['mean'])}, std {_numbers(data['std'])}"
    yield from _lines(model, record, asked.pretrained_cfg.tag or "")


def _transformers(model: str) -> Iterator[str]:
    record = _of_config(model)
    yield "# its family is a file to write: docs/backbones.md shows one"
    yield from _lines(model, record, "")


def _of_config(model: str) -> Record:
    """What a config says of a network, counted on the meta device."""
    import torch

    try:
        transformers = import_module("transformers")
    except ImportError:
        raise BenchmarkError(
            "transformers is not installed",
            do="run `python requirements/install.py core clap`",
        ) from None
    try:
        config = transformers.AutoConfig.from_pretrained(model, local_files_only=True)
        with torch.device("meta"):
            network = transformers.AutoModel.from_config(config)
    except (OSError, ValueError, ImportError) as error:
        raise BenchmarkError(
            "no config of this model is at hand",
            found=" ".join(str(error).split())[:200],
            expected="a folder with its config.json, or a model in the Hugging Face cache",
            do="download config.json into a folder, and name that: transformers:FOLDER",
        ) from None
    part = getattr(config, "vision_config", None) or getattr(config, "audio_config", None) or config
    side = getattr(part, "image_size", None)
    if side is None and not _is_of_sound(part):
        raise BenchmarkError(
            "this model takes neither pictures nor sound", found=str(config.model_type)
        )
    rows, columns = side if isinstance(side, list | tuple) else (side, side)
    width = getattr(part, "hidden_size", 0) or getattr(part, "d_model", 0)
    hub = "" if Path(model).exists() else model
    return Record(
        modality="sound" if side is None or _is_of_sound(part) else "picture",
        input="sound: see its feature extractor" if side is None else f"{rows} × {columns}",
        shape=(int(width),),
        parameters=sum(p.numel() for p in network.parameters()),
        trained_on=NOT_STATED,
        licence=NOT_STATED,
        paper=NOT_STATED,
        source=Source("model.safetensors", hub=hub, stated_in="the usual name; not looked up"),
        note=f"From the config of {config.model_type}, the whole of it counted.",
    )


def _is_of_sound(config: Any) -> bool:
    return any(
        hasattr(config, name) for name in ("num_mel_bins", "feat_extract_norm", "max_length")
    )


def _lines(model: str, record: Record, tag: str) -> Iterator[str]:
    """An entry of RECORDS; what its default says is left out."""
    yield "# a family's RECORDS; what is not stated is to be looked up"
    yield f"{model!r}: Record("
    for each in fields(Record):
        value = getattr(record, each.name)
        if value == each.default:
            continue
        if isinstance(value, Source):
            yield "    source=Source("
            said = [(of.name, getattr(value, of.name)) for of in fields(Source)]
            yield from (f"        {name}={text!r}," for name, text in said if text)
            yield "    ),"
        else:
            yield f"    {each.name}={value!r},"
    if not record.training_sets:
        found = [_set_of(part) for part in re.split(r"[_.]", tag)]
        hint = ", ".join(filter(None, found)) or "none that is known"
        yield f"    training_sets=(),  # all of it, or none; its tag {tag!r} names {hint}"
    yield f"),  # known training sets: {', '.join(TRAINING_SETS)}"


def _set_of(part: str) -> str:
    """The training set that a part of timm's tag stands for; "" for none."""
    by_name = {re.sub("[^a-z0-9]", "", name.lower()): name for name in TRAINING_SETS}
    return ABBREVIATIONS.get(part) or by_name.get(part, "")


def _numbers(values: tuple[float, ...]) -> str:
    return " ".join(f"{value:g}" for value in values)
