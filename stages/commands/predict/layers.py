"""What a trailer's sound is made of, beside what it is predicted to be: where that can be heard."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from stages.base.errors import BenchmarkError, TrailerError
from stages.base.parallel import within_bounds
from stages.base.params import LayersParams, Params
from stages.commands.predict.inputs import TrailerFile
from stages.hearing import voice
from stages.hearing.shares import BOTH, LAYERS, Heard, seconds_of
from stages.trailers.media import results
from stages.words.sounds import WHOLE

DEFAULT: LayersParams | None = LayersParams(music=0.3)
"""Of a corpus that does not ask for them."""
NOT_HERE = "YAMNet's weights are not here"


@dataclass(frozen=True)
class Layers:
    """What was heard in a trailer."""

    heard: Heard | None = None
    """None where nobody listened, or there is no sound."""
    missing: str = ""
    """Why nobody listened for music."""


def layers_of(files: Sequence[TrailerFile], params: Params, folder: Path) -> dict[str, Layers]:
    """What trailers are made of, by trailer_id. Nothing is downloaded, and nothing of it is an
    error: what cannot be heard here is not shown.

    folder: where the network's weights may be put.
    """
    asked = params.layers or DEFAULT
    if asked is None or not files or not _is_here():
        return {each.trailer_id: Layers() for each in files}
    weights = _weights(folder) if asked.music is not None else None
    used = asked if weights else replace(asked, music=None)
    missing = "" if weights or asked.music is None else NOT_HERE
    return {each.trailer_id: Layers(_heard(each, used, weights), missing) for each in files}


def line(layers: Layers) -> Iterator[str]:
    """How much of the trailer's time is what, in one line; none where nobody listened."""
    if layers.heard is None:
        return
    shares = shares_of(layers.heard)
    if shares["music"] is None:
        said = f"its sound: {shares['speech']:.0%} speech"
        yield f"{said}; music not run: {layers.missing}" if layers.missing else said
        return
    parts = ", ".join(f"{shares[layer]:.0%} {layer}" for layer in LAYERS)
    yield f"its sound: {parts}; speech over music counts as either ({shares[BOTH]:.0%})"


def shares_of(found: Heard) -> dict[str, float | None]:
    """The share of the time that each of LAYERS and BOTH has."""
    known = seconds_of(found)
    return {
        name: None if seconds is None else seconds / found.seconds
        for name, seconds in known.items()
    }


def as_dict(layers: Layers) -> dict[str, Any] | None:
    """For JSON: the shares, and when there is speech and music, in seconds."""
    found = layers.heard
    if found is None:
        return None
    return {
        "seconds": found.seconds,
        "shares": shares_of(found),
        "speech": found.speech.tolist(),
        "music": None if found.music is None else found.music.tolist(),
    }


def _is_here() -> bool:
    """Whether speech can be found on this machine."""
    try:
        voice.check()
    except BenchmarkError:
        return False
    return True


def _weights(folder: Path) -> Path | None:
    """The weights of the network of music, if they are on this machine; weights.lock stays."""
    from stages.hearing import music  # a small install lacks what fetches weights

    config = replace(music.config_of(), pins=False)
    if not music.where(config):
        return None
    target = folder / "layers" / f"{music.MODEL}.safetensors"
    music.fetch(config, target)
    return target


def _heard(file: TrailerFile, params: LayersParams, weights: Path | None) -> Heard | None:
    from stages.hearing import heard

    recipe = heard.Recipe(params.voice, weights)
    sound = results.Job(file.trailer_id, file.sha256, file.has_sound, WHOLE, file.path)
    try:
        within_bounds(results.extract, sound)
        return heard.read(heard.hear(heard.HearingJob(sound, recipe)), params)
    except TrailerError:
        return None
