"""Words in the timeline: each moment's words scored as if the trailer said nothing else."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from stages.base.genres import GENRES
from stages.base.params import CardsParams, WordsParams
from stages.base.params.matrix import ApproachParams, BackboneParams, Cell, cells
from stages.commands.predict.predictor import Predictor
from stages.commands.predict.timeline import Track, _ends, page
from stages.commands.predict.trailers import TrailerResult
from stages.commands.predict.word_pieces import write_word_pieces
from stages.commands.predict.words import Words, write_words
from stages.commands.predict.words_drawing import NARROWEST
from stages.corpus.table import read_trailers
from stages.embedding.jobs import Recipe, jobs
from stages.embedding.joining import write_embeddings
from stages.embedding.trailers import embed_trailer
from stages.fitting.approaches import fit
from stages.fitting.films import read_films
from stages.fitting.saved_models import save_models
from stages.words.texts import write_texts
from tests.commands.predict.small_run import FOLDS, Run

LINE = {"confidence": 0.9, "left": 0.1, "top": 0.4, "right": 0.9, "bottom": 0.6}
READ = Words(
    heard=({"start": 2.0, "end": 3.2, "text": "horror horror"},),
    read=(
        {"frame": 0, "time": 0.0, "text": "comedy", **LINE},
        {"frame": 0, "time": 0.0, "text": "<b>romance", **LINE},
        {"frame": 3, "time": 2.5, "text": "western", **LINE},
    ),
)
OWN = "0" * 16
SAID = Cell("said", "single", "words", ("bag",), "mean", "linear")


@pytest.fixture
def predictor(inside: Run, tmp_path: Path) -> Predictor:
    """Of a run whose trailers show the words of their genres, and of an approach that read them."""
    known = inside.params.matrix
    bag = BackboneParams(family="bag", reads="words")
    said = ApproachParams(backbone="bag", context="mean", head="linear")
    params = replace(
        inside.params,
        words=WordsParams(cards=CardsParams()),
        matrix=replace(
            known,
            backbones={**known.backbones, "bag": bag},
            approaches={**known.approaches, "said": said},
        ),
    )
    data = tmp_path / "data"
    data.mkdir()
    for name in ("catalogue.parquet", "splits.parquet"):
        (data / name).write_bytes((inside.folder / "data/sample" / name).read_bytes())
    texts = {
        each.trailer_id: [
            {"time": float(n), "text": genre.casefold(), "untitled": "", "spoken": False}
            for n, genre in enumerate(each.genres)
        ]
        for each in read_trailers(data / "catalogue.parquet")
    }
    write_texts(data / "words", texts)
    entries = dict(map(embed_trailer, jobs(data / "words", Recipe("bag"))))
    write_embeddings(entries, data / "embeddings/bag.npz")
    fitted = fit(SAID, read_films(data), params, data)["all"].fitted
    assert fitted is not None
    save_models(SAID, fitted, params, FOLDS, data / "models/said")
    return Predictor(params, cells(params), data)


def packed(words: Words, folder: Path) -> None:
    """Write the pack of words as `predict` does."""
    assert list(write_words({OWN: words}, {OWN: ""}, folder / "words"))


def pieces_of(words: Words, predictor: Predictor, folder: Path) -> tuple[list[str], np.ndarray]:
    packed(words, folder)
    return write_word_pieces("bag", OWN, words, predictor.params, predictor.data, folder)


def test_words_of_one_moment_are_a_piece_and_are_drawn_until_the_next(predictor, tmp_path):
    names, spans = pieces_of(READ, predictor, tmp_path)
    # the card of two lines until it is 1.5 s old, the sentence until the next card
    assert len(names) == 3
    np.testing.assert_allclose(spans, [[0, 1.5], [2.0, 2.5], [2.5, 4.0]])
    with np.load(tmp_path / "said/embeddings/bag.npz") as found:
        assert found["trailer_id"].tolist() == names


def test_a_word_speaks_for_its_genre_where_it_is_said(predictor, tmp_path):
    names, _ = pieces_of(READ, predictor, tmp_path)
    known = {name: number for number, name in enumerate(names)}
    scores = predictor.score_pieces(SAID, known, tmp_path / "said")
    cards, spoken, unknown = scores
    horror, comedy = GENRES.index("Horror"), GENRES.index("Comedy")
    assert spoken[horror] > max(cards[horror], unknown[horror])
    assert cards[comedy] > max(spoken[comedy], unknown[comedy])


def test_a_trailer_that_says_nothing_has_no_piece(predictor, tmp_path):
    for said in (Words((), ()), Words(missing="run the installer")):
        names, spans = pieces_of(said, predictor, tmp_path)
        assert names == [] and spans.shape == (0, 2) and not (tmp_path / "said").exists()


def test_the_page_draws_their_scores_below_what_is_said(predictor, tmp_path):
    (tmp_path / "embeddings").mkdir()
    whole = tmp_path / "embeddings/bag.npz"  # of the whole trailer, as the prediction has it
    whole.write_bytes((predictor.data / "embeddings/bag.npz").read_bytes())
    predictor.cells["said"] = SAID
    packed(READ, tmp_path)
    result = TrailerResult("own.mkv", OWN, cells=(SAID,), words=READ)
    html = page(predictor, [result], "", [], tmp_path)
    assert html.count('<g class="words') == 3 * len(GENRES), "a cell a piece and genre"
    assert html.count('<g class="text">') == 3, "the card's lines are one box, as before"
    assert '<text class="track" x="0"' in html and "Horror" in html and "<b>romance" not in html
    packed(Words((), ()), tmp_path)
    silent = replace(result, words=Words((), ()))
    assert '<g class="words' not in page(predictor, [silent], "", [], tmp_path)


def test_what_is_over_before_the_first_frame_is_narrow_and_not_less_than_nothing():
    """The browser draws no rectangle of a negative width, and says so in its log."""
    track = Track(SAID, np.array([0.0, 0.4, 3.0]), np.zeros((3, 10)), None, np.array([0.4, 1.9, 4]))
    left, right = _ends(track, begin=1.5, scale=10)
    np.testing.assert_allclose(left, [0, 0, 15])
    np.testing.assert_allclose(right, [NARROWEST, 4, 25])
