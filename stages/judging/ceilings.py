"""The sample corpus's ceiling: what one who knows how it was generated could score from a view.

A view is the frames or clips an approach looks at, the window of sound it hears, and whether it
reads. The ideal observer sees the planted cues in just that view, perfectly, and applies Bayes'
rule. A cue that exists only over time cannot be seen from single frames, and otherwise only where
the shot that it goes back to is in view as well; elsewhere its shot looks neutral. How a shot moves
is seen in clips alone, of which all its other cues are seen too.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from stages.base.genres import GENRES
from stages.base.packs import read_pack, read_table
from stages.base.params import ALL_WINDOWS, Params
from stages.base.params.matrix import Cell
from stages.base.params.modalities import SINGLE, singles_of, union_of
from stages.fitting.films import read_films
from stages.fitting.items import View
from stages.judging.recovery import MOTION
from stages.sample.events import NEUTRAL, Event, count_heard, count_moving, count_seen
from stages.sample.plan import TEMPORAL_CUES, earlier_scene
from stages.scoring.evaluate import evaluate_genres, evaluate_scores
from stages.scoring.ideal_observer import genre_marginals, label_set_prior, log_likelihood

Row = dict[str, Any]


@dataclass(frozen=True)
class Corpus:
    """The films of the sample corpus with what was planted in them, in one order."""

    y_true: np.ndarray
    """(n_films, n_genres) bool."""
    judged: np.ndarray
    """(n_films,) bool: films with both picture and sound."""
    events: Sequence[Sequence[Event]]
    """By film."""
    frames: Sequence[Sequence[tuple[int, float]]]
    """By film, (number, time in s)."""
    windows: Sequence[dict[str, tuple[float, float]]]
    """By film, name of the window of sound -> (start, end) in s."""
    clips: Sequence[Sequence[Sequence[float]]] = ()
    """By film, of each clip the times of its pictures in s; none of a corpus without clips."""


class _View(NamedTuple):
    """What an approach is given; "" for each that it is not."""

    look: str = ""
    """How its frames are looked at."""
    moving: str = ""
    """Whether it looks at clips."""
    window: str = ""
    """Of the sound."""
    read: str = ""
    """Whether it reads."""

    @property
    def modalities(self) -> dict[str, bool]:
        sees = bool(self.look or self.moving)
        return {"picture": sees, "sound": bool(self.window), "words": bool(self.read)}


def read_corpus(data: Path, with_clips: bool = False) -> Corpus | None:
    """The films of a corpus that was rendered as a whole, or None. with_clips: whether it has them.

    None too where a judged film has no planted events, or several trailers: events of several
    trailers have no common time, and there is no ceiling.
    """
    events = defaultdict(list)
    for row in read_table(data / "sample_events.parquet").to_pylist():
        events[row["film_id"]].append(Event(**row))
    films = read_films(data)
    film_of = {trailer: str(films.ids[row]) for trailer, row in films.film_of.items()}
    one_each = len(film_of) == len(films.ids)
    if not one_each or not all(str(film) in events for film in films.ids):
        return None
    frames = defaultdict(list)
    for row in _read_rows(data / "frames", ["trailer_id", "frame", "time"]):
        frames[film_of.get(row["trailer_id"])].append((row["frame"], row["time"]))
    windows: defaultdict[str | None, dict[str, tuple[float, float]]] = defaultdict(dict)
    for row in _read_rows(data / "audio", ["trailer_id", "window", "start", "seconds"]):
        span = (row["start"], row["start"] + row["seconds"])
        windows[film_of.get(row["trailer_id"])][row["window"]] = span
    clips: defaultdict[str | None, defaultdict[int, list[float]]] = defaultdict(
        lambda: defaultdict(list)
    )
    columns = ["trailer_id", "clip", "time"]
    for row in _read_rows(data / "clips", columns) if with_clips else ():
        clips[film_of.get(row["trailer_id"])][row["clip"]].append(row["time"])
    splits = read_table(data / "splits.parquet")
    judged = splits["picture"].to_numpy() & splits["sound"].to_numpy()
    order = [str(film) for film in films.ids]
    return Corpus(
        films.y_true,
        judged,
        [events[film] for film in order],
        [sorted(frames[film]) for film in order],
        [windows[film] for film in order],
        [[*clips[film].values()] for film in order] if with_clips else (),
    )


def _read_rows(folder: Path, columns: list[str]) -> list[dict]:
    return pa.concat_tables(read_pack(folder, columns)).to_pylist()


def ceilings(
    corpus: Corpus, cells: Sequence[Cell], params: Params
) -> Iterator[tuple[Row, list[Row]]]:
    """For every view of the matrix a row of the ideal observer's scores, and its rows by genre."""
    views: dict[_View, list[str]] = {}
    for cell in cells:
        if cell.modality != "none" and not cell.base:
            views.setdefault(_view(cell, cells, params), []).append(cell.slug)
    label_sets, prior = label_set_prior(corpus.y_true)
    present = corpus.y_true[corpus.judged].any(axis=0)  # the genres that the approaches have too
    y_true = corpus.y_true[corpus.judged][:, present]
    genres = [genre for genre, has in zip(GENRES, present, strict=True) if has]
    for view, slugs in sorted(views.items()):
        evidence = np.zeros((int(corpus.judged.sum()), len(prior)))
        if view.modalities["picture"]:
            planted = [params.sample.picture[genre] for genre in GENRES]
            decoy = params.sample.picture_decoy
            for unseen, seen in _visible_cues(corpus, view, params).items():
                blind = [GENRES.index(genre) for genre in unseen]
                evidence += log_likelihood(seen, label_sets, planted, decoy, blind)
        if view.moving and params.sample.motion:
            planted = [params.sample.motion[genre] for genre in GENRES]
            moves = _moving_cues(corpus)
            evidence += log_likelihood(moves, label_sets, planted, params.sample.motion_decoy)
        if view.window:
            planted = [params.sample.sound[genre] for genre in GENRES]
            heard = _audible_cues(corpus, view.window)
            evidence += log_likelihood(heard, label_sets, planted, params.sample.sound_decoy)
        if view.read and params.sample.words:
            planted = [params.sample.words[genre] for genre in GENRES]
            shown = _legible_cues(corpus)
            evidence += log_likelihood(shown, label_sets, planted, params.sample.words_decoy)
        y_score = genre_marginals(evidence, label_sets, prior)[:, present]
        place = {
            "modality": union_of(name for name, is_there in view.modalities.items() if is_there),
            "window": _window_name(view, params),
        }
        scores = evaluate_scores(y_true, y_score)
        names = ("macro_ap", "micro_ap", "samples_ap")
        row = place | {"used_by": " ".join(slugs)} | {name: scores[name] for name in names}
        cue = _cue_of(view, place["modality"], params)
        yield row, _genre_rows(place, cue, genres, evaluate_genres(y_true, y_score), params)


