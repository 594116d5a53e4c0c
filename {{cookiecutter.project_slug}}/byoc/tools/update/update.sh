#!/usr/bin/env bash
# Bring the project in the current folder what has changed in its template. It makes its own environment first, .venv/update.
#
#   update.sh [VERSION=v1.2.0] [ANSWER=value…]                         ANSWER is a question of the template, such as SERVER_STACK
#   update.sh TEMPLATE=url FROM=commit ANSWER=value…                   for a project that has no byoc/template.json
#
# The exit status is 0 if nothing is left to do, 1 if something is for you to settle, and 2 if nothing was changed. See docs/updating.md.
set -euo pipefail

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
lock=$project/byoc/tools/packages/update.txt
environment=.venv/update

if ! cmp -s "$lock" "$environment/installed"; then
  "${PYTHON:-python3}" -c 'import sys; sys.version_info >= (3, 11) or sys.exit(f"update: Python 3.11 or newer is needed, and this is {sys.version.split()[0]}; name another with: make update PYTHON=python3.13")' || exit 2
  "${PYTHON:-python3}" -m venv "$environment"
  "$environment/bin/pip" install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --requirement "$lock"
  cp "$lock" "$environment/installed"
fi

# Not of the current folder, where an older byoc/ may be (-P); and by exec, as this file may be replaced meanwhile.
PYTHONPATH=$project exec "$environment/bin/python" -B -P -m byoc.tools.update "$@"
