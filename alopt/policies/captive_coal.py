r"""Rules on smelters' own coal units: retirement, a back-up fee, the end of cheap power, new units.

- ``retirement``: from a year on, units of an age, or smaller ones of a lesser age, are gone; from
  another year none is left. It comes on top of the units' own life, and what is left gives power
  for the hours of its region.
- ``backup_fee_cny_per_mwh``: paid to the grid company on all captive power, by year and region,
  besides the reserve fee that is part of its cost.
- ``preferential_tariff_end``: power of the listed regions and sources gets dearer by an amount
  from a year on, paid to the grid company.
- ``new_units``: refused (as without the policy), or allowed in some regions: existing sites with a
  captive station and newcomers' sites may then build units up to a limit, at a capex charged over
  their life; their power costs and emits what captive power of the region does.

Fee, amount and capex are without value-added tax. Fees and amounts are transfers, the capital of
new units is a resource cost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from alopt.data.calendar import WHOLE_YEAR
from alopt.data.captive import CaptiveCost, Pool, captive_costs, captive_stations
from alopt.data.model_data import ModelData
from alopt.data.units import CAPTIVE_SOURCES, NEW_CAPTIVE, gw_to_twh
from alopt.model.equations import Model, add, add_variable, at_most, equation
from alopt.policies import Payment
from alopt.policies._fields import (
    Fault,
    by_region,
    mapping,
    model_year,
    number,
    smelter_regions,
    some_names,
)

NEW_REFUSED = "refused"
RECEIVER = "grid company"

_AGE = ("from_year", "age_a")
_SMALL = ("smaller_than_gw", "smaller_age_a")
_NEW = ("regions", "capex_cny_per_kw", "life_a", "limit_gw")
_TARIFF = ("regions", "sources", "amount_cny_per_mwh", "from_year")


@dataclass(frozen=True)
class Retirement:
    """Which units are gone: ages in years from a year on, and the year from which none is left."""

    from_year: int | None = None
    age: float | None = None
    small_gw: float | None = None
    small_age: float | None = None
    none_from: int | None = None

    def keeps(self, y: int, start: int, capacity: float) -> bool:
        """Whether a unit of a start year and GW may still stand in a year."""
        if self.none_from is not None and y >= self.none_from:
            return False
        if self.from_year is None or y < self.from_year:
            return True
        old = self.age is not None and y - start >= self.age
        small = self.small_gw is not None and capacity < self.small_gw
        return not old and not (small and y - start >= float(self.small_age or 0.0))


@dataclass(frozen=True)
class NewUnits:
    """Regions that may build captive units, CNY/kW, life in years, GW that may stand in each."""

    regions: tuple[str, ...]
    capex: float
    life: float
    limit: float


@dataclass(frozen=True)
class TariffEnd:
    """Power of regions and sources that gets dearer by CNY/MWh from a year on."""

    regions: tuple[str, ...]
    sources: tuple[str, ...]
    amount: float
    from_year: int


@dataclass(frozen=True)
class Settings:
    """Rules on captive coal; what is not set is None or empty.

    Attributes
    ----------
    retirement : Retirement or None
    standing : mapping of (pool, year) to float
        GW that the rule of retirement leaves, where that is less than what stands.
    fee : mapping of (region, year) to CNY/MWh
    tariff_ends : tuple of TariffEnd
    new_units : NewUnits or None
    """

    retirement: Retirement | None
    standing: Mapping[tuple[str, int], float]
    fee: Mapping[tuple[str, int], float]
    tariff_ends: tuple[TariffEnd, ...]
    new_units: NewUnits | None

    FIELDS = ("retirement", "backup_fee_cny_per_mwh", "preferential_tariff_end", "new_units")

    @classmethod
    def read(cls, fields: Mapping[str, Any], data: ModelData) -> tuple[Settings | None, list[Fault]]:
        """Check the fields; at least one must be given."""
        if not fields:
            mend = f"Give one of {', '.join(cls.FIELDS)}."
            return None, [("retirement", None, "the policy has no field", mend)]
        new_units, faults = _new_units(fields, data)
        retirement, standing, found = _retirement(fields, data)
        faults += found
        if new_units is not None and retirement is not None and retirement.none_from is not None:
            mend = "Drop none_from_year, or refuse new units."
            rule = "new units are allowed though all captive units must go"
            faults.append(("new_units", None, rule, mend))
        fee: dict[tuple[str, int], float] = {}
        if "backup_fee_cny_per_mwh" in fields:
            known = {pool.region for pool in _stations(data).values()}
            known |= set(new_units.regions) if new_units else set()
            fee, found = by_region(
                "backup_fee_cny_per_mwh",
                fields["backup_fee_cny_per_mwh"],
                data.calendar,
                known,
                low=0.0,
                high=2000.0,
                rule="no smelter of this region has captive power",
            )
            faults += found
            if not known:
                mend = "Fill tables/captive_units.csv, or drop the field."
                faults.append(("backup_fee_cny_per_mwh", None, "no site has captive power", mend))
        ends, found = _tariff_ends(fields.get("preferential_tariff_end", []), data)
        faults += found
        if "preferential_tariff_end" in fields and not ends and not found:
            faults.append(
                ("preferential_tariff_end", "[]", "is empty", "List an end of a tariff, or drop the field.")
            )
        return (None, faults) if faults else (cls(retirement, standing, fee, ends, new_units), [])


def _stations(data: ModelData) -> dict[str, Pool]:
    """Pools that are captive stations."""
    return {p: pool for p, pool in data.power.pools.items() if pool.source in CAPTIVE_SOURCES}


def _retirement(
    fields: Mapping[str, Any], data: ModelData
) -> tuple[Retirement | None, dict[tuple[str, int], float], list[Fault]]:
    """Read the rule of retirement, and what it leaves of each station."""
    if "retirement" not in fields:
        return None, {}, []
    name, value = "retirement", fields["retirement"]
    faults = _retirement_faults(name, value, data)
    if faults:
        return None, {}, faults
    rule = Retirement(
        value.get("from_year"),
        value.get("age_a"),
        value.get("smaller_than_gw"),
        value.get("smaller_age_a"),
        value.get("none_from_year"),
    )
    left = _left(rule, data)
    if not left:
        mend = "Widen it, or drop the field."
        return None, {}, [(name, None, "no unit that stands falls under the rule", mend)]
    return rule, left, []


def _retirement_faults(name: str, value: Any, data: ModelData) -> list[Fault]:
    """Say what is wrong with a rule of retirement: words, parts that go together, numbers."""
    faults = mapping(name, value, (), (*_AGE, *_SMALL, "none_from_year"))
    if faults:
        return faults
    if not value:
        return [(name, value, "is empty", "Give from_year and age_a, or none_from_year.")]
    ages = {"age_a", *_SMALL} & value.keys()
    if bool(ages) != ("from_year" in value) or len(set(_SMALL) & value.keys()) == 1:
        mend = "Give from_year with age_a, with smaller_than_gw and smaller_age_a, or with all three."
        faults.append((name, None, "a rule by age or size lacks a part", mend))
    for key in ("from_year", "none_from_year"):
        if key in value:
            faults += model_year(f"{name}.{key}", value[key], data.calendar)
    for key, high in (("age_a", 200.0), ("smaller_than_gw", 100.0), ("smaller_age_a", 200.0)):
        if key in value:
            faults += number(f"{name}.{key}", value[key], low=0.0, high=high)
    return faults


def _left(rule: Retirement, data: ModelData) -> dict[tuple[str, int], float]:
    """GW that a rule leaves of each station and year, where that is less than what stands."""
    left = {}
    for (_, owner, source), units in captive_stations(data.tables["captive_units"], data.fleet).items():
        pool, life = data.power.pools.get(f"{owner}|{source}"), data.parameters["captive_life_a"]
        for y in data.calendar.years if pool is not None else ():
            stands = [unit for unit in units if unit[0] <= y < unit[0] + life]
            kept = [capacity for start, capacity in stands if rule.keeps(y, start, capacity)]
            if len(kept) < len(stands):
                left[f"{owner}|{source}", y] = sum(kept, 0.0)
    return left


def _tariff_ends(value: Any, data: ModelData) -> tuple[tuple[TariffEnd, ...], list[Fault]]:
    name = "preferential_tariff_end"
    if not isinstance(value, list):
        return (), [(name, value, "must be a list", f"Write a list of {', '.join(_TARIFF)}.")]
    ends, faults = [], []
    for place, entry in enumerate(value):
        here = f"{name}[{place}]"
        found = mapping(here, entry, _TARIFF)
        if not found:
            known = smelter_regions(data.fleet)
            places, found = some_names(
                f"{here}.regions", entry["regions"], known, "no such region with smelters"
            )
            bought = {
                e
                for i, names in data.power.sources.items()
                if data.fleet.sites[i].region in places
                for e in names
            }
            bought -= CAPTIVE_SOURCES
            if not found:
                rule = "no site of these regions buys from this source"
                sources, found = some_names(f"{here}.sources", entry["sources"], bought, rule)
            found += number(f"{here}.amount_cny_per_mwh", entry["amount_cny_per_mwh"], low=0.0, high=2000.0)
            found += model_year(f"{here}.from_year", entry["from_year"], data.calendar)
        faults += found
        if not found:
            ends.append(TariffEnd(places, sources, float(entry["amount_cny_per_mwh"]), entry["from_year"]))
    return tuple(ends), faults


def _new_units(fields: Mapping[str, Any], data: ModelData) -> tuple[NewUnits | None, list[Fault]]:
    name, value = "new_units", fields.get("new_units", NEW_REFUSED)
    if value == NEW_REFUSED:
        return None, []
    faults = mapping(name, value, _NEW)
    if faults:
        return None, [(f, v, rule, f"{mend[:-1]}; or write {NEW_REFUSED}.") for f, v, rule, mend in faults]
    known = smelter_regions(data.fleet)
    places, faults = some_names(f"{name}.regions", value["regions"], known, "no such region with smelters")
    faults += number(f"{name}.capex_cny_per_kw", value["capex_cny_per_kw"], low=0.0, high=100_000.0)
    faults += number(f"{name}.life_a", value["life_a"], low=1.0, high=100.0)
    faults += number(f"{name}.limit_gw", value["limit_gw"], low=0.0, high=1000.0)
    if faults:
        return None, faults
    for r in places:
        _, problems = captive_costs(data.tables, {r}, data.vat)
        if problems:
            mend = "Add the region to tables/captive_costs.csv."
            faults.append((f"{name}.regions", r, "captive power of this region has no cost", mend))
        elif not _building_sites(data, (r,)):
            mend = "Name a region with a captive station or a newcomer's site."
            faults.append((f"{name}.regions", r, "no site of this region may build captive units", mend))
    terms = NewUnits(
        places, float(value["capex_cny_per_kw"]), float(value["life_a"]), float(value["limit_gw"])
    )
    return (None, faults) if faults else (terms, [])


def _building_sites(data: ModelData, places: tuple[str, ...]) -> list[str]:
    """Existing sites with a captive station, and newcomers' sites, of some regions."""
    with_station = {i for pool in _stations(data).values() for i, _ in pool.members}
    return sorted(
        i
        for i, site in data.fleet.sites.items()
        if site.region in places and (site.kind == "newcomer" or i in with_station)
    )


