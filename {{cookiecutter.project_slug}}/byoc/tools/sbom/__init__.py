"""`python -m byoc.tools.sbom IMAGE [FILE]` writes what an image consists of, as a CycloneDX bill of materials."""
