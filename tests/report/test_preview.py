import filecmp
import json
import re
import shutil
from pathlib import Path
from typing import Any

import altair as alt
import pytest
import vl_convert
from jsonschema import Draft7Validator
from made_up_metrics import HOSTILE
from nbclient import NotebookClient

from stages.base.errors import BenchmarkError
from stages.rendering import preview as rendering
from stages.rendering import site
from stages.rendering.qmd import read

pytestmark = pytest.mark.xdist_group("report")
REPORT = Path(__file__).parents[2] / "report"


def test_every_cell_of_every_page_shows_something(preview: Path) -> None:
    for page in REPORT.glob("*.qmd"):
        text = (preview / f"{page.stem}.html").read_text(encoding="utf-8")
        header = read(page).header
        assert f"<h1>{header.get('title-on-sample', header['title'])}</h1>" in text
        assert "These are not films" in text
        assert "endorsed or certified by TMDB" in text
        assert "preview rendered without Quarto" in text
        code = [cell for cell in read(page).cells if cell.kind == "code"]
        assert text.count('class="chart"') + text.count("<table") + text.count("<p") > len(code)


def test_every_chart_is_as_vega_lites_schema_says(whole: Path) -> None:
    pattern = re.compile(r'<script class="spec"[^>]*>(.*?)</script>', re.DOTALL)
    pages = (page.read_text(encoding="utf-8") for page in whole.rglob("*.html"))
    specs = [json.loads(found) for page in pages for found in pattern.findall(page)]
    assert len(specs) > 30
    schema = Draft7Validator(alt.load_schema())
    for spec in specs:
        schema.validate(spec)
    wrong = next(spec for spec in specs if "mark" in spec) | {"mark": "splash"}
    assert not schema.is_valid(wrong)


def test_what_draws_charts_is_made_once(tmp_path: Path, monkeypatch) -> None:
    script = tmp_path / "_site/sample/theme/vega.js"
    script.parent.mkdir(parents=True)
    site.vega(script, tmp_path / "_site")
    made = script.read_text(encoding="utf-8")
    assert "vega-lite" in made
    monkeypatch.setattr(vl_convert, "javascript_bundle", lambda: "another")
    site.vega(tmp_path / "again.js", tmp_path / "_site")
    assert (tmp_path / "again.js").read_text(encoding="utf-8") == made
    script.write_text("// made by vl-convert-python 0.1\nold", encoding="utf-8")
    site.vega(tmp_path / "new.js", tmp_path / "_site")
    assert (tmp_path / "new.js").read_text(encoding="utf-8").endswith("\nanother")


def test_no_page_names_another_machine(whole: Path, film_preview: Path) -> None:
    for page in [*whole.glob("*.html"), *whole.glob("[sm]*/*.html"), *film_preview.glob("*.html")]:
        text = page.read_text(encoding="utf-8")
        text = re.sub(r'<a href="https://[^"]*" rel="noopener">', "<a>", text)  # where to read on
        assert not re.findall(r'(?:src|href)="(?:https?:)?//[^"]*"', text)


def test_links_lead_somewhere(whole: Path) -> None:
    pages = [page for page in whole.rglob("*.html") if page.parent.name != "guide"]
    assert {page.parent.name for page in pages} == {"_site", "sample", "mmtf14k"}
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for link in re.findall(r'(?:src|href)="([^"#:]+)[#"]', text):
            assert (page.parent / link).is_file(), f"{page}: {link}"


