"""Embeddings that have the hash of their name and are not the recipe's."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stages.base.npz import check_npz
from stages.base.packs import write_pack
from stages.base.store import Store
from stages.embedding.jobs import EmbeddingCheck, Recipe, jobs
from stages.embedding.trailers import embed, embed_trailer
from stages.trailers.media.results import FRAMES
from tests.embedding.made_packs import IDS, picture_rows

CHECK = EmbeddingCheck((3,), "<f4")
GOOD: dict[str, Any] = {
    "group": np.zeros(2, np.int16),
    "time": np.zeros(2, np.float32),
    "embedding": np.zeros((2, 3), np.float32),
}


def refusal(path: Path, arrays: dict[str, Any]) -> str:
    with path.open("wb") as file:
        np.savez(file, **arrays)
    try:
        CHECK(path)
    except ValueError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, ""),
        ({"more": np.zeros(1)}, "it has embedding.npy, group.npy, more.npy, time.npy"),
        ({"time": np.zeros(3, np.float32)}, "time is float32 (3,)"),
        ({"time": np.array([0, np.nan], np.float32)}, "not finite"),
        ({"group": np.zeros(2, np.int64)}, "group is int64"),
        ({"group": np.array([0, -1], np.int16)}, "no frame or window"),
        ({"embedding": np.zeros((2, 4), np.float32)}, "embedding is float32 (2, 4)"),
        ({"embedding": np.zeros((2, 3))}, "embedding is float64"),
        ({"embedding": np.zeros(2, np.float32)}, "embedding is float32 (2,)"),
        ({"embedding": np.full((2, 3), np.inf, np.float32)}, "not finite"),
        ({name: array[:0] for name, array in GOOD.items()}, "no item"),
    ],
)
def test_only_the_recipes_arrays_are_taken(tmp_path: Path, changes: Any, why: str) -> None:
    found = refusal(tmp_path / "x", GOOD | changes)
    assert why in found and bool(why) == bool(found)


def test_an_array_that_claims_more_than_the_file_has_costs_nothing(tmp_path: Path) -> None:
    """The header's number of rows is the one thing that is wrong."""
    path = tmp_path / "x.npz"
    np.savez(path, a=np.zeros((2, 3), np.float32))
    data = path.read_bytes()
    assert data.count(b"(2, 3), }       ") == 1
    path.write_bytes(data.replace(b"(2, 3), }       ", b"(2000000, 3), } "))
    with pytest.raises(ValueError, match="a claims 24000000 bytes, which are not there"):
        check_npz(path, {"a": (np.float32, ("n", 3))})


def test_an_entry_of_another_kind_is_set_aside_and_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_pack(tmp_path / "frames", IDS[:2], picture_rows, FRAMES)
    todo = jobs(tmp_path / "frames", Recipe("colour"))
    made = dict(map(embed_trailer, todo))
    wanted = {name: path.read_bytes() for name, path in made.items()}
    for job in todo:
        made[job.trailer_id].unlink()
        with Store("embed", 0, None).put(job.key) as path, path.open("wb") as file:
            np.savez(file, **GOOD)
    again = dict(result for _, result in embed(todo) if isinstance(result, tuple))
    assert {name: path.read_bytes() for name, path in again.items()} == wanted
    assert capsys.readouterr().err.count("is damaged") == 2
