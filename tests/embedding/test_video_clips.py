"""From a pack of clips to embeddings: one item a clip, with its number and its time."""

import cv2
import numpy as np
import pyarrow as pa
import pytest

from stages.base.packs import write_pack
from stages.base.params import CLIP_PICTURES
from stages.embedding.base import create
from stages.embedding.jobs import Recipe, jobs
from stages.embedding.trailers import embed
from stages.trailers.media.results import CLIPS

TRAILER = "a" * 16


def picture(clip: int, number: int) -> np.ndarray:
    return np.roll(np.random.default_rng(clip).integers(0, 256, (90, 160), np.uint8), number, 1)


@pytest.fixture
def pack(tmp_path, monkeypatch):
    """A trailer of two clips that begin at 3 and 20 s, its rows in any order."""
    monkeypatch.chdir(tmp_path)
    rows = [
        {
            "trailer_id": TRAILER,
            "clip": clip,
            "frame": number,
            "index": 0,
            "time": begin + number / 8,
            "jpeg": cv2.imencode(".png", picture(clip, number))[1].tobytes(),
        }
        for clip, begin in enumerate((3.0, 20.0))
        for number in range(CLIP_PICTURES)
    ]
    shuffled = [rows[n] for n in np.random.default_rng(0).permutation(len(rows))]
    write_pack(
        tmp_path / "clips", [TRAILER], lambda _: pa.Table.from_pylist(shuffled, CLIPS), CLIPS
    )
    return tmp_path / "clips"


def test_an_item_a_clip(pack):
    (job,) = jobs(pack, Recipe("motion"))
    ((_, result),) = embed([job])
    assert isinstance(result, tuple)
    with np.load(result[1]) as entry:
        assert entry["group"].tolist() == [0, 1]
        assert entry["time"] == pytest.approx([3 + 15 / 16, 20 + 15 / 16])
        grey = [np.stack([picture(c, n) for n in range(CLIP_PICTURES)]) for c in (0, 1)]
        expected = create("motion")([np.repeat(each[..., None], 3, axis=3) for each in grey])
        np.testing.assert_array_equal(entry["embedding"], expected)
