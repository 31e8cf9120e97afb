"""Different films with the same numbers: one of them has another's features.

Features of two trailers are never the same to the last digit by chance. Where they are, a trailer
was filed under the wrong film, or a failure was written down as a vector.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from stages.base.params import BackboneParams
from stages.corpus.reader import Trailer

KINDS = ("same_trailer", "same_picture", "same_sound")
SAME = {
    frozenset({"picture"}): "same_picture",
    frozenset({"sound"}): "same_sound",
    frozenset({"picture", "sound"}): "same_trailer",
}
Groups = dict[tuple[str, ...], set[str]]
"""Films that share their features, by film_id in the catalogue's order -> in which modalities."""


def equal_rows(ids: Sequence[str], start: np.ndarray, values: np.ndarray) -> list[list[str]]:
    """Groups of ids whose rows are the same numbers, in the order in which they first come.

    start: (n + 1,) where each id's rows begin; values: (n_rows, dimensions) float32.
    """
    plain = np.where(np.isnan(values), np.float32(np.nan), values + np.float32(0))  # -0 is 0
    found: dict[bytes, list[str]] = {}
    for name, begin, end in zip(ids, start[:-1], start[1:], strict=True):
        found.setdefault(sha256(plain[begin:end].tobytes()).digest(), []).append(name)
    return [group for group in found.values() if len(group) > 1]


def shared_groups(
    embeddings: Path, backbones: Mapping[str, BackboneParams], trailers: Sequence[Trailer]
) -> Groups:
    """Of all backbones of a corpus. embeddings: the folder of one file a backbone."""
    place = {trailer.film_id: number for number, trailer in enumerate(trailers)}
    film_of = {trailer.trailer_id: trailer.film_id for trailer in trailers}
    found: Groups = {}
    for slug, backbone in backbones.items():
        with np.load(embeddings / f"{slug}.npz") as file:
            ids, trailer, values = file["trailer_id"], file["trailer"], file["embedding"]
        start = np.searchsorted(trailer, np.arange(len(ids) + 1))
        for group in equal_rows(ids.tolist(), start, values):
            films = tuple(sorted({film_of[name] for name in group}, key=place.__getitem__))
            if len(films) > 1:
                found.setdefault(films, set()).add(backbone.modality)
    return dict(sorted(found.items(), key=lambda each: [place[film] for film in each[0]]))


def films_of(groups: Iterable[Sequence[str]]) -> set[str]:
    """All films of some groups."""
    return {film for films in groups for film in films}


def leak_rows(
    groups: Groups, titles: Mapping[str, str], fold: Mapping[str, int]
) -> list[dict[str, Any]]:
    """A row a group, in the columns of metrics/leaks.csv.

    titles, fold: by film_id; a film without a fold is in none.
    """
    rows: list[dict[str, Any]] = []
    for films, modalities in groups.items():
        folds = {fold[film] for film in films if film in fold}
        rows.append(
            {
                "kind": SAME[frozenset(modalities)],
                "films": len(films),
                "film_ids": ", ".join(films),
                "titles": ", ".join(titles[film] for film in films),
                "share": 1.0,
                "folds": len(folds),
                "across_folds": int(len(folds) > 1),
            }
        )
    return sorted(rows, key=lambda row: KINDS.index(row["kind"]))


def summary(
    groups: Groups, rows: Sequence[Mapping[str, Any]], audited: Mapping[str, int]
) -> dict[str, Any]:
    """metrics/leaks.json; audited: films with features, by modality."""
    return {
        "trailers": dict(audited),
        "leaks": {kind: sum(row["kind"] == kind for row in rows) for kind in KINDS},
        "across_folds": sum(row["across_folds"] for row in rows),
        "films": len(films_of(groups)),
        "rules": {"same": "every feature the same float32"},
    }
