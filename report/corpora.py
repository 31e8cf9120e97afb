"""The corpora that have results, side by side: what is found on each, and on more than one."""

import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from report.loading import MODALITIES, VERDICTS, Metrics, load
from report.names import read_table
from report.text import counted, interval, number, p_value, signed

FRONT = "mmtf14k"  # real films: what the site opens with where it has been run
LEAST_GENRES = 4  # that two corpora share, for a correlation of their order
NAMED = {
    "picture_minus_sound": "Picture − sound",
    "picture_minus_words": "Picture − words",
    "sound_minus_words": "Sound − words",
    "fusion_gain": "Both − the better one",
    "words_gain": "All three − what was named without them all",
}
CLEAR = {
    "picture_minus_sound": {1: "picture is better", -1: "sound is better"},
    "picture_minus_words": {1: "picture is better", -1: "words are better"},
    "sound_minus_words": {1: "sound is better", -1: "words are better"},
    "fusion_gain": {1: "both are better", -1: "both are worse"},
    "words_gain": {1: "all three are better", -1: "all three are worse"},
}


@dataclass(frozen=True)
class Corpus:
    """A corpus with its results."""

    name: str
    """Its folder."""
    title: str
    metrics: Metrics


def read(folder: Path) -> list[Corpus]:
    """Every corpus of which `folder` has all tables, as the list beside them names them."""
    listed = json.loads((folder / "corpora.json").read_text(encoding="utf-8"))
    return [Corpus(each["name"], each["title"], load(folder / each["name"])) for each in listed]


def front(corpora: list[Corpus]) -> Corpus:
    """The one that the site opens with."""
    return next((corpus for corpus in corpora if corpus.name == FRONT), corpora[0])


def overview(corpora: list[Corpus]) -> pd.DataFrame:
    """A row a corpus: its size, and the scores of the approaches named before the run, as texts."""
    rows = []
    named = {modality for corpus in corpora for modality in corpus.metrics.named}
    shown = [m for m in MODALITIES if m in ("picture", "sound", "both") or m in named]
    for corpus in corpora:
        of = corpus.metrics
        judged = int(of.approaches["films"].iloc[0])
        row = {"Corpus": corpus.title, "Films": f"{judged:,}", "Genres": str(len(of.genre_names))}
        row["Chance"] = number(_chance(of))
        for modality in shown:
            row[modality.capitalize()] = "–"
            if modality in of.named:
                found = of.approach(of.named[modality])
                spread = interval(found["macro_ap_lo"], found["macro_ap_hi"])
                row[modality.capitalize()] = number(found["macro_ap"]) + (
                    f" ({spread})" if spread else ""
                )
        rows.append(row | {"Best rule": _best_rule(of)})
    return pd.DataFrame(rows)


def differences(corpora: list[Corpus]) -> pd.DataFrame:
    """The differences of each headline, in the columns of comparisons with corpus and key."""
    rows = []
    for corpus in corpora:
        of = corpus.metrics
        for key, what in NAMED.items():
            if key in of.headline:
                found = of.comparison(of.headline[key])
                row = {"a": f"{corpus.title}: {what.partition(' − ')[0].lower()}"}
                row |= {"b": what.partition(" − ")[2], "corpus": corpus.title, "key": key}
                kept = ("difference", "lo", "hi", "p_holm", "verdict")
                rows.append(row | {name: found[name] for name in kept})
    return pd.DataFrame(rows)


def findings(corpora: list[Corpus]) -> pd.DataFrame:
    """A row a finding, a column a corpus with what is found there, and where it holds, as texts."""
    found: dict[str, dict[str, str]] = {}
    for corpus in corpora:
        for finding, said in _found(corpus.metrics).items():
            found.setdefault(finding, {})[corpus.title] = said
    rows = []
    for finding, by_corpus in found.items():
        words = [text.partition(" (")[0] for text in by_corpus.values()]
        row = {"Finding": finding}
        row |= {corpus.title: by_corpus.get(corpus.title, "not asked") for corpus in corpora}
        rows.append(row | {"Together": _together(words)})
    return pd.DataFrame(rows)


