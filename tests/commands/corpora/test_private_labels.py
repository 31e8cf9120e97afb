"""Labels that may not be passed on are outputs that git does not see and no remote gets."""

import shutil
from pathlib import Path
from typing import Any

import yaml

from stages.base.params import yaml12
from stages.commands.corpora.pipeline import pipeline_text

ROOT = Path(__file__).resolve().parents[3]


def outs(tmp_path: Path, may: bool) -> dict[str, Any]:
    """The outputs of a corpus's stages, each with its flags."""
    shutil.copy(ROOT / "dvc.yaml", tmp_path)
    params = yaml12.read((ROOT / "params.yaml").read_text(encoding="utf-8"))
    params["catalogue"]["labels_may_be_published"] = may
    own = tmp_path / "corpora" / "films" / "params.yaml"
    own.parent.mkdir(parents=True)
    own.write_text(yaml12.block(params), encoding="utf-8")
    stages = yaml.safe_load(pipeline_text("films", tmp_path))["stages"]
    found: dict[str, Any] = {}
    for stage in stages.values():
        for out in stage.get("do", stage).get("outs", []):
            found |= out if isinstance(out, dict) else {out: {}}
    return found


def test_private_labels_lie_in_data_and_are_pushed_nowhere(tmp_path: Path) -> None:
    found = outs(tmp_path, may=False)
    assert "metrics/films/labels.parquet" not in found
    for name in ("labels", "catalogue", "second_source"):
        assert found[f"data/films/{name}.parquet"] == {"push": False}
    assert found["data/films/lost_films.csv"] == {"push": False}
    assert "metrics/films/lost_films.csv" not in found
    assert found["metrics/films/judged_films.parquet"] == {"cache": False}


def test_other_labels_lie_in_git(tmp_path: Path) -> None:
    found = outs(tmp_path, may=True)
    assert found["metrics/films/labels.parquet"] == {"cache": False}
    assert found["data/films/catalogue.parquet"] == {}
