"""Bad answers are refused with a line that says what to do, and leave nothing behind."""

import pytest
from cookiecutter.exceptions import FailedHookException, OutputDirExistsException

from template import files_in

SLUG_RULE = (
    "it names a Docker image, an ECR repository and SageMaker resources, so it must be 2 to 63 lower-case letters, "
    "digits and single hyphens, with a letter or digit at both ends. A valid example: 'my-model'."
)
REGION_RULE = "it must be the code of an AWS region. A valid example: 'us-east-1'."
LINE_RULE = "it must be one line without control characters. A valid example: "

BAD_SLUGS = [
    "My-model",
    "my model",
    " my-model",
    "my_model",
    "my.model",
    "-model",
    "model-",
    "my--model",
    "m",
    "m" * 64,
]
BAD_SLUGS += ["../model", "modèle", "模型", "my-model\n", "my\nmodel", "$(id)", "'", '"""', "\\"]
BAD_REGIONS = [
    "",
    "us-east",
    "useast-1",
    "us-east-",
    "US-EAST-1",
    "us_east_1",
    " us-east-1",
    "us-east-1\n",
    "us-east-1a",
]
BAD_LINES = ["two\nlines", "ends in a newline\n", "a\ttab", "a bell \a", "\x7f"]


@pytest.fixture
def refused(bake, tmp_path, capfd):
    """Bakes, to be refused, and gives the first line on stderr; nothing may remain, not even beside the project."""

    def first_line(**answers: str) -> str:
        folder = tmp_path / "parent" / "folder"
        folder.mkdir(parents=True)
        with pytest.raises(FailedHookException):
            bake.into(folder, **answers)
        assert sorted(tmp_path.rglob("*")) == [folder.parent, folder]
        return capfd.readouterr().err.splitlines()[0]

    return first_line


@pytest.mark.parametrize("slug", BAD_SLUGS)
def test_bad_slug(refused, slug):
    assert refused(project_slug=slug) == f"ERROR: project_slug {slug!r} cannot be used: {SLUG_RULE}"


@pytest.mark.parametrize("region", BAD_REGIONS)
def test_bad_region(refused, region):
    assert refused(aws_region=region) == f"ERROR: aws_region {region!r} cannot be used: {REGION_RULE}"


@pytest.mark.parametrize("text", BAD_LINES)
@pytest.mark.parametrize("answer", ["project_name", "description"])
def test_more_than_a_line(refused, answer, text):
    line = refused(**{answer: text, "project_slug": "my-model"})
    assert line.startswith(f"ERROR: {answer} {text!r} cannot be used: {LINE_RULE}'")


def test_slug_with_a_slash_leaves_an_empty_folder(bake, tmp_path, capfd):
    """cookiecutter makes a/b before it asks a hook, and then removes b only."""
    with pytest.raises(FailedHookException):
        bake.into(tmp_path, project_slug="a/b")
    assert capfd.readouterr().err.startswith(f"ERROR: project_slug 'a/b' cannot be used: {SLUG_RULE}\n")
    assert list(tmp_path.rglob("*")) == [tmp_path / "a"]


@pytest.mark.parametrize("slug", ["", ".", ".."])
def test_slug_that_is_a_folder_already_is_refused_by_cookiecutter_itself(bake, tmp_path, slug):
    with pytest.raises(OutputDirExistsException):
        bake.into(tmp_path, project_slug=slug)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("typed", [False, True], ids=["command line", "prompt"])
def test_command_ends_with_1_and_says_why_first(bake, template, tmp_path, typed):
    if typed:
        result = bake.command(tmp_path, typed=template.typed(project_slug="My_Model"))
    else:
        result = bake.command(tmp_path, "--no-input", "project_slug=My_Model")
    assert result.returncode == 1
    assert result.stderr.splitlines()[0] == f"ERROR: project_slug 'My_Model' cannot be used: {SLUG_RULE}"
    assert list(tmp_path.iterdir()) == []


def test_cruft_is_refused_too(bake):
    before = files_in(bake.folder)
    with pytest.raises(FailedHookException):
        bake.with_cruft(project_slug="My_Model")
    assert not [name for name in files_in(bake.folder) - before if "My_Model" in name]


@pytest.mark.parametrize("slug", ["m1", "42", "my-model", "a-b-c-1", "m" * 63])
def test_good_slug_names_the_folder(bake, slug):
    assert bake(project_slug=slug).name == slug


@pytest.mark.parametrize("region", ["eu-west-1", "ap-southeast-2", "us-gov-west-1", "us-isob-east-1", "eusc-de-east-1"])
def test_good_region(bake, region):
    assert f"AWS_REGION ?= {region}\n" in (bake(aws_region=region) / "own.mk").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("My Model", "my-model"),
        ("  It's_a  Model!! ", "it-s-a-model"),
        ("Grüße", "grusse"),
        ("a " * 40, "a-" * 31 + "a"),
        ("?!", "my-model"),
    ],
)
def test_proposed_slug_is_a_good_one(bake, name, slug):
    assert bake(project_name=name).name == slug
