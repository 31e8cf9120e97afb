"""Several tests at once: p-values that stay honest together. Without SciPy, a second to import."""

import numpy as np

from stages.scoring.validate import Floats


def holm(p_values: Floats) -> Floats:
    """Adjust p-values so that rejecting below a level keeps the family-wise error at that level.

    Holm 1979, step-down. p_values: (n_tests,). Returns (n_tests,) in the same order.
    """
    order = np.argsort(p_values, kind="stable")
    factors = np.arange(len(p_values), 0, -1)
    stepped = np.minimum(np.maximum.accumulate(p_values[order] * factors), 1.0)
    adjusted = np.empty(len(p_values))
    adjusted[order] = stepped
    return adjusted
