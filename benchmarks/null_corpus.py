"""Is skill found where there is none? One whole run on a null corpus.

Clones the last commit into a folder of its own, plants nothing (every cue's probability 0, decoys
as they are), renders the sample corpus, trains and judges the whole matrix there with `dvc repro`,
and writes what the judges said of every approach against no skill to benchmarks/results/. Exits
with 1 where an approach beats no skill after Holm. About ten minutes on two quiet cores.
"""

import sys
from typing import Any

from benchmarks.clones import keep, parser, read, rerun
from benchmarks.provenance import commit, versions
from stages.base.params import yaml12
from stages.judging.verdicts import verdict


def main() -> None:
    options = parser("null_corpus", __doc__, "null_corpus.json")
    options.add_argument("--seed", type=int, help="sample.seed, for another corpus without cues")
    arguments = options.parse_args()
    with rerun(arguments.folder, lambda params: nulled(params, arguments.seed)) as clone:
        params = yaml12.read((clone / "params.yaml").read_text(encoding="utf-8"))
        found = {
            "settings": {
                "sample": params["sample"],
                "seeds": params["training"]["seeds"],
                "judging": params["judging"],
            },
            "versions": versions(),
            "commit": commit(clone),
            **judge(
                read(clone / "metrics/sample" / "comparisons.csv"),
                read(clone / "metrics/sample" / "approaches.csv"),
            ),
        }
    keep(found, arguments.results)
    print(table(found))
    sys.exit(1 if found["beat_no_skill"] else 0)


def nulled(params: dict[str, Any], seed: int | None = None) -> dict[str, Any]:
    """The same parameters with no cue planted in any modality; decoys stay."""
    sample = dict(params["sample"])
    for modality in {"picture", "sound", "words"} & sample.keys():
        sample[modality] = dict.fromkeys(sample[modality], 0.0)
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
