import dataclasses

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from stages.base.genres import GENRES
from stages.base.params import ClipsParams
from stages.base.params.matrix import BackboneParams, Cell, cells
from stages.judging.ceilings import Corpus, ceilings
from stages.sample.events import Event

SHOTS = 31
MOVES = BackboneParams(family="motion", reads="clips")


def corpus(params, n_films: int = 300) -> Corpus:
    """Films of one genre each whose shots and sounds carry cues as planted, one shot a second."""
    rng = np.random.default_rng(0)
    genre = rng.integers(0, 10, n_films)
    y_true = np.eye(10, dtype=bool)[genre]
    events = []
    for film in range(n_films):
        rows = []
        for modality, planted in (
            ("picture", params.sample.picture),
            ("sound", params.sample.sound),
        ):
            for n in range(SHOTS):
                cue = GENRES[genre[film]] if rng.random() < planted[GENRES[genre[film]]] else ""
                if not cue and rng.random() < getattr(params.sample, f"{modality}_decoy"):
                    cue = GENRES[rng.integers(10)]
                rows.append(Event("t", "f", modality, n, float(n), n + 1.0, cue, False))
        events.append(rows)
    frames = [[(n, n + 0.5) for n in range(SHOTS)]] * n_films
    windows = {"start": (0.0, 20.0), "middle": (6.0, 26.0), "end": (11.0, 31.0)}
    return Corpus(y_true, np.ones(n_films, bool), events, frames, [windows] * n_films)


def test_every_view_of_the_matrix_has_its_ceiling(params):
    found = [row for row, _ in ceilings(corpus(params), cells(params), params)]
    used = " ".join(row["used_by"] for row in found).split()
    assert sorted(used) == sorted(
        [*params.matrix.approaches, *params.matrix.early, *params.matrix.late]
    )
    by_modality = {row["modality"] for row in found}
    assert by_modality == {"picture", "sound", "both"}


def test_more_evidence_is_never_a_lower_ceiling_by_much(params):
    found = {
        row["window"]: row["macro_ap"] for row, _ in ceilings(corpus(params), cells(params), params)
    }
    assert found["31 frames"] > found["middle 10 frames, each alone"] + 0.05
    assert found["31 frames + start 30 s"] > found["31 frames"]
    assert found["31 frames + start 30 s"] > found["start 30 s"]


def test_the_ceiling_is_bayes_rule_done_by_hand(params):
    """One genre a film, so the posterior is a softmax over ten log-likelihoods."""
    whole = corpus(params)
    rows = {row["window"]: row for row, _ in ceilings(whole, cells(params), params)}
    planted = [params.sample.sound[genre] for genre in GENRES]
    q = params.sample.sound_decoy
    share = whole.y_true.mean(axis=0)
    posterior = np.empty(whole.y_true.shape)
    for film, events in enumerate(whole.events):
        heard = [e.cue for e in events if e.modality == "sound" and e.end <= 20.0]
        for g, p in enumerate(planted):
            likelihood = share[g]
            for cue in heard:
                if cue == "":
                    likelihood *= (1 - p) * (1 - q)
                else:
                    likelihood *= p * (cue == GENRES[g]) + (1 - p) * q / 10
            posterior[film, g] = likelihood
    posterior = (posterior / posterior.sum(axis=1, keepdims=True)).round(12)
    expected = average_precision_score(whole.y_true, posterior, average="macro")
    assert rows["start 30 s"]["macro_ap"] == pytest.approx(expected, abs=1e-9)


def test_each_window_has_its_own_ceiling_and_all_of_them_the_highest(params):
    """The windows overlap; a sound in two of them is one sound, heard once."""
    listening = [
        Cell(window, "single", "sound", ("mfcc",), "mean", "linear", window)
        for window in ("start", "middle", "end", "all")
    ]
    whole = corpus(params)
    found = {row["used_by"]: row for row, _ in ceilings(whole, listening, params)}
    assert found["all"]["macro_ap"] > max(found[w]["macro_ap"] for w in ("start", "middle", "end"))
    assert len({row["macro_ap"] for row in found.values()}) == 4
    once = Corpus(
        whole.y_true, whole.judged, whole.events, whole.frames, [{"start": (0.0, 31.0)}] * 300
    )
    expected = next(row for row, _ in ceilings(once, listening[:1], params))
    assert found["all"]["macro_ap"] == pytest.approx(expected["macro_ap"], abs=1e-12)


