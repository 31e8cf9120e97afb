"""WEIGHTS_DIR: a folder of weights that a person has copied, for machines without internet."""

import os
import re
from pathlib import Path, PurePosixPath

from stages.base.errors import BenchmarkError
from stages.base.files import inside
from stages.embedding.records import Source
from stages.embedding.weights.published import SUFFIXES, suffix_of

# as hundreds of repositories call their files: says nothing of the model
AMBIGUOUS = re.compile(r"(open_clip_)?(pytorch_)?(model|weights|checkpoint|tokenizer|vocab)[.-].*")


def weights_dir() -> Path | None:
    """The folder that the environment names, None where it names none."""
    folder = os.environ.get("WEIGHTS_DIR")
    return Path(folder) if folder else None


def find_file(
    folder: Path | None, slug: str, source: Source, file: str | None, first: bool
) -> Path | None:
    """The file in `folder` to use for `source`, None where there is none.

    file: its name, where params.yaml states one. Otherwise the first of `accepted_names`. Raises
    BenchmarkError for a stated file that is not there, or outside the folder.
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
                do="put it there, or remove `file` to use the published one",
            )
        return path
    found = (_inside(folder, name) for name in accepted_names(slug, source, first))
    return next((path for path in found if path), None)


def accepted_names(slug: str, source: Source, first: bool) -> list[str]:
    """Names that a copy of `source` may have, in the order in which they are tried.

    `<slug>.<suffix>` (for the `first` file of a model only), `<repository>/<file>` as on the hub,
    and the published name unless many models use it.
    """
    suffix = suffix_of(source.file)
    published = PurePosixPath(source.file).name
    names = [slug + each for each in (suffix, *SUFFIXES) if each] if first else []
    if source.hub:
        names.append(f"{source.hub}/{source.file}")
    if not source.hub or not AMBIGUOUS.fullmatch(published):
        names.append(published)
    return names


def _inside(folder: Path, name: str) -> Path | None:
    """The file of that name, None where there is none; never one outside the folder."""
    path = inside(folder, name, "WEIGHTS_DIR")
    if not path.is_file():
        return None
    if not os.access(path, os.R_OK):
        raise BenchmarkError("this file may not be read", where=str(path), do="ask its owner")
    return path
