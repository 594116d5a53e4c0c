#!/usr/bin/env bash
# Train on several hosts of this machine, as SageMaker would with as many instances, on local_test/test_dir.
#
#   train_cluster.sh HOSTS           as many processes, on addresses of this machine, in the virtual environment
#   train_cluster.sh IMAGE HOSTS     as many containers, algo-1, algo-2 and so on, on a Docker network of their own,
#                                   as test_dir/hosts/docker.sh has it, which can be read and run
#
# Each host has a folder laid out like /opt/ml, in test_dir/hosts; what all leave comes together where train_local.sh
# leaves it. Ctrl-C asks all hosts to stop, as SageMaker would; once more ends them at once.
#
# A channel whose S3DistributionType is ShardedByS3Key is dealt out file by file; with SHARDED=true each one is.
# TEST_DIR=FOLDER trains on another folder laid out like /opt/ml. DOCKER_OPTIONS are those of train_local.sh.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../byoc/tools/local/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../byoc/tools/local/common.sh"

[[ $# -eq 1 || $# -eq 2 ]] || usage "[IMAGE] HOSTS"
image=''
if [[ $# -eq 2 ]]; then
  image=$1
  shift
fi
[[ $1 =~ ^[1-9][0-9]?$ ]] || fail "HOSTS='$1' is not a number of hosts from 1 to 99"
require_test_dir
if [[ -n $image ]]; then require_image "$image"; else require_venv; fi
command -v python3 >/dev/null || fail "python3 is not on the PATH"
cd "$project"
exec python3 -B -m byoc.tools.cluster "$test_dir" "$1" "$image"
