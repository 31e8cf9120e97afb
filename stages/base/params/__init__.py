"""params.yaml as validated dataclasses, handed out by section."""

from stages.base.params.backbones import BackboneParams, PretrainedParams
from stages.base.params.budgets import HeadParams, ProbeParams
from stages.base.params.clips import CLIP_PICTURES, CLIP_RATE, ClipsParams, ClipsRecipe
from stages.base.params.features import TableParams
from stages.base.params.layers import LayersParams
from stages.base.params.matrix import MatrixParams
from stages.base.params.reading import load
from stages.base.params.schema import Params
from stages.base.params.sections import (
    MIN_FOLDS,
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
from stages.base.params.values import ALL_WINDOWS, WINDOWS
from stages.base.params.words import CardsParams, SpeechParams, WhisperModel, WordsParams

__all__ = [
    "ALL_WINDOWS",
    "CLIP_PICTURES",
    "CLIP_RATE",
    "MIN_FOLDS",
    "WINDOWS",
    "AudioParams",
    "BackboneParams",
    "CardsParams",
    "CatalogueParams",
    "ClipsParams",
    "ClipsRecipe",
    "DownloadParams",
    "FramesParams",
    "HeadParams",
    "JudgingParams",
    "LayersParams",
    "LeaksParams",
    "MatrixParams",
    "Params",
    "PretrainedParams",
    "ProbeParams",
    "SampleParams",
    "SpeechParams",
    "SplitsParams",
    "TableParams",
    "TrainingParams",
    "WhisperModel",
    "WordsParams",
    "load",
]
