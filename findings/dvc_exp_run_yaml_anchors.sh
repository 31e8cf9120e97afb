#!/usr/bin/env bash
# DVC 3.67.1 (dvc exp run --set-param)
# Expected: an override does what it says, or is refused.
# Happens: where params.yaml has anchors, aliases or merge keys, overrides are lost: the value that
#   is anchored stays as it was, what comes in by `<<` cannot be removed or replaced. The experiment
#   runs with other parameters than were asked for, exit status 0, no word.
# Hurts: whoever compares experiments: two that differ by name only, one of them never run.
# Way round: no anchors in a file that -S writes to. An override of a single merged value is kept.
# Source: https://github.com/treeverse/dvc/issues/10984
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q dvc==3.67.1 PyYAML==6.0.3
export PATH="$folder/venv/bin:$PATH"
export DVC_NO_ANALYTICS=1 GIT_CONFIG_GLOBAL=/dev/null
mkdir "$folder/repository"
cd "$folder/repository"
git init -q
git config user.name finding
git config user.email finding@example.org
dvc init -q
dvc config core.check_update false
cat > params.yaml <<'YAML'
base: &base
  rate: 1
  epochs: 5
same: *base
merged:
  <<: *base
other:
  rate: 2
YAML
cat > show.py <<'PYTHON'
import yaml

params = yaml.safe_load(open("params.yaml"))
open("shown.txt", "w").write(f"base {params['base']} merged {params['merged']}\n")
PYTHON
cat > dvc.yaml <<'YAML'
stages:
  show:
    cmd: python show.py
    params: [base, merged]
    outs: [shown.txt: {cache: false}]
YAML
echo shown.txt > .gitignore
dvc repro -q
git add -A
git commit -qm first
echo "DVC $(dvc --version)"
first=$(cat shown.txt)
echo "before: $first"
wrong=0
while IFS='|' read -r override right found; do
    git restore params.yaml dvc.lock
    status=0
    dvc exp run -q -f -S "$override" || status=$?
    echo "-S '$override': $(cat shown.txt); exit status $status; right would be $right"
    [ "$status" = 0 ] && [ "$(cat shown.txt)" = "$found" ] || wrong=1
done <<CASES
base.rate=9|base {'rate': 9, 'epochs': 5}|$first
~merged.epochs|merged {'rate': 1}|$first
merged=\${other}|merged {'rate': 2}|base {'rate': 1, 'epochs': 5} merged {'rate': 2, 'epochs': 5}
CASES
if [ "$wrong" = 1 ]; then
    echo "not as described"
    exit 1
fi
echo "as described"
