"""What a corpus that asks for words hears and reads, as a row of the plan."""

from collections.abc import Callable, Iterator
from importlib.util import find_spec

from stages.base.counting import counted
from stages.base.parallel import workers
from stages.base.params import Params
from stages.commands.plan.costs import Recorded, Row

HEARD = 0.032  # CPU seconds of Whisper tiny.en for a second of sound, on one core
READ = 0.28  # CPU seconds of rapidocr for a frame of 256 lines
LONG = 150  # seconds of a trailer
PACKAGES = {"speech": "faster_whisper", "cards": "rapidocr"}
INSTALL = "run `python requirements/install.py core words`"


def words_rows(
    params: Params,
    trailers: int,
    recorded: Recorded,
    finished: Callable[[str], bool],
) -> Iterator[Row]:
    """What `words` takes; nothing where it is not asked for. finished: as `costs.plan` has it."""
    if params.words is None:
        return
    asked = [name for name in PACKAGES if getattr(params.words, name)]
    stages = [*asked, "texts"]
    seconds = {"speech": HEARD * LONG, "cards": READ * params.frames.count}
    minutes = recorded.minutes(stages, trailers)
    if minutes is None:
        minutes = sum(seconds[name] for name in asked) * trailers / workers() / 60
    left = [name for name in stages if not finished(name)]
    lacking = [name for name in asked if not find_spec(PACKAGES[name])]
    said = {"speech": f"speech of {LONG} s", "cards": counted(params.frames.count, "frame")}
    yield Row(
        "words",
        f"{' and '.join(said[name] for name in asked)} of each trailer",
        "the extra words",
        INSTALL if lacking else "yes",
        len(stages),
        0.0,
        minutes,
        minutes if left else 0.0,
    )
