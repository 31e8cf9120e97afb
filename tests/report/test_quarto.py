import os
import sys
from pathlib import Path

import pytest
import yaml

from stages.base.errors import BenchmarkError
from stages.rendering import quarto

REPORT = Path(__file__).parents[2] / "report"
SVG = "http://www.w3.org/2000/svg"  # a name, not an address that is asked


def stand_in(folder: Path, version: str, render: str) -> Path:
    """A script that answers like quarto."""
    path = folder / "quarto"
    path.write_text(
        f'#!/bin/sh\nif [ "$1" = --version ]; then echo "{version}"; exit 0; fi\n{render}\n',
        encoding="utf-8",
    )
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("version", "found"), [("1.4.550", True), ("1.10.1", True), ("1.3.450", False), ("?", False)]
)
def test_only_a_quarto_that_works_and_is_new_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, found: bool
) -> None:
    path = stand_in(tmp_path, version, "")
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", "")
    assert quarto.find() == (path if found else None)


def test_none_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert quarto.find() is None


def test_render_hands_over_python_and_project(tmp_path: Path) -> None:
    script = 'mkdir "$2/_site"; echo "$QUARTO_PYTHON $QUARTO_PROJECT_DIR" > "$2/_site/said"'
    folder = quarto.render(stand_in(tmp_path, "1.5.0", script), tmp_path)
    said = (folder / "said").read_text(encoding="utf-8").strip()
    assert said == f"{sys.executable} {tmp_path}"


def test_failure_says_what_quarto_said(tmp_path: Path) -> None:
    script = "echo \"cell 'answer': KeyError\" >&2; exit 1"
    with pytest.raises(BenchmarkError, match="cell 'answer': KeyError"):
        quarto.render(stand_in(tmp_path, "1.5.0", script), tmp_path)


def test_project_asks_for_nothing_from_the_web() -> None:
    settings = yaml.safe_load((REPORT / "_quarto.yml").read_text(encoding="utf-8"))
    themes = settings["format"]["html"]["theme"]
    assert all(theme[0] == "default" for theme in themes.values())  # others import web fonts
    assert settings["execute"]["freeze"] is False and settings["execute"]["echo"] is False
    pages = {path.name for path in REPORT.glob("*.qmd")}
    rendered = {name for name in settings["project"]["render"] if not name.startswith("guide/")}
    assert rendered == pages
    entries = {e["href"] for e in settings["website"]["navbar"]["left"] if "href" in e}
    assert {href for href in entries if not href.startswith("../")} == pages
    for path in (REPORT / "theme").iterdir():
        text = path.read_text(encoding="utf-8").replace(SVG, "")
        assert "http" not in text, path.name


def test_the_pages_of_a_relative_path_are_not_its_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", f".{os.pathsep}/elsewhere")
    found = quarto.environment(tmp_path / "pages")
    assert found["PYTHONPATH"].split(os.pathsep) == [str(tmp_path), "/elsewhere"]
    monkeypatch.delenv("PYTHONPATH")
    assert "PYTHONPATH" not in quarto.environment(tmp_path)
