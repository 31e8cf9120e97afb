import json
import math

import altair as alt
import pandas as pd
import pytest
from made_up_metrics import HOSTILE

from report import html, text


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        (0.126, 2, "0.13"),
        (-0.5, 1, "−0.5"),
        (math.nan, 2, "–"),
        (None, 2, "–"),
        (-0.001, 2, "0.00"),
    ],
)
def test_number(value: float | None, places: int, shown: str) -> None:
    assert text.number(value, places) == shown


def test_signed() -> None:
    assert [text.signed(v) for v in (0.1, -0.1, 0.0)] == ["+0.10", "−0.10", "0.00"]


def test_p_values_and_lists() -> None:
    values = (0.0004, 0.0125, 1.0, math.nan)
    assert [text.p_value(v) for v in values] == ["p < 0.001", "p = 0.013", "p = 1.000", "p –"]
    assert text.listed(["a"]) == "a" and text.listed(["a", "b", "c"]) == "a, b and c"


def test_json_cannot_leave_its_script() -> None:
    text = html.as_json({"title": HOSTILE})
    assert "<" not in text and "`" not in text
    assert json.loads(text) == {"title": HOSTILE}


def test_json_refuses_what_is_no_json() -> None:
    with pytest.raises(ValueError, match="JSON"):
        html.as_json(math.nan)


def test_table_escapes_and_sets_numbers_right() -> None:
    frame = pd.DataFrame({HOSTILE: [HOSTILE], "AP": ["0.41"], "95%": ["0.36 to 0.46"]})
    text = html.table(frame, caption=HOSTILE, name="one").text
    assert "<script" not in text
    assert text.count("&lt;script&gt;") == 4  # caption, region, heading, cell
    assert '<td class="number">0.41</td>' in text
    assert '<td class="number">0.36 to 0.46</td>' in text


def test_a_box_counts_the_rows_that_are_there() -> None:
    rows = html.MOST_ROWS + 200
    left = [number % 2 == 0 or number >= html.MOST_ROWS for number in range(rows)]
    text = html.table(pd.DataFrame({"film": ["f"] * rows}), only=("Even", left)).text
    assert text.count('<tr class="other">') == html.MOST_ROWS / 2
    assert f"Even ({html.MOST_ROWS // 2} of {html.MOST_ROWS})" in text
    assert f"The first {html.MOST_ROWS} of {rows} rows." in text


def test_figure_moves_the_title_into_the_page() -> None:
    chart = alt.Chart(pd.DataFrame({"x": [1], "t": [HOSTILE]})).mark_point().encode(x="x:Q")
    chart = chart.properties(title=alt.TitleParams(HOSTILE, subtitle="sub"), description="alt text")
    text = html.figure(chart, "name", source="a.csv").text
    assert text.count("<script") == 1
    assert 'data-alternative="alt text"' in text
    assert '<a href="metrics/a.csv" download>a.csv</a>' in text
    spec = json.loads(text.split('class="spec">')[1].split("</script>")[0])
    assert "title" not in spec


def test_piece_is_one_raw_block_of_markdown() -> None:
    shown = html.Html("<p>a</p>\n\n<p>```</p>")._repr_markdown_()
    assert shown == "```{=html}\n<p>a</p>\n<p>&#96;&#96;&#96;</p>\n```"
