"""Hosts, not just processes: each in a network namespace of its own, joined by a switch."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from s3fs import S3FileSystem

from stages.base.parallel import run
from stages.trailers.media import results
from tests.base.parallel.conftest import ENVIRONMENT, ROOT
from tests.base.parallel.test_cluster import PICTURE, clips, contents
from tests.s3 import Bucket

pytestmark = pytest.mark.xdist_group("cluster")
HOSTS = ("scheduler", "bucket", "one", "two", "asker")
ADDRESS = {host: f"10.77.0.{number}" for number, host in enumerate(HOSTS, start=1)}
SERVER, SCHEDULER = 9000, 8786  # ports of a network that is ours alone


class Network:
    """Namespaces by the names of HOSTS, and what runs in them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []

    def join(self) -> None:
        """Make the hosts and the switch. Raises where this machine does not let us."""
        self._ip(f"netns add {self.name('switch')}")
        self._ip(f"-n {self.name('switch')} link add bridge type bridge")
        self._ip(f"-n {self.name('switch')} link set bridge up")
        for host in HOSTS:
            switch, space = self.name("switch"), self.name(host)
            self._ip(f"netns add {space}")
            self._ip(f"link add wire netns {space} type veth peer name {host} netns {switch}")
            self._ip(f"-n {switch} link set {host} master bridge up")
            self._ip(f"-n {space} addr add {ADDRESS[host]}/24 dev wire")
            for device in ("wire", "lo"):
                self._ip(f"-n {space} link set {device} up")

    @staticmethod
    def name(host: str) -> str:
        return f"trailers-{os.getpid()}-{host}"

    def start(self, host: str, *command: str) -> "subprocess.Popen[bytes]":
        """Run Python on a host, in a folder of its own."""
        place = self.folder / host
        place.mkdir(exist_ok=True)
        bucket = Bucket(f"http://{ADDRESS['bucket']}:{SERVER}", "trailers")
        process = subprocess.Popen(
            ["ip", "netns", "exec", self.name(host), sys.executable, *command],
            cwd=place,
            env=os.environ | ENVIRONMENT | bucket.environment | {"PYTHONPATH": str(ROOT)},
            stdout=(log := (self.folder / f"{host}.log").open("wb")),
            stderr=log,
            start_new_session=True,
        )
        self.processes.append(process)
        return process

    def close(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        for host in ("switch", *HOSTS):
            with suppress(OSError):
                subprocess.run(["ip", "netns", "del", self.name(host)], capture_output=True)

    def _ip(self, arguments: str) -> None:
        subprocess.run(["ip", *arguments.split()], check=True, capture_output=True, text=True)


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    made = Network(tmp_path)
    try:
        made.join()
        yield made
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no network namespaces here: {getattr(error, 'stderr', None) or error}")
    finally:
        made.close()


def frames(place: Path) -> dict[str, bytes]:
    """The pack of frames, made in a folder of clips."""
    todo = results.jobs(place / "data/downloads.parquet", PICTURE)
    results.write(place / "data/frames", results.FRAMES, run(results.extract, todo))
    return contents(place / "data/frames")


def ask() -> None:
    """What the asking host does."""
    deadline = time.monotonic() + 60
    while socket.socket().connect_ex((ADDRESS["bucket"], SERVER)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    S3FileSystem().mkdir("trailers")
    clips(Path())
    frames(Path())


def test_the_same_bytes_from_other_hosts(network, tmp_path, monkeypatch):
    scheduler = f"tcp://{ADDRESS['scheduler']}:{SCHEDULER}"
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", scheduler)
    network.start("bucket", "-m", "moto.server", "-H", ADDRESS["bucket"], "-p", str(SERVER))
    network.start("scheduler", "-m", "dask", "scheduler", "--port", str(SCHEDULER))
    for host in ("one", "two"):
        network.start(host, "-m", "dask", "worker", scheduler, "--nthreads", "1")
    asker = network.start("asker", "-c", "from tests.base.parallel.test_hosts import ask; ask()")
    assert asker.wait(90) == 0, (tmp_path / "asker.log").read_text()
    monkeypatch.delenv("DASK_SCHEDULER_ADDRESS")
    monkeypatch.setenv("WORKERS", "1")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    clips(Path())
    assert contents(tmp_path / "asker/data/frames") == frames(Path())
    assert any((tmp_path / host / "data/store/frames").is_dir() for host in ("one", "two"))