def _cost(data: ModelData, r: str) -> CaptiveCost:
    """Cost of captive power in a region, also where no unit stands today."""
    costs, _ = captive_costs(data.tables, {r}, data.vat)
    return costs[r]


def opens(data: ModelData, settings: Settings) -> ModelData:
    """Give sites that may build captive units the power of these as a source of its own."""
    if settings.new_units is None:
        return data
    power = data.power
    sources, costs = dict(power.sources), dict(power.captive_costs)
    price, factor = dict(power.price), dict(power.emission_factor)
    renewable, coal = dict(power.renewable_share), dict(power.coal_share)
    for i in _building_sites(data, settings.new_units.regions):
        r = data.fleet.sites[i].region
        costs[r] = _cost(data, r)
        sources[i] = (*sources[i], NEW_CAPTIVE)
        for h in (*data.calendar.slices, WHOLE_YEAR):
            price[i, NEW_CAPTIVE, h] = costs[r].price
        for y in data.calendar.years:
            factor[i, NEW_CAPTIVE, y] = costs[r].emission_factor
            renewable[i, NEW_CAPTIVE, y], coal[i, NEW_CAPTIVE, y] = 0.0, 1.0
    return replace(
        data,
        power=replace(
            power,
            sources=sources,
            captive_costs=costs,
            price=price,
            emission_factor=factor,
            renewable_share=renewable,
            coal_share=coal,
        ),
    )


