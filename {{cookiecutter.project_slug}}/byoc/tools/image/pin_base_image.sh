#!/usr/bin/env bash
# Pin the base image in the Dockerfile to what its tag means now, by digest: python:3.13-slim-trixie@sha256:…
# Run it again to follow the tag. A digest that the registry does not tell leaves the Dockerfile as it is.
set -euo pipefail

dockerfile=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)/Dockerfile

die() { printf 'pin_base_image.sh: %s\n' "$*" >&2; exit 1; }

command -v docker >/dev/null ||
    die "docker is not on the PATH; install it: https://docs.docker.com/get-started/get-docker/"
pinned=$(sed -nE 's/^ARG BASE_IMAGE="([^"]+)"$/\1/p' "$dockerfile")
[[ -n $pinned ]] || die "$dockerfile has no line like this: ARG BASE_IMAGE=\"python:3.13-slim-trixie\""
tag=${pinned%%@*}

# Of a list of all architectures, where there is one, so that PLATFORM still chooses.
told=$(docker buildx imagetools inspect "$tag" 2>&1) ||
    die "$tag stays as it is in the Dockerfile, as its registry does not tell the digest: ${told##*$'\n'}"
digest=$(sed -nE 's/^Digest: *(sha256:[0-9a-f]+)$/\1/p' <<<"$told")
[[ -n $digest ]] || die "$tag stays as it is in the Dockerfile: 'docker buildx imagetools inspect' tells no digest"

if [[ $pinned == "$tag@$digest" ]]; then
    echo "$pinned is what the tag still means"
else
    sed "s|^ARG BASE_IMAGE=.*|ARG BASE_IMAGE=\"$tag@$digest\"|" "$dockerfile" >"$dockerfile.pinned"
    cat "$dockerfile.pinned" >"$dockerfile"
    rm "$dockerfile.pinned"
    echo "$tag@$digest is in the Dockerfile now"
fi
