# Python 3.11 or newer, git and make are enough: uv is taken from PATH, or bootstrapped into .uv/.
.DEFAULT_GOAL := help
.PHONY: help serve test check bench docs clean

PYTHON ?= python3
UV := $(or $(shell command -v uv 2>/dev/null),.uv/bin/uv)
RUN := $(UV) run --frozen --quiet
PORT ?= 8000

help:  ## Show what can be made.
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

serve: $(UV)  ## Serve demo data on http://127.0.0.1:8000 with a PostgreSQL of its own (PORT=... for another port).
	@$(UV) sync --frozen --quiet --no-default-groups --inexact --extra server
	@exec .venv/bin/rowgate serve --demo --port $(PORT)

test: $(UV)  ## Run all tests against a real PostgreSQL, as an unprivileged login.
	@$(RUN) pytest -n 2 -q $(ARGS)

check: $(UV)  ## Lint, formats, types.
	@$(RUN) ruff check .
	@$(RUN) ruff format --check .
	@$(RUN) mypy
	@$(RUN) pyright

bench: $(UV)  ## Measure what the gate costs, against the same WHERE written by hand.
	@$(RUN) python bench/gate.py $(ARGS)

docs: $(UV)  ## Run every block of the documentation, and see that everything is documented.
	@$(RUN) pytest -q tests/docs $(ARGS)

clean:  ## Take away what was made here, but no data.
	rm -rf .venv .uv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis dist

.uv/bin/uv:
	@$(PYTHON) -m venv .uv
	@.uv/bin/python -m pip install --quiet --disable-pip-version-check uv
