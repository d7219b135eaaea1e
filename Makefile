# Every target does its own set-up in .venv: a bare machine with make and Python 3.11 or newer is enough.
# A stamp file per lock remembers what is installed; set-up repeats when a lock or pyproject.toml changes.
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
RUNTIME := $(VENV)/.runtime
TEST := $(VENV)/.test
DOCS := $(VENV)/.docs

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow fuzz bench docs lint format lock clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(RUNTIME)  ## design, verify, study and report on shipped channels, into demo-out/
	$(BIN)/beamwright demo --out demo-out

test: lint  ## lint, types, import layers and the test suite
	$(BIN)/python -m pytest -q -m "not slow" -n 2 --dist loadfile --durations=15

test-slow: $(TEST)  ## the long tests only
	XLA_FLAGS="$(XLA_FLAGS) --xla_backend_optimization_level=3" BEAMWRIGHT_COMPILER=full $(BIN)/python -m pytest -q -m slow

fuzz: $(TEST)  ## 5000 random scenarios of every system against what must hold; FUZZ="--system cellfree --minutes 9"
	$(BIN)/python -m tests.fuzz $(FUZZ)

lint: $(TEST)  ## ruff (rules and format) and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(TEST)  ## let ruff rewrite what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(TEST)  ## a line per system: ours, a peer, first answers, memory; fails where we became slower
	$(BIN)/python -m benchmarks

docs: $(DOCS)  ## the documentation, into site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

# A lock is all there is to install: names, versions and hashes. Then this checkout, without its dependencies.
# Python compiles what it imports when it imports it: set-up takes half the time (93 s to 45 s, measured).
define install
	@echo "Installing $(1) into $(VENV) ..."
	@$(PIP) install --no-compile --require-hashes -r $(1)
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@
endef

$(RUNTIME): requirements/runtime.txt pyproject.toml | $(BIN)/python
	$(call install,$<)

$(TEST): requirements/test.txt pyproject.toml | $(BIN)/python
	$(call install,$<)

$(DOCS): requirements/docs.txt pyproject.toml | $(BIN)/python
	$(call install,$<)

# The first interpreter that is new enough and can make an environment (Debian ships venv apart).
$(BIN)/python:
	@for python in $(PYTHON) python3.11 python3.12 python3.13 python3.14 python3 /usr/bin/python3; do \
	  if $$python -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "Creating $(VENV) with $$($$python --version) ..."; \
	    exec $$python -m venv $(VENV); \
	  fi; \
	done; \
	echo "Python 3.11 or newer with the venv module must be installed (Debian: apt install python3.11-venv);" \
	     "name it with make PYTHON=/path/to/python if it is not on the PATH." >&2; \
	exit 1

# For maintainers: newest versions that pyproject.toml allows; runtime first, the others agree with it.
lock: $(TEST)
	$(PIP) install pip-tools
	$(call compile,runtime)
	$(call compile,test,--extra reference --extra gymnasium --extra cluster --extra test -c requirements/runtime.txt)
	$(call compile,docs,--extra docs -c requirements/runtime.txt)

define compile
	$(BIN)/pip-compile --quiet --upgrade --generate-hashes --no-header --annotation-style=line --strip-extras \
	  --allow-unsafe --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	  --build-deps-for editable $(2) -o requirements/$(1).txt pyproject.toml
	@sed -i.old '1i # Names, versions and hashes; written by `make lock` from pyproject.toml, installed by the Makefile.' \
	  requirements/$(1).txt && rm requirements/$(1).txt.old
endef

clean:  ## remove what the other targets made, the environment included
	rm -rf $(VENV) demo-out bench-out site build dist .pytest_cache .ruff_cache .mypy_cache
