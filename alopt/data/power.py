"""Power that sites can draw: sources, prices, volumes, emission factors and shares."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from alopt.data.calendar import DAYS, WHOLE_YEAR, Calendar, interpolate, parse_months
from alopt.data.fleet import Fleet
from alopt.data.tables import Row, Table, pivot
from alopt.data.units import CAPTIVE, SHARED_CAPTIVE, without_vat, gw_to_twh
from alopt.errors import Problem

Tables = Mapping[str, Table]

#: kgce that one kg of 5,500 kcal coal holds.
KGCE_PER_KG = 5500.0 / 7000.0

#: Differences smaller than this (TWh, CNY/MWh) are rounding.
_EVEN = 1e-9

_CAPTIVE_QUANTITIES = (
    "coal_price_cny_per_t",
    "heat_rate_kgce_per_kwh",
    "operation_cny_per_kwh",
    "levies_cny_per_kwh",
    "reserve_fee_cny_per_kwh",
    "hours_per_a",
    "emission_factor_t_per_mwh",
)


@dataclass(frozen=True)
class Pool:
    """A supply whose volume several sites may share.

    ``members`` are (site, source); ``volume`` is TWh by (year, slice); ``capacity`` is GW by
    year where the pool is a power station, else empty.
    """

    key: str
    region: str
    source: str
    members: tuple[tuple[str, str], ...]
    volume: Mapping[tuple[int, str], float]
    capacity: Mapping[int, float]


@dataclass(frozen=True)
class Power:
    """Power by site, source, year and slice.

    Attributes
    ----------
    sources : mapping of str to tuple of str
        Sources that each site can draw.
    price : mapping of (site, source, slice) to float
        CNY/MWh without VAT.
    price_parts : mapping of (region, part) to float
        Parts of captive cost in CNY/MWh without VAT, for the record.
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
    price_parts: Mapping[tuple[str, str], float]
    emission_factor: Mapping[tuple[str, str, int], float]
    renewable_share: Mapping[tuple[str, str, int], float]
    coal_share: Mapping[tuple[str, str, int], float]
    pools: Mapping[str, Pool]
    grid_factor: Mapping[tuple[str, int], float]
    seasons_of: Mapping[str, tuple[str, ...]]
    slices_of: Mapping[str, tuple[str, ...]]


