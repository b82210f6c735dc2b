# make run and make test are all that a newcomer needs. Everything is installed into .venv from hash-locked files.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TAGIH_HOME ?= $(CURDIR)/.tagih
lang ?= id
PIP := $(BIN)/pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help run demo test test-activepieces test-n8n test-sheets test-zapier check generate format bench lock clean

help: ## Show this list
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 19

run: $(VENV)/.runtime ## Set up, start the sandbox with sample data, print its address
	@test -e "$(TAGIH_HOME)/tagih.env" || { install -d -m 0700 "$(TAGIH_HOME)" && \
		echo "TAGIH_CLOCK=$(CLOCK)" > "$(TAGIH_HOME)/tagih.env" && chmod 600 "$(TAGIH_HOME)/tagih.env"; }
	@test -e "$(TAGIH_HOME)/tagih.db" || $(BIN)/tagih setup --home "$(TAGIH_HOME)" --sample
	@exec $(BIN)/tagih serve --home "$(TAGIH_HOME)"

# The sample data plays in December 2026, so the clock of its home begins there; every command reads it from there.
CLOCK ?= virtual:2026-11-28T08:00+07:00

demo: $(VENV)/.runtime ## Play the whole story in seconds: make demo lang=en
	@$(BIN)/tagih demo --lang $(lang)

test: $(VENV)/.test ## Run every test
	$(BIN)/pytest -n 2 --dist worksteal $(PYTEST_ARGS)

test-sheets: $(VENV)/.test sheets/node_modules/.ready ## The Google Sheets script: types, and played against a running Tagih
	$(BIN)/pytest sheets/tests $(PYTEST_ARGS)

test-zapier: $(VENV)/.test zapier/node_modules/.ready zapier/tests/node/node_modules/.ready ## The Zapier app: rules, build, every step against a running Tagih
	$(BIN)/pytest zapier/tests $(PYTEST_ARGS)

test-activepieces: $(VENV)/.test activepieces/node_modules/.ready ## The Activepieces piece: types, bundle, every step against a running Tagih
	$(BIN)/pytest activepieces/tests $(PYTEST_ARGS)

test-n8n: $(VENV)/.test n8n-nodes/node_modules/.ready ## The n8n node in a real n8n, put into TAGIH_N8N_CACHE once
	$(BIN)/pytest n8n-nodes/tests --timeout 900 $(PYTEST_ARGS)

check: $(VENV)/.test ## Format, lint, types, import contracts, Dockerfile
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hadolint Dockerfile

generate: $(VENV)/.runtime ## Write the files of every platform anew from the specs
	$(BIN)/tagih export all --out .

format: $(VENV)/.test ## Put the code into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)-bench/.bench ## Measure, beside other queues; writes benchmarks/RESULTS.md
	$(VENV)-bench/bin/python -m benchmarks

lock: $(VENV)/.lock ## Renew the locked dependencies
	$(UV) pyproject.toml requirements/build.in -o requirements/runtime.lock
	$(UV) --extra test --extra check -c requirements/runtime.lock pyproject.toml requirements/build.in -o requirements/test.lock
	$(UV) --extra bench -c requirements/test.lock pyproject.toml requirements/build.in -o requirements/bench.lock

clean: ## Remove the environment, not the sandbox's data
	rm -rf $(VENV) $(VENV)-bench build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

UV := UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --upgrade --universal \
	--python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Tagih needs Python 3.11 or newer: make PYTHON=...")'
	$(PYTHON) -m venv $(VENV)

# One recipe for all: a lock with hashes, then the project itself without any further dependency.
$(VENV)/.runtime $(VENV)/.test: $(VENV)/.%: requirements/%.lock pyproject.toml | $(VENV)/bin/python
	$(PIP) --require-hashes -r $<
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

# The other queues stay out of the environment that everything else uses.
$(VENV)-bench/.bench: requirements/bench.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)-bench
	$(VENV)-bench/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	$(VENV)-bench/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

%/node_modules/.ready: %/package-lock.json
	cd $* && npm ci --silent
	@touch $@

$(VENV)/.lock: | $(VENV)/bin/python
	$(PIP) uv
	@touch $@
