"""DVC stage: obtain one table of published features and verify its bytes."""

from stages.base import places
from stages.base.console import CommandLine, run_stage, say


def main() -> None:
    parser = CommandLine(
        prog="python -m stages.features",
        description="Take one table of `features` in the parameters from FEATURES_DIR, or download "
        "it from the address that its record pins, and verify its sha256: writes "
        "data/<corpus>/features/<table>.",
    )
    parser.add_argument("table", help="a name under features in the parameters of the corpus")
    name = parser.parse_args().table

    from stages.base.errors import BenchmarkError
    from stages.base.params import load
    from stages.published.fetching import Places, digest, features_dir, fetch

    tables = load().features
    if name not in tables:
        known = ", ".join(tables) or "none: this corpus has trailers"
        raise BenchmarkError("unknown table", found=name, expected=f"one of {known}")
    target = places.data() / f"features/{name}"
    fetch(name, tables[name], Places(features_dir()), target)
    say(f"{target}: {tables[name].file}, sha256 {digest(target)[:16]}…")


if __name__ == "__main__":
    run_stage(main)