def _cue_of(view: _View, modality: str, params: Params) -> str:
    """What is planted for approaches of a view: the cues of its modality, or of clips motion.

    Clips are of the picture, as a backbone and wherever approaches are compared; but what they are
    taken for is how it moves. Where no motion is planted they see the picture's own cues. "" of a
    union.
    """
    if view.moving and not view.look and modality == "picture" and params.sample.motion:
        return MOTION
    return modality if modality in SINGLE else ""


def _genre_rows(
    place: Row, cue: str, genres: Sequence[str], judged: dict[str, np.ndarray], params: Params
) -> list[Row]:
    rows = []
    planted = (getattr(params.sample, cue) or {}) if cue else None
    for column, genre in enumerate(genres):
        rows.append(
            {
                **place,
                "genre": genre,
                "cue": cue or None,
                "planted": None if planted is None else planted.get(genre, 0.0),
                "ap": float(judged["ap"][column]),
                "normalised_ap": float(judged["normalised_ap"][column]),
            }
        )
    return rows


def _view(cell: Cell, cells: Sequence[Cell], params: Params) -> _View:
    """What an approach is given, a late fusion what its parts are given together."""
    if cell.kind == "late":
        parts = [_view(part, cells, params) for part in cells if part.slug in cell.parts]
        return _View(*("".join(dict.fromkeys(each)) for each in zip(*parts, strict=True)))
    of = singles_of(cell.modality)
    matrix = params.matrix
    known = {**matrix.backbones, **matrix.pretrained}
    reads = {known[part].reads for part in cell.parts if part in known}
    look = "each" if cell.context == "each" else "whole"
    return _View(
        look if "picture" in of and (reads & {"frames"} or "clips" not in reads) else "",
        "clips" if "clips" in reads else "",
        cell.window,
        "cards" if "words" in of else "",
    )


