#!/usr/bin/env bash
# scikit-learn 1.9.1 (OneVsRestClassifier over TunedThresholdClassifierCV)
# Expected: of several labels each has a tuned threshold of its own, since each has a classifier
#   whose `predict` uses the threshold that it tuned.
# Happens: OneVsRestClassifier.predict never calls theirs. It takes their decision_function (or
#   probabilities) and cuts at 0 (or 0.5): what was tuned is tuned, kept and ignored, without a word.
#   MultiOutputClassifier over the same uses the thresholds.
# Hurts: multilabel classification of rare labels, which is what thresholds are tuned for: scores
#   are no better than untuned ones, and tuning looks useless.
# Way round: MultiOutputClassifier(TunedThresholdClassifierCV(...)).
# Source: https://github.com/scikit-learn/scikit-learn/issues/30036
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q scikit-learn==1.9.1 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import TunedThresholdClassifierCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputClassifier

print("scikit-learn", version("scikit-learn"))
rng = np.random.default_rng(0)
labels = rng.random((2000, 3)) < [0.05, 0.08, 0.1]  # three rare labels
features = labels + rng.normal(0, 0.6, labels.shape)
plain = OneVsRestClassifier(LogisticRegression()).fit(features, labels).predict(features)
tuned = LogisticRegression()
tuned = TunedThresholdClassifierCV(tuned, scoring="f1", random_state=0)
several = OneVsRestClassifier(tuned).fit(features, labels)
rest, multi = several.predict(features), MultiOutputClassifier(tuned).fit(features, labels)
own = np.stack([each.predict(features) for each in several.estimators_], axis=1)
thresholds = [round(float(each.best_threshold_), 3) for each in several.estimators_]
print("thresholds that were tuned:", thresholds)
for name, found in {
    "not tuned": plain,
    "OneVsRestClassifier(tuned)": rest,
    "each of its own estimators": own,
    "MultiOutputClassifier(tuned)": multi.predict(features),
}.items():
    score = f1_score(labels, found, average="macro")
    print(f"{name}: {found.sum()} labels given, macro F1 {score:.3f}")
ignored = np.array_equal(rest, plain) and not np.array_equal(rest, own)
print("the tuned thresholds are ignored:", ignored)
sys.exit(not (ignored and np.array_equal(multi.predict(features), own)))
PYTHON
echo "as described"
