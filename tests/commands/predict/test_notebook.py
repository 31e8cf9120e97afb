"""The notebook for trailers of one's own, run as a person would: on twelve rendered files."""

import os
import re
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
from importlib.metadata import packages_distributions
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from stages.base.genres import GENRES
from stages.corpus.reader import read_catalogue
from stages.sample import plan
from stages.sample.render import render_trailer
from tests.commands.predict.small_run import Run

ROOT = Path(__file__).resolve().parents[3]
NOTEBOOK = ROOT / "notebooks" / "own_trailers.ipynb"
INSTALLED = {"torch", "torchaudio"}  # in a hosted notebook


def names(wanted: list[str]) -> set[str]:
    return {re.split(r"[^\w.-]", each)[0].replace("_", "-").lower() for each in wanted}


@pytest.fixture
def left_out(tmp_path: Path) -> Path:
    """A folder that hides what the project needs and the notebook's smaller install lacks."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    whole = names(declared["project"]["dependencies"]) | {"ctranslate2"}  # below faster-whisper
    for extra in declared["project"]["optional-dependencies"].values():
        whole |= names(extra)
    kernel = {"ipykernel", "nbclient", "nbconvert", "nbformat"}  # what runs the notebook has them
    lacking = whole - names(declared["dependency-groups"]["notebook"]) - INSTALLED - kernel
    assert {"timm", "torchvision", "huggingface-hub", "h5py"} <= lacking
    folder = tmp_path / "left_out"
    folder.mkdir()
    for module, packages in packages_distributions().items():
        if {package.replace("_", "-").lower() for package in packages} <= lacking:
            said = f"raise ImportError({module!r} ' is not in the group notebook')\n"
            (folder / f"{module}.py").write_text(said, encoding="utf-8")
    return folder


@pytest.fixture
def executed(inside: Run, left_out: Path, monkeypatch: pytest.MonkeyPatch) -> nbformat.NotebookNode:
    """The notebook after a run in the folder of a small run."""
    for name, shorter in (("SECONDS", (10, 11)), ("SHOTS", (5, 6)), ("FIRST_SHOT_BY", 30)):
        monkeypatch.setattr(plan, name, shorter)
    mine = inside.folder / "my_trailers"
    mine.mkdir(exist_ok=True)
    for trailer in read_catalogue(ROOT / "sample.txt")[:12]:
        render_trailer(trailer, inside.params.sample, mine / f"{trailer.film_id}.mp4")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(left_out), str(ROOT)]))
    monkeypatch.setenv("IPYTHONDIR", str(left_out / "ipython"))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    here = {"metadata": {"path": str(inside.folder)}}
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources=here).execute()
    return notebook


def test_twelve_files_become_a_figure_without_a_verdict(
    executed: nbformat.NotebookNode, inside: Run
) -> None:
    outputs = {cell.id: cell.get("outputs", []) for cell in executed.cells}
    text = {name: "".join(out.get("text", "") for out in outs) for name, outs in outputs.items()}
    assert "12 files: s001.mp4, s002.mp4" in text["files"]
    assert "colour_linear" in text["train"] and "Learnt from 15 films" in text["ask"]
    assert "too few (fewer than 60) to rely on a yes or no" in text["ask"]
    (figure,) = outputs["figure"]
    assert "<svg" in figure["data"]["image/svg+xml"]
    drawn = ET.parse(inside.folder / "my_trailers" / "figure.svg").getroot()
    words = [each.text for each in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert "What the models at hand say of 12 trailers: no verdict, too few" in words
    assert any("15 films of sample.txt" in (word or "") for word in words)
    assert {"picture", "sound", "both", "s012.mp4", *GENRES} <= set(words)
    table = outputs["apart"][-1]["data"]["text/plain"]
    apart = [float(line.split()[-1]) for line in table.splitlines() if line.strip()[-1].isdigit()]
    assert len(apart) == 10 and apart == sorted(apart, reverse=True)


def test_ten_cells_without_outputs_are_in_git() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    assert len(notebook.cells) == 10
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)


def test_outside_a_clone_it_asks_for_the_address(tmp_path: Path) -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    source = next(cell.source for cell in notebook.cells if cell.id == "project")
    said = subprocess.run(
        [sys.executable, "-c", source], cwd=tmp_path, capture_output=True, text=True
    )
    assert said.returncode == 1 and "write its address into REPOSITORY" in said.stderr
