# `make demo` and `make test` are all a fresh machine needs: Python 3.11 or later, nothing else.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test fast lint search coverage picture manual snapshots benchmarks clean
.DEFAULT_GOAL := test

# A current pip: the wrappers that old ones write start half as fast.
.venv/installed: pyproject.toml
	@echo 'installing into .venv: some ten seconds'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

.venv/tested: .venv/installed
	$(BIN)/python -m pip install --quiet --group dev
	@# Node's dotenv, one of the readers that .env files are held against.
	@# An SDK that is not Python's. Neighbours of the hook: mise, and the scripts of VS Code's terminal.
	if command -v npm >/dev/null; then \
	  npm install --silent --prefix .venv/node dotenv || true; \
	  npm install --silent --prefix .venv/node @aws-sdk/client-sts || true; \
	  npm install --silent --prefix .venv/node @jdxcode/mise || true; \
	  npm install --silent --prefix .venv/node nushell || true; \
	  cd .venv/node && npm pack --silent code-server >/dev/null && \
	  tar -xzf code-server-*.tgz --wildcards '*/shellIntegration*' && rm code-server-*.tgz || true; fi
	@touch $@

# The tour: everything awsenv does, against a stand-in for AWS on this machine.
demo: .venv/installed
	$(BIN)/awsenv demo --run

# More at a time than there are cores: the suite waits for shells and programs, too.
test: .venv/tested lint
	$(BIN)/python -m pytest --numprocesses 5 --durations 30

# While one works: what is tried without a shell, a container, a browser or a program.
fast: .venv/tested lint
	$(BIN)/python -m pytest --numprocesses 3 -m "not real"

# The long form of the searches that `make test` does shortly.
search: .venv/tested
	$(BIN)/python -m pytest --hypothesis-profile=long

# The lines of awsenv/ that no test runs. A process is measured that the tests' own starts by fork.
coverage: .venv/tested
	$(BIN)/coverage erase
	-$(BIN)/coverage run -m pytest --numprocesses 5
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --skip-covered --show-missing

# docs/demo.svg, from the demo itself.
picture: .venv/tested
	$(BIN)/python -m tests.picture docs/demo.svg

# docs/awsenv.1, from the help; a test holds the two equal.
manual: .venv/tested
	$(BIN)/python -m tests.manual docs/awsenv.1

# tests/snapshots, from what each shell and tool is told now: read the difference.
snapshots: .venv/tested
	-AWSENV_SNAPSHOTS=renew $(BIN)/python -m pytest -q tests/test_snapshots.py
	git diff --stat tests/snapshots

# The Speed table, in some minutes.
benchmarks: .venv/tested
	$(BIN)/python -m tests.benchmarks --write docs/speed.md

lint: .venv/tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

clean:
	rm -rf .venv dist
