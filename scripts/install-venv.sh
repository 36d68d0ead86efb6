#!/bin/sh
# Make .venv with Python 3.11 or newer. Usage: scripts/install-venv.sh [PYTHON]
set -eu
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/apt.sh

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

python=
for candidate in "${1:-python3}" python3 python3.13 python3.12 python3.11 python3.14; do
    if command -v "$candidate" >/dev/null && new_enough "$candidate"; then
        python=$candidate
        break
    fi
done
[ -n "$python" ] || fail "Python 3.11 or newer is needed; found: $(python3 --version 2>&1 || true)"

if [ -x .venv/bin/python ] && new_enough .venv/bin/python && .venv/bin/python -m pip --version >/dev/null 2>&1; then
    exit 0
fi
say "making .venv with $("$python" --version)"
rm -rf .venv
"$python" -m venv .venv >/dev/null 2>&1 && exit 0

# Debian keeps ensurepip in a package of its own.
rm -rf .venv
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
package="python$version-venv"
say "installing Debian's $package"
if apt_install "$package" && "$python" -m venv .venv; then
    exit 0
fi
rm -rf .venv
say "trying virtualenv from PyPI instead"
"$python" -m pip install --quiet --target .gridgov/tools virtualenv &&
    PYTHONPATH=.gridgov/tools "$python" -m virtualenv --quiet .venv ||
    fail "no virtual environment could be made: install $package"
