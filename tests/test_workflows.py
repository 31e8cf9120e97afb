"""What runs on GitHub: no more rights than needed, nothing that can be changed from outside."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args, get_type_hints

import playwright
import pytest

from stages.base.params import yaml12
from stages.submissions.card import Card

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


ANSWERS = ROOT / ".github/workflows/submission_answer.yml"


def test_what_a_pull_request_brings_is_read_by_the_code_of_the_branch_it_is_for():
    steps = jobs(ROOT / ".github/workflows/submission.yml")["check"]["steps"]
    ours, theirs = (step["with"] for step in steps if "checkout" in step.get("uses", ""))
    assert ours["ref"] == "${{ github.event.pull_request.base.sha }}" and "path" not in ours
    assert (theirs["path"], theirs["sparse-checkout"]) == ("sent", "submissions")
    commands = [step["run"] for step in steps if "run" in step]
    assert not any("${{" in command for command in commands)  # no name of theirs is a command
    assert not any(re.search(r"(bash|sh|python|make|cd) \.?/?sent", line) for line in commands)
    names = yaml12.read(ANSWERS.read_text(encoding="utf-8"))["on"]["workflow_run"]["workflows"]
    assert names == ["submission"]


def test_where_something_may_be_written_nothing_of_a_pull_request_runs():
    job = jobs(ANSWERS)["publish"]
    assert job["permissions"] == {"actions": "read", "pull-requests": "write"}
    assert not [step for step in job["steps"] if "checkout" in step["uses"] or "run" in step]
    assert "${{" not in job["steps"][-1]["with"]["script"]


NODE = Path(playwright.__file__).parent / "driver/node"
RAN = """
const said = []
const comments = %s
const pulls = [{ number: 7, head: { sha: 'new' } }, { number: 8, head: { sha: 'old' } }]
const paginate = async (list, given) => { said.push(given); return list(given) }
const issues = {
  listComments: () => comments,
  createComment: (given) => said.push(given),
  updateComment: (given) => said.push(given),
}
const github = { paginate, rest: { pulls: { list: () => pulls }, issues } }
const run = { head_sha: %s, head_branch: 'a branch', head_repository: { owner: { login: 'them' } } }
const context = { repo: { owner: 'us', repo: 'r' }, payload: { workflow_run: run } }
const core = { notice: (text) => said.push(text) }
const main = async () => {
%s
}
main().then(() => console.log(JSON.stringify(said)))
"""


def answer(folder: Path, sent: str, comments: str = "[]", sha: str = "'new'") -> list[Any]:
    """What the second workflow asks of GitHub, run with stand-ins; sent: the first one's answer."""
    (folder / "answer").mkdir(exist_ok=True)
    (folder / "answer/answer.txt").write_text(sent, encoding="utf-8")
    script = jobs(ANSWERS)["publish"]["steps"][-1]["with"]["script"]
    call = [str(NODE), "-e", RAN % (comments, sha, script)]
    done = subprocess.run(call, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


@pytest.mark.parametrize(
    "sent",
    [
        "```text\nmine.csv\n  films  240\n```\n\n",
        "```\n# Title <img src=x onerror=alert(1)> @everyone [x](https://example.org)\n````\n",
        "x```y\n   ~~~\n```text\n\x1b[2J\u202e<!-- -->" + "z" * 100_000,
    ],
)
def test_an_answer_is_text_in_a_block_whatever_it_says(tmp_path, sent):
    listed, found, made = answer(tmp_path, sent)
    assert listed["head"] == "them:a branch" and found["issue_number"] == 7
    assert (made["owner"], made["repo"], made["issue_number"]) == ("us", "r", 7)
    heading, empty, opening, *inside, closing = made["body"].split("\n")
    assert (empty, opening, closing) == ("", "```text", "```") and "check_scores" in heading
    assert not any("`" in line or "~" in line or "\x1b" in line for line in inside)
    assert len(made["body"]) < 41_000  # GitHub takes 65,536
    assert inside == ["mine.csv", "  films  240"] or "mine.csv" not in sent


def test_an_answer_replaces_the_one_before_and_no_comment_of_others(tmp_path):
    heading = answer(tmp_path, "x")[-1]["body"].split("\n")[0]
    comments = [
        {"id": 1, "user": {"login": "somebody"}, "body": heading},
        {"id": 2, "user": {"login": "github-actions[bot]"}, "body": "other"},
        {"id": 3, "user": {"login": "github-actions[bot]"}, "body": heading + "\nold"},
    ]
    assert answer(tmp_path, "x", json.dumps(comments))[-1]["comment_id"] == 3
    assert "comment_id" not in answer(tmp_path, "x", json.dumps(comments[:2]))[-1]


def test_an_answer_to_a_commit_that_is_gone_is_not_written(tmp_path):
    assert "has changed" in answer(tmp_path, "x", sha="'gone'")[-1]
    (tmp_path / "secret").write_text("not theirs")
    (tmp_path / "answer/answer.txt").unlink()
    (tmp_path / "answer/answer.txt").symlink_to(tmp_path / "secret")
    script = jobs(ANSWERS)["publish"]["steps"][-1]["with"]["script"]
    call = [str(NODE), "-e", RAN % ("[]", "'new'", script)]
    done = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode != 0 and "not theirs" not in done.stdout


def test_the_issue_form_asks_for_what_a_card_says():
    form = yaml12.read((ROOT / ".github/ISSUE_TEMPLATE/submission.yml").read_text(encoding="utf-8"))
    asked = {each["id"]: each["attributes"] for each in form["body"] if "id" in each}
    assert list(asked) == ["corpus", "name", *Card.__dataclass_fields__, "scores"]
    hints = get_type_hints(Card)
    for name in ("looks_at", "scale", "learnt_from", "our_films_among_it"):
        assert tuple(asked[name]["options"]) == get_args(hints[name])
    template = (ROOT / ".github/PULL_REQUEST_TEMPLATE/submission.md").read_text(encoding="utf-8")
    assert "matrix.submitted" in template and template.count("- [ ] ") == 5
