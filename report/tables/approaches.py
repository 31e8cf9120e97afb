"""Tables of the approaches: all of them, those not run, and how they compare."""

import pandas as pd

from report.figures.overview import contender, verdicts
from report.loading import Metrics
from report.tables.common import intervals, p_values, plain, spans
from report.text import number, signed

TUNED = "tuned"  # the rule of one threshold, learnt in each fold


def points(metrics: Metrics, slugs: list[str] | None = None) -> pd.DataFrame:
    """What the overview figures draw: approach, modality, macro_ap, its interval, ceiling, and
    whether it is clearly above a random order of the same films (skilled)."""
    columns = ["approach", "modality", "macro_ap", "macro_ap_lo", "macro_ap_hi"]
    rows = metrics.approaches[columns]
    if slugs is not None:
        rows = rows.set_index("approach").loc[slugs].reset_index()
    ceilings = [metrics.ceiling(slug) for slug in rows["approach"]]
    against = metrics.comparisons[metrics.comparisons["family"] == "no_skill"]
    skilled = set(against.loc[against["verdict"] == "better", "a"])
    return rows.assign(
        ceiling=pd.Series(ceilings, index=rows.index, dtype=float),
        skilled=[slug in skilled for slug in rows["approach"]],
    )


def headline_points(metrics: Metrics) -> pd.DataFrame:
    """`points` of both, picture and sound, of those that the matrix has, and of guessing: a random
    order of the same films, as modality "none"."""
    order = [m for m in ("all", "both", "picture", "sound", "words") if m in metrics.named]
    rows = points(metrics, [metrics.named[m] for m in order])
    of = metrics.references
    of = of[(of["reference"] == "random_scores") & (of["metric"] == "macro_ap")]
    guessing = pd.DataFrame(
        {
            "approach": "a random order",
            "modality": "none",
            "macro_ap": of["value"],
            "macro_ap_lo": of["lo"],
            "macro_ap_hi": of["hi"],
            "skilled": False,
        }
    )
    return pd.concat([rows, guessing], ignore_index=True)


def approaches(metrics: Metrics) -> tuple[pd.DataFrame, list[str]]:
    """All approaches, best first, as texts; and the modality of each row.

    Seconds: of the stages that only this approach and what it is made of need.
    """
    rows = metrics.approaches.sort_values("macro_ap", ascending=False, kind="stable")
    rules = metrics.table("rules")
    tuned = rules[rules["rule"] == TUNED].set_index("approach")["f1_macro"].to_dict()
    backbones = backbones_of(metrics)
    shown = pd.DataFrame(
        {
            "Approach": rows["approach"],
            "Input": rows["modality"].replace({"none": "nothing"}).str.replace("_", " and "),
            "Backbone": [_called(metrics, backbones.get(of, [])) for of in rows["approach"]],
            "Context": _contexts(metrics, rows),
            "Macro AP": [number(v, 3) for v in rows["macro_ap"]],
            "95% interval": intervals(rows, "macro_ap_lo", "macro_ap_hi"),
            "F1, tuned": [number(tuned.get(slug)) for slug in rows["approach"]],
            "Seconds": [number(cost(metrics, slug), 0) for slug in rows["approach"]],
        }
    )
    return shown, rows["modality"].tolist()


def _called(metrics: Metrics, backbones: list[str]) -> str:
    return " + ".join(map(metrics.names.backbone, backbones)) or "–"


def _contexts(metrics: Metrics, rows: pd.DataFrame) -> list[str]:
    """The context of each approach, with the window of the sound where it is not the usual one."""
    usual = metrics.parameters.get("training", {}).get("sound_window")
    cells = metrics.table("cells")
    if "window" not in cells:
        cells = pd.DataFrame(columns=pd.Index(["approach", "window"]))
    windows = cells.set_index("approach")["window"].dropna().to_dict()
    found = []
    for slug, context in zip(rows["approach"], rows["context"], strict=True):
        window = windows.get(slug, usual)
        known = "–" if pd.isna(context) or context == "none" else str(context)
        found.append(known if window == usual else f"{known}, {window}")
    return found


def scores(metrics: Metrics) -> tuple[pd.DataFrame, list[str]]:
    """The further metrics of all approaches, best first, as texts; and each row's modality."""
    rows = metrics.approaches.sort_values("macro_ap", ascending=False, kind="stable")
    shown = pd.DataFrame(
        {
            "Approach": rows["approach"],
            "Macro AP": [number(v, 3) for v in rows["macro_ap"]],
            "Ceiling": [number(metrics.ceiling(slug), 3) for slug in rows["approach"]],
            "Normalised AP": [number(v, 3) for v in rows["normalised_ap"]],
            "Micro AP": [number(v, 3) for v in rows["micro_ap"]],
            "Samples AP": [number(v, 3) for v in rows["samples_ap"]],
            "ROC AUC": [number(v, 3) for v in rows["roc_auc"]],
            "Brier": [number(v, 3) for v in rows["brier"]],
            "Keras accuracy": [number(v, 3) for v in rows["keras_accuracy"]],
        }
    )
    if metrics.ceilings.empty:
        shown = shown.drop(columns="Ceiling")
    return shown, rows["modality"].tolist()


