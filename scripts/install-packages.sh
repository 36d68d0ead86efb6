#!/bin/sh
# Install the locked libraries and this project itself into .venv. Usage: scripts/install-packages.sh run|dev
set -eu
cd "$(dirname "$0")/.."
. scripts/say.sh

kind=$1
pip="env PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_REQUIRE_VIRTUALENV=1 .venv/bin/python -m pip"
quiet=--quiet
[ -t 1 ] && quiet=

say "installing the locked libraries: requirements/$kind.lock ($(grep -c == "requirements/$kind.lock") packages)"
$pip install $quiet --require-hashes --prefer-binary --requirement "requirements/$kind.lock"
# No isolation: the build needs nothing that the lock file has not brought. The map is built by its own step.
GRIDGOV_SKIP_MAP=1 $pip install --quiet --no-deps --no-build-isolation --editable .
