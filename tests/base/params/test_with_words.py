"""Fusions that words are part of, and a headline that names them."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from stages.base.errors import BenchmarkError
from stages.base.params import Params, load, yaml12
from stages.base.params.matrix import cells
from stages.base.params.modalities import in_words, singles_of, union_of
from stages.base.params.reading import load_sets
from stages.base.params.sets import read_set, with_submitted

ROOT = Path(__file__).resolve().parents[3]
OWN = ROOT / "corpora/sample_words/params.yaml"


def wrong(tmp_path: Path, change: Any) -> str:
    content = yaml12.read(OWN.read_text(encoding="utf-8"))
    change(content)
    path = tmp_path / "params.yaml"
    path.write_text(yaml12.block(content), encoding="utf-8")
    with pytest.raises(BenchmarkError) as error:
        load(path)
    return str(error.value)


def test_its_cells_say_what_they_join():
    found = {cell.slug: cell for cell in cells(load(OWN))}
    assert found["bag_linear"].modality == "words" and found["bag_linear"].window == ""
    assert found["late_linear"].modality == "both"
    assert found["late_colour_bag"].modality == "picture_words"
    assert found["early_mfcc_bag"].modality == "sound_words"
    assert found["early_mfcc_bag"].window == "start" and found["early_colour_bag"].window == ""
    assert found["late_all"].modality == "all" and len(found["late_all"].parts) == 3


@pytest.mark.parametrize(
    ("section", "parts", "said"),
    [
        (
            "late_two",
            ["colour_linear", "mfcc_linear"],
            "is of picture, sound; expected two of",
        ),
        ("late_two", ["bag_linear", "colour_linear"], "is of words, picture; expected two of"),
        ("late_three", ["colour_linear", "bag_linear"], "has 2 of them, expected three"),
        ("early_two", ["colour", "bow"], "found 'bow', expected some of colour, mfcc, bag"),
    ],
)
def test_parts_that_do_not_fit_are_told_where_they_stand(tmp_path, section, parts, said):
    def change(content):
        head = {"head": "linear"} if section.startswith("early") else {}
        content["matrix"]["with_words"][section]["odd"] = {"parts": parts, **head}

    found = wrong(tmp_path, change)
    assert f"matrix.with_words.{section}.odd.parts: {said}" in found


@pytest.mark.parametrize(
    ("section", "slug", "changed", "said"),
    [
        ("early_three", "early_all", {"head": "deep"}, "head: training.heads lacks 'deep'"),
        ("early_two", "early_mfcc_bag", {"head": "few_shot"}, "head: starts from prompts of one"),
        ("late_three", "late_all", {"with_left_out": True}, "with_left_out: its part"),
    ],
)
def test_what_is_wrong_with_an_entry_is_told_with_its_line(tmp_path, section, slug, changed, said):
    def change(content):
        content["matrix"]["with_words"][section][slug] |= changed

    found = wrong(tmp_path, change)
    (line, *_) = [line for line in found.splitlines() if said in line]
    where, key, _ = line.split(": ", 2)
    assert key == f"matrix.with_words.{section}.{slug}.{said.split(':')[0]}"
    number = int(where.rpartition(":")[2])
    text = (tmp_path / "params.yaml").read_text(encoding="utf-8").splitlines()
    assert text[number - 1].strip().startswith(said.split(":")[0])


def test_a_name_that_another_approach_has_is_told_in_its_section(tmp_path):
    def change(content):
        joined = content["matrix"]["with_words"]["late_two"]
        joined["odd"] = joined["late_colour_bag"]
        content["matrix"]["with_words"]["late_three"]["odd"] = {
            "parts": ["colour_linear", "mfcc_linear", "bag_linear"]
        }

    assert "matrix.with_words.late_two.odd: each approach needs a name" in wrong(tmp_path, change)


def test_a_headline_of_all_joins_what_it_names(tmp_path):
    def change(content):
        content["matrix"]["headline"]["all"] = "early_all"
        content["matrix"]["with_words"]["early_three"]["early_all"]["head"] = "mlp"

    assert "is not a fusion of the headline's picture, sound and words" in wrong(tmp_path, change)


def test_words_are_read_where_a_corpus_has_some(tmp_path):
    assert "needs a section `words`" in wrong(tmp_path, lambda content: content.pop("words"))
    assert "words" in load_sets(OWN)[0] and "words" not in load_sets(ROOT / "params.yaml")[0]


def test_any_set_runs_there_with_every_section_that_dvc_looks_for():
    content = yaml12.read(OWN.read_text(encoding="utf-8"))
    matrix = with_submitted(read_set(ROOT / "sets", "scratch").matrix, content)
    sections = ("early_two", "early_three", "late_two", "late_three")
    assert matrix["with_words"] == {name: {} for name in sections}
    TypeAdapter(Params).validate_python(content | {"matrix": matrix})


def test_what_a_card_shows_is_planted_for_every_genre_or_there_are_no_cards(tmp_path):
    def change(content):
        content["sample"]["words"] = {}

    assert "words lacks Action, Adventure" in wrong(tmp_path, change)


@pytest.mark.parametrize(
    ("name", "planted"),
    [("words_decoy", "words"), ("title_cards", "words"), ("motion_decoy", "motion")],
)
def test_nothing_is_shown_by_accident_where_nothing_of_its_kind_is_planted(tmp_path, name, planted):
    def change(content):
        sample = content["sample"]
        for other in ("words_decoy", "title_cards", "motion_decoy", planted):
            sample.pop(other)
        sample[name] = 0.1

    said = f"sample: {name} is for corpora that plant {planted}, and this plants none"
    assert said in wrong(tmp_path, change)


def test_unions_by_what_they_are_of():
    assert union_of(["words", "picture"]) == "picture_words"
    assert singles_of("all") == ("picture", "sound", "words") and singles_of("none") == ()
    assert in_words("all") == "picture, sound and words" and in_words("words") == "words"


def test_a_mask_of_the_title_knows_what_it_is_compared_with(tmp_path):
    found = {cell.slug: cell.unmasked for cell in cells(load(OWN))}
    assert found.pop("bag_untitled_linear") == "bag" and not any(found.values())

    def of_frames(content):
        content["matrix"]["backbones"]["colour"]["mask_title"] = True

    said = "matrix.backbones.colour.mask_title: is of backbones that read words, and this one reads"
    assert f"{said} frames" in wrong(tmp_path, of_frames)


def test_a_sample_that_plants_motion_plants_it_for_every_genre(tmp_path):
    def change(content):
        del content["sample"]["motion"]["Drama"]

    assert "motion lacks Drama" in wrong(tmp_path, change)
