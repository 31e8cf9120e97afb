"""A site of too few films has numbers, a warning, and nothing that reads like a verdict."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from conftest import as_rendered, pages_in

from report import figures, sections, tables, wording
from report.loading import Metrics
from stages.rendering import site, summary

WARNING = "Only 19 films can be judged: with fewer than 60 no interval and no verdict is given."
LEFT_OUT = re.compile(r"(.*_)?(lo|hi|p|p_holm|film_sd)")
VERDICT = re.compile(r"[Uu]ndecided|\d are clear of|clearly better|beats (picture|sound)[^(]* for")


@pytest.fixture(scope="module")
def folder(made_up: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The metrics of the made-up run as the stages leave them where films are too few."""
    found = Path(shutil.copytree(made_up.parent.parent, tmp_path_factory.mktemp("few") / "all"))
    folder = found / "metrics" / "sample"
    for path in folder.glob("*.csv"):
        if path.stem == "references":
            continue
        rows = pd.read_csv(path, keep_default_na=False, na_values=[""])
        rows = rows.assign(**{n: None for n in map(str, rows) if LEFT_OUT.fullmatch(n)})
        if path.stem == "claims":
            rows = rows.assign(verdict="not run", sentence="Not run: needs a corpus of 60 films.")
        elif "verdict" in rows:
            rows["verdict"] = "too few films"
        rows.assign(**{"owner": "too few films"} if "owner" in rows else {}).to_csv(
            path, index=False
        )
    splits = json.loads((folder / "splits.json").read_text("utf-8"))
    (folder / "splits.json").write_text(json.dumps(splits | {"warning": WARNING}), "utf-8")
    return folder


@pytest.fixture(scope="module")
def few(folder: Path) -> Metrics:
    return as_rendered(folder)


def test_the_first_page_warns_before_it_answers(few: Metrics, metrics: Metrics) -> None:
    assert WARNING in wording.warning(few).text
    assert wording.warning(metrics).text == ""
    hostile = replace(few, splits={"warning": "<b>"})
    assert "<b>" not in wording.warning(hostile).text


def test_the_answer_has_numbers_on_one_scale_and_no_verdict(few: Metrics) -> None:
    text = wording.answer(few).text
    for modality in ("picture", "sound", "both"):
        score = few.approach(few.headline[modality])["macro_ap"]
        assert f"<strong>{score:.2f}</strong>" in text
    assert "95%" not in text and "()" not in text and "p –" not in text
    assert "Too few films to say whether picture beats sound (picture − sound " in text
    assert "Too few films to say whether fusion beats " in text
    assert not VERDICT.search(text)


def test_findings_and_headings_say_too_few(few: Metrics) -> None:
    assert "too few films to say" in wording.findings(few)[0]
    assert "()" not in wording.best(few)
    rows = tables.genres.owned(few)
    drawn = {
        "answer": figures.answer(tables.approaches.headline_points(few), 0.2, 0, 0),
        "matrix": figures.matrix(tables.approaches.points(few), 0.2),
        "differences": figures.differences(few.comparisons),
        "dumbbell": figures.dumbbell(tables.genres.pair(few), few.ceiling_genres.iloc[:0], rows),
        "owned": figures.owned(rows),
        "rules": figures.rules(tables.thresholds.of_headline(few, "rules"), 0.3),
    }
    for name, chart in drawn.items():
        spec = chart.to_dict()
        assert not VERDICT.search(spec["title"]["text"]), name
        assert "NaN" not in json.dumps(spec) and "()" not in spec["description"], name
    for name in ("answer", "matrix", "differences", "dumbbell", "owned"):
        assert "oo few films" in drawn[name].to_dict()["title"]["text"], name


def test_tables_have_dashes_and_the_word(few: Metrics) -> None:
    shown = tables.approaches.comparisons(few.comparisons)
    assert set(shown["Verdict"]) == {"too few films"}
    assert set(shown["95% interval"]) == {"–"}
    everyone, _ = tables.approaches.approaches(few)
    assert set(everyone["95% interval"]) == {"–"}
    assert set(tables.genres.owners(tables.genres.owned(few))["Clearly better"]) == {
        "too few films"
    }
    assert sections.variance(few).text == ""


def test_the_terminal_says_it_too(folder: Path) -> None:
    found = summary.read(folder)
    assert {row[3] for row in found.rows} == {"–"}
    assert all("(too few films for a verdict; " in line for line in found.lines)


def test_every_page_is_rendered(folder: Path, tmp_path: Path) -> None:
    built = site.render(pages_in(tmp_path), folder, None)
    first = (built / "index.html").read_text("utf-8")
    assert first.index(WARNING) < first.index('class="answer"')
    for page in built.glob("*.html"):
        text = re.sub(r"<script.*?</script>", "", page.read_text("utf-8"), flags=re.S)
        assert not re.search(r"\bnan\b|NaN|\(\)", text), page.name
