import pytest

from stages.judging.recovery import recovery_numbers, recovery_rows, recovery_summary

APPROACHES = [
    {"approach": "prior", "kind": "prior", "macro_ap": 0.2},
    {"approach": "eye", "kind": "single", "macro_ap": 0.5},
    {"approach": "keen_eye", "kind": "single", "macro_ap": 0.6},
    {"approach": "ear", "kind": "single", "macro_ap": 0.4},
    {"approach": "both", "kind": "late", "macro_ap": 0.7},
]
MODALITY = {
    "prior": "none",
    "eye": "picture",
    "keen_eye": "picture",
    "ear": "sound",
    "both": "both",
}
FOUND = {  # normalised AP of Action, Drama, Horror; AP is .1 more, its interval .05 either way
    "prior": (0.0, 0.0, 0.0),
    "eye": (0.3, 0.1, 0.2),
    "keen_eye": (0.4, 0.2, 0.6),
    "ear": (0.0, 0.3, 0.1),
    "both": (0.5, 0.5, 0.5),
}
BEST = {("picture", "31 frames"): (0.5, 0.2, 0.8), ("sound", "start"): (0.1, 0.2, 0.4)}
PLANTED = {"picture": (0.3, 0.1, 0.4), "sound": (0.1, 0.0, 0.5)}
NAMES = ("Action", "Drama", "Horror")
GENRES = [
    {
        "approach": approach,
        "modality": MODALITY[approach],
        "genre": genre,
        "ap": value + 0.1,
        "ap_lo": value + 0.05,
        "ap_hi": value + 0.15,
        "normalised_ap": value,
    }
    for approach, values in FOUND.items()
    for genre, value in zip(NAMES, values, strict=True)
]
CEILINGS = [
    {"modality": "picture", "window": "31 frames", "used_by": "eye keen_eye"},
    {"modality": "sound", "window": "start", "used_by": "ear"},
    {"modality": "both", "window": "31 frames + start", "used_by": "both"},
]
CEILING_GENRES = [
    {
        "modality": modality,
        "window": window,
        "genre": genre,
        "cue": modality,
        "planted": planted,
        "ap": value + 0.1,
        "normalised_ap": value,
    }
    for (modality, window), values in BEST.items()
    for genre, value, planted in zip(NAMES, values, PLANTED[modality], strict=True)
]


def test_a_row_for_every_cell_of_approaches_of_one_modality():
    rows = recovery_rows(APPROACHES, GENRES, CEILINGS, CEILING_GENRES)
    assert [(row["approach"], row["genre"]) for row in rows] == [
        (approach, genre) for approach in ("eye", "keen_eye", "ear") for genre in NAMES
    ]
    drama = next(row for row in rows if (row["approach"], row["genre"]) == ("ear", "Drama"))
    assert drama == {
        "approach": "ear",
        "modality": "sound",
        "genre": "Drama",
        "cue": "sound",
        "planted": 0.0,
        "ap": 0.4,
        "ap_lo": 0.35,
        "ap_hi": pytest.approx(0.45),
        "normalised_ap": 0.3,
        "ceiling_ap": pytest.approx(0.3),
        "ceiling_normalised_ap": 0.2,
        "above": 1,  # .35 lies above .3
    }
    assert sum(row["above"] for row in rows) == 1


def test_what_looks_and_listens_at_once_is_of_no_one_cue():
    """Nothing is planted for both together: `planted` is empty there, and has no rank."""
    one = {"approach": "one", "kind": "single", "macro_ap": 0.9}
    scored = [row | {"approach": "one"} for row in GENRES if row["approach"] == "both"]
    seen = [row | {"used_by": f"{row['used_by']} one"} for row in CEILINGS]
    observer = [
        row | {"modality": "both", "window": "31 frames + start", "cue": None, "planted": None}
        for row in CEILING_GENRES[: len(NAMES)]
    ]
    given = ([*APPROACHES, one], GENRES + scored, seen[2:] + CEILINGS[:2])
    rows = recovery_rows(*given, [*CEILING_GENRES, *observer])
    assert rows == recovery_rows(APPROACHES, GENRES, CEILINGS, CEILING_GENRES)
    assert recovery_summary(rows, given[0], {"picture": "eye"})["best"]["picture"] == "keen_eye"


