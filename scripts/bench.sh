#!/usr/bin/env bash
# Generate the default project in a temporary folder, build its image, and compare it with the classic one.
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"$repository/.venv/bin/cookiecutter" "$repository" --no-input --output-dir "$folder"
"$folder/my-model/deploy/build.sh" my-model
"$repository/.venv/bin/python" "$repository/benchmarks/compare.py" my-model "$@"
