"""Every command in README and in the guide is one that its program understands."""

import pytest

from tests.guide.commands import check, shown, simple
from tests.guide.documents import DOCUMENTS, ROOT


@pytest.mark.parametrize("path", DOCUMENTS, ids=[path.name for path in DOCUMENTS])
def test_commands_are_understood(path):
    for line in shown(path):
        for command in simple(line):
            check(command)


def test_a_cluster_listens_in_one_network_only():
    """Dask's own default is every interface, for the dashboards too."""
    commands = [command for line in shown(ROOT / "docs/scaling.md") for command in simple(line)]
    started = [c for c in commands if c[2:4] in (["dask", "scheduler"], ["dask", "worker"])]
    assert len(started) == 7
    for command in started:
        assert command[command.index("--host") + 1].startswith("10.0.0.")
        assert command[command.index("--dashboard-address") + 1].startswith("127.0.0.1:")


@pytest.mark.parametrize(
    "line",
    [
        "make raport",
        "python -m stages.plans",
        "python -m stages.diff main --markup",
        "dvc exp run -S catalogue.paths=dataset.txt",
        "dvc repro -f -s downloads",
        "dvc repro -s fit@color_mlp",
        "dvc metrics differ main",
        "trailer-genres plant",
        "python requirements/install.py clip",
        "python -m pytest tests/heads -k wider",
        "python -m dask worker tcp://10.0.0.1:8786 --n-threads 1",
        "somebody elses",
    ],
)
def test_a_command_that_would_not_be_understood_is_noticed(line):
    (command,) = simple(line)
    with pytest.raises(BaseException):  # noqa: B017 - each program has its own
        check(command)
