# One way of talking for all scripts; sourced, not run.

say() {
    printf '\033[1m==>\033[0m %s\n' "$*" | if [ -t 1 ]; then cat; else sed 's/\x1b\[[0-9;]*m//g'; fi
}

fail() {
    printf 'gridgov: %s\n' "$@" >&2
    exit 1
}
