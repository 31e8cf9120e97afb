"""The house rules that a machine can check."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("stages", "report", "tests", "requirements")
SOURCES = [p for folder in FOLDERS for p in (ROOT / folder).rglob("*.py") if "_site" not in str(p)]
ENTRIES = [ROOT / "stages", ROOT / "stages" / "base"]  # base holds the console, which prints
ROOMS = [p for p in SOURCES if p.relative_to(ROOT).parts[0] == "stages" and p.parent not in ENTRIES]


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def test_files_are_of_a_size_one_can_read():
    long = {str(p): n for p in SOURCES if (n := len(p.read_text().splitlines())) > 300}
    thick = {
        str(p): n
        for p in (ROOT / "stages").glob("*.py")
        if (n := len(p.read_text().splitlines())) > 80
    }
    assert not long and not thick


THEMES = {
    "backbones",
    "base",
    "collecting",
    "commands",
    "contexts",
    "corpus",
    "embedding",
    "fitting",
    "heads",
    "hearing",
    "judging",
    "published",
    "rendering",
    "sample",
    "scoring",
    "submissions",
    "trailers",
    "words",
}


def test_the_folders_tell_the_story():
    found = {p.name for p in (ROOT / "stages").iterdir() if (p / "__init__.py").exists()}
    assert found == THEMES


@pytest.mark.parametrize(
    ("room", "others"),
    [
        ("base", tuple(f"stages.{theme}" for theme in sorted(THEMES - {"base"}))),
        (
            "scoring",
            ("stages.backbones", "stages.heads", "stages.fitting", "stages.trailers", "pandas"),
        ),
        ("heads", ("stages.scoring", "stages.judging", "stages.trailers")),
        ("fitting", ("stages.scoring", "stages.judging", "stages.trailers")),
        ("backbones", ("stages.scoring", "stages.judging", "stages.fitting", "stages.trailers")),
        ("published", ("stages.judging", "stages.scoring", "stages.heads", "torch")),
        ("words", ("stages.judging", "stages.scoring", "stages.fitting", "stages.heads")),
        ("hearing", ("stages.judging", "stages.scoring", "stages.fitting", "stages.heads")),
        ("rendering", ("stages.fitting", "stages.trailers", "torch", "av")),
    ],
)
def test_rooms_do_not_know(room, others):
    for path in (ROOT / "stages" / room).rglob("*.py"):
        known = [name for name in imports(path) if name.startswith(others)]
        assert not known, f"{path} knows {known}"


def test_rooms_never_read_parameters_print_or_know_dvc():
    for path in ROOMS:
        if path.parent.name == "params" or path.name == "ytdlp_job.py":
            continue  # the room of parameters; a process of its own that answers by printing
        tree = ast.parse(path.read_text())
        calls = [
            n.func.id
            for n in ast.walk(tree)
            if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
        ]
        assert "print" not in calls, path
        assert "dvc" not in {name.split(".")[0] for name in imports(path)}, path
        assert "params.yaml" not in {
            n.args[0].value
            for n in ast.walk(tree)
            if isinstance(n, ast.Call) and n.args and isinstance(n.args[0], ast.Constant)
        }, path


FINDINGS = sorted((ROOT / "findings").glob("*.sh"))


@pytest.mark.parametrize("path", FINDINGS, ids=[path.stem for path in FINDINGS])
def test_a_finding_can_be_run_and_says_what_it_is_of(path):
    """Not run here: it installs what it is about."""
    text = path.read_text()
    assert path.stat().st_mode & 0o111 == 0o111
    for part in ("# Expected: ", "# Happens: ", "# Hurts: ", "# Source: ", "mktemp -d", "=="):
        assert part in text, part
    assert "from stages" not in text and "import stages" not in text
