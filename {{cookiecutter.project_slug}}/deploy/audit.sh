#!/usr/bin/env bash
# Look up every package that requirements/*.txt pin in a database of known vulnerabilities. The exit status is 0 if there
# is none, 1 if there are some, and 2 if that could not be found out.
#
#   deploy/audit.sh [OPTION…]     options are those of pip-audit, such as --ignore-vuln=PYSEC-2026-1
#
# OSV is asked, and not PyPI, as what PyPI does not know, such as a company's own package, would be passed over in silence.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

said=$(mktemp)
trap 'rm -f "$said"' EXIT
locks=()
for lock in requirements/*.txt; do locks+=(--requirement "$lock"); done
audit=.venv/bin/pip-audit
[[ -x $audit ]] || { echo "audit.sh: $audit is missing; install it with: make audit" >&2; exit 2; }

# pip-audit ends with 1 also where it could not ask, but prints a table only of what it has found.
if found=$("$audit" --vulnerability-service osv --disable-pip --progress-spinner off "${locks[@]}" "$@" 2>"$said"); then
    tail -n 1 "$said"
elif [[ -n $found ]]; then
    printf '%s\n' "$found"
    exit 1
else
    url=${PIP_AUDIT_OSV_URL:-https://api.osv.dev/v1/query}
    echo "audit.sh: nothing was audited: pip-audit, which asks $url, failed with: $(tail -n 1 "$said")" >&2
    exit 2
fi
