# Everything on a fresh machine with Python 3.11 or newer, pip, make and a C compiler: `make demo`, `make test`.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
COMPARED := .venv/.compared

.PHONY: demo test slow lint bench bench-results bench-pages results figures clean

demo: $(READY)          ## derive, simulate, train a transformer until it groks, fit, report
	$(BIN)/grokdd tour

test: $(READY)          ## all tests but the campaigns, one process a core
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile

slow: $(READY)          ## the campaigns
	$(BIN)/python -m pytest -m slow

lint: $(READY)          ## style and types
	$(BIN)/ruff check .
	$(BIN)/pyright

bench: $(COMPARED)      ## ratios of speed, each in one run on this machine, beside other people's packages
	$(BIN)/python -m pytest benchmarks --benchmark-enable --benchmark-only

bench-results: $(COMPARED) ## measure on this machine, less than ten minutes; rewrites results/benchmarks and its page
	$(BIN)/python -m grokdd.benchmarking --out results/benchmarks --page docs/benchmarks.md

bench-pages: $(READY)   ## the figures and the page of the record that is there
	$(BIN)/python -m grokdd.benchmarking --out results/benchmarks --page docs/benchmarks.md --pages-only

results: $(READY)       ## train the recorded runs again, one after the other, and rewrite results/
	$(BIN)/python -m grokdd.empirical.recording --all

figures: $(READY)       ## the figure of the README
	$(BIN)/python -c "from pathlib import Path; from grokdd.figures import figure_2, save; save(figure_2(), Path('docs/figure_2.svg'))"

clean:
	rm -rf .venv runs .pytest_cache .ruff_cache .benchmarks *.egg-info

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[empirical,proofs,dev]'
	touch $@

$(COMPARED): $(READY)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[empirical,proofs,dev,bench]'
	touch $@
