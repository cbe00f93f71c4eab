"""Power that sites can draw: sources, prices, volumes, emission factors and shares."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from alopt.data.calendar import WHOLE_YEAR, Calendar
from alopt.data.captive import CaptiveCost, Pool, build_captive
from alopt.data.fleet import Fleet
from alopt.data.power_tables import grid_factors, source_prices, source_volumes
from alopt.data.tables import Table
from alopt.errors import Problem

Tables = Mapping[str, Table]

#: Differences smaller than this (TWh, CNY/MWh) are rounding.
_EVEN = 1e-9


@dataclass(frozen=True)
class Power:
    """Power by site, source, year and slice.

    Attributes
    ----------
    sources : mapping of str to tuple of str
        Sources that each site can draw.
    price : mapping of (site, source, slice) to float
        CNY/MWh without VAT.
    captive_costs : mapping of str to CaptiveCost
        What captive power costs in each region, part by part.
    emission_factor : mapping of (site, source, year) to float
        t CO2/MWh.
    renewable_share, coal_share : mapping of (site, source, year) to float
        Shares in [0, 1].
    pools : mapping of str to Pool
        Limited supplies.
    grid_factor : mapping of (region, year) to float
        t CO2/MWh of the region's grid.
    seasons_of, slices_of : mapping of str to tuple of str
        Seasons and slices in which each site decides. A site whose sources have the same price
        and an even volume in every slice decides once for the whole year: by convexity no
        seasonal plan is cheaper, since the mean of its slices is feasible and costs no more.
    """

    sources: Mapping[str, tuple[str, ...]]
    price: Mapping[tuple[str, str, str], float]
    captive_costs: Mapping[str, CaptiveCost]
    emission_factor: Mapping[tuple[str, str, int], float]
    renewable_share: Mapping[tuple[str, str, int], float]
    coal_share: Mapping[tuple[str, str, int], float]
    pools: Mapping[str, Pool]
    grid_factor: Mapping[tuple[str, int], float]
    seasons_of: Mapping[str, tuple[str, ...]]
    slices_of: Mapping[str, tuple[str, ...]]


@dataclass
class _Supply:
    """Sources of every site while they are put together."""

    calendar: Calendar
    sources: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    price: dict[tuple[str, str, str], float] = field(default_factory=dict)
    factor: dict[tuple[str, str, int], float] = field(default_factory=dict)
    pools: dict[str, Pool] = field(default_factory=dict)

    def add(self, i: str, e: str, price: Mapping[str, float], factor: Mapping[int, float]) -> None:
        """Give a site a source with its price by slice and emission factor by year."""
        self.sources[i].append(e)
        for h in self.calendar.slices:
            self.price[i, e, h] = price[h]
        self.price[i, e, WHOLE_YEAR] = sum(self.calendar.share[h] * price[h] for h in self.calendar.slices)
        for y in self.calendar.years:
            self.factor[i, e, y] = factor[y]


def build_power(
    tables: Tables,
    path: str | None,
    calendar: Calendar,
    fleet: Fleet,
    parameters: Mapping[str, float],
    vat: Mapping[str, float],
) -> tuple[Power | None, list[Problem]]:
    """Make the power supply of a scenario; problems are missing prices, volumes and factors."""
    grid, problems = grid_factors(tables, path, calendar, fleet)
    captive_pools, costs, found = build_captive(tables, calendar, fleet, parameters, vat)
    problems += found
    supply = _Supply(calendar)
    for pool in captive_pools.values():
        cost = costs[pool.region]
        for i, e in pool.members:
            price = dict.fromkeys(calendar.slices, cost.price)
            supply.add(i, e, price, dict.fromkeys(calendar.years, cost.emission_factor))
    supply.pools |= captive_pools
    problems += _add_sources(tables, supply, fleet, grid, vat)
    if not problems:
        problems = [
            Problem(
                "tables/power_sources.csv",
                None,
                "region",
                site.region,
                f"no power reaches {i}",
                f"Add a source of the site_kind {site.kind} or any, with prices in tables/power_prices.csv.",
            )
            for i, site in fleet.sites.items()
            if not supply.sources.get(i)
        ]
    if problems:
        return None, problems
    pools = {name: _with_year(pool, calendar) for name, pool in supply.pools.items()}
    even = _even_sites(fleet, supply, pools, calendar)
    captive = {member for pool in captive_pools.values() for member in pool.members}
    coal = {
        (i, e, y): 1.0 if (i, e) in captive else _coal_share(factor, parameters)
        for (i, e, y), factor in supply.factor.items()
    }
    return Power(
        sources={i: tuple(names) for i, names in supply.sources.items()},
        price=supply.price,
        captive_costs=costs,
        emission_factor=supply.factor,
        renewable_share={key: 1.0 - value for key, value in coal.items()},
        coal_share=coal,
        pools=pools,
        grid_factor=grid,
        seasons_of={i: (WHOLE_YEAR,) if i in even else calendar.seasons for i in fleet.sites},
        slices_of={i: (WHOLE_YEAR,) if i in even else calendar.slices for i in fleet.sites},
    ), []


def _coal_share(factor: float, parameters: Mapping[str, float]) -> float:
    """Share of coal in power of an emission factor, t CO2/MWh."""
    return min(1.0, factor / parameters["fossil_emission_factor_t_per_mwh"]) if factor else 0.0


def _add_sources(
    tables: Tables,
    supply: _Supply,
    fleet: Fleet,
    grid: Mapping[tuple[str, int], float],
    vat: Mapping[str, float],
) -> list[Problem]:
    """Give every site the sources that the tables name for its region and kind."""
    calendar, table = supply.calendar, tables["power_sources"]
    prices, problems = source_prices(tables, calendar, vat)
    volumes, found = source_volumes(tables, calendar)
    problems += found
    if problems:
        return problems
    offered = {
        (row["region"], row["source_name"], row["site_kind"])
        for row in tables["power_volumes"]
        if row["volume_twh"]
    }
    for index, row in enumerate(table.rows):
        region, name = row["region"], row["source_name"]
        key = (region, name, row["site_kind"])
        if row["limited"] and key not in offered:
            continue  # an option that only a scenario opens: without a volume in any year it reaches no site
        kind = None if row["site_kind"] == "any" else row["site_kind"]
        sites = fleet.sites_in(region, kind)
        twice = [i for i in sites if name in supply.sources[i]]
        if twice:
            rule = f"two rows give {name} to the site {twice[0]}"
            problems.append(table.problem(index, "site_kind", rule, "Keep one, or rename one."))
            continue
        factor = {y: grid.get((region, y), 0.0) if row["factor"] == "grid" else 0.0 for y in calendar.years}
        for i in sites:
            supply.add(i, name, {h: prices[(*key, h)] for h in calendar.slices}, factor)
        if row["limited"] and sites:
            members = tuple((i, name) for i in sites)
            supply.pools["|".join(key)] = Pool("|".join(key), region, name, members, volumes[key], {})
    return problems


def _with_year(pool: Pool, calendar: Calendar) -> Pool:
    """Add the volume of the whole year to a pool's volumes by slice."""
    total = {(y, WHOLE_YEAR): sum(pool.volume[y, h] for h in calendar.slices) for y in calendar.years}
    return replace(pool, volume={**pool.volume, **total})


def _even_sites(
    fleet: Fleet,
    supply: _Supply,
    pools: Mapping[str, Pool],
    calendar: Calendar,
) -> set[str]:
    """Sites whose every source has one price and an even volume; pools tie their members together."""
    slices = calendar.slices
    price = supply.price
    uneven = {
        i
        for i in fleet.sites
        for e in supply.sources[i]
        if max(price[i, e, h] for h in slices) - min(price[i, e, h] for h in slices) > _EVEN
    }
    for pool in pools.values():
        for y in calendar.years:
            total = pool.volume[y, WHOLE_YEAR]
            if any(abs(pool.volume[y, h] - calendar.share[h] * total) > _EVEN for h in slices):
                uneven |= {i for i, _ in pool.members}
    grown = True
    while grown:
        tied = {
            i
            for pool in pools.values()
            if any(member in uneven for member, _ in pool.members)
            for i, _ in pool.members
        }
        grown = not tied <= uneven
        uneven |= tied
    return set(fleet.sites) - uneven
