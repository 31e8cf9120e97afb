"""Labels as columns that are learnt once each, whatever the number of label sets that have them."""

from collections.abc import Sequence

import numpy as np


def distinct_columns(
    targets: Sequence[np.ndarray], by_genre: bool = False
) -> tuple[np.ndarray, list[list[np.ndarray]]]:
    """Every different column of labels once: (n_films, n_columns) of 0 and 1, and where they are.

    A genre is learnt without regard to the others, so that label sets share most of theirs. Returns
    for each label set and seed the column of each genre, (n_genres,), -1 for one outside the set.
    by_genre: where each is learnt in a way of its own, so that columns of two genres stay apart.
    """
    place: dict[tuple[int, bytes], int] = {}
    kept: list[np.ndarray] = []
    columns = []
    for target in targets:
        of_seeds = []
        for labels in target.reshape(-1, *target.shape[-2:]):
            numbers = np.full(labels.shape[1], -1)
            for genre, column in enumerate(labels.T):
                if np.isnan(column).any():
                    continue
                key = genre if by_genre else -1, column.tobytes()
                if key not in place:
                    place[key] = len(kept)
                    kept.append(column)
                numbers[genre] = place[key]
            of_seeds.append(numbers)
        columns.append(of_seeds)
    return np.stack(kept, axis=1), columns
