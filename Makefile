# Two commands: `make report` and `make test`. Each sets up what it needs, in any order.

PYTHON := $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# what a process compiles the next one reads: without it each compiles all that it imports
unexport PYTHONDONTWRITEBYTECODE

.PHONY: report test bench lock models environment
.DEFAULT_GOAL := report

# what it runs: sample, or a folder in corpora/
CORPUS := sample
PIPELINE := $(if $(filter sample,$(CORPUS)),,corpora/$(CORPUS)/)dvc.yaml

report: SETS = core report
report: environment  ## run a corpus and render the site: make report CORPUS=tmdb
	@python -m stages.corpora --check --corpus $(CORPUS)
	@test -f $(PIPELINE) || python -m stages.corpora --write --corpus $(CORPUS)
	@dvc repro $(PIPELINE)
	@python -m stages.facts --corpus $(CORPUS)  # also where DVC took the site out of its cache
	@python -m stages.results --corpus $(CORPUS)

test: SETS = core dev
test: environment  ## lint, types, tests
	@ruff check .
	@ruff format --check .
	@mypy
	@panache lint --isolated --no-cache report/*.qmd docs/*.md README.md  # pages, also where there is no Quarto
	@python -m pytest -n auto --dist loadgroup

bench: SETS = core dev
bench: environment  ## ours beside other ways, as ratios; renews docs/benchmarks.md
	@python -m benchmarks
	@python -m benchmarks --write docs/benchmarks.md

environment:
ifeq ($(PYTHON),)
	@echo "Python 3.11 or newer was not found: install it (python3, with pip and venv) and try again."; exit 1
endif
	@$(PYTHON) requirements/install.py $(SETS)

models: SETS = core dev
models: environment  ## renew the table in docs/backbones.md from the models' records
	@python -m stages.plan --models --write docs/backbones.md

LOCK = uv pip compile --universal --python-version 3.11 --fork-strategy fewest \
	--generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header --quiet

lock: SETS = core dev
lock: environment  ## renew requirements/*.txt after a change in pyproject.toml
	$(LOCK) pyproject.toml -o requirements/core.txt
	$(LOCK) pyproject.toml --extra report -c requirements/core.txt -o requirements/report.txt
	$(LOCK) pyproject.toml --extra clap -c requirements/core.txt -o requirements/clap.txt
	$(LOCK) pyproject.toml --extra words -c requirements/core.txt -o requirements/words.txt
	$(LOCK) pyproject.toml --extra motion -c requirements/core.txt -o requirements/motion.txt
	$(LOCK) pyproject.toml --extra zarr -c requirements/core.txt -o requirements/zarr.txt
	$(LOCK) pyproject.toml --extra cluster -c requirements/core.txt -o requirements/cluster.txt
	$(LOCK) pyproject.toml --group dev -c requirements/core.txt -o requirements/dev.txt
	$(LOCK) --group openl3 -o requirements/openl3.txt
	$(LOCK) --group words_test -o requirements/words_test.txt
	$(LOCK) --group pages -c requirements/core.txt -o requirements/pages.txt
	$(LOCK) --group scores -c requirements/core.txt -o requirements/scores.txt
	$(LOCK) --group audit -o requirements/audit.txt
