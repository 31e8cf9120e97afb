"""The pipelines of corpora of published features, as they are written."""

from pathlib import Path

import pytest
import yaml

from stages.base.params import load
from stages.base.params.matrix import cells
from stages.base.pipeline import OUTPUTS, overlap, paths, resolve
from stages.commands.corpora.pipeline import pipeline_text
from tests.test_dvc import check_code

ROOT = Path(__file__).resolve().parents[3]
OF_TRAILERS = {"download", "frames", "audio", "weights", "ceiling"}


@pytest.fixture(scope="module", params=["mmtf14k", "m3l_20m"])
def stages(request):
    """Every stage of a corpus by name, its templates filled in."""
    declared = yaml.safe_load(pipeline_text(request.param, ROOT))["stages"]
    params = load(ROOT / "corpora" / request.param / "params.yaml")
    return request.param, dict(resolve(declared, vars(params)))


def test_its_stages_are_its_tables_backbones_and_cells(stages):
    name, found = stages
    params = load(ROOT / f"corpora/{name}/params.yaml")
    expected = {f"features@{table}" for table in params.features}
    expected |= {f"embed@{slug}" for slug in params.matrix.backbones}
    groups = {"single": "fit@", "early": "early@", "late": "late@", "prior": ""}
    expected |= {groups[cell.kind] + cell.slug for cell in cells(params) if not cell.base}
    expected |= {"collect"} if params.catalogue.source else set()
    once = {"catalogue", "splits", "leaks", "left_out", "label_ceiling", "evaluate", "contrast"}
    assert set(found) == expected | once | {"compare", "training_sets", "report"}
    assert len(found) <= 60


def test_nothing_is_waited_for_that_nobody_makes(stages):
    name, found = stages
    made = [out for stage in found.values() for out in paths(stage, *OUTPUTS)]
    for stage, content in found.items():
        for dep in content["deps"]:
            if (
                dep.startswith((f"data/{name}", f"metrics/{name}"))
                and dep != "data/m3l_20m/catalogue.txt"
            ):
                assert any(overlap(dep, out) for out in made), f"{stage} waits for {dep}"
            assert not dep.startswith(("data/sample", "metrics/sample")), stage


def test_a_stage_depends_on_all_the_code_it_runs(stages):
    check_code(stages[1])


def test_parameters_that_it_names_are_there(stages):
    name, found = stages
    content = yaml.safe_load((ROOT / f"corpora/{name}/params.yaml").read_text(encoding="utf-8"))
    for stage in found.values():
        for section in stage.get("params", []):
            for keys in section.values():
                for key in keys:
                    value = content
                    for part in key.split("."):
                        assert part in value, f"{stage['cmd']}: {key}"
                        value = value[part]


def test_links_are_waited_for_where_the_catalogue_names_them(tmp_path):
    content = yaml.safe_load((ROOT / "corpora/mmtf14k/params.yaml").read_text(encoding="utf-8"))
    content["catalogue"] |= {"links": "links.csv", "source": None}
    (tmp_path / "corpora/mine").mkdir(parents=True)
    (tmp_path / "corpora/mine/params.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    (tmp_path / "dvc.yaml").write_bytes((ROOT / "dvc.yaml").read_bytes())
    (tmp_path / "params.yaml").write_bytes((ROOT / "params.yaml").read_bytes())
    stages = yaml.safe_load(pipeline_text("mine", tmp_path))["stages"]
    assert "${catalogue.links}" in stages["embed"]["do"]["deps"]
    assert "catalogue.links" in stages["leaks"]["params"][0]["corpora/mine/params.yaml"]
    assert "collect" not in stages and OF_TRAILERS.isdisjoint(stages)
