"""A training script of the user's own, as SDK 3 brings it into the container: says what it was given."""

import json
import os
from pathlib import Path

given = {
    "channels": json.loads(os.environ["SM_CHANNELS"]),
    "hyperparameters": json.loads(os.environ["SM_HPS"]),
    "rows": len(Path(os.environ["SM_CHANNEL_TRAINING"], "iris.csv").read_text().splitlines()),
}
Path(os.environ["SM_MODEL_DIR"], "given.json").write_text(json.dumps(given))
