"""What families that read words share: texts as items, and a state of their own for none."""

from collections.abc import Sequence

import numpy as np

from stages.embedding.base import Backbone


def coded(texts: Sequence[str]) -> list[np.ndarray]:
    """Texts as a backbone takes them: (n_bytes,) uint8 each, UTF-8."""
    return [np.frombuffer(text.encode(), np.uint8) for text in texts]


def texts_of(items: np.ndarray) -> list[str]:
    """The texts of prepared items."""
    return [row.tobytes().rstrip(b"\0").decode() for row in np.ascontiguousarray(items)]


class Texts(Backbone):
    """A backbone that reads what a trailer says and shows.

    Its trailer is a list of texts in order of time, `coded`, and one empty text where there is
    nothing. An embedding has one number more than the family computes, the last: 1 where nothing
    is said or shown. There the others are unknown (NaN), and a probe takes them for the mean of its
    training films: no zero vector stands for a meaning that it has not.
    """

    whole_trailer = False
    """Whether a trailer's texts are one item; else each is one."""

    def prepare(self, trailer: Sequence[np.ndarray] | np.ndarray, sample_rate: int) -> np.ndarray:
        """(n_items, n_bytes) uint8, padded with zeros; of a whole trailer a text a line."""
        texts = [np.asarray(text, np.uint8).tobytes().replace(b"\0", b" ") for text in trailer]
        if self.whole_trailer:
            texts = [b"\n".join(texts)]
        items = np.zeros((len(texts), max(map(len, texts), default=0)), np.uint8)
        for row, text in zip(items, texts, strict=True):
            row[: len(text)] = np.frombuffer(text, np.uint8)
        return items

    def embed_items(self, items: np.ndarray) -> np.ndarray:
        says = np.array([bool(text.strip()) for text in texts_of(items)])
        found: np.ndarray = np.full((len(items), *self.shape), np.nan, self.dtype)
        found[:, -1] = ~says
        if says.any():
            found[says, :-1] = self.embed_checked(items[says], (self.shape[0] - 1,))
        return found
