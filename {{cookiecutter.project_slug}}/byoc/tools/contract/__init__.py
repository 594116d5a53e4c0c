"""Conformance kit: checks any SageMaker container against the contract: `python3 -m byoc.tools.contract --help`.

It drives a target by argv, files, HTTP and signals alone, needs nothing but Python's standard library (and the Docker
CLI for an image), and imports nothing from program/. catalogue.csv is the contract: every duty, and what shows it.
"""
