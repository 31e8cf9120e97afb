"""A made-up metrics/ folder: random but consistent numbers in the shape the stages write."""

import itertools
from pathlib import Path
from typing import Any

import made_up_catalogue
import made_up_films
import numpy as np
from made_up_run import FILMS, GENRES, HOSTILE, RULES, catalogue, write_csv, write_json

APPROACHES = {
    "prior": ("prior", "none", "", "", ""),
    "colour_linear": ("single", "picture", "colour", "mean", "linear"),
    "colour_mlp": ("single", "picture", "colour", "mean", "mlp"),
    "frame_cnn": ("single", "picture", "pixels", "each", "conv"),
    "mfcc_linear": ("single", "sound", "mfcc", "mean", "linear"),
    "mfcc_mlp": ("single", "sound", "mfcc", "mean", "mlp"),
    "window_cnn": ("single", "sound", "spectrogram", "each", "conv"),
    "early_linear": ("early", "both", "colour mfcc", "mean", "linear"),
    "early_mlp": ("early", "both", "colour mfcc", "mean", "mlp"),
    "late_linear": ("late", "both", "colour_linear mfcc_linear", "", ""),
    "late_cnn": ("late", "both", "frame_cnn window_cnn", "", ""),
}
WINDOWS = (
    ("picture", "31 frames", "colour_linear colour_mlp", 0.72),
    ("picture", "middle 10 frames", "frame_cnn", 0.6),
    ("sound", "start", "mfcc_linear mfcc_mlp window_cnn", 0.66),
    ("sound", "all", "", 0.7),
    ("both", "31 frames + start", "early_linear early_mlp late_linear", 0.86),
    ("both", "middle 10 frames + start", "late_cnn", 0.79),
)
GRID = ((1e-5, 0.31, 0), (0.01, 0.42, 3), (0.1, 0.415, 2), (1.0, 0.38, 0))
"""Setting, macro AP on inner films, folds that took it."""
HEADLINE = {"picture": "frame_cnn", "sound": "window_cnn", "both": "late_cnn"}


