#!/usr/bin/env bash
# Pin what each *.in file names, and all that it brings along, with hashes, in the *.txt file beside it.
# What is pinned already stays so, as long as it fits, unless it is to be upgraded.
#
#   lock.sh [--upgrade | --upgrade-package=NAME…] [FOLDER…]    the folders whose files are to agree on versions; by default
#                                                              the project's requirements/
set -euo pipefail

options=()
while [[ ${1:-} == -* ]]; do
  options+=("$1")
  shift
done
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
[[ $# -gt 0 ]] || set -- "$project/requirements"
command -v uv >/dev/null || { echo "lock.sh: uv is not on the PATH; use 'make lock', which installs it, or: pip install uv" >&2; exit 1; }

shopt -s nullglob
inputs=()
for folder in "$@"; do inputs+=("$folder"/*.in); done

# A further index may have old versions of packages that the first has, too: take the best of all, as pip will.
indexes=()
! grep -qE '^--extra-index-url[ =]' "${inputs[@]}" || indexes=(--index-strategy unsafe-best-match)

# --universal: one lock for every system and for every CPython from 3.11 on. --only-binary: what comes as source alone would
# run its author's code and want a compiler wherever it is installed.
compile() {
  uv pip compile --quiet --universal --python-version 3.11 --only-binary :all: --no-header ${indexes[@]+"${indexes[@]}"} "$@"
}

# A lock's packages with libraries for GPUs, such as PyTorch brings for Linux: gigabytes.
for_gpus() { grep -soE '^(nvidia|cuda|triton)[a-z0-9-]*' "$1" | sort -u; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# uv keeps to the versions in the file that it writes to: here to those of all the locks, then to what goes together.
for input in "${inputs[@]}"; do
  [[ ! -e ${input%.in}.txt ]] || cat "${input%.in}.txt"
done >"$work/together.txt"
compile ${options[@]+"${options[@]}"} "${inputs[@]}" --output-file "$work/together.txt"
for input in "${inputs[@]}"; do
  lock=${input%.in}.txt
  cp "$work/together.txt" "$work/one.txt"
  (cd "$(dirname "$input")" && compile --generate-hashes "$(basename "$input")" --output-file "$work/one.txt")
  # uv does not write down what pip has to be told as well: further indexes, and packages that do come as source.
  { grep -E '^--(extra-index-url|no-binary)[ =]' "$input" || true; cat "$work/one.txt"; } >"$work/lock.txt"
  # A lock that stays the same stays as old as it is, so that `make` installs nothing anew.
  cmp -s "$work/lock.txt" "$lock" && continue
  came=$(comm -13 <(for_gpus "$lock") <(for_gpus "$work/lock.txt"))
  cp "$work/lock.txt" "$lock"
  echo "lock.sh: $lock has changed" >&2
  [[ -z $came ]] || echo "lock.sh: it brings $(wc -l <<<"$came") for NVIDIA's GPUs ($(head -n 3 <<<"$came" | paste -sd' ') …)," \
    "gigabytes on Linux; without them: docs/packages.md, PyTorch for CPUs alone" >&2
done
