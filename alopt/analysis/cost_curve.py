"""The industry cost curve at a month's market prices: the standing fleet costed, no plan made.

Each smelter runs at the fleet's availability. Its power is its own captive station first, then
the contracts of its region (cheapest first, shared by load), then the unlimited grid. It buys
alumina at the cheapest gate price plus freight; what a neighbouring refinery of its group conveys
pays the market price without freight. Costs are quoted as the trade quotes them, with value-added
tax at the rate of each component; cash cost leaves out depreciation, interest and taxes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alopt.data.captive import Pool
from alopt.data.model_data import ModelData
from alopt.data.prices import MarketPrices
from alopt.data.units import CAPTIVE, NEW_CAPTIVE, SHARED_CAPTIVE, kwh_to_mwh
from alopt.errors import InputError, Problem, UsageError
from alopt.results.table import ResultTable

#: Components of the full cost with the rate of value-added tax that each carries.
COMPONENTS = {
    "power": "power",
    "alumina": "alumina",
    "alumina_freight": "freight",
    "anode": "carbon_materials",
    "fluoride": "fluoride",
    "labour": None,
    "maintenance": None,
    "overhead": None,
    "depreciation": None,
    "interest_and_taxes": None,
}

#: Components that are no cash cost.
NOT_CASH = ("depreciation", "interest_and_taxes")

#: Width of the cost bands, CNY/t.
BAND = 500.0

_LEFT = 1e-12


@dataclass(frozen=True)
class CostCurve:
    """Smelters in the order of their full cost, and what the curve says.

    ``table`` is `cost_curve.csv`, one row per smelter; ``summary`` holds means, extremes, bands
    and, where the price file gives them, the published figures beside the model's.
    """

    table: ResultTable
    summary: dict[str, Any]


@dataclass(frozen=True)
class SitePower:
    """Power of one site: CNY/MWh without VAT, shares of captive units and of the grid.

    ``emission_factor`` is t CO2/MWh of this mix by model year.
    """

    price: float
    captive_share: float
    grid_share: float
    emission_factor: Mapping[int, float]


@dataclass(frozen=True)
class SiteAlumina:
    """Alumina of one site, CNY/t without VAT; ``margin`` is what its own refinery earns on a tonne.

    ``refinery`` is the refinery or port from which it buys.
    """

    price: float
    freight: float
    own_share: float
    margin: float
    refinery: str


def cost_curve(
    data: ModelData, drawn_power: Mapping[str, SitePower] | None = None, year: int | None = None
) -> CostCurve:
    """Cost every standing smelter at the scenario's market prices.

    Parameters
    ----------
    data : ModelData
        Inputs of a scenario; its first model year gives captive units and contracts. Loaded at
        smelter resolution the rows are smelters, at province resolution provinces.
    drawn_power : mapping of str to SitePower, optional
        Power of sites where it is known; by rule at the others.
    year : int, optional
        Model year of captive units and contracts; the first one if not given.

    Returns
    -------
    CostCurve

    Raises
    ------
    UsageError
        If the scenario names no market prices.
    InputError
        If a smelter draws power from a region, or buys alumina, for which the prices give none.
    """
    prices = _prices_of(data)
    _check_reach(data, prices)
    year = data.calendar.years[0] if year is None else year
    sites = sorted({i for i, _ in data.fleet.start})
    known = drawn_power or {}
    power = {
        **site_power(data, prices, year, {i: _energy(data, i) for i in sites if i not in known}),
        **known,
    }
    costed = [_row(data, prices, i, power[i], site_alumina(data, prices, i)) for i in sites]
    costed.sort(key=lambda row: (row["full_cost_cny_per_t"], row["site"]))
    reached = 0.0
    for rank, row in enumerate(costed, 1):
        row["rank"], row["from_mt"] = rank, reached
        reached += row["output_mt"]
        row["to_mt"] = reached
    table = ResultTable("cost_curve", _COLUMNS, [tuple(row[c] for c in _COLUMNS) for row in costed])
    return CostCurve(table, _summary(data, prices, costed))


def _prices_of(data: ModelData) -> MarketPrices:
    if data.market_prices is None:
        raise UsageError("The scenario names no market prices; set market_prices to a month or a file.")
    return data.market_prices


_COLUMNS = (
    "rank", "site", "name", "owner", "region", "province", "capacity_mt_per_a", "output_mt", "from_mt",
    "to_mt", "ac_kwh_per_t", "captive_share", "grid_share", "own_alumina_share", "power_price_cny_per_mwh",
    *(f"{name}_cny_per_t" for name in COMPONENTS),
    *(f"{name}_vat_cny_per_t" for name, rate in COMPONENTS.items() if rate),
    "cash_cost_cny_per_t", "full_cost_cny_per_t", "metal_price_cny_per_t", "profit_cny_per_t",
    "own_alumina_margin_cny_per_t",
)  # fmt: skip


def _check_reach(data: ModelData, prices: MarketPrices) -> None:
    file = f"prices of {prices.month}"
    rates = [rate for rate in (*COMPONENTS.values(), "metal" if prices.metal else None) if rate]
    rule, mend = "the rate of this component is missing, which the cost curve adds", "Add its row."
    problems = [
        Problem("tables/vat_rates.csv", None, "component", rate, rule, mend)
        for rate in dict.fromkeys(rates)
        if rate not in data.vat
    ]
    regions = {data.fleet.sites[i].region for i, _ in data.fleet.start}
    if isinstance(prices.power, dict):
        missing = sorted(regions - set(prices.power))
        if missing:
            rule = f"no price for {', '.join(missing)}, where smelters stand"
            problems.append(Problem(file, None, "power_cny_per_mwh", None, rule, "Give it."))
    if problems:
        raise InputError(problems)


def _energy(data: ModelData, i: str) -> float:
    """Power that a site draws in a year at the fleet's availability, TWh."""
    return sum(
        amount * data.parameters["availability"] * kwh_to_mwh(data.cells[k].ac)
        for (site, k), amount in data.fleet.start.items()
        if site == i
    )


