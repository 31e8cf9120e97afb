"""The section `clips`: not there unless a corpus of trailers asks for it."""

import shutil
from pathlib import Path

import pytest

from stages.base.errors import BenchmarkError
from stages.base.params import ClipsParams, load, yaml12
from stages.base.params.matrix import cells
from stages.base.params.reading import load_sets
from stages.commands.plan.inventory import cell_rows
from stages.judging.names import approach_names

ROOT = Path(__file__).resolve().parents[3]
CLIPS = {"clips": {"count": 8}}
READS = {"matrix": {"backbones": {"moves": {"family": "colour", "reads": "clips"}}}}


def loaded(tmp_path: Path, *changes: dict, corpus: str = "params.yaml"):
    params = yaml12.read((ROOT / corpus).read_text(encoding="utf-8"))
    for change in changes:
        params = merged(params, change)
    (tmp_path / "params.yaml").write_text(yaml12.block(params), encoding="utf-8")
    return load(tmp_path / "params.yaml")


def merged(old: dict, new: dict) -> dict:
    both = {k: merged(old[k], v) for k, v in new.items() if isinstance(v, dict) and k in old}
    return {**old, **new, **both}


def approach(context: str) -> dict:
    entry = {"backbone": "moves", "context": context, "head": "linear"}
    return {"matrix": {"approaches": {"moves_linear": entry}}}


def test_the_default_corpus_asks_for_none(tmp_path):
    assert loaded(tmp_path).clips is None


def test_a_backbone_that_reads_clips_is_of_picture(tmp_path):
    found = loaded(tmp_path, CLIPS, READS, approach("mean"))
    assert found.clips == ClipsParams(count=8, within_shots=False)
    assert found.matrix.backbones["moves"].modality == "picture"


@pytest.mark.parametrize(
    ("changes", "parts"),
    [
        ([READS], ["matrix.backbones.moves.reads", "needs a section `clips"]),
        ([CLIPS, READS, approach("each")], ["approaches.moves_linear.context", "single frames"]),
        ([CLIPS, READS, {"training": {"mask_shared": 3}}], ["training.mask_shared", "moves reads"]),
        ([CLIPS, {"download": {"keep_videos": False}}], ["download.keep_videos", "expected true"]),
        ([{"clips": {"count": 0}}], ["clips.count", "greater than or equal to 1"]),
        ([{"clips": {"cuont": 3}}], ["clips.cuont", "did you mean 'count'?"]),
    ],
)
def test_what_is_wrong_is_named(tmp_path, changes, parts):
    with pytest.raises(BenchmarkError) as caught:
        loaded(tmp_path, *changes)
    assert all(part in str(caught.value) for part in parts), caught.value


DUAL = {"matrix": {"dual": {"two": {"frames": "colour", "clips": "moves", "head": "linear"}}}}
BUDGET = {"epochs": 10, "batch_size": 32, "learning_rate": 0.001, "weight_decay": 0.1}
TRAINED = {"training": {"contexts": {"dual": BUDGET}}}


def dual(**changed: str) -> dict:
    entry = DUAL["matrix"]["dual"]["two"] | changed
    return {"matrix": {"dual": {"two": entry}}}


def test_two_transformers_are_a_cell_of_the_picture(tmp_path):
    params = loaded(tmp_path, CLIPS, READS, DUAL, TRAINED)
    (cell,) = [cell for cell in cells(params) if cell.kind == "dual"]
    assert (cell.slug, cell.modality, cell.parts) == ("two", "picture", ("colour", "moves"))
    assert (cell.context, cell.head) == ("dual", "linear")
    names = approach_names(cells(params), {"colour": "colour statistics"}, "start")
    assert names["two"] == "colour statistics and moves, two transformers, linear probe"


@pytest.mark.parametrize(
    ("changes", "parts"),
    [
        ([dual()], ["training.contexts", "lacks 'dual'"]),
        ([TRAINED, dual(frames="moves")], ["dual.two.frames", "reads no frames", "colour, pixels"]),
        ([TRAINED, dual(clips="colour")], ["dual.two.clips", "reads no clips", "moves"]),
        ([TRAINED, dual(head="x")], ["dual.two.head", "training.heads lacks 'x'"]),
        ([TRAINED, dual(head="few_shot")], ["dual.two.head", "prompts of one network"]),
        ([TRAINED, approach("dual")], ["moves_linear.context", "entry under matrix.dual"]),
        ([TRAINED, {"matrix": {"dual": {"colour_mlp": DUAL["matrix"]["dual"]["two"]}}}],
         ["dual.colour_mlp", "a name of its own"]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_two_transformers_is_named(tmp_path, changes, parts):
    with pytest.raises(BenchmarkError) as caught:
        loaded(tmp_path, CLIPS, READS, *changes)
    assert all(part in str(caught.value) for part in parts), caught.value
    assert str(caught.value).count("matrix.dual.") <= 1, "each is told once"


def test_sets_of_clips_are_those_of_a_corpus_with_clips(tmp_path):
    shutil.copytree(ROOT / "sets", tmp_path / "sets")
    loaded(tmp_path)
    sets, faults = load_sets(tmp_path / "params.yaml")
    assert not faults and not {"motion", "video"} & sets.keys()
    loaded(tmp_path, CLIPS)
    sets, faults = load_sets(tmp_path / "params.yaml")
    assert not faults and {"scratch", "everything", "motion", "video"} <= sets.keys()
    params = load(tmp_path / "params.yaml")
    rows = {row["approach"]: row for row in cell_rows(params, sets)}
    assert rows["motion_linear"]["reason"] == "needs the set motion"
    assert rows["mvit_linear"]["reason"] == "needs the set video, and the weights of mvit"
    assert rows["vjepa2_linear"]["name"] == "V-JEPA 2 ViT-L, linear probe"


def test_a_set_of_clips_says_what_a_corpus_lacks(tmp_path):
    shutil.copytree(ROOT / "sets", tmp_path / "sets")
    loaded(tmp_path)
    with pytest.raises(BenchmarkError, match="needs a section `clips"):
        load(tmp_path / "params.yaml", "motion")


def test_published_features_have_no_clips(tmp_path):
    with pytest.raises(BenchmarkError, match="is of trailers, and this corpus has published"):
        loaded(tmp_path, CLIPS, corpus="corpora/mmtf14k/params.yaml")
