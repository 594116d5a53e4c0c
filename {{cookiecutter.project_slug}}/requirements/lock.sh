#!/usr/bin/env bash
# Pin what each *.in file names, and all that it brings along, with hashes, in the *.txt file beside it.
#
#   requirements/lock.sh [FOLDER…]     the folders whose files shall agree on versions; by default this one
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[[ $# -gt 0 ]] || set -- "$here"
command -v uv >/dev/null || { echo "lock.sh: uv is not on the PATH; install it with: pip install uv" >&2; exit 1; }

inputs=()
for folder in "$@"; do
  for file in "$folder"/*.in; do inputs+=("$file"); done
done

# --universal: one lock for every system and for every CPython from 3.11 on.
compile() { uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate "$@"; }

together=$(mktemp)
trap 'rm -f "$together" "$together.txt"' EXIT
compile --upgrade "${inputs[@]}" --output-file "$together"
for input in "${inputs[@]}"; do
  echo "lock.sh: ${input%.in}.txt" >&2
  compile --constraints "$together" --generate-hashes "$input" --output-file "${input%.in}.txt"
  # uv does not write down which further indexes a file names; pip has to be told of them.
  { grep '^--extra-index-url ' "$input" || true; cat "${input%.in}.txt"; } >"$together.txt"
  cat "$together.txt" >"${input%.in}.txt"
done
