"""How the example's model came to be: a small neural network of scikit-learn, exported as skl2onnx does by default.

    pip install scikit-learn==1.9.1 skl2onnx==1.20.0
    python docs/make_model.py

It writes the model, and the rows that it has not seen, into local_test/test_dir/input/data.
"""

from pathlib import Path

import numpy as np
from skl2onnx import to_onnx
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

DATA = Path(__file__).parents[1] / "local_test/test_dir/input/data"

wine = load_wine()
names = wine.target_names[wine.target]
training, held_out, labels, truth = train_test_split(wine.data, names, test_size=60, stratify=names, random_state=0)
network = MLPClassifier([64, 64], max_iter=1000, random_state=0)
model = make_pipeline(StandardScaler(), network).fit(training, labels)
print("held out:", model.score(held_out, truth))

exported = to_onnx(model, training[:1].astype(np.float32), name="wine")
exported.metadata_props.add(key="feature_names", value=",".join(wine.feature_names))
(DATA / "model/model.onnx").write_bytes(exported.SerializeToString())
lines = (",".join([label, *map(repr, row)]) for label, row in zip(truth, held_out.tolist(), strict=True))
(DATA / "validation/wine.csv").write_text("\n".join(lines) + "\n")
