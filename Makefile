# The commands that people and CI share. Needs GNU make and Python 3.11 or newer with venv.

PYTHON ?= python3
BIND ?= 127.0.0.1:8000
# Parallel test processes: auto is one for each core.
JOBS ?= auto
# More for pytest, as in: make test ARGS="tests/cases -x"
ARGS ?=
# The history that `make demo` makes up.
CASES ?= 300
SEED ?= 1
MONTHS ?= 6

VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
PIP := $(PY) -m pip --disable-pip-version-check install --quiet
PYTEST := $(PY) -m pytest -n $(JOBS) --dist loadfile

.PHONY: help run demo worker test messages check lint types imports migrations deploy-check
.DEFAULT_GOAL := help

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.runtime ## Start the whole system with demo data (BIND=127.0.0.1:8000); Ctrl-C stops it
	@$(PY) manage.py serve --bind $(BIND)

demo: $(VENV)/.runtime ## Make up a history: CASES=300 SEED=1 MONTHS=6
	$(PY) manage.py migrate --verbosity 0
	$(PY) manage.py load_reference
	$(PY) manage.py load_demo
	$(PY) manage.py simulate --cases $(CASES) --seed $(SEED) --months $(MONTHS)

worker: $(VENV)/.runtime ## Run only the Celery worker with its clock, on the configured broker
	@$(PY) manage.py serve --only worker

test: $(VENV)/.development ## Run the whole suite: first what also runs on SQLite, then on PostgreSQL
	@$(PY) manage.py compile_catalogue
	TEST_DATABASE=sqlite $(PYTEST) -q -m "not slow and not browser and not postgres" $(ARGS)
	$(PYTEST) $(ARGS)

messages: $(VENV)/.development ## Bring new strings into the English catalogue, for translating
	$(PY) manage.py makemessages -l en --no-location --no-wrap --no-obsolete -i .venv -i var -i "tests/*"

check: lint types imports migrations deploy-check ## Run every check that needs no test data

lint: $(VENV)/.development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.development
	$(BIN)/mypy .

imports: $(VENV)/.development
	$(BIN)/lint-imports

migrations: $(VENV)/.development
	$(PY) manage.py makemigrations --check --dry-run

# The tests hold a safe production environment, and spoil it piece by piece.
deploy-check: $(VENV)/.development
	$(PY) manage.py check --fail-level WARNING
	$(PY) -m pytest -q tests/mediation/test_checks.py tests/mediation/test_templates_compile.py

$(VENV)/.runtime: requirements.txt | $(PY)
	$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.development: requirements-dev.txt requirements.txt | $(PY)
	$(PIP) -r requirements-dev.txt
	@touch $@ $(VENV)/.runtime

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed; name yours as in: make run PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { \
	  rm -rf $(VENV); echo "Python's venv is missing: apt install python3-venv"; exit 1; }