def test_hostile_texts_stay_text(film_preview: Path, whole: Path) -> None:
    for page in (*film_preview.glob("*.html"), *whole.glob("*.html"), *whole.glob("mm*/*.html")):
        text = page.read_text(encoding="utf-8")
        assert "<script>alert" not in text
        assert HOSTILE not in text
    assert "&lt;script&gt;alert" in (film_preview / "reproduce.html").read_text(encoding="utf-8")
    for page in film_preview.glob("*.html"):
        said = re.sub(r"<footer.*?</footer>", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert "TMDB" not in said.partition(">Credits")[0], page.name  # any catalogue's films
    assert "These are not films" not in (film_preview / "index.html").read_text(encoding="utf-8")


def test_a_small_matrix_renders_too(made_up: Path, pages: Path, tmp_path: Path) -> None:
    """Tables without rows, as the stages leave them; no benchmark, no lock, no optional table."""
    metrics = Path(shutil.copytree(made_up, tmp_path / "metrics" / "sample"))
    for name in (
        "ungrouped.csv",
        "rank_intervals.csv",
        "cells.csv",
        "models.csv",
        "provenance.json",
    ):
        (metrics / name).unlink()
    for name in (
        "label_sets",
        "tuning",
        "complementarity",
        "contributions",
        "confused",
        "owned_genres",
        "reliability",
        "calibration",
    ):
        path = metrics / f"{name}.csv"
        path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    comparisons = metrics / "comparisons.csv"
    kept = [
        line
        for line in comparisons.read_text(encoding="utf-8").splitlines()
        if not line.startswith("context")
    ]
    comparisons.write_text("\n".join(kept) + "\n", encoding="utf-8")
    built = site.render(pages, metrics, None)
    text = (built / "ablations.html").read_text(encoding="utf-8")
    assert "differ in this alone" in text
    assert "How sure is the ranking?" not in (built / "approaches.html").read_text("utf-8")
    assert "No approach of this matrix was trained on fewer labels" in text
    assert "no simulation results" in (built / "instrument.html").read_text(encoding="utf-8")


def test_same_metrics_give_the_same_bytes(preview: Path, made_up: Path, pages: Path) -> None:
    about = json.loads((preview / "about.json").read_text(encoding="utf-8"))
    again = site.render(pages, made_up, None, about["digest"])
    names = sorted(str(path.relative_to(preview)) for path in preview.rglob("*") if path.is_file())
    _, different, missing = filecmp.cmpfiles(preview, again, names, shallow=False)
    assert (different, missing) == ([], [])


def test_failing_cell_is_named_and_the_old_site_stays(made_up: Path, pages: Path) -> None:
    old = pages / "_site" / "sample" / "index.html"
    old.parent.mkdir(parents=True)
    old.write_text("old", encoding="utf-8")
    page = pages / "index.qmd"
    broken = page.read_text(encoding="utf-8").replace("opening.sentence(metrics)", "1 / 0")
    page.write_text(broken, encoding="utf-8")
    with pytest.raises(BenchmarkError) as caught:
        site.render(pages, made_up, None)
    assert "report/index.qmd, cell 'answer'" in str(caught.value)
    assert "ZeroDivisionError: division by zero" in str(caught.value)
    assert old.read_text(encoding="utf-8") == "old"
    assert [path.name for path in (pages / "_site").iterdir()] == ["sample"]


class Losing(NotebookClient):
    """Loses what a cell that says so sends, and does not wait for it long."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options | {"iopub_timeout": 1})

    def process_message(self, message: Any, cell: Any, index: int) -> Any:
        return None if "lost" in cell.source else super().process_message(message, cell, index)


def test_a_cell_whose_output_does_not_come_is_named(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "one.qmd").write_text("```{python}\n'lost'\n```\n", encoding="utf-8")
    monkeypatch.setattr(rendering, "NotebookClient", Losing)
    with pytest.raises(BenchmarkError, match=r"did not finish(.|\n)*Timeout waiting for IOPub"):
        rendering.render(project, tmp_path / "out")


def test_missing_metrics_are_named(tmp_path: Path) -> None:
    (tmp_path / "metrics").mkdir()
    with pytest.raises(BenchmarkError, match="catalogue.json.*dvc repro".replace(".*", r"[\s\S]*")):
        site.render(tmp_path / "report", tmp_path / "metrics", None)


def test_pages_do_not_share_names(project: Path, tmp_path: Path) -> None:
    settings = (project / "_quarto.yml").read_text(encoding="utf-8")
    settings = settings.replace("render: [one.qmd]", "render: [one.qmd, two.qmd]")
    (project / "_quarto.yml").write_text(settings, encoding="utf-8")
    (project / "one.qmd").write_text("```{python}\nx = 1\nx\n```\n", encoding="utf-8")
    (project / "two.qmd").write_text("```{python}\nx\n```\n", encoding="utf-8")
    with pytest.raises(BenchmarkError, match="NameError: name 'x'"):
        rendering.render(project, tmp_path / "out")


def test_options_warnings_and_plain_output(project: Path, tmp_path: Path) -> None:
    (project / "one.qmd").write_text(
        "---\ntitle: One <b>\n---\n\n# Head\n\n"
        "```{python}\n#| include: false\nprint('not to be seen')\n```\n\n"
        "```{python}\nimport warnings\nwarnings.warn('a warning')\nprint('<shown>')\n```\n\n"
        "```{python}\nfrom IPython.display import Markdown\nMarkdown('**bold**')\n```\n",
        encoding="utf-8",
    )
    rendering.render(project, tmp_path / "out")
    text = (tmp_path / "out" / "one.html").read_text(encoding="utf-8")
    assert "One &lt;b&gt;" in text and "not to be seen" not in text and "a warning" not in text
    assert "&lt;shown&gt;" in text and "<strong>bold</strong>" in text
