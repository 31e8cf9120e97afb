"""README and the guide: short enough, and what they name exists."""

import re
import subprocess
import tomllib
from urllib.parse import urlsplit

import pytest

from stages.base.params import yaml12
from tests.guide.documents import (
    COMMENT,
    DOCUMENTS,
    README,
    ROOT,
    code_marks,
    files,
    known,
    parameters,
    prose,
)

MOST_WORDS = 1200
OURS = (
    "stages/",
    "report/",
    "tests/",
    "benchmarks/",
    "docs/",
    "sets/",
    "requirements/",
    "metrics/",
)
MADE = {"report/_site/index.html", "sets/mine.yaml"}  # by a run, by a reader
NAMES = pytest.mark.parametrize("path", DOCUMENTS, ids=[path.name for path in DOCUMENTS])


def test_readme_can_be_read_to_the_end():
    """Every word counts, of code too; comments and rows of tables do not."""
    lines = COMMENT.sub("", README.read_text(encoding="utf-8")).splitlines()
    words = sum(len(line.split()) for line in lines if not line.startswith("|"))
    assert words <= MOST_WORDS


def test_readme_has_a_heading_for_what_people_look_for():
    headings = re.findall(r"^## (.*)$", prose(README), re.MULTILINE)
    assert headings == [
        *("Two commands", "What you get", "Real films", "Your own films"),
        *("Add a backbone", "Add a head", "Add a threshold", "Compare branches", "Predict"),
        *("Where to read more", "Licences and rights"),
    ]


def test_every_page_of_the_guide_is_reached_from_readme():
    linked = set(re.findall(r"\]\((docs/\w[\w-]*\.md)", README.read_text(encoding="utf-8")))
    assert linked == {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md")}


@NAMES
def test_a_document_has_one_title(path):
    assert prose(path).startswith("# ")
    assert len(re.findall(r"^# ", prose(path), re.MULTILINE)) == 1


def _anchors(text: str) -> set[str]:
    """As GitHub and Pandoc make them of plain headings."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


@NAMES
def test_links_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(path)):
        link = urlsplit(target)
        if link.scheme:
            assert link.scheme == "https", target
            continue
        file = path.parent / link.path if link.path else path
        assert file.exists(), target
        assert path.parent.name != "docs" or file.parent == path.parent, (
            f"{target}: not in the site"
        )
        if link.fragment:
            assert link.fragment in _anchors(prose(file)), target


@NAMES
def test_files_that_are_named_exist(path):
    added = {name for document in DOCUMENTS for name, _ in files(document)}
    for name in code_marks(path):
        if name.startswith(OURS) and " " not in name and not set(name) & set("<*…"):
            assert (ROOT / name).exists() or name in MADE | added, name


@NAMES
def test_parameters_that_are_named_exist(path):
    for mark in code_marks(path):
        name = re.match(r"([a-z_]+)(\.[a-z_]+)+(?=$|:)", mark)
        if name and name[1] in parameters() and not (ROOT / name[0]).exists():
            assert known(name[0]), name[0]


@pytest.mark.parametrize("path", [ROOT / "docs/backbones.md", README], ids=["guide", "readme"])
def test_examples_pass_the_linter(path):
    for name, block in files(path):
        for command in (["check"], ["format", "--check"]):
            call = ["ruff", *command, "--stdin-filename", name, "-"]
            done = subprocess.run(call, input=block.text, cwd=ROOT, text=True, capture_output=True)
            assert done.returncode == 0, done.stdout + done.stderr


def test_tables_that_are_made_have_their_marks():
    for name, mark in (("backbones", "models"), ("benchmarks", "bench")):
        text = (ROOT / f"docs/{name}.md").read_text(encoding="utf-8")
        assert f"<!-- {mark} -->\n|" in text and f"<!-- /{mark} -->" in text


def test_the_citation_is_of_the_version_that_is_built():
    citation = yaml12.read((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert citation["version"] == project["version"]
    assert citation["license"] == project["license"]
