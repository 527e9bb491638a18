# Every recipe of the project; CI calls the same ones. A part of the tests: make test ARGS="-m property"
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=
SEEDS ?= 100

.DEFAULT_GOAL := help
.PHONY: help setup run demo test test-long check fmt lock bench fairness battery-doors battery-blind clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /	/' | expand -t 10

setup: ## make the environment to run in
	@$(PYTHON) requirements/install.py run

run: setup ## start everything here (PORT, DATA_DIR, DATABASE_URL, REDIS_URL)
	@exec $(BIN)/python -m config.run

demo: setup ## the same with a believable team, past leads and new ones trickling in
	@exec $(BIN)/python -m config.run --demo

test: ## lint, types, contracts, checks and the tests; ARGS="-m race" runs those tests only
	@$(PYTHON) requirements/install.py test
	@$(BIN)/python .ci/steps.py $(if $(strip $(ARGS)),tests -- $(ARGS),checks tests)

test-long: ## what takes its time: all pages in a browser, laws with all their cases, kills, the demo, replays
	@$(PYTHON) requirements/install.py test
	@$(BIN)/python .ci/steps.py long

check: ## all but the tests
	@$(PYTHON) requirements/install.py test
	@$(BIN)/python .ci/steps.py checks

fmt: ## mend what can be mended by itself
	@$(PYTHON) requirements/install.py test
	@$(BIN)/ruff check --fix-only --quiet . ; $(BIN)/ruff format .

lock: ## compile requirements/*.in anew (ARGS=--upgrade for newer versions)
	@$(PYTHON) requirements/install.py lock $(ARGS)

bench: setup ## first ratios of speed, measured in one run
	@$(BIN)/python -m config.run.beside $(BIN)/python manage.py bench $(ARGS)
	@$(BIN)/python -m config.run.beside $(BIN)/python manage.py bench --simulate $(ARGS)
	@$(BIN)/python -m config.run.beside $(BIN)/python manage.py bench --pages $(ARGS)

fairness: setup ## how far each way of sharing strays from fair; SEEDS=10 is quicker and writes nothing
	@$(BIN)/python -m routing.fairness --seeds $(SEEDS)

battery-doors: ## repeats, races, poison, killed imports and mailboxes, bad input at every door: all of it, with figures
	@$(PYTHON) requirements/install.py test
	@BATTERY_FULL=1 $(BIN)/python -m pytest -q -s tests/doors/battery_doors.py tests/doors/test_bad_input.py

battery-blind: ## two worlds on every route and by their seconds, a hundred claimers a hundred times: all of it, with figures
	@$(PYTHON) requirements/install.py test
	@BATTERY_FULL=1 $(BIN)/python -m pytest -q -s tests/blind/test_twins.py tests/blind/battery_claims.py tests/blind/battery_timing.py

clean: ## throw away what a machine made for itself; data folders stay
	@rm -rf .venv .uv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
