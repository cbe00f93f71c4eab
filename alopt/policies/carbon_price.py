r"""A price on emissions: the carbon market, with output-based allocation.

The payment of a year is price × (covered emissions − benchmark × output). Without a benchmark
every tonne pays. A benchmark tightens as a path by year. Where it lies above the emission the
payment is a subsidy of output, and while quota is scarce the quota rent swallows it: the metal
price stays and the quota is worth more.

Up to ``verified_until`` allocation equals verified emissions, as in the market's first years: what
a smelter emits it is given, so a tonne more costs nothing and no payment falls due. A model year
up to then pays nothing in all the calendar years that it stands for.

Power stands outside the scope ``direct``. Captive units may surrender under the power sector's own
benchmark instead (``captive_power: power_ets``): they pay price × Σ (factor − power benchmark) ×
electricity, in every year, verified or not; where the benchmark is above the factor, power must be
used to earn. ``captive_power: inside`` is a what-if beyond the market's scope: captive and purchased
power count as the smelter's own, which is what the scope ``smelter_scope_1_2`` says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from alopt.data.calendar import Calendar
from alopt.data.model_data import ModelData
from alopt.data.units import CAPTIVE_SOURCES
from alopt.model.emissions import emissions, within
from alopt.model.equations import Model
from alopt.model.materials import output
from alopt.policies import Payment
from alopt.policies._fields import Fault, word, yearly
from alopt.policies.power_subsidy import forbid_waste

SCOPES = ("direct", "smelter_scope_1_2")

#: What captive power can be to the carbon market, and the scopes that go with it.
CAPTIVE_POWER = {
    "none": ("direct",),
    "power_ets": ("direct",),
    "inside": ("smelter_scope_1_2",),
}


@dataclass(frozen=True)
class Settings:
    """What is priced.

    Attributes
    ----------
    price : mapping of int to float
        CNY/t CO2e by year.
    scope : str
        One of :data:`SCOPES`.
    benchmark : mapping of int to float
        Free allocation by year, t CO2e per t of metal.
    verified_until : int or None
        Last year in which allocation equals verified emissions.
    captive_benchmark : mapping of int to float, or None
        Free allocation of captive units by year, t CO2/MWh; None where they do not take part.
    """

    price: Mapping[int, float]
    scope: str
    benchmark: Mapping[int, float]
    verified_until: int | None = None
    captive_benchmark: Mapping[int, float] | None = None

    FIELDS = (
        "price_cny_per_t", "scope", "benchmark_t_per_t", "verified_until", "captive_power",
        "captive_benchmark_t_per_mwh",
    )  # fmt: skip

    @classmethod
    def read(cls, fields: Mapping[str, Any], data: ModelData) -> tuple[Settings | None, list[Fault]]:
        """Check the fields; price and scope must be given, all others may be left out."""
        faults: list[Fault] = [
            (name, None, "the field is missing", "Give it.")
            for name in ("price_cny_per_t", "scope")
            if name not in fields
        ]
        if faults:
            return None, faults
        faults = word("scope", fields["scope"], SCOPES) + _verified_faults(fields, data.calendar)
        captive, found = _captive(fields, data)
        faults += found
        until = fields.get("verified_until") if not faults else None
        due = [y for y in data.calendar.years if until is None or y > until]
        first_due = next(iter(due), None)
        first = first_due if captive is None else None
        price, found = yearly(
            "price_cny_per_t", fields["price_cny_per_t"], data.calendar, high=100_000.0, first=first
        )
        faults += found
        benchmark, found = yearly(
            "benchmark_t_per_t",
            fields.get("benchmark_t_per_t", 0.0),
            data.calendar,
            high=100.0,
            first=first_due,
        )
        return cls(price, fields["scope"], benchmark, until, captive), faults + found

    def metal_price(self, y: int) -> float:
        """Price that a smelter's covered emissions pay in a year; nil where allocation is verified."""
        if self.verified_until is not None and y <= self.verified_until:
            return 0.0
        return self.price[y]


def _verified_faults(fields: Mapping[str, Any], calendar: Calendar) -> list[Fault]:
    """Faults of the last year with verified allocation."""
    until, name = fields.get("verified_until"), "verified_until"
    if name not in fields:
        return []
    if isinstance(until, bool) or not isinstance(until, int):
        return [(name, until, "is no year", "Write it as 2026.")]
    if not calendar.base_year <= until < calendar.end:
        rule = f"the year is outside the horizon {calendar.base_year} to {calendar.end - 1}"
        return [(name, until, rule, "Name a year within it.")]
    if until >= calendar.years[-1] and fields.get("captive_power") != "power_ets":
        return [(name, until, "leaves no model year that pays", "Name an earlier year, or drop the policy.")]
    return []


