"""What was sent in stands on the page of approaches as text, whatever its card says."""

import re
import shutil

from report import sections
from report.loading import load
from stages.base.tables import read_csv, write_csv
from stages.judging.submitted import COLUMNS

HOSTILE = "<img src=x onerror=alert(1)> `x` [a](javascript:b)"


def test_nothing_is_said_where_nobody_sent_anything(made_up, tmp_path):
    folder = shutil.copytree(made_up, tmp_path / "metrics/sample")
    assert sections.sent_in(load(folder)).text == ""  # a run of before
    write_csv([], COLUMNS, folder / "submitted.csv")
    assert sections.sent_in(load(folder)).text == ""


def test_a_card_and_its_comparisons_are_shown_as_text(made_up, tmp_path):
    folder = shutil.copytree(made_up, tmp_path / "metrics/sample")
    card = dict.fromkeys(COLUMNS, HOSTILE) | {"approach": "theirs", "learnt_from": "elsewhere"}
    write_csv([card], COLUMNS, folder / "submitted.csv")
    rows = read_csv(folder / "comparisons.csv")
    other = next(row for row in rows if row["family"] == "fusion" and row["p"] is not None)
    rows.append(other | {"family": "sent_in", "a": "theirs", "name": "theirs_minus_it"})
    write_csv(rows, list(other), folder / "comparisons.csv")
    shown = sections.sent_in(load(folder))
    assert "<img" not in shown.text and "&lt;img src=x" in shown.text
    assert set(re.findall(r'href="([^"]*)"', shown.text)) == {
        *("metrics/submitted.csv", "metrics/comparisons.csv", "#submitted", "#sent-in")
    }
    assert "none of our films" in shown.text and "theirs" in shown.text
    assert "`x`" not in shown._repr_markdown_() and "<figure" in shown.text
