# The commands of this project. `make` alone lists them.
# Everything is made in .venv (programs) and .gridgov (data); Debian packages are installed only when absent.

VENV   := .venv
BIN    := $(VENV)/bin
PYTHON ?= python3
# make demo SMALL=1 takes the small sample city.
SMALL  ?=
# Workers of the tests; each of those in the browser has a server, a database and a browser of its own. Three on
# two cores win nothing.
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint check audit unit e2e bench map lock clean database browser ahead

help: ## list the commands
	@sed -n 's/^\([a-z0-9]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | awk -F '\t' '{ printf "  make %-8s %s\n", $$1, $$2 }'

setup: $(VENV)/.run database map ahead ## prepare .venv with the gridgov command, the database programs and the map

demo: setup ## start GridGov with the sample city of Laoshan (SMALL=1: a small one)
	@exec $(BIN)/gridgov up --demo $(if $(SMALL),--small)

test: lint unit e2e ## all tests, lint and types included

lint: $(VENV)/.dev map ## lint, types and architecture contracts only
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --num-workers 2 .
	$(BIN)/lint-imports --no-logo
	$(BIN)/python scripts/npm.py run check

# Compiled once and kept, whatever the shell says: the tests start more than a hundred Python processes.
unit e2e: export PYTHONDONTWRITEBYTECODE :=

unit: $(VENV)/.dev database map ## the tests that need no browser
	$(BIN)/pytest -n $(WORKERS) --dist worksteal
	$(BIN)/python scripts/npm.py test

# A process of its own: Playwright keeps an event loop running that coroutine tests cannot bear.
e2e: $(VENV)/.dev database map browser ## the tests in a real browser
	$(BIN)/pytest -n $(WORKERS) --dist worksteal tests/e2e

check: lint audit ## lint, types, architecture contracts, known vulnerabilities

audit: $(VENV)/.dev ## look for known vulnerabilities
	$(BIN)/bandit -q -r -ll -c pyproject.toml api cli gis governance grid_data migrations scripts hatch_build.py
	$(BIN)/python scripts/audit.py $(if $(AUDIT_REQUIRED),--required)

bench: setup $(VENV)/.bench ## run the benchmarks and print a table
	$(BIN)/python -m benchmarks

map: $(VENV)/.run ## build the map's front end if its sources have changed
	@$(BIN)/python hatch_build.py

ahead: $(VENV)/.run
	@$(BIN)/python -m gis.ahead

lock: $(VENV)/.dev ## write requirements/*.lock anew from pyproject.toml
	sh scripts/lock.sh

clean: ## remove .venv, the private database and everything built
	@sh scripts/clean.sh

# Programs, installed only when absent

database: $(VENV)/.run
	@PYTHON=$(BIN)/python scripts/install-postgis.sh
	@scripts/install-font.sh

browser:
	@scripts/install-browser.sh

$(VENV)/.run: requirements/run.lock pyproject.toml
	@scripts/install-venv.sh $(PYTHON)
	@scripts/install-packages.sh run
	@touch $@

$(VENV)/.dev: requirements/dev.lock $(VENV)/.run
	@scripts/install-packages.sh dev
	@touch $@

$(VENV)/.bench: requirements/bench.lock $(VENV)/.dev
	@scripts/install-packages.sh bench
	@touch $@
