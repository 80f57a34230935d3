# make reports, make test, make lab: each sets up what is missing first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PYTHONUTF8 = 1

.PHONY: help reports verify test coverage lab site clean
help:
	@echo "make reports   run every stale report of the plan into reports/"
	@echo "make verify    make every committed report again, and say what moved"
	@echo "make test      run every check and test"
	@echo "make coverage  run every test, and say which lines of src none of them runs"
	@echo "make lab       open notebooks/ in JupyterLab"
	@echo "make site      gather reports/ and docs/ in build/site/, as they are published"
	@echo "make clean     remove build/ and the virtual environment"
	@echo "make help      show this"
	@echo "PYTHON=python3.12 make ...   uses another Python (3.11, 3.12 or 3.13)"
	@echo
	@echo "Each sets up what is missing first. For all else there are scripts, which say with --help what they take:"
	@echo "$(BIN)/python scripts/run_reports.py      some of the plan, what is stale and why, one report with other parameters"
	@echo "$(BIN)/python scripts/verify_reports.py   whether the committed reports are fresh, or a sample of them made again"
	@echo "$(BIN)/python scripts/read_pages.py       measure how the pages read, --browser: on a phone too"
	@echo "$(BIN)/python scripts/check_data.py       check the data, and audit the figures"
	@echo "$(BIN)/python scripts/damage.py           do to every table what spreadsheets do, and count what is refused"
	@echo "$(BIN)/python scripts/injection.py        exchange, shift, copy and cut figures, and see what the audit finds"
	@echo "$(BIN)/python scripts/fetch_kosis.py      retrieve official figures from KOSIS (needs a key)"
	@echo "$(BIN)/python scripts/benchmark.py        measure the batch, the audit, the intervals, chance, the panels"
	@echo "$(BIN)/python scripts/code_size.py        print how large the rooms of the code are, and whether cells show their analysis"

# An environment whose Python is gone, or is another than the one asked for, is made anew.
ifeq ($(realpath $(BIN)/python),)
STALE := $(wildcard $(VENV)/installed)
else ifneq ($(origin PYTHON),file)
VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
STALE := $(if $(wildcard $(VENV)/lib/python$(VERSION)),,$(wildcard $(VENV)/installed))
endif
.PHONY: $(STALE)

$(VENV)/installed: requirements.txt pyproject.toml
	$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else f"Python 3.11, 3.12 or 3.13 is needed; this is {v[0]}.{v[1]}")'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

reports: $(VENV)/installed
	$(BIN)/python scripts/run_reports.py

verify: $(VENV)/installed
	$(BIN)/python scripts/verify_reports.py --execute

test: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python scripts/check_data.py
	$(BIN)/python -m pytest --durations=10

coverage: $(VENV)/installed
	rm -rf build/coverage && mkdir -p build/coverage
	$(BIN)/coverage run -m pytest
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

# What is committed of a notebook has no outputs; where there is no .venv, or no notebook, git takes the file as it is.
STRIP = if [ -x .venv/bin/python ]; then exec .venv/bin/python scripts/strip_outputs.py; else exec cat; fi
# JupyterLab's own announcements stay away.
SETTINGS := $(VENV)/share/jupyter/lab/settings
QUIET = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": false}}

lab: $(VENV)/installed
	@! git rev-parse --git-dir > /dev/null 2>&1 || git config filter.notebook-outputs.clean '$(STRIP)'
	@! git rev-parse --git-dir > /dev/null 2>&1 || git config filter.notebook-outputs.required false
	@mkdir -p $(SETTINGS) && echo '$(QUIET)' > $(SETTINGS)/overrides.json
	$(BIN)/jupyter lab $(if $(filter 0,$(shell id -u)),--allow-root) --LabApp.default_url=/lab/tree/notebooks/explore.ipynb

site:
	rm -rf build/site && mkdir -p build/site
	cp -R reports docs build/site

clean:
	rm -rf build $(VENV)
