# Thin: each target is a few plain commands, and the README has the same without make.
PYTHON ?= python3
PORT ?= 8501
VENV := .venv
RUN := $(VENV)/bin/python

.PHONY: demo test quick lint bench docs screenshots clean

demo: $(VENV)/.demo
	$(VENV)/bin/return-to-run demo --port $(PORT)

test: $(VENV)/.test lint
	$(RUN) -m pytest -n 2

quick: $(VENV)/.test
	$(RUN) -m pytest -n 2 -q -m "not browser and not postgresql and not slow"

lint: $(VENV)/.test
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	$(VENV)/bin/lint-imports

bench: $(VENV)/.test
	$(RUN) -m perf

docs: $(VENV)/.test
	$(RUN) -m tests.docs.generate

screenshots: $(VENV)/.test
	$(RUN) -m tests.browser.screenshots
	$(RUN) -m tests.docs.sample_report

# A stamp is touched last, so an interrupted install starts again.
$(VENV)/.demo: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

$(VENV)/.test: pyproject.toml constraints.txt | $(VENV)/.demo
	$(RUN) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[test]"
	sh tests/browser/install_browser.sh
	touch $@

clean:
	rm -rf $(VENV)
