"""The published tensors under our network's names: one safetensors file, always the same."""

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import save
from torch import Tensor, nn

from stages.base.errors import BenchmarkError
from stages.base.files import write
from stages.base.plugins import FAMILY, plugin_errors
from stages.embedding.network import Network
from stages.embedding.weights.sources import WeightsConfig, obtain


def write_weights(network: Network, config: WeightsConfig, target: Path) -> int:
    """Obtain, check, convert and write a backbone's weights; the number of tensors written.

    Raises BenchmarkError where a file cannot be had, is not the known one or not of this model,
    and OSError where the disk is full. `target` appears whole or not at all.
    """
    record = network.record
    if record.source is None:
        raise BenchmarkError(f"{config.slug} needs no weights: none are published for it")
    with plugin_errors(FAMILY, type(network).__module__):
        module = network.build()  # before any download: a library that is missing shows here
    files = [obtain(record.source, config)]
    published = dict(files[0].tensors)
    for source in record.more:
        if network.is_complete(published):
            break  # one file of the person's own, converted before
        files.append(obtain(source, config, first=False))
        if both := files[-1].tensors.keys() & published.keys():
            raise BenchmarkError(f"two files name the same tensors: {sorted(both)[:3]}")
        published |= files[-1].tensors
    state = _converted(network, module, published, config.slug)
    for file in files:
        file.add_to_lock(config)
    write_safetensors(state, target)
    return len(state)


def _converted(
    network: Network, module: nn.Module, published: Mapping[str, Tensor], slug: str
) -> dict[str, Tensor]:
    """A state dict that fits the network to the last tensor."""
    try:
        state = network.convert(published)
        module.load_state_dict(network.own(state), strict=True)
    except (ValueError, RuntimeError, KeyError) as error:
        model = network.model or type(network).__module__.rpartition(".")[2]
        raise BenchmarkError(
            f"these weights are not those of {model}",
            where=f"weights of {slug}",
            found=" ".join(str(error).split())[:300],
            do=f"check matrix.pretrained.{slug} in params.yaml, and the file",
        ) from None
    return state


def write_safetensors(state: Mapping[str, Tensor], target: Path) -> None:
    """Write tensors sorted, contiguous, without metadata; the file is renamed once it is whole."""
    plain = torch.contiguous_format
    own = {name: state[name].detach().clone(memory_format=plain) for name in sorted(state)}
    write(save(own), target)
