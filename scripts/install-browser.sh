#!/bin/sh
# Install Debian's Chromium and a Chinese font for the browser tests unless they are there.
set -eu
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/apt.sh

packages=
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null ||
    packages="chromium"
# Without fontconfig no font can be found either.
[ -n "$(fc-list :lang=zh-cn 2>/dev/null)" ] || packages="$packages fontconfig fonts-wqy-microhei"
# Node inside Playwright asks for it.
/sbin/ldconfig -p | grep -q 'libatomic\.so\.1' || packages="$packages libatomic1"
[ -z "$packages" ] && exit 0

say "installing Debian's packages for the browser tests: $packages"
# shellcheck disable=SC2086 - several words on purpose
apt_install $packages || fail "the browser tests need $packages"
