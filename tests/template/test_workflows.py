"""The workflows of GitHub, here and in what is generated: what zizmor and actionlint do not look at."""

import re
from pathlib import Path

import pytest
import yaml

USES = re.compile(r"^ *- uses: (?P<action>\S+)@(?P<commit>[0-9a-f]{40}) # v(?P<version>\d+\.\d+\.\d+)$", re.MULTILINE)


@pytest.fixture(params=["template", "project"])
def root(request, template) -> Path:
    return template.root if request.param == "template" else template.project


def texts(root: Path) -> dict[str, str]:
    return {file.name: file.read_text(encoding="utf-8") for file in (root / ".github/workflows").iterdir()}


def test_actions_are_pinned_by_commit_and_say_their_version(root):
    for name, text in texts(root).items():
        assert len(USES.findall(text)) == text.count("uses:") > 0, name


def test_an_action_is_the_same_everywhere(template):
    pinned = {
        found
        for root in (template.root, template.project)
        for text in texts(root).values()
        for found in USES.findall(text)
    }
    assert len(pinned) == len({action for action, *_ in pinned})


def test_jobs_end_and_may_do_only_what_they_say(root):
    for name, text in texts(root).items():
        workflow = yaml.safe_load(text)
        assert workflow["permissions"] == {} and workflow["concurrency"]["group"], name
        for job in workflow["jobs"].values():
            assert 0 < job["timeout-minutes"] <= 120 and "contents" in job["permissions"], name


def test_make_has_the_targets(root):
    targets = set(re.findall(r"^([a-z-]+):", (root / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    called = {target for text in texts(root).values() for target in re.findall(r"run: make ([a-z-]+)", text)}
    assert called and called <= targets


def test_a_project_is_tested_on_the_python_of_its_image(template, bake):
    """The prompt says it; tests/images/test_contract_kit_images.py asks the images."""
    for base, label in template.questions["__prompts__"]["base_image"].items():
        if base == "__prompt__":
            continue
        version = (bake(base_image=base) / ".github/python-version").read_text(encoding="utf-8").strip()
        said = re.search(r"Python (3\.\d+)", label)
        assert version == (said[1] if said else "3.12"), base  # CUDA's is Ubuntu's
