"""Who should make China's aluminium, where, with which cells and power, at what cost and carbon.

The whole public interface is five functions::

    data = alopt.load(inputs, "baseline")    # CSV + YAML -> validated, frozen ModelData
    model = alopt.build(data)                # -> Pyomo ConcreteModel; add your own constraints
    solution = alopt.solve(model)            # -> values, duals, frames; only from an optimum
    results = alopt.run("baseline")          # all of it -> results["capacity"] is a DataFrame
    alopt.init("my-inputs")                  # copy the shipped inputs to edit
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from alopt.data.load import load
    from alopt.init import init
    from alopt.model.build import build
    from alopt.run import Results, run
    from alopt.solve.solution import Solution, solve

__version__ = "0.1.0"

__all__ = ["Results", "Solution", "build", "init", "load", "run", "solve"]

_HOME = {
    "Results": "alopt.run",
    "Solution": "alopt.solve.solution",
    "build": "alopt.model.build",
    "init": "alopt.init",
    "load": "alopt.data.load",
    "run": "alopt.run",
    "solve": "alopt.solve.solution",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401
    """Import a public name when it is first used."""
    if name not in _HOME:
        raise AttributeError(f"module 'alopt' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


class _Package(ModuleType):
    """Keeps the functions in sight: importing the module `alopt.solve` must not hide `alopt.solve()`."""

    def __setattr__(self, name: str, value: Any) -> None:  # noqa: ANN401
        if not (name in _HOME and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
