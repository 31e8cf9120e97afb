"""What a release is made of: a citation, a changelog, and a tag that agrees with both."""

import os
import re
import subprocess
from datetime import date
from pathlib import Path

import pytest

from stages.base.params import yaml12

ROOT = Path(__file__).resolve().parents[1]
CHANGELOG = ROOT / "CHANGELOG.md"
CHANGES = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]  # Keep a Changelog 1.1
VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")  # semver.org, a final version
# of the schema of the Citation File Format 1.2.0: what it requires, and what else it knows
REQUIRED = {"cff-version", "message", "title", "authors"}
KNOWN = REQUIRED | {
    *("abstract", "commit", "contact", "date-released", "doi", "identifiers", "keywords"),
    *("license", "license-url", "preferred-citation", "references", "repository"),
    *("repository-artifact", "repository-code", "type", "url", "version"),
}
PERSON_OR_ENTITY = {"name", "family-names", "given-names", "alias", "affiliation", "orcid"}


def citation() -> dict:
    return dict(yaml12.read((ROOT / "CITATION.cff").read_text(encoding="utf-8")))


def test_the_citation_is_of_the_format_it_names():
    found = citation()
    assert set(found) >= REQUIRED and set(found) <= KNOWN
    assert str(found["cff-version"]) == "1.2.0"
    assert found["type"] in ("software", "dataset")
    assert VERSION.fullmatch(found["version"])
    assert date.fromisoformat(str(found["date-released"])) >= date(2026, 11, 1)
    assert found["authors"]
    for author in found["authors"]:
        assert set(author) <= PERSON_OR_ENTITY
        assert "name" in author or {"family-names", "given-names"} <= set(author)
    for name in ("title", "message", "abstract"):
        assert isinstance(found[name], str) and found[name].strip()
    assert len(set(found["keywords"])) == len(found["keywords"]) > 0


def headings() -> list[str]:
    return re.findall(r"^## (.*)$", CHANGELOG.read_text(encoding="utf-8"), re.MULTILINE)


def dates() -> list[date]:
    """Of all headings below "Unreleased", each a date, or a version and its date."""
    said = []
    for heading in headings()[1:]:
        found = re.fullmatch(rf"(?:{VERSION.pattern} – )?(\d{{4}}-\d\d-\d\d)", heading)
        assert found, heading
        said.append(date.fromisoformat(found[found.lastindex or 0]))
    return said


def test_the_changelog_goes_back_in_time():
    assert headings()[0] == "Unreleased"
    assert dates() == sorted(dates(), reverse=True)


def test_the_citation_has_the_day_of_the_newest_heading():
    assert date.fromisoformat(str(citation()["date-released"])) == max(dates())


def test_every_change_is_of_a_kind_and_stands_once():
    text = CHANGELOG.read_text(encoding="utf-8")
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        kinds = re.findall(r"^### (.*)$", section, re.MULTILINE)
        assert kinds and kinds == [kind for kind in CHANGES if kind in kinds], section[:20]
        for part in re.split(r"^### .*$", section, flags=re.MULTILINE)[1:]:
            lines = part.strip().splitlines()
            assert lines and all(line.startswith(("- ", "  ")) or not line for line in lines), part
    entries = re.findall(r"^- (.*)$", text, re.MULTILINE)
    assert len(set(entries)) == len(entries)


def check() -> str:
    """The commands of the workflow that hold the tag against the files."""
    path = ROOT / ".github/workflows/release.yml"
    steps = yaml12.read(path.read_text(encoding="utf-8"))["jobs"]["build"]["steps"]
    (found,) = (step["run"] for step in steps if step.get("name", "").startswith("The tag"))
    return str(found)


FILES = {
    "CITATION.cff": "cff-version: 1.2.0\nversion: 1.2.3\n",
    "pyproject.toml": '[project]\nversion = "1.2.3"\n',
    "CHANGELOG.md": "# Changelog\n\n## Unreleased\n\n## 1.2.3 – 2026-12-01\n",
}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, ""),
        ({"CHANGELOG.md": "## 1.2.3\n"}, ""),
        ({"CITATION.cff": "cff-version: 1.2.0\nversion: 1.2.30\n"}, "file=CITATION.cff"),
        ({"pyproject.toml": 'version = "1x2.3"\n'}, "file=pyproject.toml"),
        ({"CHANGELOG.md": "## Unreleased\n"}, "file=CHANGELOG.md"),
        ({"CHANGELOG.md": "## 1.2.30 – 2026-12-01\n"}, "file=CHANGELOG.md"),
        ({"CHANGELOG.md": "### 1.2.3\n"}, "file=CHANGELOG.md"),
    ],
)
def test_a_tag_that_does_not_agree_with_the_files_is_no_release(tmp_path, changed, said):
    for name, text in (FILES | changed).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", check()],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "GITHUB_REF_NAME": "v1.2.3"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == (1 if said else 0), done.stdout + done.stderr
    assert said in done.stdout
