#!/usr/bin/env bash
# Serve as SageMaker would, with the model that train_local.sh left in test_dir/model. Ctrl-C stops it.
#
#   serve_local.sh           the program, in the virtual environment that `make install` makes
#   serve_local.sh IMAGE     the image, in Docker
#
# PORT=8081 listens there instead of on 8080; TEST_DIR=FOLDER serves the model of another folder laid out like /opt/ml.
# It listens on 127.0.0.1 only; BYOC_BIND_ADDRESS=0.0.0.0 lets other machines ask it, too.
# SAGEMAKER_MULTI_MODEL=true serves those of test_dir/models, once they are loaded.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../byoc/tools/local/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../byoc/tools/local/common.sh"

[[ $# -le 1 ]] || usage "[IMAGE]"
[[ $port =~ ^[1-9][0-9]{0,4}$ && $port -le 65535 ]] ||
  fail "PORT='$port' is no port: it must be a number from 1 to 65535; leave it out for 8080"
require_test_dir
if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
  fail "port $port is taken; stop what listens there, or choose another with: PORT=$((port + 1)) $0 $*"
fi
if [[ $# -eq 0 ]]; then require_venv; else require_image "$1"; fi
[[ -n ${SAGEMAKER_MULTI_MODEL:-} ]] || echo "open http://127.0.0.1:$port/ in a browser to try the model"
export BYOC_PLAYGROUND=true
address=${BYOC_BIND_ADDRESS:-127.0.0.1}
if [[ $# -eq 0 ]]; then
  export SAGEMAKER_BIND_TO_PORT=$port BYOC_BIND_ADDRESS=$address
  run_program serve
fi
run_container "$1" serve -p "$address:$port:8080" -e BYOC_PLAYGROUND -e SAGEMAKER_MULTI_MODEL
