#!/usr/bin/env bash
# Compare every server stack with the classic container: benchmarks/compare.py, with the generated project's benchmark.
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# No bytecode: what lies in the project's folder would be generated into every project.
PYTHONPATH="$repository/{{cookiecutter.project_slug}}" \
  exec "$repository/.venv/bin/python" -B "$repository/benchmarks/compare.py" "$@"
