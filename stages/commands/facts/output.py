"""Write what machines read of a corpus beside its tables."""

from pathlib import Path

from stages.base import places
from stages.base.tables import write_json
from stages.commands.facts.croissant import croissant
from stages.commands.facts.results import NEEDED, results


def write_facts(corpus: str, root: Path = Path()) -> list[Path]:
    """Write croissant.json and, where a whole run wrote its tables, results.json; their paths."""
    metrics = root / places.metrics(corpus)
    written = [metrics / "croissant.json"]
    write_json(croissant(corpus, root), written[0])
    if all((metrics / name).is_file() for name in NEEDED):
        written.append(metrics / "results.json")
        write_json(results(metrics), written[1])
    return written
