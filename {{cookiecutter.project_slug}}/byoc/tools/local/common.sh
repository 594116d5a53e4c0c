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

# Whether the engine runs as this user, who then is root in containers. `docker` may be podman, which tells it elsewhere.
rootless() {
  [[ $(docker info --format '{{.SecurityOptions}}' 2>/dev/null) == *rootless* ]] ||
    [[ $(docker info --format '{{.Host.Security.Rootless}}' 2>/dev/null) == true ]]
}

# run_container IMAGE PROGRAM [DOCKER_OPTION…]: as the user who owns test_dir, so that nothing is left behind as root's.
# With DRY_RUN=true it prints the command in place of running it.
run_container() {
  local image=$1 program=$2 user options source="source=$test_dir"
  shift 2
  user=$(id -u):$(id -g)
  if rootless; then user=0:0; fi
  if [[ $source == *[,\"]* ]]; then source=\"${source//\"/\"\"}\"; fi  # --mount is a line of CSV; a colon ends no part
  read -r -a options <<<"${DOCKER_OPTIONS:-}"
  set -- docker run --rm --init=false --user "$user" --mount "type=bind,$source,target=/opt/ml" \
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
