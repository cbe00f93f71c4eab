"""Policies: one file per instrument, found by itself.

A module in this folder is an instrument. It holds

- ``Settings``: a frozen dataclass whose ``read(fields, calendar, fleet, all_policies)`` checks
  the scenario's fields and returns the settings and a list of ``(field, value, rule, mend)``;
- ``build(m, settings)``: adds its equations and, in ``m.transfers``, its payments;
- ``payments(data, settings, frames)`` (optional): the same payments recomputed from result
  tables, as rows for the cost table.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from alopt.data.calendar import Calendar
from alopt.data.fleet import Fleet
from alopt.data.scenario import Scenario
from alopt.errors import Problem
from alopt.model.equations import Model


def instruments() -> dict[str, str]:
    """Return every instrument's name and module, in order of name."""
    found = (name for _, name, _ in pkgutil.iter_modules(__path__))
    return {name: f"{__name__}.{name}" for name in sorted(found) if not name.startswith("_")}


def instrument(name: str) -> ModuleType:
    """Import an instrument by name."""
    return importlib.import_module(f"{__name__}.{name}")


def check_policies(
    scenario: Scenario, calendar: Calendar, fleet: Fleet, file: str
) -> tuple[dict[str, Any], list[Problem]]:
    """Read the settings of a scenario's policies; unknown names and fields are problems."""
    known = instruments()
    settings: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, fields in scenario.policies.items():
        if name not in known:
            close = difflib.get_close_matches(str(name), known, n=1)
            hint = f"Did you mean {close[0]}? " if close else ""
            mend = f"{hint}There are {', '.join(known)}."
            problems.append(Problem(file, None, f"policies.{name}", None, "no such policy", mend))
            continue
        module = instrument(name)
        found = unknown_fields(fields, module.Settings)
        if not found:
            settings[name], found = module.Settings.read(fields, calendar, fleet, scenario.policies)
        problems += [
            Problem(file, None, f"policies.{name}.{field}", None if value is None else str(value), rule, mend)
            for field, value, rule, mend in found
        ]
    return settings, problems


def unknown_fields(fields: Mapping[str, Any], settings: type) -> list[tuple[str, Any, str, str]]:
    """Problems of fields that an instrument does not have."""
    known = settings.FIELDS  # type: ignore[attr-defined]
    return [
        (str(field), None, "no such field", f"The fields are {', '.join(known)}.")
        for field in fields
        if field not in known
    ]


def build_policies(m: Model) -> None:
    """Add each policy of the scenario to a model, in order of name."""
    for name in sorted(m.data.policies):
        instrument(name).build(m, m.data.policies[name])
