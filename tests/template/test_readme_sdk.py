"""The walkthrough shows the lines for the SageMaker SDK that test_sdk_local_mode.py runs, and no others."""

import re

from sdk_user import SDK


def test_the_lines_for_the_sdk_are_those_that_are_run(bake):
    blocks = re.findall(r"```python\n(.*?)```", (bake() / "docs/walkthrough.md").read_text(), re.DOTALL)
    for version, block in zip(("v2", "v3"), blocks, strict=True):
        run = (SDK / version / "local_mode.py").read_text().splitlines()
        assert [line for line in block.splitlines() if line not in run] == []
