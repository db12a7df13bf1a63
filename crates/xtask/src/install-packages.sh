# Installs one package for each argument. An argument lists alternatives; the first one that
# the distribution knows is taken. No daemon is started on the way.
set -eu
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    trap 'exit 130' INT TERM
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi

export DEBIAN_FRONTEND=noninteractive
echo "apt-get update"
apt-get update -qq
chosen=
for alternatives in "$@"; do
    found=
    for package in $alternatives; do
        if [ -z "$found" ] && apt-cache show "$package" >/dev/null 2>&1; then found=$package; fi
    done
    if [ -z "$found" ]; then
        echo "no package source has any of: $alternatives" >&2
        exit 1
    fi
    chosen="$chosen $found"
done
echo "apt-get install -y --no-install-recommends$chosen"
# The list is a list of words on purpose.
apt-get install -qq -y --no-install-recommends $chosen
