import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from benchmarks import null_corpus
from stages.base import places
from stages.base.params import load

ROOT = Path(__file__).resolve().parents[2]


def test_nothing_is_planted_and_decoys_stay(tmp_path):
    before = yaml.safe_load((ROOT / "params.yaml").read_text())
    path = tmp_path / "params.yaml"
    path.write_text(yaml.safe_dump(null_corpus.nulled(before, seed=3), sort_keys=False))
    sample = load(path).sample
    assert set(sample.picture.values()) == set(sample.sound.values()) == {0.0}
    assert sample.picture_decoy == before["sample"]["picture_decoy"] > 0
    assert sample.seed == 3
    assert list(sample.picture) == list(before["sample"]["picture"])


def test_of_a_corpus_with_words_they_and_motion_are_not_planted_either(tmp_path):
    before = yaml.safe_load((ROOT / "corpora/sample_words/params.yaml").read_text())
    path = tmp_path / "params.yaml"
    path.write_text(yaml.safe_dump(null_corpus.nulled(before), sort_keys=False))
    sample = load(path).sample
    cues = ("picture", "sound", "words", "motion")
    assert {share for name in cues for share in getattr(sample, name).values()} == {0.0}
    decoys = {f"{name}_decoy": getattr(sample, f"{name}_decoy") for name in cues}
    assert decoys == {name: before["sample"][name] for name in decoys} and all(decoys.values())


def test_each_corpus_has_results_of_its_own(tmp_path, monkeypatch):
    """Of the pipeline and the tables of the corpus that was asked for; nothing runs here."""
    asked = []

    @contextmanager
    def rerun(folder, change, corpus):
        own = tmp_path / places.params(corpus)
        own.parent.mkdir(parents=True, exist_ok=True)
        changed = change(yaml.safe_load((ROOT / places.params(corpus)).read_text()))
        own.write_text(yaml.safe_dump(changed))
        tables = tmp_path / "metrics" / corpus
        tables.mkdir(parents=True)
        row = "no_skill,x,random_scores,0.0,-0.1,0.1,0.5,1.0"
        (tables / "comparisons.csv").write_text(f"family,a,b,difference,lo,hi,p,p_holm\n{row}\n")
        (tables / "approaches.csv").write_text("approach,macro_ap\nx,0.3\n")
        asked.append(corpus)
        yield tmp_path

    kept = {}
    monkeypatch.setattr(null_corpus, "rerun", rerun)
    monkeypatch.setattr(null_corpus, "commit", lambda clone: "c")
    monkeypatch.setattr(null_corpus, "keep", lambda found, path: kept.update({path.name: found}))
    for corpus in null_corpus.CORPORA:
        monkeypatch.setattr(sys, "argv", ["null_corpus", "--corpus", corpus])
        with pytest.raises(SystemExit) as ended:
            null_corpus.main()
        assert ended.value.code == 0
    assert asked == ["sample", "sample_words"]
    assert {name: found["corpus"] for name, found in kept.items()} == {
        "null_corpus.json": "sample",
        "null_corpus_sample_words.json": "sample_words",
    }
    assert set(kept["null_corpus_sample_words.json"]["settings"]["sample"]["words"].values()) == {0}


def test_what_counts_as_skill():
    comparison = {"family": "no_skill", "a": "x", "b": "random_scores", "difference": "0.02"}
    rows = [
        comparison | {"lo": "0.01", "hi": "0.03", "p": "0.01", "p_holm": "0.04"},
        comparison | {"a": "y", "lo": "0.01", "hi": "0.03", "p": "0.03", "p_holm": "0.06"},
        comparison | {"a": "z", "lo": "-0.01", "hi": "0.03", "p": "0.01", "p_holm": "0.04"},
        comparison
        | {"family": "fusion", "b": "y", "lo": "0.01", "hi": "0.03", "p": "0.01", "p_holm": "0.01"},
    ]
    found = null_corpus.judge(rows, [{"approach": name, "macro_ap": "0.3"} for name in "xyz"])
    assert found["approaches"] == 3
    assert found["beat_no_skill"] == ["x"]
    assert found["below_five_percent_before_holm"] == ["x", "y", "z"]
    assert found["smallest_p_holm"] == 0.04
    assert found["clear_in_other_families"] == ["x against y"]
    assert "skill where there is none: x" in null_corpus.table(found)
