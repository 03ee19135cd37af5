# Everything a person or a machine does with this repository. `make` alone lists it.

SHELL := /bin/bash
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

DATA  ?= .data
BIN   := .venv/bin
STAMP := .venv/.stamps
STEP  := scripts/step
PARTS := . plugins/executor plugins/memory plugins/nostr plugins/voice
PROJECTS := pyproject.toml $(wildcard plugins/*/pyproject.toml)
SOURCES  := src plugins tests bench conftest.py

export UV_NO_PROGRESS := 1
export VIRTUAL_ENV := $(CURDIR)/.venv

.PHONY: help dev dev-lan setup test check e2e lock clean

help:  ## List what can be made
	@awk 'BEGIN { FS = ":.*## " } /^[a-z0-9%-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

dev: setup  ## Set everything up, then run the hub; its data lies in .data (DATA=… for another folder)
	@exec $(BIN)/hub serve --data "$(DATA)"

dev-lan: setup  ## The same for the whole house: phones can talk, over TLS (hub tls on)
	@$(BIN)/hub tls on --data "$(DATA)"
	@exec $(BIN)/hub serve --data "$(DATA)"

setup: $(STAMP)/hub  ## Set everything up, and run nothing

test: $(STAMP)/dev $(STAMP)/npm  ## Run all tests, those with the real models and a real browser too
	@scripts/test "$(DATA)"

check: $(STAMP)/dev  ## Lint, format, types, and who may import whom
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/pytest -q tests/architecture

e2e: $(STAMP)/dev $(STAMP)/npm  ## Run only the tests that drive a real browser
	@scripts/test "$(DATA)" -m e2e

bench-%: $(STAMP)/dev  ## Measure one area, e.g. bench-core; rows go to bench/out
	$(BIN)/python bench/$*.py

lock:  ## Resolve all dependencies anew and pin them with their digests
	@scripts/lock

clean:  ## Remove all that was installed or built; .data, with what you said and the models, stays
	rm -rf .venv node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Each stamp stands for one step that is done; a step runs again when what it was made from is newer.

$(STAMP)/uv: requirements-uv.lock scripts/venv
	@scripts/venv requirements-uv.lock
	@touch $@

$(STAMP)/locked: requirements.lock $(STAMP)/uv
	@$(STEP) "Installing the packages the hub runs on" scripts/install --require-hashes -r requirements.lock
	@touch $@

$(STAMP)/hub: $(PROJECTS) $(STAMP)/locked
	@$(STEP) "Installing the hub and its plugins" scripts/install --no-deps --no-build-isolation $(PARTS:%=-e ./%)
	@touch $@

$(STAMP)/dev: requirements-dev.lock $(STAMP)/hub
	@$(STEP) "Installing the tools for tests" scripts/install --require-hashes -r requirements-dev.lock
	@touch $@

$(STAMP)/npm: package-lock.json $(STAMP)/uv
	@if command -v npm >/dev/null; then $(STEP) "Installing the accessibility checker" npm ci --no-audit --no-fund; fi
	@touch $@
