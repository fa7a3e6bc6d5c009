# The commands of README.md and CONTRIBUTING.md. Python 3.10 or newer and a package index is all they need.

PYTHON ?= python3
BENCH ?= $(HOME)/frappe-bench
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: setup lint format types layers unit bench-test test demo check-payloads check-totals check-faults check-goods check-splits check-lives check-refunds check-speed clean

setup: $(STAMP)

$(STAMP): pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[dev]"
	touch $@

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: setup
	$(BIN)/mypy

layers: setup
	$(BIN)/lint-imports

unit: setup
	$(BIN)/python -m pytest -n auto -q

bench-test:
	BENCH="$(BENCH)" bash scripts/bench_test.sh

# The quick layer first: what fails there need not wait for a site.
test: unit
	$(MAKE) --no-print-directory bench-test

# The acceptance checks on a bench's site, for nights and on request. ARGS goes to the script.
CHECK_SITE := $(or $(SITE),ecommerce-sync-check.localhost)
check = cd "$(BENCH)/sites" && SITE="$(CHECK_SITE)" PYTHONWARNINGS=ignore "$(abspath $(BENCH))/env/bin/python" "$(CURDIR)/checks/$(1).py" $(ARGS)

# Away from a bench on the embedded ERP alone.
check-payloads:
	test -n "$(FOLDER)" || { echo "make check-payloads FOLDER=/path/to/payloads"; exit 2; }
ifneq ($(wildcard $(BENCH)/sites/$(CHECK_SITE)/site_config.json),)
	$(call check,payloads) "$(abspath $(FOLDER))"
else
	$(MAKE) --no-print-directory setup
	$(BIN)/python checks/payloads.py "$(FOLDER)"
endif

check-refunds: DATA ?= $(FOLDER)
check-refunds:
	test -n "$(DATA)" || { echo "make check-refunds DATA=/path/to/payloads"; exit 2; }
ifneq ($(wildcard $(BENCH)/sites/$(CHECK_SITE)/site_config.json),)
	$(call check,refunds) "$(abspath $(DATA))"
else
	$(MAKE) --no-print-directory setup
	$(BIN)/python checks/refunds.py "$(DATA)"
endif

check-totals:
	$(call check,totals)

check-faults:
	$(call check,faults)

check-goods:
	$(call check,goods)

check-splits:
	$(call check,splits)

# Away from a bench on the embedded ERP alone.
check-lives:
ifneq ($(wildcard $(BENCH)/sites/$(CHECK_SITE)/site_config.json),)
	$(call check,lives)
else
	$(MAKE) --no-print-directory setup
	$(BIN)/python checks/lives.py $(ARGS)
endif

check-speed: ARGS ?= order
check-speed:
	$(call check,speed)

demo: setup
	$(BIN)/python -m ecommerce_sync.sandbox demo

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
