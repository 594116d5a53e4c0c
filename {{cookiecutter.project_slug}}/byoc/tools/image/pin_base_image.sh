#!/usr/bin/env bash
# Pin the base image in base_image.txt to what its tag means now, by digest: python:3.13-slim-trixie@sha256:…
# Run it again to follow the tag. A digest that the registry does not tell leaves the file as it is.
set -euo pipefail

file=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)/base_image.txt

die() { printf 'pin_base_image.sh: %s\n' "$*" >&2; exit 1; }

command -v docker >/dev/null ||
    die "docker is not on the PATH; install it: https://docs.docker.com/get-started/get-docker/"
pinned=$(tr -d '[:space:]' 2>/dev/null <"$file" || true)
[[ -n $pinned ]] || die "$file names no image; write one into it, such as python:3.13-slim-trixie"
tag=${pinned%%@*}

# Of a list of all architectures, where there is one, so that PLATFORM still chooses.
told=$(docker buildx imagetools inspect "$tag" 2>&1) ||
    die "$tag stays as it is in base_image.txt, as its registry does not tell the digest: ${told##*$'\n'}"
digest=$(sed -nE 's/^Digest: *(sha256:[0-9a-f]+)$/\1/p' <<<"$told")
[[ -n $digest ]] || die "$tag stays as it is in base_image.txt: 'docker buildx imagetools inspect' tells no digest"

if [[ $pinned == "$tag@$digest" ]]; then
    echo "$pinned is what the tag still means"
else
    printf '%s\n' "$tag@$digest" >"$file"
    echo "$tag@$digest is in base_image.txt now"
fi
