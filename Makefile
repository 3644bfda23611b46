# Python 3.11 or newer, git and make are enough: uv is taken from PATH, or bootstrapped into .uv/.
.DEFAULT_GOAL := help
.PHONY: help client api-fuzz serve test check bench docs conformance conformance-peers mutation fuzz proof clean

PYTHON ?= python3
UV := $(or $(shell command -v uv 2>/dev/null),.uv/bin/uv)
RUN := $(UV) run --frozen --quiet
PORT ?= 8000

help:  ## Show what can be made.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

serve: $(UV)  ## Serve demo data on http://127.0.0.1:8000 with a PostgreSQL of its own (PORT=... for another port).
	@$(UV) sync --frozen --quiet --no-default-groups --inexact --extra server
	@exec .venv/bin/rowgate serve --demo --port $(PORT)

test: $(UV)  ## Run all tests against a real PostgreSQL, as an unprivileged login.
	@$(RUN) pytest -n 2 -q $(or $(ARGS),--ignore=tests/conformance)
	@$(if $(ARGS),true,$(MAKE) --no-print-directory conformance)

check: $(UV)  ## Lint, formats, types.
	@$(RUN) ruff check .
	@$(RUN) ruff format --check .
	@$(RUN) mypy
	@$(RUN) pyright

bench: $(UV)  ## Measure what the gate costs, against the same WHERE written by hand, at 1, 20 and 200 tables; and what the wall adds.
	@$(RUN) python bench/gate.py $(ARGS)
	@$(RUN) python bench/tables.py $(ARGS)
	@$(RUN) python bench/wall.py $(ARGS)

conformance: $(UV)  ## Run the conformance suite on its own world, on every driver.
	@$(RUN) pytest -n 2 -q -p no:randomly tests/conformance $(ARGS)

conformance-peers: $(UV)  ## Run the suite on other ways to do it, and write the table into docs/peers.md.
	@$(RUN) --group peers python -m tests.conformance.peers $(ARGS)

mutation: $(UV)  ## Change the core in small ways, and see that a test notices (an hour or more for all; ARGS="run FILE ...").
	@$(RUN) python -m tests.mutation $(or $(ARGS),run)

fuzz: $(UV)  ## Run 100,000 random trees through the gate and over tables without the hidden rows (FUZZ_TREES, FUZZ_SEED).
	@FUZZ_TREES=$(or $(FUZZ_TREES),100000) $(RUN) pytest -q -s -p no:randomly --timeout 0 tests/proof/test_fuzzer.py -k sqlite $(ARGS)

proof: $(UV)  ## Judge 2,000 drawn policies by gate, wall and reference, and measure the branches of the decision (PROOF_SHAPES, PROOF_SEED).
	@PROOF_SHAPES=$(or $(PROOF_SHAPES),2000) $(RUN) coverage run --branch --include='*/rowgate/decision.py' \
		-m pytest -q -s -p no:randomly --timeout 0 tests/proof/test_agreement.py $(ARGS)
	@$(RUN) coverage report --show-missing --fail-under 95

api-fuzz: $(UV)  ## Ask the whole API as each role, 10,000 requests and more, with Schemathesis (10 to 30 minutes; API_FUZZ_SEED).
	@API_FUZZ=full $(RUN) pytest -q -s -p no:randomly tests/server/test_schemathesis.py $(ARGS)

client: $(UV)  ## Make the typed client in clients/python anew, from the OpenAPI document.
	@$(RUN) python clients/generate.py

docs: $(UV)  ## Run every block of the documentation, and see that everything is documented.
	@$(RUN) pytest -q tests/docs $(ARGS)

clean:  ## Take away what was made here, but no data.
	rm -rf .venv .uv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis dist

.uv/bin/uv:
	@$(PYTHON) -m venv .uv
	@.uv/bin/python -m pip install --quiet --disable-pip-version-check uv
