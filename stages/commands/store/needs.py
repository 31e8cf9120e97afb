"""What a corpus needs of the store: the keys that its stages would ask for now.

A stage's keys follow from what the stage before it made. So where that has not run as it would run
now, which is what stages.plan calls left, what is needed after it is not known.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from stages.base import places
from stages.base.errors import BenchmarkError, TrailerError
from stages.base.packs import Shard, shard_paths
from stages.base.params import (
    CardsParams,
    ClipsRecipe,
    LayersParams,
    Params,
    PretrainedParams,
    SpeechParams,
    load,
)
from stages.base.params.modalities import packs_read
from stages.base.versions import NOT_INSTALLED, installed
from stages.corpus.reader import read_catalogue
from stages.embedding.base import describe
from stages.embedding.jobs import Recipe, jobs_of
from stages.embedding.samples import key_of
from stages.embedding.weights.lock import expected_pin, read_lock
from stages.embedding.weights.sources import WeightsConfig, files_of
from stages.hearing import voice
from stages.published.fetching import Places
from stages.trailers.auditing import shards
from stages.trailers.fetching.fetcher import TrailerFetcher, record_steps
from stages.trailers.fetching.schemes import scheme_of
from stages.trailers.fetching.video_info import VideoInfo
from stages.trailers.media.results import jobs, store_of, video_store
from stages.trailers.media.stored import Section
from stages.words import cards, models, ocr, speech, whisper
from stages.words.sounds import WHOLE

AUDITED: Mapping[str, Literal["frames", "sound"]] = {"frames": "frames", "audio": "sound"}
"""Packs, and what the audit calls their rows."""
LAYERS = "yamnet_scores"  # the model that hears music, as `hearing.music` names it
Stored = Mapping[str, Mapping[str, Sequence[Path]]]
"""Paths of the entries that are here, by step and key."""


@dataclass(frozen=True)
class Need:
    """Entries of one step."""

    step: str
    keys: frozenset[str]
    what: str = ""
    """Which of the step's, where it has several kinds: a backbone."""


@dataclass(frozen=True)
class Unknown:
    """It cannot be said now which entries of these steps are needed."""

    steps: tuple[str, ...]
    why: str


def steps() -> tuple[str, ...]:
    """Every step of the store, in the order of work."""
    taken = "videos", "frames", "clips", "audio", "speech", "cards", "layers"
    return (*record_steps(), *taken, "samples", "leaks", "embed", "weights", "features")


def needs_of(
    corpus: str, stored: Stored, finished: Callable[[str], bool]
) -> Iterator[Need | Unknown]:
    """What a corpus needs by its parameters, its catalogue and the code as they are now.

    finished: whether a stage of this name, as DVC calls it, need not run again.
    """
    try:
        params = load(places.params(corpus))
        if params.features:
            yield _tables(params)
        else:
            yield from _of_trailers(corpus, params, stored, finished)
    except BenchmarkError as error:
        yield Unknown(steps(), str(error))


def _tables(params: Params) -> Need:
    kept = Places(None).store
    known = [table.sha256 for table in params.features.values() if table.sha256]
    return Need("features", frozenset(map(kept.key, known)))


