r"""Volumes of metal at the border: exports at least or at most, imports at most, by year.

A floor on exports stands for contracts that must be met, a limit of nil for a ban, and a limit
of nil on imports for self-sufficiency. Floors and limits are over all regions together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alopt.data.model_data import ModelData
from alopt.model.equations import Model, add, at_least, at_most, equation
from alopt.policies._fields import Fault, yearly

_FLOOR, _EXPORTS, _IMPORTS = "export_floor_mt_per_a", "export_limit_mt_per_a", "import_limit_mt_per_a"


@dataclass(frozen=True)
class Settings:
    """Floor and limit of exports and limit of imports by year, Mt/a; None where one is not set."""

    export_floor: Mapping[int, float] | None
    export_limit: Mapping[int, float] | None
    import_limit: Mapping[int, float] | None

    FIELDS = (_FLOOR, _EXPORTS, _IMPORTS)

    @classmethod
    def read(cls, fields: Mapping[str, Any], data: ModelData) -> tuple[Settings | None, list[Fault]]:
        """Check the fields; a floor must fit the limit and the volume of the export steps."""
        if not fields:
            return None, [(_FLOOR, None, "no floor or limit is given", f"Use {', '.join(cls.FIELDS)}.")]
        markets = data.markets
        read: dict[str, dict[int, float]] = {}
        faults: list[Fault] = []
        for name in fields:
            steps = markets.export_steps if name != _IMPORTS else markets.import_steps
            if not steps:
                mend = f"Add steps to tables/{name[:6]}_steps.csv and a port, or drop the field."
                faults.append((name, None, "metal does not cross the border this way", mend))
            read[name], found = yearly(name, fields[name], data.calendar, high=1e4)
            faults += found
        if faults:
            return None, faults
        return cls(read.get(_FLOOR), read.get(_EXPORTS), read.get(_IMPORTS)), _floor_faults(read, data)


def _floor_faults(read: Mapping[str, Mapping[int, float]], data: ModelData) -> list[Fault]:
    """Faults of a floor above what the steps or the limit let leave, each told of the first such year."""
    room = sum(step.volume for step in data.markets.export_steps)
    faults: list[Fault] = []
    floors = read.get(_FLOOR, {})
    above = [y for y, floor in floors.items() if floor > room]
    if above:
        rule = f"the floor of {above[0]} is above the {room:g} Mt/a of the export steps"
        faults.append((_FLOOR, floors[above[0]], rule, "Lower it, or add a step."))
    above = [y for y, floor in floors.items() if _EXPORTS in read and floor > read[_EXPORTS][y]]
    if above:
        rule = f"the floor of {above[0]} is above the limit of {read[_EXPORTS][above[0]]:g}"
        faults.append((_FLOOR, floors[above[0]], rule, "Lower it, or raise export_limit_mt_per_a."))
    return faults


def build(m: Model, settings: Settings) -> None:
    """Add the floor and the limits that are set."""
    m.metal_trade = settings
    for limit, rule in (
        (settings.export_floor, metal_export_floor),
        (settings.export_limit, metal_export_limit),
        (settings.import_limit, metal_import_limit),
    ):
        if limit is not None:
            add(m, rule)


def _exported(m: Model, y: int) -> Any:
    return sum(m.exports[r, step, t] for r, step, t in m.sets.EXPORTS if t == y)


@equation(
    "year",
    over=lambda m: m.sets.YEARS,
    basis="annual",
    unit="CNY/t",
    dual="what the last t of the obligation costs: metal at the smelter, casting and freight less its price",
    limit="export_floor_mt_per_a",
)  # fmt: skip
def metal_export_floor(m: Model, y: int) -> Any:
    r"""Exports are at least the year's floor.

    .. math:: \sum_{r,s} exports_{r,s,y} \ge floor_y \quad \forall y \leftrightarrow \hat\varrho_y \ge 0
    """
    return at_least(_exported(m, y), m.metal_trade.export_floor[y])


@equation(
    "year",
    over=lambda m: m.sets.YEARS,
    basis="annual",
    unit="CNY/t",
    dual="what one more t of exports would earn above its cost: the export duty that sells as much",
    limit="export_limit_mt_per_a",
)  # fmt: skip
def metal_export_limit(m: Model, y: int) -> Any:
    r"""Exports are at most the year's limit.

    .. math:: \sum_{r,s} exports_{r,s,y} \le limit_y \quad \forall y \leftrightarrow \check\varrho_y \le 0
    """
    return at_most(_exported(m, y), m.metal_trade.export_limit[y])


@equation(
    "year",
    over=lambda m: m.sets.YEARS,
    basis="annual",
    unit="CNY/t",
    dual="what one more t of imports would save: the import duty that lands as much",
    limit="import_limit_mt_per_a",
)  # fmt: skip
def metal_import_limit(m: Model, y: int) -> Any:
    r"""Imports are at most the year's limit.

    .. math:: \sum_{d,s} imports_{d,s,y} \le limit_y \quad \forall y \leftrightarrow \hat\varpi_y \le 0
    """
    bought = sum(m.imports[d, step, t] for d, step, t in m.sets.IMPORTS if t == y)
    return at_most(bought, m.metal_trade.import_limit[y])
