"""Ours beside other ways, on the same input, as ratios with their spread: python -m benchmarks"""

import argparse
from pathlib import Path

from stages.base.console import run_command, say

RESULTS = Path(__file__).parent / "results" / "bench.json"


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Run every case beside the other ways to the same result, in turn, on the "
        "same input; print how many times as fast ours is, and keep that in "
        "benchmarks/results/bench.json. At most 15 minutes on two quiet cores.",
    )
    parser.add_argument("cases", nargs="*", help="only these; nothing is kept without --renew")
    parser.add_argument(
        "--renew", action="store_true", help="put the cases named in the place of those kept"
    )
    parser.add_argument("--list", action="store_true", help="name the cases and stop")
    parser.add_argument("--results", type=Path, help="where to keep what was measured")
    parser.add_argument(
        "--write", type=Path, help="run nothing: put the kept tables into this file, between marks"
    )
    arguments = parser.parse_args()

    from rich.console import Console

    from benchmarks.running import (
        case_names,
        check_names,
        read_bench,
        renewed,
        run_cases,
        write_bench,
    )
    from benchmarks.showing import table, write_measurements, write_page
    from stages.base.errors import BenchmarkError

    if arguments.list:
        print("\n".join(case_names()))
        return
    if arguments.write:
        results = arguments.results or RESULTS
        write_page(read_bench(results), arguments.write)
        write_measurements(results.parent, arguments.write)
        return
    names = check_names(arguments.cases)
    bench = run_cases(names, say)
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 200
    console.print(table(bench["rows"]))
    path = arguments.results or (None if arguments.cases and not arguments.renew else RESULTS)
    if path and arguments.renew:
        bench = renewed(read_bench(path), bench)
    if path:
        write_bench(bench, path)
        say(f"{path}: {len(bench['rows'])} rows in {bench['seconds'] / 60:.1f} minutes")
    if failed := [name for name, case in bench["cases"].items() if case["failed"]]:
        raise BenchmarkError("a case failed, its row says why", found=", ".join(failed))


if __name__ == "__main__":
    run_command(main)
