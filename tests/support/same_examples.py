"""Import this for tests by hypothesis: the same examples in every run, and nothing noted in the repository."""

import tempfile

import hypothesis
from hypothesis.configuration import set_hypothesis_home_dir

# A test that fails does so because of a change, not because of luck.
hypothesis.settings.register_profile("template", derandomize=True, deadline=None, database=None)
hypothesis.settings.load_profile("template")
# What it notes while it collects tests shall not lie in the repository.
NOTES = tempfile.TemporaryDirectory(prefix="hypothesis-")
set_hypothesis_home_dir(NOTES.name)
