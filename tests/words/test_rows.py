"""Segments and lines as they are kept and packed."""

from functools import partial

import pyarrow as pa
import pytest

from stages.base.errors import TrailerError
from stages.base.packs import DIGEST, digest, read_pack, read_table
from stages.base.params import CardsParams, SpeechParams
from stages.base.store import Store
from stages.words import rows
from stages.words.cards import certain
from stages.words.invented import spoken

SAID = {"start": 1.5, "end": 3.0, "text": "Run.", "language": "en"}
SAID |= {"log_probability": -0.2, "no_speech": 0.1}
LINE = {"frame": 3, "time": 12.5, "text": "THIS SUMMER", "confidence": 0.9}
LINE |= {"left": 0.1, "top": 0.4, "right": 0.9, "bottom": 0.6}
ONE, TWO, THREE = (digit * 16 for digit in "123")


def write(path, found, schema=rows.SEGMENTS, said=""):
    """An entry as it would be kept, whatever is in it; said: a digest instead of its own."""
    table = pa.Table.from_pylist(found, rows.own_columns(schema))
    whole = all(value is not None for row in found for value in row.values())
    said = said or (digest(table) if whole else "none")
    table = table.replace_schema_metadata({DIGEST: said})
    with pa.ipc.new_file(str(path), table.schema) as writer:
        writer.write_table(table)
    return path


@pytest.mark.parametrize(("schema", "row"), [(rows.SEGMENTS, SAID), (rows.LINES, LINE)])
@pytest.mark.parametrize("count", [0, 1, 3])
def test_what_is_kept_is_what_is_read(tmp_path, schema, row, count):
    store = Store("words", 1, None, tmp_path, rows.RowsCheck(schema))
    found = [row | {"text": f"{row['text']} {n}"} for n in range(count)]
    path = rows.keep(found, schema, store, store.key("a"))
    assert rows.read(path) == found and store.find(store.key("a")) == path


@pytest.mark.parametrize(
    ("schema", "row", "words"),
    [
        (rows.SEGMENTS, SAID | {"end": 1.0}, "ends before it begins"),
        (rows.SEGMENTS, SAID | {"start": -1.0}, "ends before it begins"),
        (rows.SEGMENTS, SAID | {"text": " "}, "a text has 1 characters"),
        (rows.SEGMENTS, SAID | {"text": "a" * 10_001}, "a text has 10001 characters"),
        (rows.SEGMENTS, SAID | {"language": None}, "a value is missing"),
        (rows.SEGMENTS, SAID | {"log_probability": float("nan")}, "not finite"),
        (rows.SEGMENTS, SAID | {"no_speech": 1.5}, "not from 0 to 1"),
        (rows.LINES, LINE | {"confidence": -0.1}, "not from 0 to 1"),
        (rows.LINES, LINE | {"right": 0.05}, "ends before it begins"),
        (rows.LINES, LINE | {"bottom": 1.1}, "not from 0 to 1"),
    ],
)
def test_what_no_step_writes_is_refused(tmp_path, schema, row, words):
    check = rows.RowsCheck(schema)
    good = SAID if schema is rows.SEGMENTS else LINE
    check(write(tmp_path / "good", [good], schema))
    with pytest.raises(ValueError, match=words):
        check(write(tmp_path / "bad", [good, row], schema))


def test_other_columns_and_another_digest_are_refused(tmp_path):
    with pytest.raises(ValueError, match="its columns are frame"):
        rows.RowsCheck(rows.SEGMENTS)(write(tmp_path / "a", [LINE], rows.LINES))
    with pytest.raises(ValueError, match="another digest"):
        rows.RowsCheck(rows.SEGMENTS)(write(tmp_path / "b", [SAID], said="0" * 64))


def test_a_pack_has_what_counts_and_an_outcome_for_every_trailer(tmp_path):
    loop = [SAID | {"text": "Thank you."}] * 3
    results = [
        (TWO, write(tmp_path / "two", [SAID, *loop])),
        (ONE, write(tmp_path / "one", loop)),
        (THREE, TrailerError("silent", "its peak is below -70 dBFS")),
    ]
    choose = partial(spoken, params=SpeechParams())
    counts = rows.write(tmp_path / "speech", rows.SEGMENTS, results, choose)
    assert counts == {"ok": 2, "silent": 1} and rows.others(counts) == ", silent 1"
    (packed,) = read_pack(tmp_path / "speech")
    assert packed.to_pylist() == [{"trailer_id": TWO, **SAID}]
    assert read_table(tmp_path / "speech/outcomes.parquet").to_pylist() == [
        {"trailer_id": ONE, "reason": "ok", "note": "3 segments dropped: repeated 3", "count": 0},
        {"trailer_id": TWO, "reason": "ok", "note": "3 segments dropped: repeated 3", "count": 1},
        {"trailer_id": THREE, "reason": "silent", "note": "its peak is below -70 dBFS", "count": 0},
    ]


def test_the_same_rows_give_the_same_bytes(tmp_path):
    found = []
    for name in ("a", "b"):
        results = [(ONE, write(tmp_path / "one", [SAID]))]
        rows.write(tmp_path / name, rows.SEGMENTS, results, lambda kept: (kept, ""))
        files = sorted((tmp_path / name).glob("*.parquet"))
        found.append([(path.name, path.read_bytes()) for path in files])
    assert found[0] == found[1] and len(found[0]) == 2


def test_lines_that_are_unsure_or_short_are_left_out_and_counted():
    lines = [LINE, LINE | {"confidence": 0.5, "text": "14"}]
    lines += [LINE | {"confidence": 0.49}, LINE | {"text": "8."}]
    assert certain(lines, CardsParams()) == (lines[:2], "2 lines left out")
    assert certain(lines, CardsParams(confidence=0, shortest=1)) == (lines, "")
