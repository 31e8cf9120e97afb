"""What a trailer's sound is made of: the section `layers`, of a corpus that asks for it."""

from typing import Annotated

from pydantic import Field

from stages.base.params.values import Float, params_dataclass

Probability = Annotated[Float, Field(gt=0, lt=1)]


@params_dataclass
class LayersParams:
    """Speech by Silero's network, music by YAMNet's; what is neither is the rest."""

    voice: Probability = 0.5
    """Speech begins where a voice is at least as probable as this."""
    music: Probability | None = None
    """Music is where one of YAMNet's classes of music scores as much; None: nobody listens for it,
    and no weights are needed."""
