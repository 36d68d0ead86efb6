#!/bin/sh
# Install Debian's PostgreSQL + PostGIS programs unless some are there. No cluster of the system is made or touched.
set -eu
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/apt.sh
python=${PYTHON:-.venv/bin/python}

found() {
    "$python" -c 'from grid_data.cluster.programs import choose_programs; choose_programs()' 2>/dev/null
}

found && exit 0

newest() {
    apt-cache search --names-only '^postgresql-[0-9]+-postgis-3$' 2>/dev/null |
        sed -n 's/^\(postgresql-[0-9]*-postgis-3\) .*/\1/p' | sort -t- -k2n | tail -n 1
}

may_install "PostgreSQL with PostGIS (postgresql-<version>-postgis-3)" || exit 1
package=$(newest)
if [ -z "$package" ]; then
    apt_update
    package=$(newest)
fi
[ -n "$package" ] || fail "apt knows no package postgresql-<version>-postgis-3"
server=${package%-postgis-3}

# Debian makes and starts a cluster "main" whenever a server package is first installed, unless told not to in this
# folder. The file is there only while apt runs: the machine's own settings stay as they are.
settings=/etc/postgresql-common/createcluster.d
ours=$settings/zz-gridgov-installs-no-cluster.conf
clean_up() {
    as_root rm -f "$ours"
    as_root rmdir --ignore-fail-on-non-empty "$settings" 2>/dev/null || true
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP
as_root mkdir -p "$settings"
echo 'create_main_cluster = false' | as_root tee "$ours" >/dev/null

say "installing Debian's $server and $package (some 100 MB; nothing is started)"
apt_install "$server" "$package"
found || fail "$package is installed but its programs are not found; see: gridgov doctor"
