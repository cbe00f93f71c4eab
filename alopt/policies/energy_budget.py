r"""An energy budget: power that the smelters of a region, a group or the nation use in a year.

Captive and purchased power count alike. With ``renewables: free`` the renewable part of the power
does not count, as where a region's control of energy use leaves renewable power out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alopt.data.model_data import ModelData
from alopt.model.equations import Model, add, at_most, equation
from alopt.policies._areas import Areas, read_areas
from alopt.policies._fields import Fault, word

RENEWABLES = ("counted", "free")


@dataclass(frozen=True)
class Settings:
    """Budgets by area and year in TWh, and whether renewable power counts."""

    budgets: Areas
    renewables: str

    FIELDS = ("budgets_twh", "groups", "renewables")

    @classmethod
    def read(cls, fields: Mapping[str, Any], data: ModelData) -> tuple[Settings | None, list[Fault]]:
        """Check the fields; budgets and the word on renewables must be given."""
        areas, faults = read_areas(fields, "budgets_twh", data.fleet, data.calendar, high=100_000.0)
        if "renewables" not in fields:
            faults.append(("renewables", None, "the field is missing", "Use counted, free."))
        else:
            faults += word("renewables", fields["renewables"], RENEWABLES)
        return cls(areas, fields.get("renewables", "")), faults


def build(m: Model, settings: Settings) -> None:
    """Add the budgets."""
    m.energy_budgets = settings
    add(m, energy_budget)


def _drawn(m: Model, r: str, y: int) -> list[tuple[float, Any]]:
    """Part that counts, and power, of each supply of an area in a year."""
    settings, power = m.energy_budgets, m.data.power
    free = settings.renewables == "free"
    found = []
    for i in settings.budgets.sites(m.data.fleet, r):
        if (i, y) in m.sets.cells_at:
            for e in power.sources[i]:
                part = 1.0 - power.renewable_share[i, e, y] if free else 1.0
                found += [(part, m.electricity[i, e, y, h]) for h in power.slices_of[i] if part]
    return found


@equation(
    "region", "year",
    over=lambda m: [(r, y) for r, y in m.energy_budgets.budgets.rows() if _drawn(m, r, y)],
    basis="annual",
    unit="CNY/MWh",
    dual="what one more MWh in the budget would save: what power costs on top of its price",
    limit="budgets_twh",
)  # fmt: skip
def energy_budget(m: Model, r: str, y: int) -> Any:
    r"""Power that an area's smelters use stays within its budget.

    .. math:: \sum_{i \in r,e,h} counted_{i,e,y} \, electricity_{i,e,y,h} \le budget_{r,y}
       \quad \forall r,y \leftrightarrow \pi^{energy}_{r,y} \le 0

    ``counted`` is one, or where renewable power is free the part of a source that is not renewable.
    """
    used = sum(part * power for part, power in _drawn(m, r, y))
    return at_most(used, m.energy_budgets.budgets.values[r][y])
