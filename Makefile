# Everything this project can be asked to do. `make` alone lists it.
.DEFAULT_GOAL := help
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check install --quiet
INSTALLED := $(VENV)/.installed
DEV := $(VENV)/.installed-dev
DATA ?= ./.hydra
ARGS ?=

# A checkout that was moved or copied takes its environment with it; its scripts still name the old place.
ifneq ($(shell cat $(INSTALLED) 2>/dev/null),$(CURDIR))
.PHONY: $(INSTALLED)
endif

.PHONY: help install up dev peers lint format test bench crash reference pictures lock clean

help: ## list these targets
	@sed -n 's/^\([a-z]*\):.*## /  make \1 — /p' Makefile

install: $(INSTALLED) ## set up .venv with Hydra in it
	@echo "Hydra is in $(VENV)/bin/hydra"

up: $(INSTALLED) ## start Hydra in ./.hydra; the first start brings the example backlog in
	@exec $(VENV)/bin/hydra up --data $(DATA) --backlog examples/backlog.md $(ARGS)

dev: $(DEV) # what the checks and tests need, beside Hydra itself

$(PY):
	@sh scripts/make-venv.sh $(VENV)

$(INSTALLED): requirements.lock requirements-build.lock pyproject.toml | $(PY)
	@sh scripts/make-venv.sh $(VENV)
	@echo "Installing Hydra into $(VENV) (about a quarter of a minute) …"
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --require-hashes -r requirements-build.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@$(PY) -m compileall -q src
	@printf '%s' "$(CURDIR)" >$@

$(DEV): requirements-dev.lock $(INSTALLED)
	@echo "Installing what the tests need …"
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

peers: # the real outside systems that the tests start; where they cannot be had, those tests skip and say so
	@bash tests/peers/install.sh

lint: $(DEV) ## format, lint, types and the imports between rooms; changes nothing
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	$(PY) -c 'import sys; from importlinter.cli import lint_imports_command as run; sys.exit(run())'

format: $(DEV) ## put the code into shape
	$(PY) -m ruff check --fix --quiet . || true
	$(PY) -m ruff format .

test: $(DEV) peers lint ## everything, from nothing: set-up, lint, types, tests, crashes (ARGS="-k queue" for some)
	$(PY) -m pytest --numprocesses 2 $(ARGS)

bench: $(DEV) ## measure the budgets and print them as a table
	$(PY) -m benchmarks $(ARGS)

crash: $(DEV) ## kill the server 100 times at random under load and count what was lost or doubled
	CRASH_KILLS=100 $(PY) -m pytest -m crash --timeout 1800 $(ARGS)

reference: $(DEV) ## write docs/reference/operations.md anew, from the declarations
	$(PY) -m scripts.reference

pictures: $(DEV) ## take the pictures in docs/images anew, of a real Hydra at work
	$(PY) -m scripts.screenshots

lock: $(DEV) ## pin every dependency with its hashes (UPGRADE=--upgrade takes newer versions)
	$(PY) -m uv pip compile $(LOCK) pyproject.toml --output-file requirements.lock
	$(PY) -m uv pip compile $(LOCK) --group build --constraint requirements.lock --output-file requirements-build.lock
	$(PY) -m uv pip compile $(LOCK) pyproject.toml --group dev --constraint requirements.lock \
		--constraint requirements-build.lock --output-file requirements-dev.lock
LOCK = --quiet --generate-hashes --universal --python-version 3.11 --no-header --no-annotate $(UPGRADE)

clean: ## remove the environment and every cache; never the data
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	find . -name __pycache__ -type d -not -path './.hydra/*' -prune -exec rm -rf {} +
