"""The tables of a corpus of published features, from the folder of its data."""

from dataclasses import dataclass
from pathlib import Path

from stages.base.params import BackboneParams, Params
from stages.corpus.table import read_trailers
from stages.published.joining import Joined, join, write_embeddings
from stages.published.reading import Settled, read_table


@dataclass(frozen=True)
class CorpusTable:
    """A table and whose rows are which of the corpus's films."""

    table: Settled
    joined: Joined


def read_tables(data: Path, names: tuple[str, ...], params: Params) -> dict[str, CorpusTable]:
    """Tables that the features stage put under `data`, joined to its catalogue."""
    trailers, catalogue = read_trailers(data / "catalogue.parquet"), params.catalogue
    links = Path(catalogue.links) if catalogue.links else None
    found = {}
    for name in names:
        record = params.features[name]
        table = read_table(data / "features" / name, record)
        joined = join(table, record.ids, trailers, catalogue.ids, links)
        found[name] = CorpusTable(table, joined)
    return found


def write_published(data: Path, backbone: BackboneParams, params: Params, target: Path) -> int:
    """The embeddings of a backbone of family `published`; how many films have them."""
    tables = read_tables(data, backbone.table_names, params)
    parts = [(each.table, each.joined.film_of) for each in tables.values()]
    return write_embeddings(parts, target)
