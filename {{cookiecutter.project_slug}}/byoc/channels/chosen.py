"""Which of a file's columns is learnt, which are left out, and how many labels the one that is learnt may have."""

import json
from collections.abc import Sequence

from pydantic import BaseModel, Field, field_validator

from byoc.errors import InputError, listed, shown

Column = int | str


class ChosenColumns(BaseModel):
    """The hyperparameters of every algorithm that reads rows; the runner tells the channels of them.

    A column is given by its name, or by its place: 1 is the first, -1 the last. They are left out of `model_dump`, so
    that a framework is not told of them.
    """

    target: Column | None = Field(
        None,
        exclude=True,
        description="the column to learn, by its name or place; by default 1, the first; -1 is the last",
    )
    ignore: list[Column] = Field(
        [], exclude=True, description="columns to leave out, by their names or places, such as an index"
    )
    max_labels: int | None = Field(
        None, exclude=True, ge=2, description="maximum number of different labels; by default 100, or more of few rows"
    )

    @field_validator("ignore", mode="before")
    @classmethod
    def _listed(cls, given: object) -> object:
        """One column need not be in a list."""
        return [given] if isinstance(given, int | str) else given

    @property
    def given(self) -> bool:
        return bool(self.ignore) or self.target is not None

    @property
    def by_name(self) -> set[str]:
        """The names among them. A name that is a number needs quotes of its own: "\\"7\\""."""
        return {column for column in [self.target, *self.ignore] if isinstance(column, str)}

    def ignoring(self, *columns: Column) -> str:
        """The hyperparameter `ignore` that leaves out these columns, too, as a message tells to set it."""
        every = [*self.ignore, *columns]
        return "ignore = " + json.dumps(every if len(every) > 1 else every[0], ensure_ascii=False)

    def order(self, names: Sequence[str] | None, width: int, place: str) -> list[int]:
        """Where, from 0, the target and then each feature is in rows of `width` columns that have these names, or none.

        Raises InputError, beginning with the place, for a column that is not there, and if no feature is left.
        """
        left_out = [self._index("ignore", column, names, width, place) for column in self.ignore]
        rest = [index for index in range(width) if index not in left_out]
        if self.target is not None:
            target = self._index("target", self.target, names, width, place)
            if target in left_out:
                raise InputError(f"{place}: hyperparameter ignore has column {target + 1}, which is the target")
            rest = [target, *(index for index in rest if index != target)]
        if len(rest) < 2 and self.given:
            raise InputError(f"{place}: {width} columns: without those to ignore, no feature is left")
        return rest

    def _index(self, hyperparameter: str, column: Column, names: Sequence[str] | None, width: int, place: str) -> int:
        if isinstance(column, str):
            if names and column in names:
                return list(names).index(column)
            there = f"among {listed(names)}" if names else "as the file has no header; give its place, 1 for the first"
            raise InputError(f"{place}: hyperparameter {hyperparameter}: there is no column {shown(column)} {there}")
        if not (1 <= column <= width or -width <= column <= -1):
            raise InputError(f"{place}: hyperparameter {hyperparameter} = {column}: there are {width} columns")
        return column - 1 if column > 0 else width + column
