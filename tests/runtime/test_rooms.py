"""The order of byoc's rooms: imports go to the same room or a lower one, in whatever choices add to it, too."""

import ast
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

import pytest

from laid import PROJECT

ROOT_MODULES = ""
# From low to high. Rooms of one level do not import each other.
LEVELS = [
    {ROOT_MODULES},
    {"channels"},
    {"hosts", "reports"},
    {"training", "serving"},
    {"boosting", "tabular", "onnx_import"},  # what algorithms share
    {"image"},  # what images are built by, and run
    {"tools"},  # what people run
]
LEVEL = {room: level for level, rooms in enumerate(LEVELS) for room in rooms}
WEB_FRAMEWORKS = {"flask", "werkzeug", "gunicorn", "fastapi", "starlette", "uvicorn"}
SERVERS = ("serving/wsgi/", "serving/asgi/")
ALONE = ("tools/contract/", "tools/benchmark/")  # run by people who have Python and Docker, and no project
OF_PROJECTS = ("tools/samples/",)  # run by the project's own Python, on its owner's program
BUILDS = ("byoc.tools.", "byoc.image.pythons.")
MOST_MODULES = 15

LAYERS = [PROJECT / "byoc", *sorted(PROJECT.glob("options/*/*/byoc"))]
PROGRAMS = [PROJECT / "program", *PROJECT.glob("options/*/*/program")]
PROGRAM_MODULES = {file.stem for program in PROGRAMS for file in program.glob("*.py")}


class Import(NamedTuple):
    file: str  # below byoc/
    line: int
    module: str

    def __str__(self) -> str:
        return f"byoc/{self.file}:{self.line} imports {self.module}"

    @property
    def top(self) -> str:
        return self.module.partition(".")[0]

    @property
    def rooms(self) -> tuple[str, str]:
        """Where the import is, and where it goes."""
        return room(self.file.split("/")[:-1]), room(self.module.split(".")[1:])


def room(names: list[str]) -> str:
    return names[0] if names and names[0] in LEVEL else ROOT_MODULES


def sources() -> Iterator[tuple[str, Path]]:
    """Every Python file of byoc/, by its path below it; scripts for images have no suffix."""
    for layer in LAYERS:
        for file in sorted(layer.rglob("*")):
            if file.suffix == ".py" or (file.is_file() and file.read_bytes().startswith(b"#!/usr/bin/env python")):
                yield file.relative_to(layer).as_posix(), file


def imported(path: str, file: Path) -> Iterator[Import]:
    package = ["byoc", *path.split("/")[:-1]]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (Import(path, node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) + 1 - node.level] if node.level else []
            module = ".".join([*start, *filter(None, [node.module])])
            # `from byoc import status` and `from byoc.hosts import sharding` name modules.
            yield from (Import(path, node.lineno, f"{module}.{name.name}") for name in node.names)


IMPORTS = [each for path, file in sources() for each in imported(path, file)]
OWN = [each for each in IMPORTS if each.top == "byoc"]
FOREIGN = [each for each in IMPORTS if each.top != "byoc"]


def told(faults: list[Import]) -> list[str]:
    return [str(fault) for fault in faults]


def test_every_room_is_here_and_has_its_place_in_the_order():
    folders = {path.split("/")[0] for path, _ in sources() if "/" in path}
    assert folders == LEVEL.keys() - {ROOT_MODULES}
    assert {each.rooms[0] for each in OWN} >= folders - {"tools"}  # all were read


def test_imports_go_to_the_same_room_or_a_lower_one():
    upwards = [each for each in OWN if each.rooms[0] != each.rooms[1]]
    assert told([each for each in upwards if LEVEL[each.rooms[0]] <= LEVEL[each.rooms[1]]]) == []


def test_nothing_of_the_owners_is_imported():
    assert {"algorithm", "predictor", "wsgi", "asgi"} <= PROGRAM_MODULES
    owners = [each for each in FOREIGN if each.top in PROGRAM_MODULES]
    assert told([each for each in owners if not each.file.startswith(OF_PROJECTS)]) == []


def test_web_frameworks_are_imported_in_the_servers_folders_only():
    users = [each for each in FOREIGN if each.top in WEB_FRAMEWORKS]
    assert {folder for folder in SERVERS if any(each.file.startswith(folder) for each in users)} == {*SERVERS}
    assert told([each for each in users if not each.file.startswith(SERVERS)]) == []


def test_tools_import_nothing_of_what_images_hold():
    """But for what builds images, and the modules at the root of byoc, which need Python alone."""
    from_tools = [each for each in OWN if each.file.startswith("tools/") and not each.file.startswith(OF_PROJECTS)]
    assert from_tools
    others = [each for each in from_tools if each.rooms[1] not in ("tools", ROOT_MODULES)]
    assert told([each for each in others if not each.module.startswith(BUILDS)]) == []
    used = {each.module.split(".")[1] + ".py" for each in from_tools if each.rooms[1] == ROOT_MODULES}
    needed = [each for each in IMPORTS if each.file in used and each.top not in sys.stdlib_module_names | {"byoc"}]
    assert told(needed) == []


@pytest.mark.parametrize("folder", ALONE)
def test_what_stands_alone_needs_nothing_but_python(folder):
    there = [each for each in IMPORTS if each.file.startswith(folder)]
    package = f"byoc.{folder.rstrip('/').replace('/', '.')}."
    assert any(each.module.startswith(package) for each in there)
    assert told([each for each in there if each.top not in sys.stdlib_module_names | {"byoc"}]) == []
    assert told([each for each in there if each.top == "byoc" and not each.module.startswith(package)]) == []


def test_no_room_has_more_modules_than_a_reader_keeps_in_mind():
    """Whatever was chosen."""
    folders: dict[str, set[str]] = {}
    for path, _ in sources():
        folder, _, module = path.rpartition("/")
        folders.setdefault(folder, set()).add(module)
    assert {folder: len(modules) for folder, modules in folders.items() if len(modules) > MOST_MODULES} == {}


@pytest.mark.parametrize(
    ("path", "left_out"), [("byoc/tools/contract/kit.py", True), ("byoc/training/job.py", False), ("tests/x.py", True)]
)
def test_tools_are_in_no_image(path, left_out):
    ignored = False
    for pattern in (PROJECT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        name = pattern.removeprefix("!")
        if pattern and not pattern.startswith("#") and (fnmatch(path, name) or fnmatch(path, f"{name}/*")):
            ignored = not pattern.startswith("!")  # the last one that fits decides
    assert ignored is left_out
