# RUV-Trata. `make` alone lists the targets. Needs only make and Python >= 3.11 (another one: RUV_PYTHON=python3.12).

# A distribution builds its Python with profiles of real use; one compiled by hand seldom is, and is slower.
ifndef RUV_PYTHON
RUV_PYTHON := $(shell for p in /usr/bin/python3.1[1-9] python3; do \
    "$$p" -c 'import ensurepip, venv' 2>/dev/null && break; done; echo "$$p")
endif
ARGS       ?=

VENV    := .venv
BIN     := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input
LOCK    := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
           --no-emit-find-links --no-annotate --no-header --quiet $(if $(UPGRADE),--upgrade)

# A stamp says which lock file its environment was installed from: it is older than the lock when that changes.
RUNTIME := $(VENV)/.runtime
DEV     := $(VENV)/.dev
BENCH   := $(VENV)/.bench
CLIENT  := .cache/client/.client

CHROMIUM := apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium

.DEFAULT_GOAL := help
.PHONY: help venv demo test browser check client serve fmt bench soak coverage mutants lock hooks clean
.DELETE_ON_ERROR:
# Where an environment forbids it, each of the many processes that the suite starts would compile everything again.
unexport PYTHONDONTWRITEBYTECODE
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

help:  ## List the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | while IFS=$$'\t' read -r name text; do \
	    printf '  make %-8s %s\n' "$$name" "$$text"; done

venv: $(DEV)  ## Create .venv with everything that development needs, from hash-locked requirements

demo: $(RUNTIME)  ## Set up and run the whole story on an embedded PostgreSQL with synthetic data
	$(BIN)/ruv demo $(ARGS)

serve: $(RUNTIME)  ## Serve the registry on this machine (ARGS="--port 8080")
	$(BIN)/ruv serve $(ARGS)

test: $(DEV) browser  ## Set up and run the whole test suite (ARGS="tests/vault -n0")
	$(BIN)/python -m pytest $(ARGS)

browser:  ## Install Debian's Chromium for the browser tests, where it is missing and this machine allows it
	@if [ -n "$${RUV_CHROMIUM:-}" ] || command -v chromium >/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && $(CHROMIUM) >/dev/null; then exit 0; fi; \
	echo "!!! No Chromium and no way to install it here: the browser tests will be SKIPPED." >&2; \
	echo "!!! As root: apt-get update && apt-get install -y --no-install-recommends chromium" >&2

client: $(DEV) $(CLIENT)  ## Generate a client from the document, in an environment of its own, and use it
	$(BIN)/python -m pytest -n0 -m soak tests/client $(ARGS)

soak: $(DEV) $(CLIENT)  ## Run the long load, soak and fault tests, try the tests on mutants, measure what they cover
	$(BIN)/python -m pytest -n0 -m soak $(ARGS)
	$(if $(ARGS),,$(MAKE) coverage)

coverage: $(DEV) browser  ## Run the suite and measure lines and branches of app against the floors in pyproject.toml
	rm -rf .coverage && mkdir .coverage
	$(BIN)/coverage run -m pytest $(ARGS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage json --quiet -o .coverage/report.json
	$(BIN)/coverage report --sort=cover
	$(BIN)/python -m tests.floors .coverage/report.json

mutants: $(DEV)  ## Try the tests of the rules on mutants (ARGS="app.access.policy")
	$(BIN)/python -m tests.mutation $(ARGS)

check: $(DEV)  ## Format, lint, types, import contracts, migrations, generated documents
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --strict app stories
	$(BIN)/lint-imports --no-cache
	$(BIN)/ruv db check
	$(BIN)/ruv db lint
	$(BIN)/ruv docs --check

fmt: $(DEV)  ## Format, apply the safe lint fixes, write the generated documents anew
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix-only --exit-zero .
	$(BIN)/ruv docs
	$(BIN)/ruv db schema
	$(BIN)/python -c 'from app.postgres import setup_sql; print(setup_sql(), end="")' > deploy/postgres/10-roles.sql

bench: $(BENCH) browser  ## Run every benchmark and write docs/benchmarks.md
	$(BIN)/python benchmarks/run_all.py $(ARGS)

lock: $(DEV)  ## Write requirements/*.txt anew from pyproject.toml (UPGRADE=1 takes the newest versions)
	$(LOCK) pyproject.toml --output-file requirements/runtime.txt
	$(LOCK) --group build --constraint requirements/runtime.txt --output-file requirements/build.txt
	$(LOCK) pyproject.toml --group build --group dev --constraint requirements/runtime.txt \
	    --constraint requirements/build.txt --output-file requirements/dev.txt
	$(LOCK) --group bench --constraint requirements/dev.txt --output-file requirements/bench.txt
	$(LOCK) --group client --output-file requirements/client.txt

hooks: $(DEV)  ## Run the checks before every commit (pre-commit)
	$(BIN)/pre-commit install

clean:  ## Remove .venv and every cache
	rm -rf $(VENV) build dist .cache .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache .schemathesis
	find app benchmarks migrations stories tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(RUV_PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "Se necesita Python 3.11 o posterior: make RUV_PYTHON=/ruta/a/python3.11" >&2; exit 1; }
	$(RUV_PYTHON) -m venv $(VENV)

$(RUNTIME): requirements/runtime.txt requirements/build.txt pyproject.toml | $(BIN)/python
	$(INSTALL) --require-hashes -r requirements/build.txt -r requirements/runtime.txt
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): requirements/dev.txt $(RUNTIME)
	$(INSTALL) --require-hashes -r requirements/dev.txt
	@touch $@

$(BENCH): requirements/bench.txt $(DEV)
	$(INSTALL) --require-hashes -r requirements/bench.txt
	@touch $@

$(CLIENT): requirements/client.txt | $(BIN)/python
	rm -rf $(@D) && mkdir -p $(@D:/client=)
	$(RUV_PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r $<
	@touch $@
