"""Instruments that stand each in a small world of their own.

A file `test_instrument_NAME.py` of this folder says how the instrument is set there:

- ``SETTINGS``: its settings;
- ``NEEDS``: names of the small world's other policies that it cannot do without;
- ``CHANGE`` or ``changed``: what its world has besides, as a function of the small world;
- ``SETS`` and ``VARIABLES``: for each equation and variable that it adds, the expected index set
  as a function of the data;
- ``DECISIONS`` and ``LETTERS``: words and letters of its formulas that the other formulas do not
  have, each with what it stands for;
- ``EVENTS``: its rows of events.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

_PREFIX = "test_instrument_"


@cache
def own_modules() -> dict[str, ModuleType]:
    """Test modules of instruments by the instrument's name."""
    paths = sorted(Path(__file__).parent.glob(f"{_PREFIX}*.py"))
    return {path.stem.removeprefix(_PREFIX): import_module(f".{path.stem}", __package__) for path in paths}


def own_world(world, name):
    """Return the small world with this instrument and those that it needs, and no other."""
    module = own_modules()[name]
    world = getattr(module, "CHANGE", lambda same: same)(world)
    policies = {other: world.policies[other] for other in getattr(module, "NEEDS", ())}
    changed = getattr(module, "changed", lambda data: data)(world)
    return replace(changed, policies={**policies, name: module.SETTINGS})


def own_sets(kind):
    """What all these instruments state of one kind: index sets by equation or variable, decisions by word."""
    return {
        component: members
        for module in own_modules().values()
        for component, members in getattr(module, kind, {}).items()
    }


def own_words(equation):
    """Words that the formula of an instrument's own equation uses, with their decisions."""
    return {
        word: decisions
        for module in own_modules().values()
        if equation in getattr(module, "SETS", {})
        for word, decisions in getattr(module, "DECISIONS", {}).items()
    }
