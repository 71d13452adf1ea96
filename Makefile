# POSIX sh, GNU make 3.81 or newer.
PYTHON ?= python3
UV     := 0.13.9
BIN    := .venv/bin
# Named by its version, so that a new pin makes a new .venv.
VENV   := .venv/.uv-$(UV)
READY  := .venv/.ready

# The system's certificates, not uv's own: behind a company proxy only they know its issuer.
UV_SYSTEM_CERTS ?= 1
export UV_SYSTEM_CERTS

# uv does not read pip's configuration; a mirror set there holds for uv too.
mirror = [ -n "$$UV_DEFAULT_INDEX$$UV_INDEX_URL" ] || { \
	url=$${PIP_INDEX_URL:-$$($(BIN)/python -m pip config get global.index-url 2>/dev/null)}; \
	[ -z "$$url" ] || export UV_DEFAULT_INDEX="$$url"; };

.PHONY: help setup report test lab bench lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## make .venv and install into it; the others do so as needed

report: $(READY) ## run every parameter file; reports/index.html lists the results
	$(BIN)/fanzha run

test: $(READY) ## format, lint, types, tests
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy research
	$(BIN)/pytest -n 2 --dist loadscope

lab: $(READY) ## JupyterLab in notebooks/
	cd notebooks && ../$(BIN)/jupyter-lab

bench: $(READY) ## run the benchmarks, with the peers that they are measured against
	@$(mirror) $(BIN)/uv pip install --quiet --python $(BIN)/python --constraint requirements.lock \
		--requirement pyproject.toml --extra peers
	PLOOMBER_STATS_ENABLED=false $(BIN)/pytest tests/benchmarks

# Without the spark extra: PySpark is hundreds of MB, and only registers kept in Spark need it.
# After a merge conflict in it, first `git checkout --theirs requirements.lock`.
lock: $(VENV) ## resolve requirements.lock again (UPGRADE=--upgrade for the newest versions)
	@$(mirror) $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--extra dev --extra browser --extra dask --custom-compile-command 'make lock' \
		$(UPGRADE) --output-file requirements.lock pyproject.toml

clean: ## remove .venv, reports/ and caches
	rm -rf .venv reports dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -type d \( -name __pycache__ -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} +

$(VENV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo 'fanzha needs Python 3.11 or newer; name one with: make PYTHON=python3.12' >&2; exit 1; }
	@rm -rf .venv
	@# Debian's python3 may have pip but not ensurepip.
	@$(PYTHON) -m venv .venv >/dev/null 2>&1 || { \
		rm -rf .venv; $(PYTHON) -m venv --without-pip .venv && \
		$(PYTHON) -m pip --python $(BIN)/python install --quiet pip; } || { \
		echo 'This Python cannot make a .venv with pip; on Debian and Ubuntu: apt install python3-venv' >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV)
	@touch $@

# The stamp of .venv is away while packages change, so that what an interruption leaves is rebuilt.
$(READY): $(VENV) requirements.lock pyproject.toml
	@mv $< .venv/.busy
	@$(mirror) $(BIN)/uv pip sync --python $(BIN)/python --require-hashes requirements.lock
	$(BIN)/uv pip install --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@ && mv .venv/.busy $<
