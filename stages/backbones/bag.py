"""A bag of words: which share of a trailer's texts has each word. It needs no weights.

Words are hashed to a fixed number of columns (Weinberger et al. 2009, arXiv 0902.2206), so that
nothing is fitted: no vocabulary, and no inverse document frequency. Either would have to be learnt
on each model's own training films, or it tells of the films that are held out. What idf is for,
that a rare word counts for more, is done where it can be done fairly: a probe divides each column
by its spread over the training films, which is small for a rare word.
"""

from typing import Any, ClassVar

import numpy as np

from stages.embedding import papers
from stages.embedding.records import Record
from stages.embedding.texts import Texts, texts_of

COLUMNS = 2048

RECORD = Record(
    name="bag of words",
    modality="words",
    input="all texts of a trailer",
    shape=(COLUMNS + 1,),
    parameters=0,
    trained_on="nothing",
    licence="–",
    paper="Weinberger et al. 2009, arXiv 0902.2206",
    memory_mb=0,
    bibtex=papers.HASHING,
    note="The share of a trailer's texts in which each word is, words hashed to 2,048 columns; the "
    "last column says that there are no words.",
)


class Family(Texts):
    RECORDS: ClassVar = {"": RECORD}
    LIBRARIES = ("scikit-learn",)
    whole_trailer = True

    def __init__(self, model: str = "", **options: Any) -> None:
        super().__init__(model, **options)
        from sklearn.feature_extraction.text import HashingVectorizer  # half a second

        self._count = HashingVectorizer(
            n_features=COLUMNS,
            strip_accents="unicode",
            binary=True,
            norm=None,
            alternate_sign=False,
            dtype=np.float32,
        )

    def embed(self, batch: np.ndarray) -> np.ndarray:
        return np.stack([self._shares(text.split("\n")) for text in texts_of(batch)])

    def _shares(self, texts: list[str]) -> np.ndarray:
        """(COLUMNS,) of one trailer's texts."""
        return np.asarray(self._count.transform(texts).mean(axis=0)).reshape(COLUMNS)
