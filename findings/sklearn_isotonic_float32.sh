#!/usr/bin/env bash
# scikit-learn 1.9.1 (IsotonicRegression on float32) beside SciPy 1.17.1
# Expected: by the user guide the fit is the non-decreasing one with the least squared error, so only
#   the order of the scores counts: a factor or another type of the same numbers changes nothing,
#   and the mean of the fitted values is that of the labels.
# Happens: scores less than numpy.finfo(dtype).resolution above another are first made one with it:
#   1e-15 in float64, 1e-6 in float32, whatever the scores' own size. Of float32 scores below 1e-6
#   about one is left. Between those left the fit is a straight line, so "calibrated" probabilities
#   differ and do not even have the right mean. No warning; the docstrings do not mention it.
# Hurts: calibrating what networks return in float32 where scores are tiny: rare labels, softmax over
#   thousands of labels, a sigmoid with a bias far below zero, as SigLIP's.
# Way round: scores.astype(np.float64), or logits in place of probabilities.
# Source: seen by running it; the tolerance came with
#   https://github.com/scikit-learn/scikit-learn/pull/18639
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import numpy as np
from scipy.optimize import isotonic_regression
from sklearn.isotonic import IsotonicRegression

print("scikit-learn", version("scikit-learn"), "SciPy", version("scipy"))
rng = np.random.default_rng(0)
logits = rng.normal(-14, 2, 5000)
labels = rng.random(5000) < 1 / (1 + np.exp(-14 - logits))  # half of them, more where scores are high
scores = (1 / (1 + np.exp(-logits))).astype(np.float32)
print(f"{len(np.unique(scores))} scores, from {scores.min():.0e} to {scores.max():.0e}", end=", ")
print(f"{(scores < 1e-6).mean():.0%} below 1e-6; mean of the labels {labels.mean():.3f}")
fits = {}
for name, x in {
    "float32": scores,
    "float32, times a million": scores * np.float32(1e6),
    "float64": scores.astype(np.float64),
}.items():
    fits[name] = IsotonicRegression().fit(x, labels).predict(x)
order = np.argsort(scores)
fits["SciPy"] = np.empty(len(scores))
fits["SciPy"][order] = isotonic_regression(labels[order].astype(float)).x
for name, fit in fits.items():
    mean, error = fit.mean(dtype=float), np.mean((fit - labels) ** 2, dtype=float)
    print(f"{name}: mean of the fit {mean:.3f}, squared error {error:.4f}")
apart = {name: float(np.abs(fit - fits["SciPy"]).max()) for name, fit in fits.items()}
print("largest difference from SciPy's:", {name: round(gap, 3) for name, gap in apart.items()})
small = apart["float64"], apart["float32, times a million"]
sys.exit(not (max(small) < 0.01 and apart["float32"] > 0.1 and fits["float32"].mean() > 0.55))
PYTHON
echo "as described"
