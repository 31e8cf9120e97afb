"""A copy of this project in a folder of its own, with git, DVC and a corpus of a few films."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from stages.base.params import yaml12

ROOT = Path(__file__).resolve().parents[1]
HANGS_SECONDS = 2400.0  # the longest command takes a third of it


class Project:
    """What a user has after cloning, unless `whole` made small enough to run in a minute or two."""

    def __init__(self, folder: Path, films: int, whole: bool = False) -> None:
        self.folder = folder
        listed = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard"],
            cwd=ROOT, check=True, capture_output=True, text=True,
        )  # fmt: skip
        for name in listed.stdout.splitlines():
            source = ROOT / name
            if (
                source.is_file()
                and not name.startswith(("metrics/", "tests/"))
                and source.name != "dvc.lock"
            ):
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, folder / name)
        self.environment = os.environ | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            **{f"GIT_{who}_NAME": "test" for who in ("AUTHOR", "COMMITTER")},
            **{f"GIT_{who}_EMAIL": "test@example.org" for who in ("AUTHOR", "COMMITTER")},
            "GIT_CONFIG_GLOBAL": os.devnull,
        }
        self.films = (ROOT / "sample.txt").read_text().splitlines(keepends=True)
        self.keep_films(films)
        if not whole:
            self.change_params(_small)
        self.call("git", "init", "-q", "-b", "main")
        self.call("dvc", "init", "-q", "-f")
        shutil.copy(ROOT / ".dvc/config", folder / ".dvc/config")

    def call(self, *command: str) -> str:
        """Standard output of a command run in the project; RuntimeError if it fails."""
        with self._running(*command, stderr=subprocess.PIPE) as process:
            output, error = process.communicate()
        if process.returncode:
            raise RuntimeError(f"{command}\n{output}\n{error}")
        return output

    def repro(self, tell: Callable[[str], None] | None = None) -> dict[str, float]:
        """Run the pipeline; the stages that ran, and after how many seconds each began.

        tell: called with the name of each as it begins. RuntimeError if one fails.
        """
        start, began, said = time.perf_counter(), {}, []
        with self._running("dvc", "repro", stderr=subprocess.STDOUT) as process:
            assert process.stdout is not None
            for line in process.stdout:
                said.append(line)
                if found := re.match(r"Running stage '(.+)':", line):
                    began[found[1]] = time.perf_counter() - start
                    if tell:
                        tell(found[1])
        if process.returncode:
            raise RuntimeError("".join(said))
        return began

    @contextmanager
    def _running(self, *command: str, stderr: int) -> "Iterator[subprocess.Popen[str]]":
        """A command, with all that it starts; where that hangs, each process says where and ends.

        A process group of their own lets none of them live on, whatever becomes of us.
        """
        process = subprocess.Popen(
            command, cwd=self.folder, text=True, start_new_session=True,
            env=self.environment | {"PYTHONFAULTHANDLER": "1"},  # SIGABRT prints tracebacks
            stdout=subprocess.PIPE, stderr=stderr,
        )  # fmt: skip
        watch = threading.Timer(HANGS_SECONDS, os.killpg, (process.pid, signal.SIGABRT))
        watch.daemon = True
        watch.start()
        try:
            with process:
                try:
                    yield process
                except BaseException:
                    with suppress(ProcessLookupError):
                        os.killpg(process.pid, signal.SIGKILL)
                    raise
        finally:
            watch.cancel()

    def keep_films(self, count: int) -> None:
        """Leave the first `count` rows of the catalogue."""
        head = [line for line in self.films if line.startswith(("#", "film_id"))]
        rows = [line for line in self.films if line not in head]
        (self.folder / "sample.txt").write_text("".join([*head, *rows[:count]]))

    def add_films(self, count: int) -> None:
        """So many more rows at the end of the catalogue, of films that it does not have."""
        path = self.folder / "sample.txt"
        rows = path.read_text().splitlines(keepends=True)
        for number, row in enumerate(rows[-count:]):
            _, *told, _ = row.split("\t")
            rows.append("\t".join([f"more{number}", *told, f"sample:more{number}\n"]))
        path.write_text("".join(rows))

    def change_params(self, change: Callable[[dict[str, Any]], None]) -> None:
        """Let `change` edit params.yaml."""
        path = self.folder / "params.yaml"
        params = yaml12.read(path.read_text())
        change(params)
        path.write_text(yaml12.block(params))

    def entries(self, step: str) -> dict[str, int]:
        """Store entries of one step with the time each was written."""
        found = (self.folder / "data/store" / step).rglob("*.*")
        return {p.name: p.stat().st_mtime_ns for p in found if not p.name.endswith(".part")}

    def json(self, name: str) -> dict[str, Any]:
        """A JSON file of the project."""
        return dict(json.loads((self.folder / name).read_text()))

    def hashes(self) -> dict[str, str]:
        """What DVC recorded of every output it keeps in its cache."""
        stages = yaml12.read((self.folder / "dvc.lock").read_text())["stages"]
        return {
            out["path"]: out["md5"]
            for stage in stages.values()
            for out in stage["outs"]
            if not out["path"].startswith(("report/", "metrics/"))
        }


def _small(params: dict[str, Any]) -> None:
    params["splits"]["folds"] = 3
    for head in params["training"]["heads"].values():
        if "epochs" in head:
            head |= {"epochs": 2, "weight_decay": 0.01}
            head.pop("fixed", None)
    params["judging"] |= {"resamples": 200, "permutations": 200}
    params["judging"] |= {"smallest_training_set": 10, "draws": 2, "retrainings": 2}
    params["judging"] |= {"min_films": 2, "min_genre_films": 1}  # intervals of anything at all
    params["matrix"]["headline"] = {
        "picture": "colour_linear", "sound": "mfcc_linear", "both": "late_linear",
    }  # fmt: skip
    kept = ("colour_linear", "mfcc_linear", "frame_cnn", "early_linear", "late_linear")
    for section in ("approaches", "early", "late"):
        items = params["matrix"][section].items()
        params["matrix"][section] = {slug: item for slug, item in items if slug in kept}
    del params["matrix"]["backbones"]["spectrogram"]
