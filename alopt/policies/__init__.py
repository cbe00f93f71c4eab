"""Policies: one file per instrument, found by itself.

A module in this folder is an instrument. It holds

- ``Settings``: a frozen dataclass with the names of its ``FIELDS`` and ``read(fields, data)``,
  which checks the scenario's fields against everything that was read (``data`` has no policies
  yet; those of the scenario are ``data.scenario.policies``) and returns the settings and a list
  of ``(field, value, rule, mend)``;
- ``build(m, settings)``: adds its equations and, in ``m.transfers``, the present value of its
  payments;
- ``payments(data, settings, tables)`` (where it pays): the same payments recomputed from result
  tables alone, one :class:`Payment` each;
- ``opens(data, settings)`` (where it allows power that no table holds): the data with its sources.

Its first paragraph says what it does, with the formula of the payment if it has one.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from alopt.data.model_data import ModelData
from alopt.data.scenario import Scenario
from alopt.errors import Problem
from alopt.model.equations import Model

#: Who takes what the state levies, and gives what it grants.
STATE = "state"

#: Who owns smelters; the owner stands beside the site.
SMELTERS = "smelters"


@dataclass(frozen=True)
class Payment:
    """Money that an instrument moves in a calendar year; it is a transfer, no resource cost.

    ``cost_m_cny`` is what the objective counts: M CNY a year that the payer pays the receiver,
    negative where money flows the other way. ``site`` and ``region`` are blank where the
    payment has no one place.
    """

    year: int
    component: str
    cost_m_cny: float
    region: str = ""
    site: str = ""
    payer: str = SMELTERS
    receiver: str = STATE


def instruments() -> dict[str, str]:
    """Return every instrument's name and module, in order of name."""
    found = (name for _, name, _ in pkgutil.iter_modules(__path__))
    return {name: f"{__name__}.{name}" for name in sorted(found) if not name.startswith("_")}


def instrument(name: str) -> ModuleType:
    """Import an instrument by name."""
    return importlib.import_module(f"{__name__}.{name}")


def read_policies(
    scenario: Scenario, data: ModelData | None, file: str
) -> tuple[dict[str, Any], list[Problem]]:
    """Read the settings of a scenario's policies.

    Parameters
    ----------
    scenario : Scenario
    data : ModelData or None
        All that was read; None where that has problems of its own: then only unknown policies and
        fields are looked for.
    file : str
        Scenario file, for messages.

    Returns
    -------
    settings : dict of str to settings
    problems : list of Problem
    """
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
        if data is not None:
            known_fields = {key: value for key, value in fields.items() if key in module.Settings.FIELDS}
            settings[name], faults = module.Settings.read(known_fields, data)
            # Beside a field of no known name, one that is missing may only be misspelt.
            found += [one for one in faults if not found or one[0].partition(".")[0] in fields]
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


def open_sources(data: ModelData) -> ModelData:
    """Give sites the power sources that the policies of the scenario open to them."""
    for name in sorted(data.policies):
        module = instrument(name)
        if hasattr(module, "opens"):
            data = module.opens(data, data.policies[name])
    return data


def build_policies(m: Model) -> None:
    """Add each policy of the scenario to a model, in order of name."""
    for name in sorted(m.data.policies):
        instrument(name).build(m, m.data.policies[name])