def site_power(
    data: ModelData, prices: MarketPrices, year: int, need: Mapping[str, float]
) -> dict[str, SitePower]:
    """Price and mix of each site's power, by rule: captive, contracts by price, grid.

    Parameters
    ----------
    data : ModelData
    prices : MarketPrices
    year : int
        Model year of captive units and contract volumes.
    need : mapping of str to float
        TWh by site.

    Returns
    -------
    dict of str to power
        What contracts and units do not cover is priced at the site's cheapest unlimited source,
        or its dearest where it has none.
    """
    drawn: dict[tuple[str, str, str], float] = defaultdict(float)
    for h in data.calendar.slices:
        left = {i: amount * data.calendar.share[h] for i, amount in need.items()}
        for pool in _in_order(data, h):
            _draw(pool, year, h, left, drawn)
        for i, amount in left.items():
            drawn[i, _last_source(data, i, h), h] += amount
    return {i: _power_of(data, prices, i, need[i], drawn) for i in need}


def power_drawn(data: ModelData, drawn: Mapping[tuple[str, str, str], float]) -> dict[str, SitePower]:
    """Price and mix of power that is drawn as given, at the scenario's market prices.

    Parameters
    ----------
    data : ModelData
    drawn : mapping of (site, source, slice) to float
        TWh.

    Returns
    -------
    dict of str to SitePower

    Raises
    ------
    UsageError
        If the scenario names no market prices.
    """
    need: dict[str, float] = defaultdict(float)
    for (i, _, _), amount in drawn.items():
        need[i] += amount
    return {i: _power_of(data, _prices_of(data), i, amount, drawn) for i, amount in need.items()}


def _in_order(data: ModelData, h: str) -> list[Pool]:
    """Limited supplies in the order of their use: own units, shared units, contracts by price."""
    kinds = {CAPTIVE: 0, SHARED_CAPTIVE: 1}

    def rank(pool: Pool) -> tuple[int, float, str]:
        return kinds.get(pool.source, 2), data.power.price[(*pool.members[0], h)], pool.key

    return sorted((pool for pool in data.power.pools.values() if pool.members), key=rank)


