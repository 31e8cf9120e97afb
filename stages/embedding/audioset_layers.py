"""Speech, music, everything else: AudioSet's classes by what they are a part of in a film's sound.

The classes are numbered as AudioSet's own list of 527 has them, which follows its ontology (Gemmeke
et al. 2017, class_labels_indices.csv), so that what belongs together lies together: "Speech" and
what is below it, "Singing" and what is below it, "Music" with instruments, genres, roles and moods.
Singing stands beside speech in the ontology, both being voices; here it is music.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from stages.embedding.network import Network
from stages.embedding.records import Record

CLASSES = 527
SPEECH = tuple(range(8))  # "Speech" to "Speech synthesizer"
SINGING = tuple(range(27, 38))  # "Singing" to "Humming"
MUSIC = tuple(range(137, 283))  # "Music" to "Scary music"
EFFECTS = tuple(sorted(set(range(CLASSES)) - {*SPEECH, *SINGING, *MUSIC}))
LAYERS = {"speech": SPEECH, "music": SINGING + MUSIC, "effects": EFFECTS}


def columns_of(layer: str, classes: Sequence[int]) -> np.ndarray:
    """Which scores of a network are of a layer, (n,) int; classes: its own, in its order.

    Raises ValueError for a layer that there is not.
    """
    if layer not in LAYERS:
        raise ValueError(f"layer is {', '.join(LAYERS)}, not {layer!r}")
    return np.flatnonzero(np.isin(classes, LAYERS[layer]))


class AudioSetNetwork(Network):
    """A network with models that give scores of AudioSet's classes, by the end of their names.

    Option `layer` of such a model: speech, music or effects; only the scores of that are kept.
    """

    SCORES = "_scores"
    classes: ClassVar[Sequence[int]]
    """Numbers of the classes that it knows, in its order."""

    def __init__(self, model: str = "", **options: Any) -> None:
        layer = options.pop("layer", None)
        super().__init__(model, **options)
        self.record = self.describe(model, layer=layer)
        self.shape = self.record.shape
        kept = range(len(self.classes)) if layer is None else columns_of(layer, self.classes)
        self.columns = torch.as_tensor(kept)

    @classmethod
    def describe(cls, model: str = "", **options: Any) -> Record:
        layer = options.pop("layer", None)
        record = super().describe(model, **options)
        if layer is None:
            return record
        if not model.endswith(cls.SCORES):
            known = ", ".join(name for name in cls.RECORDS if name.endswith(cls.SCORES))
            raise ValueError(f"layer is an option of {known}, not of {model}")
        count = len(columns_of(layer, cls.classes))
        name = f"{record.name.removesuffix(' scores')}, {layer}"
        note = f"Scores of its {count} classes of {layer} alone. {record.note}"
        return replace(record, name=name, shape=(count,), note=note)

    def of_layer(self, scores: Tensor) -> Tensor:
        """Scores of the layer's classes, of all without one; scores: (n, classes)."""
        return scores[:, self.columns.to(scores.device)]
