r"""A cap on emissions: by year, as a budget over the horizon, or both, within a boundary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alopt.data.model_data import ModelData
from alopt.model.emissions import NESTED, emissions
from alopt.model.equations import Model, add, at_most, equation
from alopt.policies._fields import Fault, is_amount, word, yearly


@dataclass(frozen=True)
class Settings:
    """Yearly limit in Mt CO2e, budget over the represented years in Mt CO2e, boundary."""

    limit: Mapping[int, float] | None
    budget: float | None
    boundary: str

    FIELDS = ("limit_mt", "budget_mt", "boundary")

    @classmethod
    def read(cls, fields: Mapping[str, Any], data: ModelData) -> tuple[Settings | None, list[Fault]]:
        """Check the fields; the boundary and at least one of limit and budget must be given."""
        if "boundary" not in fields:
            return None, [("boundary", None, "the field is missing", f"Use one of {', '.join(NESTED)}.")]
        faults = word("boundary", fields["boundary"], NESTED)
        limit, budget = None, fields.get("budget_mt")
        if "limit_mt" in fields:
            limit, found = yearly("limit_mt", fields["limit_mt"], data.calendar)
            faults += found
        if budget is not None and not (is_amount(budget) and 0 <= budget <= 1e9):
            faults.append(("budget_mt", budget, "is no amount", "Give Mt CO2e over the whole horizon."))
        if "limit_mt" not in fields and budget is None:
            faults.append(("limit_mt", None, "neither a limit nor a budget is given", "Give one."))
        return cls(limit, budget, fields["boundary"]), faults


def build(m: Model, settings: Settings) -> None:
    """Add the yearly caps and the budget that the settings name."""
    m.emission_limits = settings
    if settings.limit is not None:
        add(m, emission_cap)
    if settings.budget is not None:
        add(m, emission_budget)


@equation(
    "year",
    over=lambda m: m.sets.YEARS,
    basis="annual",
    unit="CNY/t CO2e",
    dual="price of a tonne in the year: what one more t would save",
)  # fmt: skip
def emission_cap(m: Model, y: int) -> Any:
    r"""Emissions within the boundary stay under the year's limit.

    .. math:: emissions^{boundary}_y \le limit_y \quad \forall y \leftrightarrow c_y \le 0
    """
    limits = m.emission_limits
    return at_most(emissions(m, limits.boundary, y), limits.limit[y])


@equation(
    over=lambda _: [None],
    basis="event",
    unit="CNY/t CO2e at present value",
    dual="present value of one more t in the budget, the same whenever it is emitted",
)  # fmt: skip
def emission_budget(m: Model, *_: Any) -> Any:
    r"""Emissions of all represented years stay within a budget.

    .. math:: \sum_y D_y \, emissions^{boundary}_y \le budget \leftrightarrow \bar c \le 0
    """
    limits, represented = m.emission_limits, m.data.calendar.represented
    return at_most(
        sum(represented[y] * emissions(m, limits.boundary, y) for y in m.sets.YEARS), limits.budget
    )
