"""The leak audit of a corpus of published features: the same tables as of one of trailers."""

from pathlib import Path

from stages.base.counting import counted
from stages.base.packs import write_table
from stages.base.params import Params
from stages.base.tables import write_csv, write_json
from stages.corpus.table import read_trailers
from stages.fitting.films import read_films
from stages.published.corpus import read_tables
from stages.published.ids import canonical
from stages.published.ledger import COLUMNS, listed_films, table_record
from stages.published.shared import leak_rows, shared_groups, summary
from stages.trailers.auditing.tables import COLUMNS as LEAKS
from stages.trailers.auditing.tables import OCCURRENCES


def audit(data: Path, metrics: Path, params: Params) -> str:
    """Write what different films share, and what is odd in each table; a line that says so.

    `data/leaks.parquet` has no rows: it lists frames and stretches of sound, which nobody has here.
    """
    trailers = read_trailers(data / "catalogue.parquet")
    titles = {t.film_id: f"{t.title} ({t.year})" if t.year else t.title for t in trailers}
    films = read_films(data, with_left_out=True)
    fold = dict(zip(films.ids.tolist(), films.fold.tolist(), strict=True))
    groups = shared_groups(data / "embeddings", params.matrix.backbones, trailers)
    rows = leak_rows(groups, titles, fold)
    write_table(OCCURRENCES.empty_table(), data / "leaks.parquet")
    write_csv(rows, LEAKS, metrics / "leaks.csv")

    tables = read_tables(data, tuple(params.features), params)
    listed, audited = [], {"picture": 0, "sound": 0}
    for name, table in tables.items():
        record = params.features[name]
        title_of = {
            table.table.ids[film]: titles[trailer.film_id]
            for trailer in trailers
            if (film := table.joined.film_of.get(trailer.trailer_id)) is not None
        } | {canonical(film, params.catalogue.ids): title for film, title in titles.items()}
        may_be_published = params.catalogue.labels_may_be_published
        listed += list(listed_films(name, table, title_of, may_be_published))
        most = max(audited[record.modality], len(table.joined.film_of))
        audited[record.modality] = most
    write_csv(listed, COLUMNS, metrics / "features.csv")
    records = {name: table_record(table, params.features[name]) for name, table in tables.items()}
    write_json(records, metrics / "features.json")
    write_json(summary(groups, rows, audited), metrics / "leaks.json")
    shared = counted(len({film for group in groups for film in group}), "film")
    return f"{shared} in {counted(len(groups), 'group')} with the same features as another"
