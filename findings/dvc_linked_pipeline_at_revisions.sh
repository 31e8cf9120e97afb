#!/usr/bin/env bash
# DVC 3.67.1 (pipeline files that are symbolic links)
# Expected: a dvc.yaml that is a symbolic link to another either works or is refused.
# Happens: in the workspace it works (dvc repro runs its stages, dvc metrics show has its numbers);
#   at a revision DVC reads the link's target path as if it were the file, says that its validation
#   failed, and leaves the metrics of *every* pipeline of that revision out: all old values are "-".
# Hurts: whoever shares one pipeline between folders by a link: nothing can be compared with a commit.
# Way round: a copy of the file in each folder, and a test that the copies agree.
# Source: seen by running it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q dvc==3.67.1
export PATH="$folder/venv/bin:$PATH" GIT_CONFIG_GLOBAL=/dev/null DVC_NO_ANALYTICS=1
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.org
mkdir -p "$folder/project/linked"
cd "$folder/project"
cat > dvc.yaml <<'YAML'
stages:
  measure:
    cmd: cp number.txt metric.json
    deps: [number.txt]
    metrics: [metric.json: {cache: false}]
YAML
echo '{"value": 1}' > number.txt
echo '{"value": 1}' > linked/number.txt
ln -s ../dvc.yaml linked/dvc.yaml
git init -q
dvc init -q
dvc repro -q dvc.yaml linked/dvc.yaml
git add -A
git commit -q -m one
echo '{"value": 2}' > number.txt
dvc repro -q dvc.yaml
shown=$(dvc metrics show --json)
with_link=$(dvc metrics diff --json HEAD 2> "$folder/said" || true)
echo "in the workspace: $shown"
echo "against the commit, with the link: $with_link"
grep -o "validation failed in revision" "$folder/said"
git rm -q --cached linked/dvc.yaml
rm linked/dvc.yaml
cp dvc.yaml linked/dvc.yaml
git add -A
git commit -q -m two
echo '{"value": 3}' > number.txt
dvc repro -q dvc.yaml
with_copy=$(dvc metrics diff --json HEAD)
echo "against the commit, with a copy: $with_copy"
python3 - "$shown" "$with_link" "$with_copy" <<'PYTHON'
import json
import sys

shown, with_link, with_copy = map(json.loads, sys.argv[1:])
assert set(shown[""]["data"]) == {"metric.json", "linked/metric.json"}
assert with_link["metric.json"]["value"] == {"old": None, "new": 2}
assert with_copy["metric.json"]["value"]["old"] == 2
PYTHON
echo "as described"