def _draw(
    pool: Pool,
    year: int,
    h: str,
    left: dict[str, float],
    drawn: dict[tuple[str, str, str], float],
) -> None:
    """Share a supply among its members by what they still need."""
    members = [i for i, _ in pool.members if left.get(i, 0.0) > _LEFT]
    wanted = sum(left[i] for i in members)
    if not wanted:
        return
    share = min(1.0, pool.volume[year, h] / wanted)
    for i in members:
        amount = share * left[i]
        left[i] -= amount
        drawn[i, pool.source, h] += amount


def _last_source(data: ModelData, i: str, h: str) -> str:
    limited = {member for pool in data.power.pools.values() for member in pool.members}
    price = data.power.price
    sources = [e for e in data.power.sources[i] if e != NEW_CAPTIVE]  # no such unit stands yet
    unlimited = [e for e in sources if (i, e) not in limited]
    if unlimited:
        return min(unlimited, key=lambda e: (price[i, e, h], e))
    return max(sources, key=lambda e: (price[i, e, h], e))


def _power_of(
    data: ModelData,
    prices: MarketPrices,
    i: str,
    need: float,
    drawn: Mapping[tuple[str, str, str], float],
) -> SitePower:
    region = data.fleet.sites[i].region
    own = {(e, h): amount for (site, e, h), amount in drawn.items() if site == i}
    captive = sum(amount for (e, _), amount in own.items() if e in {CAPTIVE, SHARED_CAPTIVE})
    pools = {member for pool in data.power.pools.values() for member in pool.members}
    grid = sum(amount for (e, _), amount in own.items() if (i, e) not in pools)
    if prices.power is not None:
        price = prices.power if isinstance(prices.power, float) else prices.power[region]
    else:
        price = (
            sum(amount * _source_price(data, prices, region, i, e, h) for (e, h), amount in own.items())
            / need
        )
    factor = data.power.emission_factor
    emitted = {
        y: sum(amount * factor[i, e, y] for (e, _), amount in own.items()) / need for y in data.calendar.years
    }
    return SitePower(price, captive / need, grid / need, emitted)


def _source_price(data: ModelData, prices: MarketPrices, region: str, i: str, e: str, h: str) -> float:
    if e not in {CAPTIVE, SHARED_CAPTIVE}:
        return data.power.price[i, e, h]
    parts = data.power.captive_costs[region].parts
    return sum(cost * (prices.coal_multiplier if part == "coal" else 1.0) for part, cost in parts.items())


def site_alumina(data: ModelData, prices: MarketPrices, i: str) -> SiteAlumina:
    """Alumina of a site, by rule: its own refinery's pipe first, then the cheapest gate plus freight.

    Raises
    ------
    InputError
        If no refinery or port has a price.
    """
    materials = data.materials
    point = materials.point_of[i]
    gate = {a: price for a in materials.refineries if (price := _gate(data, prices, a)) is not None}
    if not gate:
        rule = "no price for a region that refines or lands alumina"
        raise InputError(
            [Problem(f"prices of {prices.month}", None, "alumina_cny_per_t", None, rule, "Give one.")]
        )
    freight = {a: materials.alumina_freight[a, point] for a in gate}
    bought = min(gate, key=lambda a: (gate[a] + freight[a], a))
    need = data.parameters["alumina_t_per_t"] * _output(data, i)
    of_point = sum(
        data.parameters["alumina_t_per_t"] * _output(data, j)
        for j in {site for site, _ in data.fleet.start}
        if materials.point_of[j] == point
    )
    own = {
        a: min(1.0, limit / of_point)
        for (a, p), limit in materials.conveyed_limit.items()
        if p == point and need
    }
    share = min(1.0, sum(own.values()))
    conveyed = sum(part * gate.get(a, gate[bought]) for a, part in own.items())
    margin = sum(part * (gate.get(a, gate[bought]) - _refining_cost(data, a)) for a, part in own.items())
    return SiteAlumina(
        price=conveyed + (1.0 - share) * gate[bought],
        freight=(1.0 - share) * freight[bought],
        own_share=share,
        margin=margin,
        refinery=bought,
    )


