"""The tables of the audit: the leaks, and every frame and segment of sound in them."""

from collections.abc import Sequence
from statistics import mean, median
from typing import Any

import pyarrow as pa

from stages.base.params import LeaksParams
from stages.trailers.auditing.leaks import KINDS, Coverage, Leak, Occurrence

MAX_NAMED = 20
COLUMNS = (
    *("kind", "films", "film_ids", "titles", "frames", "seconds", "share", "folds"),
    *("across_folds", "hash_bits", "sound_error"),
)
OCCURRENCES = pa.schema(
    [
        ("trailer_id", pa.string()),
        ("film_id", pa.string()),
        ("kind", pa.string()),
        ("leak", pa.int32()),
        ("films", pa.int32()),
        ("frame", pa.int16()),
        ("start", pa.float64()),
        ("seconds", pa.float64()),
    ]
)
Row = dict[str, Any]


def leak_rows(
    leaks: Sequence[Leak],
    coverage: Coverage,
    film_id: Sequence[str],
    title: Sequence[str],
    fold: Sequence[int],
) -> list[Row]:
    """One row a leak, in the order of COLUMNS.

    frames and seconds: median over its trailers; share: of a trailer's frames or of its sound, the
    larger of the two, mean over trailers. film_id, title, fold: (n_films,).
    """
    rows = []
    for leak in leaks:
        films = leak.films
        folds = {fold[film] for film in films}
        bits = [occurrence.distance for occurrence in leak.occurrences if occurrence.frame >= 0]
        errors = [occurrence.distance for occurrence in leak.occurrences if occurrence.frame < 0]
        frames, seconds, shares = _extents_of(leak.occurrences, coverage)
        more = ", …" if len(films) > MAX_NAMED else ""
        rows.append(
            {
                "kind": leak.kind,
                "films": len(films),
                "film_ids": ", ".join(film_id[film] for film in films[:MAX_NAMED]) + more,
                "titles": ", ".join(title[film] for film in films[:MAX_NAMED]) + more,
                "frames": int(median(frames)),
                "seconds": round(median(seconds), 1),
                "share": mean(shares),
                "folds": len(folds),
                "across_folds": int(len(folds) > 1),
                "hash_bits": mean(bits) if bits else None,
                "sound_error": mean(errors) if errors else None,
            }
        )
    return rows


def occurrence_table(leaks: Sequence[Leak], film_id: Sequence[str]) -> pa.Table:
    """Every shared frame and segment, sorted; films: how many share it; leak: row of `leaks`."""
    rows = []
    for number, leak in enumerate(leaks):
        for occurrence in leak.occurrences:
            row: Row = {"trailer_id": occurrence.trailer_id, "film_id": film_id[occurrence.film]}
            row |= {"kind": leak.kind, "leak": number, "films": len(leak.films)}
            rows.append(
                row
                | {
                    "frame": occurrence.frame,
                    "start": occurrence.start,
                    "seconds": occurrence.seconds,
                }
            )
    rows.sort(key=lambda row: (row["trailer_id"], row["leak"], row["frame"], row["start"]))
    return pa.Table.from_pylist(rows, OCCURRENCES)


def summary(
    leaks: Sequence[Leak],
    rows: Sequence[Row],
    n_frames: int,
    coverage: Coverage,
    params: LeaksParams,
) -> Row:
    """Counts of what was audited and found."""
    return {
        "trailers": {"picture": len(coverage.frames), "sound": len(coverage.seconds)},
        "frames": {"looked_at": n_frames, "flat": n_frames - sum(coverage.frames.values())},
        "leaks": {kind: sum(row["kind"] == kind for row in rows) for kind in KINDS},
        "across_folds": sum(row["across_folds"] for row in rows),
        "films": len({film for leak in leaks for film in leak.films}),
        "rules": vars(params),
    }


def _extents_of(
    occurrences: Sequence[Occurrence], coverage: Coverage
) -> tuple[list[int], list[float], list[float]]:
    frames: dict[str, set[int]] = {}
    seconds: dict[str, float] = {}
    for occurrence in occurrences:
        frames.setdefault(occurrence.trailer_id, set())
        seconds.setdefault(occurrence.trailer_id, 0.0)
        if occurrence.frame >= 0:
            frames[occurrence.trailer_id].add(occurrence.frame)
        seconds[occurrence.trailer_id] += occurrence.seconds
    shares = [
        max(
            len(frames[name]) / max(coverage.frames.get(name, 0), 1),
            seconds[name] / max(coverage.seconds.get(name, 0.0), 1e-9) if seconds[name] else 0.0,
        )
        for name in frames
    ]
    return [len(each) for each in frames.values()], list(seconds.values()), shares
