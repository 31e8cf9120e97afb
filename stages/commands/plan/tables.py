"""What a corpus of published features is made from, and where that is."""

from pathlib import Path

from stages.base import places
from stages.base.errors import BenchmarkError
from stages.base.params import BackboneParams, Params
from stages.commands.corpora.corpora import no_catalogue
from stages.corpus.reader import Trailer, read_catalogue
from stages.published.fetching import Places, features_dir, locate


def catalogue_of(params: Params, given: Path | None) -> list[Trailer]:
    """The corpus's films, or those of another catalogue.

    Raises BenchmarkError where it cannot be read, and for one that is yet to be made, with how.
    """
    path = given or Path(params.catalogue.path)
    if given is None and params.features and not path.exists():
        if params.catalogue.source is None:
            raise no_catalogue(path, of_features=True)
        raise BenchmarkError(
            "the catalogue of this corpus is not made yet",
            where=str(path),
            do=f"run `{places.make_report(places.corpus())}`, whose stage collect makes it",
        )
    return read_catalogue(path)


def find_tables(backbone: BackboneParams) -> str:
    """Where the tables are that it reads, in words; "" if one must be downloaded.

    Raises BenchmarkError for one that can be had nowhere.
    """
    from_where = Places(features_dir())
    found = [
        "yes" if (places.data() / "features" / name).exists() else locate(name, record, from_where)
        for name, record in zip(backbone.table_names, backbone.records, strict=True)
    ]
    return ", ".join(dict.fromkeys(found)) if all(found) else ""