def test_a_cue_over_time_shows_only_where_the_shot_it_goes_back_to_is_in_view(params):
    """Thriller's goes back two shots: where two of three are out of view nothing tells of it."""
    looking = [Cell("whole", "single", "picture", ("colour",), "mean", "linear")]
    whole = corpus(params)
    every_third = [(n, n + 0.5) for n in range(0, SHOTS, 3)]
    pairs = [(n, n + 0.5) for n in range(SHOTS) if n % 6 in (0, 2)]

    def ap(frames: list[tuple[int, float]]) -> dict[str, float]:
        seen = dataclasses.replace(whole, frames=[frames] * len(whole.events))
        ((_, genres),) = ceilings(seen, looking, params)
        return {row["genre"]: row["ap"] for row in genres}

    blind, sees = ap(every_third), ap(pairs)
    assert sees["Thriller"] > blind["Thriller"] + 0.05
    assert sees["Horror"] == pytest.approx(blind["Horror"], abs=0.05)


def test_who_judges_each_frame_alone_sees_no_cue_over_time(params):
    """All shots are in view; a film of Thriller looks like one of no cue at all."""
    frames = params.frames.count
    middle = params.training.middle_frames
    first = (frames - middle) // 2
    whole = corpus(params)
    seen = dataclasses.replace(
        whole,
        frames=[[(n, n - first + 0.5) for n in range(first, first + middle)]] * len(whole.events),
    )

    def ap(context: str) -> dict[str, float]:
        cell = Cell("x", "single", "picture", ("colour",), context, "linear")
        ((_, genres),) = ceilings(seen, [cell], params)
        return {row["genre"]: row["ap"] for row in genres}

    assert ap("mean")["Thriller"] > ap("each")["Thriller"]
    assert ap("mean")["Horror"] == pytest.approx(ap("each")["Horror"], abs=0.05)


def test_genre_rows_name_what_was_planted(params):
    for row, genres in ceilings(corpus(params), cells(params), params):
        assert [g["genre"] for g in genres] == list(GENRES)
        if row["modality"] != "both":
            planted = getattr(params.sample, row["modality"])
            assert {g["genre"]: g["planted"] for g in genres} == planted


def test_words_have_a_ceiling_and_add_to_those_of_the_others(params):
    """Of cards at 1 a second, whose words are planted for Drama alone; nine seconds have one."""
    made = corpus(params)
    rng = np.random.default_rng(1)
    drama = made.y_true[:, GENRES.index("Drama")]
    events = [
        [
            *rows,
            *(
                Event(
                    "t",
                    "f",
                    "words",
                    n,
                    n,
                    n + 1.0,
                    "Drama" if is_one and rng.random() < 0.8 else "",
                    False,
                )
                for n in range(9)
            ),
        ]
        for rows, is_one in zip(made.events, drama, strict=True)
    ]
    planted = dict.fromkeys(GENRES, 0.0) | {"Drama": 0.8}
    sample = dataclasses.replace(params.sample, words=planted)
    asked = [
        Cell("seen", "single", "picture", ("colour",), "mean", "linear"),
        Cell("said", "single", "words", ("bag",), "mean", "linear"),
        Cell("joined", "early", "picture_words", ("colour", "bag"), "mean", "linear"),
        Cell("late", "late", "picture_words", ("seen", "said"), "scores", "mean"),
    ]
    known = dataclasses.replace(params, sample=sample)
    found = list(ceilings(dataclasses.replace(made, events=events), asked, known))
    row = {row["modality"]: (row, {g["genre"]: g for g in rows}) for row, rows in found}
    assert row.keys() == {"picture", "words", "picture_words"}
    assert row["picture_words"][0]["used_by"] == "joined late"
    assert row["words"][0]["window"] == "the cards on 31 frames"
    of_drama = {name: rows["Drama"]["ap"] for name, (_, rows) in row.items()}
    assert of_drama["words"] > 0.95 and of_drama["picture_words"] >= of_drama["picture"]
    assert row["words"][1]["Drama"]["planted"] == 0.8 and row["words"][1]["Horror"]["planted"] == 0
    assert row["words"][1]["Horror"]["normalised_ap"] < 0.1


