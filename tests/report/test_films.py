import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_up_metrics import write

from report import films
from report.films import Films
from report.loading import Metrics
from stages.base.tables import write_json

# three films, two genres, one approach seen and one heard
THREE = Films(
    titles=["One (2001)", "Two (2002)", "Three (2003)"],
    genres=["Drama", "Horror"],
    approaches=["seen", "heard"],
    y_true=np.array([[True, False], [False, True], [True, False]]),
    scores=np.array([[[0.9, 0.2], [0.1, 0.3]], [[0.8, 0.4], [0.7, 0.6]], [[0.3, 0.7], [0.6, 0.2]]]),
)


def shown(frame: object, *columns: str) -> list[tuple[str, ...]]:
    rows = frame[list(columns)].to_numpy().tolist()  # type: ignore[index]
    return [tuple(str(value).strip("\u2068\u2069") for value in row) for row in rows]


def test_hits_and_misses_are_the_ends_of_the_scores() -> None:
    assert shown(films.hits(THREE, "seen"), "Film", "Genre", "Score") == [
        ("One (2001)", "Drama", "0.90"),
        ("Two (2002)", "Horror", "0.40"),
        ("Three (2003)", "Drama", "0.30"),
    ]
    assert shown(films.false_alarms(THREE, "seen"), "Film", "Genre")[0] == ("Two (2002)", "Drama")
    first = shown(films.missed(THREE, "seen"), "Film", "Score", "Its genres")[0]
    assert first == ("Three (2003)", "0.30", "Drama")


def test_disagreements_say_who_was_nearer() -> None:
    rows = films.disagreements(THREE, "seen", "heard")
    assert shown(rows, "Film", "Genre", "Has it", "Nearer")[:2] == [
        ("One (2001)", "Drama", "yes", "picture"),  # 0.9 against 0.1
        ("Three (2003)", "Horror", "no", "sound"),  # 0.7 against 0.2
    ]


def test_without_labels_films_have_scores_alone(published: Metrics) -> None:
    of = films.read(published)
    assert of.y_true is None and of.scores.shape == (240, 11, 9)  # one genre is lacking
    rows = films.disagreements(of, *list(published.named.values())[:2])
    assert rows.columns.tolist() == ["Film", "Genre", "Picture", "Sound"]
    with pytest.raises(ValueError, match="not here"):
        films.hits(of, published.leading)
    assert of.titles[4] == "Film number 4 (–)"  # without a year
    assert films.labels_from(published).text == ""


def test_read_decodes_what_the_stage_writes(metrics: Metrics) -> None:
    found = films.read(metrics)
    assert found.scores.shape == (len(found.titles), len(found.approaches), 10)
    assert found.scores.min() >= 0 and 0.9 < found.scores.max() <= 1
    assert found.titles[3] == "Film number 3 (1993)"


def test_a_film_whose_year_nobody_knows_is_shown_with_a_dash(
    metrics: Metrics, tmp_path: Path
) -> None:
    written = json.loads((metrics.folder / "films.json").read_text("utf-8"))
    written["films"][3]["year"] = None
    path = tmp_path / "films.json"
    write_json(written, path)  # as stages.compare does: what is not known is left out
    assert "year" not in json.loads(path.read_text("utf-8"))["films"][3]
    assert films.read(replace(metrics, folder=tmp_path)).titles[2:4] == [
        "Film number 2 (1992)",
        "Film number 3 (–)",
    ]


def test_explorer_holds_no_text_of_a_film(films: Metrics) -> None:  # they come with films.js
    from report.films import explorer

    assert "script>alert" not in explorer(films).text
    assert 'data-named="frame_cnn window_cnn late_cnn"' in explorer(films).text


def test_a_title_is_closed_off(tmp_path: Path) -> None:
    from report.loading import load

    hostile = films.read(load(write(tmp_path / "metrics", hostile=True)))
    assert all(name[0] == "\u2068" and name[-1] == "\u2069" for name in hostile.names)
    with pytest.raises(ValueError, match="not in list"):
        hostile.of("no_such_approach")
