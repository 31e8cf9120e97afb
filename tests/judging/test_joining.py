"""Who contributes what to a fusion, and which films it loses, on a board with planted skill."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from stages.base.params.matrix import Cell
from stages.judging.complementarity import fusion_rows
from stages.judging.joining import (
    ALL,
    CONFUSED,
    CONTRIBUTIONS,
    confused_rows,
    contribution_rows,
    first_is_right,
    shapley_weights,
)
from stages.judging.part_selection import better_part
from stages.judging.questions import exploratory_comparisons


def macro(board, slug: str) -> float:
    score = board.y_scores[board.row(slug)]
    return float(average_precision_score(board.y_true, score, average="macro"))


def test_contributions_are_the_mean_over_both_orders_and_add_up(board, judging):
    rows = [row for row in contribution_rows(board, judging) if row["genre"] == ALL]
    assert all(list(row) == CONTRIBUTIONS for row in rows)
    assert [(row["approach"], row["modality"], row["part"]) for row in rows] == [
        *(("joined", "picture", "good"), ("joined", "sound", "bad")),
        *(("averaged", "picture", "good"), ("averaged", "sound", "bad")),
    ]
    prior, good, bad, both = (macro(board, slug) for slug in ("prior", "good", "bad", "averaged"))
    picture, sound = (row["contribution"] for row in rows[2:])
    assert picture == pytest.approx(((good - prior) + (both - bad)) / 2)
    assert sound == pytest.approx(((bad - prior) + (both - good)) / 2)
    assert picture + sound == pytest.approx(both - prior)
    assert rows[2]["lo"] > 0 and rows[2]["lo"] < picture < rows[2]["hi"]


def test_of_each_genre_likewise(board, judging):
    rows = [row for row in contribution_rows(board, judging) if row["approach"] == "averaged"]
    of_genre = {row["modality"]: row for row in rows if row["genre"] == board.genres[3]}
    truth = board.y_true[:, 3]
    prior, good, bad, both = (
        average_precision_score(truth, board.y_scores[board.row(slug)][:, 3])
        for slug in ("prior", "good", "bad", "averaged")
    )
    assert of_genre["picture"]["contribution"] == pytest.approx((good - prior + both - bad) / 2)


def test_weights_of_three_are_those_of_all_orders():
    players = ("picture", "sound", "words")
    worth = {
        frozenset(name for name, is_in in zip(players, bits, strict=True) if is_in): str(bits)
        for bits in np.ndindex(2, 2, 2)
    }
    value = dict(zip(worth.values(), np.random.default_rng(0).random(8), strict=True))
    for player in players:
        steps = []
        for order in permutations(players):
            before = frozenset(order[: order.index(player)])
            steps.append(value[worth[before | {player}]] - value[worth[before]])
        weights = shapley_weights(worth, players, player)
        found = sum(weight * value[name] for name, weight in weights.items())
        assert found == pytest.approx(np.mean(steps))


def with_words(board, *cells):
    """The board and words, which are as good as the picture, and more fusions: means of parts."""
    heard = Cell("said", "single", "words", ("bag",), "mean", "linear")
    known = [*board.cells, heard, *cells]
    score = {cell.slug: board.by_seed[n] for n, cell in enumerate(board.cells)}
    score["said"] = score["good"][:, ::-1]
    for cell in cells:
        score[cell.slug] = np.mean([score[part] for part in cell.parts], axis=0)
    return replace(
        board,
        cells=tuple(known),
        by_seed=np.stack([score[cell.slug] for cell in known]),
        inner=np.concatenate([board.inner, np.repeat(board.inner[:1], len(cells) + 1, axis=0)]),
    )


def late(slug, modality, *parts):
    """As the board's own fusion is."""
    return Cell(slug, "late", modality, parts, "mean", "mlp")


def test_of_three_every_two_must_have_been_joined(board, judging):
    pairs = [
        late("seen_said", "picture_words", "good", "said"),
        late("heard_said", "sound_words", "bad", "said"),
    ]
    every = late("every", "all", "good", "bad", "said")
    found = contribution_rows(with_words(board, *pairs, every), judging)
    of_three = [row for row in found if (row["approach"], row["genre"]) == ("every", ALL)]
    assert [row["modality"] for row in of_three] == ["picture", "sound", "words"]
    whole = with_words(board, *pairs, every)
    total = sum(row["contribution"] for row in of_three)
    assert total == pytest.approx(macro(whole, "every") - macro(whole, "prior"))
    worth = {"prior": (), "good": "p", "bad": "s", "said": "w", "averaged": "ps"}
    worth |= {"seen_said": "pw", "heard_said": "sw", "every": "psw"}
    value = {frozenset(members): macro(whole, slug) for slug, members in worth.items()}
    steps = []
    for order in permutations("psw"):
        before = frozenset(order[: order.index("w")])
        steps.append(value[before | {"w"}] - value[before])
    assert of_three[2]["contribution"] == pytest.approx(np.mean(steps))
    lacking = contribution_rows(with_words(board, pairs[0], every), judging)
    assert "every" not in {row["approach"] for row in lacking}


def test_few_films_have_no_intervals(board, judging):
    few = replace(judging, min_films=1000)
    assert not any("lo" in row for row in contribution_rows(board, few))
    assert not any("lost_lo" in row for row in confused_rows(board, few))


def test_films_that_joining_loses_and_wins(board, judging):
    rows = {(row["approach"], row["modality"]): row for row in confused_rows(board, judging)}
    assert len(rows) == 6 and set(rows["averaged", "sound"]) == set(CONFUSED)
    right = {slug: first_is_right(board, slug) == 1 for slug in ("good", "bad", "averaged")}
    row = rows["averaged", "picture"]
    assert row["right"] == pytest.approx(right["good"].mean())
    assert row["lost"] == pytest.approx((right["good"] & ~right["averaged"]).mean())
    assert row["won"] == pytest.approx((~right["good"] & right["averaged"]).mean())
    assert row["lost_by_chance"] == pytest.approx(right["good"].mean() * (1 - row["right_joined"]))
    either = right["good"] | right["bad"]
    assert rows["averaged", ALL]["lost"] == pytest.approx((either & ~right["averaged"]).mean())
    assert row["lost_lo"] < row["lost"] < row["lost_hi"] and row["lost"] < row["lost_by_chance"]


def test_a_film_without_a_genre_is_neither_right_nor_wrong(board, judging):
    y_true = board.y_true.copy()
    y_true[:7] = False
    row = next(confused_rows(replace(board, y_true=y_true), judging))
    assert row["films"] == len(y_true) - 7 and 0 < row["right"] < 1


def test_one_network_for_both_is_no_fusion(board, judging):
    """What it hears and what it sees cannot be told apart: it is compared, not taken apart."""
    one = Cell("one", "single", "both", ("pe_av",), "mean", "linear", "all")
    cells = (*board.cells, one)
    by_seed = np.concatenate([board.by_seed, board.by_seed[1:2]])
    inner = np.concatenate([board.inner, board.inner[1:2]])
    whole = replace(board, cells=cells, by_seed=by_seed, inner=inner)
    for rows in (contribution_rows, confused_rows, fusion_rows):
        assert [*rows(whole, judging)] == [*rows(board, judging)]
    asked = [each for each in exploratory_comparisons(whole) if "one" in (each.a, each.b)]
    assert [(each.family, each.a, each.b) for each in asked] == [
        ("joint", "one", better_part(whole, ["joined", "averaged"])),
        ("no_skill", "one", "random_scores"),
    ]
    assert "one network for picture and sound, one, tell more than two" in asked[0].question
