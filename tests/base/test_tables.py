import json

from stages.base.tables import read_csv, write_csv, write_json


def test_what_is_undefined_is_left_out_of_json(tmp_path):
    values = {"a": float("nan"), "b": {"c": None, "d": 1 / 3, "e": float("inf")}, "n": 3}
    write_json(values, tmp_path / "x.json")
    assert json.loads((tmp_path / "x.json").read_text()) == {"b": {"d": 0.333333}, "n": 3}


def test_csv_has_fixed_order_fixed_precision_and_empty_cells(tmp_path):
    rows = [{"b": 1 / 3, "a": 'quote " and, comma'}, {"a": "x", "b": float("nan"), "c": 2}]
    write_csv(rows, ["a", "b", "c"], tmp_path / "x.csv")
    text = (tmp_path / "x.csv").read_bytes()
    assert text == b'a,b,c\n"quote "" and, comma",0.333333,\nx,,2\n'
    assert read_csv(tmp_path / "x.csv") == [
        {"a": 'quote " and, comma', "b": 0.333333, "c": None},
        {"a": "x", "b": None, "c": 2.0},
    ]
