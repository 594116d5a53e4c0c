#!/usr/bin/env bash
# From nothing to a prediction: generate the default project in demo/, train, serve, predict, stop. Needs no Docker.
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
project=$repository/demo/my-model
export PORT=${PORT:-8080}

if [[ -t 1 ]]; then bold=$'\e[1m' plain=$'\e[0m'; else bold='' plain=''; fi
step() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }

step "Generate: cookiecutter . --no-input --output-dir demo"
cookiecutter "$repository" --no-input --overwrite-if-exists --output-dir "$repository/demo"
cd "$project"

step "Install its packages into demo/my-model/.venv: make install (about a minute, the first time)"
make --no-print-directory install

step "Train: make train"
make --no-print-directory train

step "Serve: make serve PORT=$PORT"
local_test/serve_local.sh &
server=$!
trap 'kill "$server" 2>/dev/null || true' EXIT
for _ in $(seq 300); do
  kill -0 "$server" 2>/dev/null || { wait "$server"; exit 1; }
  (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null && break  # nothing listens before the model is loaded
  sleep 0.1
done

step "Predict: make predict PORT=$PORT"
local_test/predict.sh local_test/payload.csv

step "Stop"
kill "$server"
wait "$server"
trap - EXIT

step "That worked. To go on:"
cat <<END
  cd demo/my-model && make help        what the project can do; its README is the walkthrough
  make build train IMAGE=my-model      the same in a container (needs Docker)
  cookiecutter .                       a project of your own, here with .venv/bin/cookiecutter
END
