#!/usr/bin/env bash
# Say where `make train` has left the model and its report. train_local.sh cannot: it becomes the training, so that a
# signal ends that, and no shell in its place.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

left=${test_dir#"$PWD/"} report=
if [[ -f $left/output/data/report.html ]]; then report=", the report in $left/output/data/report.html"; fi
echo "the model is in $left/model$report"
