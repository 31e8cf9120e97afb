"""What a made-up run was made of: its catalogue, what came, its parameters; and the writers."""

import json
from pathlib import Path
from typing import Any

import pandas as pd

GENRES = (
    *("Action", "Adventure", "Comedy", "Crime", "Drama"),
    *("Horror", "Mystery", "Romance", "Science Fiction", "Thriller"),
)
HOSTILE = '<script>alert("x")</script> `tick` *star* | \u202etfel 🎬 </script>'
FILMS = 240
RULES = (0.1, 0.36, 0.5)


def catalogue(folder: Path, prevalence: dict[str, float], sample: bool, hostile: bool) -> None:
    """What the run was made of: catalogue, download, splits, attrition, provenance, parameters."""
    pairs = {
        one: {
            other: round(FILMS * min(prevalence[one], prevalence[other]) * 0.4)
            for other in GENRES
            if other != one
        }
        for one in GENRES
    }
    about = {
        "path": HOSTILE if hostile else ("sample.txt" if sample else "dataset.txt"),
        "sample": sample,
        "films": FILMS,
        "trailers": FILMS,
        "label_cardinality": round(sum(prevalence.values()), 6),
        "label_density": round(sum(prevalence.values()) / 10, 6),
        "prevalence": prevalence,
        "cooccurrence": pairs,
    }
    write_json(folder, "catalogue", about)
    lost = {} if sample else {"gone": 9, "private": 4, "geo_blocked": 3}
    came = FILMS - sum(lost.values())
    write_json(
        folder,
        "download",
        {
            "trailers": FILMS,
            "ok": came,
            "share": round(came / FILMS, 6),
            "seed_study_share": 0.93,
            "bytes": 123456789,
            "seconds": 61.5,
            "reasons": {"ok": came, **lost},
        },
    )
    write_json(
        folder,
        "splits",
        {
            "films": came,
            "usable": {"picture": came, "sound": came - 2, "both": came - 2, "any": came},
            "folds": {str(fold): came // 5 for fold in range(5)},
            "missing": "16 of 240 films are missing." if lost else "None of the films is missing.",
        },
    )
    rows = [("download", "ok", came), *(("download", k, v) for k, v in lost.items())]
    rows += (
        [("frames", "ok", came - 1), ("frames", "too_short", 1)]
        if lost
        else [("frames", "ok", came)]
    )
    rows += [("audio", "ok", came - 2), ("audio", "no_audio", 2)]
    write_csv(
        folder,
        "attrition",
        [dict(zip(("step", "reason", "trailers"), r, strict=True)) for r in rows],
    )
    write_json(
        folder,
        "provenance",
        {
            "versions": {"altair": "6.3.0", "torch": "2.11.0"},
            "python": "3.11.7",
            "machine": {"processor": HOSTILE if hostile else "a test", "cores": 2, "device": "cpu"},
            "commit": "0" * 40,
            "stages": {
                "download": {"seconds": 61.5, "peak_megabytes": 310},
                "frames": {"seconds": 90.1, "peak_megabytes": 480},
                "embed@colour": {"seconds": 3.0},
                "embed@left_the_matrix": {"seconds": 4.0},
                "fit@prior": {"seconds": 1.0},
                "fit@colour_linear": {"seconds": 12.0},
                "fit@left_the_matrix": {"seconds": 13.0},
                "renamed": {"seconds": 14.0},
            },
        },
    )
    write_json(
        folder,
        "parameters",
        {
            "frames": {"count": 31, "first_frame": 200, "first_second": None},
            "audio": {"seconds": 30, "windows": ["start", "middle", "end"]},
            "matrix": {"backbones": {"colour": {"family": "colour", "reads": "frames"}}},
            "training": {
                "heads": {
                    "linear": {"grid": [1e-5, 0.01, 0.1, 1], "fixed": 1e-5},
                    "mlp": {
                        "epochs": [15, 30],
                        "learning_rate": 0.003,
                        "weight_decay": [0.01, 3],
                        "fixed": {"epochs": 30, "weight_decay": 0.01},
                    },
                    "not_in_the_matrix": {"epochs": 1},
                },
                "contexts": {"attention": {"epochs": 60}},
            },
            "judging": {"thresholds": list(RULES), "sweep_step": 0.02},
            "note": HOSTILE if hostile else "x",
        },
    )


def write_csv(folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
    """Write `name`.csv as the stages do."""
    pd.DataFrame(rows).to_csv(folder / f"{name}.csv", index=False, float_format="%.6f")


def write_json(folder: Path, name: str, value: Any) -> None:
    """Write `name`.json."""
    (folder / f"{name}.json").write_text(json.dumps(value, indent=1), encoding="utf-8")
