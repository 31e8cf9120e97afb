"""Sound that is kept decoded: the same embeddings, a budget, and what goes first."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stages.base.errors import BenchmarkError
from stages.base.packs import write_pack
from stages.base.store import ROOT
from stages.embedding import samples
from stages.embedding.base import Backbone, create_unloaded, family
from stages.embedding.jobs import Job, Recipe, jobs, store_of
from stages.embedding.preparing import prepare
from stages.embedding.samples import key_of
from stages.embedding.trailers import embed_trailer
from stages.trailers.media.results import AUDIO
from tests.embedding.made_packs import IDS, sound_rows

ONE = 3 * 6 * 48_000 * 2  # bytes of a trailer's samples at the rate of its pack
BACKBONES = ("mfcc", "spectrogram")  # both at 16 kHz
FAMILIES = {
    "audiomae": 16_000,
    "clap": 48_000,
    "efficientat": 32_000,
    "mfcc": 16_000,
    "openl3": 48_000,
    "spectrogram": 16_000,
    "vggish": 16_000,
    "yamnet": 16_000,
}


@pytest.fixture
def todo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Job]]:
    """Four trailers' sound; nothing is kept unless a test asks for it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(samples.VARIABLE, raising=False)
    write_pack(tmp_path / "audio", IDS, sound_rows, AUDIO)
    yield jobs(tmp_path / "audio", Recipe(BACKBONES[0]))
    samples._cache.cache_clear()


def keep(monkeypatch: pytest.MonkeyPatch, trailers: float) -> None:
    """Room for so many trailers, as another process sees it."""
    monkeypatch.setenv(samples.VARIABLE, str(trailers * ONE / 1e9))
    samples._cache.cache_clear()


def kept() -> dict[str, Path]:
    """By the key of their rows."""
    return {path.name.partition(".")[0]: path for path in (ROOT / "samples").glob("??/*")}


def key(job: Job) -> str:
    return key_of(job, 0)


def windows_of(job: Job) -> list[samples.Window]:
    return samples.windows_of(job, 0)


def no_decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "decode_flac", lambda data: pytest.fail("decoded"))


def embedded(pack: Path) -> dict[tuple[str, str], bytes]:
    """The embeddings of each trailer, made anew."""
    found = {}
    for name in BACKBONES:
        for job in jobs(pack, Recipe(name)):
            store_of(job.recipe).drop(job.key)
            found[name, job.trailer_id] = embed_trailer(job)[1].read_bytes()
    return found


