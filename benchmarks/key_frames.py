"""What does it cost in AP to look at the nearest key frames instead of the exact ones?

Clones the last commit, runs it as it is and again with `frames.nearest_key_frame`, and writes how
the macro AP of every approach that looks at pictures differs, on the same films, with its paired
interval, to benchmarks/results/. About fifteen minutes on two quiet cores.
"""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.clones import keep, parser, rerun
from benchmarks.provenance import commit, versions
from stages.base.params import JudgingParams, load
from stages.base.params.matrix import cells
from stages.judging.board import Board, read_board
from stages.scoring.bootstrap import bootstrap_macro_average_precision
from stages.scoring.intervals import paired_difference

APPROACHES = ("colour_linear", "colour_mlp", "colour_each", "frame_cnn", "mfcc_linear")


def main() -> None:
    options = parser("key_frames", __doc__, "key_frames.json")
    arguments = options.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary) / "clone"
        exact, _, _ = _board(folder, nearest=False)
        near, judging, found_commit = _board(folder, nearest=True)
    found = {
        "versions": versions(),
        "commit": found_commit,
        "films": len(exact.film_id),
        "approaches": judge(exact, near, judging),
    }
    keep(found, arguments.results)
    print(table(found))


def changed(params: dict[str, Any], nearest: bool) -> dict[str, Any]:
    """The parameters with key frames or exact ones, and just the approaches compared."""
    matrix = dict(params["matrix"])
    matrix |= {
        "approaches": {slug: matrix["approaches"][slug] for slug in APPROACHES},
        "early": {},
        "late": {"late_linear": matrix["late"]["late_linear"]},
        "backbones": {slug: matrix["backbones"][slug] for slug in ("colour", "pixels", "mfcc")},
    }
    frames = params["frames"] | {"nearest_key_frame": nearest}
    return params | {"frames": frames, "matrix": matrix}


def judge(exact: Board, near: Board, params: JudgingParams) -> list[dict[str, Any]]:
    """Macro AP of each picture approach on exact frames and on key frames, and the difference.

    Raises ValueError unless both judged the same films.
    """
    if not np.array_equal(exact.film_id, near.film_id):
        raise ValueError("the two runs judged different films")
    rows = []
    for cell in exact.cells:
        if cell.modality != "picture" or cell.base:  # fewer labels are another question
            continue
        pair = [board.y_scores[board.row(cell.slug)] for board in (exact, near)]
        resamples = bootstrap_macro_average_precision(
            exact.y_true, np.stack(pair), params.resamples, params.seed, exact.group
        )
        difference = paired_difference(resamples, 1, 0)
        rows.append(
            {
                "approach": cell.slug,
                "exact": float(resamples.point[0]),
                "key_frames": float(resamples.point[1]),
                "difference": difference.value,
                "lo": difference.lo,
                "hi": difference.hi,
            }
        )
    return rows


def table(found: dict[str, Any]) -> str:
    """The result as one reads it in a terminal."""
    lines = [f"{'approach':16}{'exact':>8}{'key':>8}{'difference':>12}   95% interval"]
    lines += [
        f"{row['approach']:16}{row['exact']:8.3f}{row['key_frames']:8.3f}"
        f"{row['difference']:+12.3f}   [{row['lo']:+.3f}, {row['hi']:+.3f}]"
        for row in found["approaches"]
    ]
    return "\n".join(lines)


def _board(folder: Path, nearest: bool) -> tuple[Board, JudgingParams, str]:
    """One run's scores; a second run in the same folder computes just what changed."""
    with rerun(folder, lambda params: changed(params, nearest)) as clone:
        params = load(clone / "params.yaml")
        return read_board(clone / "data/sample", cells(params)), params.judging, commit(clone)


if __name__ == "__main__":
    main()
