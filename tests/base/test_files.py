"""Outputs are written aside and renamed: nothing half-written, and never through a hard link."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import torch

from stages.base.errors import BenchmarkError, TrailerError
from stages.base.files import replacing, write
from stages.base.packs import write_pack, write_table
from stages.base.params import load
from stages.base.params.matrix import cells
from stages.base.provenance import record_stage
from stages.base.tables import write_csv, write_json
from stages.commands.plan.output import write_between
from stages.commands.plan.rates import Rates
from stages.commands.predict.timeline import write_pieces
from stages.corpus.reader import Trailer
from stages.corpus.second_source import save_second_source
from stages.corpus.table import save_trailers
from stages.embedding.joining import write_embeddings
from stages.embedding.weights.convert import write_safetensors
from stages.embedding.weights.lock import Pin, add_pin
from stages.fitting.fitted import Curves, Fitted
from stages.fitting.saved_models import save_models
from stages.fitting.scores import Scores, save_scores
from stages.judging.out_of_fold import _write_scores
from stages.rendering import site
from stages.trailers.fetching.ledger import write_events, write_ledger
from stages.trailers.media import results

ROOT = Path(__file__).resolve().parents[2]
PARAMS = load(ROOT / "params.yaml")
NOBODY = 65534
SECRET = b"an object of DVC's cache"
ROWS = pa.table({"trailer_id": ["a0"], "frame": pa.array([1], pa.int8())})
TRAILER = Trailer("a0", "f1", "A film", 2001, ("Drama",), "sample:f1", "")


def scores() -> Scores:
    return Scores(
        np.array(["f1"]),
        np.zeros(1, np.int8),
        np.zeros((1, 1, 10), np.float32),
        np.zeros((1, 1, 10), np.float32),
    )


def models(path: Path) -> None:
    nothing = np.zeros(0, np.float32)
    curves = Curves(nothing, (), nothing)
    fitted = Fitted(nothing, nothing, {"weight": np.ones((2, 3))}, curves)
    cell = next(cell for cell in cells(PARAMS) if cell.slug == "colour_linear")
    save_models(cell, fitted, PARAMS, 2, path)


def embeddings(path: Path) -> None:
    entry = path.parent / "entry"
    arrays = {"group": np.zeros(1, np.int16), "time": np.zeros(1, np.float32)}
    with entry.open("wb") as file:
        np.savez(file, **arrays, embedding=np.ones((1, 4), np.float32))  # type: ignore[arg-type]
    write_embeddings({"a0": entry}, path)


def pieces(path: Path) -> None:
    given = path.parents[1] / "given" / path.name
    given.parent.mkdir()
    np.savez(given, trailer_id=["a0"], trailer=[0], group=[0], time=[1.0], embedding=[[2.0]])
    write_pieces(given, "a0", path.parents[1])


def marks(path: Path) -> None:
    cache = path.with_name("object")
    cache.write_text("<a><b>\n")
    path.unlink()
    os.link(cache, path)
    write_between("<a>", "<b>", ["table"], path)
    assert cache.read_text() == "<a><b>\n"


def built(path: Path) -> None:
    (path.parent / "built").mkdir()
    (path.parent / "built" / "index.html").write_text("new")
    site._move(path.parent / "built", path)


WRITERS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "write": ("x.txt", lambda path: write("text", path)),
    "write_json": ("x.json", lambda path: write_json({"a": 1}, path)),
    "write_csv": ("x.csv", lambda path: write_csv([{"a": 1}], ["a"], path)),
    "write_table": ("x.parquet", lambda path: write_table(ROWS, path)),
    "save_trailers": ("catalogue.parquet", lambda path: save_trailers([TRAILER], path)),
    "save_second_source": ("s.parquet", lambda path: save_second_source({"f": ("War",)}, path)),
    "write_ledger": (
        "downloads.parquet",
        lambda path: write_ledger([(TRAILER, TrailerError("gone"))], path),
    ),
    "write_events": ("sample_events.parquet", lambda path: write_events([], path)),
    "save_scores": ("colour.npz", lambda path: save_scores({"all": scores()}, path)),
    "write_embeddings": ("colour.npz", embeddings),
    "weights": ("vgg16.safetensors", lambda path: write_safetensors({"a": torch.ones(3)}, path)),
    "weights.lock": (
        "weights.lock",
        lambda path: add_pin(path, "w", Pin("", 1, "0" * 64), path.parent / "guard"),
    ),
    "record_stage": ("provenance.json", lambda path: record_stage("frames", 1.0, path)),
    "rates": (
        "rates.json",
        lambda path: Rates(path, PARAMS.frames, PARAMS.audio)._write({"a": 1.0}),
    ),
    "write_between": ("README.md", marks),
    "out-of-fold scores": (
        "scores/prior.parquet",
        lambda path: _write_scores(pa.array(["f1"]), np.zeros((1, 10), np.float32), path),
    ),
    "pieces of a trailer": ("embeddings/colour.npz", pieces),
}
FOLDERS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "write_pack": ("part-00.parquet", lambda path: write_pack(path, ["a0"], take, ROWS.schema)),
    "models": ("model.safetensors", models),
    "model cards": ("model.json", models),
    "packs of a stage": ("outcomes.parquet", lambda path: results.write(path, results.AUDIO, [])),
    "site": ("index.html", built),
}


def take(trailer_id: str) -> pa.Table:
    return ROWS


def linked(path: Path, cache: Path) -> None:
    """Put an output at `path` as DVC hands it out: a hard link to an object of its cache."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cache.write_bytes(SECRET if path.suffix not in (".lock",) else b"{}")
    os.link(cache, path)


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_written_anew_leaves_the_cache_as_it_was(name, tmp_path):
    file, writer = WRITERS[name]
    path, cache = tmp_path / "outputs" / file, tmp_path / "object"
    linked(path, cache)
    before = cache.read_bytes()
    writer(path)
    assert cache.read_bytes() == before
    assert path.read_bytes() != before and not list(path.parent.glob(".*"))


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_written_anew_leaves_the_cache_as_it_was(name, tmp_path):
    file, writer = FOLDERS[name]
    path, cache = tmp_path / "outputs" / "folder" / file, tmp_path / "object"
    linked(path, cache)
    writer(path.parent)
    assert cache.read_bytes() == SECRET
    assert path.read_bytes() != SECRET and not list(path.parent.parent.glob(".*"))


