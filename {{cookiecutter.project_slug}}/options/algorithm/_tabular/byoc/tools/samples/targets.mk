.PHONY: samples
samples: install  ## Write payload.csv, payload.json and expected.csv anew, of your data and the trained model
	PYTHONPATH=program PYTHONDONTWRITEBYTECODE=1 .venv/bin/python -m byoc.tools.samples