def build_power(
    tables: Tables,
    path: str,
    calendar: Calendar,
    fleet: Fleet,
    parameters: Mapping[str, float],
    vat: Mapping[str, float],
) -> tuple[Power | None, list[Problem]]:
    """Make the power supply of a scenario; problems are missing prices, volumes and factors."""
    grid_factor, problems = grid_factors(tables, path, calendar, fleet)
    prices, found = _source_prices(tables, calendar, vat["power"])
    problems += found
    volumes, found = _source_volumes(tables, calendar)
    problems += found
    captive_pools, captive_price, parts, found = _captive(tables, calendar, fleet, parameters, vat)
    problems += found
    if problems:
        return None, problems
    fossil = parameters["fossil_emission_factor_t_per_mwh"]
    sources: dict[str, list[str]] = defaultdict(list)
    price: dict[tuple[str, str, str], float] = {}
    factor: dict[tuple[str, str, int], float] = {}
    coal: dict[tuple[str, str, int], float] = {}
    pools = dict(captive_pools)
    captive_factor = pivot(tables["captive_costs"], "region")
    for pool in captive_pools.values():
        for i, e in pool.members:
            sources[i].append(e)
            for h in calendar.slices:
                price[i, e, h] = captive_price[pool.region]
            for y in calendar.years:
                factor[i, e, y] = captive_factor[pool.region]["emission_factor_t_per_mwh"]
                coal[i, e, y] = 1.0
    for row in tables["power_sources"]:
        key = (row["region"], row["source_name"], row["site_kind"])
        kind = None if row["site_kind"] == "any" else row["site_kind"]
        members = [(i, row["source_name"]) for i in fleet.sites_in(row["region"], kind)]
        for i, e in members:
            if e in sources[i]:
                rule = f"two rows give {e} to the site {i}"
                where = tables["power_sources"].find(
                    region=key[0], source_name=key[1], site_kind=key[2]
                )
                problems.append(
                    tables["power_sources"].problem(where, "site_kind", rule, "Keep one, or rename one.")
                )
                continue
            sources[i].append(e)
            for h in calendar.slices:
                price[i, e, h] = prices[(*key, h)]
            for y in calendar.years:
                factor[i, e, y] = grid_factor[key[0], y] if row["factor"] == "grid" else 0.0
                coal[i, e, y] = min(1.0, factor[i, e, y] / fossil)
        if row["limited"] and members:
            name = "|".join(key)
            pools[name] = Pool(name, key[0], key[1], tuple(members), volumes[key], {})
    problems += [
        Problem("tables/power_sources.csv", None, "region", site.region, f"no power reaches {i}", "Add a source.")
        for i, site in fleet.sites.items()
        if not sources.get(i)
    ]
    if problems:
        return None, problems
    pools = {name: _with_year(pool, calendar) for name, pool in pools.items()}
    even = _even_sites(fleet, sources, price, pools, calendar)
    for i, e in [(i, e) for i, names in sources.items() for e in names]:
        price[i, e, WHOLE_YEAR] = sum(calendar.share[h] * price[i, e, h] for h in calendar.slices)
    return Power(
        sources={i: tuple(names) for i, names in sources.items()},
        price=price,
        price_parts=parts,
        emission_factor=factor,
        renewable_share={key: 1.0 - value for key, value in coal.items()},
        coal_share=coal,
        pools=pools,
        grid_factor=grid_factor,
        seasons_of={i: (WHOLE_YEAR,) if i in even else calendar.seasons for i in fleet.sites},
        slices_of={i: (WHOLE_YEAR,) if i in even else calendar.slices for i in fleet.sites},
    ), []


def _with_year(pool: Pool, calendar: Calendar) -> Pool:
    """Add the volume of the whole year to a pool's volumes by slice."""
    total = {(y, WHOLE_YEAR): sum(pool.volume[y, h] for h in calendar.slices) for y in calendar.years}
    return replace(pool, volume={**pool.volume, **total})


