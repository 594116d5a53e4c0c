# Yours, and included by the Makefile: names, and targets of your own. An update of the template leaves this file alone.
NAME := {{ cookiecutter.project_slug }}
export AWS_REGION ?= {{ cookiecutter.aws_region }}
