"""Ranks with their intervals, confusion beyond the base rate, what would change the answer."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from report import figures, sections
from report.loading import Metrics
from report.tables import changes, genres, ranks

RANKED = pd.DataFrame(
    {
        "approach": ["a", "b", "c"],
        "modality": ["both", "sound", "picture"],
        "macro_ap": [0.5, 0.45, 0.3],
        "rank": [1, 2, 3],
        "rank_lo": [1, 1, 3],
        "rank_hi": [2, 2, 3],
        "difference": [None, 0.05, 0.2],
        "lo": [None, -0.01, 0.1],
        "hi": [None, 0.1, 0.3],
        "p_holm": [None, 0.2, 0.001],
        "tied_with_first": [1, 1, 0],
    }
)


def test_the_figure_of_ranks_draws_the_table() -> None:
    spec = figures.ranks(RANKED).to_dict()
    assert spec["title"]["text"] == "a scores highest; 1 other approach is tied with it"
    (rows,) = spec["datasets"].values()
    drawn = [(r["approach"], r["rank_lo"], r["rank"], r["rank_hi"], r["tied"]) for r in rows]
    assert drawn == [("a", 1, 1, 2, True), ("b", 1, 2, 2, True), ("c", 3, 3, 3, False)]
    bar, point = spec["layer"]
    assert (bar["encoding"]["x"]["field"], bar["encoding"]["x2"]["field"]) == ("rank_lo", "rank_hi")
    assert point["encoding"]["x"]["field"] == "rank"
    assert point["encoding"]["fill"]["condition"]["test"] == "datum.tied"
    assert "b 2 (1 to 2), tied with the first; c 3 (3 to 3)." in spec["description"]


def test_ranks_in_words_and_alone_at_the_top() -> None:
    said = ranks.words(RANKED)
    assert said.startswith("These films cannot tell b from the first, a.")
    assert "The interval of the median approach covers 2 of 3 ranks." in said
    alone = RANKED.assign(tied_with_first=[1, 0, 0])
    assert ranks.words(alone).startswith("These films tell every other approach from the first, a.")
    assert "no other approach is tied" in figures.ranks(alone).to_dict()["title"]["text"]
    few = RANKED.assign(rank_lo=None, rank_hi=None, tied_with_first=None)
    assert "too few films" in ranks.words(few)
    assert "too few films" in figures.ranks(few).to_dict()["title"]["text"]
    shown = ranks.ranks(few)
    assert shown["95% of ranks"].tolist() == shown["Tied with the first"].tolist() == ["–"] * 3


def test_excess_is_beyond_what_any_film_has() -> None:
    """By hand: of 100 film-genre pairs without Drama 10 + 36 are scored as it, 46%."""
    rows = pd.DataFrame(
        {
            "genre": ["Crime", "Horror", "Drama", "Crime"],
            "other": ["Drama", "Drama", "Crime", "Horror"],
            "share": [0.25, 0.6, 0.1, None],
            "films": [40, 60, 20, 5],
        }
    )
    cells = genres.excess(rows)
    assert cells["base"].tolist() == pytest.approx([0.46, 0.46, 0.1])
    assert cells["excess"].tolist() == pytest.approx([-0.21, 0.14, 0.0])
    spec = figures.confusion(cells, ["Crime", "Drama", "Horror"], "a").to_dict()
    assert spec["title"]["text"] == (
        "Horror films are scored as Drama more often than others: 60% of those without it, "
        "against 46%"
    )
    drawn = {(r["genre"], r["other"]): r["text"] for v in spec["datasets"].values() for r in v}
    assert drawn == {
        ("Crime", "Drama"): "−21",
        ("Horror", "Drama"): "+14",
        ("Drama", "Crime"): "0",
    }
    scale = spec["layer"][0]["encoding"]["color"]["scale"]
    assert scale["domain"] == pytest.approx([-0.21, 0.21]) and scale["domainMid"] == 0
    shown = genres.confusions(cells, ["Crime", "Drama", "Horror"]).set_index("Films with")
    assert list(shown.loc["Crime"]) == ["–", "−21", "–"]


@pytest.fixture
def ablated(metrics: Metrics, tmp_path: Path) -> Metrics:
    """Of the headline picture .40, sound .50: five ablations, one of each table and a window."""
    common = {"p_holm": 0.001, "verdict": "better"}
    tuned = {"approach": "window_cnn", "setting": "C", "fixed": 0.1, "difference": 0.02}
    pd.DataFrame([tuned | {"lo": 0.01, "hi": 0.03} | common]).to_csv(
        tmp_path / "tuning.csv", index=False
    )
    labels = {"approach": "x", "base": "late_cnn", "labels": "one", "genre": "all shared"}
    pd.DataFrame([labels | {"difference": -0.005, "lo": -0.01, "hi": 0.0} | common]).to_csv(
        tmp_path / "label_sets.csv", index=False
    )
    scored = metrics.approaches.copy()
    for name, value in (("frame_cnn", 0.4), ("window_cnn", 0.5)):
        scored.loc[scored["approach"] == name, "macro_ap"] = value
    rows = [
        ("context", "colour_mlp", "frame_cnn", 0.15, 0.1, 0.2, "better"),
        ("window", "window_cnn", "mfcc_mlp", 0.01, -0.02, 0.04, "undecided"),
        ("context", "mfcc_mlp", "mfcc_linear", 0.3, 0.2, 0.4, "better"),  # of no headline
    ]
    columns = pd.Index(["family", "a", "b", "difference", "lo", "hi", "verdict"])
    compared = pd.DataFrame(rows, columns=columns)
    headline = {"picture": "frame_cnn", "sound": "window_cnn", "both": "late_cnn"}
    changed: dict[str, Any] = {"folder": tmp_path, "approaches": scored, "comparisons": compared}
    return replace(metrics, headline=headline, **changed)


def test_what_learnt_stands_beside_asking_in_words(metrics: Metrics) -> None:
    assert sections.asked(replace(metrics, comparisons=metrics.comparisons.head(0))).text == ""
    row = metrics.comparisons.iloc[0].to_dict()
    row |= {"family": "zero_shot", "a": "colour_mlp", "b": "frame_cnn"}
    text = sections.asked(replace(metrics, comparisons=pd.DataFrame([row]))).text
    assert "Asked in words" in text and "learns from no film (zero-shot)" in text


def test_one_network_for_both_stands_beside_a_fusion(metrics: Metrics) -> None:
    assert sections.one_network(metrics).text == ""
    row = metrics.comparisons.iloc[0].to_dict()
    row |= {"family": "joint", "a": "early_mlp", "b": "late_cnn"}
    text = sections.one_network(replace(metrics, comparisons=pd.DataFrame([row]))).text
    assert "One network for both" in text and "which most folds choose" in text


def test_ablations_of_the_answer_are_ordered_by_what_they_move(ablated: Metrics) -> None:
    rows = changes.changes(ablated)
    assert rows["difference"].tolist() == pytest.approx([0.15, -0.02, -0.01, -0.005])
    assert rows["modality"].tolist() == ["picture", "sound", "sound", "both"]
    # turned: fixed minus chosen, and the other window minus the one of the answer
    assert (rows.loc[1, "lo"], rows.loc[1, "hi"]) == (-0.03, -0.01)
    assert rows["verdict"].tolist() == ["better", "worse", "undecided", "better"]
    assert changes.turned(ablated, rows) == [0]  # .40 + .15 is above .50
    text = sections.what_would_change(ablated, "corpus/").text
    assert text.count("<li>") == changes.SHOWN == 3
    assert "<li>The picture, colour_mlp in its place: +0.150 (+0.100 to +0.200).</li>" in text
    assert "its regularisation fixed before the run (C = 0.1)" in text
    assert "−0.010 (−0.040 to +0.020), undecided.</li>" in text
    assert "One of them puts the picture ahead of the sound" in text
    assert 'href="corpus/ablations.html"' in text


def test_fewer_than_three_ablations_are_said_to_be_few(ablated: Metrics, tmp_path: Path) -> None:
    (tmp_path / "tuning.csv").unlink()
    (tmp_path / "label_sets.csv").unlink()
    two = sections.what_would_change(ablated).text
    assert "the two changes" in two
    assert "two ablations touch an approach of the answer: fewer than three" in two
    nothing = replace(ablated, comparisons=ablated.comparisons.iloc[:0])
    none = sections.what_would_change(nothing).text
    assert "Nothing that was tried moves a score" in none and "no ablations touch" in none


def test_the_null_corpus_names_what_beat_chance(metrics: Metrics) -> None:
    found = {"approaches": 22, "beat_no_skill": ["colour_mlp"], "clear_in_other_families": []}
    said = sections.null_corpus(replace(metrics, null_corpus=found)).text
    assert f"1 of 22 approaches beat chance ({metrics.names.of('colour_mlp')})" in said
    assert "0 of 22 approaches beat chance, and" in sections.null_corpus(metrics).text
