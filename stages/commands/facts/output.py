"""Write what machines read of a corpus beside its tables."""

from pathlib import Path

from stages.base import places
from stages.base.errors import BenchmarkError
from stages.base.tables import write_json
from stages.commands.facts.croissant import croissant
from stages.commands.facts.results import NEEDED, results


def write_facts(corpus: str, root: Path = Path()) -> list[Path]:
    """Write croissant.json and, where a whole run wrote its tables, results.json; their paths.

    Raises BenchmarkError where nothing of the corpus has run.
    """
    metrics = root / places.metrics(corpus)
    if not (metrics / "catalogue.json").is_file():
        raise BenchmarkError(
            "there is nothing to describe yet",
            where=str(places.metrics(corpus)),
            found="no catalogue.json",
            do=f"run `{places.make_report(corpus)}`",
        )
    written = [metrics / "croissant.json"]
    write_json(croissant(corpus, root), written[0])
    if all((metrics / name).is_file() for name in NEEDED):
        written.append(metrics / "results.json")
        write_json(results(metrics), written[1])
    return written
