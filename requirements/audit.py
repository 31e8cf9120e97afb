"""Known weaknesses of what the lock files name: `python requirements/audit.py`.

Needs pip-audit (requirements/audit.txt) and a network; without its data nothing is said to be
safe, only that it was not looked up. No part of `make test`, which needs no network.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCKS = (
    "core",
    "report",
    "cluster",
    "clap",
    "words",
    "motion",
    "dev",
    "pages",
    "scores",
    "audit",
)  # not openl3: a reference; not words_test: weights and no code


def main() -> None:
    found = [audit(ROOT / f"requirements/{name}.txt") for name in LOCKS]
    for sentence in dict.fromkeys(line for lines, _ in found for line in lines):
        print(sentence, flush=True)
    if any(weak for _, weak in found):
        sys.exit(1)


def audit(lock: Path) -> tuple[list[str], bool]:
    """What to say about one lock file, and whether it names a package with a known weakness."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told.json"
        command = [sys.executable, "-m", "pip_audit", "--require-hashes", "--disable-pip"]
        command += ["--requirement", str(lock), "--format", "json", "--output", str(told)]
        done = subprocess.run(
            [*command, "--progress-spinner", "off"], text=True, capture_output=True
        )
        if not told.is_file():  # it stops at the first package that it cannot ask about
            last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            return [f"note: {lock.name} was not audited: {last}"], False
        return judge(lock.name, json.loads(told.read_text(encoding="utf-8"))["dependencies"])


def judge(name: str, packages: list[dict[str, Any]]) -> tuple[list[str], bool]:
    """The same, from pip-audit's answer on each package."""
    weak = [
        f"{name}: {each['name']} {each['version']} has {weakness['id']}, "
        f"fixed in {', '.join(weakness['fix_versions']) or 'no version yet'}"
        for each in packages
        for weakness in each.get("vulns", ())
    ]
    skipped = [each["name"] for each in packages if "skip_reason" in each]
    asked = len(packages) - len(skipped)
    lines = [
        *weak,
        f"{name}: {asked} of {len(packages)} packages looked up, {len(weak)} weaknesses",
    ]
    if skipped:
        some = ", ".join(skipped[:5]) + (", …" if len(skipped) > 5 else "")
        lines.append(f"note: {name}: not looked up, since the data has no entry: {some}")
    return lines, bool(weak)


if __name__ == "__main__":
    main()
