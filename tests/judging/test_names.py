from stages.base.params.matrix import PRIOR, Cell
from stages.judging.names import approach_names

WORDS = {"colour": "colour statistics", "mfcc": "MFCC statistics", "tones": "i-vectors of 20"}


def single(slug, backbone="colour", context="mean", head="linear", **more):
    if backbone == "colour":
        return Cell(slug, "single", "picture", (backbone,), context, head, **more)
    return Cell(slug, "single", "sound", (backbone,), context, head, **more)


def early(slug, sound="mfcc"):
    return Cell(slug, "early", "both", ("colour", sound), "mean", "linear")


def late(slug, by, *parts):
    return Cell(slug, "late", "both", parts, "scores", by)


def test_a_name_says_what_is_looked_at_how_and_with_which_head():
    cells = [
        Cell(PRIOR, "prior", "none", (), "none", "none"),
        single("a"),
        single("b", context="max", head="mlp"),
        single("c", context="each", head="conv"),
        single("d", "mfcc", "each", window="start"),
        single("e", "mfcc", window="end"),
        single("f", "mfcc", window="all"),
        single("g", labels="popular", base="a"),
        single("h", "deep_net", "my_own", "my_head"),
    ]
    assert approach_names(cells, WORDS, "start") == {
        "prior": "label frequencies",
        "a": "colour statistics, linear probe",
        "b": "colour statistics, maximum, MLP",
        "c": "colour statistics, frame by frame, CNN",
        "d": "MFCC statistics, window by window, linear probe",
        "e": "MFCC statistics at the end, linear probe",
        "f": "MFCC statistics, all windows, linear probe",
        "g": "colour statistics, linear probe, popular genres",
        "h": "deep net, my own, my head",
    }


def test_fusions_are_told_apart_by_their_parts_only_where_that_is_needed():
    cells = [single("a"), single("b", "mfcc"), single("k", "tones", head="knn")]
    alone = [
        *cells,
        early("one"),
        late("two", "weighted", "a", "b"),
        late("three", "mean", "a", "k"),
    ]
    names = approach_names(alone, WORDS)
    assert names["one"] == "picture and sound joined early, linear probe"
    assert names["two"] == "picture and sound joined late by weights, linear probes"
    assert names["three"] == "picture and sound joined late, linear probe and kNN"
    names = approach_names([*alone, early("four", "tones")], WORDS)
    assert names["one"] == (
        "picture and sound joined early, linear probe (colour statistics, MFCC statistics)"
    )
    assert names["four"].endswith("(colour statistics, i-vectors of 20)")


def test_no_two_names_are_the_same():
    cells = [
        single("one"),
        single("two"),
        early("three"),
        early("four"),
        single("five", head="mlp"),
    ]
    names = approach_names(cells, WORDS)
    assert len(set(names.values())) == len(cells)
    assert names["one"] == "colour statistics, linear probe (one)"
    assert names["five"] == "colour statistics, MLP"


def test_unions_say_what_they_join():
    seen = Cell("a", "single", "picture", ("a",), "mean", "linear")
    said = Cell("b", "single", "words", ("b",), "mean", "linear")
    both = Cell("c", "late", "picture_words", ("a", "b"), "scores", "mean")
    three = Cell("d", "early", "all", ("a", "x", "b"), "mean", "linear")
    names = approach_names([seen, said, both, three], {"a": "colour", "b": "bag of words"})
    assert names["b"] == "bag of words, linear probe"
    assert names["c"] == "picture and words joined late, linear probes"
    assert names["d"] == "picture, sound and words joined early, linear probe"
