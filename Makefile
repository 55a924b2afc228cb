# Everything a newcomer needs is `make help`.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.installed-run
DEV_STAMP := $(VENV)/.installed-dev
# byte code is made by whoever first imports a module: most are never imported
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install --no-compile --require-hashes
WORKERS ?= 2
# Tests that drive real processes and a real browser depend on the machine's load: what failed is run once more, alone.
PYTEST = $(BIN)/python -m pytest -q -o cache_dir=.pytest_cache/$@
ONCE_MORE = { echo "once more, what failed:"; $(PYTEST) --last-failed --last-failed-no-failures none; }

# Many processes start here: without byte code each of them would compile the whole platform again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: client help setup run ready system-packages test test-units test-browser test-stack test-postgres thorough machine fuzz check bench law docs lock clean

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(RUN_STAMP): requirements/run.txt | $(BIN)/python
	$(PIP) -r requirements/run.txt
	@touch $@

$(DEV_STAMP): requirements/dev.txt | $(BIN)/python
	$(PIP) -r requirements/dev.txt
	@touch $@ $(RUN_STAMP)

setup: $(RUN_STAMP) ## create .venv from the hashed requirements

run: $(RUN_STAMP) ## set up and serve the platform with a demonstration on 127.0.0.1:8000 (GONGHENG_PORT)
	@exec $(BIN)/python manage.py up

ready: $(DEV_STAMP) system-packages ## set up all that tests and checks need; with -j 2 side by side

system-packages:
	@sh deploy/system_packages.sh

# Three lanes, since tests of the running installation and of pages mostly wait; each prints as a whole when it ends.
test: ## set up and run every test, on SQLite and on PostgreSQL
	@$(MAKE) --no-print-directory -j 2 ready
	$(BIN)/python manage.py compile_words
	@$(MAKE) --no-print-directory -j 3 --output-sync=target test-stack test-units test-postgres

test-units: $(DEV_STAMP)
	$(PYTEST) -n $(WORKERS) --dist worksteal -m "not stack" --ignore tests/browser || $(ONCE_MORE)

test-browser: $(DEV_STAMP)
	$(PYTEST) tests/browser || $(ONCE_MORE)

STACK = $(shell grep -rl 'mark\.stack' tests --include 'test_*.py' | sort)
test-stack: $(DEV_STAMP)
	$(PYTEST) -m stack $(STACK) || $(ONCE_MORE)

# what asks no database, or nothing that one could answer otherwise, in the folders that are run on PostgreSQL too
PURE = tests/identity/test_policy.py $(addprefix tests/ledger/test_,proofs.py tree.py notes.py compact.py receipts.py) \
  $(addprefix tests/operations/test_,evaluation_report.py signed_documents.py gm_tender.py said_in_hall.py)
# what takes statements that others take there too through another policy, envelope, suspension or fault
AGAIN = $(addprefix tests/operations/test_,opening_policies.py opening_envelopes.py left_out.py platform_faults.py held_open.py \
  suspended_opening.py late_copies.py odd_letters.py)
test-postgres: test-browser # the tests that a database decides (DATABASE_URL, else an embedded server)
	$(BIN)/python -m tests.on_postgres -q tests/operations tests/ledger tests/identity \
	  $(addprefix --ignore ,$(PURE) $(AGAIN))

DEEP = tests/sealing/test_bit_flips.py tests/ledger/test_proofs.py tests/walk tests/verifier/test_hostile.py tests/fuzz/test_targets.py
thorough: $(DEV_STAMP) ## whole, what `make test` samples: every bit flipped, every proof to 130 leaves, every page for everybody
	GONGHENG_THOROUGH=1 $(BIN)/python -m pytest -q -rP -n $(WORKERS) --dist worksteal $(DEEP)
	GONGHENG_THOROUGH=1 $(BIN)/python -m pytest -q tests/stack/test_kill.py
	$(BIN)/python -m tests.on_postgres -q $(AGAIN)

machine: $(DEV_STAMP) ## the sealed bid as a state machine, 500 runs with what they came through
	GONGHENG_MACHINE_RUNS=500 $(BIN)/python -m pytest -q -n 0 tests/machine

fuzz: $(DEV_STAMP) ## every parser under atheris for a minute each (docs/fuzzing.md; FUZZ="--seconds 300")
	$(BIN)/python -m fuzz $(FUZZ)

check: $(DEV_STAMP) ## format, lint, types, import directions, missing migrations, untranslated words
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports --no-cache
	$(BIN)/python manage.py makemigrations --check --dry-run --settings config.settings.test

bench: $(DEV_STAMP) ## measures, each beside a peer or a limit in the same run
	$(BIN)/python -m bench

law: $(RUN_STAMP) ## article → code → tests
	$(BIN)/python -m lawbook

docs: $(DEV_STAMP) ## write the generated pages and the screenshots again
	$(BIN)/python -m pytest -q -m stack tests/journeys --screenshots

client: $(DEV_STAMP) ## build dist/gongheng-seal-*.pyz, the offline client (deploy/build_client.py --help for others)
	$(BIN)/python deploy/build_client.py

lock: ## compile requirements/*.in again (needs uv)
	for kind in run dev; do uv pip compile -q --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
	  requirements/$$kind.in -o requirements/$$kind.txt; done
	uv pip compile -q --generate-hashes --no-emit-index-url --no-header --python-version 3.11 requirements/client.in \
	  -c requirements/run.txt -o requirements/client.txt

clean: ## remove the environment and caches (never var/)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
