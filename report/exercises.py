"""Three exercises on accuracy, whose answers are computed from the same labels and tables."""

import numpy as np

from report.accuracy import Labels, of_constants
from report.corpora import Corpus
from report.figures.accuracy import rank_correlation
from report.html import Html, folded, paragraph
from report.text import listed, number, quoted


def exercises(labels: Labels, corpora: list[Corpus]) -> Html:
    """The exercises with their answers folded away."""
    asked = (
        (
            "A paper reports the accuracy that Keras gives by default. You review it and may ask "
            "for one list of labels only. Which order makes the best constant answer look worst?",
            _worst_order(labels),
        ),
        (
            "Put the threshold to its upper end, so that the constant guess names no label for any "
            "film. Which measure still praises it, why, and what does naming every label score?",
            _naming_nothing(labels),
        ),
        (
            "One approach is to be shown to the public. Does it matter whether it is chosen by "
            "Keras’ accuracy or by average precision?",
            _which_is_chosen(corpora),
        ),
    )
    text = "".join(
        f"<li>{paragraph(question).text}{folded(f'Answer {at}', paragraph(answer)).text}</li>"
        for at, (question, answer) in enumerate(asked, 1)
    )
    return Html(f'<ol class="exercises">{text}</ol>')


def worst_order(y_true: np.ndarray) -> tuple[float, list[int]]:
    """The order of columns in which the best constant answer has the lowest Keras' accuracy.

    Exact: of the sets of labels that may stand first, each once, in order of size. y_true:
    (n_films, n_genres) bool. Returns that accuracy and the order.
    """
    n_genres = y_true.shape[1]
    masks, counts = np.unique(y_true @ (1 << np.arange(n_genres)), return_counts=True)
    best: dict[int, tuple[int, tuple[int, ...]]] = {0: (0, ())}
    for before in range(1 << n_genres):  # a set comes after all that it contains
        worst, order = best[before]
        left = masks & before == 0
        for genre in range(n_genres):
            if not before >> genre & 1:
                films = int(counts[left & (masks >> genre & 1 == 1)].sum())
                found = max(worst, films), (*order, genre)
                after = before | 1 << genre
                best[after] = min(best.get(after, found), found)
    films, order = best[(1 << n_genres) - 1]
    return films / len(y_true), list(order)


def _worst_order(labels: Labels) -> str:
    y_true = labels.y_true
    value, order = worst_order(y_true)
    names = [labels.genres[genre] for genre in order]
    best = labels.genres[int(of_constants(y_true, order).argmax())]
    most = int(y_true.sum(axis=0).argmax())
    return (
        f"On {labels.title} no order brings it below {100 * value:.1f}%, which {best} scores with "
        f"the labels as {listed(names)}. With {labels.genres[most]} first it is "
        f"{100 * y_true[:, most].mean():.1f}%, the most it can be. Whoever sets the order sets the "
        "number: ask for a measure that has no order."
    )


def _naming_nothing(labels: Labels) -> str:
    y_true = labels.y_true
    density = float(y_true.mean())
    share = y_true.mean(axis=0)
    return (
        f"Binary accuracy. On {labels.title} {100 * density:.1f}% of the pairs of film and label "
        f"are a yes, so answering no to all is right for {100 * (1 - density):.1f}%; exact match "
        "and macro F1 are 0. Naming every label is the reverse: binary accuracy "
        f"{number(density, 3)}, macro F1 {number(float((2 * share / (1 + share)).mean()), 3)}. "
        "Average precision is the same for both: it needs no threshold."
    )


def _which_is_chosen(corpora: list[Corpus]) -> str:
    said = []
    for corpus in corpora:
        rows = corpus.metrics.approaches.dropna(subset=["keras_accuracy", "macro_ap"])
        rows = rows.sort_values("macro_ap", ascending=False, kind="stable").reset_index(drop=True)
        first = int(rows["keras_accuracy"].argmax())
        chosen = quoted(str(rows["approach"][first]))
        same = "the same one" if first == 0 else f"number {first + 1} by average precision"
        said.append(
            f"{corpus.title}: Keras’ accuracy chooses {chosen}, {same} of {len(rows)}; the rank "
            f"correlation of the two is {number(rank_correlation(rows))}."
        )
    return (
        " ".join(said) + " The order of two models that are close may turn; and neither number, "
        "without that of a constant answer beside it, says whether there is any skill."
    )