def _of_trailers(
    corpus: str, params: Params, stored: Stored, finished: Callable[[str], bool]
) -> Iterator[Need | Unknown]:
    yield from _weights(params)
    records = list(_records(params))
    yield from records
    videos = {*_recorded(records, stored), *_in_ledger(corpus, params)}
    if not videos:  # nothing was fetched for it, so nothing was made for it
        return
    yield Need("videos", frozenset(map(video_store().key, videos)))
    sections: list[Section] = [params.frames, params.audio]
    if (params.words and params.words.speech) or params.layers:
        sections.append(WHOLE)
    if params.clips:
        sections.append(ClipsRecipe.of(params.clips, params.frames))
    for section in sections:
        store = store_of(section)
        yield Need(store.step, frozenset(map(store.key, videos)))
    if not finished("download"):  # what took so long to fetch is not dropped for a passing edit
        yield Unknown((*record_steps(), "videos"), _left("download"))
    packs = [name for name in AUDITED if finished(name)]
    for name in AUDITED:
        if name not in packs:
            yield Unknown(("leaks", "embed", "samples"), _left(name))
    yield Need("leaks", frozenset(_audited(corpus, packs)))
    if params.words and params.words.speech:
        yield _speech(params.words.speech, videos, stored, finished)
    if params.words and params.words.cards:
        yield _cards(corpus, params.words.cards, packs)
    if params.layers:
        yield _layers(corpus, params.layers, videos, stored, finished)
    for wanted, pack, stage in ((params.clips, "clips", "clips"), (params.words, "words", "texts")):
        if wanted and finished(stage):
            packs.append(pack)
        elif wanted:
            yield Unknown(("embed",), _left(stage))
    yield from _embeddings(corpus, params, packs, finished)


def _records(params: Params) -> Iterator[Need | Unknown]:
    """What is known of the videos, by way of fetching."""
    fetcher = TrailerFetcher(params.download, params.sample)
    found: dict[str, set[str]] = defaultdict(set)
    hidden: dict[str, str] = {}
    for trailer in read_catalogue(Path(params.catalogue.path)):
        if trailer.url:
            try:
                store, key = fetcher.record_of(trailer)
                found[store.step].add(key)
            except TrailerError as error:
                hidden[scheme_of(trailer.url).STEP] = f"of film {trailer.film_id}: {error}"
    for step, keys in found.items():
        yield Need(step, frozenset(keys))
    for step, why in hidden.items():
        yield Unknown((step,), why)


def _recorded(records: Sequence[Need | Unknown], stored: Stored) -> Iterator[str]:
    """sha256 of the videos that these records are of."""
    for each in records:
        if isinstance(each, Need):
            of_step = stored.get(each.step, {})
            paths = [path for key in each.keys & of_step.keys() for path in of_step[key]]
        else:
            every = (stored.get(step, {}) for step in each.steps)
            paths = [path for of_step in every for found in of_step.values() for path in found]
        for path in paths:
            try:
                yield VideoInfo.read(path).sha256
            except (ValueError, OSError):  # the next run sets it aside
                continue


def _in_ledger(corpus: str, params: Params) -> list[str]:
    """sha256 of the videos of the last run."""
    ledger = places.data(corpus) / "downloads.parquet"
    return [job.sha256 for job in jobs(ledger, params.frames)] if ledger.exists() else []


def _audited(corpus: str, packs: Sequence[str]) -> Iterator[str]:
    for name in packs:
        for path in shard_paths(places.data(corpus) / name):
            yield from shards.keys_of(shards.Job(AUDITED[name], Shard(path)))


def _speech(
    params: SpeechParams, videos: Iterable[str], stored: Stored, finished: Callable[[str], bool]
) -> Need | Unknown:
    """Segments of the sounds that are here: the stage takes all of them first."""
    files = _whisper(params)
    if missing := _not_installed(whisper.LIBRARIES):
        return Unknown(("speech",), missing)
    if not finished("speech") or not all(files.values()):
        return Unknown(("speech",), _left("speech"))
    recipe = speech.Recipe.from_params(params, files)
    return Need("speech", _of_sounds(videos, stored, lambda path: speech.key_of(path, recipe)))


def _layers(
    corpus: str,
    params: LayersParams,
    videos: Iterable[str],
    stored: Stored,
    finished: Callable[[str], bool],
) -> Need | Unknown:
    """What was heard in the sounds that are here."""
    if missing := _not_installed(voice.LIBRARIES):
        return Unknown(("layers",), missing)
    weights = places.data(corpus) / "layers" / f"{LAYERS}.safetensors"
    if not finished("layers") or (params.music is not None and not weights.is_file()):
        return Unknown(("layers",), _left("layers"))
    from stages.hearing import heard  # torch

    recipe = heard.Recipe(params.voice, weights if params.music is not None else None)
    return Need("layers", _of_sounds(videos, stored, lambda path: heard.key_of(path, recipe)))


