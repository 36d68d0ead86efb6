#!/bin/sh
# Write requirements/*.lock anew. Only the public index is asked: the machine's own pip settings must not leak in.
set -eu
cd "$(dirname "$0")/.."

lock() {
    target=$1
    shift
    # The machine's certificates: a proxy may have its own.
    env -u UV_INDEX -u UV_INDEX_URL -u UV_EXTRA_INDEX_URL -u UV_FIND_LINKS SSL_CERT_FILE="${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}" \
        .venv/bin/uv pip compile pyproject.toml --quiet --upgrade --universal --python-version 3.11 \
        --generate-hashes --no-annotate --no-emit-index-url --default-index https://pypi.org/simple \
        --custom-compile-command 'make lock' "$@" --output-file "$target"
}

lock requirements/run.lock --group build
lock requirements/dev.lock --group build --group dev --constraint requirements/run.lock
lock requirements/bench.lock --group bench --constraint requirements/dev.lock
