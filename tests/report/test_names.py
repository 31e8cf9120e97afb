"""Approaches are called by their names wherever a person reads; the slug stands in the data."""

from pathlib import Path

import pandas as pd
from made_up_metrics import write

from report import figures, html, tables, wording
from report.loading import Metrics, load
from report.names import Names, read_table

WORDS = {"colour_linear": "colour statistics, linear probe", "mfcc": "MFCC, linear probe"}


def test_pages_name_what_the_files_call_by_a_slug(films: Metrics) -> None:
    assert films.headline["picture"] == "frame in words, cnn"
    assert films.names.slug("frame in words, cnn") == "frame_cnn"
    assert "frame in words, cnn" in films.curves
    shown, _ = tables.approaches.approaches(films)
    assert set(shown["Approach"]) == set(films.names.approaches.values()) - {
        "clip in words, linear"
    }
    assert shown.set_index("Approach").loc["colour in words, mlp", "Backbone"] == "colours"
    assert "“late in words, cnn” scores" in wording.findings(films)[-1]
    drawn = figures.matrix(tables.approaches.points(films), 0.2).to_dict()
    assert "colour in words, linear" in drawn["description"]
    assert "colour_linear" not in str(drawn)


def test_scores_of_films_are_found_by_name(films: Metrics) -> None:
    from report.films import read

    assert read(films).of("late in words, cnn").shape == (240, 10)


def test_a_run_of_before_names_shows_its_slugs(tmp_path: Path) -> None:
    old = load(write(tmp_path / "metrics"))
    assert old.headline["picture"] == "frame_cnn"


def test_sentences_name_approaches_but_leave_plain_words() -> None:
    names = Names(WORDS, {})
    said = names.in_words("mfcc: colour_linear beats colour_linear_2 and mfcc")
    assert said == "mfcc: “colour statistics, linear probe” beats colour_linear_2 and mfcc"
    rows = names.put_into(pd.DataFrame({"a": ["mfcc", "random_scores", None], "ap": [1.0, 2, 3]}))
    assert rows["a"].tolist()[:2] == ["MFCC, linear probe", "random_scores"]
    assert pd.isna(rows["a"][2]) and rows["ap"].tolist() == [1.0, 2, 3]


def test_a_table_holds_the_slug_as_a_title_and_escapes_it() -> None:
    text = html.table(pd.DataFrame({"Approach": ["a name"]}), titles=['<"slug">']).text
    assert 'title="&lt;&quot;slug&quot;&gt;">a name</th>' in text


def test_a_table_is_read_again_once_it_changes_and_is_each_readers_own(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("approach,value\nx,1\n", encoding="utf-8")
    first = read_table(path)
    first["value"] = 5
    assert read_table(path)["value"].tolist() == [1]
    path.write_text("approach,value\nx,12\n", encoding="utf-8")
    assert read_table(path)["value"].tolist() == [12]
