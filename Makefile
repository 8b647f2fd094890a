# make chat: install, add the sample essays on first use, serve the pages.   make test: install, run every test.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 7860
BIN := .venv/bin

.PHONY: setup chat check test clean

setup: .venv/.installed

# The mark is newer than what it depends on, so a second `make` does nothing.
.venv/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "error: Python 3.11 or newer is needed, and $(PYTHON) is not" >&2; \
		echo "hint: make $(or $(MAKECMDGOALS),setup) PYTHON=python3.12" >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { \
		echo "error: this Python can't make virtual environments" >&2; \
		echo "hint: on Debian and Ubuntu: apt install python3-venv" >&2; exit 2; }
	@echo "Installing into .venv; this takes a few minutes the first time."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev]"
	@touch $@

chat: setup
	@$(BIN)/python app.py --host $(HOST) --port $(PORT)

check: setup
	$(BIN)/ruff format --check rag tests scripts app.py
	$(BIN)/ruff check rag tests scripts app.py
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest --ignore=tests/browser

test: setup
	$(BIN)/pytest

clean:
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
