#!/usr/bin/env bash
# safetensors 0.8.0 (safetensors.numpy.save), NumPy 2.4.6
# Expected: a transposed or stepped array is read back as it was saved, or saving it is refused,
#   as safetensors.torch refuses a tensor that is not contiguous.
# Happens: the bytes are those of the memory behind the view, the shape is the view's: other
#   numbers, or a neighbour's, come back. No warning, no error. 0.7.0 saved the right numbers.
# Hurts: whoever saves weights or embeddings after a `.T`, a transpose of channels or a slice with
#   a step, which is how weights are converted from one framework to another.
# Way round: numpy.ascontiguousarray before saving.
# Source: https://github.com/safetensors/safetensors/issues/825
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/show.py" <<'PYTHON'
import sys
from importlib.metadata import version

import numpy as np
from safetensors.numpy import load, save

print("safetensors", version("safetensors"), "NumPy", version("numpy"))
plain = np.arange(6, dtype=np.float32).reshape(2, 3)
views = {"plain": plain, "transposed": plain.T, "every second column": plain[:, ::2]}
same = {}
for name, view in views.items():
    found = load(save({"x": view}))["x"]
    same[name] = bool(np.array_equal(found, view))
    print(f"{name}: saved {view.tolist()}, read back {found.tolist()}, the same: {same[name]}")
expected = sys.argv[1] == "right"
sys.exit(same != {"plain": True, "transposed": expected, "every second column": expected})
PYTHON
for case in "0.7.0 right" "0.8.0 scrambled"; do
    read -r version numbers <<< "$case"
    python3 -m venv "$folder/$version"
    "$folder/$version/bin/pip" install -q "safetensors==$version" numpy==2.4.6
    "$folder/$version/bin/python" "$folder/show.py" "$numbers" || {
        echo "not as described: with $version the numbers should be $numbers"
        exit 1
    }
done
echo "as described"