def backbones_of(metrics: Metrics) -> dict[str, list[str]]:
    """The slugs of the backbones of each approach, from the table of cells."""
    cells = metrics.table("cells")
    if cells.empty:
        return {}
    return {
        row["approach"]: str(row["backbones"]).split() if pd.notna(row["backbones"]) else []
        for row in cells.to_dict("records")
    }


def among_it(metrics: Metrics) -> list[str]:
    """yes, no or unknown, in the order of `approaches`: whether films that are judged are among
    what its networks had learnt from before; none where the run did not record it."""
    models, cards = metrics.table("models"), metrics.table("submitted")
    if "our_films_among_it" not in models:
        return []
    of_backbone = models.set_index("backbone")["our_films_among_it"].to_dict()
    sent_in = {} if cards.empty else cards.set_index("approach")["our_films_among_it"].to_dict()
    backbones = backbones_of(metrics)
    found = []
    for approach in metrics.approaches.sort_values("macro_ap", ascending=False, kind="stable")[
        "approach"
    ]:
        parts = {of_backbone.get(slug, "unknown") for slug in backbones.get(approach, [])}
        parts |= {sent_in[approach]} if approach in sent_in else set()
        found.append(next((each for each in ("yes", "unknown") if each in parts), "no"))
    return found


def clear_of_our_films(metrics: Metrics) -> tuple[str, list[bool]] | None:
    """The box that leaves approaches which learnt from nothing that may hold our films."""
    known = among_it(metrics)
    if len(set(known)) < 2:  # all alike: nothing to tell apart
        return None
    said = "Only what learnt, before, from no data that our films may be among"
    return said, [each == "no" for each in known]


def cost(metrics: Metrics, name: str) -> float | None:
    """Seconds of fitting an approach, its parts and its embeddings; None where unrecorded."""
    recorded = metrics.provenance.get("stages", {})
    row, slug = metrics.approach(name), metrics.names.slug(name)
    parts = str(row["parts"]).split() if row["kind"] == "late" else []
    fits = [f"fit@{fitted}" for fitted in (slug, *parts)]
    embeds = [f"embed@{backbone}" for backbone in backbones_of(metrics).get(name, [])]
    seconds = [recorded.get(stage, {}).get("seconds") for stage in (*fits, *embeds)]
    return sum(seconds) if all(value is not None for value in seconds) else None


def not_run(metrics: Metrics) -> pd.DataFrame:
    """The cells of other sets that were not run, each with its reason."""
    cells = metrics.table("cells")
    if cells.empty:
        return pd.DataFrame()
    left = cells[cells["run"] == 0].fillna("–")
    return pd.DataFrame(
        {
            "Approach": left["approach"],
            "Input": left["modality"].str.replace("_", " and "),
            "Backbone": [_called(metrics, cell.split()) for cell in left["backbones"]],
            "Head": left["head"],
            "Why": left["reason"],
        }
    )


def comparisons(rows: pd.DataFrame, question: bool = True) -> pd.DataFrame:
    """Paired comparisons with their verdicts; question: what each asks, as the last column."""
    shown = pd.DataFrame(
        {
            "First": rows["a"],
            "Second": rows["b"].map(contender),
            "Difference": [signed(v, 3) for v in rows["difference"]],
            "95% interval": spans(rows),
            "p (Holm)": p_values(rows),
            "Verdict": verdicts(rows),
        }
    )
    return shown.assign(Question=rows["question"]) if question and "question" in rows else shown


def of_families(metrics: Metrics, *families: str) -> pd.DataFrame:
    """The comparisons of some families, each with the modality that is ahead in it."""
    rows = metrics.comparisons[metrics.comparisons["family"].isin(families)]
    modality = metrics.approaches.set_index("approach")["modality"]
    ahead = rows["a"].where(rows["difference"] > 0, rows["b"])
    return rows.assign(modality=ahead.map(modality).fillna("none"))


def fusions(metrics: Metrics) -> pd.DataFrame:
    """Fusion against the better part by most folds, and against oracles that pick the better."""
    headings = {
        "approach": "Fusion",
        "better": "Better part on training films",
        "folds_for_better": "Folds choosing it",
        "macro_ap": "Macro AP",
        "macro_ap_better": "Macro AP of that part",
        "oracle_genres": "Oracle per genre",
        "samples_ap": "Samples AP",
        "oracle_films": "Oracle per film",
        "oracle_films_luck": "Oracle by chance",
    }
    return plain(metrics.table("complementarity"), headings)
