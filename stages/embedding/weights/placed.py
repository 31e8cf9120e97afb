"""Files that a person has put into WEIGHTS_DIR, for machines without internet."""

import os
import re
from pathlib import Path, PurePosixPath

from stages.base.errors import BenchmarkError
from stages.embedding.records import Source
from stages.embedding.weights.published import SUFFIXES, suffix_of

# as hundreds of repositories call their weights: says nothing of the model
AMBIGUOUS = re.compile(r"(open_clip_)?(pytorch_)?(model|weights|checkpoint)[.-].*")


def placed(
    folder: Path | None, slug: str, source: Source, file: str | None, first: bool
) -> Path | None:
    """The file that stands for `source`, None where there is none.

    file: its name, where the person states one. Else `<slug>.<suffix>` (for the `first` file of a
    model only), `<repository>/<file>` as on the hub, or the published name where that is of one
    model. Raises BenchmarkError for a stated file that is not there, or outside the folder.
    """
    if folder is None and not file:
        return None
    if folder is None or not folder.is_dir():
        raise BenchmarkError(
            "is not a folder" if folder else f"{slug} uses a file of yours, but it is not set",
            where="WEIGHTS_DIR",
            found=str(folder or ""),
            do=f"set it to the folder that holds {file or 'your weights'}",
        )
    if file:
        path = _inside(folder, file)
        if path is None:
            raise BenchmarkError(
                f"there is no file of this name, which params.yaml states for {slug}",
                where=str(folder / file),
                do="put it there, or remove `file` to have the published one",
            )
        return path
    found = (_inside(folder, name) for name in names(slug, source, first))
    return next((path for path in found if path), None)


def names(slug: str, source: Source, first: bool) -> list[str]:
    """Under which names a file in WEIGHTS_DIR stands for `source`, the first one found counts."""
    suffix = suffix_of(source.file)
    own = PurePosixPath(source.file).name
    accepted = [slug + each for each in (suffix, *SUFFIXES) if each] if first else []
    accepted += [f"{source.hub}/{source.file}"] if source.hub else []
    return accepted + ([] if source.hub and AMBIGUOUS.fullmatch(own) else [own])


def _inside(folder: Path, name: str) -> Path | None:
    """The file of that name, None where there is none; never one outside the folder."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise BenchmarkError(
            "leads out of WEIGHTS_DIR", where=name, found=str(path), expected=f"below {folder}"
        )
    if not path.is_file():
        return None
    if not os.access(path, os.R_OK):
        raise BenchmarkError("this file may not be read", where=str(path), do="ask its owner")
    return folder / name
