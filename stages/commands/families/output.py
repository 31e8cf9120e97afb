"""Checks as lines for the terminal."""

from collections.abc import Sequence

from stages.base.plugins import file_of
from stages.base.redaction import redact
from stages.commands.families.contract import Check

WIDTH = max(map(len, ("black pictures", "determinism")))


def as_text(family: str, model: str, checks: Sequence[Check]) -> str:
    """A line a check, what to do below those that failed, and how to go on."""
    name, file = " ".join(filter(None, [family, model])), file_of(f"stages.backbones.{family}")
    lines = [f"{name} ({file})"]
    for check in checks:
        first, *more = check.found.splitlines() or [""]
        lines.append(f"  {'pass' if check.passed else 'FAIL'}  {check.name:<{WIDTH}}  {first}")
        lines += [f"{'':<{WIDTH + 10}}{line.strip()}" for line in more]
        if not check.passed:
            lines.append(f"{'':<{WIDTH + 10}}do: {check.do}")
    count = sum(not check.passed for check in checks)
    lines.append(f"  {count} of {len(checks)} failed" if count else "  all passed")
    return redact("\n".join(lines))
