"""What joining brings, as the page shows it."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd

from report import sections
from report.loading import Metrics
from report.tables import joining


def contribution(approach: str, modality: str, genre: str, value: float) -> dict[str, object]:
    ends = {"lo": value - 0.05, "hi": value + 0.05}
    row = {"approach": approach, "modality": modality, "part": "x", "genre": genre}
    return row | {"contribution": value, **ends}


def test_each_fusion_is_a_row_with_what_each_modality_adds() -> None:
    values = {("early", "picture"): 0.1, ("early", "sound"): -0.02, ("late", "picture"): 0.2}
    values |= {("late", "sound"): 0.3}
    rows = pd.DataFrame([contribution(a, m, "all", value) for (a, m), value in values.items()])
    rows = pd.concat([rows, pd.DataFrame([contribution("late", "sound", "Drama", 0.9)])])
    shown = joining.contributions(rows)
    assert shown.to_dict("list") == {
        "Fusion": ["early", "late"],
        "Picture adds": ["+0.100", "+0.200"],
        "95% of picture": ["0.050 to 0.150", "0.150 to 0.250"],
        "Sound adds": ["−0.020", "+0.300"],
        "95% of sound": ["−0.070 to 0.030", "0.250 to 0.350"],
    }


def test_genres_are_those_of_the_fusion_asked_for() -> None:
    rows = pd.DataFrame(
        [
            *(contribution("late", m, g, 0.1) for m in ("picture", "sound") for g in ("A", "B")),
            contribution("early", "picture", "A", 0.5),
            contribution("late", "picture", "all", 0.7),
        ]
    )
    shown = joining.by_genre(rows, "late")
    assert shown["Genre"].tolist() == ["A", "B"]
    assert shown["Picture adds"].tolist() == ["+0.100", "+0.100"]


def test_the_section_names_its_reference_and_is_empty_without_a_fusion(metrics: Metrics) -> None:
    said = sections.joining(metrics).text
    assert "guessing the commonest is right for 0.450" in said
    assert "any of them" in said and ">0.080<" in said and ">0.180<" in said
    assert "By genre, of the headline" in said


def test_a_run_of_before_these_tables_has_no_such_section(metrics: Metrics, tmp_path: Path) -> None:
    assert sections.joining(replace(metrics, folder=tmp_path)).text == ""


def test_films_that_joining_loses_are_named_and_lead_to_their_scores(metrics: Metrics) -> None:
    said = sections.joining(metrics).text
    assert '<a href="films.html#film=f001">\u2068Film number 1 (1991)\u2069</a>' in said
    assert said.count("films.html#film=f000") == 2 and "<script" not in said  # of two parts
    assert "of each modality the films whose genre falls furthest" in said
    assert "0.10 and 0.60" in said and "do not publish" not in said


def test_where_labels_may_not_be_passed_on_no_film_is_named(
    published: Metrics, tmp_path: Path
) -> None:
    said = sections.joining(published).text
    assert "Which films these are is not shown" in said and "films.html#film" not in said


def test_a_fusion_that_loses_no_film_says_so(metrics: Metrics, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(metrics.folder, tmp_path / "sample"))
    head = (folder / "lost_films.csv").read_text(encoding="utf-8").splitlines()[0]
    (folder / "lost_films.csv").write_text(head + "\n", encoding="utf-8")
    assert "Joining loses no film." in sections.joining(replace(metrics, folder=folder)).text


def test_an_id_that_begins_with_zeros_keeps_them(metrics: Metrics, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(metrics.folder, tmp_path / "sample"))
    path = folder / "lost_films.csv"
    path.write_text(re.sub(r"\bf0", "0", path.read_text(encoding="utf-8")), encoding="utf-8")
    assert "films.html#film=001" in sections.joining(replace(metrics, folder=folder)).text
