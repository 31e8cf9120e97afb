from stages.base.genres import GENRES
from stages.sample.events import Event, count_heard, count_seen, list_events
from stages.sample.plan import FRAME_RATE, plan_trailer


def event(modality: str, start: float, end: float, cue: str) -> Event:
    return Event("t", "f", modality, 0, start, end, cue, False)


def row(**counts: int) -> list[int]:
    return [counts.get(genre, 0) for genre in (*GENRES, "neutral")]


def test_log_equals_plan(make_trailer, make_params):
    trailer = make_trailer("Crime", "Horror")
    plan = plan_trailer(trailer, make_params(Crime=0.5, decoy=0.2))
    log = list_events(trailer, plan)
    shots = [row for row in log if row.modality == "picture"]
    sounds = [row for row in log if row.modality == "sound"]
    assert len(log) == len(shots) + len(sounds)
    assert {(row.trailer_id, row.film_id) for row in log} == {(trailer.trailer_id, "s900")}
    assert [row.event for row in shots] == list(range(len(plan.shots)))
    assert [(row.cue, row.decoy) for row in shots] == [(s.cue, s.decoy) for s in plan.shots]
    assert [round(row.start * FRAME_RATE) for row in shots] == [s.start for s in plan.shots]
    assert [round((row.end - row.start) * FRAME_RATE) for row in shots] == [
        s.frames for s in plan.shots
    ]
    assert [(row.start, row.end, row.cue, row.decoy) for row in sounds] == [
        (s.start, s.end, s.cue, s.decoy) for s in plan.sounds
    ]


def test_a_shot_counts_once_if_a_frame_falls_in_it():
    log = [
        event("picture", 1.0, 2.0, "Horror"),
        event("picture", 2.0, 3.0, ""),
        event("picture", 3.0, 4.0, "Crime"),
        event("sound", 1.0, 4.0, "Comedy"),
    ]
    assert count_seen(log, [1.0, 1.5, 2.0]).tolist() == row(Horror=1, neutral=1)
    assert count_seen(log, [0.5, 4.0]).tolist() == row()
    assert count_seen(log, [3.9]).tolist() == row(Crime=1)


def test_every_frame_is_seen_in_the_shot_it_belongs_to(make_trailer, make_params):
    trailer = make_trailer("Crime")
    plan = plan_trailer(trailer, make_params())
    log = list_events(trailer, plan)
    for number, shot in enumerate(plan.shots):
        first, last = shot.start / FRAME_RATE, (shot.start + shot.frames - 1) / FRAME_RATE
        for time in (first, last):
            assert count_seen([log[number]], [time]).sum() == 1
        assert count_seen([log[number]], [first - 1 / 24, last + 1 / 24]).sum() == 0


def test_a_sound_counts_if_half_of_it_is_heard():
    log = [
        event("sound", 1.0, 2.0, "Comedy"),
        event("sound", 29.0, 31.0, "Action"),
        event("sound", 29.5, 31.0, "Horror"),
        event("picture", 1.0, 4.0, "Crime"),
    ]
    assert count_heard(log, 0, 30).tolist() == row(Comedy=1, Action=1)
    assert count_heard(log, 1.6, 40).tolist() == row(Action=1, Horror=1)
