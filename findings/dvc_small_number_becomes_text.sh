#!/usr/bin/env bash
# DVC 3.67.1 (dvc exp run --set-param) beside PyYAML 6.0.3
# Expected: a number that DVC writes into params.yaml is a number to the stage that reads the file
#   with PyYAML, the usual library.
# Happens: `-S rate=0.00001` is written as `1e-05`. That is a number in YAML 1.2, which DVC reads,
#   and text in YAML 1.1, which PyYAML reads: yaml.safe_load gives '1e-05'. 0.0001 stays a number.
# Hurts: a search over learning rates or weight decays: stages stop, or compare and format text.
# Way round: read the file by YAML 1.2 rules (ruamel.yaml), or float() what should be a number.
# Source: neither is wrong by its own standard; https://github.com/yaml/pyyaml/issues/173
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
echo "rate: 0.001" > params.yaml
cat > dvc.yaml <<'YAML'
stages:
  show:
    cmd: python -c "import yaml; print(repr(yaml.safe_load(open('params.yaml'))['rate']))" > shown.txt
    params: [rate]
    outs: [shown.txt: {cache: false}]
YAML
echo shown.txt > .gitignore
dvc repro -q
git add -A
git commit -qm first
echo "DVC $(dvc --version), PyYAML $(python -c 'import yaml; print(yaml.__version__)')"
for pair in "0.0001 0.0001" "0.00001 '1e-05'"; do
    read -r asked expected <<< "$pair"
    dvc exp run -q -S "rate=$asked"
    echo "asked for $asked: params.yaml has \"$(cat params.yaml)\", PyYAML reads $(cat shown.txt)"
    if [ "$(cat shown.txt)" != "$expected" ]; then
        echo "not as described"
        exit 1
    fi
done
echo "as described"
