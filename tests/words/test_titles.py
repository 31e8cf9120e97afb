"""The words of a film's own title are hidden, and only they."""

import numpy as np
import pytest

from stages.backbones import bag
from stages.embedding.jobs import Recipe, jobs
from stages.embedding.preparing import prepare
from stages.sample.films import PATTERNS
from stages.words.texts import texts_of, write_texts
from stages.words.titles import MARK, title_words, without_title

M = MARK


@pytest.mark.parametrize(
    ("title", "text", "left"),
    [
        ("The Tin Kite", "the TIN kite, this summer", f"the {M} {M}, this summer"),
        ("The Tin Kite", "THETINKITE is coming", f"{M} is coming"),  # run together by a reader
        ("The Tin Kite", "tinkite TheTin kites", f"{M} {M} kites"),
        ("The Tin Kite", "The. Tin! Kite? Now.", f"The. {M}! {M}? Now."),
        ("The Tin Kite", "TIN KITE", ""),  # nothing else is left
        ("The Tin Kite", "a tint", "a tint"),
        ("Amélie à Paris", "AMELIE, paris; Amelie", ""),
        ("Amelie", "Amélie rit", f"{M} rit"),  # accents are folded on both sides
        ("Amélie", "Ame\u0301lie rit", f"{M} rit"),  # an accent that stands for itself
        ("Ame\u0301lie", "AMÉLIE rit", f"{M} rit"),
        ("Łódź", "lodz, 1981", f"{M}, 1981"),
        ("Spiderman", "SPIDER-MAN and SPIDER-MAN'S web", f"{M} and {M}'S web"),
        ("Spiderman", "a spider, man", "a spider, man"),  # two words
        # a reader's single space in a word
        ("Spiderman", "SPIDER MAN is back", f"{M} is back"),
        ("Spider-Man", "SPI DER MAN IS BACK", f"{M} {M} IS BACK"),
        ("Spider-Man", "SPI DER-MAN IS BACK", f"{M}-{M} IS BACK"),
        ("Spider-Man", "SPID ERMAN IS BACK", f"{M} IS BACK"),  # run together besides
        ("Spider-Man", "SPI  DER and SPI, DER", "SPI  DER and SPI, DER"),
        ("Together", "we get her to get her", "we get her to get her"),  # ordinary words, three
        ("Apart", "a part of me", "a part of me"),
        ("Overboard", "leaning over board games", "leaning over board games"),
        ("Therapist", "the rapist", "the rapist"),
        ("Manslaughter", "a man's laughter", "a man's laughter"),
        ("The Tin Kite", "a kit, e", "a kit, e"),
        # function words of a title, beside what is hidden
        ("Lord of the Rings", "THE LORD OF THE RINGS", ""),
        ("Lord of the Rings", "OF THE RINGS", ""),  # the second line of a card
        ("Lord of the Rings", "LORD OFTHE RINGS", ""),
        ("Lord of the Rings", "Lord of the Rings. Soon", f"{M} {M}. Soon"),
        ("Lord of the Rings", "lord of all the rings", f"{M} of all the {M}"),
        ("Lord of the Rings", "king of the rings", f"king of the {M}"),
        ("Lord of the Rings", "of the", "of the"),
        ("Plan B", "PLAN B", ""),
        ("Plan B", "plan A", f"{M} A"),
        ("Oceans Twelve", "OCEAN’S TWELVE. A-team", f"{M} {M}. A-team"),
        ("The Tin Kite", "TIN-MAN, man-tin-man", f"{M}-MAN, man-{M}-man"),
        ("The Tin Kite", "cafe\u0301", "cafe\u0301"),  # nothing is hidden: as it was
        ("Uncle Ferenc's War", "it's uncle's war", f"it's {M}'s {M}"),
        ("Them and Us", "them and us", "them and us"),  # function words alone: nothing to hide
        ("M", "M as in murder", "M as in murder"),
        ("1984", "In 1984", f"In {M}"),
        ("", "anything at all", "anything at all"),
        ("The Tin Kite", "", ""),
    ],
)
def test_what_is_hidden(title, text, left):
    assert without_title(text, title) == left


def test_of_words_run_together_only_those_with_a_word_of_its_own():
    assert title_words("What the Kite Owes") == {
        *("kite", "owes"),
        *("thekite", "whatthekite", "kiteowes", "thekiteowes", "whatthekiteowes"),
    }
    assert all(title_words(each.replace("{", "").replace("}", "")) for each in PATTERNS)


def test_an_approach_reads_what_is_left_and_another_all(tmp_path):
    """Shares of words are of the texts that are left; where none is, there are no words."""
    shown = [{"frame": n * 5, "time": float(n), "text": t} for n, t in enumerate(("KITE", "run"))]
    write_texts(
        tmp_path / "words",
        {"a1": texts_of([], shown, "The Kite"), "b2": texts_of([], shown[:1], "The Kite")},
    )

    def read(mask: bool) -> dict[str, np.ndarray]:
        todo = jobs(tmp_path / "words", Recipe("bag", mask_title=mask))
        backbone = bag.Family()
        return {j.trailer_id: backbone.embed_items(prepare(backbone, j).items)[0] for j in todo}

    kite, run = bag.Family().embed(coded_items("kite")), bag.Family().embed(coded_items("run"))
    every, left = read(False), read(True)
    assert np.array_equal(every["a1"][:-1], (kite[0] + run[0]) / 2)
    assert np.array_equal(left["a1"][:-1], run[0]) and left["a1"][-1] == 0
    assert np.array_equal(every["b2"][:-1], kite[0])
    assert np.isnan(left["b2"][:-1]).all() and left["b2"][-1] == 1, "nothing is left to read"


def coded_items(text: str) -> np.ndarray:
    return np.frombuffer(text.encode(), np.uint8)[None]


def test_embeddings_of_both_are_kept_apart(tmp_path):
    write_texts(tmp_path / "words", {"a1": texts_of([{"start": 0.0, "text": "a"}], [], "")})
    keys = {
        mask: jobs(tmp_path / "words", Recipe("bag", mask_title=mask))[0].key
        for mask in (True, False)
    }
    assert keys[True] != keys[False]
