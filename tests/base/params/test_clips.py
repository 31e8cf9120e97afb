"""The section `clips`: not there unless a corpus of trailers asks for it."""

from pathlib import Path

import pytest

from stages.base.errors import BenchmarkError
from stages.base.params import ClipsParams, load, yaml12

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


def test_published_features_have_no_clips(tmp_path):
    with pytest.raises(BenchmarkError, match="is of trailers, and this corpus has published"):
        loaded(tmp_path, CLIPS, corpus="corpora/mmtf14k/params.yaml")
