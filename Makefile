# Every target works on a machine with Python 3.11+ and git; without make: python3 -m launch run (test, lint, …).
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done || true)
ifeq ($(strip $(PYTHON)),)
PYTHON := python3
endif
LAUNCH = $(PYTHON) -m launch
.DEFAULT_GOAL := help
.PHONY: help run test lint bench e2e chaos proof coverage-of-checklist setup

help:                    ## this list
	@$(LAUNCH) help

run:                     ## install, migrate, load the demo, start everything on http://127.0.0.1:8000
	@$(LAUNCH) run

test:                    ## the whole test suite (ARGS="tests/orders -x" for a part)
	@$(LAUNCH) test $(ARGS)

lint:                    ## ruff, mypy, import contracts, migrations, translations
	@$(LAUNCH) lint

bench:                   ## figures of PERFORMANCE beside their floor (ARGS="--orders 100000")
	@$(LAUNCH) bench $(ARGS)

e2e:                     ## browser tests only
	@$(LAUNCH) e2e $(ARGS)

chaos:                   ## kill processes at random while orders flow (ARGS="--faults 12" for a small run)
	@$(LAUNCH) chaos $(ARGS)

proof:                   ## every guarantee at its full figure
	@$(LAUNCH) proof $(ARGS)

coverage-of-checklist:   ## which rows of the checklist are proven by tests
	@$(LAUNCH) coverage-of-checklist

setup:                   ## environment and browser kit only
	@$(LAUNCH) setup --dev
