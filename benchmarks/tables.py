"""What was measured, as texts: for a terminal and for docs/benchmarks.md."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from report.text import interval, number, signed

HEADINGS = ("case", "what", "on", "against", "times as fast", "by", "goal", "met")
MET = {True: "yes", False: "no", None: ""}


def cells(row: Mapping[str, Any]) -> list[str]:
    """A row's texts, in the order of HEADINGS."""
    ratio = row["ratio"]
    spread = "–"
    if ratio:
        spread = _number(ratio["median"])
        if row["rounds"] > 1:
            spread += f" ({_number(ratio['min'])} to {_number(ratio['max'])})"
    goal = "" if row["goal"] is None else f"≥ {_number(row['goal'])}"
    by = {"cpu": "CPU time", "wall": "clock"}[row["by"]] if ratio else ""
    texts = [row[name] for name in ("case", "what", "input", "against")]
    return [*texts, spread, by, goal, MET[row["met"]]]


def markdown(shown: pd.DataFrame) -> Iterator[str]:
    """A frame of texts as the lines of a Markdown table."""
    yield f"| {' | '.join(shown.columns)} |"
    yield "|" + "---|" * len(shown.columns)
    yield from (f"| {' | '.join(map(plain, row))} |" for row in shown.to_numpy())


def plain(text: str) -> str:
    """A text that stays one in a Markdown table."""
    return text.replace("|", "\\|").replace("<", "&lt;")


def memory(peaks: Mapping[str, Mapping[str, float]]) -> pd.DataFrame:
    """Peak megabytes of each stage at two sizes of the corpus, their ratio, and the growth.

    peaks: by number of trailers, then by stage.
    """
    small, large = sorted(peaks, key=int)
    shown = []
    for stage, few in peaks[small].items():
        many = peaks[large][stage]
        each = (many - few) * 1000 / (int(large) - int(small))
        shown.append((stage, f"{few:.0f}", f"{many:.0f}", f"{many / few:.2f}", f"{each:.1f}"))
    sizes = [f"MB at {int(size):,} trailers" for size in (small, large)]
    headings = ["Stage", *sizes, "Ratio", "KB a trailer"]
    return pd.DataFrame(shown, columns=pd.Index(headings))


def key_frames(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Macro AP of each approach on exact frames and on key frames, and the paired difference."""
    shown = [
        (
            row["approach"],
            number(row["exact"], 3),
            number(row["key_frames"], 3),
            signed(row["difference"], 3),
            interval(row["lo"], row["hi"], 3),
        )
        for row in rows
    ]
    headings = ["Approach", "Exact frames", "Key frames", "Difference", "95% interval"]
    return pd.DataFrame(shown, columns=pd.Index(headings))


def edits(runs: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """The time of a run after each edit, and its goal."""
    shown = [
        (
            run["after"],
            str(len(run["stages"])),
            number(run["seconds"], 1),
            number(run["seconds_before_fitting"], 1),
            f"{run['outside_stages_share']:.0%}",
            number(run["largest_megabytes"] / 1000, 2),
            f"{run['goal']}: {MET[run['met']]}" if run["goal"] else "",
        )
        for run in runs
    ]
    headings = [
        *("After", "Stages that ran", "Seconds", "Before fitting"),
        *("In DVC and starting", "Largest process, GB", "Goal, and met"),
    ]
    return pd.DataFrame(shown, columns=pd.Index(headings))


def missed(runs: Sequence[Mapping[str, Any]]) -> list[str]:
    """Why a goal was missed after an edit."""
    return [f"{run['after']}: {run['note']}" for run in runs if run["note"]]


def commits(bench: Mapping[str, Any]) -> str:
    """The commit measured, and those of cases that were renewed since."""
    again = [
        f"{name} {case['commit']}" for name, case in bench["cases"].items() if "commit" in case
    ]
    return bench["commit"] + (f" ({', '.join(again)})" if again else "")


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"
