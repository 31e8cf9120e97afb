from pathlib import Path

import pytest

from stages.base.errors import BenchmarkError
from stages.rendering.qmd import plain_markdown, read

PAGE = """---
title: "A page"
---

Words.

```{python}
#| label: one
#| echo: false
x = 1

x
```

```python
not_run()
```
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "page.qmd"
    path.write_text(text, encoding="utf-8")
    return path


def test_page_in_its_parts(tmp_path: Path) -> None:
    page = read(write(tmp_path, PAGE))
    assert page.name == "page" and page.title == "A page"
    assert [cell.kind for cell in page.cells] == ["markdown", "code", "markdown"]
    code = page.cells[1]
    assert code.source == "x = 1\n\nx"
    assert code.options == {"label": "one", "echo": False}
    assert code.line == 7 and code.label == "one"
    assert "not_run()" in page.cells[2].source


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("---\ntitle: x\n", "header is never closed"),
        ("```{python}\nx\n", "page.qmd:1: a code cell is opened and never closed"),
        ("```{python}\n#| a: [\nx\n```\n", "page.qmd:1: these options are not YAML"),
        ("```{python}\n#| just words\nx\n```\n", "not a mapping"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BenchmarkError, match=said):
        read(write(tmp_path, text))


def test_callout_becomes_a_div_with_its_title() -> None:
    text = plain_markdown("::: {.callout-note}\n## Title\n\nBody\n:::\n\n## After {#x}")
    lines = [line for line in text.splitlines() if line]
    assert lines == [
        '<div class="callout callout-note">',
        "**Title**",
        "Body",
        "</div>",
        "## After",
    ]


def test_links_between_pages_lead_to_the_rendered_ones() -> None:
    text = plain_markdown("See [one](data.qmd) and [two](films.qmd#look-one-up), not `a.qmd`.")
    assert text == "See [one](data.html) and [two](films.html#look-one-up), not `a.qmd`."


def test_tabset_keeps_its_headings() -> None:
    text = plain_markdown("::: {.panel-tabset}\n## One\n\na\n\n## Two\n\nb\n:::")
    assert '<div class="panel-tabset">' in text
    assert "## One" in text and "## Two" in text


def test_every_page_of_the_report_is_read() -> None:
    pages = sorted((Path(__file__).parents[2] / "report").glob("*.qmd"))
    assert len(pages) >= 5
    for page in pages:
        labels = [cell.label for cell in read(page).cells if cell.kind == "code"]
        assert len(labels) == len(set(labels))  # Quarto refuses a label used twice
        assert not any(label.startswith(("fig-", "tbl-", "line ")) for label in labels)
