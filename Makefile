# The verbs of the project. `make demo` and `make test` need Python 3.11 or newer with venv, and nothing else.
PYTHON ?= python3
BIN := .venv/bin
TORCH := .venv-torch/bin
SHOP ?= demo-shop

.PHONY: help setup demo serve test browser test-torch lint format bench peers docs pictures lock clean

help:           ## list the verbs
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("wares needs Python 3.11 or newer; set PYTHON=python3.11" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv

.venv/.run: .venv/bin/python requirements/run.txt pyproject.toml
	@echo "installing wares into .venv" >&2
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

.venv/.dev: .venv/bin/python requirements/dev.txt pyproject.toml
	@echo "installing wares and its development tools into .venv" >&2
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch .venv/.run $@

setup: .venv/.dev  ## create .venv with everything development needs

demo: .venv/.run   ## build a shop from a real catalogue in ./demo-shop and search it
	$(BIN)/wares demo $(SHOP)

serve: .venv/.run  ## serve ./demo-shop: a storefront, an API and a console on http://127.0.0.1:8000
	@test -e $(SHOP)/shop.db || $(BIN)/wares demo $(SHOP)
	$(BIN)/wares serve $(SHOP)

test: .venv/.dev lint browser  ## all checks and tests
	$(BIN)/python -m pytest -n 2 --dist loadfile

# Tests of pages need a Chromium; where there is none and none can be installed, they are skipped.
browser:
	@command -v chromium chromium-browser google-chrome >/dev/null || { \
	  test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq >/dev/null \
	  && DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends chromium >/dev/null; } \
	|| echo "there is no Chromium, and it cannot be installed here: tests of pages will be skipped" >&2

# An environment of its own: PyTorch is larger than everything else together, and one for GPUs larger still. Without
# open_clip, whose torchvision has to be built for the very same PyTorch; its tests are skipped.
.venv-torch/.dev: requirements/dev.txt requirements/torch.txt pyproject.toml
	@echo "installing wares, PyTorch and development tools into .venv-torch" >&2
	$(PYTHON) -m venv .venv-torch
	$(TORCH)/python -m pip install --quiet --disable-pip-version-check torch==2.13.0
	$(TORCH)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(TORCH)/python -m pip install --quiet --disable-pip-version-check -r requirements/torch.txt
	$(TORCH)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

test-torch: .venv-torch/.dev  ## tests of what needs PyTorch
	$(TORCH)/python -m pytest tests/fit/lora

lint: .venv/.dev   ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: .venv/.dev  ## put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/.dev  ## speed and service at 100k products, a soak, and quality on the development sets (long)
	$(BIN)/python -m benchmarks.speed
	$(BIN)/python -m benchmarks.serving
	$(BIN)/python -m benchmarks.soak
	$(BIN)/python -m benchmarks.quality

peers: .venv/.dev  ## txtai, LanceDB, Chroma and Milvus Lite beside wares, each in an environment of its own (hours)
	$(BIN)/python -m benchmarks.peers

docs: .venv/.dev   ## run what the documentation shows
	$(BIN)/python -m pytest tests/docs

pictures: .venv/.dev  ## draw the pictures of the storefront and the console in the documentation anew (needs Chromium)
	$(BIN)/python tests/browser/screenshots.py docs/pictures

lock:              ## renew the lock files from pyproject.toml
	$(PYTHON) -m pip install --quiet uv
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra serve -o requirements/run.txt pyproject.toml
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra all --group dev -o requirements/dev.txt pyproject.toml

clean:             ## remove what make made
	rm -rf .venv .venv-torch $(SHOP) .pytest_cache .mypy_cache .ruff_cache .hypothesis