def write(folder: Path, *, sample: bool = True, hostile: bool = False, seed: int = 0) -> Path:
    """Write the folder; hostile puts markup into every text that is free."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    prevalence = dict(zip(GENRES, rng.uniform(0.08, 0.5, 10).round(6), strict=True))
    catalogue(folder, prevalence, sample, hostile)
    genres, approaches = _scores(rng, prevalence)
    write_csv(folder, "genres", genres)
    write_csv(folder, "approaches", approaches)
    _thresholds(folder, rng, prevalence)
    _references(folder, prevalence)
    comparisons = _comparisons(folder, approaches, hostile)
    _claims(folder, hostile)
    _further(folder)
    _training_sets(folder, approaches, comparisons)
    made_up_films.films(folder, rng, APPROACHES, hostile)
    made_up_films.inventory(folder, APPROACHES, named=not sample)
    made_up_films.judged(folder, rng, HEADLINE)
    made_up_films.beside(folder.parent.parent, folder.name)
    if sample:
        made_up_films.recovery(folder, rng, HEADLINE)
        _ceilings(folder, rng, prevalence)
        _sheets(folder)
    else:  # as the stage leaves them: a head without rows
        write_csv(folder, "label_ceiling", made_up_catalogue.label_ceiling())
        write_csv(folder, "missing", made_up_catalogue.missing())
        head = "modality,window,used_by,macro_ap,micro_ap,samples_ap\n"
        (folder / "ceilings.csv").write_text(head, encoding="utf-8")
    _curves(folder, rng)
    headline = HEADLINE | {"picture_minus_sound": comparisons[0], "fusion_gain": comparisons[1]}
    write_json(folder, "headline", headline)
    write_json(
        folder,
        "summary",
        {"approaches": {a["approach"]: _summary(a["macro_ap"]) for a in approaches}},
    )
    return folder


def _scores(
    rng: np.random.Generator, prevalence: dict[str, float]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    lift = {"none": 0.0, "picture": 0.25, "sound": 0.3, "both": 0.45}
    genres, approaches = [], []
    for slug, (kind, modality, parts, context, head) in APPROACHES.items():
        own = []
        for genre in GENRES:
            share = prevalence[genre]
            normal = lift[modality] * rng.uniform(0.2, 1.8) if modality != "none" else 0.0
            ap = share + normal * (1 - share)
            own.append(
                {
                    "approach": slug,
                    "modality": modality,
                    "genre": genre,
                    "support": round(share * FILMS),
                    "prevalence": share,
                    "ap": ap,
                    "ap_lo": max(0.0, ap - 0.07),
                    "ap_hi": min(1.0, ap + 0.07),
                    "chance_ap": share + 0.02 * (1 - share),
                    "normalised_ap": normal,
                    "roc_auc": 0.5 + normal / 2,
                    "brier": share * (1 - share),
                    "ece": 0.05,
                }
            )
        genres += own
        macro = float(np.mean([row["ap"] for row in own]))
        row: dict[str, Any] = {"approach": slug, "kind": kind, "modality": modality, "parts": parts}
        row |= {"context": context, "head": head, "films": FILMS, "macro_ap": macro}
        row |= {"macro_ap_lo": macro - 0.04, "macro_ap_hi": macro + 0.04, "macro_ap_seed_sd": 0.01}
        row |= {"macro_ap_film_sd": 0.025}
        row |= {"micro_ap": macro + 0.1, "weighted_ap": macro + 0.05, "samples_ap": macro + 0.2}
        row |= {"normalised_ap": float(np.mean([g["normalised_ap"] for g in own]))}
        row |= {"lrap": macro + 0.2, "roc_auc": 0.5 + macro / 3, "coverage_error": 4.2}
        row |= {"brier": 0.15, "ece": 0.05, "keras_accuracy": 0.27 + macro / 4}
        approaches.append(row | {"trapezoid_ap": macro + 0.02})
    return genres, approaches


def _thresholds(folder: Path, rng: np.random.Generator, prevalence: dict[str, float]) -> None:
    density = float(np.mean(list(prevalence.values())))
    rows, by_genre = [], []

    def row(slug: str, modality: str, threshold: float, precision: float, recall: float) -> None:
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        values: dict[str, Any] = {"approach": slug, "modality": modality, "threshold": threshold}
        for average, shift in (("macro", 0.0), ("micro", 0.02), ("samples", 0.04)):
            values |= {f"precision_{average}": precision + shift}
            values |= {f"recall_{average}": min(1.0, recall + shift), f"f1_{average}": f1 + shift}
        rows.append(values | {"exact_match": f1 / 5, "hamming": 0.3, "jaccard": f1 / 2})

    for slug, (_, modality, *_rest) in APPROACHES.items():
        skill = rng.uniform(0.1, 0.5)
        for step in range(51):
            threshold = round(step * 0.02, 2)
            row(slug, modality, threshold, density + skill * threshold, (1 - threshold) ** 1.5)
        for genre, threshold in itertools.product(GENRES, RULES):
            precision, recall = prevalence[genre] + 0.1 * threshold, 1 - threshold
            f1 = 2 * precision * recall / (precision + recall)
            values = (slug, modality, genre, threshold, precision, recall, f1)
            names = ("approach", "modality", "genre", "threshold", "precision", "recall", "f1")
            by_genre.append(dict(zip(names, values, strict=True)))
    row("predict_everything", "none", 0.0, density, 1.0)
    write_csv(folder, "thresholds", rows)
    write_csv(folder, "threshold_genres", by_genre)


def _references(folder: Path, prevalence: dict[str, float]) -> None:
    density = float(np.mean(list(prevalence.values())))
    values = (
        ("label_frequencies", "macro_ap", density),
        ("random_scores", "macro_ap", density + 0.01),
        ("perfect", "macro_ap", 1.0),
        ("best_constant_label", "keras_accuracy", 0.29),
        ("perfect", "keras_accuracy", 0.63),
        ("predict_everything", "f1_macro", 2 * density / (1 + density)),
        ("predict_everything", "precision_micro", density),
    )
    names = ("reference", "metric", "value")
    rows = [dict(zip(names, v, strict=True)) | {"lo": v[2], "hi": v[2]} for v in values]
    write_csv(folder, "references", rows)


def _comparisons(folder: Path, approaches: list[dict[str, Any]], hostile: bool) -> list[str]:
    of = {row["approach"]: row["macro_ap"] for row in approaches}
    of["random_scores"] = of["prior"] + 0.01
    part = max("frame_cnn", "window_cnn", key=lambda slug: of[slug])
    pairs = [("picture_sound", "frame_cnn_minus_window_cnn", "frame_cnn", "window_cnn")]
    pairs += [("fusion", f"late_cnn_minus_{part}", "late_cnn", part)]
    pairs += [
        ("no_skill", f"{slug}_minus_random_scores", slug, "random_scores")
        for slug in APPROACHES
        if slug != "prior"
    ]
    pairs += [("context", "frame_cnn_minus_colour_mlp", "frame_cnn", "colour_mlp")]
    rows = []
    for family, name, a, b in pairs:
        difference = of[a] - of[b]
        p = 0.0005 if abs(difference) > 0.05 else 0.4
        question = HOSTILE if hostile else f"Is {a} better than {b}?"
        row = {"family": family, "name": name, "a": a, "b": b, "question": question}
        row |= {"difference": difference, "lo": difference - 0.05, "hi": difference + 0.05}
        clear = "better" if difference > 0 else "worse"
        row |= {"p": p, "holm_family": family, "p_holm": min(1.0, 2 * p), "films": FILMS}
        rows.append(row | {"verdict": clear if abs(difference) > 0.05 else "undecided"})
    for row in rows[:2]:
        row["holm_family"] = "headline"
    write_csv(folder, "comparisons", rows)
    return [pairs[0][1], pairs[1][1]]


def _claims(folder: Path, hostile: bool) -> None:
    """One claim judged, one that the matrix cannot judge."""
    said = HOSTILE if hostile else "late_cnn tells more."
    judged = {"claim": "Sound beats picture", "quantity": "macro AP", "estimate": -0.1}
    judged |= {"a": "window_cnn", "b": "frame_cnn", "genre": "", "p": 0.001, "p_holm": 0.002}
    judged |= {"lo": -0.15, "hi": -0.05, "verdict": "contradicted", "sentence": said}
    judged |= {"holm_family": "headline"}
    missing = {"claim": "Frames lose", "verdict": "not run", "sentence": "Not run: needs x."}
    write_csv(folder, "claims", [judged, missing])


def _further(folder: Path) -> None:
    """Tables that pages show as they are: one row each, in the columns the stages write."""
    calibrated = {"approach": "frame_cnn", "method": "platt", "ece_before": 0.1, "ece": 0.05}
    write_csv(folder, "calibration", [calibrated])
    gain = {"approach": "late_cnn", "better": "frame_cnn", "gain": 0.02, "macro_ap": 0.4}
    write_csv(folder, "complementarity", [gain])
    made_up_films.joining(folder)
    tuned = []
    for slug, (_, modality, parts, _, head) in APPROACHES.items():
        if head != "linear":
            continue
        better = modality == "sound"
        row: dict[str, Any] = {"approach": slug, "modality": modality, "head": head}
        row |= {"parts": parts, "setting": "C", "fixed": 1e-5, "tuned_ap": 0.42, "fixed_ap": 0.4}
        row |= {"difference": 0.02, "lo": 0.01 if better else -0.01, "hi": 0.04, "p": 0.01}
        row |= {"holm_family": "tuning", "p_holm": 0.03, "films": FILMS}
        tuned.append(row | {"verdict": "better" if better else "undecided"})
    write_csv(folder, "tuning", tuned)


def _training_sets(folder: Path, approaches: list[dict[str, Any]], names: list[str]) -> None:
    """The headline on fewer films; of its comparisons the second without an interval."""
    of = {row["approach"]: row["macro_ap"] for row in approaches}
    rows = []
    for modality, slug in HEADLINE.items():
        for films, lost in ((25, 0.09), (50, 0.06), (100, 0.03), (192, 0.0)):
            ap = of[slug] - lost
            row = {"approach": slug, "modality": modality, "films": films, "macro_ap": ap}
            row |= {"draws": 10 if lost else 1, "lo": ap - lost / 3 if lost else None}
            rows.append(row | {"hi": ap + lost / 3 if lost else None, "reason": None})
    write_csv(folder, "learning_curve", rows)
    row = {"family": "picture_sound", "name": names[0], "a": "frame_cnn", "b": "window_cnn"}
    row |= {"difference": 0.04, "lo": -0.01, "hi": 0.09, "retrained_lo": -0.04}
    row |= {"retrained_hi": 0.12, "wider": 1.6, "repeats": 50, "reason": None}
    left_out = {"family": "fusion", "name": names[1], "a": "late_cnn", "b": "window_cnn"}
    write_csv(folder, "retrained", [row, left_out | {"reason": "late_cnn is trained by steps"}])


def _ceilings(folder: Path, rng: np.random.Generator, prevalence: dict[str, float]) -> None:
    rows, by_genre = [], []
    for modality, window, used_by, macro in WINDOWS:
        row = {"modality": modality, "window": window, "used_by": used_by, "macro_ap": macro}
        rows.append(row | {"micro_ap": macro + 0.05, "samples_ap": min(1.0, macro + 0.1)})
        for genre in GENRES:
            normal = min(1.0, macro * rng.uniform(0.8, 1.2))
            ap = prevalence[genre] + normal * (1 - prevalence[genre])
            values: dict[str, Any] = {"modality": modality, "window": window, "genre": genre}
            values |= {"ap": ap, "normalised_ap": normal}
            if modality != "both":  # a probability is planted in one modality
                silent = (modality, genre) == ("sound", "Science Fiction")
                values |= {"planted": 0.0 if silent else 0.2}
            by_genre.append(values)
    write_csv(folder, "ceilings", rows)
    write_csv(folder, "ceiling_genres", by_genre)


def _sheets(folder: Path) -> None:
    import cv2

    (folder / "sheets").mkdir(exist_ok=True)
    noise = np.random.default_rng(1).integers(0, 255, (144 * 2, 256 * 5, 3), dtype=np.uint8)
    cv2.imwrite(str(folder / "sheets" / "picture.jpg"), noise)
    cv2.imwrite(str(folder / "sheets" / "sound.jpg"), noise[:144, :640])


def _curves(folder: Path, rng: np.random.Generator) -> None:
    """Inner scores over settings of what is linear, else losses over epochs; of both fits each."""
    (folder / "curves").mkdir(exist_ok=True)
    write_csv(folder, "curves/left_the_matrix", [{"step": 1, "part": "train", "value": 0.3}])
    for slug, (kind, *_rest, head) in APPROACHES.items():
        if kind not in ("single", "early"):
            continue
        rows: list[dict[str, Any]] = [
            {"step": step, "part": part, "value": base + np.exp(-step / 8) + rng.uniform(0, 0.01)}
            for part, base in (("train", 0.3), ("held_out", 0.4))
            for step in range(1, 31)
        ]
        if head == "linear":
            rows = [
                {"step": f"{step:g}", "part": part, "value": value}
                for step, *values in GRID
                for part, value in zip(("macro_ap", "folds"), values, strict=True)
            ]
        write_csv(folder, f"curves/{slug}", rows)


def _summary(macro_ap: float) -> dict[str, float]:
    return {"macro_ap": macro_ap} | {
        f"macro_f1_at_{rule:g}".replace(".", "_"): macro_ap for rule in RULES
    }
