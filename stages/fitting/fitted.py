"""What cross-validation of one approach gives, whatever its head."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Fitted:
    """The scores and models of one label set."""

    score: np.ndarray
    """(n_seeds, n_films, n_genres) float32, out of fold; NaN where a film has no item and for a
    genre outside the label set."""
    inner: np.ndarray
    """(n_folds, n_films, n_genres) float32; inner[f]: the first seed's scores of films outside f by
    models that never saw f, NaN for the films of f itself."""
    tensors: dict[str, np.ndarray]
    """The models. Of what is trained first dimension fold by fold, seed by seed within; of a probe
    `<fold>.<name>`, since training sets differ in length. None where no fold chose."""
    curves: "Curves"
    chosen: "tuple[Curves, ...]" = ()
    """Of what is trained by steps and had a choice: its inner scores, by weight decay."""


@dataclass(frozen=True)
class Curves:
    """How a fit went, as numbers over its steps."""

    steps: np.ndarray
    """(n_steps,): epochs, or the settings that a probe may choose."""
    parts: tuple[str, ...]
    """What was measured: of training the mean loss on training batches and on held-out items."""
    values: np.ndarray
    """(n_steps, n_parts)."""

    def rows(self) -> list[dict[str, float | str]]:
        """One for each step and part."""
        return [
            {"step": f"{step:g}", "part": part, "value": float(value)}
            for step, values in zip(self.steps.tolist(), self.values, strict=True)
            for part, value in zip(self.parts, values, strict=True)
        ]
