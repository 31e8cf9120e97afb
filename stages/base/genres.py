"""The ten genres, TMDB's names, in the order used everywhere."""

GENRES = (
    "Action",
    "Adventure",
    "Comedy",
    "Crime",
    "Drama",
    "Horror",
    "Mystery",
    "Romance",
    "Science Fiction",
    "Thriller",
)

POPULAR = ("Action", "Comedy", "Drama", "Horror", "Science Fiction")

# what an approach may be trained on; `one`: one of each film's own, drawn at random
LABEL_SETS: dict[str, tuple[str, ...]] = {
    "all": GENRES,
    "no_thriller": tuple(genre for genre in GENRES if genre != "Thriller"),
    "popular": POPULAR,
    "one": GENRES,
}
