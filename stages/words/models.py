"""Whisper's models in CTranslate2's format: the repositories, as faster-whisper names them."""

from collections.abc import Mapping

from stages.base.params import WhisperModel
from stages.embedding.records import Source

WEIGHTS = "model.bin"
FILES = (WEIGHTS, "config.json", "tokenizer.json", "vocabulary.txt")
FILES_OF_LARGE = (
    *(WEIGHTS, "config.json", "tokenizer.json", "vocabulary.json"),
    "preprocessor_config.json",  # it has more mel bands
)
OPENAI = "Systran/faster-whisper-"  # conversions by the makers of faster-whisper, MIT
HUBS: Mapping[WhisperModel, str] = {
    "tiny.en": f"{OPENAI}tiny.en",
    "tiny": f"{OPENAI}tiny",
    "base.en": f"{OPENAI}base.en",
    "base": f"{OPENAI}base",
    "small.en": f"{OPENAI}small.en",
    "small": f"{OPENAI}small",
    "medium.en": f"{OPENAI}medium.en",
    "medium": f"{OPENAI}medium",
    "large-v3": f"{OPENAI}large-v3",
    "large-v3-turbo": "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
}


def sources(model: WhisperModel) -> list[Source]:
    """The published files that a model is, its weights first."""
    files = FILES_OF_LARGE if model.startswith("large") else FILES
    return [Source(file, hub=HUBS[model]) for file in files]
