"""Ways to move: what single frames show is the same with all, and pictures in a row tell them."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from stages.base.genres import GENRES
from stages.base.params import CLIP_PICTURES, CLIP_RATE, load
from stages.embedding.base import create
from stages.sample.events import count_moving, list_events
from stages.sample.grade import no_grade
from stages.sample.motion import CUES, KNOT, LIGHT, RIGHT, SPREAD, moments, wander
from stages.sample.nv12 import to_rgb
from stages.sample.picture import _shoot, iterate_frames
from stages.sample.plan import FRAME_RATE, SECONDS, plan_trailer, stream
from stages.trailers.media.frames import evenly_spaced

EVERY = ("", *GENRES)
STEP = FRAME_RATE // CLIP_RATE


@pytest.fixture
def with_motion(make_params):
    planted = dict.fromkeys(GENRES, 0.5)
    return dataclasses.replace(make_params(Horror=0.4), motion=planted, motion_decoy=0.1)


def test_every_genre_moves_in_a_way_of_its_own():
    assert set(CUES) == set(GENRES)
    assert len({(way.what, way.hertz, way.angle) for way in CUES.values()}) == len(GENRES)


@pytest.mark.parametrize("hertz", [0.0, 1.5, 4.0])
def test_moments_a_second_apart_are_independent_and_normal_and_nearer_ones_are_not(hertz):
    """By the covariances over many shots; of 20,000 a standard error is 0.007."""
    drawn = wander(np.random.default_rng(0), 3 * KNOT, np.full(20_000, hertz))
    covariance = drawn @ drawn.T / drawn.shape[1]
    assert np.abs(np.diag(covariance) - 1).max() < 0.05
    assert np.abs(np.mean(drawn**4, axis=1) - 3).max() < 0.3, "as a normal distribution's"
    apart = np.abs(np.subtract.outer(range(3 * KNOT), range(3 * KNOT)))
    assert np.abs(covariance[apart >= 2 * KNOT]).max() < 0.04
    near = covariance[apart == STEP].mean()
    # 0.9 of the slow part is left after an eighth of a second, turned by the cosine
    assert near == pytest.approx(0.9 * np.cos(2 * np.pi * hertz * STEP / FRAME_RATE), abs=0.05)


def test_frames_are_looked_at_further_apart_than_that():
    frames = load(Path("corpora/sample_words/params.yaml")).frames
    taken = evenly_spaced(SECONDS[0] * FRAME_RATE, frames.first_frame, frames.count)
    assert np.diff(taken).min() >= 2 * KNOT


def test_a_line_that_is_shaken_along_has_the_spread_of_a_place():
    rng = np.random.default_rng(1)
    for genre in ("Mystery", "Comedy"):
        seen = [m for _ in range(400) for m in moments(rng, 60, genre)[::30]]
        for values in ([m.right for m in seen], [m.down for m in seen]):
            assert np.std(values) == pytest.approx(SPREAD[RIGHT], rel=0.1)
        crossed = np.corrcoef([m.right for m in seen], [m.down for m in seen])[0, 1]
        assert abs(crossed) < 0.12
        assert np.std(np.log([m.gain for m in seen])) == pytest.approx(SPREAD[LIGHT], rel=0.1)


def test_without_it_nothing_else_of_a_plan_differs(make_trailer, make_params, with_motion):
    trailer = make_trailer("Horror", "Drama")
    plain, plan = (plan_trailer(trailer, each) for each in (make_params(Horror=0.4), with_motion))
    assert plain.motions == () and len(plan.motions) == len(plan.shots)
    assert dataclasses.replace(plan, motions=()) == plain
    shares = {cue: sum(m.cue == cue for m in plan.motions) for cue in ("Horror", "Drama", "")}
    assert all(shares.values()), shares


def test_a_shot_moves_in_every_frame_and_nothing_between_shots_does(make_trailer, with_motion):
    trailer = make_trailer("Horror")
    plan = plan_trailer(trailer, with_motion)
    still = dataclasses.replace(plan, motions=())
    shot = plan.shots[4]
    end = shot.start + shot.frames
    both = zip(iterate_frames(still), iterate_frames(plan), strict=True)
    for number, (one, other) in enumerate(both):
        if number < plan.shots[0].start or number >= plan.frames - plan.title_frames:
            assert np.array_equal(one, other)
        elif shot.start <= number < end:
            assert not np.array_equal(one, other)


def test_the_log_has_a_motion_of_each_shot_and_clips_see_it_by_two_pictures(
    make_trailer, with_motion
):
    trailer = make_trailer("Horror")
    plan = plan_trailer(trailer, with_motion)
    log = list_events(trailer, plan)
    moves = [event for event in log if event.modality == "motion"]
    assert [(m.cue, m.decoy) for m in moves] == [(m.cue, m.decoy) for m in plan.motions]
    shots = [event for event in log if event.modality == "picture"]
    assert [(m.event, m.start, m.end) for m in moves] == [(s.event, s.start, s.end) for s in shots]
    one, two = moves[0], moves[1]
    inside = [one.start + 0.1, one.start + 0.225]
    seen = count_moving(log, [inside])
    column = GENRES.index(one.cue) if one.cue else len(GENRES)
    assert seen.sum() == 1 and seen[column] == 1
    assert count_moving(log, [inside[:1], inside[1:]]).sum() == 0, "one picture each"
    assert count_moving(log, [inside, [*inside, two.start + 0.1]]).sum() == 1, "each shot once"


FILMS, SHOTS = 4, 4
BETWEEN = 2 * KNOT  # frames from one that is looked at singly to the next


def film(genre: str, seed: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Of a film all of whose shots move in a genre's way: clips, one a shot, and frames apart."""
    clips, frames = [], []
    length = STEP * (CLIP_PICTURES - 1) + 1
    for number in range(SHOTS):
        key = f"{genre} {seed}"
        moved = moments(stream(key, "motion", number), length, genre)
        shot = [*_shoot(key, number, length, "", number, no_grade(), moved)]
        clips.append(np.stack([to_rgb(shot[n]) for n in range(0, length, STEP)]))
        frames += [to_rgb(shot[n]) for n in (0, BETWEEN)]
    return clips, frames


def test_motion_tells_the_ways_and_frames_apart_do_not():
    """40 films, each judged by models that saw 30 others; a guess is right on a tenth of them."""
    films = [(film(genre, n), genre) for genre in GENRES for n in range(FILMS)]
    truth = [genre for _, genre in films]

    def right(family: str, which: int) -> float:
        backbone = create(family)
        items = [backbone(seen[which]).reshape(len(seen[which]), -1) for seen, _ in films]
        rows = np.stack([of.mean(axis=0) for of in items])
        probe = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=500))
        return float(cross_val_score(probe, rows, truth, cv=StratifiedKFold(FILMS)).mean())

    found = {"motion": right("motion", 0), "colour": right("colour", 1)}
    found["pixels"] = right("pixels", 1)
    assert found["motion"] > 0.75, found
    assert max(found["colour"], found["pixels"]) < 0.25, found
