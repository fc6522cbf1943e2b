PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup setup-test demo test lint lock clean

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: ## virtual environment in .venv, pinned dependencies, page assets
	@$(PYTHON) deploy/setup.py

setup-test:
	@$(PYTHON) deploy/setup.py --test

demo: setup ## a town, its sensors, a plan for tomorrow and the pages; Ctrl-C stops it, again continues
	@$(BIN)/halfvol demo

test: setup-test ## all tests
	@$(BIN)/python -m pytest

lint: setup-test ## format, lint, types and import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/basedpyright
	@$(BIN)/lint-imports
	@$(BIN)/python -m deploy.assets --check

lock: setup-test ## pin the dependencies of pyproject.toml anew
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --no-emit-index-url --no-header --no-annotate pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --no-emit-index-url --no-header --no-annotate pyproject.toml --extra test -c requirements.lock -o requirements-test.lock

clean: ## forget the demo's data
	@if [ -f .halfvol/postgres/location ]; then rm -rf "$$(cat .halfvol/postgres/location)"; fi
	rm -rf .halfvol
