"""Every modality and union has one colour, shape and name wherever it is drawn."""

from itertools import combinations
from pathlib import Path
from typing import get_args

from report import corpora, html, loading, opening, wording
from report.figures.style import COLOURS, NAMES, SHAPES
from report.sections import training_sets
from report.tables.joining import HEADINGS
from stages.base.params.matrix import HeadlineParams
from stages.base.params.modalities import SINGLE, UNIONS, Modality
from stages.judging.exports import DIFFERENCES

ROOT = Path(__file__).resolve().parents[2]


def test_each_has_a_colour_a_shape_and_a_name():
    every = {*get_args(Modality)}
    assert COLOURS.keys() == SHAPES.keys() == NAMES.keys() == every
    assert every <= html.KEYS.keys()
    assert len({COLOURS[name] for name in (*SINGLE, "both", "none")}) == 5
    assert {COLOURS[name] for name in UNIONS} == {COLOURS["both"]}
    assert len(set(SHAPES.values())) == len(every)
    css = (ROOT / "report/theme/site.css").read_text(encoding="utf-8")
    for name in every - {"none"}:
        assert f".key.{name} " in css, name
    for name in (*SINGLE, "both"):
        assert f"--{name}: {COLOURS[name]};" in css, name
    page = (ROOT / "stages/commands/predict/page.html").read_text(encoding="utf-8")
    assert f"--words: {COLOURS['words']};" in page


def test_what_a_headline_may_name_has_its_words():
    may_name = {*HeadlineParams.__dataclass_fields__}
    assert {*loading.MODALITIES} == wording.ALONE.keys() == opening.WHO.keys() == may_name
    assert HEADINGS.keys() == {*SINGLE}


def test_every_difference_that_a_headline_names_has_words():
    """Those that models are trained again for, as the judging calls their families."""
    families = {f"{one}_{other}" for one, other in combinations(SINGLE, 2)}
    assert training_sets.NAMED.keys() == {*families, "fusion", "with_words"} == DIFFERENCES.keys()
    assert corpora.NAMED.keys() == corpora.CLEAR.keys() == {*DIFFERENCES.values()}
    assert {*wording.SAID} < {*DIFFERENCES.values()}
