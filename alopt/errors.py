"""Errors in the user's words: every problem at once, each with its place and its mend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with an input.

    Attributes
    ----------
    file : str
        File that holds the problem, relative to the inputs' folder.
    row : int or None
        Line in the file (the header is line 1), if the problem has one.
    column : str or None
        Column or key.
    value : str or None
        The value as found.
    rule : str
        What is wrong.
    mend : str
        What to do about it.
    """

    file: str
    row: int | None
    column: str | None
    value: str | None
    rule: str
    mend: str

    def __str__(self) -> str:
        place = self.file if self.row is None else f"{self.file}, row {self.row}"
        if self.column is not None:
            place += f", column {_shorten(self.column)}"
        shown = "" if self.value is None else f" (found {_shorten(self.value)!r})"
        return _printable(f"{place}: {_shorten(self.rule, 400)}{shown}. {_shorten(self.mend, 1500)}")


def _shorten(text: str, most: int = 80) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _printable(text: str) -> str:
    """Write signs that a terminal would obey, or cannot show, as escapes."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


class AloptError(Exception):
    """Base of the errors that end a command without a traceback."""

    exit_code = 1


class InputError(AloptError):
    """Inputs or a scenario break rules; lists every problem found.

    Parameters
    ----------
    problems : list of Problem
        All that is wrong, in the order of the files and rows.
    """

    exit_code = 2

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__("\n".join([f"{count} in the inputs:", *(f"  - {p}" for p in problems)]))


class ScenarioError(InputError):
    """A scenario file or a setting on the command line breaks rules."""


class UsageError(AloptError):
    """A command was called in a way that has no meaning."""

    exit_code = 2


class InfeasibleError(AloptError):
    """No plan meets all constraints, or the cost has no lower bound; carries the diagnosis.

    Attributes
    ----------
    unbounded : bool
        Whether plans exist, and none is the cheapest.
    diagnosis : Diagnosis or None
        As data; the message is its text.
    """

    exit_code = 3

    def __init__(self, message: str, *, unbounded: bool = False, diagnosis: object = None) -> None:
        super().__init__(message)
        self.unbounded, self.diagnosis = unbounded, diagnosis

    def __reduce__(self) -> tuple[Any, ...]:
        """Keep the diagnosis where a worker hands the error on."""
        return _infeasible, (str(self), self.unbounded, self.diagnosis)


def _infeasible(message: str, unbounded: bool, diagnosis: object) -> InfeasibleError:
    return InfeasibleError(message, unbounded=unbounded, diagnosis=diagnosis)


class SolveError(AloptError):
    """The solver stopped before an optimum, or refused an option."""

    exit_code = 4


class CheckError(AloptError):
    """A solved run failed one of its own checks."""

    exit_code = 4