def _of_sounds(
    videos: Iterable[str], stored: Stored, key_of: Callable[[Path], str]
) -> frozenset[str]:
    """The key of each whole sound that is here."""
    sounds, keys = store_of(WHOLE), set()
    kept = stored.get(sounds.step, {})
    for path in (path for video in videos for path in kept.get(sounds.key(video), ())):
        with suppress(TrailerError, ValueError, OSError):  # no sound; the next run sets it aside
            keys.add(key_of(path))
    return frozenset(keys)


def _cards(corpus: str, params: CardsParams, packs: Sequence[str]) -> Need | Unknown:
    if missing := _not_installed(ocr.LIBRARIES):
        return Unknown(("cards",), missing)
    if "frames" not in packs:
        return Unknown(("cards",), _left("frames"))
    found = cards.jobs(places.data(corpus) / "frames", params)
    store = cards.store_of(params.same_level)
    return Need("cards", frozenset(store.key(job.digest) for job in found))


def _whisper(params: SpeechParams) -> dict[str, str]:
    """Name of each file of the model -> its sha256 by weights.lock, "" before it was brought."""
    lock = WeightsConfig("").lock
    pins = read_lock(lock)
    return {
        source.file: expected_pin(source, pins, lock).sha256
        for source in models.sources(params.model)
    }


def _not_installed(libraries: Sequence[str]) -> str:
    """Why entries cannot be told that these made: their versions are part of the keys."""
    missing = [name for name in libraries if installed(name) == NOT_INSTALLED]
    return f"{', '.join(missing)} not installed here" if missing else ""


def _embeddings(
    corpus: str, params: Params, packs: Sequence[str], finished: Callable[[str], bool]
) -> Iterator[Need | Unknown]:
    matrix = params.matrix
    for slug in (*matrix.backbones, *matrix.pretrained):
        backbone, weights = matrix.backbone(slug), None
        if slug in matrix.pretrained:
            weights = places.data(corpus) / f"weights/{slug}.safetensors"
            stage = matrix.group("weights", "pretrained", slug)
            if not finished(stage):
                yield Unknown(("embed", "samples"), _left(stage))
                continue
        read = packs_read(backbone.reads)
        if {*read} <= {*packs}:
            try:
                recipe = Recipe.from_params(backbone, weights)
                todo = jobs_of(places.data(corpus), backbone.reads, recipe)
                yield Need("embed", frozenset(job.key for job in todo), slug)
                if "audio" in read:
                    rate = recipe.create_unloaded().sample_rate
                    yield Need("samples", frozenset(key_of(job, rate) for job in todo))
            except BenchmarkError as error:
                yield Unknown(("embed", "samples"), f"{slug}: {error}")


def _weights(params: Params) -> Iterator[Need | Unknown]:
    if params.words and params.words.speech:
        files, model = _whisper(params.words.speech), params.words.speech.model
        keys = map(WeightsConfig("").store.key, filter(None, files.values()))
        yield Need("weights", frozenset(keys), f"Whisper {model}")
    entries = dict(params.matrix.pretrained)
    if params.layers and params.layers.music is not None:
        entries[LAYERS] = PretrainedParams(family="yamnet", model=LAYERS, reads="audio")
    for slug, entry in entries.items():
        config = WeightsConfig(slug, entry.file)
        try:
            record = describe(entry.family, entry.model, entry.options)
            sources = files_of(record, bool(entry.prompts))
            pins = read_lock(config.lock)
            known = [expected_pin(source, pins, config.lock).sha256 for source in sources]
            yield Need("weights", frozenset(map(config.store.key, filter(None, known))), slug)
        except BenchmarkError as error:
            yield Unknown(("weights",), f"{slug}: {error}")


def _left(stage: str) -> str:
    return f"the stage {stage} has not run as it would run now"
