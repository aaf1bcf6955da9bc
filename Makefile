# Needs Python 3.11 or newer, make, and a Python package index. `make help` lists the targets.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help demo run test check audit attack attack-tools mutants simulate reader bench lock screenshots docs dist \
	test-lowest test-newest

PORT ?=
SEED ?=
HOURS ?=
ARGS ?=
AT := $(if $(PORT),--port $(PORT))

VENV := .venv
BIN := $(VENV)/bin
# Half of a run is waiting for browsers and servers: one process more than there are processors. An idle process takes
# over half of the rest of another. ARGS="-n 0" runs the tests one by one.
PARALLEL := -n $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1) --dist worksteal
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
RUN := $(VENV)/.run-installed
DEV := $(VENV)/.dev-installed
BENCH := $(VENV)/.bench-installed
UNFINISHED := $(VENV)/.unfinished
ATTACK := .venv-attack/.installed

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(RUN) ## serve demo data and the Telegram simulator on 127.0.0.1 (PORT=8000)
	@exec $(BIN)/sikpro demo $(AT) $(ARGS)

# Pass no extra flags: a flag overrides SIKPRO_DATA, SIKPRO_PORT and the settings file.
run: $(RUN) ## migrate the database (SIKPRO_DATA=var) and serve it on 127.0.0.1 (PORT=8000)
	@exec $(BIN)/sikpro serve --migrate $(AT) $(ARGS)

test: $(DEV) ## run every test but the long ones (ARGS="-k name")
	@$(BIN)/python -m pytest $(PARALLEL) -m "not audit" $(ARGS)

check: $(DEV) ## lint, format, types, import contracts, dead dependencies, security
	@$(CHECKS)

audit: $(DEV) ## run the long tests
	@status=0; $(BIN)/python -m pytest $(PARALLEL) -m audit $(ARGS) || status=$$?; \
	if [ $$status -eq 5 ]; then echo "No test is marked audit: nothing was audited."; else exit $$status; fi

# make audit attacks for two minutes with the same tools, if they are there.
attack: $(DEV) attack-tools ## attack a demo on 127.0.0.1 with a fuzzer, sqlmap and wapiti for 12 minutes (ARGS="--minutes 5")
	@$(BIN)/python -m tests.attack $(ARGS)

# An environment of their own: what they need does not agree with what SIKPRO needs.
attack-tools: $(ATTACK) ## install sqlmap and wapiti into .venv-attack

# All faults take half an hour on two idle cores; make audit tries a sample. ARGS="--only work_order" limits the run.
mutants: $(DEV) ## make small faults and see that the unit tests notice; writes docs/mutants.md
	@$(BIN)/python -m tests.mutation --report $(ARGS)

# A seed decides everything: the same SEED is the same run. docs/reliability.md says what is simulated.
simulate: $(DEV) ## live through hours of work and faults from one seed (SEED= HOURS=24; ARGS="--planted" finds known faults)
	@$(BIN)/python -m tests.simulation $(if $(SEED),--seed $(SEED)) $(if $(HOURS),--hours $(HOURS)) $(ARGS)

reader: $(DEV) ## show how well technicians' messages are read (ARGS=file.toml)
	@$(BIN)/python -m tests.reader $(ARGS)

# Twenty minutes and 6 GB of disk at a million orders. ARGS="100000" takes fewer, ARGS="--write" keeps the tables.
bench: $(BENCH) ## measure pages, chat and files among a million orders and beside other libraries (ARGS=)
	@$(BIN)/python -m benchmarks $(ARGS)

screenshots: $(DEV) ## take the pictures of the documentation anew
	@$(BIN)/python -m tests.integration.screenshots $(ARGS)

docs: $(DEV) ## build the documentation as a site into var/site; a broken link fails
	@$(BIN)/zensical build --clean --strict

# What was built twice and is alike byte for byte can be built again by anybody, from the same tag.
dist: $(DEV) ## build the wheel and the source into dist/ (TAG=v0.2.0 must be the version)
	@version=$$($(BIN)/hatchling version) && again=$$(mktemp -d) && trap 'rm -rf "$$again"' EXIT && \
	{ [ -z "$(TAG)" ] || [ "$(TAG)" = "v$$version" ] || { echo "The tag $(TAG) is not the version $$version." >&2; exit 1; }; } && \
	rm -rf dist && $(BIN)/hatchling build -d dist >/dev/null && $(BIN)/hatchling build -d "$$again" >/dev/null && \
	diff -r dist "$$again" && (cd dist && sha256sum *)

# The versions of the libraries that pyproject.toml promises: the oldest of each, and the newest that there are today.
test-lowest: RESOLUTION = lowest-direct
test-lowest: ## run the tests with the oldest libraries that are allowed
test-newest: RESOLUTION = highest
test-newest: ## run the tests with the newest libraries that are allowed
test-lowest test-newest: .venv-lock/bin/uv
	@$(INDEX); at=.venv-$(@:test-%=%) && rm -rf $$at && $(BIN)/python -m venv $$at && \
	.venv-lock/bin/uv pip compile --quiet --no-config --resolution $(RESOLUTION) --no-emit-index-url \
		pyproject.toml --extra postgres --extra s3 --extra otel --group dev --group build --output-file $$at/versions.txt && \
	$$at/bin/python -m pip --disable-pip-version-check --quiet install -r $$at/versions.txt && \
	$$at/bin/python -m pip --disable-pip-version-check --quiet install --no-deps --no-build-isolation -e . && \
	$$at/bin/python -m pytest $(PARALLEL) -m "not audit" $(ARGS)

