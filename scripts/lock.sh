#!/usr/bin/env bash
# Pin the packages of every option and of the template's own tests; options agree on the versions that they share.
#
#   scripts/lock.sh [--upgrade | --upgrade-package=NAME…]
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
project='{{cookiecutter.project_slug}}'
"$project/requirements/lock.sh" "$@" "$project/requirements" "$project"/options/*/*/requirements
"$project/requirements/lock.sh" "$@" requirements
# Each SDK apart: they exclude each other.
for sdk in tests/sdk/*; do "$project/requirements/lock.sh" "$@" "$sdk"; done
