"""Whether a result in the store is one that extraction writes, down to its pictures' sizes."""

from dataclasses import dataclass
from itertools import product
from math import isfinite
from pathlib import Path

import pyarrow as pa

from stages.base.errors import REASONS
from stages.base.packs import DIGEST, digest
from stages.base.params import CLIP_PICTURES, AudioParams, ClipsRecipe, FramesParams

Section = FramesParams | ClipsRecipe | AudioParams
METADATA = {"reason", "note", "count", DIGEST.decode()}
LONGEST = 8  # times the shorter side: the longest picture that extraction keeps
SOF = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # JPEG's markers of a frame (ITU-T T.81, table B.1)


@dataclass(frozen=True)
class ResultCheck:
    """Raises ValueError for a file that is no result for these parameters."""

    schema: pa.Schema
    """Of the pack: a result lacks its first column, the trailer's id."""
    params: Section

    def __call__(self, path: Path) -> None:
        with pa.memory_map(str(path)) as file:  # nothing is allocated for what is not in the file
            reader = pa.ipc.open_file(file)
            reason, count = self._checked_head(reader.schema)
            rows = reader.read_all()
            rows.validate(full=True)
            if reason not in REASONS or (reason == "ok") != bool(rows.num_rows):
                raise ValueError(f"its reason is {reason[:40]!r} for {rows.num_rows} rows")
            if str(rows.num_rows) != count:
                raise ValueError(f"it has {rows.num_rows} rows and says {count[:20]}")
            for column in rows.columns:
                if column.null_count:
                    raise ValueError("a value is missing")
                if pa.types.is_floating(column.type) and not all(map(isfinite, column.to_pylist())):
                    raise ValueError("a number is not finite")
            if digest(rows).encode() != reader.schema.metadata[DIGEST]:
                raise ValueError("its rows have another digest than it says")
            if isinstance(self.params, FramesParams):
                _check_frames(rows, self.params)
            elif isinstance(self.params, ClipsRecipe):
                _check_clips(rows, self.params)
            else:
                _check_windows(rows, self.params)

    def _checked_head(self, found: pa.Schema) -> tuple[str, str]:
        """Reason and count, as the metadata has them."""
        if not found.equals(pa.schema(list(self.schema)[1:])):
            raise ValueError(f"its columns are {', '.join(found.names)[:100]}")
        said = {key.decode(): value.decode() for key, value in (found.metadata or {}).items()}
        if said.keys() != METADATA:
            raise ValueError(f"its metadata has {', '.join(sorted(said))[:100] or 'nothing'}")
        return said["reason"], said["count"]


def _check_frames(rows: pa.Table, params: FramesParams) -> None:
    if rows["frame"].to_pylist() != list(range(rows.num_rows)):
        raise ValueError("its frames are not numbered from 0")
    _check_sizes(rows, params)


def _check_clips(rows: pa.Table, recipe: ClipsRecipe) -> None:
    places = zip(rows["clip"].to_pylist(), rows["frame"].to_pylist(), strict=True)
    count = recipe.clips.count if rows.num_rows else 0
    if list(places) != list(product(range(count), range(CLIP_PICTURES))):
        raise ValueError(f"it does not have {count} clips, numbered from 0, of as many pictures")
    _check_sizes(rows, recipe.frames)


def _check_sizes(rows: pa.Table, params: FramesParams) -> None:
    for jpeg in rows["jpeg"]:
        width, height = _jpeg_size(jpeg.as_py())
        short, long = sorted((width, height))
        if not 0 < short <= params.short_side or long > LONGEST * params.short_side + 1:
            raise ValueError(f"a picture has {width} x {height} pixels")


def _check_windows(rows: pa.Table, params: AudioParams) -> None:
    names = rows["window"].to_pylist()
    if not set(names) <= set(params.windows) or len(set(names)) < len(names):
        raise ValueError("its windows are not the parameters' windows, once each")
    if any(not flac.as_py().startswith(b"fLaC") for flac in rows["flac"]):
        raise ValueError("a window is no FLAC")


def _jpeg_size(data: bytes) -> tuple[int, int]:
    """Width and height by a JPEG's own header, which a decoder would allocate."""
    place = 2
    while data[:2] == b"\xff\xd8" and place + 9 <= len(data) and data[place] == 0xFF:
        if data[place + 1] in SOF:
            height, width = (int.from_bytes(data[place + n : place + n + 2]) for n in (5, 7))
            return width, height
        place += 2 + int.from_bytes(data[place + 2 : place + 4])
    raise ValueError("a picture is no JPEG")
