# Every target sets up what it needs; `make` alone lists them.
# The steps that install something live in scripts/, one file each.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install demo test check format bench soak bundle bundle-test picture pictures words vendor lock clean

# Tests and demo start some hundred processes: each would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
INSTALLED := $(VENV)/.installed
PYTEST := $(VENV)/bin/python -m pytest

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(INSTALLED) ## set up .venv with everything, .venv/bin/headgate among it

$(INSTALLED): requirements/dev.txt pyproject.toml scripts/install
	@scripts/install $(VENV)
	@touch $@

demo: $(INSTALLED) ## watch a synchronization: simulator, server, catalogue; stays until Ctrl-C
	@$(VENV)/bin/headgate demo

BUNDLE_TEST := tests/journeys/test_bundle_installs_without_network.py

test: $(INSTALLED) ## all tests but the long ones and the bundle's
	@scripts/test-tools
	$(PYTEST) -n 3 --dist loadscope --durations=15 --ignore=$(BUNDLE_TEST)

check: $(INSTALLED) ## style, types, floors of the house, requirement files
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(VENV)/bin/python scripts/check_tree.py
	$(VENV)/bin/python scripts/vendor_files.py check

format: $(INSTALLED) ## let ruff put the files in order
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

bench: $(INSTALLED) ## measure, and write benchmarks/RESULTS.md
	$(VENV)/bin/python -m benchmarks

soak: $(INSTALLED) ## the long tests: fifty kills instead of five
	@scripts/test-tools
	HEADGATE_SOAK=1 $(PYTEST) -m soak --timeout=3600

bundle: $(INSTALLED) ## dist/headgate-VERSION-linux-ARCH.tar.gz: installs without a network
	@scripts/bundle dist

bundle-test: $(INSTALLED) ## build the bundle and install it with the network cut off
	$(PYTEST) $(BUNDLE_TEST)

picture: $(INSTALLED) ## renew README's transcript from a real run of the demo
	@$(VENV)/bin/python scripts/picture.py

pictures: $(INSTALLED) ## a picture of every page of the console, into docs/pictures/
	@scripts/test-tools
	$(VENV)/bin/python scripts/pictures.py

words: $(INSTALLED) ## bring the console's translations into step with what the code says
	@$(VENV)/bin/python scripts/translations.py

vendor: ## fetch the front-end files named in vendor.json anew
	@scripts/vendor

lock: ## resolve the dependencies anew into requirements/*.txt
	@scripts/lock

clean: ## remove what was built and cached (not .venv)
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
