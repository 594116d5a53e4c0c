# Shared by the scripts in local_test/: where things are, and how to run the program with Docker or without.
# shellcheck shell=bash
# shellcheck disable=SC2034  # what is set here is used there

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
here=$project/local_test
test_dir=${TEST_DIR:-$here/test_dir}
port=${PORT:-8080}

fail() {
  echo "${0##*/}: $*" >&2
  exit 1
}

usage() {
  echo "usage: ${0##*/} $*" >&2
  exit 2
}

# A folder laid out like /opt/ml, in which training leaves what SageMaker would pick up.
require_test_dir() {
  [[ -d $test_dir/input ]] || fail "$test_dir has no input folder; TEST_DIR must name a folder laid out like /opt/ml"
  test_dir=$(cd "$test_dir" && pwd)
  mkdir -p "$test_dir/model" "$test_dir/output"
}

# require_image IMAGE: Docker is there, it runs, and it has the image.
require_image() {
  command -v docker >/dev/null || fail "docker is not on the PATH; install it, or leave out the image to run without"
  docker info >/dev/null 2>&1 || fail "the Docker engine does not answer; start it, or leave out the image to run without"
  docker image inspect "$1" >/dev/null 2>&1 || fail "there is no image '$1' here; build it with: make build IMAGE=$1"
}

# run_container IMAGE PROGRAM [DOCKER_OPTION…]: with what this user owns, so that nothing is left behind as root's.
# A rootless engine does that by itself. With DRY_RUN=true it prints the command in place of running it.
run_container() {
  local image=$1 program=$2 user=(--user "$(id -u):$(id -g)") options
  shift 2
  read -r -a options <<<"${DOCKER_OPTIONS:-}"
  if docker info --format '{{.SecurityOptions}}' | grep -q rootless; then user=(); fi
  set -- docker run --rm --init=false ${user[@]+"${user[@]}"} -v "$test_dir:/opt/ml" \
    ${options[@]+"${options[@]}"} "$@" "$image" "$program"
  if [[ ${DRY_RUN:-} != true ]]; then exec "$@"; fi
  printf '%q ' "$@"
  echo
}

require_venv() {
  [[ -x $project/.venv/bin/python ]] ||
    fail "there is no virtual environment in $project/.venv; make it with: make install (or name a Docker image)"
}

# run_program PROGRAM: the program itself, in the project's virtual environment, with test_dir as its /opt/ml.
run_program() {
  PATH=$project/.venv/bin:$PATH SAGEMAKER_BASE_DIR=$test_dir PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    exec "$project/program/$1"
}
