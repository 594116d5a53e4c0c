"""A target: starts programs as SageMaker does."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from pathlib import Path

from .program import Program


@dataclass(frozen=True)
class Launch:
    """`docker run IMAGE words…`, with `folder` as /opt/ml and `model` as a read-only /opt/ml/model."""

    words: tuple[str, ...]
    folder: Path | None = None
    model: Path | None = None
    read_only: tuple[str, ...] = ()  # paths below `folder`
    environment: dict[str, str] = field(default_factory=dict)
    ports: tuple[int, ...] = ()
    options: tuple[str, ...] = ()  # of `docker run`


class Target(ABC):
    """`kind`, `name` and `labels`, an image's claims, are for the report and for checks to read."""

    kind: str
    labels: dict[str, str]

    def __init__(self, name: str, environment: dict[str, str]):
        """`environment` is added whenever it is started."""
        self.name, self.environment = name, environment

    def start(self, *words: str, **how: object) -> Program:
        """Start it; `how` is what Launch takes. Raises NotChecked for what this kind of target cannot do."""
        launch = Launch(words, **how)
        return self.launch(replace(launch, environment=self.environment | launch.environment))

    @abstractmethod
    def launch(self, launch: Launch) -> Program: ...

    @abstractmethod
    def remove_tree(self, folder: Path) -> None:
        """Make a folder that was given to `start` one that this user can delete."""

    @abstractmethod
    def close(self) -> None:
        """Remove all that was started."""
