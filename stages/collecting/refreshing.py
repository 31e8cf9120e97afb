"""Other trailers for films whose trailers are gone, by a ledger of downloads and TMDB."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stages.base.counting import counted
from stages.base.errors import BenchmarkError
from stages.collecting.output import Output, Watch
from stages.collecting.rows import Dropped, Place
from stages.collecting.tmdb import NO_TRAILER, NOT_THERE, choose_trailer
from stages.collecting.tmdb_api import TmdbApi
from stages.corpus.lines import strip_blanks
from stages.corpus.reader import Trailer, read_catalogue

GONE = ("gone", "private")  # reasons that a new run will not change


@dataclass
class Refreshed:
    """What became of the trailers that are gone."""

    gone: int = 0
    new: dict[str, str] = field(default_factory=dict)
    """By the address that is gone, the new one."""
    dropped: list[Dropped] = field(default_factory=list)
    """Films for which there is none; their lines stay as they were."""

    def summary(self) -> list[str]:
        """How many came back."""
        asked = counted(self.gone, "trailer")
        return [f"{asked} gone; TMDB has another for {counted(len(self.new), 'film')}"]


def refresh_catalogue(path: Path, ledger: Path, api: TmdbApi, watch: Watch) -> Output:
    """The catalogue with other trailers for those that the ledger says are gone."""
    from stages.base.packs import read_table

    trailers = read_catalogue(path)
    if not ledger.exists():
        raise BenchmarkError(
            "no ledger says which trailers are gone",
            where=str(ledger),
            do="download first, or name the corpus that was with --corpus NAME",
        )
    gone = trailers_gone(trailers, read_table(ledger, columns=["trailer_id", "reason"]).to_pylist())
    found = refresh(watch(gone, "films", len(gone)), trailers, api, str(path))
    return Output(with_new_trailers(path.read_bytes(), found.new), found.summary(), found.dropped)


def trailers_gone(
    trailers: Iterable[Trailer], ledger: Iterable[Mapping[str, Any]]
) -> list[Trailer]:
    """Those of a catalogue that the ledger says are gone."""
    gone = {row["trailer_id"] for row in ledger if row["reason"] in GONE}
    return [trailer for trailer in trailers if trailer.trailer_id in gone]


def refresh(
    gone: Iterable[Trailer], catalogue: Iterable[Trailer], api: TmdbApi, file: str
) -> Refreshed:
    """Ask TMDB for other trailers; none that the catalogue names already is taken.

    gone: of films whose film_id is TMDB's; catalogue: all trailers of the file called `file`.
    """
    found = Refreshed()
    taken = {trailer.url for trailer in catalogue}
    for trailer in gone:
        found.gone += 1
        is_id = trailer.film_id.isascii() and trailer.film_id.isdigit()
        film = api.film(trailer.film_id) if is_id else None
        url = choose_trailer((film or {}).get("videos") or [], never=taken)
        if url:
            taken.add(url)
            found.new[trailer.url] = url
        else:
            reason = NOT_THERE if film is None else NO_TRAILER
            found.dropped.append(Dropped(Place(file, 0), reason, f"film {trailer.film_id}"))
    return found


def with_new_trailers(catalogue: bytes, new: Mapping[str, str]) -> bytes:
    """The catalogue's bytes with addresses that are gone replaced, and nothing else changed."""
    lines = []
    for line in catalogue.split(b"\n"):
        comment = line.removeprefix(b"\xef\xbb\xbf").startswith(b"#")
        cells = line.split(b"\t")
        for place, cell in enumerate(cells):
            before = strip_blanks(cell.removesuffix(b"\r").decode())
            if before in new and not comment:
                cells[place] = cell.replace(before.encode(), new[before].encode())
        lines.append(b"\t".join(cells))
    return b"\n".join(lines)