def _gate(data: ModelData, prices: MarketPrices, a: str) -> float | None:
    """Price at a refinery's or port's gate; one for the country holds at refineries alone."""
    refinery = data.materials.refineries[a]
    if isinstance(prices.alumina, float):
        only_ports = all(other.kind != "refinery" for other in data.materials.refineries.values())
        return prices.alumina if refinery.kind == "refinery" or only_ports else None
    return prices.alumina.get(refinery.region)


def _refining_cost(data: ModelData, a: str) -> float:
    """Cash cost of a refinery on its cheapest ore, CNY/t without VAT."""
    materials = data.materials
    ore = [materials.ore_yield[b, r] * materials.ore_cost[b, r] for b, r in materials.ore_yield if r == a]
    return materials.refineries[a].cost + min(ore, default=0.0)


def _output(data: ModelData, i: str) -> float:
    standing = sum(amount for (site, _), amount in data.fleet.start.items() if site == i)
    return standing * data.parameters["availability"]


def _row(
    data: ModelData, prices: MarketPrices, i: str, power: SitePower, alumina: SiteAlumina
) -> dict[str, Any]:
    site, p = data.fleet.sites[i], data.parameters
    held = {k: amount for (j, k), amount in data.fleet.start.items() if j == i}
    capacity = sum(held.values())

    def mean(of: str) -> float:
        return float(sum(amount * getattr(data.cells[k], of) for k, amount in held.items()) / capacity)

    ac = mean("ac")
    net = {
        "power": kwh_to_mwh(ac) * power.price,
        "alumina": p["alumina_t_per_t"] * alumina.price,
        "alumina_freight": p["alumina_t_per_t"] * alumina.freight,
        "anode": mean("anode") * prices.anode,
        "fluoride": p["fluoride_cny_per_t"],
        "labour": mean("employees_per_kt") / 1000.0 * p["wage_cny_per_a"] / p["availability"],
        "maintenance": (mean("maintenance") + mean("rent")) / p["availability"] + mean("variable_cost"),
        "overhead": p["overhead_cny_per_t_a"] / p["availability"],
        "depreciation": p["depreciation_cny_per_t"],
        "interest_and_taxes": p["interest_and_taxes_cny_per_t"],
    }
    tax = {name: net[name] * data.vat[rate] for name, rate in COMPONENTS.items() if rate}
    gross = {name: net[name] + tax.get(name, 0.0) for name in COMPONENTS}
    full = sum(gross.values())
    metal = None if prices.metal is None else prices.metal * (1.0 + data.vat["metal"])
    province = {row["region"]: row["province"] for row in data.tables["regions"]}
    return {
        "site": i,
        "name": site.name,
        "owner": site.owner,
        "region": site.region,
        "province": province[site.region],
        "capacity_mt_per_a": capacity,
        "output_mt": capacity * p["availability"],
        "ac_kwh_per_t": ac,
        "captive_share": power.captive_share,
        "grid_share": power.grid_share,
        "own_alumina_share": alumina.own_share,
        "power_price_cny_per_mwh": power.price * (1.0 + data.vat["power"]),
        **{f"{name}_cny_per_t": value for name, value in gross.items()},
        **{f"{name}_vat_cny_per_t": value for name, value in tax.items()},
        "cash_cost_cny_per_t": full - sum(gross[name] for name in NOT_CASH),
        "full_cost_cny_per_t": full,
        "metal_price_cny_per_t": metal,
        "profit_cny_per_t": None if metal is None else metal - full,
        "own_alumina_margin_cny_per_t": (p["alumina_t_per_t"] * alumina.margin * (1.0 + data.vat["alumina"])),
    }


