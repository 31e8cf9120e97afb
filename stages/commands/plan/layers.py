"""What hearing the layers of a corpus's trailers takes, as a row of the plan."""

from collections.abc import Callable, Iterator
from importlib.util import find_spec

from stages.base.parallel import workers
from stages.base.params import Params
from stages.commands.plan.costs import BYTES, DOWNLOADED, Recorded, Row
from stages.commands.plan.words import INSTALL, LONG

# CPU seconds for a second of sound, on one core: of taking it from the video, of Silero's network
# and of YAMNet (medians of five, on 63 s of a film's trailer)
SOUND, VOICE, MUSIC = 0.0017, 0.001, 0.0054


def layer_rows(
    params: Params,
    trailers: int,
    recorded: Recorded,
    finished: Callable[[str], bool],
) -> Iterator[Row]:
    """What `layers` takes; nothing where it is not asked for. finished: as `costs.plan` has it."""
    if params.layers is None:
        return
    needs, available, megabytes, seconds = "the extra words", "yes", 0.0, SOUND + VOICE
    what = f"speech in {LONG} s of each trailer"
    if params.layers.music is not None:
        from stages.hearing import music  # torch, which only this needs

        what, seconds = f"speech and music in {LONG} s of each trailer", seconds + MUSIC
        assert music.RECORD.source is not None, "it is published"
        needs = f"{needs}, {music.RECORD.source.file} (weights)"
        where = music.where(music.config_of())
        available = where or DOWNLOADED
        megabytes = 0.0 if where else music.RECORD.parameters * BYTES / 1e6
    if not find_spec("faster_whisper"):
        available = INSTALL
    minutes = recorded.minutes(["layers"], trailers)
    if minutes is None:
        minutes = seconds * LONG * trailers / workers() / 60
    left = 0.0 if finished("layers") else minutes
    yield Row("layers", what, needs, available, 1, megabytes, minutes, left)
