"""croissant.json: a corpus described as machines read it, by the Croissant format 1.1 (MLCommons).

https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html. Paths are relative to the folder
of the file. The catalogue has no record set: it begins with comments, which the format's readers
cannot skip; the films that were judged have one.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from mimetypes import guess_type
from pathlib import Path
from typing import Any

import yaml

from stages.base import places
from stages.base.errors import BenchmarkError
from stages.base.tables import read_csv
from stages.commands.facts import tables

Json = dict[str, Any]
CONTEXT = Path(__file__).with_name("context.json")  # as mlcroissant 1.1.1 writes it
CONFORMS_TO = "http://mlcommons.org/croissant/1.1"
ABOUT = places.CORPORA / "about.yaml"
PARQUET = "application/x-parquet"  # as the format's readers know it
FIELDS = ("title", "description", "creators", "licences", "keywords", "cite")
TEXT, WHOLE, REAL = "sc:Text", "sc:Integer", "sc:Float"
LISTS = {("labels", "genres")}  # columns whose cells are lists


def croissant(corpus: str, root: Path = Path()) -> Json:
    """The metadata of a corpus of the project in `root`: catalogue, features, folds and tables.

    A corpus that corpora/about.yaml does not describe is described by its parameters alone. Raises
    BenchmarkError where about.yaml lacks a field.
    """
    params = yaml.safe_load((root / places.params(corpus)).read_text(encoding="utf-8"))
    citation = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    metrics = root / places.metrics(corpus)
    files, records = _tables(metrics)
    about = read_about(root).get(corpus)
    described: Json = {"name": corpus, "description": f"The corpus {corpus} of {citation['title']}"}
    if about:
        described = {
            "name": about["title"],
            "description": about["description"],
            "creator": [{"@type": "sc:Organization", "name": name} for name in about["creators"]],
            "license": about["licences"],
            "keywords": [*citation["keywords"], *about["keywords"]],
            "citeAs": about["cite"],
        }
    address = str(citation.get("repository-code", ""))
    return {
        "@context": json.loads(CONTEXT.read_text(encoding="utf-8")),
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        **described,
        "version": citation["version"],
        "datePublished": str(citation["date-released"]),
        **({"url": address} if address else {}),
        "distribution": [*_catalogue(root, params), *_features(params), *files],
        "recordSet": records,
    }


def read_about(root: Path = Path()) -> dict[str, Json]:
    """What corpora/about.yaml says of each corpus. Raises BenchmarkError where a field lacks."""
    if not (root / ABOUT).is_file():
        return {}
    found: dict[str, Json] = yaml.safe_load((root / ABOUT).read_text(encoding="utf-8"))
    for corpus, about in found.items():
        if set(about) != set(FIELDS):
            raise BenchmarkError(
                f"{corpus} is not described as a corpus is",
                where=str(ABOUT),
                found=", ".join(about),
                expected=", ".join(FIELDS),
                do="write each of them once",
            )
    return found


def _catalogue(root: Path, params: Mapping[str, Any]) -> Iterator[Json]:
    """The list of films, where it is in git; what a stage writes into data/ is not passed on."""
    path = Path(str(params["catalogue"]["path"]))
    if path.is_absolute() or ".." in path.parts or path.parts[0] == "data":
        return
    if (root / path).is_file():
        words = "Films with title, year, genres and trailer, tab-separated, after comments with #."
        yield _file("catalogue", root / path, f"../../{path}", "text/tab-separated-values", words)


def _features(params: Mapping[str, Any]) -> Iterator[Json]:
    """Published tables of features where they are published: not copied, named with their hash."""
    for name, table in params.get("features", {}).items():
        if table.get("url") and table.get("sha256"):
            words = f"{table.get('name') or name}: {table['computed_from']}."
            yield {
                "@type": "cr:FileObject",
                "@id": f"features_{name}",
                "name": str(table["file"]),
                "description": f"{words} Licence: {table['licence']}.",
                "contentUrl": str(table["url"]),
                "encodingFormat": guess_type(str(table["file"]))[0] or "application/octet-stream",
                "sha256": str(table["sha256"]),
            }


def _tables(metrics: Path) -> tuple[list[Json], list[Json]]:
    """The files of a folder in metrics/ that are there, and what their rows hold."""
    files, records = [], []

    def add(name: str, path: Path, kind: str, words: str, columns: Mapping[str, str]) -> None:
        files.append(_file(f"{name}_file", path, path.name, kind, words))
        records.append(_record_set(name, words, columns))

    folds = metrics / "folds.csv"
    if folds.is_file():
        add("folds", folds, "text/csv", tables.FOLDS, _types(folds) | {"film_id": TEXT})
    elif (path := metrics / "judged_films.parquet").is_file():
        add("folds", path, PARQUET, tables.FOLDS, {"film_id": TEXT, "fold": WHOLE})
    if (path := metrics / "labels.parquet").is_file():
        add("labels", path, PARQUET, tables.LABELS, {"film_id": TEXT, "genres": TEXT})
    if any((metrics / "scores").glob("*.parquet")):
        files.append(
            {
                "@type": "cr:FileSet",
                "@id": "scores",
                "name": "scores",
                "description": tables.SCORES,
                "includes": "scores/*.parquet",
                "encodingFormat": PARQUET,
            }
        )
    for name, words in tables.CSV.items():
        path = metrics / f"{name}.csv"
        if path.is_file() and (types := _types(path)):
            add(name, path, "text/csv", words, types)
    return files, records


def _file(name: str, path: Path, address: str, kind: str, words: str) -> Json:
    content = path.read_bytes()
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": path.name,
        "description": words,
        "contentUrl": address,
        "contentSize": f"{len(content)} B",
        "encodingFormat": kind,
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _record_set(name: str, words: str, columns: Mapping[str, str]) -> Json:
    fields = []
    for column, kind in columns.items():
        source: Json = {"fileObject": {"@id": f"{name}_file"}, "extract": {"column": column}}
        field: Json = {"@type": "cr:Field", "@id": f"{name}/{column}", "name": column}
        field |= {"dataType": kind, "source": source}
        of_list = {"isArray": True, "arrayShape": "-1"} if (name, column) in LISTS else {}
        fields.append(field | of_list)
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": words,
        "field": fields,
    }


def _types(path: Path) -> dict[str, str]:
    """The type of each column of a table by its cells: text, unless all that is there are numbers.
    None of a table without rows."""
    cells: dict[str, list[Any]] = {}
    for row in read_csv(path):
        for name, cell in row.items():
            cells.setdefault(name, []).extend([] if cell is None else [cell])
    return {
        name: REAL if known and all(isinstance(cell, float) for cell in known) else TEXT
        for name, known in cells.items()
    }
