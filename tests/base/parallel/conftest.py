"""A Dask cluster of processes of its own, on ports that the system chooses."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from distributed import Client

ROOT = Path(__file__).parents[3]
# an item is given up after one death here and one by itself: deaths cost seconds
ENVIRONMENT = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}


class Cluster:
    """A scheduler and its workers; they meet over a file that the scheduler writes.

    environment: of all of them, beside ours; apart: whether each worker has a folder of its own.
    """

    def __init__(
        self,
        folder: Path,
        port: str = "0",
        project: Path = ROOT,
        environment: Mapping[str, str] | None = None,
        apart: bool = False,
    ) -> None:
        self.folder, self.project, self.apart = folder, project, apart
        self.environment = os.environ | ENVIRONMENT | dict(environment or {})
        self.processes: list[subprocess.Popen[bytes]] = []
        self.file = folder / "scheduler.json"
        self.scheduler = self._start("scheduler", "--port", port, "--dashboard-address", ":0")

    def add_workers(self, count: int, threads: int = 1, offer: str = "") -> None:
        """Start workers under one nanny each, and wait for them; offer: such as NETWORK=1."""
        offered = ("--resources", offer) if offer else ()
        for _ in range(count):
            self._start("worker", "--nthreads", str(threads), "--no-dashboard", *offered)
        with Client(scheduler_file=str(self.file), set_as_default=False) as client:
            client.wait_for_workers(len(self.processes) - 1, timeout=60)

    @property
    def address(self) -> str:
        with Client(scheduler_file=str(self.file), set_as_default=False):
            return str(json.loads(self.file.read_text())["address"])

    def close(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _start(self, kind: str, *arguments: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "dask", kind, "--scheduler-file", str(self.file)]
        place = self.project
        if kind == "worker":
            command += ["--local-directory", str(self.folder)]
        if kind == "worker" and self.apart:
            place = self.folder / f"machine-{len(self.processes)}"
            place.mkdir()
        with (self.folder / f"{kind}-{len(self.processes)}.log").open("wb") as log:
            process = subprocess.Popen(
                [*command, *arguments],
                cwd=place,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,  # so that what it starts ends with it
            )
        self.processes.append(process)
        return process


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A scheduler and two workers, for tests that leave it as it was."""
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        made.add_workers(2)
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def for_networks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A scheduler and three workers, two of which take networks."""
    made = Cluster(tmp_path_factory.mktemp("for-networks"))
    try:
        made.add_workers(1)
        made.add_workers(2, offer="NETWORK=1")
        yield made
    finally:
        made.close()


@pytest.fixture
def lone_scheduler(tmp_path: Path) -> Iterator[Cluster]:
    """A scheduler without workers, to be taken apart."""
    made = Cluster(tmp_path)
    try:
        yield made
    finally:
        made.close()
