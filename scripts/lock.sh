#!/usr/bin/env bash
# Pin the packages of every option and of the template's own tests; options agree on the versions that they share.
#
#   scripts/lock.sh [--upgrade | --upgrade-package=NAME…]
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
project='{{cookiecutter.project_slug}}'
lock=$project/byoc/tools/packages/lock.sh
"$lock" "$@" "$project/requirements" "$project"/byoc/tools/{packages,aws} "$project"/options/*/*/requirements
"$lock" "$@" requirements
# Each SDK apart: they exclude each other.
for sdk in tests/images/sdk/*; do "$lock" "$@" "$sdk"; done
