"""From prompts in params.yaml to a judged approach, with a tiny CLIP and without a network.

Films are of one genre each, and every frame of a film has the colour of its genre. CLIP's weights
are drawn from a seed but for the last layer of the half that reads texts, which is solved so that
the prompts of a genre point where its colour does. So asking in words answers all films rightly.
"""

import csv
import sys
from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
import pytest
import torch
import yaml

from stages import contrast, embed, evaluate, fit, weights
from stages.backbones import clip
from stages.base.genres import GENRES
from stages.base.packs import write_pack, write_table
from stages.base.params import load
from stages.base.params.matrix import cells
from stages.corpus.reader import Trailer
from stages.corpus.table import save_trailers
from stages.embedding.weights.convert import write_safetensors
from stages.fitting.approaches import items_of
from stages.fitting.films import read_films
from stages.fitting.saved_models import predict_scores
from stages.fitting.scores import Scores
from stages.judging.board import read_board
from stages.judging.comparisons import exploratory_comparisons
from stages.judging.names import approach_names
from stages.trailers.media.results import FRAMES
from tests.backbones import asking, tiny

PARAMS = Path(__file__).parents[1] / "params.yaml"
N_FILMS, FOLDS = 60, 3
COLOURS = np.random.default_rng(3).integers(0, 256, (len(GENRES), 3))
PROMPTS = {
    genre: [f"a scene from a {genre.lower()} film", f"the sound of {genre.lower()}"]
    for genre in GENRES
}
ENTRY = {"family": "clip", "model": asking.MODEL, "reads": "frames", "prompts": PROMPTS}


def declared():
    params = yaml.safe_load(PARAMS.read_text(encoding="utf-8"))
    params["splits"]["folds"] = FOLDS
    params["judging"] |= {"resamples": 200, "permutations": 100}
    params["matrix"] |= {
        "backbones": {},
        "pretrained": {"tiny": ENTRY},
        "approaches": {
            "learnt": {"backbone": "tiny", "context": "mean", "head": "linear"},
            "few": {"backbone": "tiny", "context": "mean", "head": "few_shot"},
        },
        "early": {},
        "late": {},
        "zero_shot": {"asked": {"backbone": "tiny"}},
        "headline": {"picture": "learnt"},
    }
    return params


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A corpus with frames and weights, where nothing was embedded yet."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [])
    monkeypatch.setenv("WEIGHTS_DIR", "mine")
    asking.declare(monkeypatch)
    Path("params.yaml").write_text(yaml.safe_dump(declared()), encoding="utf-8")
    genres = [GENRES[number % len(GENRES)] for number in range(N_FILMS)]
    ids = [f"{number:016x}" for number in range(N_FILMS)]
    trailers = [
        Trailer(name, f"film {name}", f"Film {name}", 2000, (genre,), "file:x")
        for name, genre in zip(ids, genres, strict=True)
    ]
    save_trailers(trailers, Path("data/sample/catalogue.parquet"))
    rows = [
        {
            "film_id": each.film_id,
            "fold": number // len(GENRES) % FOLDS,
            "fold_ungrouped": number // len(GENRES) % FOLDS,
            "picture": True,
            "sound": True,
        }
        for number, each in enumerate(trailers)
    ]
    write_table(pa.Table.from_pylist(rows), Path("data/sample/splits.parquet"))
    colour_of = dict(zip(ids, genres, strict=True))
    write_pack(Path("data/sample/frames"), ids, lambda name: frames(name, colour_of[name]), FRAMES)
    plant()
    run(weights, "tiny")
    return tmp_path


def frames(name: str, genre: str) -> pa.Table:
    """Three frames of the genre's colour, a little lighter from one to the next."""
    colour = COLOURS[GENRES.index(genre)]
    rows = [
        {"trailer_id": name, "frame": number, "time": float(number), "jpeg": jpeg(colour, number)}
        for number in range(3)
    ]
    return pa.Table.from_pylist(rows, FRAMES)


def jpeg(colour: np.ndarray, lighter: int) -> bytes:
    picture = np.full((48, 64, 3), np.clip(colour + 2 * lighter, 0, 255)[::-1], np.uint8)
    return cv2.imencode(".jpg", picture)[1].tobytes()


