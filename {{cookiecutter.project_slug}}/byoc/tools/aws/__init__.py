"""`deploy/sagemaker VERB`: makes on AWS what sagemaker.toml says, follows it, and removes it again."""
