PYTHON ?= python3
BIN := .venv/bin
# uv writes no registry's address into a lock unless it is told to; tests/test_house.py looks.
LOCKED := --quiet --upgrade --universal --python-version 3.11 --no-header --no-annotate

.DEFAULT_GOAL := help
.PHONY: help setup setup-test demo chaos bench-forecast bench-ingest bench-roads bench-routing fuzz test lint lock clean

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: ## virtual environment in .venv, pinned dependencies, page assets
	@$(PYTHON) deploy/setup.py

setup-test:
	@$(PYTHON) deploy/setup.py --test

demo: setup ## a town, its sensors, a plan for tomorrow and the pages; Ctrl-C stops it, again continues
	@$(BIN)/halfvol demo

chaos: setup ## kill and freeze ingest, database and broker under load, then account for every message
	@$(BIN)/halfvol chaos --kills 30 --victims ingest,postgres,broker

bench-ingest: setup-test ## speed of durable ingest beside a bare subscriber, a naive script and COPY
	@$(BIN)/python -m tests.benchmarks.ingest

bench-roads: setup-test ## matrices on real streets, both engines; ROADS="--valhalla URL --osrm URL" compares with servers
	@$(BIN)/python -m tests.benchmarks.roads $(ROADS)

BENCH ?=
bench-routing: setup-test ## routes beside OR-Tools, PyVRP and VROOM on published instances; BENCH="--help" for more
	@$(BIN)/uv pip install --quiet "pyvroom>=1.15"
	@$(BIN)/python -m tests.benchmarks.routing $(BENCH)

bench-forecast: setup-test ## from 90 days of hourly readings in PostgreSQL to forecasts of 10,000 containers, by stage
	@$(BIN)/python -m tests.benchmarks.forecast $(BENCH)

test: setup-test ## all tests
	@$(BIN)/python -m pytest

FUZZ_S ?= 60
fuzz: setup-test ## coverage-guided fuzzing of all that reads bytes from outside, FUZZ_S=60 seconds (Linux)
	@$(BIN)/uv pip install --quiet "atheris>=3"
	@mkdir -p .fuzz/corpus
	@cd .fuzz && ../$(BIN)/python ../tests/fuzz/fuzz_reader.py -max_total_time=$(FUZZ_S) -max_len=4096 -verbosity=1 corpus

lint: setup-test ## format, lint, types and import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/basedpyright
	@$(BIN)/lint-imports
	@$(BIN)/python -m deploy.assets --check

lock: setup-test ## pin the dependencies of pyproject.toml anew
	@$(BIN)/uv pip compile $(LOCKED) pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile $(LOCKED) pyproject.toml --extra test -c requirements.lock -o requirements-test.lock

clean: ## forget the demo's data
	@if [ -f .halfvol/postgres/location ]; then rm -rf "$$(cat .halfvol/postgres/location)"; fi
	rm -rf .halfvol
