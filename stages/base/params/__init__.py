"""params.yaml as validated dataclasses, handed out by section."""

from stages.base.params.reading import load
from stages.base.params.sections import (
    ALL_WINDOWS,
    FEWEST_FOLDS,
    WINDOWS,
    AudioParams,
    BackboneParams,
    CatalogueParams,
    DownloadParams,
    FramesParams,
    HeadParams,
    JudgingParams,
    LeaksParams,
    MatrixParams,
    Params,
    PretrainedParams,
    SampleParams,
    SplitsParams,
    TrainingParams,
)

__all__ = [
    "ALL_WINDOWS",
    "FEWEST_FOLDS",
    "WINDOWS",
    "AudioParams",
    "BackboneParams",
    "CatalogueParams",
    "DownloadParams",
    "FramesParams",
    "HeadParams",
    "JudgingParams",
    "LeaksParams",
    "MatrixParams",
    "Params",
    "PretrainedParams",
    "SampleParams",
    "SplitsParams",
    "TrainingParams",
    "load",
]
