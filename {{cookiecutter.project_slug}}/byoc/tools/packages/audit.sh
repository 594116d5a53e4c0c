#!/usr/bin/env bash
# Look up every package that requirements/*.txt and byoc/tools/*/*.txt pin in a database of known vulnerabilities. The exit status is 0 if
# there is none, 1 if there are some, and 2 if that could not be found out.
#
#   audit.sh [OPTION…]     options are those of pip-audit, such as --ignore-vuln=PYSEC-2026-1
#
# OSV is asked, and not PyPI, as what PyPI does not know, such as a company's own package, would be passed over in silence.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."

audit=.venv/bin/pip-audit
[[ -x $audit ]] || { echo "audit.sh: $audit is missing; install it with: make audit" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Also what is pinned for another Python or system than this one's, which pip-audit would pass over. It takes each package
# once, so a second version of one is a matter of another file, and of another call.
awk -v work="$work" '/^[A-Za-z0-9]/ {
  sub(/[ ;\\].*/, ""); sub(/\[.*\]/, "")
  if (!seen[$0]++) { split($0, pin, "=="); print >(work "/" ++versions[pin[1]] ".txt") }
}' requirements/*.txt byoc/tools/*/*.txt

# pip-audit ends with 1 also where it could not ask, but prints a table only of what it has found.
options=(--vulnerability-service osv --disable-pip --no-deps --progress-spinner off)
status=0
for pins in "$work"/*.txt; do
    if found=$("$audit" "${options[@]}" --requirement "$pins" "$@" 2>"$work/said"); then
        continue
    elif [[ -z $found ]]; then
        url=${PIP_AUDIT_OSV_URL:-https://api.osv.dev/v1/query}
        echo "audit.sh: nothing was audited: pip-audit, which asks $url, failed with: $(tail -n 1 "$work/said")" >&2
        exit 2
    fi
    printf '%s\n' "$found"
    status=1
done
[[ $status -ne 0 ]] || echo "No known vulnerabilities found"
exit "$status"
