"""Tables of the instrument page: what was planted and found, and the simulations."""

from typing import Any

import pandas as pd

from report.loading import Metrics
from report.tables.common import plain
from report.text import number

Z = 1.96  # of a 95% interval
SHORT = {
    "nothing differs in sum, but by genre": "equal in sum, not by genre",
    "no skill": "approaches at chance",
}
SIMULATED = ["what", "difference", "films", "rate", "lo", "hi"]
DIFFERENCE, LEVEL, GENRE = "covered", "covered_level_jackknife", "covered_if_given"


def recovery(metrics: Metrics) -> pd.DataFrame:
    """The headline's cells of recovery.csv, with the interval of the normalised AP (lo, hi)."""
    return _with_interval(metrics, metrics.recovery["approach"].isin([*metrics.named.values()]))


def within_shots(metrics: Metrics) -> pd.DataFrame:
    """The same of the approach that finds most of how shots move; no rows where none was to."""
    found = (metrics.recovered.get("best") or {}).get("motion")
    return _with_interval(metrics, metrics.recovery["approach"] == metrics.names.of(str(found)))


def _with_interval(metrics: Metrics, which: "pd.Series[bool]") -> pd.DataFrame:
    rows = metrics.recovery[which]
    if rows.empty:
        return rows
    share = rows["genre"].map(metrics.catalogue["prevalence"])
    return rows.assign(
        lo=(rows["ap_lo"] - share) / (1 - share), hi=(rows["ap_hi"] - share) / (1 - share)
    )


def cells(rows: pd.DataFrame) -> pd.DataFrame:
    """The same as texts."""
    headings = {
        "approach": "Approach",
        "genre": "Genre",
        "planted": "Planted",
        "normalised_ap": "Found",
        "lo": "95% from",
        "hi": "to",
        "ceiling_normalised_ap": "Findable",
    }
    return plain(rows, headings)


def power(metrics: Metrics) -> pd.DataFrame:
    """Scenarios with a true difference in macro AP: how often the verdict is that it is clear."""
    rows = [row for row in _simulated(metrics, "verdict") if row["difference"] > 0]
    return pd.DataFrame(rows, columns=pd.Index(SIMULATED))


def false_alarms(metrics: Metrics) -> pd.DataFrame:
    """Scenarios in which nothing differs: one comparison, and any of five after Holm."""
    rows = []
    for measure, what in (("verdict", "one comparison"), ("any_of_5_after_holm", "any of five")):
        rows += [
            row | {"what": f"{what}, {row['what']}"}
            for row in _simulated(metrics, measure)
            if row["difference"] == 0
        ]
    return pd.DataFrame(rows, columns=pd.Index(SIMULATED))


def coverage(metrics: Metrics) -> pd.DataFrame:
    """How often a 95% interval contained the true value: of a difference, of one approach, and of
    one genre where it has an interval."""
    rows = []
    measures = ((DIFFERENCE, "a difference"), (LEVEL, "one approach"), (GENRE, "one genre"))
    for measure, what in measures:
        found = _simulated(metrics, measure)
        if measure == LEVEL:  # one approach alone does not know how far the other is from it
            found = list({row["films"]: row for row in reversed(found)}.values())[::-1]
            found = [row | {"what": f"{row['films']} films"} for row in found]
        rows += [row | {"what": f"{what}, {row['what']}"} for row in found]
    return pd.DataFrame(rows, columns=pd.Index(SIMULATED))


def _simulated(metrics: Metrics, measure: str) -> list[dict[str, Any]]:
    rows = []
    for name, scenario in metrics.calibration.get("scenarios", {}).items():
        rate = scenario["rates"].get(measure)
        settings = scenario["settings"]
        if rate is None:
            continue
        half = Z * (rate * (1 - rate) / settings["simulations"]) ** 0.5
        row = {
            "what": SHORT.get(name, name),
            "difference": settings["difference"],
            "films": settings["films"],
        }
        rows.append(row | {"rate": rate, "lo": max(0.0, rate - half), "hi": min(1.0, rate + half)})
    return sorted(rows, key=lambda row: (row["films"], row["difference"]))


def simulated(rows: pd.DataFrame) -> pd.DataFrame:
    """Simulated shares as texts."""
    return pd.DataFrame(
        {
            "Simulated": rows["what"],
            "Films": rows["films"].astype(str),
            "True difference": [number(value) for value in rows["difference"]],
            "Share of runs": [f"{value:.1%}" for value in rows["rate"]],
            "95% interval": [
                f"{lo:.1%} to {hi:.1%}" for lo, hi in zip(rows["lo"], rows["hi"], strict=True)
            ],
        }
    )


def over_time(of: dict[str, Any]) -> pd.DataFrame:
    """One row a genre and context, as texts. of: the content of over_time.json."""
    headings = {
        "genre": "Genre",
        "context": "Context",
        "ap": "AP",
        "p_holm": "p (Holm)",
        "prevalence": "Share of films",
        "ceiling": "Ideal observer",
    }
    return plain(pd.DataFrame(of["contexts"]), headings)