def _together(said: list[str]) -> str:
    """Whether corpora agree. A verdict that is open agrees with nothing and contradicts nothing."""
    clear = [word for word in said if word not in ("undecided", "too few films")]
    if len(said) < 2:
        return "on one corpus"
    if len(set(clear)) > 1:
        return "differs"
    if len(clear) == len(said):
        return "holds on all"
    return f"clear on {len(clear)} of {len(said)}" if clear else "open"


def _found(of: Metrics) -> dict[str, str]:
    found = {}
    for key, name in NAMED.items():
        if key in of.headline:
            row = of.comparison(of.headline[key])
            word = CLEAR[key].get(VERDICTS.get(row["verdict"], 0), "undecided")
            word = "too few films" if pd.isna(row["lo"]) else word
            known = f"{signed(row['difference'], 3)}, {p_value(row['p_holm'])}"
            found[name] = f"{word} ({known})"
    skill = of.comparisons[of.comparisons["family"] == "no_skill"]
    beat = int((skill["verdict"] == "better").sum())
    every = "all beat chance" if beat == len(skill) else "not all beat chance"
    found["Approaches against chance"] = f"{every} ({beat} of {len(skill)})"
    if rule := _best_rule(of):
        found["Rule with the highest macro F1"] = rule
    owned = of.table("owned_genres")
    if len(owned):
        pair = (owned["picture"] == of.named.get("picture")) & (
            owned["sound"] == of.named.get("sound")
        )
        for genre in owned[pair].to_dict("records"):
            owner = str(genre["owner"])
            known = f" ({signed(genre['difference'], 2)})" if owner in ("picture", "sound") else ""
            found[f"Better for {genre['genre']}"] = owner + known
    return found


def _best_rule(of: Metrics) -> str:
    """Of the leading approach, the rule whose macro F1 is highest: picked on the judged films."""
    rules = of.table("rules")
    if rules.empty:
        return ""
    own = rules[rules["approach"] == of.leading].dropna(subset=["f1_macro"])
    if own.empty:
        return ""
    best = own.sort_values("f1_macro", kind="stable").iloc[-1]
    return f"{best['rule']} ({number(best['f1_macro'])})"


def _chance(of: Metrics) -> float | None:
    return of.reference("random_scores", "macro_ap")


def orders(corpora: list[Corpus]) -> pd.DataFrame:
    """How alike two corpora order their genres, by modality: Spearman's correlation, as texts."""
    rows = []
    for at, one in enumerate(corpora):
        for other in corpora[at + 1 :]:
            for modality in MODALITIES:
                both = pd.concat([_by_genre(one, modality), _by_genre(other, modality)], axis=1)
                both = both.dropna()
                if len(both) < LEAST_GENRES:
                    continue
                ranks = both.rank()
                value = ranks.iloc[:, 0].corr(ranks.iloc[:, 1])
                rows.append(
                    {
                        "Corpora": f"{one.title}, {other.title}",
                        "From": modality,
                        "Genres": counted(len(both), "genre"),
                        "Rank correlation": number(value),
                    }
                )
    return pd.DataFrame(rows)


def _by_genre(corpus: Corpus, modality: str) -> "pd.Series[float]":
    """Normalised average precision of each genre, of the approach named for a modality."""
    of = corpus.metrics
    own = of.genres[of.genres["approach"] == of.named.get(modality)]
    return own.set_index("genre")["normalised_ap"].rename(corpus.name)


def label_ceilings(folder: Path) -> dict[str, pd.DataFrame]:
    """The agreement of two sources of genres, by corpus, of those that have a second one."""
    found = {path.parent.name: read_table(path) for path in folder.glob("*/label_ceiling.csv")}
    return {name: rows for name, rows in sorted(found.items()) if len(rows)}
