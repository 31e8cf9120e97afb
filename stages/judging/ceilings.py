"""The sample corpus's ceiling: what one who knows how it was generated could score from a view.

A view is the frames an approach looks at and the window of sound it hears. The ideal observer sees
the planted cues in just that view, perfectly, and applies Bayes' rule. A cue that exists only over
time cannot be seen from single frames, and otherwise only where the shot that it goes back to is in
view as well; elsewhere its shot looks neutral.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from stages.base.genres import GENRES
from stages.base.packs import read_pack, read_table
from stages.base.params import ALL_WINDOWS, Params
from stages.base.params.matrix import Cell
from stages.base.params.modalities import singles_of, union_of
from stages.fitting.films import read_films
from stages.fitting.items import View
from stages.sample.events import NEUTRAL, Event, count_heard, count_seen
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


def read_corpus(data: Path) -> Corpus | None:
    """The films of a corpus that was rendered as a whole, or None.

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
    splits = read_table(data / "splits.parquet")
    judged = splits["picture"].to_numpy() & splits["sound"].to_numpy()
    order = [str(film) for film in films.ids]
    return Corpus(
        films.y_true,
        judged,
        [events[film] for film in order],
        [sorted(frames[film]) for film in order],
        [windows[film] for film in order],
    )


def _read_rows(folder: Path, columns: list[str]) -> list[dict]:
    return pa.concat_tables(read_pack(folder, columns)).to_pylist()


def ceilings(
    corpus: Corpus, cells: Sequence[Cell], params: Params
) -> Iterator[tuple[Row, list[Row]]]:
    """For every view of the matrix a row of the ideal observer's scores, and its rows by genre."""
    views: dict[tuple[str, str, str], list[str]] = {}
    for cell in cells:
        if cell.modality != "none" and not cell.base:
            views.setdefault(_view(cell, cells, params), []).append(cell.slug)
    label_sets, prior = label_set_prior(corpus.y_true)
    present = corpus.y_true[corpus.judged].any(axis=0)  # the genres that the approaches have too
    y_true = corpus.y_true[corpus.judged][:, present]
    genres = [genre for genre, has in zip(GENRES, present, strict=True) if has]
    for (look, window, read), slugs in sorted(views.items()):
        evidence = np.zeros((int(corpus.judged.sum()), len(prior)))
        if look:
            planted = [params.sample.picture[genre] for genre in GENRES]
            decoy = params.sample.picture_decoy
            for unseen, seen in _visible_cues(corpus, look, params).items():
                blind = [GENRES.index(genre) for genre in unseen]
                evidence += log_likelihood(seen, label_sets, planted, decoy, blind)
        if window:
            planted = [params.sample.sound[genre] for genre in GENRES]
            heard = _audible_cues(corpus, window)
            evidence += log_likelihood(heard, label_sets, planted, params.sample.sound_decoy)
        if read and params.sample.words:
            planted = [params.sample.words[genre] for genre in GENRES]
            shown = _legible_cues(corpus)
            evidence += log_likelihood(shown, label_sets, planted, params.sample.words_decoy)
        seen_in = {"picture": look, "sound": window, "words": read}
        y_score = genre_marginals(evidence, label_sets, prior)[:, present]
        place = {
            "modality": union_of(name for name, view in seen_in.items() if view),
            "window": _window_name(look, window, read, params),
        }
        scores = evaluate_scores(y_true, y_score)
        names = ("macro_ap", "micro_ap", "samples_ap")
        row = place | {"used_by": " ".join(slugs)} | {name: scores[name] for name in names}
        yield row, _genre_rows(place, genres, evaluate_genres(y_true, y_score), params)


def _genre_rows(
    place: Row, genres: Sequence[str], judged: dict[str, np.ndarray], params: Params
) -> list[Row]:
    rows = []
    for column, genre in enumerate(genres):
        planted = {"picture": params.sample.picture[genre], "sound": params.sample.sound[genre]}
        planted["words"] = (params.sample.words or {}).get(genre, 0.0)
        rows.append(
            {
                **place,
                "genre": genre,
                "planted": planted.get(place["modality"]),
                "ap": float(judged["ap"][column]),
                "normalised_ap": float(judged["normalised_ap"][column]),
            }
        )
    return rows


def _view(cell: Cell, cells: Sequence[Cell], params: Params) -> tuple[str, str, str]:
    """How its frames are looked at, which window is heard, and whether words are read; "" each for
    what is not."""
    if cell.kind == "late":
        parts = [_view(part, cells, params) for part in cells if part.slug in cell.parts]
        look, window, read = ("".join(each) for each in zip(*parts, strict=True))
        return look, window, read
    of = singles_of(cell.modality)
    look = "each" if cell.context == "each" else "whole"
    return look if "picture" in of else "", cell.window, "cards" if "words" in of else ""


def _window_name(look: str, window: str, read: str, params: Params) -> str:
    count, middle = params.frames.count, params.training.middle_frames
    looked = {"each": f"middle {middle} frames, each alone", "whole": f"{count} frames", "": ""}[
        look
    ]
    heard = f"{window} {params.audio.seconds:g} s" if window else ""
    if window == ALL_WINDOWS:
        heard = f"{' + '.join(params.audio.windows)} {params.audio.seconds:g} s"
    read = f"the cards on {count} frames" if read else ""
    return " + ".join(part for part in (looked, heard, read) if part)


def _visible_cues(corpus: Corpus, look: str, params: Params) -> dict[tuple[str, ...], np.ndarray]:
    """Cues of the shots in view, (n_films, n_genres + 1), by which cues over time look neutral.

    Whether a shot goes back to an earlier one shows only where that one is in view too.
    """
    view = View(look, params.training.middle_frames, params.training.sound_window)
    films = np.flatnonzero(corpus.judged).tolist()
    counts: defaultdict[tuple[str, ...], np.ndarray] = defaultdict(
        lambda: np.zeros((len(films), NEUTRAL + 1), np.int64)
    )
    for row, film in enumerate(films):
        numbers = np.array([number for number, _ in corpus.frames[film]])
        mask = view.mask(numbers, "picture", params.frames.count)
        times = [t for (_, t), seen in zip(corpus.frames[film], mask, strict=True) if seen]
        shots = {event.event: event for event in corpus.events[film] if event.modality == "picture"}
        shown = {number: count_seen([shot], times) for number, shot in shots.items()}
        in_view = {number for number, count in shown.items() if count.any()}
        for number in in_view:
            back = {genre: earlier_scene(number, genre) for genre in TEMPORAL_CUES}
            unseen = (g for g, shot in back.items() if look == "each" or shot not in in_view)
            counts[tuple(unseen)][row] += shown[number]
    return dict(counts)


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
