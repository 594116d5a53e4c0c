#!/bin/sh
# While the image is built: install Debian packages, from the sources that the build is given or else the image's own, and
# leave no cache. Debian's archive decides the versions: it keeps only the newest, so a pinned one would soon not install.
set -eu

if [ -e /run/secrets/apt.sources ]; then
  export APT_CONFIG=/tmp/apt.conf
  echo 'Dir::Etc { SourceList "/run/secrets/apt.sources"; SourceParts "-"; }' >"$APT_CONFIG"
fi
apt-get update
DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
apt-get clean
rm -rf /var/lib/apt/lists/* /var/cache/debconf/*-old /var/lib/dpkg/*-old /tmp/apt.conf
