"""From a CSV and a card to the scores of an approach, and what the command says before."""

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from stages import check_scores, submitted
from stages.base.errors import BenchmarkError
from stages.base.genres import GENRES
from stages.base.packs import read_table, write_table
from stages.base.params import load
from stages.corpus.folds import save_folds
from stages.corpus.reader import Trailer
from stages.corpus.splitting import LEFT_OUT, SCHEMA
from stages.corpus.table import save_trailers
from stages.fitting.scores import Scores, read_about
from tests.submissions.conftest import CARD, FILMS, lines, score

PARAMS = Path(__file__).parents[2] / "params.yaml"


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """A corpus that is split, and a submission to it that is named in its parameters."""
    monkeypatch.chdir(tmp_path)
    text = PARAMS.read_text(encoding="utf-8")
    (tmp_path / "params.yaml").write_text(text.replace("submitted: []", "submitted: [mine]"))
    trailers = [
        Trailer(f"{n:016x}", film, "T", 2000, (GENRES[n], GENRES[9 - n]), f"sample:{n}")
        for n, film in enumerate(FILMS)
    ]
    save_trailers(trailers, tmp_path / "data/sample/catalogue.parquet")
    rows = [
        {"film_id": film, "fold": n % 2, "fold_ungrouped": n % 2, "group": n}
        | {"picture": True, "sound": film != "mute"}
        for n, film in enumerate(FILMS)
    ]
    table = pa.Table.from_pylist(rows, SCHEMA)
    write_table(table, tmp_path / "data/sample/splits.parquet")
    save_folds(rows, tmp_path / "metrics/sample/folds.csv")
    folder = tmp_path / "submissions/sample"
    folder.mkdir(parents=True)
    (folder / "mine.csv").write_text("\n".join(lines()))
    (folder / "mine.yaml").write_text("\n".join(f"{k}: {v}" for k, v in CARD.items()))
    return tmp_path


def call(stage, monkeypatch, *arguments: str) -> None:
    monkeypatch.setattr(sys, "argv", [stage.__name__, *arguments])
    stage.main()


def test_what_was_sent_in_becomes_scores_like_any_others(project, monkeypatch):
    call(submitted, monkeypatch, "mine")
    path = project / "data/sample/scores/mine.npz"
    found = Scores.load(path)
    assert found.film_id.tolist() == FILMS[:7] and found.fold.tolist() == [0, 1, 0, 1, 0, 1, 0]
    assert found.score[0, 3, 4] == np.float32(score(3, 4)) and read_about(path) == CARD


def test_films_that_are_left_out_are_not_asked_for(project, monkeypatch):
    path = project / "data/sample/splits.parquet"
    table = read_table(path)
    out = pa.array([film == "f7" for film in FILMS])
    write_table(table.append_column(LEFT_OUT, out), path)
    csv_file = project / "submissions/sample/mine.csv"
    csv_file.write_text("\n".join(lines()[:-1]))
    call(submitted, monkeypatch, "mine")
    assert len(Scores.load(project / "data/sample/scores/mine.npz").film_id) == 6
    csv_file.write_text("\n".join(lines()))
    with pytest.raises(BenchmarkError, match="line 8, film_id: unknown film: found 'f7'"):
        call(submitted, monkeypatch, "mine")


def test_bad_scores_leave_no_file(project, monkeypatch):
    (project / "submissions/sample/mine.csv").write_text("\n".join(lines()[:-1]))
    with pytest.raises(BenchmarkError, match="1 film without a line"):
        call(submitted, monkeypatch, "mine")
    assert not (project / "data/sample/scores").exists()


@pytest.mark.parametrize("name", ["other", "../mine", "colour_linear"])
def test_only_what_the_parameters_name_is_taken(project, monkeypatch, name):
    with pytest.raises(BenchmarkError, match=r"not sent in\n .*\n  expected: one of mine"):
        call(submitted, monkeypatch, name)


def test_the_command_says_the_same_of_a_csv_and_its_card(project, monkeypatch, capsys):
    said = []
    for name in ("mine.csv", "mine.yaml"):
        with pytest.raises(SystemExit) as ended:
            call(check_scores, monkeypatch, f"submissions/sample/{name}")
        assert not ended.value.code
        said.append(capsys.readouterr().out)
    assert said[0] == said[1] and "mine.csv, corpus sample\n" in said[0]
    assert "7 films scored, of which 7 are asked for" in said[0]


def test_the_command_goes_on_past_a_bad_file(project, monkeypatch, capsys):
    (project / "submissions/nowhere").mkdir()
    given = [f"submissions/{name}.csv" for name in ("nowhere/x", "sample/prior", "sample/mine")]
    with pytest.raises(SystemExit) as ended:
        call(check_scores, monkeypatch, "--markdown", *given)
    assert ended.value.code == 1
    said = capsys.readouterr().out
    assert said.count("```text\n") == 3 and "error: unknown corpus" in said
    assert "an approach has this name" in said and "7 films scored" in said


def test_names_of_approaches_and_of_what_was_sent_in_differ(project):
    text = (project / "params.yaml").read_text()
    (project / "params.yaml").write_text(text.replace("[mine]", "[colour_linear]"))
    with pytest.raises(BenchmarkError, match=r"matrix\.submitted\.colour_linear: each approach"):
        load()
