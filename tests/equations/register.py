"""What each test covers, so that another can find what is not covered.

A test of an equation, a cost component or an emission source says so::

    @covers(equation="capacity_balance")
    def test_capacity_of_a_later_year(check): ...
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from alopt.model import EQUATIONS
from alopt.policies import instruments


def every_equation():
    """The register of the model, with the equations of every instrument."""
    for module in instruments().values():
        import_module(module)
    return EQUATIONS


def covers(**kinds):
    """Say which equation, cost or emission (one name or a list) a test covers."""

    def mark(test):
        test.covers = {kind: [names] if isinstance(names, str) else names for kind, names in kinds.items()}
        return test

    return mark


def covered(kind, folder=Path(__file__).parent):
    """Names of one kind that some test in the folder covers."""
    names = set()
    for path in sorted(folder.glob("test_*.py")):
        module = import_module(f".{path.stem}", __package__)
        for name, test in vars(module).items():
            if name.startswith("test_"):
                names |= set(getattr(test, "covers", {}).get(kind, ()))
    return names
