"""What runs on GitHub: no more rights than needed, nothing that can be changed from outside."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from stages.base.params import yaml12

ROOT = Path(__file__).resolve().parents[1]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
EACH = pytest.mark.parametrize("path", WORKFLOWS, ids=[path.stem for path in WORKFLOWS])


def jobs(path: Path) -> dict[str, Any]:
    return dict(yaml12.read(path.read_text(encoding="utf-8"))["jobs"])


@EACH
def test_a_workflow_may_read_and_no_more_unless_a_job_says_so(path):
    assert yaml12.read(path.read_text(encoding="utf-8"))["permissions"] == {"contents": "read"}
    for name, job in jobs(path).items():
        may_write = "write" in job.get("permissions", {}).values()
        assert may_write == (name == "publish"), name


@EACH
def test_actions_are_pinned_by_commit_with_their_version_beside(path):
    text = path.read_text(encoding="utf-8")
    used = re.findall(r"uses: *(.*)", text)
    assert used or "uses" not in text
    for each in used:
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", each), each


@EACH
def test_the_token_of_a_workflow_is_not_left_in_its_folder(path):
    for job in jobs(path).values():
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


@EACH
def test_no_command_holds_what_somebody_else_may_have_named(path):
    """A tag's or a branch's name in a command would be run with it; a variable is only read."""
    for job in jobs(path).values():
        for step in job["steps"]:
            assert "${{" not in step.get("run", "")


@EACH
def test_packages_are_installed_by_hashes_and_not_where_something_is_published(path):
    for name, job in jobs(path).items():
        for step in job["steps"]:
            command = step.get("run", "")
            assert name != "publish" or not command
            for line in command.splitlines():
                lock = re.search(r"install --require-hashes -r (requirements/\w+\.txt)$", line)
                assert "install" not in line or (lock and (ROOT / lock[1]).is_file()), line


@pytest.mark.parametrize("name", [path.stem for path in (ROOT / "requirements").glob("*.txt")])
def test_every_package_that_is_locked_has_hashes(name):
    text = (ROOT / f"requirements/{name}.txt").read_text(encoding="utf-8")
    for block in re.split(r"\n(?=\S)", text.strip()):
        assert re.match(r"[\w.-]+(\[[\w,-]+\])?==\S+", block) and "--hash=sha256:" in block, block


def test_pages_are_rendered_by_the_same_versions_here_and_there():
    def versions(name: str) -> dict[str, str]:
        text = (ROOT / f"requirements/{name}.txt").read_text(encoding="utf-8")
        return dict(re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE))

    core = versions("core")
    assert {name: core.get(name) for name in versions("pages")} == versions("pages")
    for name in ("pages", "release"):
        steps = jobs(ROOT / f".github/workflows/{name}.yml")["build"]["steps"]
        quarto = [step.get("with", {}).get("version") for step in steps]
        assert versions("report")["quarto-cli"] in quarto, name


def test_a_tag_releases_the_site_and_the_results_and_nothing_else_does():
    release = yaml12.read((ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8"))
    assert release["on"] == {"push": {"tags": ["v*"]}}
    packed = " ".join(step.get("run", "") for step in release["jobs"]["build"]["steps"])
    assert "-C report/_site ." in packed and "results.tar.gz metrics CITATION.cff" in packed
    assert release["jobs"]["publish"]["permissions"] == {"contents": "write"}
    assert release["jobs"]["publish"]["needs"] == "build"


ANSWER = [
    {"name": "good", "version": "1", "vulns": []},
    {"name": "bad", "version": "2", "vulns": [{"id": "MADE-UP-1", "fix_versions": ["2.1"]}]},
    {"name": "unknown", "skip_reason": "no entry"},
]


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (ANSWER, 1, ["bad 2 has MADE-UP-1, fixed in 2.1", "2 of 3 packages looked up", "unknown"]),
        (ANSWER[:1], 0, ["1 of 1 packages looked up, 0 weaknesses"]),
        (ANSWER[2:], 0, ["0 of 1 packages looked up", "not looked up"]),
        (None, 0, ["core.txt was not audited: no network"]),
    ],
)
def test_an_audit_says_what_it_looked_up(tmp_path, answer, status, said):
    """With a stand-in for pip-audit."""
    told = "" if answer is None else json.dumps({"dependencies": answer})
    (tmp_path / "pip_audit.py").write_text(
        f"import pathlib, sys\ntold = {told!r}\n"
        "if not told: sys.exit('no network')\n"
        "pathlib.Path(sys.argv[sys.argv.index('--output') + 1]).write_text(told)\n"
        "sys.exit(1 if 'MADE-UP' in told else 0)\n"
    )
    script = "import sys; sys.path.insert(0, 'requirements'); import audit; "
    script += "audit.LOCKS = ('core',); audit.main()"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={"PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == status, done.stderr
    for part in said:
        assert part in done.stdout
