"""What an entry of params.yaml asks of timm: a network by its id, its input, what it gives.

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
CONFIG = (
    *("input_size", "mean", "std", "interpolation", "crop_pct", "crop_mode"),
    *("hf_hub_id", "hf_hub_filename"),
)
# what would fetch, run or reshape something behind the back of the weights stage
REFUSED = (
    *("pretrained", "pretrained_cfg", "pretrained_cfg_overlay", "checkpoint_path", "cache_dir"),
    *("features_only", "in_chans"),
)
# How a model is used where its entry does not say otherwise. DINOv2 learnt at 224 and saw 518, what
# timm asks for, in its last steps only (its paper, section 4); 518 takes six times the work.
USED: Mapping[str, Mapping[str, Any]] = {
    "vit_small_patch14_dinov2.lvd142m": {"input_size": [3, 224, 224]},
}


@dataclass(frozen=True)
class Recipe:
    """A timm id and an entry's options, checked.

    arguments: handed to timm.create_model; config: in place of what timm's pretrained config says.
    """

    model: str  # the id, its tag included
    published: Any  # timm's PretrainedCfg of it
    arguments: dict[str, Any]
    config: dict[str, Any]
    output: str

    def build(self) -> nn.Module:
        """The part of the network that embeds, weights at random."""
        import timm

        arguments = {"num_classes": 0} | self.arguments
        network = timm.create_model(self.model, pretrained_cfg_overlay=self.config, **arguments)
        if self.output == MAP and hasattr(network, "pre_logits"):
            network.pre_logits = nn.Identity()  # VGG's fully connected layers: nine tenths of it
        return network

    def data(self) -> dict[str, Any]:
        """timm's data config: input_size, interpolation, mean, std, crop_pct and crop_mode."""
        from timm.data import resolve_data_config

        size = self.arguments.get("img_size")
        sides = (size, size) if isinstance(size, int) else size
        asked = {"input_size": (3, *sides)} if sides else {}
        found: dict[str, Any] = resolve_data_config(
            asked, pretrained_cfg=self.published.to_dict() | self.config
        )
        return found

    def steps(self) -> list[Any]:
        """What timm's evaluation does to a PIL picture before it is a tensor: resize, crop."""
        from timm.data import create_transform

        steps: list[Any] = create_transform(**self.data(), use_prefetcher=True).transforms
        return steps[:-1]

    def embed(self, network: nn.Module, pixels: Tensor) -> Tensor:
        """Embeddings of normalised pictures, (n, 3, height, width).

        (n, width), or for a map (n, channels, rows, columns); ValueError where there is none.
        """
        if self.output == POOLED:
            pooled: Tensor = network(pixels)
            return pooled
        found = network.forward_features(pixels)  # type: ignore[operator]  # timm's own
        if isinstance(found, Tensor) and found.ndim == 4:
            channels = network.num_features
            return found if found.shape[1] == channels else found.permute(0, 3, 1, 2)
        raise ValueError("it has no feature map, leave out `output: map`")

    def restore(self, published: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """State dict for `build`: what timm makes of published tensors when it loads them.

        Raises ValueError where they are not those of the model.
        """
        with torch.device("meta"):
            wanted = {name: tensor.shape for name, tensor in self.build().state_dict().items()}
        if wanted == {name: tensor.shape for name, tensor in published.items()}:
            return dict(published)
        try:
            found, again = (self._loaded(published, seed) for seed in (0, 1))
        except Exception as error:  # what a thousand models' filters make of a stranger has no end
            raise ValueError(f"timm cannot load it into {self.model}: {error}") from error
        # some of timm's models load loosely: what no tensor filled is random, each time another
        odd = [
            name
            for name, shape in wanted.items()
            if name not in found
            or found[name].shape != shape
            or not torch.equal(found[name], again[name])
        ]
        if odd:
            raise ValueError(f"it lacks {odd[0]} and {len(odd) - 1} more of {self.model}")
        return {name: found[name] for name in wanted}

    def _loaded(self, published: Mapping[str, Tensor], seed: int) -> dict[str, Tensor]:
        """State dict of the whole network, classifier and all, after timm's own loading.

        timm is given the tensors and no place to fetch any from. What they leave out is random.
        """
        import timm

        nowhere = {"url": None, "file": None, "hf_hub_id": None, "source": None}
        tensors = {"state_dict": dict(published), "custom_load": False}
        arguments = {n: v for n, v in self.arguments.items() if n != "num_classes"}
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            network = timm.create_model(
                self.model,
                pretrained=True,
                pretrained_cfg_overlay=self.config | nowhere | tensors,
                **arguments,
            )
        state: dict[str, Tensor] = network.state_dict()
        return state


def recipe_of(model: str, options: Mapping[str, Any]) -> Recipe:
    """An entry, checked. Raises ValueError that says what is wrong and what there is."""
    if unknown := sorted(options.keys() - set(OPTIONS)):
        raise ValueError(f"unknown options: {', '.join(unknown)}; known: {', '.join(OPTIONS)}")
    arguments, config = (dict(options.get(name) or {}) for name in OPTIONS[:2])
    output = options.get("output", POOLED)
    if refused := sorted(arguments.keys() & set(REFUSED)):
        raise ValueError(f"arguments may not have {', '.join(refused)}")
    if unknown := sorted(config.keys() - set(CONFIG)):
        raise ValueError(f"config may not have {', '.join(unknown)}; it may: {', '.join(CONFIG)}")
    if output not in (POOLED, MAP):
        raise ValueError(f"output is {output!r}, not {POOLED} or {MAP}")
    if "img_size" in arguments and "input_size" in config:
        raise ValueError("the size is said twice, as arguments.img_size and as config.input_size")
    published = _published(model)
    name = ".".join(filter(None, (published.architecture, published.tag)))
    if "img_size" not in arguments:
        config = {**USED.get(name, {}), **config}
    config = {n: tuple(v) if isinstance(v, list) else v for n, v in config.items()}
    return Recipe(name, published, arguments, config, output)


def _published(model: str) -> Any:
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


def measured(model: str, options: Mapping[str, Any]) -> tuple[tuple[int, ...], int]:
    """Shape of an embedding and number of parameters, without a single number computed.

    Raises ValueError where timm cannot build or run the model so.
    """
    return _measured(model, json.dumps(options, sort_keys=True))


@cache
def _measured(model: str, options: str) -> tuple[tuple[int, ...], int]:
    recipe = recipe_of(model, json.loads(options))
    try:
        with torch.device("meta"), torch.no_grad():
            network = recipe.build().eval()
            embedding = recipe.embed(network, torch.empty(1, *recipe.data()["input_size"]))
    except Exception as error:  # what a thousand models make of odd arguments has no end
        raise ValueError(f"timm cannot use {model} so: {error}") from error
    return tuple(embedding.shape[1:]), sum(p.numel() for p in network.parameters())
