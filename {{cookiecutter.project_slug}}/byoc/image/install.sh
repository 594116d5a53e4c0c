#!/usr/bin/env bash
# While the image is built: install what a folder's *.apt name and its *.txt pin, and compile what its *.modules name.
set -euo pipefail

[[ $# -eq 1 ]] || { echo "usage: install.sh FOLDER" >&2; exit 2; }

# The lines of all files with this ending, without comments.
lines() { cat "$folder"/*."$1" 2>/dev/null | sed '/^#/d'; }

folder=$1
if packages=$(lines apt) && [[ -n $packages ]]; then
  xargs sh "$(dirname "$0")/apt.sh" <<<"$packages"
fi

# A virtual environment, because the system's Python belongs to the system (PEP 668). It shares the system's pip.
[[ -d /opt/venv ]] || python3 -m venv --without-pip --system-site-packages /opt/venv
export NETRC=/run/secrets/netrc  # if the build is given one, pip takes users and passwords from it
locks=()
for lock in "$folder"/*.txt; do locks+=(-r "$lock"); done
/opt/venv/bin/python -m pip install --disable-pip-version-check --root-user-action ignore --cache-dir /var/cache/pip \
  --no-compile --only-binary :all: --require-hashes "${locks[@]}"

# Packages bring along what only their developers need: tests, sources in C, ONNX Runtime a second copy of itself for C.
# In the folders _api, TensorFlow's, `test` is a module that TensorFlow imports; lazy_loader, which some use, reads *.pyi.
cd /opt/venv/lib/python3*/site-packages
find . -name _api -prune -o -type d \( -name test -o -name tests \) -prune -exec rm -rf {} +
find . -type f -regex '.*\.\(c\|cc\|cpp\|h\|hpp\|pxd\|pyx\)' -delete
rm -f onnxruntime/capi/libonnxruntime.so.*
# Compile the modules that train and serve import, and only those: it saves seconds at every start.
lines modules |
  PYTHONDONTWRITEBYTECODE='' xargs /opt/venv/bin/python -c 'import importlib, sys; [*map(importlib.import_module, sys.argv[1:])]'
