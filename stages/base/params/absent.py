"""What stands for a section that a corpus of published features has no use for."""

from typing import Any

from stages.base.errors import BenchmarkError


class Absent:
    """A section that params.yaml lacks; whoever asks it for a value is told so."""

    def __init__(self, section: str) -> None:
        self._section = section

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise BenchmarkError(
            f"no section {self._section}",
            where="the parameters of this corpus",
            found="published features, of which no trailer is fetched or looked at",
            do="choose a corpus of trailers: this command is of no use to this one",
        )


def absent(section: str) -> Any:
    """The default of a section that may be missing; typed as any section is."""
    return Absent(section)
