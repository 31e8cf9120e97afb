import sys

import pytest

from benchmarks import edit_loop, small_project
from benchmarks.cases.pipeline import Run
from benchmarks.edit_loop import account, before_fitting, edit
from benchmarks.small_project import Project
from benchmarks.timing import Cost
from stages.corpus.reader import read_catalogue

MADE = {"catalogue": 1.0, "embed@colour": 3.0, "fit@a": 7.0, "embed@mfcc": 20.0, "report": 22.0}


def run(wall: float, began: dict[str, float], large: float = 900.0) -> Run:
    return Run(Cost(wall, wall), began, {"outside_stages_share": 0.5, "largest_megabytes": large})


def test_before_fitting_is_what_other_stages_take_wherever_they_stand():
    assert before_fitting(run(30.0, MADE)) == 1 + 2 + 4 + 2
    assert before_fitting(run(4.0, {})) == 4


@pytest.mark.parametrize(
    ("slower", "missed"),
    [
        ((), set()),
        ((0, 30.0, MADE, 1001.0), {"first run"}),
        ((1, 2.1, {}), {"nothing changed"}),
        ((1, 1.0, {"report": 0.5}), {"nothing changed"}),
        ((2, 21.0, {"evaluate": 2.0}), {"one threshold changed"}),
        ((2, 9.0, {"fit@a": 2.0}), {"one threshold changed"}),
        ((3, 26.0, {"fit@one_more": 2.0}), {"one head added"}),
        ((3, 9.0, {"fit@a": 2.0}), {"one head added"}),
        ((4, 9.0, {"embed@colour": 0.5, "fit@a": 1.0}), {"3 trailers added"}),
    ],
)
def test_each_goal_can_be_missed(monkeypatch, tmp_path, slower, missed):
    runs = [
        run(30.0, MADE),
        run(1.9, {}),
        run(20.0, {"evaluate": 2.0, "report": 10.0}),
        run(25.0, {"fit@one_more": 2.0, "compare": 9.0}),
        run(30.0, {"embed@colour": 0.4, "fit@a": 0.8}),
    ]
    if slower:
        number, *other = slower
        runs[number] = run(*other)
    monkeypatch.setattr(edit_loop, "run_of", lambda *_: runs.pop(0))
    project = Project(tmp_path, 8, whole=True)
    rows = list(edit(project))
    assert {row["after"] for row in rows if row["met"] is False} == missed
    assert {row["after"] for row in rows if row["note"]} == missed


def test_a_missed_goal_is_accounted_for():
    inside = {"catalogue": 0.5, "embed@colour": 2.5, "fit@a": 12.0, "embed@mfcc": 1.0}
    late = Run(Cost(30.0, 30.0), MADE, {"largest_megabytes": 870.4}, inside)
    assert account(late) == (
        "of 9.0 s before fitting, 5.0 s passed around 3 stages: DVC reads and writes all of "
        "dvc.lock after each and hashes what it made, and Python starts; the rest in them "
        "(embed@colour 2.5, embed@mfcc 1.0, catalogue 0.5); the largest process 870 MB"
    )
    none = account(run(6.0, {}))
    assert none.startswith("of 6.0 s, 6.0 s passed around 0 stages")


def test_films_are_added_that_the_catalogue_does_not_have(tmp_path):
    project = Project(tmp_path, 8, whole=True)
    project.add_films(3)
    trailers = read_catalogue(tmp_path / "sample.txt")
    assert len(trailers) == 11 == len({trailer.trailer_id for trailer in trailers})
    assert [trailer.genres for trailer in trailers[5:8]] == [t.genres for t in trailers[8:]]


def test_a_command_that_hangs_says_where_and_ends_with_all_it_started(monkeypatch, tmp_path):
    project = Project(tmp_path, 8, whole=True)
    monkeypatch.setattr(small_project, "HANGS_SECONDS", 3.0)
    below = "import time\ntime.sleep(999)"  # returning early, we have seen its pipes closed
    with pytest.raises(RuntimeError, match=r'File "<string>", line 2 in <module>'):
        project.call("sh", "-c", f"{sys.executable} -c '{below}'; true")
