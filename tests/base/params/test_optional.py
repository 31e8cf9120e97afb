"""What a corpus asks for is in its pipeline, or the parameters are refused with what to do."""

import shutil
from pathlib import Path

import pytest

from stages.base import places
from stages.base.errors import BenchmarkError
from stages.base.params import load, yaml12
from stages.commands.corpora import corpora

ROOT = Path(__file__).resolve().parents[3]
CARDS = "words: {cards: {}}"
CLIPS = "clips: {count: 8}"
LAYERS = "layers: {voice: 0.5}"


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("params.yaml", "dvc.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "sets", tmp_path / "sets")
    return tmp_path


def asking(path: Path, section: str) -> Path:
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{section}\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("section", "missing", "then"),
    [
        (CARDS, "no cards, texts", "stages.choose words --corpus NAME"),
        ("words: {speech: {}}", "no speech, texts", "stages.choose words --corpus NAME"),
        (CLIPS, "no clips", "stages.choose motion --corpus NAME"),
        (
            LAYERS,
            "no layers",
            "the section `layers` in its params.yaml, then `python -m stages.corpora --write`",
        ),
    ],
)
def test_the_default_corpus_has_no_such_stage_and_says_what_has(project, section, missing, then):
    path = asking(Path("params.yaml"), section)
    line = len(path.read_text(encoding="utf-8").splitlines())
    for a_set in (None, "scratch"):  # whose matrix would not change that
        with pytest.raises(BenchmarkError) as error:
            load(path, a_set)
        said = str(error.value)
        assert f"params.yaml:{line}" in said and missing in said and " in dvc.yaml" in said
        assert "python -m stages.corpora --new NAME" in said
        assert then in said


def test_a_corpus_has_it_once_its_pipeline_is_written(project, monkeypatch):
    path = asking(corpora.add("mine", "sample.txt"), CARDS)
    with pytest.raises(BenchmarkError, match=r"no cards, texts in corpora/mine/dvc\.yaml") as error:
        load(path)
    assert "what to do: run `python -m stages.corpora --write`" in str(error.value)
    assert load(path, "words").words is not None  # a set that is tried is written with its pipeline
    assert corpora.write_pipelines() == ["mine"]
    assert load(path).words is not None


def test_layers_are_heard_once_the_pipeline_is_written(project):
    """DVC would run all other stages, and say nothing."""
    path = asking(corpora.add("mine", "sample.txt"), LAYERS)
    with pytest.raises(BenchmarkError, match=r"no layers in corpora/mine/dvc\.yaml"):
        load(path)
    assert corpora.write_pipelines() == ["mine"]
    assert load(path).layers is not None


def test_fusions_that_the_pipeline_lacks_are_told(project):
    folder = project / "corpora/sample_words"
    shutil.copytree(ROOT / "corpora/sample_words", folder)
    path = folder / "params.yaml"
    assert load(path).matrix.with_words.late_two
    pipeline = yaml12.read((folder / "dvc.yaml").read_text(encoding="utf-8"))
    del pipeline["stages"]["late_two"]
    (folder / "dvc.yaml").write_text(yaml12.block(pipeline), encoding="utf-8")
    with pytest.raises(BenchmarkError, match=r"matrix.with_words asks for stages") as error:
        load(path)
    assert "no late_two in" in str(error.value)
    (folder / "dvc.yaml").unlink()  # it was never run
    assert load(path).matrix.with_words.late_two


def test_what_the_corpora_of_the_project_ask_for_is_there(monkeypatch):
    monkeypatch.chdir(ROOT)
    for name in places.names():
        load(places.params(name))
