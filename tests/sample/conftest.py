from collections.abc import Callable

import pytest
from pydantic import TypeAdapter

from stages.base.genres import GENRES
from stages.base.params import SampleParams
from stages.corpus.reader import Trailer, trailer_id


@pytest.fixture
def make_trailer() -> Callable[..., Trailer]:
    def make(*genres: str, film_id: str = "s900") -> Trailer:
        url = f"sample:{film_id}"
        return Trailer(trailer_id(film_id, url), film_id, "The Tin Kite", 1994, genres, url)

    return make


@pytest.fixture
def make_params() -> Callable[..., SampleParams]:
    def make(
        seed: int = 7, decoy: float = 0.0, sound_decoy: float = 0.0, **planted: float
    ) -> SampleParams:
        table = {genre: planted.get(genre, 0.0) for genre in GENRES}
        section = {
            "seed": seed,
            "picture": table,
            "sound": table,
            "picture_decoy": decoy,
            "sound_decoy": sound_decoy,
        }
        return TypeAdapter(SampleParams).validate_python(section)

    return make
