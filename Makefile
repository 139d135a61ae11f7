# The only entry point: people and CI run the same targets. Start with `make`.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --warn-undefined-variables --no-builtin-rules --no-print-directory

# Plugins such as protoc-gen-mypy are found on the path, so it must lead to ours.
export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/frontend/node_modules/.bin:$(PATH)
# Test modules are compiled once, not by each process of each run.
export PYTHONDONTWRITEBYTECODE :=
PACKAGES := mesh gateway llm_worker persistence deploy
T ?= tests
PYTEST := pytest --numprocesses 2 --dist loadfile
SYNC := frontend/node_modules/.package-lock.json
PROTOS := $(shell find protos/lamla -name '*.proto')
THIRD_PARTY_PROTOS := $(shell find third_party/protos -name '*.proto')
SCHEMA := build/schema.binpb
BREAKING_AGAINST ?= .git\#ref=HEAD~1
NPM := npm --prefix frontend

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-16s %s\n", $$1, $$2}'

.PHONY: run
run: $(SCHEMA) ## Install, build and start everything; then open the printed URL
	@scripts/bootstrap.sh runtime
	@python -m deploy.embedded run

.PHONY: model
model: ## Fetch the better local model (1.1 GB); `make run` then uses it
	@scripts/bootstrap.sh runtime
	@python -m deploy.embedded model

.PHONY: clean
clean: ## Delete all that `make run` keeps: conversations too (asks first)
	@scripts/bootstrap.sh runtime
	@python -m deploy.embedded clean

.PHONY: test
test: test-fast ## Run every test; one file with T=tests/gateway
	$(PYTEST) -m system --no-loadscope-reorder $(T) || test $$? = 5  # 5: there is none.
	$(NPM) test

.PHONY: test-fast
test-fast: develop ## Run the tests that need no running mesh
	$(PYTEST) -m 'not system' $(T) || test $$? = 5

.PHONY: check
check: lint types check-gen ## Check style, types and that generated code is current

.PHONY: lint
lint: develop ## Check the style of Python, TypeScript and protos
	ruff check
	ruff format --check
	buf lint
	buf format --diff --exit-code protos
	$(NPM) run lint

.PHONY: breaking
breaking: develop ## Check that the contracts stay compatible with the commit before
	! git rev-parse -q --verify HEAD~1 >/dev/null || buf breaking --against '$(BREAKING_AGAINST)'

.PHONY: types
types: develop ## Check the types of Python and TypeScript
	mypy $(PACKAGES:%=-p %)
	$(NPM) run types

.PHONY: bench
bench: develop ## Measure what the mesh adds to a stream: bench/README.md
	python -m bench.stream

.PHONY: torture-rotation
torture-rotation: develop ## Rotate certificates under load 20 times as long as `make test` does
	TORTURE=20 pytest tests/system/test_rotation.py

.PHONY: lock
lock: develop ## Lock the dependencies of pyproject.toml again
	scripts/lock.sh

# The tools behind every target that checks or tests.
.PHONY: develop
develop: $(SCHEMA)
	@scripts/bootstrap.sh dev

$(SYNC): frontend/package.json frontend/package-lock.json
	@scripts/bootstrap.sh runtime
	$(NPM) ci --no-audit --no-fund --loglevel error
	@touch $@

.PHONY: gen
gen: develop ## Regenerate gen/ and frontend/src/gen/ from protos/
	rm -rf gen/python frontend/src/gen
	mkdir -p gen/python
	python -m grpc_tools.protoc --descriptor_set_in=$(SCHEMA) \
		--python_out=gen/python --grpc_python_out=gen/python \
		--mypy_out=quiet:gen/python --mypy_grpc_out=quiet,async_only:gen/python \
		$(PROTOS:protos/%=%)
	python -m grpc_tools.protoc --descriptor_set_in=$(SCHEMA) \
		--python_out=gen/python --mypy_out=quiet:gen/python buf/validate/validate.proto
	buf generate

# One compiled schema feeds the Python stubs and Envoy's JSON transcoder alike.
$(SCHEMA): buf.yaml $(PROTOS) $(THIRD_PARTY_PROTOS) | $(SYNC)
	@mkdir -p $(@D)
	buf build --as-file-descriptor-set -o $@

.PHONY: check-gen
check-gen: gen ## Fail if the committed generated code is stale
	@test -z "$$(git status --porcelain -- gen frontend/src/gen | tee /dev/stderr)"
