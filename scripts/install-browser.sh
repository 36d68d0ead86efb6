#!/bin/sh
# Install Debian's Chromium and a Chinese font for the browser tests unless they are there.
set -eu
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/apt.sh

# The shell is Chromium without windows: a page takes a third less processor time in it. Where the distribution
# has none, the whole of Chromium serves; who has that and may not install anything keeps it.
shell=chromium-headless-shell
known() { apt-cache show "$shell" >/dev/null 2>&1; }

packages=
if ! command -v "$shell" >/dev/null; then
    if command -v chromium >/dev/null || command -v chromium-browser >/dev/null ||
        command -v google-chrome >/dev/null; then
        if [ "$(id -u)" -eq 0 ] && known; then packages="$shell"; fi
    elif known || { may_install chromium && apt_update && known; }; then
        packages="$shell"
    else
        packages="chromium"
    fi
fi
# Without fontconfig no font can be found either.
[ -n "$(fc-list :lang=zh-cn 2>/dev/null)" ] || packages="$packages fontconfig fonts-wqy-microhei"
# Node inside Playwright asks for it.
/sbin/ldconfig -p | grep -q 'libatomic\.so\.1' || packages="$packages libatomic1"
[ -z "$packages" ] && exit 0

say "installing Debian's packages for the browser tests: $packages"
# shellcheck disable=SC2086 - several words on purpose
apt_install $packages || fail "the browser tests need $packages"
