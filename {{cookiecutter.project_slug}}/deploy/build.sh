#!/usr/bin/env bash
# Build this repository's image and load it into the local Docker engine.
set -euo pipefail

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
docker buildx build \
    ${BASE_IMAGE:+--build-arg "BASE_IMAGE=$BASE_IMAGE"} ${TARGET:+--target "$TARGET"} \
    --platform "${PLATFORM:-linux/amd64}" \
    --provenance=false --sbom=false \
    --output type=docker,oci-mediatypes=false \
    --tag "$1" \
    "$(dirname "$0")/.."
