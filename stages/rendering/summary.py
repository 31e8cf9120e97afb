"""The results in a few lines: what the terminal shows at the end of a run."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

from stages.base import places
from stages.base.errors import BenchmarkError
from stages.base.formulas import unescape_formula
from stages.judging.verdicts import BETTER, WORSE

LABELS = {  # of the differences in headline.json
    "picture_minus_sound": "picture − sound",
    "picture_minus_words": "picture − words",
    "sound_minus_words": "sound − words",
    "fusion_gain": "both − better single model (chosen on training films)",
    "words_gain": "all three − what was named without them all",
}


@dataclass(frozen=True)
class Results:
    """What the terminal shows."""

    rows: tuple[tuple[str, str, str, str], ...]
    """(approach, modality, macro AP, 95% interval), best first."""
    lines: tuple[str, ...]
    """The differences named before the run."""
    sample: bool
    """Whether the trailers are rendered: these are not films."""


def read(metrics: Path) -> Results:
    """Read the results from the metrics folder; BenchmarkError when they are not there."""
    try:
        approaches = _rows(metrics / "approaches.csv")
        comparisons = {row["name"]: row for row in _rows(metrics / "comparisons.csv")}
        headline = json.loads((metrics / "headline.json").read_text(encoding="utf-8"))
        catalogue = json.loads((metrics / "catalogue.json").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BenchmarkError(
            "there are no results yet",
            where=f"{metrics.name}/",
            found=f"no {Path(str(error.filename)).name}",
            do=f"run `{places.dvc('repro')}`",
        ) from error
    approaches.sort(key=lambda row: -float(row["macro_ap"] or 0))
    rows = tuple(
        (
            row["approach"],
            row["modality"],
            _number(row["macro_ap"]),
            _interval(row["macro_ap_lo"], row["macro_ap_hi"]),
        )
        for row in approaches
    )
    lines = tuple(
        _difference(label, comparisons[headline[key]])
        for key, label in LABELS.items()
        if headline.get(key) in comparisons
    )
    return Results(rows, lines, bool(catalogue.get("sample")))


def _difference(label: str, row: dict[str, str]) -> str:
    if not row["lo"]:
        which = f"{row['a']} − {row['b']}"
        return f"{label}: {float(row['difference']):+.3f} (too few films for a verdict; {which})"
    lo, hi, p = (float(row[name]) for name in ("lo", "hi", "p_holm"))
    said = "clear of zero" if row["verdict"] in (BETTER, WORSE) else "undecided"
    return (
        f"{label}: {float(row['difference']):+.3f} ({lo:+.3f} to {hi:+.3f}, Holm's p {p:.3f}, "
        f"{said}; {row['a']} − {row['b']})"
    )


def _interval(lo: str, hi: str) -> str:
    return f"{_number(lo)} to {_number(hi)}" if lo else "–"


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return [{name: unescape_formula(cell) for name, cell in row.items()} for row in rows]


def _number(text: str) -> str:
    return f"{float(text):.3f}" if text else "–"
