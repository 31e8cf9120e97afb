"""What a trailer's sound is made of, on the page of --plot: a row a layer along the timeline."""

from collections.abc import Iterator

import numpy as np

from stages.commands.predict.layers import Layers
from stages.commands.predict.words import clock
from stages.hearing.shares import LAYERS


def lanes_of(layers: Layers) -> Iterator[tuple[str, np.ndarray]]:
    """The rows to draw: a layer, and when it is heard, (n, 2) seconds; none for what was not."""
    if layers.heard is not None:
        for layer in LAYERS:
            spans = getattr(layers.heard, layer)
            if spans is not None:
                yield layer, spans


def drawn_lane(
    layer: str, spans: np.ndarray, begin: float, scale: float, top: float, height: float
) -> Iterator[str]:
    """A bar for each stretch, its times in the tooltip.

    begin: seconds at the drawing's left edge; scale: pixels a second.
    """
    for start, end in spans.tolist():
        left, right = (max((time - begin) * scale, 0) for time in (start, end))
        if right > left:
            yield (
                f'<g class="{layer}"><title>{layer} {clock(start)} to {clock(end)}</title>'
                f'<rect x="{left:.1f}" y="{top + 3}" width="{right - left:.1f}" '
                f'height="{height - 8}"/></g>'
            )
