#!/bin/sh
# While the image is built, first of all: refuse a base image that cannot work, where it would else fail later and say less.
# In plain sh, which every image has. One without Python gets its distribution's, with pip, which SageMaker's SDK calls when
# it brings a script of its own (T-36).
set -eu

refuse() {
  # shellcheck source=/dev/null
  . /etc/os-release
  echo "The base image, $PRETTY_NAME, $1; choose another with: make build BASE_IMAGE=python:3.13-slim-trixie" >&2
  exit 1
}

for tool in apt-get bash; do
  command -v "$tool" >/dev/null || refuse "is not of the Debian family (ONNX Runtime has no build for Alpine's musl)"
done
if ! command -v python3 >/dev/null; then
  sh "$(dirname "$0")/apt.sh" python3 python3-pip
fi
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  refuse "has $(python3 --version), and 3.11 or newer is needed"
python3 -m pip --version >/dev/null 2>&1 || refuse "has a Python without pip"
