"""The genres of dataset.txt for the pages: facts from TMDB, which may be passed on."""

import json
from pathlib import Path

from stages.base.genres import GENRES
from stages.corpus.reader import read_catalogue

CATALOGUE = "dataset.txt"  # beside report/
LABELS = "dataset_labels.json"  # beside the tables of the corpora


def write_labels(catalogue: Path, target: Path) -> None:
    """Write each film's genres as places in the list of all; neither titles nor ids.

    Raises BenchmarkError where the catalogue is missing or wrong.
    """
    own = {each.film_id: each.genres for each in read_catalogue(catalogue)}
    films = [[GENRES.index(genre) for genre in genres] for genres in own.values()]
    found = {"path": catalogue.name, "genres": list(GENRES), "films": films}
    target.write_text(json.dumps(found) + "\n", encoding="utf-8")
