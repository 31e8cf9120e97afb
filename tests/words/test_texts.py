"""All words of a trailer in order, and a trailer that has none."""

import pyarrow as pa

from stages.base.packs import read_pack, write_pack, write_table
from stages.trailers.media.results import OUTCOMES
from stages.words.rows import LINES, SEGMENTS
from stages.words.texts import texts_of, write


def line(frame, text, time=None):
    return {"frame": frame, "time": float(frame if time is None else time), "text": text}


def said(start, text):
    return {"start": start, "text": text}


def test_speech_and_cards_stand_in_order_of_time():
    lines = [line(2, "THIS SUMMER"), line(12, "x")]
    found = texts_of([said(1.5, "hello"), said(9.0, "go")], lines, "")
    assert [row["text"] for row in found] == ["hello", "THIS SUMMER", "go", "x"]
    assert [row["spoken"] for row in found] == [True, False, True, False]


def test_a_line_on_neighbouring_frames_is_there_once():
    lines = [
        line(1, "This summer"),
        line(2, "THIS SUMMER!"),
        line(2, "the end"),
        line(3, "This summer"),
    ]
    assert [row["text"] for row in texts_of([], lines, "")] == ["This summer", "the end"]
    again = [line(1, "This summer"), line(3, "This summer")]
    assert len(texts_of([], again, "")) == 2


def pack(folder, schema, rows, reasons):
    outcomes = [
        {"trailer_id": name, "reason": reason, "note": "", "count": len(rows.get(name, []))}
        for name, reason in reasons.items()
    ]
    tables = {
        name: pa.Table.from_pylist(
            [
                {each.name: "" if each.type == pa.string() else 0 for each in schema}
                | {"trailer_id": name, **row}
                for row in own
            ],
            schema,
        )
        for name, own in rows.items()
    }
    write_pack(folder, tables, tables.__getitem__, schema)
    write_table(pa.Table.from_pylist(outcomes, OUTCOMES), folder / "outcomes.parquet")
    return folder


def test_a_trailer_without_words_has_an_empty_text_and_one_not_heard_is_not_there(tmp_path):
    heard = {"a1": [said(4.0, "b"), said(1.0, "a")]}
    speech = pack(tmp_path / "s", SEGMENTS, heard, {"a1": "ok", "a2": "ok", "a3": "crashed"})
    cards = pack(tmp_path / "c", LINES, {"a1": [line(2, "c")]}, {"a1": "ok", "a2": "ok"})
    titles = {"a1": "The B", "a2": "C", "a3": "C"}
    assert write(tmp_path / "words", speech, cards, titles) == (2, 1)
    found = {
        table["trailer_id"][0].as_py(): table["text"].to_pylist()
        for table in read_pack(tmp_path / "words")
    }
    assert found == {"a1": ["a", "c", "b"], "a2": [""]}
    assert write(tmp_path / "words", speech, None, titles) == (2, 1)


def test_a_trailer_without_sound_says_nothing_where_speech_is_asked_for(tmp_path):
    reasons = {"a1": "no_audio", "a2": "silent", "a3": "too_short", "a4": "timeout", "a5": "ok"}
    titles = dict.fromkeys(reasons, "The B")
    speech = pack(tmp_path / "s", SEGMENTS, {"a5": [said(1.0, "a")]}, reasons)
    assert write(tmp_path / "words", speech, None, titles) == (4, 3)
    found = {
        table["trailer_id"][0].as_py(): table["text"].to_pylist()
        for table in read_pack(tmp_path / "words")
    }
    assert found == {"a1": [""], "a2": [""], "a3": [""], "a5": ["a"]}
    cards = pack(tmp_path / "c", LINES, {}, dict.fromkeys(reasons, "no_video"))
    assert write(tmp_path / "words", None, cards, titles) == (0, 0)  # nobody could look
