# Two commands on a fresh machine: `make demo` and `make test`. Both set up .venv by themselves.
# Needs Python 3.11 or newer, make, and a package index. No GPU, no model hub.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DEMO := demo
WORKERS := -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder
unexport PYTHONDONTWRITEBYTECODE  # compiling torch and MLflow takes ten seconds, at every start
.DEFAULT_GOAL := help

.PHONY: help setup asked-for demo test check format lint types floors tests chaos browser bench bench-diagnostics bench-planted bench-validity bench-trained bench-tampering bench-mutations calibrate lock clean

help:  ## list these targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-17s %s\n", $$1, $$2}'

WEIGHTS := $(VENV)/trained/rxnmapper/rxnmapper.txt
setup: $(VENV)/ready $(WEIGHTS)  ## make .venv from requirements.lock; of another Python with PYTHON=python3.13 VENV=.venv-3.13

VERSION := -c 'import sys; print(sys.version_info[:2])'
ifeq ($(origin PYTHON), command line)
setup: asked-for
endif

asked-for:
	@test ! -x $(BIN)/python || test "$$($(BIN)/python $(VERSION))" = "$$($(PYTHON) $(VERSION))" || \
	  { echo "$(VENV) is of another Python than $(PYTHON); name another folder, such as VENV=.venv-other" >&2; exit 1; }

$(VENV)/ready: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/python -m uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/python -m uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	touch $@

# the one trained model that tests look at, 3 MB; what it depends on stays out, as its files are read and not run
$(WEIGHTS): benchmarks/trained/locks/rxnmapper.txt $(VENV)/ready
	$(BIN)/python -m uv pip install --quiet --python $(BIN)/python --no-deps --require-hashes --target $(@D) -r $<
	cp $< $@

demo: setup  ## run the demo study; ends with 3 when a human has to decide
	$(BIN)/gonogo init $(DEMO) --from demo --keep
	@$(BIN)/gonogo run --workspace $(DEMO); code=$$?; \
	  if [ $$code -eq 3 ]; then echo "make demo: the study waits for a human, which is a good end (exit code 3)"; exit 0; fi; exit $$code

test: setup check  ## everything that must hold: format, lint, types, floors, tests

check: format lint types floors tests  ## the one gate, for people, pre-commit and CI

format: setup
	$(BIN)/ruff format --check .

lint: setup
	$(BIN)/ruff check .

types: setup
	$(BIN)/mypy

floors: setup
	$(BIN)/lint-imports --no-cache

tests: setup
	$(BIN)/python -m pytest $(WORKERS)

CHAOS := GONOGO_KILLS=20 GONOGO_BOUNDARIES=all GONOGO_STEP_KB=64 GONOGO_STATEMENTS=10
chaos: setup  ## kill runs at every boundary, and fill the disk at every write; each must complete, with nothing done twice
	$(CHAOS) $(BIN)/python -m pytest -s tests/functional/test_crash.py tests/functional/test_boundaries.py \
	  tests/unit/orchestrator/tracking/test_stores.py

bench: setup  ## speed and memory beside a peer, as ratios
	$(BIN)/python -m benchmarks

bench-diagnostics: setup  ## the entropy of attention beside the plain forward and matrices: time, memory, scaling
	$(BIN)/python -m benchmarks.diagnostics

bench-planted: setup  ## planted collapse found and located, beside raw MCS; false alarms; writes benchmarks/planted.md
	$(BIN)/python -m benchmarks.planted

bench-validity: setup  ## verdicts on models that training collapsed, and on sound ones; writes benchmarks/validity.md
	$(BIN)/python -m benchmarks.validity
	$(BIN)/python -m benchmarks.validity.lengths

bench-trained: setup  ## verdicts on transformers that others trained, some 400 MB; writes benchmarks/trained.md
	$(BIN)/python -m benchmarks.trained

bench-tampering: setup  ## 10,000 damages to a log, each to be seen and named at the right place
	$(BIN)/python -m benchmarks.tampering

bench-mutations: setup  ## 1,000 changed numbers in reports of the demo: what verify and the auditor see; clean reports too
	$(BIN)/python -m benchmarks.mutations

browser: setup  ## reports in a real Chromium, which has to be there: width, console, paper, and axe
	$(BIN)/python -m uv pip install --quiet --python $(BIN)/python --group browser
	$(BIN)/python -m pytest tests/browser

calibrate: setup  ## how often the statistics err, over simulated studies; goes on where it was stopped
	$(BIN)/python -m benchmarks.calibration

lock: setup  ## resolve requirements.lock again
	$(BIN)/python -m uv pip compile pyproject.toml --extra diagnostics --extra paper --group dev --universal \
	  --generate-hashes --no-emit-index-url --no-header --quiet -o requirements.lock

clean:  ## remove .venv and the demo workspace
	rm -rf $(VENV) $(DEMO)
