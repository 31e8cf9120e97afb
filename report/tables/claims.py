"""Tables of the seed study's claims and of the figures it published."""

import pandas as pd

from report.loading import Metrics
from report.published import QUANTITIES
from report.tables.common import of_approach, p_values, spans
from report.text import number, signed

CONSTANT, EVERY = "constant answer", "every genre"


def claims(metrics: Metrics) -> pd.DataFrame:
    """The seed study's claims, each with its verdict, the estimate, its interval and p.

    On the rendered corpus also with what was planted that decides it.
    """
    rows = metrics.table("claims")
    shown = pd.DataFrame(
        {
            "Claim": rows["claim"],
            "Verdict": rows["verdict"],
            "Estimate": [signed(v, 3) if pd.notna(v) else "–" for v in rows["estimate"]],
            "95% interval": spans(rows),
            "p (Holm)": p_values(rows),
        }
    )
    if metrics.sample:
        said = [planted(metrics, str(claim)) for claim in rows["claim"]]
        shown.insert(1, "What we planted", said)
    return shown


def caption(metrics: Metrics) -> str:
    """What the table is: a verdict on the claims, or a dry run."""
    if metrics.sample:
        return "A dry run: what we planted decides each verdict; none is about films"
    return "The student study's claims: supported, contradicted or undecided on this corpus"


def planted(metrics: Metrics, claim: str) -> str:
    """What the recipe of the rendered corpus holds that decides a claim; a dash for nothing."""
    recipe = metrics.parameters.get("sample", {})
    rates = [recipe.get(modality, {}) for modality in ("picture", "sound")]
    for genre in metrics.genre_names:
        if claim.startswith(genre) and all(genre in of for of in rates):
            seen, heard = (f"{of[genre]:.0%}" for of in rates)
            return f"its cue in {seen} of shots and {heard} of sounds"
    if claim == "Sound beats picture" and all(rates):
        seen, heard = (f"{sum(of.values()) / len(of):.0%}" for of in rates)
        return f"cues in {seen} of shots and {heard} of sounds, on average over genres"
    if claim.startswith("Frames in isolation"):
        return "the cues of Mystery and Thriller in the order of shots, the others in each frame"
    if claim.startswith("The first 30 s"):
        return "cues spread evenly over the trailer"
    return "–"


def published(metrics: Metrics) -> pd.DataFrame:
    """Columns quantity, what (published, a reference, perfect or a modality), value; undefined out.

    Published values are quoted; the others are of this run.
    """
    rows: list[tuple[str, str, float | None]] = []
    for name, quantity in QUANTITIES.items():
        rows += [(name, "published", value) for value in quantity.published]
        rows += [(name, modality, _ours(metrics, name, modality)) for modality in metrics.named]
        rows += [(name, *_reference(metrics, name)), (name, "perfect", 1.0)]
    frame = pd.DataFrame(rows, columns=pd.Index(["quantity", "what", "value"]))
    perfect = metrics.reference("perfect", "keras_accuracy")
    keras = (frame["quantity"] == "accuracy") & (frame["what"] == "perfect")
    frame["value"] = frame["value"].astype(float).mask(keras, perfect)
    return frame.dropna(subset=["value"]).reset_index(drop=True)


def _reference(metrics: Metrics, name: str) -> tuple[str, float | None]:
    """The reference of a number: a score that needs no look at the film."""
    if name == "accuracy":
        return CONSTANT, metrics.reference("best_constant_label", "keras_accuracy")
    if name == "drama":
        share = float(metrics.catalogue["prevalence"]["Drama"])
        return EVERY, share if "Drama" in metrics.genre_names else None
    return EVERY, metrics.reference("predict_everything", "precision_micro")


def _ours(metrics: Metrics, name: str, modality: str) -> float | None:
    slug = metrics.named[modality]
    if name == "accuracy":
        return float(metrics.approach(slug)["keras_accuracy"])
    rule = metrics.rules[0] if name == "low" else metrics.middle_rule
    if name == "drama":
        at = metrics.threshold_genres
        rows = of_approach(at[(at["threshold"] - rule).abs() < 1e-6], slug, ["Drama"])
        return float(rows["precision"].iloc[0])  # undefined where no film is a drama
    at = metrics.thresholds
    rows = at[(at["approach"] == slug) & ((at["threshold"] - rule).abs() < 1e-6)]
    return float(rows["precision_micro"].iloc[0]) if len(rows) else None


def beside(metrics: Metrics) -> pd.DataFrame:
    """What was published, beside a reference, this run and a perfect predictor, as texts."""
    frame = published(metrics)

    def said(name: str, what: str) -> str:
        values = frame.loc[(frame["quantity"] == name) & (frame["what"] == what), "value"]
        return " · ".join(number(value) for value in values) or "–"

    columns = {"Published": "published", "Constant answer": CONSTANT, "Every genre": EVERY}
    columns |= {f"Here, {modality}": modality for modality in metrics.named}
    columns |= {"Perfect": "perfect"}
    shown = {
        "Quantity": [quantity.label(metrics) for quantity in QUANTITIES.values()],
        **{head: [said(name, what) for name in QUANTITIES] for head, what in columns.items()},
    }
    return pd.DataFrame(shown)
