"""Which films have a picture and which a sound, by the tables of published features."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from stages.base.params import Params
from stages.corpus.reader import Trailer
from stages.corpus.serving import Served
from stages.published.shared import films_of, shared_groups


def served_by_tables(data: Path, trailers: Sequence[Trailer], params: Params) -> Served:
    """By the embeddings under `data`; a film has a modality where some backbone of it has the film.

    Left out are the films that share their features with another, where splits say so.
    """
    backbones = params.matrix.backbones
    films = list(dict.fromkeys(trailer.film_id for trailer in trailers))
    film_of = {trailer.trailer_id: trailer.film_id for trailer in trailers}
    served: dict[str, set[str]] = {"picture": set(), "sound": set()}
    attrition = []
    for slug, backbone in backbones.items():
        with np.load(data / "embeddings" / f"{slug}.npz") as file:
            found = {film_of[name] for name in file["trailer_id"].tolist()}
        served[backbone.modality] |= found
        attrition.append({"step": slug, "reason": "ok", "trailers": len(found)})
        if lost := len(films) - len(found):
            attrition.append({"step": slug, "reason": "no_features", "trailers": lost})
    left_out: set[str] = set()
    if params.splits.leave_out_shared_vectors:
        left_out = films_of(shared_groups(data / "embeddings", backbones, trailers))
    if left_out:
        kept = len(films) - len(left_out)
        attrition.append({"step": "audit", "reason": "ok", "trailers": kept})
        attrition.append({"step": "audit", "reason": "shared_vector", "trailers": len(left_out)})
    return Served(served["picture"], served["sound"], attrition, left_out)
