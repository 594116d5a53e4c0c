#!/bin/sh
# While the image is built, first of all: refuse a base image that cannot work, where it would else fail later and say less.
# In plain sh, which every image has. One without Python gets its distribution's, with pip, which SageMaker's SDK calls when
# it brings a script of its own (T-36).
set -eu

# shellcheck source=/dev/null
. /etc/os-release
image="The base image, $PRETTY_NAME,"
way_out="make build BASE_IMAGE=python:3.13-slim-trixie"

refuse() {
  echo "$image $1; choose another with: $way_out" >&2
  exit 1
}

for tool in apt-get bash; do
  command -v "$tool" >/dev/null || refuse "is not of the Debian family (ONNX Runtime has no build for Alpine's musl)"
done
if ! command -v python3 >/dev/null; then
  sh "$(dirname "$0")/apt.sh" python3 python3-pip
fi
python3 "$(dirname "$0")/pythons.py" "$image has" "$way_out"
python3 -m pip --version >/dev/null 2>&1 || refuse "has a Python without pip"
