"""What `stages.collect` writes: a catalogue, its summary, and what is not in it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stages.base.counting import counted
from stages.base.errors import BenchmarkError
from stages.collecting.rows import Collected, Dropped, catalogue_text, checked, drops, summary

DROPPED = ("file", "line", "reason", "found")
Watch = Callable[[Iterable[Any], str, int], Iterable[Any]]  # such as console.progress


@dataclass(frozen=True)
class Output:
    """A file, and what a person should know of it."""

    text: bytes
    summary: list[str]
    dropped: Sequence[Dropped]

    def dropped_rows(self) -> list[dict[str, Any]]:
        """What was dropped, as rows of DROPPED."""
        return [
            {
                "file": each.place.file,
                "line": each.place.line or None,
                "reason": each.reason,
                "found": each.found,
            }
            for each in self.dropped
        ]


def catalogue(found: Collected) -> Output:
    """The catalogue of what was collected; raises BenchmarkError if no film is left."""
    kept = checked(found)
    if not kept.rows:
        raise BenchmarkError(
            "no film is left of this source",
            found="; ".join(summary(kept)[1:]) or "no rows",
            expected="films with at least one of the ten genres",
            do="see why with --dropped PATH, and whether these are the files that --help names",
        )
    return Output(catalogue_text(kept.rows).encode(), summary(kept), kept.dropped)


def second_source(genres: Mapping[str, tuple[str, ...]], films: int, found: Collected) -> Output:
    """A second source of genres for a catalogue of so many films."""
    lines = ["film_id\tgenres", *(f"{film}\t{','.join(genres[film])}" for film in genres)]
    kept = f"genres of {len(genres):,} of {counted(films, 'film')}"
    text = ("\n".join(lines) + "\n").encode()
    return Output(text, [kept, *drops(found, "film")], found.dropped)
