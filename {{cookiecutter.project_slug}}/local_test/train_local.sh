#!/usr/bin/env bash
# Train as SageMaker would, on local_test/test_dir: the model ends up in test_dir/model, reports in test_dir/output/data.
#
#   train_local.sh           the program, in the virtual environment that `make install` makes
#   train_local.sh IMAGE     the image, in Docker
#
# TEST_DIR=FOLDER trains on another folder laid out like /opt/ml.
# DOCKER_OPTIONS="--memory 2g --env NAME=value" are further options of `docker run`.
# DRY_RUN=true prints what Docker would be told, and leaves it at that.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../byoc/tools/local/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../byoc/tools/local/common.sh"

[[ $# -le 1 ]] || usage "[IMAGE]"
require_test_dir
if [[ $# -eq 0 ]]; then
  require_venv
  run_program train
fi
require_image "$1"
run_container "$1" train
