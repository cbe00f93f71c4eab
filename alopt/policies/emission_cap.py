r"""A cap on emissions within a boundary: by year, as a budget over the horizon, by region.

The yearly limit and the budget cover all regions, or with ``regions`` only what is emitted in
those together; ``regional_limits_mt`` gives single regions limits of their own. An emission counts
where it arises: at the smelter, the refinery, or (freight of alumina and ore) where the goods
arrive. What moves to an uncovered region is not caught: compare emissions of the whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from alopt.data.model_data import ModelData
from alopt.model.emissions import NESTED, emissions
from alopt.model.equations import Model, add, at_most, equation
from alopt.policies._fields import Fault, is_amount, word, yearly

#: From this boundary on refineries count, and with them regions that have no smelters.
_WITH_REFINERIES = NESTED.index("industry")


@dataclass(frozen=True)
class Settings:
    """What is limited.

    Attributes
    ----------
    limit : mapping of int to float, or None
        Mt CO2e by year.
    budget : float or None
        Mt CO2e over all represented years.
    boundary : str
        One of the nested boundaries.
    regions : tuple of str, or None
        Regions that limit and budget cover; None for all.
    regional : mapping of str to (mapping of int to float)
        Limits of single regions by year, Mt CO2e.
    """

    limit: Mapping[int, float] | None
    budget: float | None
    boundary: str
    regions: tuple[str, ...] | None = None
    regional: Mapping[str, Mapping[int, float]] = field(default_factory=dict)

    FIELDS = ("limit_mt", "budget_mt", "boundary", "regions", "regional_limits_mt")

    @classmethod
    def read(cls, fields: Mapping[str, Any], data: ModelData) -> tuple[Settings | None, list[Fault]]:
        """Check the fields; the boundary and at least one of limits and budget must be given."""
        if "boundary" not in fields:
            return None, [("boundary", None, "the field is missing", f"Use one of {', '.join(NESTED)}.")]
        faults = word("boundary", fields["boundary"], NESTED)
        limit, budget = None, fields.get("budget_mt")
        if "limit_mt" in fields:
            limit, found = yearly("limit_mt", fields["limit_mt"], data.calendar)
            faults += found
        if budget is not None and not (is_amount(budget) and 0 <= budget <= 1e9):
            faults.append(("budget_mt", budget, "is no amount", "Give Mt CO2e over the whole horizon."))
        if "limit_mt" not in fields and budget is None and "regional_limits_mt" not in fields:
            faults.append(("limit_mt", None, "neither a limit nor a budget is given", "Give one."))
        emitting = _emitting(data, fields["boundary"]) if not faults else None
        covered, found = _covered(fields, emitting)
        faults += found
        regional, found = _regional(fields, data, emitting)
        return cls(limit, budget, fields["boundary"], covered, regional), faults + found


def _emitting(data: ModelData, boundary: str) -> dict[str, int]:
    """Regions where something within a boundary can be emitted, and the first model year of it."""
    first: dict[str, int] = {}
    for (i, _), year in data.fleet.site_cells.items():
        region = data.fleet.sites[i].region
        first[region] = min(year, first.get(region, year))
    if NESTED.index(boundary) >= _WITH_REFINERIES:
        first |= {one.region: data.calendar.years[0] for one in data.materials.refineries.values()}
    return first


def _unknown(name: str, region: object, emitting: Mapping[str, int] | None) -> list[Fault]:
    """Fault of a region where nothing is emitted; none while the boundary itself is at fault."""
    if emitting is None or region in emitting:
        return []
    mend = f"Use keys such as {', '.join(sorted(emitting)[:4])}."
    return [(name, region, "nothing is emitted there within the boundary", mend)]


def _covered(
    fields: Mapping[str, Any], emitting: Mapping[str, int] | None
) -> tuple[tuple[str, ...] | None, list[Fault]]:
    """Regions that limit and budget cover."""
    if "regions" not in fields:
        return None, []
    value = fields["regions"]
    form = "Write it as [yunnan, shanxi]."
    if not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value):
        return None, [("regions", value, "must be a list of regions", form)]
    faults = [fault for region in value for fault in _unknown("regions", region, emitting)]
    if len(set(value)) < len(value):
        faults.append(("regions", value, "names a region twice", "Name each once."))
    if "limit_mt" not in fields and fields.get("budget_mt") is None:
        mend = "Give limit_mt or budget_mt, or drop the regions."
        faults.append(("regions", value, "there is no limit or budget that they bound", mend))
    return tuple(value), faults


def _regional(
    fields: Mapping[str, Any], data: ModelData, emitting: Mapping[str, int] | None
) -> tuple[dict[str, Mapping[int, float]], list[Fault]]:
    """Limits of single regions."""
    if "regional_limits_mt" not in fields:
        return {}, []
    name, value = "regional_limits_mt", fields["regional_limits_mt"]
    if not isinstance(value, Mapping) or not value:
        return {}, [(name, value, "must give limits by region", "Write it as {shandong: 80, yunnan: 12}.")]
    limits: dict[str, Mapping[int, float]] = {}
    faults: list[Fault] = []
    for region, limit in value.items():
        faults += _unknown(name, region, emitting)
        limits[region], found = yearly(f"{name}.{region}", limit, data.calendar)
        faults += found
    return limits, faults


def build(m: Model, settings: Settings) -> None:
    """Add the yearly caps and the budget that the settings name."""
    m.emission_limits = settings
    first = _emitting(m.data, settings.boundary)
    begin = min(first[r] for r in settings.regions or first)
    m.sets.LIMITED_YEARS = [y for y in m.sets.YEARS if y >= begin]
    m.sets.LIMITED_REGIONS = [(r, y) for r in settings.regional for y in m.sets.YEARS if y >= first[r]]
    if settings.limit is not None:
        add(m, emission_cap)
    if settings.budget is not None:
        add(m, emission_budget)
    if settings.regional:
        add(m, regional_emission_cap)


def _emitted(m: Model, y: int) -> Any:
    """Emissions of a year in the regions that limit and budget cover."""
    limits = m.emission_limits
    if limits.regions is None:
        return emissions(m, limits.boundary, y)
    return sum(emissions(m, limits.boundary, y, region) for region in limits.regions)


@equation(
    "year",
    over=lambda m: m.sets.LIMITED_YEARS,
    basis="annual",
    unit="CNY/t CO2e",
    dual="price of a tonne in the year: what one more t would save",
    limit="limit_mt",
)  # fmt: skip
def emission_cap(m: Model, y: int) -> Any:
    r"""Emissions within the boundary, in the regions covered, stay under the year's limit.

    .. math:: \sum_{r \in covered} emissions^{boundary}_{r,y} \le limit_y \quad \forall y
       \leftrightarrow c_y \le 0
    """
    return at_most(_emitted(m, y), m.emission_limits.limit[y])


@equation(
    over=lambda _: [None],
    basis="event",
    unit="CNY/t CO2e at present value",
    dual="present value of one more t in the budget, the same whenever it is emitted",
    limit="budget_mt",
)  # fmt: skip
def emission_budget(m: Model, *_: Any) -> Any:
    r"""Emissions of all represented years, in the regions covered, stay within a budget.

    .. math:: \sum_y D_y \sum_{r \in covered} emissions^{boundary}_{r,y} \le budget
       \leftrightarrow \bar c \le 0

    The price of a tonne in a year is :math:`-\bar c \, D_y / W_y`: it rises with the discount rate.
    """
    represented = m.data.calendar.represented
    return at_most(sum(represented[y] * _emitted(m, y) for y in m.sets.YEARS), m.emission_limits.budget)


@equation(
    "region", "year",
    over=lambda m: m.sets.LIMITED_REGIONS,
    basis="annual",
    unit="CNY/t CO2e",
    dual="price of a tonne emitted in the region in the year, on top of a national one",
    limit="regional_limits_mt",
)  # fmt: skip
def regional_emission_cap(m: Model, r: str, y: int) -> Any:
    r"""Emissions of a region within the boundary stay under its own limit.

    .. math:: emissions^{boundary}_{r,y} \le limit_{r,y} \quad \forall r \in limited, y
       \leftrightarrow c^{region}_{r,y} \le 0
    """
    limits = m.emission_limits
    return at_most(emissions(m, limits.boundary, y, r), limits.regional[r][y])
