# make demo   everything, on http://127.0.0.1:8000 (PORT=8001, NOW=2026-07-01 move it)
# make test   everything that is checked
# make help   the rest
# DATABASE_URL, OWNER_DATABASE_URL and REDIS_URL, if set, replace the embedded servers.

.DEFAULT_GOAL := help
.PHONY: help demo demo-reset test lint manage messages bench
MAKEFLAGS += --no-print-directory
export PYTHON PORT NOW JENJANG_STATE
PY := .venv/bin/python

help: ## What can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## Set everything up and run the demo until Ctrl-C
	@.ci/venv run
	@exec $(PY) -m config.run.demo --end-with-parent

demo-reset: ## Remove the demo's state; the next make demo starts over
	@.ci/venv run
	@exec $(PY) -m config.run.reset

test: ## Set everything up and run all checks and tests
	@.ci/venv dev
	@.ci/chromium
	@exec .ci/checks

lint: ## The static checks alone
	@.ci/venv dev
	@exec .ci/checks static

bench: ## Measure pages and moves at 1,000 and 100,000 cases, as ratios to floors (some minutes)
	@.ci/venv dev
	@$(PY) -m benchmarks
	@$(PY) -m benchmarks.opening
	@$(PY) -m benchmarks.rehearsing
	@$(PY) -m benchmarks.importing
	@exec $(PY) -m benchmarks.recomputing

messages: ## Collect the strings to translate into locale/id
	@.ci/venv dev
	@exec $(PY) -m config.run.messages

manage: ## A manage.py command on an empty scratch database: make manage ARGS="makemigrations"
	@.ci/venv dev
	@exec $(PY) -m config.run.manage $(ARGS)