def test_correlations_by_hand():
    rows = recovery_rows(APPROACHES, GENRES, CEILINGS, CEILING_GENRES)
    summary = recovery_summary(rows, APPROACHES, {"picture": "eye", "sound": "ear", "both": "both"})
    # eye: ranks 3 1 2 against 2 1 3, so 1 - 6 (1 + 0 + 1) / (3 * 8) = 0.5
    assert summary["approaches"]["eye"]["rank_correlation"] == pytest.approx(0.5)
    assert summary["approaches"]["keen_eye"]["rank_correlation"] == pytest.approx(1.0)
    # ear: ranks 1 3 2 against 1 2 3, and against what was planted 2 1 3
    assert summary["approaches"]["ear"]["rank_correlation"] == pytest.approx(0.5)
    assert summary["approaches"]["ear"]["rank_correlation_with_planted"] == pytest.approx(-0.5)
    assert summary["headline"]["picture"] == "eye"
    # eye and ear: found .3 .1 .2 0 .3 .1, ranks 5.5 2.5 4 1 5.5 2.5; findable .5 .2 .8 .1 .2 .4,
    # ranks 5 2.5 6 1 2.5 4; Pearson of the ranks: 9 / sqrt(16.5 * 17)
    expected = 9 / (16.5 * 17) ** 0.5
    assert summary["headline"]["rank_correlation"] == pytest.approx(expected)
    assert summary["headline"]["cells"] == 6
    assert {m: summary["best"][m] for m in ("picture", "sound")} == {
        "picture": "keen_eye",
        "sound": "ear",
    }
    assert summary["best"]["planted_at_zero"] == summary["best"]["planted_at_zero_above"] == 1
    assert summary["approaches"]["eye"]["planted_at_zero"] == 0


def test_what_looks_at_clips_has_cells_of_motion():
    """Of the picture wherever it is joined or compared; beside the headline's, not in place of."""
    clips = {"modality": "picture", "window": "8 clips"}
    moves = [row | {"approach": "moves"} for row in GENRES if row["approach"] == "eye"]
    seen = [
        clips | {"genre": g, "cue": "motion", "planted": p, "ap": 0.5, "normalised_ap": 0.4 + p}
        for g, p in zip(NAMES, (0.3, 0.0, 0.2), strict=True)
    ]
    approaches = [*APPROACHES, {"approach": "moves", "kind": "single", "macro_ap": 0.3}]
    rows = recovery_rows(
        approaches,
        [*GENRES, *moves],
        [*CEILINGS, clips | {"used_by": "moves"}],
        [*CEILING_GENRES, *seen],
    )
    own = [row for row in rows if row["approach"] == "moves"]
    assert [(row["modality"], row["cue"], row["planted"]) for row in own] == [
        ("picture", "motion", planted) for planted in (0.3, 0.0, 0.2)
    ]
    summary = recovery_summary(rows, approaches, {"picture": "eye", "sound": "ear"})
    assert {c: summary["best"][c] for c in ("picture", "sound", "motion")} == {
        "picture": "keen_eye",
        "sound": "ear",
        "motion": "moves",
    }
    assert summary["headline"]["cells"] == 6 and summary["best"]["cells"] == 9
    # found .3 .1 .2 and findable .7 .4 .6 rank alike
    assert summary["approaches"]["moves"]["rank_correlation"] == pytest.approx(1)


def test_a_genre_without_a_score_is_left_out():
    genres = [row | {"normalised_ap": None} if row["genre"] == "Drama" else row for row in GENRES]
    rows = recovery_rows(APPROACHES, genres, CEILINGS, CEILING_GENRES)
    assert {row["genre"] for row in rows} == {"Action", "Horror"}


def test_what_does_not_vary_has_no_correlation():
    rows = recovery_rows(APPROACHES, GENRES, CEILINGS, CEILING_GENRES)
    level = [row | {"planted": 0.2} for row in rows if row["approach"] == "eye"]
    assert recovery_numbers(level)["rank_correlation_with_planted"] is None
    assert recovery_numbers(level)["rank_correlation"] == pytest.approx(0.5)


def test_of_real_films_there_is_nothing_to_recover():
    rows = recovery_rows(APPROACHES, GENRES, [], [])
    assert rows == []
    assert recovery_summary(rows, APPROACHES, {"picture": "eye", "sound": "ear"}) == {}
