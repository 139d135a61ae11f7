# The only entry point: people and CI run the same targets. Start with `make`.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --warn-undefined-variables --no-builtin-rules --no-print-directory

# Plugins such as protoc-gen-mypy are found on the path, so it must lead to ours.
export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/frontend/node_modules/.bin:$(PATH)
PACKAGES := mesh gateway llm_worker persistence deploy
T ?= tests
PROTOS := $(shell find protos/lamla -name '*.proto')
THIRD_PARTY_PROTOS := $(shell find third_party/protos -name '*.proto')
SCHEMA := build/schema.binpb
BREAKING_AGAINST ?= .git\#ref=HEAD

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-12s %s\n", $$1, $$2}'

.PHONY: gen
gen: $(SCHEMA) ## Regenerate gen/ and frontend/src/gen/ from protos/
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
$(SCHEMA): buf.yaml $(PROTOS) $(THIRD_PARTY_PROTOS)
	@mkdir -p $(@D)
	buf build --as-file-descriptor-set -o $@
