"""Secrets, all of them made up and marked, in whatever a process says."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from stages.base.errors import BenchmarkError, TrailerError
from stages.base.provenance import record_stage
from stages.base.redaction import redact, redact_output

ROOT = Path(__file__).resolve().parents[2]
SECRETS = {
    "TRAILER_STORE": "s3://key:MARKED/stör%40e@bucket/folder?sas=MARKED-query&x=plain-text",
    "TRAILER_PROXY": "http://somebody:MARKED-proxy@127.0.0.1:3128",
    "DASK_SCHEDULER_ADDRESS": "tls://MARKED-token@10.0.0.1:8786",
    "AWS_SECRET_ACCESS_KEY": "MARKED-aws",
    "AWS_SESSION_TOKEN": "MARKED-session",
    "HF_TOKEN": "MARKED-hub",
    "PGPASSWORD": "MARKED-pg",
    "FSSPEC_S3_SECRET": "MARKED-fsspec",
    "FSSPEC_FTP": '{"password": "MARKED-ftp", "more": {"token": "MARKED-more"}, "n": 1}',
}
BARE = [
    *("MARKED/stör%40e", "MARKED/stör@e", "MARKED-query", "MARKED-proxy", "MARKED-token"),
    *("MARKED-aws", "MARKED-session", "MARKED-hub", "MARKED-pg", "MARKED-fsspec", "MARKED-ftp"),
    *("MARKED-more", *SECRETS.values(), "c29tZWJvZHk6TUFSS0VELXByb3h5"),  # echo -n … | base64
]


@pytest.fixture(autouse=True)
def marked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


def is_clean(text: str) -> bool:
    return "MARKED" not in text and "TUFSS0VE" not in text


@pytest.mark.parametrize("text", BARE)
def test_what_the_environment_holds_is_hidden_wherever_it_stands(text: str) -> None:
    found = redact(f"before {text}, after")
    assert is_clean(found) and found.startswith("before ") and found.endswith(", after")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("at http://a:b@x.y/z", "at http://***@x.y/z"),
        ("at ftp://a@x.y:21", "at ftp://***@x.y:21"),
        ("Proxy http:a:b@x.y", "Proxy http:***@x.y"),
        ("('https://a:b@x.y', 'a@b.c')", "('https://***@x.y', 'a@b.c')"),
    ],
)
def test_a_url_is_shown_without_its_user(text: str, expected: str) -> None:
    assert redact(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("https://x.y/@channel?mail=a@b.c", "file:a@b.mp4", "me@example.org", "s3://bucket/a@b"),
        *("false", "/var/run/secrets/token", "plain-text", "s3://bucket/folder: not there"),
    ],
)
def test_what_is_no_secret_is_left_alone(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKENIZERS_PARALLELISM", "false")
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/var/run/secrets/token")
    monkeypatch.setenv("SOME_KEY", "not")  # too short to be told from words
    assert redact(text) == text


@pytest.mark.parametrize("text", BARE)
def test_errors_hide_them(text: str) -> None:
    assert is_clean(str(BenchmarkError(text, where=text, found=text, expected=text, do=text)))
    failed = TrailerError("network", text)
    assert is_clean(str(failed)) and is_clean(failed.detail)


def test_provenance_hides_them(tmp_path: Path) -> None:
    record_stage("MARKED-aws", 1.0, tmp_path / "provenance.json")
    assert is_clean((tmp_path / "provenance.json").read_text())


SCRIPT = """
import logging, os, sys, threading, warnings
from stages.base.console import progress, run_command, say
from stages.base.parallel.local import run
from work import work

ITEMS = [os.environ[name] for name in NAMES]

def main():
    for item in ITEMS:
        say(item)
        print(item)
        print("several", item, file=sys.stderr)
        sys.stderr.writelines([item])
        warnings.warn(item)
        logging.getLogger("library").warning(item)
        logging.getLogger("library").error("with %s", item)
        thread = threading.Thread(target=int, args=(item,))
        thread.start()
        thread.join()
        try:
            int(item)
        except ValueError:
            logging.getLogger("library").exception("failed")
    list(progress([1], ITEMS[0], 1))
    list(run(work, ITEMS, processes=1))

if __name__ == "__main__":
    run_command(main)
"""


WORK = """
import warnings

def work(item):
    warnings.warn(f"{item} in a worker")
    raise ValueError(item)
"""


def test_a_process_and_its_workers_hide_them_in_all_that_is_printed(tmp_path: Path) -> None:
    """Messages, warnings and logs of libraries, tracebacks of threads, workers and the end."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.replace("NAMES", repr(list(SECRETS))))
    (tmp_path / "work.py").write_text(WORK)  # workers import what they call
    done = subprocess.run(
        [sys.executable, str(script)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 1 and said.count("***") > 50
    for sign in ("UserWarning: ", "in a worker", "Exception in thread", "\nValueError: "):
        assert sign in said, said
    assert [line for line in said.splitlines() if not is_clean(line)] == []


def test_logs_that_have_a_stream_of_their_own_hide_them(tmp_path: Path) -> None:
    before = sys.stdout, sys.stderr, logging.getLogRecordFactory()
    handler = logging.FileHandler(tmp_path / "log")  # as Dask's workers have had since they began
    logger = logging.getLogger("distributed.worker.made-up")
    logger.addHandler(handler)
    try:
        redact_output()
        redact_output()
        logger.error("Compute Failed: %s", SECRETS["TRAILER_STORE"])
        try:
            raise ValueError(SECRETS["TRAILER_PROXY"])
        except ValueError:
            logger.exception("Traceback")
    finally:
        sys.stdout, sys.stderr = before[:2]
        logging.setLogRecordFactory(before[2])
        logger.removeHandler(handler)
        handler.close()
    said = (tmp_path / "log").read_text()
    assert "Compute Failed: s3://***@bucket/folder" in said and "ValueError: http://***@" in said
    assert is_clean(said)
