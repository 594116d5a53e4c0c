#!/usr/bin/env bash
# Build this repository's image and load it into the local Docker engine. The environment may hold
#   PLATFORM      linux/arm64 for Graviton instances; default linux/amd64
#   BASE_IMAGE    another image to build on than the one in base_image.txt
#   TARGET        a stage of the Dockerfile instead of the last
#   BUILD_CACHE   a folder for the layers, which a later build on another machine can take up; needs a buildx builder
#                 of the driver docker-container
# and paths of files with mirrors and credentials, which the build may read and never keeps; see docs/packages.md:
#   BUILD_PIP_CONF  BUILD_NETRC  BUILD_APT_SOURCES  BUILD_APT_AUTH
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

die() { printf 'build.sh: %s\n' "$*" >&2; exit 1; }

if [[ $# -ne 1 ]]; then
    printf 'usage: %s IMAGE    (PLATFORM=linux/arm64 for Graviton instances; default linux/amd64)\n' "$0" >&2
    exit 2
fi

command -v docker >/dev/null ||
    die "docker is not on the PATH; install it: https://docs.docker.com/get-started/get-docker/"
docker buildx version >/dev/null 2>&1 ||
    die "docker has no buildx plugin; install it: https://github.com/docker/buildx#installing"
problem=$(docker version 2>&1 >/dev/null) ||
    die "the Docker engine does not answer; start it, or get the right to use it: $problem"

# SageMaker runs one architecture (L-01, P-04) and takes a plain Docker manifest only (L-02, P-05). Without these
# options an engine with the containerd image store keeps and pushes an OCI index, of the image and its attestation.
options=(
    --platform "${PLATFORM:-linux/amd64}"
    --provenance=false --sbom=false
    --output "type=docker,oci-mediatypes=false"
    --tag "$1"
)
base=${BASE_IMAGE:-$(tr -d '[:space:]' 2>/dev/null <"$here/../base_image.txt" || true)}
[[ -z $base ]] || options+=(--build-arg "BASE_IMAGE=$base")
[[ -z ${TARGET:-} ]] || options+=(--target "$TARGET")
[[ -z ${BUILD_CACHE:-} ]] ||
    options+=(--cache-from "type=local,src=$BUILD_CACHE" --cache-to "type=local,dest=$BUILD_CACHE.new,mode=max")

# As BuildKit's secrets, and not as build arguments, which would be kept in the image's history (L-15).
for secret in pip-conf netrc apt-sources apt-auth; do
    variable=BUILD_$(tr a-z- A-Z_ <<<"$secret")
    file=${!variable:-}
    [[ -n $file ]] || continue
    [[ -f $file && -r $file ]] || die "$variable names '$file', which is not a file that can be read"
    options+=(--secret "id=$secret,src=$file")
done

# Labels of the image, and of no layer: whatever they say, all layers come from the cache.
while IFS= read -r label; do options+=(--label "$label"); done < <("$here/../byoc/tools/image/labels.sh")

docker buildx build "${options[@]}" "$here/.."

# Only what this build has used: older layers would stay there for ever.
if [[ -n ${BUILD_CACHE:-} ]]; then
    rm -rf "$BUILD_CACHE"
    mv "$BUILD_CACHE.new" "$BUILD_CACHE"
fi
