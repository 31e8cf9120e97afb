"""Running the cases one after the other, each in a process of its own, and keeping the results."""

import json
import multiprocessing
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from benchmarks.provenance import commit, machine, versions
from benchmarks.rows import Row
from stages.base.errors import BenchmarkError

ROOT = Path(__file__).resolve().parents[1]
CASES = Path(__file__).parent / "cases"


def case_names() -> list[str]:
    """The files of benchmarks/cases."""
    return sorted(module.name for module in iter_modules([str(CASES)]))


def check_names(names: Sequence[str]) -> list[str]:
    """The cases asked for, all if none is named; raises BenchmarkError for an unknown one."""
    known = case_names()
    if unknown := [name for name in names if name not in known]:
        raise BenchmarkError(
            "unknown case", found=unknown[0], expected=f"one of {', '.join(known)}"
        )
    return list(names) or known


def run_cases(names: Sequence[str], say: Callable[[str], None]) -> dict[str, Any]:
    """Run cases and return what bench.json holds; one that fails is a row that says so."""
    begin = time.perf_counter()
    rows: list[Row] = []
    cases: dict[str, Any] = {}
    for name in names:
        say(f"{name} ...")
        started = time.perf_counter()
        found, failed = _apart(name)
        rows += found
        seconds = time.perf_counter() - started
        cases[name] = {"seconds": round(seconds, 1), "failed": failed}
        say(f"{name}: {len(found)} rows in {seconds:.0f} s")
    return {
        "machine": machine(),
        "versions": versions(),
        "commit": commit(ROOT),
        "seconds": round(time.perf_counter() - begin, 1),
        "cases": cases,
        "rows": [row.as_json() for row in rows],
    }


def run_case(name: str) -> tuple[list[Row], str]:
    """Rows of one case in this process, those before an error too; and the error, "" if none."""
    case = import_module(f"benchmarks.cases.{name}")
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="bench_") as folder:
        try:
            for row in case.rows(Path(folder), case.BUDGET):
                rows.append(row)
        except Exception as error:  # the other cases still run
            why = f"{type(error).__name__}: {error}"
            return [*rows, _failed(name, why)], why
    return rows, ""


def renewed(kept: dict[str, Any], bench: dict[str, Any]) -> dict[str, Any]:
    """What was kept, with the cases that were run again, each of which says its commit."""
    new = {name: case | {"commit": bench["commit"]} for name, case in bench["cases"].items()}
    cases = kept["cases"] | new
    others = [row for row in kept["rows"] if row["case"] not in new]
    rows = sorted([*others, *bench["rows"]], key=lambda row: list(cases).index(row["case"]))
    seconds = round(sum(case["seconds"] for case in cases.values()), 1)
    return kept | {"cases": cases, "rows": rows, "seconds": seconds}


def write_bench(bench: dict[str, Any], path: Path) -> None:
    """Keep the results."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(bench, indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def read_bench(path: Path) -> dict[str, Any]:
    """What `write_bench` kept. Raises BenchmarkError where there is nothing."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise BenchmarkError(
            "no results to show", where=str(path), do="run `make bench` first"
        ) from error


def _apart(name: str) -> tuple[list[Row], str]:
    """A process of its own: threads, memory and caches of one case are no matter to the next."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        try:
            return pool.submit(run_case, name).result()
        except BrokenProcessPool:
            why = "its process died"
            return [_failed(name, why)], why


def _failed(name: str, why: str) -> Row:
    return Row(case=name, what="–", input="–", against="–", note=f"failed: {why}")
