"""A network of timm as an entry of params.yaml asks for it: its id, its input, its output.

The library is imported where it is needed: that takes seconds, and records are read often.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any

import torch
from torch import Tensor, nn

POOLED, MAP = "pooled", "map"
OPTIONS = ("arguments", "config", "output")
CONFIG_KEYS = (
    *("input_size", "mean", "std", "interpolation", "crop_pct", "crop_mode"),
    *("hf_hub_id", "hf_hub_filename"),
)
# arguments that would download, run or reshape something without the weights stage
FORBIDDEN = (
    *("pretrained", "pretrained_cfg", "pretrained_cfg_overlay", "checkpoint_path", "cache_dir"),
    *("features_only", "in_chans"),
)
# Config of models whose entry does not say otherwise. DINOv2 was trained at 224, and at 518, which
# timm asks for, only in its last steps (its paper, section 4); 518 takes six times the work.
DEFAULT_CONFIG: Mapping[str, Mapping[str, Any]] = {
    "vit_small_patch14_dinov2.lvd142m": {"input_size": [3, 224, 224]},
}


@dataclass(frozen=True)
class TimmModel:
    """A timm id and an entry's options, checked."""

    name: str
    """The id, its tag included."""
    pretrained_cfg: Any
    """timm's PretrainedCfg of the id."""
    arguments: dict[str, Any]
    """Handed to timm.create_model."""
    config: dict[str, Any]
    """Used in place of what `pretrained_cfg` says."""
    output: str
    """POOLED or MAP."""

    def build(self) -> nn.Module:
        """The part of the network that embeds, weights at random."""
        import timm

        arguments = {"num_classes": 0} | self.arguments
        network = timm.create_model(self.name, pretrained_cfg_overlay=self.config, **arguments)
        if self.output == MAP and hasattr(network, "pre_logits"):
            network.pre_logits = nn.Identity()  # VGG's fully connected layers: nine tenths of it
        return network

    def data_config(self) -> dict[str, Any]:
        """timm's data config: input_size, interpolation, mean, std, crop_pct and crop_mode."""
        from timm.data import resolve_data_config

        size = self.arguments.get("img_size")
        sides = (size, size) if isinstance(size, int) else size
        asked = {"input_size": (3, *sides)} if sides else {}
        found: dict[str, Any] = resolve_data_config(
            asked, pretrained_cfg=self.pretrained_cfg.to_dict() | self.config
        )
        return found

    def transforms(self) -> list[Any]:
        """timm's evaluation transforms of a PIL picture before it is a tensor: resize, crop."""
        from timm.data import create_transform

        config = self.data_config()
        transforms: list[Any] = create_transform(**config, use_prefetcher=True).transforms
        return transforms[:-1]

    def embed(self, network: nn.Module, pixels: Tensor) -> Tensor:
        """Embeddings of normalised pictures, (n, 3, height, width).

        (n, width), or a map (n, channels, rows, columns); ValueError where the network has none.
        """
        if self.output == POOLED:
            pooled: Tensor = network(pixels)
            return pooled
        found = network.forward_features(pixels)  # type: ignore[operator]  # timm's own
        if isinstance(found, Tensor) and found.ndim == 4:
            channels = network.num_features
            return found if found.shape[1] == channels else found.permute(0, 3, 1, 2)
        raise ValueError("it has no feature map, leave out `output: map`")

    def convert(self, published: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """State dict for `build` from published tensors, as timm converts them when it loads them.

        Raises ValueError where they are not those of the model.
        """
        with torch.device("meta"):
            wanted = {name: tensor.shape for name, tensor in self.build().state_dict().items()}
        if wanted == {name: tensor.shape for name, tensor in published.items()}:
            return dict(published)
        try:
            found, again = (self._load_with_timm(published, seed) for seed in (0, 1))
        except Exception as error:  # the converters of a thousand models raise anything
            raise ValueError(f"timm cannot load it into {self.name}: {error}") from error
        # some of timm's models load what does not fit: the rest is random, and differs by seed
        odd = [
            name
            for name, shape in wanted.items()
            if name not in found
            or found[name].shape != shape
            or not torch.equal(found[name], again[name])
        ]
        if odd:
            raise ValueError(f"it lacks {odd[0]} and {len(odd) - 1} more of {self.name}")
        return {name: found[name] for name in wanted}

    def _load_with_timm(self, published: Mapping[str, Tensor], seed: int) -> dict[str, Tensor]:
        """State dict of the whole network, classifier included, after timm's own loading.

        timm is given the tensors and no place to download any from. What they lack is random.
        """
        import timm

        no_address = {"url": None, "file": None, "hf_hub_id": None, "source": None}
        tensors = {"state_dict": dict(published), "custom_load": False}
        arguments = {n: v for n, v in self.arguments.items() if n != "num_classes"}
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            network = timm.create_model(
                self.name,
                pretrained=True,
                pretrained_cfg_overlay=self.config | no_address | tensors,
                **arguments,
            )
        state: dict[str, Tensor] = network.state_dict()
        return state


def timm_model(model: str, options: Mapping[str, Any]) -> TimmModel:
    """A model with an entry's options, checked.

    Raises ValueError that says what is wrong and what there is.
    """
    if unknown := sorted(options.keys() - set(OPTIONS)):
        raise ValueError(f"unknown options: {', '.join(unknown)}; known: {', '.join(OPTIONS)}")
    arguments, config = (dict(options.get(name) or {}) for name in OPTIONS[:2])
    output = options.get("output", POOLED)
    if refused := sorted(arguments.keys() & set(FORBIDDEN)):
        raise ValueError(f"arguments may not have {', '.join(refused)}")
    if unknown := sorted(config.keys() - set(CONFIG_KEYS)):
        raise ValueError(
            f"config may not have {', '.join(unknown)}; it may: {', '.join(CONFIG_KEYS)}"
        )
    if output not in (POOLED, MAP):
        raise ValueError(f"output is {output!r}, not {POOLED} or {MAP}")
    if "img_size" in arguments and "input_size" in config:
        raise ValueError("the size is given twice, as arguments.img_size and as config.input_size")
    pretrained = _pretrained_cfg(model)
    name = ".".join(filter(None, (pretrained.architecture, pretrained.tag)))
    if "img_size" not in arguments:
        config = {**DEFAULT_CONFIG.get(name, {}), **config}
    config = {n: tuple(v) if isinstance(v, list) else v for n, v in config.items()}
    return TimmModel(name, pretrained, arguments, config, output)


def _pretrained_cfg(model: str) -> Any:
    """timm's pretrained config of an id. Raises ValueError where it knows no weights for it."""
    from timm import list_pretrained
    from timm.models import get_pretrained_cfg

    try:
        found = get_pretrained_cfg(model)
    except RuntimeError:  # a known architecture, but no such tag
        found = None
    if found is None or not (found.hf_hub_id or found.url):
        known = list_pretrained()
        near = [name for name in known if name.split(".")[0] == model.split(".")[0]][:8]
        near = near or get_close_matches(model, known, 5, 0.4) or ["none"]
        raise ValueError(f"timm knows no weights of {model!r}; ids like it: {', '.join(near)}")
    return found


def measure(model: str, options: Mapping[str, Any]) -> tuple[tuple[int, ...], int]:
    """Shape of an embedding and number of parameters, found on the meta device.

    Raises ValueError where timm cannot build or run the model so.
    """
    return _measure(model, json.dumps(options, sort_keys=True))


@cache
def _measure(model: str, options: str) -> tuple[tuple[int, ...], int]:
    built = timm_model(model, json.loads(options))
    try:
        with torch.device("meta"), torch.no_grad():
            network = built.build().eval()
            embedding = built.embed(network, torch.empty(1, *built.data_config()["input_size"]))
    except Exception as error:  # a thousand models raise anything on odd arguments
        raise ValueError(f"timm cannot use {model} so: {error}") from error
    return tuple(embedding.shape[1:]), sum(p.numel() for p in network.parameters())
