"""What the template offers, as cookiecutter.json and the folders say, and a clean copy of it."""

import itertools
import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]
BUILDS_ON = "builds_on"
EXAMPLES = "readme/"
SPREADS = re.compile(r"^DISTRIBUTED = True\b", re.MULTILINE)


@dataclass(frozen=True)
class Template:
    """A template in the folder `root`. All file names are POSIX paths, relative to the generated project."""

    root: Path

    @property
    def questions(self) -> dict:
        """cookiecutter.json."""
        return json.loads((self.root / "cookiecutter.json").read_text(encoding="utf-8"))

    @property
    def project(self) -> Path:
        """The folder that becomes the project."""
        return self.root / "{{cookiecutter.project_slug}}"

    def choices(self) -> dict[str, list[str]]:
        """Every axis with its choices, the default first."""
        return {name: value for name, value in self._public().items() if isinstance(value, list)}

    def labels(self) -> dict[str, set[str]]:
        """Every axis with the choices that have a label."""
        prompts = self.questions["__prompts__"]
        return {axis: set(prompts.get(axis, {})) - {"__prompt__"} for axis in self.choices()}

    def folders(self) -> dict[str, set[str]]:
        """Every axis with the choices that have a folder; one that begins with _ is only there to build on."""
        axes = (self.project / "options").iterdir()
        return {axis.name: {each.name for each in axis.iterdir() if not each.name.startswith("_")} for axis in axes}

    def combinations(self) -> list[dict[str, str]]:
        """Every project that the axes make, as answers."""
        choices = self.choices()
        return [dict(zip(choices, values, strict=True)) for values in itertools.product(*choices.values())]

    def covering(self, together: int) -> list[dict[str, str]]:
        """Few of them, such that any so many choices, each of another axis, are together in one."""

        def groups(combination: dict[str, str]) -> set[tuple]:
            return set(itertools.combinations(combination.items(), together))

        found, every = [], self.combinations()
        left = set().union(*map(groups, every))
        while left:
            found.append(max(every, key=lambda combination: len(groups(combination) & left)))
            left -= groups(found[-1])
        return found

    def stacks_on_bases(self) -> list[tuple[str, str]]:
        """Every server stack on every base image, the defaults first; each three in a row have all of both."""
        stacks, bases = self.choices()["server_stack"], self.choices()["base_image"]
        turns = itertools.product(range(len(bases)), enumerate(stacks))
        return [(stack, bases[(turn - place) % len(bases)]) for turn, (place, stack) in turns]

    def common(self) -> set[str]:
        """The files that every project has."""
        return {name for name in files_in(self.project) if not name.startswith("options/")} - set(self.variants())

    def examples(self, axis: str, choice: str) -> set[str]:
        """The files of a choice that README.md takes in, and that the project does not have."""
        return {name for name in files_in(self.project / "options" / axis / choice) if name.startswith(EXAMPLES)}

    def builds_on(self, axis: str, choice: str) -> str:
        """The folder of the same axis that is laid right before this choice's, "" if there is none."""
        file = self.project / "options" / axis / choice / BUILDS_ON
        return file.read_text(encoding="utf-8").strip() if file.exists() else ""

    def bases(self, axis: str, choice: str) -> list[str]:
        """All folders that are laid before this choice's, the nearest first; ends where a chain comes round."""
        found: list[str] = []
        while (base := self.builds_on(axis, found[-1] if found else choice)) and base not in (choice, *found):
            found.append(base)
        return found

    def option(self, axis: str, choice: str) -> set[str]:
        """The files that a choice adds, with those of the one that it builds on."""
        base = self.builds_on(axis, choice)
        files = files_in(self.project / "options" / axis / choice) - {BUILDS_ON}
        own = {name for name in files if not name.startswith(EXAMPLES)} - set(self.variants(f"options/{axis}/{choice}"))
        return own | (self.option(axis, base) if base else set())

    def spreading(self) -> list[str]:
        """The algorithms that say that they train on several hosts."""
        folder, file = self.project / "options/algorithm", "program/algorithm.py"
        return [
            name for name in self.choices()["algorithm"] if SPREADS.search((folder / name / file).read_text("utf-8"))
        ]

    def variants(self, folder: str = ".") -> dict[str, str]:
        """The files below a folder of the project, NAME.CHOICE.EXT, that take the place of another there: NAME.EXT."""
        choices = set().union(*self.choices().values())
        parts = {name: PurePosixPath(name).name.split(".") for name in files_in(self.project / folder)}
        return {
            name: str(PurePosixPath(name).with_name(f"{each[0]}.{each[2]}"))
            for name, each in parts.items()
            if len(each) == 3 and each[1] in choices
        }

    def copied(self) -> set[str]:
        """The files that are copied as they are, options included."""
        folders = tuple(f"{folder}/" for folder in self.questions["_copy_without_render"])
        return {name for name in files_in(self.project) if name.startswith(folders)}

    def typed(self, **answers: str) -> str:
        """What a person types to give these answers and to take every other default."""
        return "".join(f"{answers.get(question, '')}\n" for question in self._public())

    def _public(self) -> dict:
        return {name: value for name, value in self.questions.items() if not name.startswith("_")}


def files_in(folder: Path) -> set[str]:
    """The files below a folder, links to files included."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


def kept_files() -> list[str]:
    """The files of this repository that git keeps or would keep, so that local junk never matters."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.check_output(command, cwd=ROOT, text=True).split("\0")
    return sorted(name for name in set(names) if name and (ROOT / name).exists())


def export(destination: Path) -> Template:
    """Copy the kept files, with their modes, to a new folder."""
    for name in kept_files():
        (destination / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, destination / name, follow_symlinks=False)
    return Template(destination)
