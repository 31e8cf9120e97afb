from pathlib import Path

import yaml

from benchmarks import null_corpus
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
