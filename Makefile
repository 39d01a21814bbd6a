# Two commands do everything on a fresh machine: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
PIP := $(VENV)/bin/pip install --quiet --disable-pip-version-check
READY := $(VENV)/.ready
READY_DEV := $(VENV)/.ready-dev
FLAGS ?=

.PHONY: run test test-quick lint docs bench pictures gallery space pocket pocket-smoke pocket-report pocket-kit clean

run: $(READY)
	$(VENV)/bin/python app.py $(FLAGS)

test: $(READY_DEV)
	OMP_NUM_THREADS=1 $(VENV)/bin/python -m pytest $(FLAGS)

test-quick: $(READY_DEV)
	OMP_NUM_THREADS=1 $(VENV)/bin/python -m pytest -m "not browser and not slow" $(FLAGS)

lint: $(READY_DEV)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	PYTHONPATH=. $(VENV)/bin/python docs/generate.py --check
	$(VENV)/bin/python -m assets.untranslated

docs: $(READY_DEV)
	PYTHONPATH=. $(VENV)/bin/python docs/generate.py

bench: $(READY_DEV)
	$(VENV)/bin/python -m bench $(FLAGS)

pictures: $(READY_DEV)
	$(VENV)/bin/python assets/examples.py
	PYTHONPATH=. $(VENV)/bin/python assets/pictures.py

gallery: $(READY)
	PYTHONPATH=. $(VENV)/bin/python assets/gallery.py

pocket: $(READY_DEV)
	$(VENV)/bin/python -m training $(FLAGS)

pocket-smoke: $(READY_DEV)
	OMP_NUM_THREADS=1 $(VENV)/bin/python -m pytest tests/training $(FLAGS)

pocket-report: $(READY_DEV)
	$(VENV)/bin/python -m training report $(FLAGS)

pocket-kit: $(READY_DEV)
	$(VENV)/bin/python -m training.kit pack $(FLAGS)

space: $(READY)
	$(VENV)/bin/python huggingface/check.py $(FLAGS)

$(READY): requirements.txt constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) torch -c constraints.txt
	$(PIP) -r requirements.txt -c constraints.txt
	touch $@

$(READY_DEV): $(READY) requirements-dev.txt training/requirements.txt tests/browser.sh
	$(PIP) -r requirements-dev.txt -c constraints.txt
	$(PIP) --no-deps -r training/requirements.txt -c constraints.txt
	./tests/browser.sh
	touch $@

clean:
	rm -rf $(VENV)
