import shutil
from pathlib import Path

import pytest
import yaml

from stages.base.errors import BenchmarkError
from stages.commands.lock import check_trained, read_lock
from tests.commands.predict.small_run import Run


@pytest.fixture
def copied(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Parameters, lock and scores of the small run, to be changed."""
    for name in ("params.yaml", "dvc.lock"):
        shutil.copy(run.folder / name, tmp_path / name)
    shutil.copytree(run.folder / "data/sample/scores", tmp_path / "data/sample/scores")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def check(folder: Path, slug: str = "late_linear") -> None:
    check_trained(slug, read_lock(folder / "dvc.lock"))


def change(path: Path, *keys: str, value: object) -> None:
    root = content = yaml.safe_load(path.read_text())
    for key in keys[:-1]:
        content = content[key]
    content[keys[-1]] = value
    path.write_text(yaml.safe_dump(root))


def test_nothing_changed_is_fine(copied):
    check(copied)
    check(copied, "early_gated")


@pytest.mark.parametrize(
    ("keys", "slug"),
    [
        (("frames", "count"), "colour_linear"),
        (("frames", "count"), "late_linear"),
        (("audio", "seconds"), "late_linear"),
        (("training", "middle_frames"), "early_linear"),
        (("matrix", "backbones", "mfcc", "family"), "mfcc_linear"),
        (("matrix", "late", "late_linear", "by"), "late_linear"),
    ],
)
def test_a_parameter_it_was_trained_with_is_named(copied, keys, slug):
    change(copied / "params.yaml", *keys, value=77)
    with pytest.raises(BenchmarkError, match=rf"{'.'.join(keys)} was .*, is 77"):
        check(copied, slug)


def test_a_parameter_of_others_does_not_matter(copied):
    change(copied / "params.yaml", "audio", "seconds", value=77)
    change(copied / "params.yaml", "download", "retries", value=7)
    change(copied / "params.yaml", "matrix", "late", "late_linear", "by", value="stacked")
    check(copied, "colour_linear")


def test_scores_of_another_run_are_noticed(copied):
    path = copied / "data/sample/scores/colour_linear.npz"
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(BenchmarkError, match=r"than the one that dvc\.lock records"):
        check(copied, "colour_linear")
    path.unlink()
    with pytest.raises(BenchmarkError, match="not trained here"):
        check(copied, "colour_linear")


def test_what_was_trained_before_its_inputs_is_noticed(copied):
    lock = yaml.safe_load((copied / "dvc.lock").read_text())
    lock["stages"]["frames"]["outs"][0]["md5"] = "other"
    (copied / "dvc.lock").write_text(yaml.safe_dump(lock))
    with pytest.raises(BenchmarkError, match="before data/sample/frames changed"):
        check(copied, "late_linear")
    check(copied, "mfcc_linear")


def test_no_run_at_all_is_said(tmp_path):
    with pytest.raises(BenchmarkError, match="no models were trained"):
        read_lock(tmp_path / "dvc.lock")


def test_what_was_read_on_other_terms_is_noticed_behind_an_approach_of_words(copied):
    lock = yaml.safe_load((copied / "dvc.lock").read_text())
    stages = lock["stages"]
    md5 = {"cards": "c", "words": "w", "embeddings/bag.npz": "e"}
    made = {name: {"path": f"data/sample/{name}", "md5": of} for name, of in md5.items()}
    asked = {"params.yaml": {"words.cards": {"confidence": 0.5}}}
    stages["cards"] = {"deps": [], "outs": [made["cards"]], "params": asked}
    stages["texts"] = {"deps": [made["cards"]], "outs": [made["words"]]}
    stages["embed@bag"] = {"deps": [made["words"]], "outs": [made["embeddings/bag.npz"]]}
    stages["fit@colour_linear"]["deps"] = [made["embeddings/bag.npz"]]
    (copied / "dvc.lock").write_text(yaml.safe_dump(lock))
    params = yaml.safe_load((copied / "params.yaml").read_text())
    params["words"] = {"cards": {"confidence": 0.5}}
    (copied / "params.yaml").write_text(yaml.safe_dump(params))
    check(copied, "colour_linear")
    change(copied / "params.yaml", "words", "cards", "confidence", value=0.9)
    with pytest.raises(BenchmarkError, match=r"words\.cards\.confidence was 0\.5, is 0\.9"):
        check(copied, "colour_linear")
