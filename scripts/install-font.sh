#!/bin/sh
# Install Debian's WenQuanYi Micro Hei (Apache-2.0), in which PDF reports are written, unless it is there.
# Without it the server runs and says that reports need a font.
set -eu
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/apt.sh

[ -n "${GRIDGOV_REPORT_FONT:-}" ] && exit 0
for file in /usr/share/fonts/truetype/wqy/wqy-microhei.ttc /usr/share/fonts/wqy-microhei/wqy-microhei.ttc \
    /usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf; do
    [ -f "$file" ] && exit 0
done
say "installing Debian's fonts-wqy-microhei for PDF reports"
apt_install fonts-wqy-microhei || say "PDF reports need a font with Chinese characters: set GRIDGOV_REPORT_FONT"