def build(m: Model, settings: Settings) -> None:
    """Add the limit of what is left, the limits of new units, and what is paid."""
    m.captive_rules = settings
    m.sets.RETIRED_CAPTIVE = [(p, y, h) for p, y, h in m.sets.POOL_SLICES if (p, y) in settings.standing]
    add(m, captive_retirement)
    terms = settings.new_units
    if terms is not None:
        places = _building_sites(m.data, terms.regions)
        m.sets.NEW_CAPTIVE = [(i, y) for i, y in m.sets.ACTIVE_SITES if i in places]
        add_variable(m, "new_captive_capacity", ("site", "year"), m.sets.NEW_CAPTIVE)
        add(m, new_captive_output, new_captive_limit)
    if settings.fee or settings.tariff_ends:
        weight, sites = m.data.calendar.weight, m.data.fleet.sites
        m.transfers["captive_coal"] = sum(
            weight[y] * paid * m.electricity[i, e, y, h]
            for i, e, y, h in m.sets.ELECTRICITY
            if (paid := sum(_charges(settings, sites[i].region, e, y).values()))
        )


@equation(
    "pool", "year", "slice",
    over=lambda m: m.sets.RETIRED_CAPTIVE,
    basis="annual",
    unit="CNY/MWh",
    dual="what one more MWh of the units that had to go would save",
    limit="retirement",
)  # fmt: skip
def captive_retirement(m: Model, p: str, y: int, h: str) -> Any:
    r"""A captive station gives no more than the units that the rule of retirement leaves.

    .. math:: \sum_{(i,e) \in p} electricity_{i,e,y,h} \le left_{p,y} \, hours_r \, w_h
       \quad \forall p,y,h: left_{p,y} < standing_{p,y} \leftrightarrow \kappa^{left}_{p,y,h} \le 0
    """
    pool = m.data.power.pools[p]
    drawn = sum(m.electricity[i, e, y, h] for i, e in pool.members if (i, y) in m.sets.cells_at)
    hours = m.data.power.captive_costs[pool.region].hours * _share(m, h)
    return at_most(drawn, gw_to_twh(m.captive_rules.standing[p, y], hours))


