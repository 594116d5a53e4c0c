"""Benchmark of a served model under load: `python3 -m byoc.tools.benchmark --help`.

It drives a server by HTTP alone, through wrk, needs nothing else but Python's standard library (and the Docker CLI for
an image), and imports nothing from program/.
"""
