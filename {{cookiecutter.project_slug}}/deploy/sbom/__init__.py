"""`python -m deploy.sbom IMAGE [FILE]` writes what an image consists of, as a CycloneDX bill of materials."""
