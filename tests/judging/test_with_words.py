"""The headline's comparisons where it names words, and what a recovery of three says."""

from dataclasses import replace

from stages.base.params.matrix import HeadlineParams
from stages.judging.comparisons import headline_rows
from stages.judging.exports import DIFFERENCES
from stages.judging.part_selection import better_part
from stages.judging.questions import exploratory_comparisons
from stages.judging.recovery import recovery_summary
from tests.judging.test_joining import late, with_words

HEADLINE = HeadlineParams(picture="good", sound="bad", words="said", both="averaged", all="every")


def named(board):
    """The board of the headline alone, words in it."""
    whole = with_words(board, late("every", "all", "good", "bad", "said"))
    rows = [n for n, cell in enumerate(whole.cells) if cell.slug in HEADLINE.named.values()]
    cells = tuple(whole.cells[row] for row in rows)
    return replace(whole, cells=cells, by_seed=whole.by_seed[rows], inner=whole.inner[rows])


def test_every_two_are_compared_and_all_with_what_was_named_without_words(board, judging):
    of = named(board)
    rows = headline_rows(of, judging, HEADLINE)
    assert [(row["family"], row["a"], row["b"]) for row in rows] == [
        ("picture_sound", "good", "bad"),
        ("picture_words", "good", "said"),
        ("sound_words", "bad", "said"),
        ("fusion", "averaged", better_part(of, ["good", "bad"])),
        ("with_words", "every", "averaged"),
    ]
    assert {row["family"] for row in rows} == DIFFERENCES.keys()
    assert len({row["holm_family"] for row in rows}) == 1
    alone = headline_rows(of, judging, replace(HEADLINE, both=None, sound=None, all=None))
    assert [row["family"] for row in alone] == ["picture_words"]


def test_words_are_compared_with_each_of_the_others_under_one_head(board):
    found = exploratory_comparisons(with_words(board))
    assert ("sound_words", "other_head", "said") in {(c.family, c.a, c.b) for c in found}


def test_recovery_joins_an_approach_of_each_of_the_three():
    rows = [
        {"approach": slug, "cue": slug, "normalised_ap": value, "ceiling_normalised_ap": value}
        | {"planted": value, "above": 0}
        for slug, values in (("picture", (0.1, 0.5)), ("sound", (0.2, 0.3)), ("words", (0.0, 0.6)))
        for value in values
    ]
    approaches = [{"approach": slug, "macro_ap": 0.5} for slug in ("picture", "sound", "words")]
    found = recovery_summary(rows, approaches, {"picture": "picture", "words": "words"})
    assert found["headline"]["cells"] == 4 and found["headline"]["words"] == "words"
    assert found["best"]["cells"] == 6 and found["best"]["rank_correlation"] == 1


def test_hiding_the_title_is_compared_with_the_same_approach_without(board):
    whole = with_words(board)
    said = whole.cells[whole.row("said")]
    hidden = replace(said, slug="hidden", parts=("bag_untitled",), unmasked=said.parts[0])
    other = replace(said, slug="other", parts=("sentences",))
    rows = [*range(len(whole.cells)), whole.row("said"), whole.row("said")]
    cells = (*whole.cells, hidden, other)
    three = replace(whole, cells=cells, by_seed=whole.by_seed[rows], inner=whole.inner[rows])
    found = [(c.a, c.b) for c in exploratory_comparisons(three) if c.family == "title"]
    assert found == [("hidden", "said")]