def test_embeddings_are_the_same_bytes_with_and_without_it(
    todo: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = todo[0].pack.path.parent
    without = embedded(pack)
    assert not kept()
    keep(monkeypatch, 10)
    assert embedded(pack) == without and len(kept()) == len(IDS)  # the second reads the first's
    no_decoder(monkeypatch)
    assert embedded(pack) == without
    assert len(without) == 2 * len(IDS) and len(set(without.values())) == len(without)


class Native(Backbone):
    """A family that says nothing of rates: it resamples what it is given itself."""

    def __init__(self, model: str, inner: Backbone) -> None:
        self.inner, self.record = inner, inner.record
        self.modality = inner.modality
        for name in ("window_seconds", "hop_seconds", "lead_seconds"):
            setattr(self, name, getattr(inner, name))

    def prepare(self, trailer: Any, sample_rate: int) -> np.ndarray:
        assert sample_rate == 48_000
        return self.inner.prepare(trailer, sample_rate)

    def embed(self, batch: np.ndarray) -> np.ndarray:
        return batch


@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_of_sound_is_given_what_it_would_compute(
    todo: list[Job], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Items, which are all that a network sees: resampled by itself, by the stage, and kept."""
    model = next(m for m, of in family(name).RECORDS.items() if of.modality == "sound")
    backbone = create_unloaded(name, model)
    assert backbone.sample_rate == FAMILIES[name]
    wanted = prepare(Native(model, backbone), todo[0])
    for kept_ in (0, 10, 10):
        keep(monkeypatch, kept_)
        found = prepare(backbone, todo[0])
        for array in ("items", "time", "group"):
            assert getattr(found, array).tobytes() == getattr(wanted, array).tobytes()
    (path,) = kept().values()
    seconds = 3 * 6
    bytes_ = 2 if backbone.sample_rate == 48_000 else 4
    assert 0 < path.stat().st_size - seconds * backbone.sample_rate * bytes_ < samples.OTHERS


def test_windows_come_in_the_order_of_the_windows_bit_by_bit(
    todo: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(monkeypatch, 10)
    decoded, read = windows_of(todo[0]), windows_of(todo[0])
    assert [(each.number, each.start, each.rate) for each in read] == [
        (0, 0.0, 48_000),
        (1, 20.0, 48_000),
        (2, 40.0, 48_000),
    ]
    for one, other in zip(decoded, read, strict=True):
        assert one.samples.dtype == other.samples.dtype == np.float32
        assert one.samples.tobytes() == other.samples.tobytes()


def test_every_number_of_16_bits_is_kept_exactly() -> None:
    every = np.arange(-(2**15), 2**15).astype(np.int16)
    decoded = np.multiply(every, np.float32(2**-15), dtype=np.float32)
    assert samples._smallest(decoded).dtype == np.int16
    assert np.array_equal(samples._smallest(decoded), every)
    for other in (1.5, 40_000, -0.0):  # not whole, too large, a sign that 16 bits do not have
        decoded[7] = np.float32(other) * np.float32(2**-15)
        assert samples._smallest(decoded) is decoded


def test_of_a_corpus_larger_than_the_budget_the_same_trailers_stay(
    todo: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(monkeypatch, 2.5)
    for job in todo:
        windows_of(job)
    assert set(kept()) == {key(job) for job in todo[:2]}
    assert sum(path.stat().st_size for path in kept().values()) <= 2.5 * ONE
    windows_of(todo[0])
    assert set(kept()) == {key(job) for job in todo[:2]}


def test_what_was_used_longest_ago_goes_first(
    todo: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(monkeypatch, 3.5)
    for job in todo[:3]:
        windows_of(job)
    for age, path in enumerate(kept().values()):
        os.utime(path, (age, age))
    keep(monkeypatch, 3.5)  # another backbone, later
    windows_of(todo[0])
    oldest = min(kept().values(), key=lambda path: path.stat().st_mtime_ns)
    assert oldest != kept()[key(todo[0])]
    windows_of(todo[3])
    assert not oldest.exists()
    assert len(kept()) == 3 and {key(todo[0]), key(todo[3])} <= set(kept())


def test_a_damaged_entry_is_set_aside_and_decoded_anew(
    todo: list[Job], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(monkeypatch, 10)
    wanted = windows_of(todo[0])[0].samples.tobytes()
    (path,) = kept().values()
    path.write_bytes(path.read_bytes()[:-7])
    assert windows_of(todo[0])[0].samples.tobytes() == wanted
    assert "damaged" in capsys.readouterr().err and len(kept()) == 1


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, ""),
        ({"length": np.array([2, 3])}, "not as long"),
        ({"length": np.array([4, 0])}, "not as long"),
        ({"window": np.array([0, 3], np.int16)}, "no name"),
        ({"samples": np.zeros(4, np.int32)}, "samples is int32"),
        ({"samples": np.zeros(4, np.float32)}, ""),
    ],
)
def test_only_samples_of_a_trailer_are_taken(tmp_path: Path, changes: Any, why: str) -> None:
    arrays: dict[str, Any] = {"window": np.array([0, 1], np.int16), "start": np.zeros(2)}
    arrays |= {"rate": np.full(2, 8000, np.int32), "length": np.array([2, 2])}
    np.savez(tmp_path / "x.npz", **(arrays | {"samples": np.zeros(4, np.int16)} | changes))
    if not why:
        samples._check(tmp_path / "x.npz")
        return
    with pytest.raises(ValueError, match=why):
        samples._check(tmp_path / "x.npz")


def test_nothing_of_it_goes_to_a_shared_store(
    todo: list[Job], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "far").mkdir()
    monkeypatch.setenv("TRAILER_STORE", f"file://{tmp_path}/far")
    keep(monkeypatch, 10)
    embed_trailer(todo[0])
    names = {path.parts[-3] for path in (tmp_path / "far").rglob("*") if path.is_file()}
    assert names == {"embed"} and len(kept()) == 1


@pytest.mark.parametrize("text", ["much", "-1", "inf", "nan"])
def test_a_budget_that_is_no_number_is_refused(
    todo: list[Job], monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv(samples.VARIABLE, text)
    with pytest.raises(BenchmarkError, match="SOUND_CACHE_GB"):
        windows_of(todo[0])
