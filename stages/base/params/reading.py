"""Read params.yaml: every error in it is named at once, with file and line."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from stages.base import places
from stages.base.errors import BenchmarkError
from stages.base.params.document import Document
from stages.base.params.explaining import explain
from stages.base.params.matrix import MatrixParams
from stages.base.params.optional import check_stages
from stages.base.params.schema import Params
from stages.base.params.sets import (
    FOLDER,
    MatrixSet,
    read_set,
    reads_of,
    set_names,
    with_submitted,
)

OPTIONAL_SECTIONS = ("clips", "words")  # each named as what its backbones read


def load(path: Path | None = None, chosen: str | None = None) -> Params:
    """Read and check the whole file; an entry point then takes its own sections and no others.

    path: by default that of the chosen corpus; chosen: a set that replaces the file's own matrix,
    whatever that holds. Raises BenchmarkError that names every bad value: file, line, what was
    found, what was expected; and for stages that the dvc.yaml beside it lacks.
    """
    document = read(path)
    if chosen and _has_features(document):
        raise BenchmarkError(
            "a set is a matrix of what looks at trailers, and this corpus has published features",
            where=str(document.path),
            found=f"the set {chosen}",
            do="leave the set out, or choose a corpus of trailers",
        )
    chosen_set = read_set(sets_folder(document.path), chosen) if chosen else None
    found = _validated(document, chosen_set)
    check_stages(found, document, will_be_written=chosen is not None)
    return found


def read(path: Path | None = None) -> Document:
    """The file, by default that of the chosen corpus, its values unchecked."""
    return Document.read(path or places.params(), do="run from the project's folder")


def _has_features(document: Document) -> bool:
    return isinstance(document.content, dict) and bool(document.content.get("features"))


def sets_folder(path: Path) -> Path:
    """Where the sets lie that a params.yaml may take, of whichever corpus it is."""
    inside = path.parent.parent.name == places.CORPORA.name
    return (path.parents[2] if inside else path.parent) / FOLDER


def load_sets(path: Path | None = None) -> tuple[dict[str, MatrixParams], list[str]]:
    """The sets that fit the file's other parameters, and why each of the rest does not.

    The sets are by name, each after the one it extends. Those that need clips or words are for
    corpora that have some.
    """
    document = read(path)
    if _has_features(document):
        return {}, []
    folder = sets_folder(document.path)
    content = document.content if isinstance(document.content, dict) else {}
    lacking = {section for section in OPTIONAL_SECTIONS if not content.get(section)}
    found: list[tuple[int, str, MatrixParams]] = []
    errors = []
    for name in set_names(folder):
        try:
            matrix_set = read_set(folder, name)
            if reads_of(matrix_set.matrix) & lacking:
                continue
            found.append((len(matrix_set.files), name, _validated(document, matrix_set).matrix))
        except BenchmarkError as error:
            errors.append(str(error))
    return {name: matrix for _, name, matrix in sorted(found, key=lambda each: each[:2])}, errors


def _validated(document: Document, matrix_set: MatrixSet | None) -> Params:
    def place(keys: Sequence[str]) -> tuple[str, bool]:
        if matrix_set and keys[:1] == ["matrix"]:
            return matrix_set.place(keys[1:])
        return document.place(keys)

    content = document.content
    if matrix_set and isinstance(content, dict):
        content = content | {"matrix": with_submitted(matrix_set.matrix, content)}
    try:
        return TypeAdapter(Params).validate_python(content)
    except ValidationError as error:
        lines = explain(error, Params, place)
    # what `-S` wrote stays in the file, whatever it is
    do, path = "correct the lines named above", document.path
    if any(line.startswith(f"{path}:") for line in lines):
        do += (
            f"; if `-S` wrote them, `git diff {path}` shows what changed, and `git restore {path}` "
            "takes all of that back"
        )
    raise BenchmarkError("\n".join(lines), do=do)
