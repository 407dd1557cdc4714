# One command each; `make help` lists them.
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
WORKERS ?= 2
CHECKS := types house unit imports licences lint format migrations

.PHONY: help
help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Only this much is asked of Python before embedded/install.py takes over.
OLD_PYTHON := Python 3.11 or newer is needed, and '$(PYTHON)' is not that: \
	install it, or name one, as in: make up PYTHON=python3.12

.PHONY: install
install: ## Make .venv: packages by their hashes, PostgreSQL, Java, Apache Kafka (up does it itself)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "$(OLD_PYTHON)" >&2; exit 1; }
	@$(PYTHON) -m embedded.install

.PHONY: up
up: install ## Start everything on this machine, and say where it is and how to try it
	@$(BIN)/python -m embedded up

.PHONY: down
down: ## Stop everything that 'up' started; the data is kept
	@test ! -x $(BIN)/python || $(BIN)/python -m embedded down

.PHONY: status
status: install ## The processes, and what each of them waits for
	@$(BIN)/python -m embedded status || true

.PHONY: logs
logs: install ## The end of every log, and at a terminal what comes next
	@$(BIN)/python -m embedded logs

# What is not said here stands in rows above the columns of the file.
KEY_WORDS = $(if $(QUOTA),--quota "$(QUOTA)") $(if $(KIND),--kind "$(KIND)") \
	$(if $(VALID_FROM),--valid-from "$(VALID_FROM)") $(if $(SOURCE),--source "$(SOURCE)") \
	$(if $(PUBLISHED_ON),--published-on "$(PUBLISHED_ON)") $(if $(DRY_RUN),--dry-run)

.PHONY: key
key: install ## Import a key: FILE=key.csv [QUOTA= KIND= VALID_FROM= PUBLISHED_ON= SOURCE= DRY_RUN=]
	@$(BIN)/python -m hafenlotse key "$(FILE)" $(KEY_WORDS)

.PHONY: demo
demo: install ## Load 18 people of the field and a synthetic year; show boards, crossings, alerts
	@$(BIN)/python -m demo

.PHONY: dev
dev: install ## Install what the checks and tests need (they do it themselves)
	@$(PYTHON) -m embedded.install requirements/dev.txt

.PHONY: check
check: dev ## Format, lint, types, imports, migrations, licences, house, unit: under 30 s
	@$(MAKE) -j2 -k --output-sync=target $(CHECKS:%=check-%)

# A step prints one line, and what its tool said only if it failed.
define step
	@start=$$(date +%s%N); output=$$($(2) 2>&1); code=$$?; \
	tenths=$$((($$(date +%s%N) - start) / 100000000)); \
	printf '%-10s %-6s %3d.%d s\n' $(1) $$(test $$code = 0 && echo ok || echo FAILED) \
		$$((tenths / 10)) $$((tenths % 10)); \
	test $$code = 0 || printf '%s\n' "$$output"; exit $$code
endef

.PHONY: $(CHECKS:%=check-%)
check-format:
	$(call step,format,$(BIN)/ruff format --check .)
check-lint:
	$(call step,lint,$(BIN)/ruff check .)
check-types:
	$(call step,types,$(BIN)/mypy)
check-imports:
	$(call step,imports,$(BIN)/lint-imports)
check-migrations:
	$(call step,migrations,$(BIN)/squawk */tables/*.sql services/*/migrations/*.sql)
check-licences:
	$(call step,licences,$(BIN)/reuse lint)
check-house:
	$(call step,house,$(PYTEST) tests/house)
check-unit:
	$(call step,unit,$(PYTEST) tests/unit)

# Where the service of advisories can't be reached, 'told' says so loudly and goes on.
UNREACHABLE ?= fails

.PHONY: audit
audit: ## Known weaknesses of all packages; fails without an answer [UNREACHABLE=told]
	@$(PYTHON) -m embedded.install requirements/dev.txt requirements/audit.txt
	@$(BIN)/python -m supply.advisories --unreachable $(UNREACHABLE)

.PHONY: sbom
sbom: dev ## Write hafenlotse.cdx.json: what runs, down to Kafka's jars, as CycloneDX 1.6
	@$(BIN)/python -m supply

.PHONY: test
test: dev ## All tests but the long ones, on PostgreSQL and Kafka of their own: under 10 minutes
	@$(PYTEST) -m "not long" -n $(WORKERS) --dist loadfile

.PHONY: test-long
test-long: ## The long tests: containers, real issuers, fuzzing
	@$(PYTHON) -m embedded.install requirements/dev.txt requirements/long.txt requirements/audit.txt
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(PYTEST) -m long

.PHONY: chaos
chaos: dev ## The promises, as large as docs/operations/promises.md says: hours
	@HAFENLOTSE_PROMISES=large $(PYTEST) -m promise

.PHONY: mutation
mutation: dev ## Do the tests bite? Mutation score of each domain room, at least 90 %
	@mkdir -p mutants && $(BIN)/mutmut run >mutants/run.log 2>&1 || { cat mutants/run.log; exit 1; }
	@$(BIN)/mutmut results --all true | awk -F '[.:] *' ' \
		/^ *services/ { all[$$2]++; if ($$NF ~ /killed|timeout|segfault/) killed[$$2]++ } \
		END { for (room in all) { score = 100 * killed[room] / all[room]; low += score < 90; \
			printf "%-14s %5.1f %% of %d mutants\n", room, score, all[room] } \
			exit low > 0 || NR == 0 }'

.PHONY: bench
bench: dev ## What was promised about speed, beside limit and peers: figures and losses, 20 minutes
	@$(BIN)/python -m benchmarks

.PHONY: bench-full
bench-full: dev ## The same, longer, with ten million entries and several owners: hours
	@$(BIN)/python -m benchmarks full

.PHONY: bench-check
bench-check: dev ## Did a hot path become a quarter slower? Processor times, not the clock
	@$(BIN)/python -m benchmarks.check
