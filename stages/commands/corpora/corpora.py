"""The corpora of the project: what each is, and a new one with a catalogue of its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from stages.base import places
from stages.base.errors import BenchmarkError
from stages.base.files import write
from stages.base.params.reading import read
from stages.commands.corpora.pipeline import pipeline_text


@dataclass(frozen=True)
class Corpus:
    """What one corpus is, in a few words."""

    name: str
    films: str
    """Where they come from."""
    has_data: bool
    """Whether it ran here."""
    has_results: bool
    """Whether its tables are here: of a run here, or from git."""


def describe(root: Path = Path()) -> Iterator[Corpus]:
    """Every corpus of the project in `root`."""
    for name in places.names(root):
        content = read(root / places.params(name)).content
        films = str(content["catalogue"]["path"])
        if "features" in content:
            films += f", published features: {', '.join(content['features'])}"
        yield Corpus(
            name,
            films,
            (root / places.data(name) / "splits.parquet").exists(),
            (root / places.metrics(name) / "approaches.csv").exists(),
        )


def check_catalogue() -> None:
    """Raises BenchmarkError where the chosen corpus's catalogue is not here and no stage makes it.

    DVC would name the file, and neither where it comes from nor what to do.
    """
    content = read(places.params()).content
    path = Path(content["catalogue"]["path"])
    if not path.exists() and "source" not in content["catalogue"]:
        raise no_catalogue(path, of_features="features" in content)


def no_catalogue(path: Path, of_features: bool) -> BenchmarkError:
    """That the chosen corpus's catalogue is not here, and how it comes to be."""
    if of_features:
        return BenchmarkError(
            "the catalogue of this corpus is not made yet",
            where=str(path),
            do=f"make it, and get the tables of features, as {places.params()} says at its head",
        )
    return BenchmarkError(
        "the catalogue of this corpus is not here",
        where=str(path),
        do=f"put it there, or name another as catalogue.path in {places.params()}",
    )


def outdated(root: Path = Path()) -> list[str]:
    """The corpora whose dvc.yaml is not what the one at the top makes it.

    One that was never run has none: DVC reads every dvc.yaml of a project, whatever it is asked.
    """
    others = [name for name in places.names(root) if name != places.DEFAULT]
    with_one = [name for name in others if (root / places.pipeline(name)).is_file()]
    return [name for name in with_one if not _is_current(name, root)]


def write_pipelines(root: Path = Path()) -> list[str]:
    """Write each dvc.yaml that is outdated, and that of the chosen corpus; the names of these."""
    chosen = places.corpus()
    new = chosen != places.DEFAULT and not (root / places.pipeline(chosen)).is_file()
    changed = [*outdated(root), *([chosen] if new else [])]
    for name in changed:
        write(pipeline_text(name, root), root / places.pipeline(name))
    return changed


def add(name: str, catalogue: str, root: Path = Path()) -> Path:
    """A corpus with the parameters of the default one, of another catalogue; its params.yaml.

    Raises BenchmarkError for a name that is taken or none.
    """
    if not places.NAME.fullmatch(name) or name in places.names(root):
        raise BenchmarkError(
            "this cannot be the name of a new corpus",
            found=repr(name),
            expected="small letters, digits and _, a letter first, and none of "
            + ", ".join(places.names(root)),
        )
    path = root / places.params(name)
    default = read(root / places.params(places.DEFAULT))
    sources = {"path": catalogue, "second_source": default.content["catalogue"]["second_source"]}
    section = yaml.safe_dump({"catalogue": sources}, allow_unicode=True)
    write(default.with_section("catalogue", section), path)
    write(pipeline_text(name, root), root / places.pipeline(name))
    return path


def _is_current(name: str, root: Path) -> bool:
    written = (root / places.pipeline(name)).read_text(encoding="utf-8")
    return written == pipeline_text(name, root)
