#!/usr/bin/env bash
# Send a file to the server that serve_local.sh started, and print its answer.
#
#   predict.sh PAYLOAD [CONTENT_TYPE] [ACCEPT]
#
#   predict.sh payload.csv
#   predict.sh payload.json
#   predict.sh payload.csv text/csv 'application/json; output="predicted_label,probabilities"'
#
# CONTENT_TYPE is what the name of PAYLOAD tells (.csv, .json, .jsonl, .npy, .parquet) unless given. PORT=8081 asks the server that listens there.
set -euo pipefail

command -v python3 >/dev/null || { echo "predict.sh: python3 is not on the PATH" >&2; exit 1; }
exec python3 "$(dirname "${BASH_SOURCE[0]}")/../byoc/tools/local/predict.py" "$@"
