"""Version 2 of SageMaker's Python SDK in local mode: train, serve, predict and transform in Docker, without AWS.

usage: local_mode.py IMAGE TRAINING_FOLDER PAYLOAD.csv PAYLOAD.json    (results go to the working folder)
"""

import json
import sys
from pathlib import Path

from sagemaker.base_deserializers import CSVDeserializer, JSONDeserializer
from sagemaker.base_serializers import CSVSerializer, JSONSerializer
from sagemaker.estimator import Estimator
from sagemaker.local import LocalSession

image, training, csv, json_file = sys.argv[1], *(Path(name).resolve() for name in sys.argv[2:])
role = "arn:aws:iam::123456789012:role/any"  # never used in local mode

estimator = Estimator(
    image_uri=image,
    role=role,
    instance_count=1,
    instance_type="local",
    output_path=f"file://{Path.cwd()}/output",
    hyperparameters={
        "criterion": "entropy",
        "max_leaf_nodes": 3,
        "max_depth": None,
        "feature_names": ["sepal_length", "sepal_width", "petal_length", "petal_width"],
    },
    sagemaker_session=LocalSession(),
)
estimator.fit({"training": f"file://{training}"})

# It answers when deploy returns; with wait=True the SDK would look again after half a minute.
predictor = estimator.deploy(1, "local", wait=False, serializer=CSVSerializer(), deserializer=CSVDeserializer())
answers = {"csv": predictor.predict(csv.read_text())}
predictor.serializer, predictor.deserializer = JSONSerializer(), JSONDeserializer()
answers["json"] = predictor.predict(json.loads(json_file.read_text()))
predictor.delete_endpoint()

# Without logs=False the SDK would look for the logs in CloudWatch.
transformer = estimator.transformer(1, "local", accept="text/csv", output_path=f"file://{Path.cwd()}/transformed")
transformer.transform(f"file://{csv.parent}", content_type="text/csv", split_type="Line", logs=False)

Path("answers.json").write_text(json.dumps(answers))