def _captive(fields: Mapping[str, Any], data: ModelData) -> tuple[Mapping[int, float] | None, list[Fault]]:
    """Benchmark of captive units, where they take part in the power sector's market."""
    name, takes_part = "captive_benchmark_t_per_mwh", fields.get("captive_power") == "power_ets"
    faults = _captive_faults(fields)
    if takes_part and name not in fields:
        faults.append((name, None, "the field is missing", "Give the power benchmark in t CO2/MWh."))
    if not takes_part and name in fields:
        rule = "is for captive units under the power sector's market alone"
        faults.append((name, fields[name], rule, "Set captive_power: power_ets, or drop it."))
    if takes_part and not _captive_units(data):
        faults.append(("captive_power", "power_ets", "no site has captive units", "Write none."))
    if faults or not takes_part:
        return None, faults
    return yearly(name, fields[name], data.calendar, high=10.0)


def _captive_units(data: ModelData) -> bool:
    """Whether a site has captive units, or a policy lets sites build them."""
    opened = data.scenario.policies.get("captive_coal", {}).get("new_units")
    return isinstance(opened, Mapping) or any(CAPTIVE_SOURCES & {*e} for e in data.power.sources.values())


def _captive_faults(fields: Mapping[str, Any]) -> list[Fault]:
    """Faults of the word for captive power, and of a scope that contradicts it."""
    if "captive_power" not in fields:
        return []
    place, scope = fields["captive_power"], fields["scope"]
    faults = word("captive_power", place, tuple(CAPTIVE_POWER))
    if not faults and scope in SCOPES and scope not in CAPTIVE_POWER[place]:
        mend = f"Use the scope {CAPTIVE_POWER[place][0]}, or another word."
        faults.append(("captive_power", place, f"contradicts the scope {scope}", mend))
    return faults


def build(m: Model, settings: Settings) -> None:
    """Add the payments to the objective as transfers."""
    weight = m.data.calendar.weight
    m.transfers["carbon_price"] = sum(weight[y] * metal_payment(m, settings, y) for y in m.sets.YEARS)
    if settings.captive_benchmark is not None:
        if _rewards_power(m, settings.captive_benchmark):
            forbid_waste(m)
        m.transfers["captive_carbon"] = sum(
            weight[y] * settings.price[y] * _captive_excess(m, settings.captive_benchmark[y], y)
            for y in m.sets.YEARS
            if settings.price[y]
        )


def metal_payment(m: Model, settings: Settings, y: int) -> Any:
    """Payment of all smelters in a year within the scope, M CNY, as a linear expression."""
    price = settings.metal_price(y)
    if not price:
        return 0.0
    allocated = settings.benchmark[y] * sum(output(m, i, y) for i in m.sets.SITES)
    return price * (emissions(m, settings.scope, y) - allocated)


def _rewards_power(m: Model, benchmark: Mapping[int, float]) -> bool:
    """Whether some captive power emits less than it is allocated, so that drawing it earns money."""
    factor = m.data.power.emission_factor
    return any(e in CAPTIVE_SOURCES and factor[i, e, y] < benchmark[y] for i, e, y, _ in m.sets.ELECTRICITY)


def _captive_excess(m: Model, benchmark: float, y: int) -> Any:
    """Emissions of captive units above their allocation, Mt CO2."""
    power = m.data.power
    return sum(
        (power.emission_factor[i, e, y] - benchmark) * m.electricity[i, e, y, h]
        for i, t in m.sets.ACTIVE_SITES
        if t == y
        for e in power.sources[i]
        if e in CAPTIVE_SOURCES
        for h in power.slices_of[i]
    )


def payments(_: ModelData, settings: Settings, tables: Mapping[str, Any]) -> Iterator[Payment]:
    """Payments by year and site, M CNY a year, from the tables of emissions, output and electricity."""
    nested = within(settings.scope)
    made = tables["production"].totals("production_mt", "year", "region", "site")
    emitted: dict[Any, float] = dict.fromkeys(made, 0.0)
    for row in tables["emissions"].records():
        if row["boundary"] in nested:
            key = (row["year"], row["region"], row["site"])
            emitted[key] = emitted.get(key, 0.0) + row["emissions_mt_co2e"]
    for (year, region, site), amount in emitted.items():
        allocated = settings.benchmark[year] * made.get((year, region, site), 0.0)
        paid = settings.metal_price(year) * (amount - allocated)
        yield Payment(year, "carbon_price", paid, region, site)
    if settings.captive_benchmark is None:
        return
    for row in tables["electricity"].records():
        if row["source"] in CAPTIVE_SOURCES:
            year = row["year"]
            allocated = settings.captive_benchmark[year] * row["electricity_twh"]
            paid = settings.price[year] * (row["emissions_mt_co2e"] - allocated)
            yield Payment(year, "captive_carbon", paid, row["region"], row["site"])
