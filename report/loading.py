"""Read the folder `metrics/` into one object that pages and figures share."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from report.names import Names, read_names, read_table

SINGLE = ("picture", "sound", "words")
MODALITIES = (*SINGLE, "both", "all")
VERDICTS = {"better": 1, "worse": -1}  # the judges' words; whatever else is no verdict
TOO_FEW = "too few films"  # theirs where there is none to give
CEILING_COLUMNS = ["modality", "window", "used_by", "macro_ap", "micro_ap", "samples_ap"]
LEAK_COLUMNS = [
    *("kind", "films", "film_ids", "titles", "frames", "seconds", "share", "folds"),
    *("across_folds", "hash_bits", "sound_error"),
]
LABEL_CEILING_COLUMNS = ["metric", "genre", "value", "lo", "hi", "films"]
CEILING_GENRE_COLUMNS = ["modality", "window", "genre", "cue", "planted", "ap", "normalised_ap"]
RECOVERY_COLUMNS = [
    *("approach", "modality", "genre", "cue", "planted", "ap", "ap_lo", "ap_hi", "normalised_ap"),
    *("ceiling_ap", "ceiling_normalised_ap", "above"),
]


@dataclass(frozen=True)
class Metrics:
    """Everything the report is rendered from. Frames are empty where a file does not apply.

    In all of it approaches and backbones are called by their names in words; `names` has the slugs.
    """

    folder: Path
    names: Names
    catalogue: dict[str, Any]
    download: dict[str, Any]
    splits: dict[str, Any]
    headline: dict[str, str]
    provenance: dict[str, Any]
    parameters: dict[str, Any]
    approaches: pd.DataFrame
    genres: pd.DataFrame
    thresholds: pd.DataFrame
    threshold_genres: pd.DataFrame
    references: pd.DataFrame
    attrition: pd.DataFrame
    comparisons: pd.DataFrame
    ceilings: pd.DataFrame
    ceiling_genres: pd.DataFrame
    label_ceiling: pd.DataFrame
    leaks: pd.DataFrame
    recovery: pd.DataFrame
    recovered: dict[str, Any]
    pipeline: dict[str, Any]
    calibration: dict[str, Any]
    null_corpus: dict[str, Any]
    trained_on_noise: dict[str, Any]
    over_time: dict[str, Any]
    curves: dict[str, pd.DataFrame]

    @property
    def sample(self) -> bool:
        """Whether the corpus is the rendered calibration corpus rather than films."""
        return bool(self.catalogue.get("sample"))

    @property
    def named(self) -> dict[str, str]:
        """Modality -> the approach named before the run, of the modalities that the matrix has."""
        return {m: self.headline[m] for m in MODALITIES if m in self.headline}

    @property
    def leading(self) -> str:
        """The named approach that has most to go by: of all, of both, or of the one there is."""
        return list(self.named.values())[-1]

    @property
    def rules(self) -> list[float]:
        """The fixed thresholds of the judging, ascending."""
        return sorted(float(rule) for rule in self.parameters["judging"]["thresholds"])

    @property
    def middle_rule(self) -> float:
        """The rule shown where there is room for one: the middle one, or the lower of two."""
        return self.rules[(len(self.rules) - 1) // 2]

    @property
    def genre_names(self) -> list[str]:
        """The genres of the run, those that some judged film has: every number is over these."""
        return list(dict.fromkeys(self.genres["genre"]))

    def approach(self, name: str) -> pd.Series:
        """The row of one approach in approaches.csv; KeyError when there is none."""
        rows = self.approaches[self.approaches["approach"] == name]
        if rows.empty:
            raise KeyError(f"approaches.csv has no row for {name!r}")
        return rows.iloc[0]

    def comparison(self, name: str) -> pd.Series:
        """The row of one comparison, by its name; KeyError when there is none."""
        rows = self.comparisons[self.comparisons["name"] == name]
        if rows.empty:
            raise KeyError(f"comparisons.csv has no row named {name!r}")
        return rows.iloc[0]

    def window(self, name: str) -> tuple[str, str] | None:
        """(modality, window) of the ceiling an approach is held against, or None."""
        slug = self.names.slug(name)
        for row in self.ceilings.itertuples():
            if slug in str(row.used_by).split():
                return str(row.modality), str(row.window)
        return None

    def ceiling(self, name: str, metric: str = "macro_ap") -> float | None:
        """What the ideal observer scores with what this approach may use; None without one."""
        found = self.window(name)
        if found is None:
            return None
        of = self.ceilings
        value = of.loc[(of["modality"] == found[0]) & (of["window"] == found[1]), metric].iloc[0]
        return None if pd.isna(value) else float(value)

    def table(self, name: str) -> pd.DataFrame:
        """The rows of `name`.csv; none where this matrix or corpus has no such table."""
        path = self.folder / f"{name}.csv"
        if not path.exists():
            return pd.DataFrame()
        return self.names.put_into(read_table(path))

    def reference(self, name: str, metric: str) -> float | None:
        """The value of a reference for a metric, or None."""
        of = self.references
        rows = of.loc[(of["reference"] == name) & (of["metric"] == metric), "value"]
        return None if rows.empty or pd.isna(rows.iloc[0]) else float(rows.iloc[0])


def load(folder: Path) -> Metrics:
    """Read `folder`; FileNotFoundError names the file that must be there and is not."""

    names = read_names(folder)

    def document(name: str, required: bool = True) -> dict[str, Any]:
        path = folder / name
        if not required and not path.exists():
            return {}
        return dict(json.loads(path.read_text(encoding="utf-8")))

    def frame(name: str, empty: list[str] | None = None) -> pd.DataFrame:
        path = folder / name
        if empty is not None and not path.exists():
            return pd.DataFrame(columns=pd.Index(empty))
        return names.put_into(read_table(path))

    approaches = frame("approaches.csv")
    slugs = {name: names.slug(name) for name in approaches["approach"]}
    # Curves of approaches that have left the matrix may still lie there.
    curved = {n: slug for n, slug in slugs.items() if (folder / "curves" / f"{slug}.csv").exists()}
    headline = document("headline.json")
    return Metrics(
        folder=folder,
        names=names,
        catalogue=document("catalogue.json"),
        download=document("download.json", required=False),
        splits=document("splits.json"),
        headline={of: names.of(value) for of, value in headline.items()},
        provenance=document("provenance.json", required=False),
        parameters=document("parameters.json"),
        approaches=approaches,
        genres=frame("genres.csv"),
        thresholds=frame("thresholds.csv"),
        threshold_genres=frame("threshold_genres.csv"),
        references=frame("references.csv"),
        attrition=frame("attrition.csv", ["step", "reason", "trailers"]),
        comparisons=frame("comparisons.csv"),
        ceilings=frame("ceilings.csv", CEILING_COLUMNS),
        ceiling_genres=frame("ceiling_genres.csv", CEILING_GENRE_COLUMNS),
        label_ceiling=frame("label_ceiling.csv", LABEL_CEILING_COLUMNS),
        leaks=frame("leaks.csv", LEAK_COLUMNS),
        recovery=frame("recovery.csv", RECOVERY_COLUMNS),
        recovered=document("recovery.json", required=False),
        pipeline=document("pipeline.json", required=False),
        calibration=document("calibration.json", required=False),
        null_corpus=document("null_corpus.json", required=False),
        trained_on_noise=document("trained_on_noise.json", required=False),
        over_time=document("over_time.json", required=False),
        curves={name: frame(f"curves/{slug}.csv") for name, slug in curved.items()},
    )
