"""The tables of the audit: one row a leak; and which frames and stretches of sound leak."""

from collections.abc import Sequence
from statistics import mean, median
from typing import Any

import pyarrow as pa

from stages.base.params import LeaksParams
from stages.trailers.auditing.leaks import KINDS, Extent, Leak, Piece

MOST_NAMED = 20
COLUMNS = (
    *("kind", "films", "film_ids", "titles", "frames", "seconds", "share", "folds"),
    *("across_folds", "hash_bits", "sound_error"),
)
PIECES = pa.schema(
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
    extent: Extent,
    film_id: Sequence[str],
    title: Sequence[str],
    fold: Sequence[int],
) -> list[Row]:
    """One row a leak, in the order of COLUMNS.

    frames and seconds: what a trailer has of it, the median; share: of its frames or of its sound,
    the larger, mean over trailers. film_id, title, fold: (n_films,).
    """
    rows = []
    for leak in leaks:
        films = leak.films
        folds = {fold[film] for film in films}
        bits = [piece.alike for piece in leak.pieces if piece.frame >= 0]
        errors = [piece.alike for piece in leak.pieces if piece.frame < 0]
        frames, seconds, shares = _extents(leak.pieces, extent)
        more = ", …" if len(films) > MOST_NAMED else ""
        rows.append(
            {
                "kind": leak.kind,
                "films": len(films),
                "film_ids": ", ".join(film_id[film] for film in films[:MOST_NAMED]) + more,
                "titles": ", ".join(title[film] for film in films[:MOST_NAMED]) + more,
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


def piece_table(leaks: Sequence[Leak], film_id: Sequence[str]) -> pa.Table:
    """Every frame and stretch that leaks, sorted; `films` share it, `leak` is a row of the list."""
    rows = []
    for number, leak in enumerate(leaks):
        for piece in leak.pieces:
            row: Row = {"trailer_id": piece.trailer_id, "film_id": film_id[piece.film]}
            row |= {"kind": leak.kind, "leak": number, "films": len(leak.films)}
            rows.append(
                row | {"frame": piece.frame, "start": piece.start, "seconds": piece.seconds}
            )
    rows.sort(key=lambda row: (row["trailer_id"], row["leak"], row["frame"], row["start"]))
    return pa.Table.from_pylist(rows, PIECES)


def summary(
    leaks: Sequence[Leak], rows: Sequence[Row], n_frames: int, extent: Extent, params: LeaksParams
) -> Row:
    """Counts of what was audited and of what was found."""
    return {
        "trailers": {"picture": len(extent.frames), "sound": len(extent.seconds)},
        "frames": {"looked_at": n_frames, "flat": n_frames - sum(extent.frames.values())},
        "leaks": {kind: sum(row["kind"] == kind for row in rows) for kind in KINDS},
        "across_folds": sum(row["across_folds"] for row in rows),
        "films": len({film for leak in leaks for film in leak.films}),
        "rules": vars(params),
    }


def _extents(pieces: Sequence[Piece], extent: Extent) -> tuple[list[int], list[float], list[float]]:
    frames: dict[str, set[int]] = {}
    seconds: dict[str, float] = {}
    for piece in pieces:
        frames.setdefault(piece.trailer_id, set())
        seconds.setdefault(piece.trailer_id, 0.0)
        if piece.frame >= 0:
            frames[piece.trailer_id].add(piece.frame)
        seconds[piece.trailer_id] += piece.seconds
    shares = [
        max(
            len(frames[name]) / max(extent.frames.get(name, 0), 1),
            seconds[name] / max(extent.seconds.get(name, 0.0), 1e-9) if seconds[name] else 0.0,
        )
        for name in frames
    ]
    return [len(each) for each in frames.values()], list(seconds.values()), shares