def _window_name(view: _View, params: Params) -> str:
    count, middle = params.frames.count, params.training.middle_frames
    looked = {"each": f"middle {middle} frames, each alone", "whole": f"{count} frames", "": ""}
    moving = f"{params.clips.count} clips" if view.moving and params.clips else ""
    heard = f"{view.window} {params.audio.seconds:g} s" if view.window else ""
    if view.window == ALL_WINDOWS:
        heard = f"{' + '.join(params.audio.windows)} {params.audio.seconds:g} s"
    read = f"the cards on {count} frames" if view.read else ""
    return " + ".join(part for part in (looked[view.look], moving, heard, read) if part)


def _visible_cues(corpus: Corpus, view: _View, params: Params) -> dict[tuple[str, ...], np.ndarray]:
    """Cues of the shots in view, (n_films, n_genres + 1), by which cues over time look neutral.

    Whether a shot goes back to an earlier one shows only where that one is in view too.
    """
    looks = View(view.look, params.training.middle_frames, params.training.sound_window)
    films = np.flatnonzero(corpus.judged).tolist()
    counts: defaultdict[tuple[str, ...], np.ndarray] = defaultdict(
        lambda: np.zeros((len(films), NEUTRAL + 1), np.int64)
    )
    for row, film in enumerate(films):
        times: list[float] = []
        if view.look:
            numbers = np.array([number for number, _ in corpus.frames[film]])
            mask = looks.mask(numbers, "picture", params.frames.count)
            times += [t for (_, t), seen in zip(corpus.frames[film], mask, strict=True) if seen]
        if view.moving:
            times += [time for clip in corpus.clips[film] for time in clip]
        shots = {event.event: event for event in corpus.events[film] if event.modality == "picture"}
        shown = {number: count_seen([shot], times) for number, shot in shots.items()}
        in_view = {number for number, count in shown.items() if count.any()}
        for number in in_view:
            back = {genre: earlier_scene(number, genre) for genre in TEMPORAL_CUES}
            unseen = (g for g, shot in back.items() if view.look == "each" or shot not in in_view)
            counts[tuple(unseen)][row] += shown[number]
    return dict(counts)


def _moving_cues(corpus: Corpus) -> np.ndarray:
    """Motions of the shots in any clip, (n_films, n_genres + 1)."""
    films = np.flatnonzero(corpus.judged).tolist()
    return np.stack([count_moving(corpus.events[film], corpus.clips[film]) for film in films])


def _legible_cues(corpus: Corpus) -> np.ndarray:
    """Cues of the cards on any frame, (n_films, n_genres + 1)."""
    films = np.flatnonzero(corpus.judged).tolist()
    times = [[time for _, time in corpus.frames[film]] for film in films]
    shown = zip(films, times, strict=True)
    return np.stack([count_seen(corpus.events[film], at, "words") for film, at in shown])


def _audible_cues(corpus: Corpus, window: str) -> np.ndarray:
    films = np.flatnonzero(corpus.judged).tolist()
    return np.stack(
        [
            sum(count_heard(corpus.events[f], *span) for span in _spans(corpus.windows[f], window))
            for f in films
        ]
    )


def _spans(windows: dict[str, tuple[float, float]], window: str) -> list[tuple[float, float]]:
    """What is heard, (start, end) in s: one window, or all with each second once."""
    if window != ALL_WINDOWS:
        return [windows[window]] if window in windows else []  # a silent one was not taken
    spans: list[tuple[float, float]] = []
    for start, end in sorted(windows.values()):
        if spans and start <= spans[-1][1]:
            start, end = spans[-1][0], max(end, spans.pop()[1])
        spans.append((start, end))
    return spans
