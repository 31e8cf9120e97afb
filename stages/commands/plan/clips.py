"""What clips will take, said before any is extracted: how many, and how much disk."""

from collections.abc import Callable, Iterator
from importlib.util import find_spec

from stages.base import places
from stages.base.packs import read_table, shard_paths
from stages.base.params import CLIP_PICTURES, CLIP_RATE, FramesParams, Params
from stages.commands.plan.costs import Recorded, Row
from stages.trailers.media.cuts import INSTALL

BYTES_A_PIXEL = 0.2  # of a JPEG as frames are kept; .09 and .33 in two films that were tried
ASPECT = 16 / 9


def clip_rows(
    params: Params, trailers: int, recorded: Recorded, finished: Callable[[str], bool]
) -> Iterator[Row]:
    """The row of the stage `clips`, where a corpus asks for it."""
    if params.clips is None:
        return
    pictures = params.clips.count * CLIP_PICTURES
    disk = pictures * trailers * _bytes_a_picture(params.frames) / 1e6
    what = (
        f"{params.clips.count} clips of {CLIP_PICTURES} pictures, {CLIP_RATE} a second: "
        f"{disk:.0f} MB on disk, {pictures / params.frames.count:.1f} times the frames' pack"
    )
    minutes = recorded.minutes(["clips"], trailers)
    left = 0.0 if finished("clips") else minutes
    needs = "the extra motion" if params.clips.within_shots else "nothing"
    lacking = params.clips.within_shots and not find_spec("scenedetect")
    available = f"run `{INSTALL}`" if lacking else "yes"
    yield Row("clips", what, needs, available, 1, minutes=minutes, left=left)


def _bytes_a_picture(frames: FramesParams) -> float:
    """Of those extracted here before; without any a guess."""
    pack = places.data() / "frames"
    if shards := shard_paths(pack):
        counts = read_table(pack / "outcomes.parquet", columns=["count"])["count"].to_pylist()
        return sum(path.stat().st_size for path in shards) / max(sum(counts), 1)
    return BYTES_A_PIXEL * ASPECT * frames.short_side**2
