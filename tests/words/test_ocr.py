"""Which frames are read, and what is made of what is read; the networks are a stand-in's."""

import sys
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from stages.base.errors import BenchmarkError
from stages.base.packs import write_pack
from stages.base.params import CardsParams
from stages.trailers.media.results import FRAMES
from stages.words import cards, ocr, rows
from tests.embedding.made_packs import IDS, picture_rows

SAME = CardsParams().same_level


def card(text: str, level: int = 235, size: tuple[int, int] = (456, 256)) -> np.ndarray:
    """A title card, (h, w, 3) uint8 BGR."""
    picture = np.full((size[1], size[0], 3), 12, np.uint8)
    face = cv2.FONT_HERSHEY_SIMPLEX
    (width, height), _ = cv2.getTextSize(text, face, 0.9, 2)
    at = (size[0] - width) // 2, (size[1] + height) // 2
    cv2.putText(picture, text, at, face, 0.9, (level,) * 3, 2, cv2.LINE_AA)
    return picture


def coded(picture: np.ndarray, quality: int = 90) -> bytes:
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def decoded(jpeg: bytes) -> np.ndarray:
    found = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert found is not None
    return found


def differ(one: np.ndarray, other: np.ndarray) -> bool:
    return ocr.differ(ocr.blocks_of(one), ocr.blocks_of(other), SAME)


@pytest.mark.parametrize("quality", [60, 75, 95])
def test_the_same_card_coded_again_is_the_same(quality):
    shown = card("THIS SUMMER")
    noise = np.random.default_rng(0).normal(0, 3, shown.shape)
    noisy = np.clip(shown + noise, 0, 255).astype(np.uint8)
    assert not differ(decoded(coded(shown)), decoded(coded(shown, quality)))
    assert not differ(decoded(coded(shown)), decoded(coded(noisy)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (card("THIS SUMMER"), card("THIS WINTER")),
        (card("10 MAY"), card("18 MAY")),
        (card(""), card("A")),
        (card("COMING SOON", 60), card("COMING SOON", 235)),  # it fades in
        (card("SOON"), card("SOON", size=(456, 260))),
    ],
)
def test_other_words_are_another_frame(one, other):
    assert differ(decoded(coded(one)), decoded(coded(other)))


def frames(*pictures: np.ndarray) -> list[dict]:
    return [
        {"frame": n, "time": 10 + 2.0 * n, "jpeg": coded(picture)}
        for n, picture in enumerate(pictures)
    ]


@pytest.fixture
def looked_at(monkeypatch):
    """A stand-in for the networks that finds one word on every frame; the frames it saw."""
    seen = []

    def look(picture):
        seen.append(picture)
        box = {"left": 0.0, "top": 0.0, "right": 1.0, "bottom": 1.0}
        return [{"text": f"word {len(seen)}", "confidence": 1.0, **box}]

    monkeypatch.setattr(ocr, "reader", lambda: look)
    return seen


def test_a_frame_like_the_one_read_before_is_skipped(looked_at):
    one, two = card("THIS SUMMER"), card("THIS WINTER")
    found = ocr.read_frames(frames(one, one, two, two, one)[::-1], SAME)
    assert [(line["frame"], line["time"], line["text"]) for line in found] == [
        (0, 10.0, "word 1"),
        (2, 14.0, "word 2"),
        (4, 18.0, "word 3"),
    ]


def test_a_slow_fade_is_compared_with_what_was_read_and_not_with_its_neighbour(looked_at):
    fade = [card("SOON", level) for level in range(12, 60, 4)]
    read = [line["frame"] for line in ocr.read_frames(frames(*fade), SAME)]
    assert 1 < len(read) < len(fade)


def test_lines_are_shares_of_the_picture(monkeypatch):
    asked = []

    class Engine:
        def __init__(self, params):
            asked.append(params)

        def __call__(self, picture, text_score):
            boxes = np.array(
                [[[45, 26], [228, 24], [229, 128], [44, 130]], [[-3, 0], [9, 0], [9, 9], [0, 9]]]
            )
            return SimpleNamespace(boxes=boxes, txts=(" THIS SUMMER ", " "), scores=(0.875, 0.9))

    monkeypatch.setitem(sys.modules, "rapidocr", SimpleNamespace(RapidOCR=Engine))
    (line,) = ocr.Reader()(np.zeros((260, 456, 3), np.uint8))
    assert line.pop("text") == "THIS SUMMER" and line.pop("confidence") == 0.875
    assert line == pytest.approx(
        {"left": 44 / 456, "right": 229 / 456, "top": 24 / 260, "bottom": 0.5}
    )
    assert asked[0]["Global.use_cls"] is False
    monkeypatch.setattr(Engine, "__call__", lambda *_, **__: SimpleNamespace(boxes=None, txts=None))
    assert ocr.Reader()(np.zeros((260, 456, 3), np.uint8)) == []


def test_without_the_extra_one_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    with pytest.raises(BenchmarkError, match=r"needs rapidocr\n.*install.py core words`$"):
        ocr.Reader()


def test_a_trailers_frames_are_read_once(looked_at, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the store lies below the working folder
    write_pack(tmp_path / "frames", IDS, picture_rows, FRAMES)
    todo = cards.jobs(tmp_path / "frames", CardsParams())
    assert [job.trailer_id for job in todo] == sorted(IDS, key=lambda i: (int(i[-1], 16), i))
    monkeypatch.setattr(
        cards, "run", lambda function, items: ((each, function(each)) for each in items)
    )
    first = {job.trailer_id: path for job, path in cards.read_all(todo) if isinstance(path, Path)}
    assert len(looked_at) == len(IDS) * 3
    assert {job.trailer_id: path for job, path in cards.read_all(todo)} == first
    assert len(looked_at) == len(IDS) * 3
    assert [line["frame"] for line in rows.read(first[IDS[0]])] == [0, 1, 2]
    cards.read(cards.jobs(tmp_path / "frames", CardsParams(same_level=200))[0])
    assert len(looked_at) == len(IDS) * 3 + 1, "another rule reads again"