def _share(m: Model, h: str) -> float:
    """Part of the year that a slice takes."""
    return 1.0 if h == WHOLE_YEAR else float(m.data.calendar.share[h])


def _new_standing(m: Model, i: str, y: int) -> Any:
    """New captive GW of a site that stand in a year."""
    life = m.captive_rules.new_units.life
    return sum(m.new_captive_capacity[a, t] for a, t in m.sets.NEW_CAPTIVE if a == i and t <= y < t + life)


@equation(
    "site", "year", "slice",
    over=lambda m: [(i, y, h) for i, y in m.sets.NEW_CAPTIVE for h in m.data.power.slices_of[i]],
    basis="annual",
    unit="CNY/MWh",
    dual="what one more MWh of new captive units would save: it pays for their capital",
    limit="",
)  # fmt: skip
def new_captive_output(m: Model, i: str, y: int, h: str) -> Any:
    r"""New captive units give power for their region's hours.

    .. math:: electricity_{i,new,y,h} \le hours_r \, w_h \sum_{y' \le y < y' + life} new\_captive_{i,y'}
       \quad \forall i,y,h \leftrightarrow \kappa^{new}_{i,y,h} \le 0
    """
    hours = m.data.power.captive_costs[m.data.fleet.sites[i].region].hours * _share(m, h)
    return at_most(m.electricity[i, NEW_CAPTIVE, y, h], gw_to_twh(1.0, hours) * _new_standing(m, i, y))


@equation(
    "region", "year",
    over=lambda m: sorted({(m.data.fleet.sites[i].region, y) for i, y in m.sets.NEW_CAPTIVE}),
    basis="annual",
    unit="CNY/kW·a",
    dual="what one more kW of new captive units in the region would save in a year",
    limit="new_units.limit_gw",
)  # fmt: skip
def new_captive_limit(m: Model, r: str, y: int) -> Any:
    r"""No more new captive units stand in a region than the exception allows.

    .. math:: \sum_{i \in r} \sum_{y' \le y < y' + life} new\_captive_{i,y'} \le limit
       \quad \forall r,y \leftrightarrow \bar\kappa^{new}_{r,y} \le 0
    """
    builders = sorted({i for i, _ in m.sets.NEW_CAPTIVE if m.data.fleet.sites[i].region == r})
    return at_most(sum(_new_standing(m, i, y) for i in builders), m.captive_rules.new_units.limit)


def _charges(settings: Settings, r: str, e: str, y: int) -> dict[str, float]:
    """What power of a source in a region pays in a year under each rule, CNY/MWh."""
    found = {}
    if e in CAPTIVE_SOURCES and (r, y) in settings.fee:
        found["captive_backup_fee"] = settings.fee[r, y]
    ended = [
        end.amount
        for end in settings.tariff_ends
        if r in end.regions and e in end.sources and y >= end.from_year
    ]
    if ended:
        found["preferential_tariff_end"] = sum(ended)
    return found


def payments(_: ModelData, settings: Settings, tables: Mapping[str, Any]) -> Iterator[Payment]:
    """Payments by year and site, M CNY a year, from the table of power."""
    drawn = tables["electricity"].totals("electricity_twh", "year", "region", "site", "source")
    for (year, region, site, source), amount in drawn.items():
        for component, paid in _charges(settings, region, source, year).items():
            yield Payment(year, component, paid * amount, region, site, receiver=RECEIVER)
