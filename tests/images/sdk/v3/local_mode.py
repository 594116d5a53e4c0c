"""Version 3 of SageMaker's Python SDK in local mode: train, serve, predict and transform in Docker, without AWS.

usage: local_mode.py IMAGE TRAINING_FOLDER PAYLOAD.csv PAYLOAD.json    (results go to the working folder)
"""

import json
import sys
from pathlib import Path

from sagemaker.core.local import LocalSession
from sagemaker.core.transformer import Transformer
from sagemaker.train import ModelTrainer
from sagemaker.train.configs import Compute, InputData
from sagemaker.train.model_trainer import Mode

image, training, csv, json_file = sys.argv[1], *(Path(name).resolve() for name in sys.argv[2:])
role = "arn:aws:iam::123456789012:role/any"  # never used in local mode

trainer = ModelTrainer(
    training_image=image,
    role=role,
    training_mode=Mode.LOCAL_CONTAINER,
    compute=Compute(instance_type="local", instance_count=1),
    hyperparameters={
        "criterion": "entropy",
        "max_leaf_nodes": 3,
        "max_depth": None,
        "feature_names": ["sepal_length", "sepal_width", "petal_length", "petal_width"],
    },
)
# Passes no argument `train`, so the image has to find out that it is to train (LM-07).
trainer.train([InputData(channel_name="training", data_source=str(training))])
model = f"file://{Path.cwd()}/compressed_artifacts/model.tar.gz"

# ModelBuilder serves only images of model servers that it knows; the session serves any.
session = LocalSession()
sagemaker = session.sagemaker_client
variant = {"VariantName": "all", "ModelName": "model", "InitialInstanceCount": 1, "InstanceType": "local"}
sagemaker.create_model("model", {"Image": image, "ModelDataUrl": model, "Environment": {}})
sagemaker.create_endpoint_config("config", [variant])
sagemaker.create_endpoint("endpoint", "config")


def predict(body: bytes, media_type: str) -> bytes:
    answer = session.sagemaker_runtime_client.invoke_endpoint(
        Body=body, EndpointName="endpoint", ContentType=media_type, Accept=media_type
    )
    return answer["Body"].read()


answers = {
    "csv": predict(csv.read_bytes(), "text/csv").decode(),
    "json": json.loads(predict(json_file.read_bytes(), "application/json")),
}
sagemaker.delete_endpoint("endpoint")

output = f"file://{Path.cwd()}/transformed"
transformer = Transformer("model", 1, "local", accept="text/csv", output_path=output, sagemaker_session=session)
transformer.transform(f"file://{csv.parent}", content_type="text/csv", split_type="Line", job_name="transform")

Path("answers.json").write_text(json.dumps(answers))