def _even_sites(
    fleet: Fleet,
    sources: Mapping[str, list[str]],
    price: Mapping[tuple[str, str, str], float],
    pools: Mapping[str, Pool],
    calendar: Calendar,
) -> set[str]:
    """Sites whose every source has one price and an even volume; pools tie their members together."""
    slices = calendar.slices
    uneven = {
        i
        for i in fleet.sites
        for e in sources[i]
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


def grid_factors(
    tables: Tables, path: str, calendar: Calendar, fleet: Fleet
) -> tuple[dict[tuple[str, int], float], list[Problem]]:
    """Emission factor of each region's grid by model year, carried forward along a path."""
    multipliers = {row["year"]: row["multiplier"] for row in tables["grid_paths"] if row["path"] == path}
    if not multipliers:
        known = sorted({row["path"] for row in tables["grid_paths"]})
        mend = f"Use one of {', '.join(known)}."
        return {}, [Problem("scenario", None, "grid_path", path, "no such path", mend)]
    measured: dict[str, dict[int, float]] = defaultdict(dict)
    for row in tables["grid_factors"]:
        measured[row["region"]][row["year"]] = row["emission_factor_t_per_mwh"]
    needed = {site.region for site in fleet.sites.values()} | {row["region"] for row in tables["refineries"]}
    problems = []
    result = {}
    for region in sorted(needed):
        if region not in measured:
            rule = "the region's grid has no emission factor"
            problems.append(
                Problem("tables/grid_factors.csv", None, "region", region, rule, "Add a row for it.")
            )
            continue
        last = max(measured[region])
        for year in calendar.years:
            if year <= last:
                result[region, year] = interpolate(measured[region], year)
            else:
                ratio = interpolate(multipliers, year) / interpolate(multipliers, last)
                result[region, year] = measured[region][last] * ratio
    return result, problems


def _by_source(rows: list[tuple[int, Row]]) -> dict[tuple[str, str, str], list[tuple[int, Row]]]:
    grouped: dict[tuple[str, str, str], list[tuple[int, Row]]] = defaultdict(list)
    for index, row in rows:
        grouped[row["region"], row["source_name"], row["site_kind"]].append((index, row))
    return grouped


def _covers_year(table: Table, rows: list[tuple[int, Row]]) -> list[Problem]:
    """A source's rows must cover each month exactly once."""
    problems = []
    seen: list[int] = []
    for index, row in rows:
        months = parse_months(row["months"])
        if months is None:
            problems.append(
                table.problem(index, "months", "is no list of months 1 to 12", "Write months as 5;6;7.")
            )
        seen += months or ()
    if not problems and sorted(seen) != list(range(1, 13)):
        rule = "the source's rows do not cover each month once"
        problems.append(table.problem(rows[0][0], "months", rule, "Let the rows share out months 1 to 12."))
    return problems


def _source_prices(
    tables: Tables, calendar: Calendar, vat: float
) -> tuple[dict[tuple[str, str, str, str], float], list[Problem]]:
    table = tables["power_prices"]
    grouped = _by_source(list(enumerate(table.rows)))
    problems = []
    prices: dict[tuple[str, str, str, str], float] = {}
    for index, source in enumerate(tables["power_sources"].rows):
        key = (source["region"], source["source_name"], source["site_kind"])
        rows = grouped.pop(key, [])
        if not rows:
            mend = "Add its rows to tables/power_prices.csv."
            problems.append(
                tables["power_sources"].problem(index, "source_name", "the source has no price", mend)
            )
            continue
        found = _covers_year(table, rows)
        problems += found
        if found:
            continue
        by_month = {
            month: row["price_cny_per_mwh"] * (without_vat(vat) if row["vat"] == "included" else 1.0)
            for _, row in rows
            for month in parse_months(row["months"]) or ()
        }
        for h in calendar.slices:
            days = sum(DAYS[m] for m in calendar.months[h])
            prices[(*key, h)] = sum(by_month[m] * DAYS[m] for m in calendar.months[h]) / days
    for rows in grouped.values():
        rule, mend = "the source is not in tables/power_sources.csv", "Add it there, or remove the row."
        problems.append(table.problem(rows[0][0], "source_name", rule, mend))
    return prices, problems


def _source_volumes(
    tables: Tables, calendar: Calendar
) -> tuple[dict[tuple[str, str, str], dict[tuple[int, str], float]], list[Problem]]:
    table = tables["power_volumes"]
    grouped = _by_source(list(enumerate(table.rows)))
    problems = []
    volumes: dict[tuple[str, str, str], dict[tuple[int, str], float]] = {}
    days_of_slices: dict[int, float] = defaultdict(float)
    for h in calendar.slices:
        days = sum(DAYS[m] for m in calendar.months[h])
        for m in calendar.months[h]:
            days_of_slices[m] += calendar.share[h] * 365.0 * DAYS[m] / days
    for index, source in enumerate(tables["power_sources"].rows):
        key = (source["region"], source["source_name"], source["site_kind"])
        rows = grouped.pop(key, [])
        if not source["limited"]:
            if rows:
                rule = "the source is unlimited, but has volumes"
                problems.append(
                    table.problem(rows[0][0], "volume_twh", rule, "Set limited to true, or remove them.")
                )
            continue
        if not rows:
            mend = "Add its rows to tables/power_volumes.csv, or set limited to false."
            problems.append(
                tables["power_sources"].problem(index, "limited", "the source has no volume", mend)
            )
            continue
        by_months: dict[str, dict[int, float]] = defaultdict(dict)
        for _, row in rows:
            by_months[row["months"]][row["year"]] = row["volume_twh"]
        first = [next(pair for pair in rows if pair[1]["months"] == text) for text in by_months]
        found = _covers_year(table, first)
        problems += found
        if not found:
            volumes[key] = _spread(by_months, calendar, days_of_slices)
    for rows in grouped.values():
        rule, mend = "the source is not in tables/power_sources.csv", "Add it there, or remove the row."
        problems.append(table.problem(rows[0][0], "source_name", rule, mend))
    return volumes, problems


def _spread(
    by_months: Mapping[str, Mapping[int, float]], calendar: Calendar, days_of_slices: Mapping[int, float]
) -> dict[tuple[int, str], float]:
    """Spread volumes of groups of months over slices by days."""
    volume: dict[tuple[int, str], float] = defaultdict(float)
    for text, points in by_months.items():
        months = parse_months(text) or ()
        total_days = sum(DAYS[m] for m in months)
        for y in calendar.years:
            amount = interpolate(points, y)
            for h in calendar.slices:
                days = sum(DAYS[m] for m in calendar.months[h])
                part = sum(
                    DAYS[m] * (calendar.share[h] * 365.0 * DAYS[m] / days) / days_of_slices[m]
                    for m in calendar.months[h]
                    if m in months
                )
                volume[y, h] += amount * part / total_days
    return dict(volume)


def _captive(
    tables: Tables,
    calendar: Calendar,
    fleet: Fleet,
    parameters: Mapping[str, float],
    vat: Mapping[str, float],
) -> tuple[dict[str, Pool], dict[str, float], dict[tuple[str, str], float], list[Problem]]:
    """Captive stations: GW standing by year, hours, and the cost built up part by part."""
    standing: dict[tuple[str, str], dict[int, float]] = defaultdict(lambda: dict.fromkeys(calendar.years, 0.0))
    region_of: dict[tuple[str, str], str] = {}
    life = parameters["captive_life_a"]
    for row in tables["captive_units"]:
        site = fleet.site_of.get(row["site"] or "")
        if site is None and fleet.sites.get(row["region"]) is not None:
            site = row["region"]
        if site is None and row["site"] is not None:
            continue
        key = (site, CAPTIVE) if site is not None else (row["region"], SHARED_CAPTIVE)
        region_of[key] = row["region"]
        for y in calendar.years:
            if row["start_year"] <= y < row["start_year"] + life:
                standing[key][y] += row["capacity_gw"]
    costs = pivot(tables["captive_costs"], "region")
    with_vat = {(r["region"], r["quantity"]): r["vat"] == "included" for r in tables["captive_costs"]}
    problems = []
    price: dict[str, float] = {}
    parts: dict[tuple[str, str], float] = {}
    hours: dict[str, float] = {}
    for region in sorted(set(region_of.values())):
        values = costs.get(region, {})
        missing = [q for q in _CAPTIVE_QUANTITIES if q not in values]
        if missing:
            rule = f"captive power of this region lacks {', '.join(missing)}"
            problems.append(
                Problem("tables/captive_costs.csv", None, "region", region, rule, "Add the rows.")
            )
            continue
        coal = values["coal_price_cny_per_t"] * values["heat_rate_kgce_per_kwh"] / KGCE_PER_KG
        built = {
            "coal": coal * (without_vat(vat["coal"]) if with_vat[region, "coal_price_cny_per_t"] else 1.0)
        }
        for part in ("operation", "levies", "reserve_fee"):
            quantity = f"{part}_cny_per_kwh"
            exclude = without_vat(vat["power"]) if with_vat[region, quantity] else 1.0
            built[part] = values[quantity] * 1000.0 * exclude
        parts.update({(region, part): value for part, value in built.items()})
        price[region] = sum(built.values())
        hours[region] = values["hours_per_a"]
    if problems:
        return {}, {}, {}, problems
    pools = {}
    for (owner, source), capacity in sorted(standing.items()):
        region = region_of[owner, source]
        members = (
            tuple((i, source) for i in fleet.sites_in(region, "existing"))
            if source == SHARED_CAPTIVE
            else ((owner, source),)
        )
        if not members:
            continue
        volume = {
            (y, h): gw_to_twh(capacity[y], hours[region] * calendar.share[h])
            for y in calendar.years
            for h in calendar.slices
        }
        name = f"{owner}|{source}"
        pools[name] = Pool(name, region, source, members, volume, capacity)
    return pools, price, parts, []
