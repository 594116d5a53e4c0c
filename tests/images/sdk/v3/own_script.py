"""Version 3 of SageMaker's Python SDK in local mode runs a training script of the user's own in the image.

usage: own_script.py IMAGE TRAINING_FOLDER SCRIPT_FOLDER    (results go to the working folder)
"""

import sys

from sagemaker.train import ModelTrainer
from sagemaker.train.configs import Compute, InputData, SourceCode
from sagemaker.train.model_trainer import Mode

image, training, script = sys.argv[1:]

trainer = ModelTrainer(
    training_image=image,
    training_mode=Mode.LOCAL_CONTAINER,
    compute=Compute(instance_type="local", instance_count=1),
    source_code=SourceCode(source_dir=script, entry_script="train.py"),
    hyperparameters={"criterion": "entropy", "max_leaf_nodes": 3, "max_depth": None},
)
trainer.train([InputData(channel_name="training", data_source=training)])
