# PYTHON picks the interpreter of the virtual environment; nothing is installed outside .venv.
PYTHON ?= python3
# More options of pytest for 'make test', such as --cov.
PYTEST_OPTIONS ?=
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
DEVELOP := $(VENV)/.develop

.PHONY: demo test test-slow lint docs bench clean

# Set-up and main job: a tuned, verified schedule for the bundled frozen model.
demo: $(INSTALLED)
	$(BIN)/mdm-opt run studies/quickstart.toml

# Tests start many processes, none of which should compile the package anew.
test test-slow: export PYTHONDONTWRITEBYTECODE =

# Set-up and tests. Many tests wait for other processes, so there are more of them than cores.
test: $(DEVELOP)
	$(BIN)/python -m pytest -n 3 --dist worksteal -m "not slow and not gpu and not bench" $(PYTEST_OPTIONS)

# Stress tests and whole searches.
test-slow: $(DEVELOP)
	$(BIN)/python -m pytest -n 3 --dist worksteal -m "slow and not gpu and not bench"

lint: $(DEVELOP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The pages of docs/ as a site in site/; a link that leads nowhere is an error.
docs: $(DEVELOP)
	$(BIN)/python -m mkdocs build --strict --quiet

bench: $(DEVELOP)
	$(BIN)/python -m pytest tests/benchmarks -m bench -s

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

$(DEVELOP): $(INSTALLED)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt \
		-e '.[dev,antibody,chemistry,docs,embedded,large,lm-eval,mlflow,ray,tensorboard,wandb]'
# Only its files are read, and what it requires is of 2020. Tests that need it skip without it.
	-$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -c constraints.txt \
		rxnfp
	touch $@

clean:
	rm -rf $(VENV) build dist site *.egg-info
