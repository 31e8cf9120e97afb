"""The command as a person meets it: forms, failures, and what a name of a file must not do."""

import csv
import io
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from stages import predict
from stages.base.console import run_command
from stages.base.genres import GENRES
from stages.base.packs import write_table
from stages.base.params import load
from stages.base.store import sha256
from stages.commands.lock import Corpus
from stages.commands.predict.warnings import of_corpus
from stages.fitting.films import Films
from tests.commands.predict.small_run import Run, write_clip

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def call(inside: Run, monkeypatch, capsys):
    """Run the command; its exit status, what it printed and what it said."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["predict", *map(str, arguments)])
        try:
            run_command(predict.main)
            status = 0
        except SystemExit as exit_:
            status = int(exit_.code or 0)
        return status, *capsys.readouterr()

    return run


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_clip(tmp_path / "clip.mkv", 99)


def test_the_headline_answers_in_a_table(call, clip):
    status, shown, said = call(clip)
    assert status == 0
    assert all(slug in shown for slug in ("colour_linear", "mfcc_linear", "late_linear"))
    assert "Science Fiction" in shown and "yes from" in shown
    assert "sample.txt: 15 films" in said and "do not exist" not in said


def test_few_films_are_warned_of_whatever_the_form(call, clip, tmp_path):
    page = tmp_path / "page.html"
    words = "learnt from 15 films, too few (fewer than 60) to rely on a yes or no"
    _, shown, said = call(clip, "--json", "--plot", page)
    (warning,) = json.loads(shown)["warnings"]
    assert words in warning and f"warning: {warning}" in said
    assert words in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(("horror", "rare"), [(7, True), (8, False), (52, False), (53, True)])
def test_a_genre_of_few_films_with_or_without_it_is_named(horror, rare):
    y_true = np.zeros((60, 10), bool)
    y_true[:30] = True
    y_true[:, GENRES.index("Horror")] = np.arange(60) < horror
    rows = np.arange(60)
    films = Films(rows.astype(str), y_true, rows % 3, {}, rows % 3)
    told = of_corpus(
        Corpus("mine.txt", 60, sample=False), films, load(ROOT / "params.yaml").judging
    )
    assert [text.partition(":")[0] for text in told] == [
        "do not rely on predictions of Horror"
    ] * rare


@pytest.fixture
def ledger(inside: Run) -> Iterator[None]:
    """The ledger of downloads, as the stage `download` writes it."""
    path = inside.folder / "data/sample/downloads.parquet"
    rows = [
        {"film_id": film, "sha256": sha256(trailer)} for film, trailer in inside.trailers.items()
    ]
    rows.append({"film_id": "never usable", "sha256": "0"})
    write_table(pa.Table.from_pylist(rows), path)
    yield
    path.unlink()


def test_a_trailer_that_was_trained_on_is_known_by_its_bytes(call, clip, inside, ledger, tmp_path):
    renamed = shutil.copy(inside.trailers["film 3"], tmp_path / "renamed.mkv")
    status, shown, _ = call(renamed, clip, "--json")
    trained, new = json.loads(shown)["trailers"]
    assert status == 0
    (note,) = trained["notes"]
    assert note.startswith("this file is the trailer of 'film 3', which 2 of the 3 folds' models")
    assert new["notes"] == []
    _, shown, _ = call(renamed)
    assert "note: this file is the trailer of 'film 3'" in shown
    _, _, said = call(renamed, "--csv")
    assert "renamed.mkv: this file is the trailer of 'film 3'" in said


@pytest.mark.parametrize("asked", [[], ["--approach", "late_linear"]])
def test_only_what_is_asked_for_needs_to_be_trained(
    call, clip, inside, tmp_path, monkeypatch, asked
):
    _, whole, _ = call(clip, "--json", *asked)
    shutil.copytree(inside.folder, tmp_path / "some")
    monkeypatch.chdir(tmp_path / "some")
    for path in Path("data/sample/scores").iterdir():
        if path.stem not in ("colour_linear", "mfcc_linear", "late_linear"):
            path.unlink()
    status, shown, said = call(clip, "--json", *asked)
    assert status == 0, said
    assert json.loads(shown) == json.loads(whole)


def test_a_name_that_is_a_formula_is_a_text_in_the_csv(call, clip):
    own = shutil.copy(clip, "=film.mkv")
    _, as_csv, _ = call(own, "--csv")
    Path(own).unlink()
    assert {row["trailer"] for row in csv.DictReader(io.StringIO(as_csv))} == {"'=film.mkv"}


def test_json_and_csv_say_the_same(call, clip):
    _, as_json, _ = call(clip, "--json")
    _, as_csv, _ = call(clip, "--csv")
    told = json.loads(as_json)
    assert told["corpus"] == {"catalogue": "sample.txt", "films": 15, "sample": False}
    rows = list(csv.DictReader(io.StringIO(as_csv)))
    flat = [
        (approach["approach"], genre["genre"], genre["score"], str(genre["decision"]))
        for approach in told["trailers"][0]["approaches"]
        for genre in approach["genres"]
    ]
    assert len(flat) == 30
    found = [(r["approach"], r["genre"], float(r["score"]), r["decision"]) for r in rows]
    assert found == flat
    assert all(0 <= float(r["probability"]) <= 1 and float(r["spread"]) >= 0 for r in rows)
    for row in rows:
        assert (float(row["score"]) >= float(row["threshold"])) == (row["decision"] == "True")


def test_one_bad_trailer_does_not_stop_the_others(call, clip, tmp_path):
    (tmp_path / "text.mp4").write_text("no video")
    status, shown, said = call(tmp_path / "none.mp4", clip, tmp_path / "text.mp4", "--json")
    assert status == 1
    told = json.loads(shown)["trailers"]
    assert [bool(each.get("error")) for each in told] == [True, False, True]
    assert "cannot be opened" in said and "cannot be read as a video" in said
    assert said.count("what to do") == 2 and "Traceback" not in said


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"seconds": 0.5}, "too short"),
        ({"seconds": 0.9, "approach": "mfcc_linear"}, "too short"),
        ({"sound": False, "approach": "mfcc_linear"}, "no sound"),
        ({"picture": False, "approach": "colour_linear"}, "no picture"),
        ({"silent_seconds": 9, "approach": "mfcc_linear"}, "it is silent"),
        ({"silent_seconds": 2, "approach": "mfcc_linear"}, "it is silent"),
        ({"black": True, "approach": "colour_linear"}, "it is black"),
    ],
)
def test_what_cannot_be_answered_is_one_sentence(call, tmp_path, options, words):
    approach = options.pop("approach", "late_linear")
    path = write_clip(tmp_path / "clip.mkv", 1, **options)
    status, shown, said = call(path, "--approach", approach)
    assert status == 1 and not shown
    (error,) = [line for line in said.splitlines() if line.startswith("error")]
    assert words in error and "what to do" in said


def test_what_neither_modality_can_answer_names_both(call, tmp_path):
    path = write_clip(tmp_path / "clip.mkv", 1, picture=False, silent_seconds=9)
    status, _, said = call(path)
    assert status == 1
    assert "it has no picture" in said and "it is silent" in said


def test_without_sound_the_picture_still_answers_and_says_so(call, tmp_path):
    path = write_clip(tmp_path / "clip.mkv", 1, sound=False)
    status, shown, _ = call(path, "--json")
    (told,) = json.loads(shown)["trailers"]
    assert status == 0
    assert [each["approach"] for each in told["approaches"]] == ["colour_linear"]
    (note,) = told["notes"]
    assert note == "it has no sound, so no prediction by mfcc_linear, late_linear"


@pytest.mark.parametrize(
    ("options", "answers", "last"),
    [
        (
            {"silent_seconds": 9},
            ["colour_linear"],
            "its sound is silent, so no prediction by mfcc_linear, mfcc_linear_all, late_linear",
        ),
        (
            {"black": True},
            ["mfcc_linear", "mfcc_linear_all"],
            "its picture is black, so no prediction by colour_linear, late_linear",
        ),
        (  # the first window alone is silent
            {"silent_seconds": 1.2},
            ["colour_linear", "mfcc_linear_all"],
            "the window of its sound that they use is silent, so no prediction by mfcc_linear, "
            "late_linear",
        ),
    ],
)
def test_silence_and_black_are_not_judged(call, tmp_path, options, answers, last):
    path = write_clip(tmp_path / "clip.mkv", 1, **options)
    asked = ["colour_linear", "mfcc_linear", "mfcc_linear_all", "late_linear"]
    status, shown, _ = call(path, "--json", *(w for slug in asked for w in ("--approach", slug)))
    (told,) = json.loads(shown)["trailers"]
    assert status == 0
    assert [each["approach"] for each in told["approaches"]] == answers
    assert told["notes"][-1] == last


def test_what_is_too_short_for_one_modality_is_so_by_the_rule_of_the_stages(call, tmp_path):
    path = write_clip(tmp_path / "clip.mkv", 1, seconds=0.9)  # 11 pictures at 12 a second
    status, shown, _ = call(path, "--json")
    (told,) = json.loads(shown)["trailers"]
    assert status == 0
    assert [each["approach"] for each in told["approaches"]] == ["colour_linear"]
    assert (
        told["notes"][-1] == "its sound is too short, so no prediction by mfcc_linear, late_linear"
    )


def test_an_approach_that_cannot_predict_is_answered_with_why_and_with_those_that_can(call, clip):
    status, _, said = call(clip, "--approach", "prior", "--approach", "nothing")
    assert status == 1 and "Traceback" not in said
    assert "found: prior, which looks at no trailer; nothing, which params.yaml does not have" in (
        " ".join(said.split())
    )
    expected = said.partition("expected: ")[2].split("\n")[0]
    assert "colour_linear" in expected and "prior" not in expected


def test_rendered_films_are_warned_of(call, clip, inside, monkeypatch):
    import stages.commands.lock as record

    class Rendered:
        url = "sample:film-1"

    monkeypatch.setattr(record, "read_trailers", lambda path: [Rendered])
    status, shown, said = call(clip, "--json")
    assert status == 0 and json.loads(shown)["corpus"]["sample"] is True
    assert "warning" in said and "do not exist" in said


def test_a_name_is_text_wherever_it_shows(call, clip, tmp_path):
    name = '<script>alert(1)</script> [red]\x1b[31m\u202e & ".mkv'
    name = name.replace("/", "∕")
    hostile = tmp_path / name
    shutil.copy(clip, hostile)
    page = tmp_path / "page.html"
    status, shown, _ = call(hostile, "--plot", page)
    assert status == 0
    assert "\x1b[31m" not in shown and "\u202e" not in shown
    assert "[red]" in shown and "\\x1b" in shown
    html = page.read_text(encoding="utf-8")
    assert "<script" not in html and "&lt;script&gt;" in html and "\u202e" not in html


def test_a_page_is_whole_in_itself(call, clip, tmp_path):
    page = tmp_path / "page.html"
    status, _, _ = call(clip, "--plot", page, "--approach", "late_linear")
    html = page.read_text(encoding="utf-8")
    assert status == 0
    assert html.count("data:image/jpeg;base64,") == 8  # frames.count of the small run
    assert "http://" not in html and "https://" not in html and "default-src 'none'" in html
    assert html.count("<title>Horror") == 8 + 3  # of each frame, and each window of sound


def test_a_page_that_cannot_be_written_is_said(call, clip):
    status, _, said = call(clip, "--plot", clip / "page.html")
    assert status == 1 and "cannot be written" in said and "Traceback" not in said


def test_models_that_are_gone_are_said(call, clip, inside):
    model = inside.folder / "data/sample/models/colour_linear"
    model.rename(model.with_name("elsewhere"))
    try:
        status, _, said = call(clip)
    finally:
        model.with_name("elsewhere").rename(model)
    assert status == 1 and "no trained models of colour_linear" in said and "dvc repro" in said
