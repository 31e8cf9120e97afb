import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from stages.base.genres import GENRES
from stages.base.params import Params, ProbeParams, load
from stages.base.params.matrix import cells
from stages.base.tables import write_json
from stages.corpus.reader import Trailer
from stages.judging.exports import WIDTH, film_scores, headline_record

ROOT = Path(__file__).resolve().parents[2]

HOSTILE = '</script><script>alert("x")</script>'


def trailers(board):
    films = board.film_id.tolist()
    return [
        Trailer(
            trailer_id=f"{film}-0",
            film_id=film,
            title=HOSTILE,
            year=1999,
            genres=("Drama",),
            url="sample:x",
            collection="",
        )
        for film in reversed(films)  # the catalogue's order is not the board's
    ]


def test_scores_come_back_cut_off_at_a_thousandth(board):
    found = film_scores(board, trailers(board))
    assert [film["id"] for film in found["films"]] == board.film_id.tolist()
    assert [a["slug"] for a in found["approaches"]] == [cell.slug for cell in board.cells]
    for row in (0, 7, len(board.film_id) - 1):
        film = found["films"][row]
        text = film["scores"]
        values = [int(text[at : at + WIDTH], 36) / 1000 for at in range(0, len(text), WIDTH)]
        expected = board.by_seed[:, :, row].mean(axis=1)
        cut = expected - np.reshape(values, expected.shape)
        assert (cut > -1e-9).all() and (cut < 0.001).all()
        assert [GENRES[g] for g in film["genres"]] == [
            genre for genre, has in zip(GENRES, board.y_true[row], strict=True) if has
        ]
        assert film["title"] == HOSTILE and film["year"] == 1999


def test_labels_that_may_not_be_passed_on_are_not_exported(board):
    found = film_scores(board, trailers(board), labels=False)
    assert {name for film in found["films"] for name in film} == {"id", "title", "year", "scores"}
    assert found["films"][3]["scores"] == film_scores(board, trailers(board))["films"][3]["scores"]


def test_ends_of_the_scale_and_size(board):
    board.by_seed[0, :, 0] = 0.0
    board.by_seed[1, :, 0] = 1.0
    text = film_scores(board, trailers(board))["films"][0]["scores"]
    assert text[: 10 * WIDTH] == "00" * 10 and text[10 * WIDTH : 20 * WIDTH] == "rs" * 10
    a_film = json.dumps(film_scores(board, trailers(board))["films"][1]["scores"])
    assert len(a_film) == len(board.cells) * 10 * WIDTH + 2


def test_the_record_of_the_headline_changes_with_its_scores_and_with_no_other_approach(tmp_path):
    params = load(ROOT / "params.yaml")
    named = [cell for cell in cells(params) if cell.slug in ("colour_linear", "late_linear")]
    (tmp_path / "scores").mkdir()
    for cell in named:
        (tmp_path / "scores" / f"{cell.slug}.npz").write_bytes(b"some scores")

    def record(of: Params) -> str:
        path = tmp_path / "headline.json"
        write_json(headline_record(named, [{"a": "late_linear", "lo": None}], of, tmp_path), path)
        return path.read_text(encoding="utf-8")

    before = record(params)
    approaches = {**params.matrix.approaches}
    approaches["other"] = replace(approaches["colour_mlp"], context="max")
    more = replace(params, matrix=replace(params.matrix, approaches=approaches))
    assert record(more) == before
    linear = params.training.heads["linear"]
    assert isinstance(linear, ProbeParams)
    linear = replace(linear, fixed=0.3)
    heads = {**params.training.heads, "linear": linear}
    assert record(replace(params, training=replace(params.training, heads=heads))) != before
    (tmp_path / "scores" / "late_linear.npz").write_bytes(b"other scores")
    assert record(params) != before
