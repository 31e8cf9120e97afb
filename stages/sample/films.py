"""Makes sample.txt: films that do not exist, with genres as they go together in a real catalogue.

    python -m stages.sample.films dataset.txt > sample.txt

Genre sets are a systematic sample of the real catalogue's, so that frequencies and co-occurrences
are kept; titles and years are drawn independently and carry no information about genre.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from stages.base.genres import GENRES
from stages.corpus.reader import Trailer, read_catalogue

FILMS = 240
SEED = 1895  # the year of the first paid screening
HEADER = """\
# Films that do not exist, and trailers that are rendered on the spot: nothing here is real.
# Genre sets are a systematic sample of dataset.txt's; titles and years are drawn at random.
# Made by: python -m stages.sample.films dataset.txt > sample.txt
film_id\ttitle\tyear\tgenres\ttrailer
"""

PLACES = (
    "Velmarch", "Kessandre", "Ostrune", "Port Allander", "Little Quarrow", "Tarnholt", "Sallow Bay",
    "Brannick Street", "Upper Wendle", "Cape Morrow", "Ilverno", "Dunmere Lock", "Pellagosa",
    "Orrin Flats", "Saint Audley", "Noravik", "Halberry", "the Quillon Hotel", "Marrowgate",
)  # fmt: skip
PEOPLE = (
    "Odalys", "Imre Halloway", "Tamsin Vole", "Old Barnaby Oake", "Mireille Sant", "Casimir",
    "the Dunnock Sisters", "Lionel Pask", "Ottoline", "Uncle Ferenc", "Wilhelmina Stroud", "Uri",
    "Perpetua Lund", "Nils Abernethy", "Zadie Corcoran", "the Tollkeeper", "Aurelio Finch",
)  # fmt: skip
TRADES = (
    "Lamplighter", "Cartographer", "Beekeeper", "Locksmith", "Understudy", "Ferryman", "Translator",
    "Signalman", "Glassblower", "Night Porter", "Stenographer", "Clockmender", "Archivist",
)  # fmt: skip
QUALITIES = (
    "Borrowed", "Paper", "Unsent", "Crooked", "Winter", "Hollow", "Painted", "Inflatable", "Silver",
    "Unfinished", "Salt", "Northbound", "Tin", "Velvet", "Misprinted", "Slow", "Copper", "Sunday",
)  # fmt: skip
THINGS = (
    "Piano", "Orchard", "Telegram", "Umbrella", "Carousel", "Lighthouse", "Suitcase", "Weathervane",
    "Kite", "Staircase", "Ledger", "Accordion", "Birdcage", "Compass", "Tramline", "Greenhouse",
    "Rowboat", "Bicycle", "Almanac", "Postcard",
)  # fmt: skip
NUMBERS = ("Three", "Five", "Seven", "Nine", "Eleven", "Thirteen", "Nineteen", "Forty")
DEEDS = ("Kept", "Buried", "Forgot to Say", "Heard", "Owes", "Left Behind", "Never Sold", "Built")
SEASONS = (
    "January",
    "A Thursday",
    "Midsummer",
    "The Long Weekend",
    "Harvest",
    "Late Snow",
    "High Tide",
)
PATTERNS = (
    "The {trade} of {place}", "{number} {thing}s to {place}", "What {person} {deed}",
    "{season} in {place}", "{person} and the {quality} {thing}", "One {thing} for {person}",
    "The {quality} {trade}", "{quality} {thing}, {quality2} {thing2}", "Goodbye, {place}",
    "Nobody Told {person}", "The {thing} at {place}", "{place}, {number} O'Clock",
    "Waiting on {person}", "The {trade}'s {quality} {thing}", "Both Sides of {place}",
)  # fmt: skip


def sample_genre_sets(
    rows: Sequence[Trailer], films: int, rng: np.random.Generator
) -> list[tuple[str, ...]]:
    """Every (films in rows / films)-th genre set of the sorted catalogue, then shuffled."""
    by_film = {row.film_id: row.genres for row in rows}
    ordered = sorted(by_film.values(), key=lambda genres: [GENRES.index(name) for name in genres])
    picked = ((np.arange(films) + 0.5) * len(ordered) / films).astype(int)
    return [ordered[index] for index in rng.permutation(picked)]


def invent_titles(rng: np.random.Generator) -> Iterator[str]:
    """An endless stream of distinct made-up titles."""
    seen = set()
    while True:
        quality, quality2 = rng.permutation(QUALITIES)[:2]
        thing, thing2 = rng.permutation(THINGS)[:2]
        title = str(rng.choice(PATTERNS)).format(
            trade=rng.choice(TRADES), place=rng.choice(PLACES), person=rng.choice(PEOPLE),
            number=rng.choice(NUMBERS), deed=rng.choice(DEEDS), season=rng.choice(SEASONS),
            quality=quality, quality2=quality2, thing=thing, thing2=thing2,
        )  # fmt: skip
        title = title[0].upper() + title[1:]
        if title not in seen:
            seen.add(title)
            yield title


def make_catalogue(rows: Sequence[Trailer], films: int = FILMS) -> str:
    """The text of a sample catalogue whose genre sets follow those of `rows`."""
    rng = np.random.Generator(np.random.PCG64(SEED))
    genre_sets = sample_genre_sets(rows, films, rng)
    years = rng.choice([row.year for row in rows if row.year], films)
    titles = invent_titles(rng)
    lines = [
        f"s{number:03}\t{next(titles)}\t{year}\t{','.join(genres)}\tsample:s{number:03}\n"
        for number, (genres, year) in enumerate(zip(genre_sets, years, strict=True), 1)
    ]
    return HEADER + "".join(lines)


if __name__ == "__main__":
    sys.stdout.write(make_catalogue(read_catalogue(Path(sys.argv[1]))))
