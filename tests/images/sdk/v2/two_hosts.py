"""Version 2 of SageMaker's Python SDK in local mode: train on two hosts.

usage: two_hosts.py IMAGE TRAINING_FOLDER    (results go to the working folder)
"""

import sys
from pathlib import Path

from sagemaker.estimator import Estimator
from sagemaker.local import LocalSession

estimator = Estimator(
    image_uri=sys.argv[1],
    role="arn:aws:iam::123456789012:role/any",  # never used in local mode
    instance_count=2,
    instance_type="local",
    output_path=f"file://{Path.cwd()}/output",
    sagemaker_session=LocalSession(),
)
estimator.fit({"training": f"file://{Path(sys.argv[2]).resolve()}"})
