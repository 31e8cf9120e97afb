from dataclasses import replace

import numpy as np
import pytest

from stages.sample.plan import (
    FRAME_RATE,
    Plan,
    earlier_scene,
    plan_trailer,
    scene_numbers,
    stream,
)


def without_cues(plan: Plan) -> Plan:
    return replace(
        plan,
        shots=tuple(replace(shot, cue="", decoy=False) for shot in plan.shots),
        sounds=tuple(replace(sound, cue="", decoy=False) for sound in plan.sounds),
    )


def test_same_row_and_seed_give_the_same_plan(make_trailer, make_params):
    trailer, params = make_trailer("Horror"), make_params(Horror=0.5)
    assert plan_trailer(trailer, params) == plan_trailer(trailer, params)
    assert plan_trailer(trailer, params) != plan_trailer(trailer, make_params(seed=8, Horror=0.5))
    assert plan_trailer(replace(trailer, url="sample:x"), params) != plan_trailer(trailer, params)


def test_nuisance_does_not_know_the_genres(make_trailer, make_params):
    none, some = make_params(), make_params(Horror=0.5, Comedy=0.2, decoy=0.1)
    horror, comedy = make_trailer("Horror"), make_trailer("Comedy", "Drama")
    assert plan_trailer(horror, none) == plan_trailer(comedy, none)
    assert plan_trailer(horror, some) != plan_trailer(comedy, some)
    assert without_cues(plan_trailer(horror, some)) == plan_trailer(comedy, none)


@pytest.mark.parametrize("number", range(40))
def test_layout(number, make_trailer, make_params):
    plan = plan_trailer(make_trailer("Drama", film_id=f"s{number}"), make_params())
    assert 45 <= plan.seconds <= 60
    assert 20 <= len(plan.shots) <= 40
    assert 7.5 <= plan.card_frames / FRAME_RATE <= 8.5
    assert plan.card_frames < plan.shots[0].start <= 200
    ends = [shot.start + shot.frames for shot in plan.shots]
    gaps = [shot.start - end for shot, end in zip(plan.shots[1:], ends, strict=False)]
    assert min(gaps) == 0
    assert 2 <= sum(gap > 0 for gap in gaps) <= 4  # the dips to black
    assert min(shot.frames for shot in plan.shots) >= 12
    assert len({shot.frames for shot in plan.shots}) > 5
    assert ends[-1] < plan.frames - plan.title_frames


@pytest.mark.parametrize("number", range(40))
def test_sounds_follow_one_another_to_the_end(number, make_trailer, make_params):
    plan = plan_trailer(make_trailer("Drama", film_id=f"s{number}"), make_params())
    starts = np.array([sound.start for sound in plan.sounds])
    ends = np.array([sound.end for sound in plan.sounds])
    assert ((ends - starts > 1) & (ends - starts < 2.2)).all()
    assert (starts[1:] > ends[:-1]).all()
    assert np.diff(starts).max() < 2.21
    assert plan.seconds - 2.2 < ends[-1] <= plan.seconds


def test_planted_frequencies(make_trailer, make_params):
    # P(Horror) = .4/2 + .75 × .2/10, P(Comedy) = .1/2 + .75 × .2/10, P(other) = .75 × .2/10
    params = make_params(Horror=0.4, Comedy=0.1, Crime=0.9, decoy=0.2, sound_decoy=0.2)
    plans = [
        plan_trailer(make_trailer("Comedy", "Horror", film_id=f"s{number}"), params)
        for number in range(300)
    ]
    for events in ([s for p in plans for s in p.shots], [s for p in plans for s in p.sounds]):
        n = len(events)
        for cue, chance in (("Horror", 0.215), ("Comedy", 0.065), ("Crime", 0.015), ("", 0.6)):
            found = sum(event.cue == cue for event in events)
            assert abs(found - n * chance) < 4 * np.sqrt(n * chance * (1 - chance)), cue
        decoys = sum(event.decoy for event in events)
        assert abs(decoys - n * 0.15) < 4 * np.sqrt(n * 0.15 * 0.85)
        assert all(event.cue for event in events if event.decoy)


def test_certain_cues_and_none(make_trailer, make_params):
    surely = plan_trailer(make_trailer("Romance"), make_params(Romance=1.0, decoy=1.0))
    assert {(shot.cue, shot.decoy) for shot in surely.shots} == {("Romance", False)}
    never = plan_trailer(make_trailer("Romance"), make_params())
    assert {(sound.cue, sound.decoy) for sound in never.sounds} == {("", False)}


def test_streams_are_apart():
    draws = [stream(*names).random() for names in (("a",), ("a", "b"), ("a", "c"), ("b",))]
    assert len(set(draws)) == 4
    assert stream("a", "b", 1).random() == stream("a", "b", 1).random()


def test_mystery_goes_back_to_the_first_shot_and_thriller_to_the_one_before_the_last():
    cues = ["", "Horror", "Thriller", "Thriller", "Mystery", "", "Thriller", "Thriller"]
    assert scene_numbers(cues) == [0, 1, 0, 1, 0, 5, 0, 5]


def test_where_there_is_nothing_to_go_back_to_a_cue_shows_nothing():
    assert scene_numbers(["Mystery", "Thriller", "Thriller"]) == [0, 1, 0]
    assert earlier_scene(1, "Thriller") is None
    assert earlier_scene(0, "Mystery") is None
    assert earlier_scene(5, "Horror") is None
    assert earlier_scene(5, "") is None