def plant() -> None:
    """Weights as they are published, whose texts point where the colours do, in WEIGHTS_DIR."""
    original, tokenizer, ours = asking.BUILD["clip"]()
    tiny.redrawn(original)
    ours.is_asked = True
    published = tiny.published(original, tokenizer)
    published["text_projection.weight"] = torch.eye(asking.DIM, tiny.ENCODER["hidden_size"])
    write_safetensors(ours.convert(published), path := Path("before.safetensors"))
    ours.load(path)
    pictures = np.stack([ours([np.full((48, 64, 3), colour, np.uint8)])[0] for colour in COLOURS])
    wanted = np.linalg.pinv(pictures).T  # each at right angles to all colours but its own
    read = np.concatenate([ours.embed_texts(path, texts) for texts in PROMPTS.values()])
    solved, *_ = np.linalg.lstsq(read, np.repeat(wanted, 2, axis=0), rcond=None)
    published["text_projection.weight"] = torch.from_numpy(solved.T.astype(np.float32))
    folder = Path("mine") / clip.HUB
    folder.mkdir(parents=True)
    (folder / "tokenizer.json").write_bytes(published.pop("tokenizer.json").numpy().tobytes())
    torch.save(published, folder / "pytorch_model.bin")


def run(stage, *arguments: str) -> None:
    sys.argv = [stage.__name__, *arguments]
    stage.main()


def rows_of(name: str) -> dict[str, list[dict[str, str]]]:
    with Path(f"metrics/sample/{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {slug: [r for r in rows if r["approach"] == slug] for slug in ("asked", "learnt")}


def test_prompts_of_params_become_an_approach_that_is_judged(folder):
    run(embed, "tiny")
    for approach in ("prior", "learnt", "few", "asked"):
        run(fit, approach)
    assert not Path("data/sample/models/asked").exists()
    scores = Scores.load(Path("data/sample/scores/asked.npz"))
    assert scores.score.shape == (1, N_FILMS, len(GENRES))
    assert (scores.score[0].argmax(axis=1) == np.arange(N_FILMS) % len(GENRES)).all()
    run(evaluate)
    (judged,) = rows_of("approaches")["asked"]
    assert (judged["kind"], judged["modality"], judged["films"]) == ("zero_shot", "picture", "60")
    assert float(judged["macro_ap"]) == 1.0 and judged["brier"] == ""
    for row in rows_of("calibration")["asked"]:  # cosines are no probabilities
        assert row["ece"] == ""
    rules = {row["rule"]: row["f1_macro"] for row in rows_of("rules")["asked"]}
    assert rules["at 0.50"] == "" and float(rules["tuned"]) == 1.0
    assert len(rows_of("tuned_thresholds")["asked"]) == FOLDS * 12
    run(contrast)
    (ranked,) = rows_of("rank_intervals")["asked"]
    assert ranked["rank"] == "1"


def test_other_prompts_leave_the_embeddings_of_trailers_alone(folder):
    run(embed, "tiny")
    with np.load("data/sample/embeddings/tiny.npz") as file:
        before = dict(file)
    params = declared()
    params["matrix"]["pretrained"]["tiny"]["prompts"] = PROMPTS | {"Horror": ["a scare"]}
    Path("params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
    kept = {path: path.stat().st_mtime_ns for path in Path("data/store").rglob("*.npz")}
    run(embed, "tiny")
    assert kept == {path: path.stat().st_mtime_ns for path in Path("data/store").rglob("*.npz")}
    with np.load("data/sample/embeddings/tiny.npz") as file:
        changed = np.flatnonzero((file["prompts"] != before["prompts"]).any(axis=1))
        assert changed.tolist() == [GENRES.index("Horror")]
        np.testing.assert_array_equal(file["embedding"], before["embedding"])


def test_what_learnt_is_held_against_asking(folder):
    run(embed, "tiny")
    for approach in ("prior", "learnt", "few", "asked"):
        run(fit, approach)
    board = read_board(Path("data/sample"), cells(load()))
    found = {(c.family, c.a, c.b) for c in exploratory_comparisons(board)}
    assert {("zero_shot", "learnt", "asked"), ("zero_shot", "few", "asked")} <= found
    assert ("no_skill", "asked", "random_scores") in found
    names = approach_names(board.cells, {"tiny": "CLIP"})
    assert (names["asked"], names["few"]) == ("CLIP, zero-shot", "CLIP, few-shot probe")


def test_a_saved_few_shot_model_scores_films_as_they_were_scored(folder):
    run(embed, "tiny")
    run(fit, "few")
    params, films = load(), read_films(Path("data/sample"))
    cell = next(each for each in cells(params) if each.slug == "few")
    folder = Path("data/sample/embeddings")
    items = items_of(cell, films.film_of, N_FILMS, params, folder)  # as of trailers to predict
    by_fold = predict_scores(cell, Path("data/sample/models/few"), items, N_FILMS)
    scores = Scores.load(Path("data/sample/scores/few.npz"))
    own = by_fold[films.fold, 0, np.arange(N_FILMS)]
    np.testing.assert_allclose(own, scores.score[0], atol=1e-6)
