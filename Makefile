# Two commands set everything up on a machine that has Python 3.11 and make: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable
ROOMS := schemas curation annotations exports finetune deploy cli

export ORT_DISABLE_TELEMETRY := 1  # of what trains the models
SHARE := 1
OUT := curation/pii/ner

.PHONY: help demo test check quick format clean ner-model risk-model

help:
	@echo "make demo    install the base package and build the example workspace in demo/"
	@echo "make test    install everything and run lint, types and all tests (with a real Label Studio, 1 GB in ~/.cache)"
	@echo "make check   lint, format, types and the order of the rooms"
	@echo "make quick   the tests that take less than ten seconds"
	@echo "make format  put the code into the house format"
	@echo "make ner-model  train the name model again (DATA=../shared/data; some 20 minutes; SHARE=0.005 OUT=DIR tries it in a minute)"
	@echo "make risk-model  train the model of risk again (DATA=../shared/data; some 20 minutes)"
	@echo "make clean   remove demo/ and the virtual environment"

demo: $(VENV)/base
	@test -f demo/curate.yaml || $(BIN)/curate init demo --example
	$(BIN)/curate -C demo build-dataset

test: check
	$(BIN)/pytest

check: $(VENV)/all
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

quick: $(VENV)/all
	$(BIN)/pytest -m "not slow"

format: $(VENV)/all
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# In an environment of its own: what trains the model is no part of what runs it.
DATA ?= ../shared/data
NER := tools/ner_model
.venv-ner/made: $(NER)/requirements.txt
	test -d .venv-ner || $(PYTHON) -m venv .venv-ner
	.venv-ner/bin/pip install --quiet --editable . --requirement $(NER)/requirements.txt
	touch $@

ner-model: .venv-ner/made
	.venv-ner/bin/python -m tools.ner_model.gazetteer
	.venv-ner/bin/python -m tools.ner_model.common_words $(DATA)/sources
	.venv-ner/bin/python -m tools.ner_model.surrogate_names
	OMP_WAIT_POLICY=PASSIVE .venv-ner/bin/python -m tools.ner_model.train --labelled $(DATA)/pii --texts $(DATA)/sources --share $(SHARE) --out $(OUT)

RISK := tools/risk_model
risk-model:
	test -d .venv-ner || $(PYTHON) -m venv .venv-ner
	.venv-ner/bin/pip install --quiet --editable . --requirement $(RISK)/requirements.txt
	.venv-ner/bin/python -m tools.risk_model.together --data $(DATA)
	.venv-ner/bin/python -m tools.risk_model.train --data $(DATA)

clean:
	rm -rf demo $(VENV)

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/base: $(VENV)/bin/python pyproject.toml constraints.txt
	$(INSTALL) .
	@touch $@

$(VENV)/all: $(VENV)/bin/python pyproject.toml constraints.txt
	$(INSTALL) '.[all,dev]'
	# Beside the environment, for the tests that compare with it: presidio imports it wherever it is installed.
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --upgrade --target $(VENV)/transformers transformers==5.23.0 accelerate==1.15.0
	@touch $@