# ---- the checks --------------------------------------------------------------------------------------------

# The checks are independent and run in parallel. When all have ended, a passed check shows its name, a failed one its
# output. Bandit checks each file separately and has no cache: it gets only the files that changed since it passed.
define CHECKS
said=$$(mktemp -d) && trap 'rm -rf "$$said"' EXIT || exit 1; \
begin() { name=$$1; shift; { "$$@" >"$$said/$$name" 2>&1; echo $$? >"$$said/$$name.status"; } & }; \
security() { \
	passed=$(VENV)/.bandit-passed; touch "$$said/begun"; \
	if [ -e $$passed ] && [ -z "$$(find pyproject.toml $(DEV) -newer $$passed)" ]; \
	then find src -name '*.py' -cnewer $$passed >"$$said/changed"; else echo src >"$$said/changed"; fi; \
	if [ -s "$$said/changed" ]; then xargs $(BIN)/bandit -q -c pyproject.toml -r <"$$said/changed" || return; fi; \
	mv "$$said/begun" $$passed; \
}; \
begin types $(BIN)/mypy; \
begin security security; \
begin imports $(BIN)/lint-imports; \
begin dependencies $(BIN)/deptry src; \
begin lint $(BIN)/ruff check; \
begin format $(BIN)/ruff format --check; \
wait; \
failed=; for name in lint format types imports dependencies security; do \
	status=$$(cat "$$said/$$name.status" 2>/dev/null || echo unknown); \
	if [ "$$status" = 0 ]; then printf '%-12s ok\n' $$name; else \
		failed="$$failed $$name"; printf '%-12s FAILED (%s)\n' $$name "$$status"; cat "$$said/$$name"; \
	fi; \
done; \
case "$$failed" in *format*) echo "To format: $(BIN)/ruff format";; esac; \
if [ -n "$$failed" ]; then echo "Failed:$$failed"; exit 1; fi
endef

# ---- locked requirements -----------------------------------------------------------------------------------

# Keeps versions that still fit; ARGS=--upgrade takes the newest. It uses the index of pip's configuration, but never
# writes it into the files.
COMPILE_ALONE = .venv-lock/bin/uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" $(ARGS)
COMPILE = $(COMPILE_ALONE) pyproject.toml --group build
COMPILE_ATTACK = $(COMPILE_ALONE) --group attack

INDEX = index="$${UV_DEFAULT_INDEX:-$${PIP_INDEX_URL:-$$($(BIN)/python -m pip config get global.index-url 2>/dev/null)}}"; \
	if [ -n "$$index" ]; then export UV_DEFAULT_INDEX="$$index"; fi

.venv-lock/bin/uv: | $(BIN)/python
	@$(BIN)/python -m venv --clear .venv-lock && \
	.venv-lock/bin/python -m pip --disable-pip-version-check --quiet install uv

lock: .venv-lock/bin/uv ## lock the versions and hashes in requirements/ anew (ARGS=--upgrade)
	@$(INDEX); \
	$(COMPILE) --output-file requirements/run.txt && \
	$(COMPILE) --extra postgres --constraint requirements/run.txt --output-file requirements/image.txt && \
	$(COMPILE) --extra postgres --extra s3 --extra otel --group dev --constraint requirements/run.txt --output-file requirements/dev.txt && \
	$(COMPILE) --group bench --constraint requirements/dev.txt --output-file requirements/bench.txt && \
	$(COMPILE_ATTACK) --output-file requirements/attack.txt

# ---- the environment ---------------------------------------------------------------------------------------

# Run every Python before choosing it: a name on PATH may be a shim for a missing version.
define make_venv
found=; for python in $(PYTHON) python3.11 python3.12 python3.13 python3; do \
	if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then found=$$python; break; fi; \
done; \
if [ -z "$$found" ]; then \
	echo "SIKPRO needs Python 3.11 or newer, and found none on PATH. Name one: make PYTHON=/path/to/python3" >&2; exit 1; \
fi; \
$$found -c 'import ensurepip, venv' 2>/dev/null || { \
	echo "$$found cannot make environments: install its venv module (Debian: apt install python3-venv)." >&2; exit 1; }; \
$$found -m venv --clear $(VENV)
endef

# $(call install,run): the environment contains a marker while it changes. If the marker is there at the start, the last
# change was interrupted, and the environment is made again.
define install
if [ -e $(UNFINISHED) ] || ! $(BIN)/python -m pip --version >/dev/null 2>&1; then $(make_venv) || exit 1; fi; \
echo "Installing requirements/$(1).txt into $(VENV): takes a minute the first time."; \
: > $(UNFINISHED) && \
$(PIP) install --require-hashes -r requirements/$(1).txt && \
$(PIP) install --no-deps --no-build-isolation -e . && \
rm $(UNFINISHED)
endef

$(BIN)/python:
	@$(make_venv)

$(RUN): requirements/run.txt pyproject.toml | $(BIN)/python
	@$(call install,run)
	@touch $@

$(DEV): requirements/dev.txt pyproject.toml | $(BIN)/python
	@$(call install,dev)
	@touch $(RUN) $@

$(BENCH): requirements/bench.txt $(DEV)
	@echo "Installing requirements/bench.txt, the libraries that ours are measured beside."
	@$(PIP) install --require-hashes -r requirements/bench.txt && touch $@

$(ATTACK): requirements/attack.txt | $(BIN)/python
	@echo "Installing requirements/attack.txt into .venv-attack: takes a minute or two."
	@rm -f $@ && $(BIN)/python -m venv --clear .venv-attack && \
	.venv-attack/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/attack.txt
	@touch $@
