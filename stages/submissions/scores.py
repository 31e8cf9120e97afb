"""Submitted scores in the form in which every approach's are judged."""

import numpy as np

from stages.fitting.scores import Scores, one_score_a_film
from stages.submissions.expected import Expected
from stages.submissions.table import Table


def as_scores(table: Table, expected: Expected) -> Scores:
    """What was sent in, with what may be tuned on for each fold: its scores of the other folds.

    Ours are made for that by models which saw neither the film nor the fold. Of a submission there
    is one score a film, by a model that may have learnt from the fold's films: so its thresholds
    may know a little of the films that they are applied to. Its ranking knows nothing of it.
    """
    fold = np.array([expected.fold[film] for film in table.film_id.tolist()])
    return one_score_a_film(table.film_id, fold, table.score, expected.n_folds)
