"""A pickle is never run, and an array that says of no row whose it is is refused."""

import pickle
import runpy
import shlex
import sys

import numpy as np
import pytest

from stages.base.errors import BenchmarkError
from stages.published.reading import read_table
from tests.published.made_tables import IDS, VALUES, record


class Marker:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


@pytest.mark.parametrize("name", ["t.pkl", "t.npz", "t.csv", "t.pt"])
def test_a_pickle_is_refused_by_its_name_or_by_its_bytes_and_never_run(tmp_path, name):
    (tmp_path / name).write_bytes(pickle.dumps(Marker(tmp_path / "ran")))
    with pytest.raises(BenchmarkError, match=r"a pickle, which runs .*\n.*\n.*np\.savez"):
        read_table(tmp_path / name, record(name))
    assert not (tmp_path / "ran").exists()


def test_a_pickle_within_an_npz_is_refused_and_never_run(tmp_path):
    objects = np.array([Marker(tmp_path / "ran")], object)
    np.savez(tmp_path / "t.npz", ids=np.array(["1"]), embedding=objects, allow_pickle=True)
    with pytest.raises(BenchmarkError, match=r"t\.npz: embedding: a pickle"):
        read_table(tmp_path / "t.npz", record("t.npz"))
    assert not (tmp_path / "ran").exists()


def test_an_array_without_ids_is_refused(tmp_path):
    np.save(tmp_path / "t.npy", VALUES)
    with pytest.raises(BenchmarkError, match=r"an array without ids(.|\n)*order is a guess"):
        read_table(tmp_path / "t.npy", record("t.npy"))


@pytest.mark.parametrize("kind", ["pkl", "npy", "pt"])
def test_the_line_that_the_refusal_names_converts_the_file(tmp_path, monkeypatch, kind):
    import torch

    path = tmp_path / f"t.{kind}"
    by_id = dict(zip(IDS, VALUES, strict=True))
    if kind == "pkl":
        path.write_bytes(pickle.dumps(by_id))
    elif kind == "pt":
        torch.save({film: torch.from_numpy(values) for film, values in by_id.items()}, path)
    else:
        np.save(path, VALUES)
        (tmp_path / "ids.txt").write_text("\n".join(IDS))
    with pytest.raises(BenchmarkError) as error:
        read_table(path, record(path.name))
    line = str(error.value)[str(error.value).index("python -c") :]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "line.py").write_text(shlex.split(line)[2])
    monkeypatch.setattr(sys, "argv", ["line.py"])
    runpy.run_path("line.py")
    found = read_table(tmp_path / "t.npz", record("t.npz"))
    assert found.ids == IDS and np.array_equal(found.values, VALUES)