def test_how_shots_move_is_seen_in_clips_alone_and_so_are_their_other_cues(params):
    """Of shots of a second: clips have the first nine, frames all 31; moved for Drama alone."""
    made = corpus(params)
    rng = np.random.default_rng(2)
    drama = made.y_true[:, GENRES.index("Drama")]
    events = [
        [
            *rows,
            *(
                dataclasses.replace(
                    row,
                    modality="motion",
                    cue="Drama" if is_one and rng.random() < 0.8 else "",
                )
                for row in rows
                if row.modality == "picture"
            ),
        ]
        for rows, is_one in zip(made.events, drama, strict=True)
    ]
    clips = [[(n + 0.2, n + 0.4) for n in range(9)]] * len(events)
    planted = dict.fromkeys(GENRES, 0.0) | {"Drama": 0.8}
    matrix = dataclasses.replace(
        params.matrix,
        backbones={**params.matrix.backbones, "motion": MOVES},
    )
    known = dataclasses.replace(
        params,
        sample=dataclasses.replace(params.sample, motion=planted),
        clips=ClipsParams(count=9),
        matrix=matrix,
    )
    asked = [
        Cell("seen", "single", "picture", ("colour",), "mean", "linear"),
        Cell("moves", "single", "picture", ("motion",), "mean", "linear"),
        Cell("two", "dual", "picture", ("colour", "motion"), "dual", "linear"),
        Cell("joined", "early", "both", ("motion", "mfcc"), "mean", "linear", "start"),
    ]
    whole = dataclasses.replace(made, events=events, clips=clips)
    found = {row["used_by"]: (row, rows) for row, rows in ceilings(whole, asked, known)}
    assert {slug: row["window"] for slug, (row, _) in found.items()} == {
        "seen": "31 frames",
        "moves": "9 clips",
        "two": "31 frames + 9 clips",
        "joined": "9 clips + start 30 s",
    }
    assert {row["modality"] for row, _ in found.values()} == {"picture", "both"}
    of = {slug: {row["genre"]: row for row in rows} for slug, (_, rows) in found.items()}
    assert of["moves"]["Drama"]["ap"] > 0.95 > of["seen"]["Drama"]["ap"] + 0.2
    assert of["two"]["Horror"]["ap"] >= of["seen"]["Horror"]["ap"] > of["moves"]["Horror"]["ap"]
    assert of["moves"]["Horror"]["normalised_ap"] > 0.3, "its own cue shows in nine shots"
    cues = {slug: (rows["Drama"]["cue"], rows["Drama"]["planted"]) for slug, rows in of.items()}
    own = params.sample.picture["Drama"]
    assert cues["moves"] == ("motion", 0.8) and cues["joined"] == (None, None)
    assert cues["seen"] == cues["two"] == ("picture", own)


def test_one_picture_of_a_shot_does_not_show_how_it_moves(params):
    made = corpus(params)
    events = [
        [
            *rows,
            *(
                Event("t", "f", "motion", n, float(n), n + 1.0, "Drama" if is_one else "", False)
                for n in range(9)
            ),
        ]
        for rows, is_one in zip(made.events, made.y_true[:, GENRES.index("Drama")], strict=True)
    ]
    planted = dict.fromkeys(GENRES, 0.0) | {"Drama": 0.9}
    backbones = {**params.matrix.backbones, "motion": MOVES}
    known = dataclasses.replace(
        params,
        sample=dataclasses.replace(params.sample, motion=planted, motion_decoy=0.1),
        clips=ClipsParams(count=1),
        matrix=dataclasses.replace(params.matrix, backbones=backbones),
    )
    cell = Cell("moves", "single", "picture", ("motion",), "mean", "linear")

    def drama(clip: tuple[float, ...]) -> float:
        whole = dataclasses.replace(made, events=events, clips=[[clip]] * len(events))
        ((_, rows),) = ceilings(whole, [cell], known)
        return next(row["normalised_ap"] for row in rows if row["genre"] == "Drama")

    assert drama((0.5, 1.5, 2.5)) < 0.3 < drama((0.4, 0.6, 1.4, 1.6))
