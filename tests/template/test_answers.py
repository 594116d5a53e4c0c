"""What people write about a project, however odd, gives a project that works."""

import tomllib
from pathlib import Path

import pytest

import lint

ODD = {
    "quotes": """It's "quoted" `code` ''' and \"\"\" too""",
    "backslashes": r"C:\new\table \\ \" \u0041",
    "trailing backslash": "ends in \\",
    "shell": "$(touch x) `touch y` ${HOME} ; rm -rf * && # !",
    "markup": "<b>&amp;</b> [red]x[/red] % # | *",
    "emoji": "Grüße 🚀 👩‍🔬",
    "Japanese": "モデルを訓練する\N{IDEOGRAPHIC SPACE}推論",
    "no Jinja": "}} %} #} { { ${HOME}",
}
JINJA = "a {{ b }} {% if %} {# c #} {{ '{{' }} {{"


@pytest.mark.parametrize("answer", ["description", "project_name"])
@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
def test_odd_text_on_the_command_line(bake, text, answer):
    project = bake(**{answer: text, "project_slug": "odd"})
    assert_works(project, text)
    assert answer != "description" or described(project) == text


@pytest.mark.parametrize("text", [*ODD.values(), JINJA], ids=[*ODD.keys(), "Jinja"])
def test_odd_text_typed_at_the_prompt(bake, template, text):
    folder = bake.new_folder()
    result = bake.command(folder, typed=template.typed(project_name=text, project_slug="odd", description=text))
    assert result.returncode == 0, result.stderr
    assert_works(folder / "odd", text)
    assert described(folder / "odd") == text


def test_jinja_on_the_command_line_is_evaluated_unless_raw(bake):
    """cookiecutter renders what it is given, and only what is typed at the prompt stands as it is."""
    assert described(bake(description="{{ 1 + 1 }}")) == "2"
    assert described(bake(description="{% raw %}{{ 1 + 1 }} {% x %}{% endraw %}")) == "{{ 1 + 1 }} {% x %}"


def assert_works(project: Path, text: str) -> None:
    assert text in (project / "README.md").read_text(encoding="utf-8")
    lint.load(project)
    lint.run(project, "hadolint", "--failure-threshold=error", "Dockerfile")


def described(project: Path) -> str:
    return tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]["description"]
