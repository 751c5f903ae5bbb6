.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PORT ?= 8000
export PORT
MINUTES ?= 10

# Settings come from the environment alone, for each step alike (honcho would read .env), and a closed terminal ends the site.
HONCHO := $(PY) -c 'import os, signal; from honcho.command import main; signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM)); main()' -e /dev/null

# Debug builds and source maps of the charts: 67 MB that nobody asks for.
STATIC_LEFT_OUT := -i '*.map' -i '*.dev.js' -i commons.js -i demo.js -i '*_test*.js' -i widgetbundle.js

help:  ## Show the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F':.*## ' '{printf "  make %-18s %s\n", $$1, $$2}'

# Wikimedia wants to know whom to write to: your own address, where git knows it.
run: export WIKIMEDIA_CONTACT ?= $(shell git config user.email 2>/dev/null)
run: $(VENV)/installed  ## Prepare everything, then serve http://127.0.0.1:8000 with a worker and a schedule (PORT=9000 make run)
	@$(PY) manage.py quickstart --port $(PORT) --chart-bundle
	@exec $(HONCHO) -f Procfile.dev start

test: lint types contracts migrations  ## Run all checks and all tests, on SQLite and on MariaDB with Redis
	@$(PY) -m tests.run

demo-live: $(VENV)/installed  ## Watch an empty site fill itself from a stand-in for Wikimedia (PORT=9000 make demo-live)
	@exec $(PY) -m tests.replay.demo

bench: bench-detection bench-causes bench-fetching bench-sweep bench-pages bench-languages bench-events bench-tell  ## All benchmarks: ratios, measured in one run

bench-fetching: $(VENV)/installed-dev  ## How fast and lean fetching is (needs MariaDB and Redis; takes some minutes)
	@$(PY) -m tests.benchmarks.fetching

bench-scale: $(VENV)/installed-dev  ## How costs grow from 2.5 to 25 million rows (needs MariaDB, Redis, wrk, 10 GB in var/scale and half an hour)
	@$(PY) -m tests.benchmarks.scale

soak: $(VENV)/installed-dev  ## Everything at once for ten minutes, with faults, restarts and two browsers (MINUTES=10)
	@$(PY) -m tests.soak --minutes $(MINUTES)

bench-sweep: $(VENV)/installed-dev  ## How a sweep of the newest months compares with judging everything (DATABASE_URL names MariaDB)
	@$(PY) -m tests.benchmarks.sweep

bench-pages: $(VENV)/installed-dev  ## Server time of each page and callback at full size (DATABASE_URL names MariaDB)
	@$(PY) -m tests.benchmarks.pages

bench-languages: $(VENV)/installed-dev  ## What pages cost in German and Arabic, beside English
	@$(PY) -m tests.benchmarks.languages

bench-crawl: $(VENV)/installed-dev  ## Whether a crawler slows readers down (serves the database that the environment names)
	@$(PY) -m tests.benchmarks.crawl

bench-events: $(VENV)/installed-dev  ## How well events are matched on recorded data, and pages with 20,000 events
	@$(PY) -m tests.benchmarks.events

bench-recycling: $(VENV)/installed-dev  ## Files and memory of web processes that come and go, over 200,000 requests
	@$(PY) -m tests.benchmarks.recycling

bench-tell: $(VENV)/installed-dev  ## How planning a month's digests grows with the people told (DATABASE_URL names MariaDB)
	@$(PY) -m tests.benchmarks.tell

lint: $(VENV)/installed-dev  ## Style and format (ruff; djlint for templates)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/djlint templates --check --quiet
	@! grep -rnE '^.{141,}' templates --include='*.html' || { echo 'A line of a template is longer than 140 characters.'; exit 1; }

types: $(VENV)/installed-dev  ## Types (mypy with django-stubs)
	$(VENV)/bin/mypy .

contracts: $(VENV)/installed-dev  ## Imports run one way (import-linter)
	$(VENV)/bin/lint-imports

migrations: $(VENV)/installed-dev  ## No model without its migration
	$(PY) manage.py makemigrations --check --dry-run

bench-detection: $(VENV)/installed-dev  ## How good and how fast the detectors are; writes the tables of docs/methodology.md
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(PY) -m tests.benchmarks.detection

bench-causes: $(VENV)/installed-dev  ## How often the first explanation of an alert is right; writes the tables of docs/methodology.md
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(PY) -m tests.benchmarks.causes

format: $(VENV)/installed-dev  ## Format the code and the templates
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .
	$(VENV)/bin/djlint templates --reformat --quiet

lock:  ## Compile requirements*.in into pinned requirements*.txt (needs uv)
	uv pip compile -q --python-version 3.11 --no-emit-index-url --no-header requirements.in -o requirements.txt
	uv pip compile -q --python-version 3.11 --no-emit-index-url --no-header requirements-dev.in -o requirements-dev.txt

static: $(VENV)/installed  ## Collect and compress the static files for production, with plotly's small bundle where npm can fetch it
	$(PY) manage.py fetch_chart_bundle
	PROFILE=production SECRET_KEY=for-collecting-static-files-only $(PY) manage.py collectstatic --noinput $(STATIC_LEFT_OUT)

compose-check:  ## Does compose.yaml hold together? (needs docker compose or docker-compose; starts nothing)
	@test -e .env || { touch .env; trap 'rm .env' EXIT; }; SECRET_KEY=x ALLOWED_HOSTS=x WIKIMEDIA_CONTACT=x DATABASE_PASSWORD=x REDIS_PASSWORD=x sh -c 'docker compose config -q 2>/dev/null || docker-compose config -q' && echo "compose.yaml holds together"

audit: $(VENV)/installed-dev  ## Look the pinned packages up in the database of known vulnerabilities (needs the internet)
	@$(PY) -m tests.audit

clean:  ## Forget the data and the settings of `make run` (var/); the code and .venv stay
	rm -rf var

# mysqlclient compiles against MariaDB's headers. Where they are missing it is left out: the embedded site runs on SQLite.
$(VENV)/installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed, $(PYTHON) is $$($(PYTHON) -V)"; exit 1; }
	@if command -v uv >/dev/null; then test -x $(PY) || uv venv -q --clear --python "$$(command -v $(PYTHON))" $(VENV); \
	else $(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV); fi
	@if pkg-config --exists libmariadb 2>/dev/null || pkg-config --exists mysqlclient 2>/dev/null; then cp requirements.txt $(VENV)/requirements.txt; \
	else echo "No MariaDB headers here: going without mysqlclient (SQLite only)."; grep -v '^mysqlclient==' requirements.txt > $(VENV)/requirements.txt; fi
	@echo "Installing packages …"
	@$(call install,$(VENV)/requirements.txt)
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed requirements-dev.txt
	@$(call install,requirements-dev.txt)
	@touch $@

install = if command -v uv >/dev/null; then uv pip install -q -p $(VENV) -r $(1); else $(VENV)/bin/python -m pip install -q --disable-pip-version-check --use-pep517 -r $(1); fi

.PHONY: audit demo-live static compose-check help run test lint types contracts migrations bench bench-detection bench-causes bench-crawl bench-events bench-languages bench-fetching bench-sweep bench-pages bench-recycling bench-tell bench-scale soak format lock clean
