"""Refuses answers that Docker, ECR, SageMaker or AWS would refuse later, before a file is written."""

import json
import re
import sys

ANSWERS = json.loads(r"""{{ cookiecutter | tojson }}""")

# What all of them take: a Docker image name and an ECR repository name (lower case, 2 characters or more)
# that is also a SageMaker resource name (letters, digits and hyphens, 63 characters at most).
# https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModel.html
SLUG = r"(?=.{2,63}$)[a-z0-9]+(-[a-z0-9]+)*"
REGION = r"[a-z]{2,}(-[a-z]+)+-[0-9]+"
ONE_LINE = r"[^\x00-\x1f\x7f]*"


def refuse(answer: str, rule: str, example: str) -> None:
    sys.exit(f"ERROR: {answer} {ANSWERS[answer]!r} cannot be used: {rule}. A valid example: {example!r}.")


if not re.fullmatch(SLUG, ANSWERS["project_slug"]):
    refuse(
        "project_slug",
        "it names a Docker image, an ECR repository and SageMaker resources, so it must be 2 to 63 lower-case "
        "letters, digits and single hyphens, with a letter or digit at both ends",
        "my-model",
    )
if not re.fullmatch(REGION, ANSWERS["aws_region"]):
    refuse("aws_region", "it must be the code of an AWS region", "us-east-1")
for answer, example in {"project_name": "My Model", "description": "Tells apart three species of iris."}.items():
    if not re.fullmatch(ONE_LINE, ANSWERS[answer]):
        refuse(answer, "it must be one line without control characters", example)
