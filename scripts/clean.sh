#!/bin/sh
# Remove what the other targets made. Databases are stopped first.
set -eu
cd "$(dirname "$0")/.."

for home in .gridgov .gridgov/test; do
    if [ -x .venv/bin/python ] && [ -d "$home/postgres" ]; then
        .venv/bin/python -c 'import sys, pathlib; from grid_data.cluster.private import Cluster; Cluster(pathlib.Path(sys.argv[1])).delete()' "$home/postgres"
    fi
done
# The tests' databases may lie in memory, behind a link.
[ ! -L .gridgov/test ] || rm -rf "$(readlink -f .gridgov/test)"
rm -rf .venv .gridgov api/static frontend_map/node_modules dist test-results .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
find . -name __pycache__ -type d -prune -exec rm -rf {} +
