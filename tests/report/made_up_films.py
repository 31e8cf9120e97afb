"""Made-up films with scores of every approach, and the tables that the judging writes by film."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from made_up_run import FILMS, GENRES, HOSTILE, write_csv, write_json

LONG = "A very long title " * 17  # 306 characters


def films(
    folder: Path, rng: np.random.Generator, approaches: dict[str, Any], hostile: bool
) -> None:
    """films.json; hostile puts markup into the first title and id, and a long title second."""
    titles = [f"Film number {number}" for number in range(FILMS)]
    ids = [f"f{number:03d}" for number in range(FILMS)]
    if hostile:
        titles[:3], ids[0] = [HOSTILE, LONG, "Amélie"], f"id{HOSTILE}"
    found = []
    for number, (title, film) in enumerate(zip(titles, ids, strict=True)):
        own = sorted(set(rng.integers(0, 10, rng.integers(1, 4)).tolist()))
        thousandths = rng.integers(0, 1001, len(approaches) * 10)
        scores = "".join(np.base_repr(n, 36).lower().zfill(2) for n in thousandths)
        found.append(
            {
                "id": film,
                "title": title,
                "year": 1990 + number % 30,
                "genres": own,
                "scores": scores,
            }
        )
    slugs = [{"slug": slug, "modality": row[1]} for slug, row in approaches.items()]
    write_json(folder, "films", {"genres": list(GENRES), "approaches": slugs, "films": found})


def in_words(slug: str) -> str:
    """What an approach is called, as in `colour in words, linear`."""
    first, _, rest = slug.partition("_")
    return f"{first} in words, {rest}" if rest else "label frequencies"


def inventory(folder: Path, approaches: dict[str, Any], named: bool) -> None:
    """cells.csv and models.csv: what ran, and one of each that did not.

    named: with names in words, which metrics of earlier runs lack.
    """
    backbones = {"late_linear": "colour mfcc", "late_cnn": "pixels spectrogram"}
    cells: list[dict[str, Any]] = [
        {"approach": slug, "kind": row[0], "modality": row[1], "head": row[4], "run": 1}
        | ({"name": in_words(slug)} if named else {})
        | {"backbones": backbones.get(slug, row[2])}
        for slug, row in approaches.items()
    ]
    left: dict[str, Any] = {
        "approach": "clip_linear",
        "kind": "single",
        "modality": "picture",
        "head": "linear",
    }
    left |= {"run": 0, "backbones": "clip", "reason": "needs the set everything"}
    left |= {"name": in_words("clip_linear")} if named else {}
    write_csv(folder, "cells", [*cells, left])
    names = (
        *("backbone", "modality", "input", "dimensions", "parameters", "licence", "run"),
        "our_films_among_it",
    )
    models = [
        ("colour", "picture", "frames at 160 × 90", "40", 0, "–", 1, "no"),
        ("clip", "picture", "224 × 224", "768", 85800000, "MIT", 0, "unknown"),
    ]
    more = {"trained_on": "pictures", "source": "timm/x", "revision": "f" * 40}
    more |= {"paper": "Oquab et al. 2023, arXiv 2304.07193"}
    rows = [dict(zip(names, row, strict=True)) | more for row in models]
    words = [{"name": word} if named else {} for word in ("colours", "CLIP")]
    write_csv(folder, "models", [row | word for row, word in zip(rows, words, strict=True)])


def judged(folder: Path, rng: np.random.Generator, headline: dict[str, str]) -> None:
    """rules, reliability, owned_genres, label_sets, rank_intervals and ungrouped, to be drawn."""
    rules, bins = [], []
    for modality, slug in headline.items():
        for rule in ("at 0.36", "tuned", "top k"):
            f1 = float(rng.uniform(0.3, 0.6))
            numbers = {"precision_macro": f1, "recall_macro": f1, "f1_macro": f1, "hamming": 0.2}
            numbers |= {"f1_macro_lo": f1 - 0.05, "f1_macro_hi": f1 + 0.05}
            rules.append({"approach": slug, "modality": modality, "rule": rule, **numbers})
        for method in ("none", "chosen"):
            for number in range(5):
                at = 0.1 + 0.2 * number
                row = {"approach": slug, "modality": modality, "method": method, "bin": number}
                bins.append(row | {"films": 480, "mean_score": at, "frequency": at * 0.9})
    write_csv(folder, "rules", rules)
    write_csv(folder, "reliability", bins)
    owners = ("picture", "sound", *["undecided"] * 8)
    owned = [
        {"picture": headline["picture"], "sound": headline["sound"], "genre": genre}
        | {"ap_picture": 0.5, "ap_sound": 0.4, "difference": sign * 0.1, "kappa": 0.2}
        | {"lo": sign * 0.1 - 0.05, "hi": sign * 0.1 + 0.05, "p_holm": 0.01, "owner": owner}
        for genre, owner, sign in zip(GENRES, owners, (1, -1, *[0] * 8), strict=True)
    ]
    write_csv(folder, "owned_genres", owned)
    base, small = "colour_mlp", "colour_mlp_popular"
    labels = [
        {"approach": small, "base": base, "modality": "picture", "genre": genre, "ap": 0.4}
        | {"base_ap": 0.41, "difference": -0.01, "lo": -0.03, "hi": 0.01, "p_holm": 1.0}
        | {"labels": "popular", "verdict": "undecided"}
        for genre in ("all shared", "Drama")
    ]
    write_csv(folder, "label_sets", labels)
    ranked = [
        {"approach": slug, "modality": modality, "macro_ap": 0.5 - place / 10, "rank": place + 1}
        | {"rank_lo": max(1, place), "rank_hi": min(3, place + 2), "first": headline["picture"]}
        | {"difference": place / 10, "lo": place / 10 - 0.05, "hi": place / 10 + 0.05}
        | {"p": 0.01, "p_holm": 0.02, "tied_with_first": int(place < 2)}
        for place, (modality, slug) in enumerate(headline.items())
    ]
    write_csv(folder, "rank_intervals", ranked)
    parted = {"approach": headline["picture"], "modality": "picture", "ungrouped_ap": 0.5}
    parted |= {"grouped_ap": 0.4, "difference": 0.1, "lo": 0.05, "hi": 0.15, "p": 0.01}
    write_csv(folder, "ungrouped", [parted | {"films": 240, "collections": 12}])


def recovery(folder: Path, rng: np.random.Generator, headline: dict[str, str]) -> None:
    """recovery.csv and recovery.json of the sample corpus."""
    rows = []
    for modality in ("picture", "sound"):
        for genre in GENRES:
            found = float(rng.uniform(0.1, 0.6))
            row = {"approach": headline[modality], "modality": modality, "genre": genre}
            row |= {"planted": 0.2, "ap": found, "ap_lo": found - 0.1, "ap_hi": found + 0.1}
            row |= {"normalised_ap": found, "ceiling_ap": 0.8, "ceiling_normalised_ap": 0.75}
            rows.append(row | {"above": 0})
    write_csv(folder, "recovery", rows)
    said = {"cells": 20, "rank_correlation": 0.9, "rank_correlation_with_planted": 0.8}
    said |= {"planted_at_zero": 1, "planted_at_zero_above": 0, "above": 0}
    write_json(folder, "recovery", {"headline": said})


def beside(root: Path, corpus: str) -> None:
    """What lies beside metrics/: results of benchmarks; a corpus's dvc.yaml and its two others."""
    import yaml

    def scenario(difference: float, films: int, rate: float) -> dict[str, Any]:
        settings = {"difference": difference, "films": films, "simulations": 1000}
        rates = {"verdict": rate, "any_of_5_after_holm": rate, "covered": 0.95}
        return {"settings": settings, "rates": rates | {"covered_level_jackknife": 0.94}}

    results = root / "benchmarks" / "results"
    results.mkdir(parents=True, exist_ok=True)
    scenarios = {
        "nothing differs": scenario(0.0, 240, 0.05),
        "planted 0.1": scenario(0.1, 240, 0.9),
    }
    write_json(results, "calibration", {"scenarios": scenarios})
    null = {"approaches": 22, "beat_no_skill": [], "clear_in_other_families": []}
    write_json(results, "null_corpus", null)
    write_json(
        results,
        "trained_on_noise",
        {"pairs": 400, "share": [0.12, 0.09, 0.16], "skilled_share": [0.08, 0.06, 0.1]},
    )
    told = {"genre": "Mystery", "context": "mean", "ap": 0.2, "p": 0.3, "p_holm": 0.6}
    gain = {"genre": "Mystery", "against": "mean", "difference": 0.3, "lo": 0.1, "hi": 0.5}
    order = {
        "films": 240,
        "contexts": [told | {"prevalence": 0.1, "ceiling": 0.9}],
        "gains": [gain | {"p": 0.01, "p_holm": 0.01, "verdict": "better"}],
    }
    write_json(results, "over_time", order)
    made, one, two = "data/made.npz", "metrics/a.csv", "metrics/b.csv"
    fit = {"cmd": "python -m stages.fit ${key}", "deps": [made], "outs": ["metrics/${key}.csv"]}
    declared = {
        "make": {"cmd": "python -m stages.make", "outs": [made]},
        "fit": {"foreach": "${matrix.approaches}", "do": fit},
        "report": {"cmd": "python -m stages.report", "deps": [one, two, made]},
    }
    params = {"matrix": {"approaches": {"a": 1, "b": 2, "not_run": 3}}}
    there = root if corpus == "sample" else root / "corpora" / corpus
    there.mkdir(parents=True, exist_ok=True)
    (there / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
    (there / "dvc.yaml").write_text(yaml.safe_dump({"stages": declared}), encoding="utf-8")
    locked = {
        "make": {"cmd": "python -m stages.make", "outs": [{"path": made, "size": 7000000}]},
        **{
            f"fit@{key}": {
                "cmd": f"python -m stages.fit {key}",
                "deps": [{"path": made}],
                "outs": [{"path": path, "size": 10}, {"path": f"data/{key}", "size": 5}],
            }
            for key, path in (("a", one), ("b", two), ("of_an_earlier_matrix", one))
        },
    }
    (there / "dvc.lock").write_text(yaml.safe_dump({"stages": locked}), encoding="utf-8")


def joining(folder: Path) -> None:
    """What a fusion's parts contribute, in all and of one genre, and the films that it loses."""
    write_csv(folder, "contributions", list(_contributions()))
    write_csv(folder, "confused", list(_confused()))
    write_csv(folder, "lost_films", list(_lost()))


def _contributions() -> Iterator[dict[str, Any]]:
    """Of one fusion, and of one genre more."""
    for modality, part in (("picture", "frame_cnn"), ("sound", "window_cnn")):
        for genre, value in (("all", 0.1), ("Drama", 0.2)):
            row: dict[str, Any] = {"approach": "late_cnn", "modality": modality, "part": part}
            row |= {"genre": genre, "contribution": value, "lo": value - 0.05, "hi": value + 0.05}
            yield row


def _confused() -> Iterator[dict[str, Any]]:
    for modality, part in (("picture", "frame_cnn"), ("sound", "window_cnn"), ("all", "all")):
        row: dict[str, Any] = {"approach": "late_cnn", "modality": modality, "part": part}
        row |= {"films": 40, "right": 0.6, "right_joined": 0.7, "right_prior": 0.45}
        row |= {"lost": 0.08, "lost_lo": 0.05, "lost_hi": 0.12, "lost_by_chance": 0.18}
        yield row | {"won": 0.18, "won_lo": 0.14, "won_hi": 0.23}


def _lost() -> Iterator[dict[str, Any]]:
    """Three films of each part, the first with markup in its title."""
    for modality, part in (("picture", "frame_cnn"), ("sound", "window_cnn")):
        for number, title in enumerate((HOSTILE, "Film number 1", "Film number 2")):
            row: dict[str, Any] = {"approach": "late_cnn", "modality": modality, "part": part}
            row |= {"film_id": f"f{number:03d}", "title": title, "year": 1990 + number}
            row |= {"genre": "Drama", "score": 0.75, "place_joined": 9 - number}
            yield row | {"score_joined": 0.1, "first_joined": "Comedy", "score_first_joined": 0.6}
