"""dvc.yaml against params.yaml: the stages DVC lists are the cells of the matrix."""

import ast
from pathlib import Path

import pytest
import yaml

from stages.base.params import load
from stages.base.params.matrix import cells
from stages.base.pipeline import OUTPUTS, paths, resolve
from stages.judging.out_of_fold import FILES

ROOT = Path(__file__).resolve().parents[1]
pytestmark = pytest.mark.xdist_group("dvc")


@pytest.fixture(scope="module")
def resolved() -> dict[str, dict]:
    """Every stage of the default corpus as DVC itself resolves it, templates filled in."""
    from dvc.repo import Repo

    with Repo(str(ROOT)) as repo:
        return {
            stage.addressing: {
                "cmd": stage.cmd,
                "deps": {dep.def_path for dep in stage.deps},
                "outs": {out.def_path for out in stage.outs},
            }
            for stage in repo.index.stages
            if stage.path_in_repo == "dvc.yaml"
        }


def test_the_stages_dvc_lists_are_the_cells_of_the_matrix(resolved):
    params = load(ROOT / "params.yaml")
    groups = {"single": "fit@", "early": "early@", "late": "late@", "prior": ""}
    groups["zero_shot"] = "zero_shot@"
    assert not params.matrix.submitted  # the default corpus judges nobody else's
    expected = {groups[cell.kind] + cell.slug for cell in cells(params) if not cell.base}
    expected |= {f"embed@{slug}" for slug in params.matrix.backbones}
    for slug in params.matrix.pretrained:
        expected |= {f"weights@{slug}", f"embed_pretrained@{slug}"}
    once = {"catalogue", "label_ceiling", "download", "frames", "audio", "splits", "leaks"}
    once |= {"ceiling", "evaluate", "contrast", "compare", "training_sets", "report"}
    assert set(resolved) == expected | once


def test_the_lock_has_no_stage_that_is_gone(resolved):
    """DVC keeps them for good, and reads and writes the whole file after each stage."""
    lock = yaml.load((ROOT / "dvc.lock").read_text("utf-8"), yaml.CSafeLoader)
    gone = set(lock["stages"]) - set(resolved)
    assert not gone, f"delete from dvc.lock: {gone}"


def test_how_far_two_sources_of_genres_agree_needs_no_trailer(resolved):
    deps = resolved["label_ceiling"]["deps"]
    data = {"data/sample/catalogue.parquet", "data/sample/second_source.parquet"}
    assert {dep for dep in deps if dep.startswith(("data/", "metrics/"))} == data


def test_a_command_carries_the_slug_and_nothing_else(resolved):
    for name, stage in resolved.items():
        module, *slug = stage["cmd"].removeprefix("python -m stages.").split()
        assert (ROOT / f"stages/{module}.py").exists()
        assert slug == name.split("@")[1:] or (name, slug) == ("prior", ["prior"])
        assert f"stages/{module}.py" in stage["deps"], name


def test_a_late_fusion_waits_for_its_parts(resolved):
    for slug, late in load(ROOT / "params.yaml").matrix.late.items():
        wanted = {f"data/sample/scores/{part}.npz" for part in (late.picture, late.sound)}
        assert wanted <= resolved[f"late@{slug}"]["deps"]


def test_the_report_knows_only_metrics(resolved):
    deps = resolved["report"]["deps"]
    assert not [dep for dep in deps if dep.startswith(("data/", "params"))]
    written = {out for stage in resolved.values() for out in stage["outs"]}
    tables = {out for out in written if out.startswith("metrics/") and "curves" not in out}
    others = {*FILES, "folds.csv"}  # for `python -m stages.diff`, and for whoever brings scores
    tables -= {f"metrics/sample/{name}" for name in others}  # the pages show films.json
    assert tables <= deps, "a table nobody renders, or a report that is not renewed"


def test_every_source_of_the_report_renews_it(resolved):
    deps = resolved["report"]["deps"]
    sources = {
        path.relative_to(ROOT).as_posix()
        for pattern in ("*.qmd", "*.py", "_quarto.yml")
        for path in (ROOT / "report").glob(pattern)
        if path.name != "__init__.py"
    }
    assert sources <= deps


# the rest of base carries results without deciding them; parameters are declared by section
DECIDES = {"stages/base/genres.py", "stages/base/published_studies.py"}


def imported(path: Path, seen: set[Path]) -> set[Path]:
    """Source files of this project that running `path` may import, also by name; and itself."""
    if path in seen or not path.exists():
        return seen
    seen.add(path)
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
            ("stages", "report")
        ):
            module = ROOT / str(node.module).replace(".", "/")
            imported(module.with_suffix(".py"), seen)
            for alias in node.names:
                imported((module / alias.name).with_suffix(".py"), seen)
        elif isinstance(node, ast.Constant) and str(node.value).startswith("stages."):
            imported((ROOT / str(node.value).replace(".", "/")).with_suffix(".py"), seen)
    return seen