def _summary(data: ModelData, prices: MarketPrices, rows: list[dict[str, Any]]) -> dict[str, Any]:
    made = sum(row["output_mt"] for row in rows)

    def mean(column: str) -> float:
        return float(sum(row["output_mt"] * row[column] for row in rows) / made)

    low, high = rows[0], rows[-1]
    metal = rows[0]["metal_price_cny_per_t"]
    summary: dict[str, Any] = {
        "month": prices.month,
        "scenario": data.scenario.name,
        "smelters": len(rows),
        "output_mt": made,
        "mean_cash_cost_cny_per_t": mean("cash_cost_cny_per_t"),
        "mean_full_cost_cny_per_t": mean("full_cost_cny_per_t"),
        "lowest": _extreme(low),
        "highest": _extreme(high),
        "components_cny_per_t": {name: mean(f"{name}_cny_per_t") for name in COMPONENTS},
        "vat_cny_per_t": {name: mean(f"{name}_vat_cny_per_t") for name, rate in COMPONENTS.items() if rate},
        "metal_price_cny_per_t": metal,
        "profitable_share": None if metal is None else _share(rows, "full_cost_cny_per_t", metal),
        "cash_positive_share": None if metal is None else _share(rows, "cash_cost_cny_per_t", metal),
        "bands": _bands(rows),
        "provinces": _provinces(rows),
        "spread_by_component_cny_per_t": {
            name: high[f"{name}_cny_per_t"] - low[f"{name}_cny_per_t"] for name in COMPONENTS
        },
    }
    if prices.published:
        summary["published"] = dict(prices.published)
        summary["against_published"] = _against(prices.published, summary)
    return summary


def _extreme(row: Mapping[str, Any]) -> dict[str, Any]:
    keys = ("site", "name", "region", "full_cost_cny_per_t", "own_alumina_margin_cny_per_t")
    return {key: row[key] for key in keys}


def _share(rows: list[dict[str, Any]], column: str, price: float) -> float:
    made = sum(row["output_mt"] for row in rows)
    return float(sum(row["output_mt"] for row in rows if row[column] < price) / made)


def _bands(rows: list[dict[str, Any]]) -> list[dict[str, float]]:
    """Capacity by band of full cost."""
    bands: dict[float, float] = defaultdict(float)
    for row in rows:
        bands[BAND * (row["full_cost_cny_per_t"] // BAND)] += row["capacity_mt_per_a"]
    return [
        {"from_cny_per_t": band, "to_cny_per_t": band + BAND, "capacity_mt_per_a": amount}
        for band, amount in sorted(bands.items())
    ]


def _provinces(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Lowest, mean and highest full cost by province, cheapest mean first."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row["province"]].append(row)
    listed = []
    for province, own in found.items():
        made = sum(row["output_mt"] for row in own)
        costs = [row["full_cost_cny_per_t"] for row in own]
        mean = sum(row["output_mt"] * row["full_cost_cny_per_t"] for row in own) / made
        listed.append(
            {
                "province": province,
                "smelters": len(own),
                "output_mt": made,
                "lowest_cny_per_t": min(costs),
                "mean_cny_per_t": mean,
                "highest_cny_per_t": max(costs),
            }
        )
    return sorted(listed, key=lambda row: row["mean_cny_per_t"])


def _against(published: Mapping[str, float], summary: Mapping[str, Any]) -> dict[str, float]:
    """Model less published, and how much of the published spread the model has."""
    ours = {
        "mean_cny_per_t": summary["mean_full_cost_cny_per_t"],
        "lowest_cny_per_t": summary["lowest"]["full_cost_cny_per_t"],
        "highest_cny_per_t": summary["highest"]["full_cost_cny_per_t"],
    }
    result = {key: ours[key] - published[key] for key in ours if key in published}
    if {"lowest_cny_per_t", "highest_cny_per_t"} <= set(published):
        spread = published["highest_cny_per_t"] - published["lowest_cny_per_t"]
        own = ours["highest_cny_per_t"] - ours["lowest_cny_per_t"]
        result |= {
            "spread_cny_per_t": own,
            "published_spread_cny_per_t": spread,
            "spread_share": own / spread,
        }
    return result
