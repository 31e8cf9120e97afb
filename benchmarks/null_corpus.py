"""Is skill found where there is none? One whole run on a null corpus.

Clones the last commit into a folder of its own, plants nothing (every cue's probability 0, decoys
as they are), renders a sample corpus, trains and judges its whole matrix there with `dvc repro`,
and writes what the judges said of every approach against no skill to benchmarks/results/, a file
for each corpus. Exits with 1 where an approach beats no skill after Holm. About ten minutes on two
quiet cores, of `sample_words` more: its cards are read and its clips looked at.
"""

import sys
from functools import partial
from typing import Any

from benchmarks.clones import keep, parser, read, rerun
from benchmarks.provenance import commit, versions
from stages.base import places
from stages.base.params import yaml12
from stages.judging.verdicts import verdict

CORPORA = ("sample", "sample_words")


def main() -> None:
    options = parser("null_corpus", __doc__, "null_corpus.json")
    options.add_argument("--seed", type=int, help="sample.seed, for another corpus without cues")
    options.add_argument("--corpus", choices=CORPORA, default=CORPORA[0], help="which is rendered")
    arguments = options.parse_args()
    results = arguments.results
    if results == options.get_default("results"):
        results = results.with_name(file_of(arguments.corpus))
    change = partial(nulled, seed=arguments.seed)
    with rerun(arguments.folder, change, arguments.corpus) as clone:
        params = yaml12.read((clone / places.params(arguments.corpus)).read_text(encoding="utf-8"))
        tables = clone / "metrics" / arguments.corpus
        found = {
            "corpus": arguments.corpus,
            "settings": {
                "sample": params["sample"],
                "seeds": params["training"]["seeds"],
                "judging": params["judging"],
            },
            "versions": versions(),
            "commit": commit(clone),
            **judge(read(tables / "comparisons.csv"), read(tables / "approaches.csv")),
        }
    keep(found, results)
    print(table(found))
    sys.exit(1 if found["beat_no_skill"] else 0)


def file_of(corpus: str) -> str:
    """The name of the file in benchmarks/results that a corpus's results are in."""
    return "null_corpus.json" if corpus == CORPORA[0] else f"null_corpus_{corpus}.json"


def nulled(params: dict[str, Any], seed: int | None = None) -> dict[str, Any]:
    """The same parameters with no cue planted in picture, sound, words or motion; decoys stay."""
    sample = dict(params["sample"])
    for cues in {"picture", "sound", "words", "motion"} & sample.keys():
        sample[cues] = dict.fromkeys(sample[cues], 0.0)
    if seed is not None:
        sample["seed"] = seed
    return params | {"sample": sample}


def judge(comparisons: list[dict[str, str]], approaches: list[dict[str, str]]) -> dict[str, Any]:
    """What the tables of a run say of each approach against no skill, and of the other families."""
    scores = {row["approach"]: float(row["macro_ap"]) for row in approaches}
    rows: list[dict[str, Any]] = []
    for row in comparisons:
        lo, hi, p = (float(row[name]) for name in ("lo", "hi", "p_holm"))
        numbers = {name: float(row[name]) for name in ("difference", "lo", "hi", "p", "p_holm")}
        place = {"family": row["family"], "a": row["a"], "b": row["b"]}
        rows.append(place | numbers | {"verdict": verdict(lo, hi, p), "macro_ap": scores[row["a"]]})
    skill = [row for row in rows if row["family"] == "no_skill"]
    return {
        "approaches": len(skill),
        "beat_no_skill": [row["a"] for row in skill if row["verdict"] == 1],
        "below_five_percent_before_holm": [row["a"] for row in skill if row["p"] < 0.05],
        "smallest_p_holm": min(row["p_holm"] for row in skill),
        "clear_in_other_families": [
            f"{row['a']} against {row['b']}"
            for row in rows
            if row["family"] != "no_skill" and row["verdict"]
        ],
        "comparisons": rows,
    }


def table(found: dict[str, Any]) -> str:
    """The result as one reads it in a terminal."""
    lines = [f"{'approach':28}{'macro AP':>9}{'over chance':>12}{'p':>8}{'Holm':>8}"]
    for row in found["comparisons"]:
        if row["family"] == "no_skill":
            lines.append(
                f"{row['a']:28}{row['macro_ap']:9.3f}{row['difference']:+12.3f}"
                f"{row['p']:8.3f}{row['p_holm']:8.3f}"
            )
    beaten = found["beat_no_skill"]
    lines.append(
        f"skill where there is none: {', '.join(beaten)}"
        if beaten
        else f"none of {found['approaches']} approaches beats no skill"
    )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
