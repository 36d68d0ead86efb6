# Installing Debian packages: sudo only when needed, a clear line when it is impossible. Sourced, not run.

# as_root COMMAND...: run as root, directly or by sudo.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

# may_install PACKAGE...: whether apt can be used here; otherwise say what somebody else has to do.
may_install() {
    command -v apt-get >/dev/null || {
        printf 'gridgov: %s missing, and this is no Debian or Ubuntu: install the like by your own means\n' "$*" >&2
        return 1
    }
    [ "$(id -u)" -eq 0 ] && return 0
    # With a password to be typed sudo needs a terminal.
    if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
        return 0
    fi
    printf 'gridgov: not root and no sudo; ask an administrator to run:\n    apt-get install --no-install-recommends %s\n' "$*" >&2
    return 1
}

# apt_install PACKAGE...: install, after refreshing the package lists when a package is unknown.
apt_install() {
    may_install "$@" || return 1
    apt-cache show "$@" >/dev/null 2>&1 || apt_update || return 1
    quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 \
        install --yes --no-install-recommends "$@"
}

apt_update() {
    quietly as_root apt-get -qq -o DPkg::Lock::Timeout=300 update
}

# quietly COMMAND...: what it says goes to .gridgov/apt.log, and its end to the terminal when it fails.
quietly() {
    mkdir -p .gridgov
    "$@" >>.gridgov/apt.log 2>&1 && return 0
    tail -n 20 .gridgov/apt.log >&2
    return 1
}
