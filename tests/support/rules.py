"""The rules that options follow, so that folders alone make projects. Each names what breaks it."""

import itertools
from collections.abc import Iterator

from template import Template, files_in

LOCAL_TEST = "local_test/test_dir/input/config"
EXAMPLES = {"algorithm": {"readme/train.txt", "readme/files.txt", "readme/requests.txt"}}
REQUIRED = {
    "algorithm": {
        "program/algorithm.py",
        "docs/data.md",
        "docs/hyperparameters.md",
        "requirements/algorithm.in",
        "requirements/algorithm.txt",
        "requirements/algorithm.modules",
        "local_test/payload.csv",
        "local_test/payload.json",
        "local_test/expected.csv",
        f"{LOCAL_TEST}/hyperparameters.json",
        f"{LOCAL_TEST}/inputdataconfig.json",
        f"{LOCAL_TEST}/resourceconfig.json",
    },
    "server_stack": {
        "program/serve",
        "requirements/server.in",
        "requirements/server.txt",
        "requirements/server.modules",
        "requirements/server.apt",
        "docs/server.md",
        "tests/stack.py",
    },
    "base_image": {"docs/base_image.md"},
}


def without_folder_choice_or_label(template: Template) -> Iterator[str]:
    """Rule 1: folder names = choices in cookiecutter.json = labels in `__prompts__`."""
    kinds = {
        "folder": template.folders(),
        "choice": {axis: set(choices) for axis, choices in template.choices().items()},
        "label": template.labels(),
    }
    for axis in sorted(set().union(*kinds.values())):
        known = set().union(*(names.get(axis, ()) for names in kinds.values()))
        for kind, names in kinds.items():
            for choice in sorted(known - names.get(axis, set())):
                yield f"{axis}: {choice} has no {kind}"


def built_on_nothing_or_in_vain(template: Template) -> Iterator[str]:
    """Rule 1, too: what a choice builds on is a folder that builds on none, and no file is replaced by the same."""
    for axis, choices in template.choices().items():
        options = template.project / "options" / axis
        bases = {choice: base for choice in choices if (base := template.builds_on(axis, choice))}
        shared = {folder.name for folder in options.glob("_*")}
        yield from (f"nothing builds on {axis}/{name}" for name in sorted(shared - set(bases.values())))
        for choice, base in bases.items():
            if not (options / base).is_dir() or template.builds_on(axis, base):
                yield f"{axis}/{choice} cannot build on {base}"
                continue
            for name in sorted(files_in(options / choice) & files_in(options / base)):
                if (options / choice / name).read_bytes() == (options / base / name).read_bytes():
                    yield f"{axis}/{choice} replaces {name} by the same"


def supplied_twice(template: Template) -> Iterator[str]:
    """Rule 2: no file is supplied by two layers that can meet in a project."""
    layers = [("common", "common", template.common())]
    for axis, choices in template.choices().items():
        layers += [(axis, f"{axis}/{choice}", template.option(axis, choice)) for choice in choices]
    for (axis, layer, files), (other_axis, other, other_files) in itertools.combinations(layers, 2):
        if axis != other_axis:
            yield from (f"{layer} and {other} both supply {name}" for name in sorted(files & other_files))


def not_supplied(template: Template) -> Iterator[str]:
    """Rule 3: every choice of an axis supplies the files that the rest counts on."""
    for axis, choices in template.choices().items():
        for choice in choices:
            missing = (REQUIRED[axis] | EXAMPLES.get(axis, set())) - template.option(axis, choice)
            missing -= template.examples(axis, choice)
            yield from (f"{axis}/{choice} does not supply {name}" for name in sorted(missing))


def in_nobodys_place(template: Template) -> Iterator[str]:
    """Rule 3, too: what takes a file's place where a choice is an answer, NAME.CHOICE.EXT, has it beside itself."""
    files = files_in(template.project)
    yield from (
        f"{name} takes the place of no {plain}" for name, plain in template.variants().items() if plain not in files
    )


def mentions_of_cookiecutter(template: Template) -> Iterator[str]:
    """Rule 4: what is copied verbatim is plain source, so it does not mention cookiecutter."""
    for name in sorted(template.copied()):
        if b"cookiecutter" in (template.project / name).read_bytes().lower():
            yield f"{name} mentions cookiecutter"
