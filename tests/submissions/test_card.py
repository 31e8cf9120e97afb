"""What a card has to say, and that none of it is more than text."""

from typing import get_args

import pytest

from stages.base.errors import BenchmarkError
from stages.base.params import yaml12
from stages.base.params.modalities import SINGLE, UNIONS
from stages.submissions.card import LooksAt, read_card
from tests.submissions.conftest import CARD


def refused(path, text: str) -> str:
    path.write_text(text)
    with pytest.raises(BenchmarkError) as error:
        read_card(path)
    return str(error.value)


def test_a_card_is_read_as_it_was_written(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("\n".join(f"{name}: {value}" for name, value in CARD.items()))
    assert read_card(path).facts() == CARD  # YAML 1.2: no is a word


@pytest.mark.parametrize(
    ("field", "value", "part"),
    [
        ("scale", "percent", "Input should be 'probability' or 'any' (found: 'percent')"),
        (
            "looks_at",
            "smell",
            "Input should be 'picture', 'sound', 'words', 'both', 'picture_words', 'sound_words' "
            "or 'all'",
        ),
        ("date", "yesterday", "date: no day, expected one such as 2026-11-29"),
        ("who", " ", "who: an empty text"),
        ("who", "a\nb", r"who: has '\n', expected one line of printable text"),
        ("who", "a\u202eb", r"who: has '\u202e', expected one line of printable text"),
        ("who", "x" * 301, "who: String should have at most 300 characters"),
        ("colour", "red", "colour: unknown parameter"),
        (
            "our_films_among_it",
            True,
            "Input should be 'yes', 'no' or 'unknown'",
        ),
    ],
)
def test_a_bad_field_is_named_with_its_line(tmp_path, field, value, part):
    path = tmp_path / "mine.yaml"
    said = refused(path, yaml12.block({**CARD, field: value}))
    line = 1 + list({**CARD, field: value}).index(field)
    assert f"{path}:{line}: " in said and part in said and "docs/submit.md" in said


def test_it_may_look_at_whatever_an_approach_of_ours_may():
    assert {*get_args(LooksAt)} == {*SINGLE, *UNIONS}


def test_all_bad_fields_are_named_at_once(tmp_path):
    said = refused(tmp_path / "mine.yaml", "who: me\nscale: log\n")
    assert said.count(": missing") == 7 and "scale: Input should be" in said


@pytest.mark.parametrize(
    "text",
    [
        "who: &a [x, x]\npaper: *a\n",
        "!!python/object/apply:os.system [echo]\n",
        "- a list\n",
        "who: [\n",
        "who: " + "x" * 30_000,
    ],
)
def test_a_card_that_is_none_is_refused(tmp_path, text):
    refused(tmp_path / "mine.yaml", text)


def test_an_error_moves_no_terminal(tmp_path):
    said = refused(tmp_path / "mine.yaml", '"\\e[2J": 1\n')
    assert "\x1b" not in said and r"\x1b[2J" in said