@pytest.mark.parametrize("name", ["models", "packs of a stage", "site"])
def test_what_an_earlier_run_left_in_a_folder_goes(name, tmp_path):
    file, writer = FOLDERS[name]
    stale = tmp_path / "outputs" / "folder" / "part-09.parquet"
    stale.parent.mkdir(parents=True)
    stale.write_text("stale")
    writer(stale.parent)
    assert (stale.parent / file).exists() and not stale.exists()


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_fails_half_way_changes_nothing(kind, tmp_path):
    path = tmp_path / "x"
    if kind == "folder":
        path.mkdir()
        path = path / "y"
    path.write_text("old")
    target = path.parent if kind == "folder" else path
    with suppress(KeyError), replacing(target) as new:
        if kind == "folder":
            new.mkdir()
            (new / "y").write_text("half")
        else:
            new.write_text("half")
        raise KeyError
    assert path.read_text() == "old" and [p.name for p in tmp_path.iterdir()] == ["x"]


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_kill_leaves_what_was_there_and_the_next_run_clears_up(kind, tmp_path):
    """Killed as hard as can be while it writes; beside it stands what was there before."""
    write("old", tmp_path / "x" / "y" if kind == "folder" else tmp_path / "x")
    code = (
        "import sys, time; from pathlib import Path; from stages.base.files import replacing\n"
        "with replacing(Path('x')) as new:\n"
        f"    if {kind == 'folder'}: new.mkdir(); (new / 'y').write_text('half')\n"
        "    else: new.write_text('half')\n"
        "    print('begun', flush=True); time.sleep(600)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None and process.stdout.readline() == b"begun\n"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    path = tmp_path / "x"
    assert (path / "y" if kind == "folder" else path).read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 2
    with replacing(path) as new:
        new.write_text("new")
    assert path.read_text() == "new" and [p.name for p in tmp_path.iterdir()] == ["x"]


def test_nothing_of_a_writer_at_work_is_cleared_away(tmp_path):
    with replacing(tmp_path / "x") as first:
        first.write_text("first")
        write("second", tmp_path / "x")
        assert first.read_text() == "first"
    assert (tmp_path / "x").read_text() == "first"


@pytest.fixture
def another_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """In tmp_path, as one who owns nothing there, where root can become another."""
    tmp_path.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    if os.geteuid():
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.usefixtures("another_user")
@pytest.mark.parametrize("where", ["data/x.json", "data/new/x.json"])
def test_a_folder_that_may_not_be_written_to_is_one_sentence(where, tmp_path):
    folder = tmp_path / "data"
    own = os.geteuid()
    with suppress(PermissionError):
        os.seteuid(0)
    folder.mkdir()
    folder.chmod(0o555)
    os.seteuid(own)
    with pytest.raises(BenchmarkError, match=rf"^{where}: cannot be written\n  found: Permission"):
        write_json({}, Path(where))


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to make a file of another's")
def test_a_file_of_another_user_is_replaced_where_the_folder_is_ours(tmp_path, monkeypatch):
    tmp_path.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    write("old", tmp_path / "data/x.json")
    os.chown(tmp_path / "data", NOBODY, NOBODY)
    os.seteuid(NOBODY)
    try:
        write_json({}, Path("data/x.json"))
        assert Path("data/x.json").stat().st_uid == NOBODY
    finally:
        os.seteuid(0)
