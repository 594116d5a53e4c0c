"""Version 3 of SageMaker's Python SDK in local mode: train on two hosts.

usage: two_hosts.py IMAGE TRAINING_FOLDER    (results go to the working folder)
"""

import sys
from pathlib import Path

from sagemaker.train import ModelTrainer
from sagemaker.train.configs import Compute, InputData
from sagemaker.train.model_trainer import Mode

trainer = ModelTrainer(
    training_image=sys.argv[1],
    role="arn:aws:iam::123456789012:role/any",  # never used in local mode
    training_mode=Mode.LOCAL_CONTAINER,
    compute=Compute(instance_type="local", instance_count=2),
)
trainer.train([InputData(channel_name="training", data_source=str(Path(sys.argv[2]).resolve()))])
