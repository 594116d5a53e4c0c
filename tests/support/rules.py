"""The rules that options follow, so that folders alone make projects. Each names what breaks it."""

import itertools
from collections.abc import Iterator
from pathlib import Path

from template import Template, files_in

LOCAL_TEST = "local_test/test_dir/input/config"
UPDATES = ("byoc/tools/update/", "byoc/tools/packages/update.")  # what generates a project anew
EXAMPLES = {
    "algorithm": {"readme/train.txt", "readme/files.txt", "readme/requests.txt"},
    "base_image": {"readme/base_image.md"},
}
REQUIRED = {
    "algorithm": {
        "program/algorithm.py",
        "program/predictor.py",
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
    },
    "base_image": set(),
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
    """Rule 1, too: a folder builds on another, that one perhaps on a third, and none replaces a file by the same."""
    for axis, choices in template.choices().items():
        options = template.project / "options" / axis
        shared = {folder.name for folder in options.glob("_*")}
        used = {base for choice in choices for base in template.bases(axis, choice)}
        yield from (f"nothing builds on {axis}/{name}" for name in sorted(shared - used))
        for folder in sorted({*choices, *shared}):
            chain = [folder, *template.bases(axis, folder)]
            end = template.builds_on(axis, chain[-1])  # "" unless the chain comes round
            missing = [base for base in [*chain[1:], end] if base and (base == end or not (options / base).is_dir())]
            yield from (f"{axis}/{folder} cannot build on {base}" for base in missing)
            if not missing:
                yield from (
                    f"{axis}/{folder} replaces {name} by the same" for name in replaced_by_the_same(options, chain)
                )


def replaced_by_the_same(options: Path, chain: list[str]) -> list[str]:
    """The files of a chain's first folder that the next one down that has them has alike."""
    first, *bases = chain
    below = {name: options / base / name for base in reversed(bases) for name in files_in(options / base)}
    alike = files_in(options / first) & below.keys()
    return [name for name in sorted(alike) if (options / first / name).read_bytes() == below[name].read_bytes()]


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
        if not name.startswith(UPDATES) and b"cookiecutter" in (template.project / name).read_bytes().lower():
            yield f"{name} mentions cookiecutter"
