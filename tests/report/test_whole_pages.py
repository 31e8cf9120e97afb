"""What every rendered page has: explained columns, anchors, permalinks, and of which run it is."""

import json
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest
import yaml

from report import papers
from report.columns import EXPLAINED
from stages.rendering import footers, search

HEAD = re.compile(r'<th ([^>]*scope="col"[^>]*)>(.*?)</th>', re.DOTALL)
ROOT = Path(__file__).parents[2]


def pages(whole: Path) -> dict[str, str]:
    found = [*whole.glob("*.html"), *whole.glob("[sm]*/*.html"), *whole.glob("guide/*.html")]
    assert len(found) > 30
    return {str(path.relative_to(whole)): path.read_text(encoding="utf-8") for path in found}


def test_every_column_is_explained(whole: Path) -> None:
    columns = 0
    for name, text in pages(whole).items():
        for attributes, heading in HEAD.findall(text):
            said = re.search(r'data-about="([^"]{10,})"', attributes)
            assert said, (name, heading)
            columns += 1
    assert columns > 300


def test_no_explanation_is_of_a_column_that_is_gone() -> None:
    files = [*(ROOT / "report").rglob("*.py"), *(ROOT / "report").rglob("*.qmd")]
    text = "".join(p.read_text(encoding="utf-8") for p in files if p.name != "columns.py")
    known = {*re.findall(r'"([^"\n]+)"', text)}
    assert [h for h in EXPLAINED if h not in known and h.lower() not in known] == []


def test_anchors_are_unique_and_lead_to_what_they_name(whole: Path) -> None:
    for name, text in pages(whole).items():
        ids = Counter(re.findall(r'\sid="([^"]+)"', text))
        assert [each for each, times in ids.items() if times > 1] == [], name
        here = re.findall(r'href="#([^"]+)"', text)
        assert [each for each in here if each not in ids] == [], name
        main = text.partition("<main")[2]
        for heading in re.findall(r"<h[234][^>]*>.*?</h[234]>", main, re.DOTALL):
            own = re.search(r'<h\d id="([^"]+)"', heading)
            assert own and f'class="anchor" href="#{own[1]}"' in heading, (name, heading)
        for figure in re.findall(r'<figure class="chart" id="([^"]+)"', text):
            assert f'class="permalink" href="#{figure}"' in text, (name, figure)


def test_headings_that_are_the_same_have_anchors_of_their_own() -> None:
    html = search.with_anchors('<p id="two"></p><h2>One</h2><h3>One</h3><h2>Two</h2>')
    assert re.findall(r'<h\d id="([^"]+)"', html) == ["one", "one-1", "two-1"]
    assert search.with_anchors(html) == html


def test_every_page_names_corpus_commit_and_date(whole: Path, made_up: Path) -> None:
    commit = json.loads((made_up / "provenance.json").read_text("utf-8"))["commit"]
    for name, text in pages(whole).items():
        foot = text.partition("<footer")[2]
        assert f"results of commit {commit[:10]}" in foot, name
        assert "Rendered trailers" in foot or name.startswith("mmtf14k"), name
        assert "<b>of</b>" not in foot, name


def test_the_foot_says_what_is_known_and_links_where_it_may(tmp_path: Path) -> None:
    assert footers.results("A", tmp_path) == "A: no commit is recorded."
    of = {"commit": "0123456789ab-dirty", "date": "2026-11-30"}
    (tmp_path / "provenance.json").write_text(json.dumps(of), encoding="utf-8")
    said = footers.results("Films <b>", tmp_path)
    assert said == (
        r"Films \<b\>: results of commit 0123456789 with changes not committed, 2026-11-30."
    )
    address = "https://example.org/a/b"
    assert f"[0123456789]({address}/commit/0123456789ab)" in footers.results("A", tmp_path, address)
    (tmp_path / "CITATION.cff").write_text(yaml.safe_dump({"repository-code": f"{address}/"}))
    assert footers.repository(tmp_path) == address
    assert footers.source(address) == f"[Source code]({address})." and footers.source("") == ""


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("https://example.org/a/b.git", "https://example.org/a/b"),
        ("https://me:secret@example.org/a/b", "https://example.org/a/b"),
        ("http://example.org:8443/a/b_c/d.e/", "https://example.org:8443/a/b_c/d.e"),
        ("git@example.org:a/b.git", "https://example.org/a/b"),
        ("ssh://git@example.org:2222/a/b.git", "https://example.org/a/b"),
        *(("/home/me/b.git", ""), ("../b", ""), ("file:///home/me/b", "")),
        *(("https://example.org/a/b](javascript:x)", ""), ("https://localhost/a/b", "")),
    ],
)
def test_a_clone_of_a_web_host_links_to_it(tmp_path: Path, remote: str, address: str) -> None:
    assert footers.repository(tmp_path) == ""
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    assert footers.repository(tmp_path) == ""
    subprocess.run(["git", "-C", tmp_path, "remote", "add", "origin", remote], check=True)
    assert footers.repository(tmp_path) == address
    (tmp_path / "CITATION.cff").write_text("repository-code: https://example.org/c/d")
    assert footers.repository(tmp_path) == "https://example.org/c/d"


@pytest.mark.parametrize(
    ("text", "to"),
    [
        ("Radford et al. 2021, arXiv 2103.00020", "https://arxiv.org/abs/2103.00020"),
        ("M³L-20M, Zenodo 18499145", "https://zenodo.org/records/18499145"),
        ("Cramer et al. 2019", "https://doi.org/10.1109/ICASSP.2019.8682475"),
        ("https://doi.org/10.1000/182", "https://doi.org/10.1000/182"),
    ],
)
def test_papers_are_linked(text: str, to: str) -> None:
    assert f'<a href="{to}" rel="noopener">' in papers.linked(text)


def test_what_is_no_paper_stays_text() -> None:
    hostile = '<script>alert("x")</script> javascript:alert(1) –'
    assert "<" not in papers.linked(hostile) and "href" not in papers.linked(hostile)


def test_every_paper_of_a_model_is_linked() -> None:
    """Of the committed records: a name that is not known would have no link."""
    import pandas as pd

    for path in sorted((ROOT / "metrics").glob("*/models.csv")):
        said = pd.read_csv(path, keep_default_na=False)["paper"]
        assert [t for t in said if t not in ("–", "") and "href" not in papers.linked(t)] == []
