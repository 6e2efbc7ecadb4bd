# `make demo` and `make test` are all a fresh machine needs: Python 3.11 or later, nothing else.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint clean
.DEFAULT_GOAL := test

# A current pip: the wrappers that old ones write start half as fast.
.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

.venv/tested: .venv/installed
	$(BIN)/python -m pip install --quiet --group dev
	@touch $@

test: .venv/tested lint
	$(BIN)/python -m pytest

lint: .venv/tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

clean:
	rm -rf .venv dist