def check_code(stages: dict[str, dict]) -> None:
    """What decides a result and is not declared would leave an old one standing."""
    for name, stage in stages.items():
        module = stage["cmd"].removeprefix("python -m stages.").split()[0]
        for path in imported(ROOT / f"stages/{module}.py", set()):
            source = path.relative_to(ROOT).as_posix()
            if source.startswith("stages/base/") and source not in DECIDES:
                continue
            assert any(source == dep or source.startswith(f"{dep}/") for dep in stage["deps"]), (
                f"{name} runs {source}, which dvc.yaml does not name among its deps"
            )


def test_a_stage_depends_on_all_the_code_it_runs(resolved):
    check_code(resolved)


@pytest.mark.parametrize("name", ["weights", "embed", "embed_pretrained", "fit", "early"])
def test_a_stage_of_code_from_outside_is_the_other_with_that_code(name):
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
    inside, outside = stages[name]["do"], stages[f"{name}_outside"]["do"]
    plugins = {
        dep for dep in inside["deps"] if dep.startswith(("stages/backbones/", "stages/heads/"))
    }
    heads = {"stages/heads"} if name == "fit" else set()  # where just the context is from outside
    assert set(outside["deps"]) == {*inside["deps"]} - plugins | {"${item.code}"} | heads
    for key in ("cmd", "desc", "outs", "plots"):
        assert outside.get(key) == inside.get(key)
    params = [param.replace("matrix.", "matrix.outside.") for param in inside["params"]]
    assert outside["params"] == params


def test_a_network_that_looks_and_listens_waits_for_both_packs():
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
    for name in ("weights", "embed_pretrained"):
        one, both = stages[name]["do"], stages[f"{name}_joint"]["do"]
        packs = {"data/sample/frames", "data/sample/audio"} if "embed" in name else set()
        assert set(both["deps"]) == {*one["deps"]} - {"data/sample/${item.reads}"} | packs
        assert (both["cmd"], both["outs"]) == (one["cmd"], one["outs"])
        assert both["params"] == ["matrix.joint.${key}"]


def test_at_most_sixty_stages(resolved):
    assert len(resolved) <= 60


def test_one_metrics_file_for_dvc_metrics_diff():
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
    named = [m for s in stages.values() for m in s.get("do", s).get("metrics", [])]
    assert named == [{"metrics/sample/summary.json": {"cache": False}}]


def test_what_a_stage_by_hand_is_told_it_needs_is_what_dvc_says(resolved, monkeypatch):
    monkeypatch.chdir(ROOT)
    declared = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
    found = {
        name: {"cmd": stage["cmd"], "deps": set(stage["deps"]), "outs": set(paths(stage, *OUTPUTS))}
        for name, stage in resolve(declared, vars(load()))
    }
    for name, stage in resolved.items():
        found[name]["deps"].add("params.yaml")  # DVC counts parameters among them
        assert found.pop(name) == stage | {"deps": stage["deps"] | {"params.yaml"}}
    assert not found


def test_what_is_asked_in_words_waits_for_its_backbone():
    declared = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]["zero_shot"]
    params = {"matrix": {"zero_shot": {"asked": {"backbone": "clip_text"}}}}
    ((name, stage),) = resolve({"zero_shot": declared}, params)
    assert (name, stage["cmd"]) == ("zero_shot@asked", "python -m stages.fit asked")
    assert "data/sample/embeddings/clip_text.npz" in stage["deps"]
    check_code({name: stage})


def test_what_was_sent_in_is_a_stage_each(tmp_path, monkeypatch):
    """A list's stages have the names that DVC gives them."""
    from dvc.repo import Repo

    declared = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]["submitted"]
    params = {"matrix": {"submitted": ["theirs", "ours"]}}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(params))
    (tmp_path / "dvc.yaml").write_text(yaml.safe_dump({"stages": {"submitted": declared}}))
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".dvc/config").write_text("[core]\n    no_scm = true\n")
    with Repo(str(tmp_path)) as repo:
        found = {s.addressing: (s.cmd, [d.def_path for d in s.deps]) for s in repo.index.stages}
    ours = dict(resolve({"submitted": declared}, params))
    assert found == {name: (stage["cmd"], stage["deps"]) for name, stage in ours.items()}
    assert found["submitted@ours"][1][0] == "submissions/sample/ours.csv"
