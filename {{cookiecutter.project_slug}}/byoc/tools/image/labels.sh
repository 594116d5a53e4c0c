#!/usr/bin/env bash
# Print what the image's labels are to say about its origin, KEY=VALUE a line: all that is known, and nothing that is not.
# The keys are OCI's: https://specs.opencontainers.org/image-spec/annotations/#pre-defined-annotation-keys
set -euo pipefail

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)

label() { [[ -z $2 ]] || printf 'org.opencontainers.image.%s=%s\n' "$1" "$2"; }

in_project() { git -C "$project" "$@" 2>/dev/null; }

# The commit, and whether the project's files still are as they are in it.
revision() {
    local commit changed
    commit=$(in_project rev-parse --verify HEAD) || return 0
    changed=$(in_project status --porcelain -- .)
    printf '%s\n' "$commit${changed:+-dirty}"
}

# Where the code is, as a page to open. A remote's URL may hold a password, which must not get into the image (L-15).
source_page() {
    in_project remote get-url origin |
        sed -E 's#^ssh://([^/:]*)(:[0-9]+)?/#https://\1/#; s#^([^/:@]+@[^/:]+):#https://\1/#
                s#^(https?://)[^/]*@#\1#; s#\.git/?$##' |
        grep -E '^https?://' || true
}

created() {
    local now=${SOURCE_DATE_EPOCH:-$(date +%s)} form=+%Y-%m-%dT%H:%M:%SZ
    date -u -d "@$now" "$form" 2>/dev/null || date -u -r "$now" "$form"  # GNU's, or BSD's and macOS's
}

# Of the first [project] licence in pyproject.toml: https://packaging.python.org/en/latest/specifications/pyproject-toml/#license
licences() { sed -nE 's/^license *= *"([^"]+)".*/\1/p' "$project/pyproject.toml" 2>/dev/null | head -n 1 || true; }

# Of the template that the project is from, as the project has written it down.
template() { sed -nE 's/^ *"version": "([^"]+)",?$/\1/p' "$project/byoc/template.json" 2>/dev/null | head -n 1 || true; }

base=${BASE_IMAGE:-$(tr -d '[:space:]' 2>/dev/null <"$project/base_image.txt" || true)}
[[ $base == *@* ]] && digest=${base#*@} || digest=''

label created "$(created)"
label licenses "$(licences)"
label base.name "${base%%@*}"
label base.digest "$digest"
version=$(template)
[[ -z $version ]] || printf 'byoc.template.version=%s\n' "$version"
# A project that another repository ignores is not part of that one's history.
if in_project ls-files --error-unmatch Dockerfile >/dev/null; then
    label revision "$(revision)"
    label source "$(source_page)"
fi
