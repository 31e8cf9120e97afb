"""A page keeps the blocks and the title that hold for its corpus."""

import json
from itertools import combinations
from pathlib import Path

import pytest

from stages.base.params.modalities import SINGLE
from stages.rendering.fitting_pages import facts, fitted

INDEX = Path(__file__).resolve().parents[2] / "report/index.qmd"

PAGE = """---
title: "Claims"
title-on-sample: "A dry run"
---

before
::: {.on-sample}
of the sample
::: {.callout-note}
## Kept
:::
:::
::: {.on-films}
of films
::: {.callout-note}
left out
:::
still of films
:::
after
"""


def test_a_page_for_the_sample() -> None:
    assert fitted(PAGE, {"on-sample"}) == (
        '---\ntitle: "A dry run"\n---\n\nbefore\nof the sample\n::: {.callout-note}\n## Kept\n:::\n'
        "after\n"
    )


def test_a_page_for_films() -> None:
    assert fitted(PAGE, {"on-films"}) == (
        '---\ntitle: "Claims"\n---\n\nbefore\nof films\n::: {.callout-note}\nleft out\n:::\n'
        "still of films\nafter\n"
    )


def test_a_page_without_blocks_is_as_it_was() -> None:
    page = '---\ntitle: "A"\ncount: 1\n---\n\n::: {.panel-tabset}\n### One\n:::\n'
    assert fitted(page, set()) == page
    assert fitted("text\n", set()) == "text\n"


@pytest.mark.parametrize(
    ("sample", "download", "film", "expected"),
    [
        (True, True, {"genres": [1]}, {"on-sample", "with-trailers", "with-labels", "of-sound"}),
        (
            *(False, False, {"scores": "00"}),
            {"on-films", "with-features", "without-labels", "of-sound"},
        ),
    ],
)
def test_facts_are_read_from_the_metrics(
    tmp_path: Path, sample: bool, download: bool, film: dict[str, object], expected: set[str]
) -> None:
    (tmp_path / "catalogue.json").write_text(json.dumps({"sample": sample}), encoding="utf-8")
    (tmp_path / "films.json").write_text(json.dumps({"films": [film]}), encoding="utf-8")
    named = {"sound": "mfcc_linear", "picture_minus_sound": "no modality"}
    (tmp_path / "headline.json").write_text(json.dumps(named), encoding="utf-8")
    if download:
        (tmp_path / "download.json").write_text("{}", encoding="utf-8")
    assert facts(tmp_path) == expected


@pytest.mark.parametrize(
    "named", [pair for size in (1, 2, 3) for pair in combinations(SINGLE, size)], ids=str
)
def test_the_first_page_is_headed_by_what_its_corpus_has(tmp_path: Path, named: list[str]) -> None:
    (tmp_path / "catalogue.json").write_text("{}", encoding="utf-8")
    (tmp_path / "films.json").write_text('{"films": []}', encoding="utf-8")
    headline = json.dumps(dict.fromkeys(named, "x"))
    (tmp_path / "headline.json").write_text(headline, encoding="utf-8")
    page = fitted(INDEX.read_text(encoding="utf-8"), facts(tmp_path))
    (title,) = [line for line in page.splitlines() if line.startswith("title")]
    assert {name for name in SINGLE if name in title} == {*named}, title
