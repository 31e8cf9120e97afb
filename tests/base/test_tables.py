import csv
import json

import pytest

from report.loading import read_table
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


FORMULAS = [
    "=1+1",
    "+1",
    "-2",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\uff1d1",
    "'=1",
    "''-x",
    "-",
    "=",
]
TEXTS = ["'", "''", "'tis", "it's = this", "a-b", "a@b", " =1", "# 1", "−2"]


@pytest.mark.parametrize("text", [*FORMULAS, *TEXTS])
def test_a_text_that_a_spreadsheet_would_run_is_harmless_and_comes_back(tmp_path, text):
    write_csv([{"film_id": text, "x": -0.5}], ["film_id", "x"], tmp_path / "x.csv")
    with (tmp_path / "x.csv").open(newline="", encoding="utf-8") as file:
        cell = next(csv.DictReader(file))["film_id"]
    assert cell == (f"'{text}" if text in FORMULAS else text)
    assert read_csv(tmp_path / "x.csv") == [{"film_id": text, "x": -0.5}]
    assert read_table(tmp_path / "x.csv").to_dict("records") == [{"film_id": text, "x": -0.5}]


def test_a_negative_number_is_a_number(tmp_path):
    write_csv([{"a": -1, "b": -0.25}], ["a", "b"], tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_text() == "a,b\n-1,-0.250000\n"
