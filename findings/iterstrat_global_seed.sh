#!/usr/bin/env bash
# iterative-stratification 0.1.9 (MultilabelStratifiedKFold)
# Expected: with shuffle=False and random_state=None, the defaults, the folds of the same labels are
#   the same each time, as those of scikit-learn's KFold and StratifiedKFold are.
# Happens: ties between folds are broken by NumPy's global random state: other folds each time, and
#   other ones again after anything else drew a number. random_state cannot be given without shuffle:
#   that is a ValueError.
# Hurts: whoever splits films, patients or documents by several labels and takes "not shuffled" for
#   "the same": scores of two runs are not of the same split.
# Way round: shuffle=True with random_state set.
# Source: seen by running it; iterstrat/ml_stratifiers.py, check_random_state(None).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q iterative-stratification==0.1.9 scikit-learn==1.9.1 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import numpy as np
from iterstrat.ml_stratifiers import MultilabelStratifiedKFold
from sklearn.model_selection import StratifiedKFold

print("iterative-stratification", version("iterative-stratification"))
labels = np.random.default_rng(0).random((200, 5)) < 0.3


def folds(splitter, y):
    fold = np.empty(len(y), int)
    for number, (_, held) in enumerate(splitter.split(y, y)):
        fold[held] = number
    return fold


same = {}
for name, make, y in (
    ("StratifiedKFold(5)", lambda: StratifiedKFold(5), labels[:, 0]),
    ("MultilabelStratifiedKFold(n_splits=5)", lambda: MultilabelStratifiedKFold(n_splits=5), labels),
    (
        "MultilabelStratifiedKFold(n_splits=5, shuffle=True, random_state=0)",
        lambda: MultilabelStratifiedKFold(n_splits=5, shuffle=True, random_state=0),
        labels,
    ),
):
    found = []
    for seed in (1, 2):
        np.random.seed(seed)
        found.append(folds(make(), y))
    same[name] = bool((found[0] == found[1]).all())
    print(f"{name}: {(found[0] != found[1]).sum()} of {len(y)} rows in another fold the second time")
sys.exit(list(same.values()) != [True, False, True])
PYTHON
echo "as described"
