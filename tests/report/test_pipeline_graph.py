from pathlib import Path

from made_up_films import beside

from report import figures
from stages.rendering import pipeline


def test_graph_of_what_ran_and_the_bytes_it_wrote(tmp_path: Path) -> None:
    beside(tmp_path, "sample")
    found = pipeline.read(tmp_path)
    stages = {stage["name"]: stage for stage in found["stages"]}
    assert {name: stage["cells"] for name, stage in stages.items()} == {
        "make": 1,
        "fit": 2,
        "report": 1,  # it has not run yet, and is drawn as declared
    }
    assert stages["fit"]["needs"] == ["make"] and set(stages["report"]["needs"]) == {"make", "fit"}
    assert found["bytes"] == {"make": 7_000_000, "fit@a": 15, "fit@b": 15}


def test_nothing_without_the_pipeline_s_files(tmp_path: Path) -> None:
    assert pipeline.read(tmp_path) == {}


def test_lines_that_others_imply_are_left_out(tmp_path: Path) -> None:
    beside(tmp_path, "sample")
    spec = figures.pipeline(pipeline.read(tmp_path)["stages"]).to_dict()
    lines = [row for rows in spec["datasets"].values() for row in rows if "x2" in row]
    assert sorted((line["y"], line["y2"]) for line in lines) == [(0, 1), (1, 2)]
    assert spec["title"]["text"].startswith("4 stages in 3 steps")
