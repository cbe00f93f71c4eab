"""Physical result tables, straight from the solution: capacity, operation, power, materials, metal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from alopt.data.calendar import WHOLE_YEAR
from alopt.data.fleet import moves_of
from alopt.data.units import CAPTIVE, NEW_CAPTIVE, SHARED_CAPTIVE
from alopt.policies.capacity_cap import quota_regions
from alopt.results.table import ResultTable, make
from alopt.solve.solution import Solution


def years(solution: Solution) -> ResultTable:
    """Model years and the weights of money in them."""
    c = solution.data.calendar
    return make(
        "years",
        ("year", "years_elapsed", "years_represented", "discount_factor", "present_value_weight"),
        ((y, c.elapsed[y], c.represented[y], c.discount[y], c.weight[y]) for y in c.years),
    )


def capacity(solution: Solution) -> ResultTable:
    """Capacity by site and state, with what was built, retired and retrofitted."""
    data = solution.data
    new, retired = solution.values("new_capacity"), solution.values("retired_capacity")
    into: dict[Any, float] = defaultdict(float)
    away: dict[Any, float] = defaultdict(float)
    for (i, j, k, y), amount in solution.values("retrofitted_capacity").items():
        into[i, k, y] += amount * data.arcs[j, k].gain
        away[i, j, y] += amount
    arriving, departing = data.fleet.arriving, data.fleet.departing

    def rows() -> Iterator[tuple[Any, ...]]:
        for (i, k, y), standing in solution.values("capacity").items():
            key, site = (i, k, y), data.fleet.sites[i]
            built = new.get(key, 0.0) + arriving.get(key, 0.0)
            gone = retired[key] + departing.get(key, 0.0)
            if any((standing, built, gone, into[key], away[key])):
                yield y, site.region, i, site.owner, k, standing, built, gone, into[key], away[key]

    return make(
        "capacity",
        (
            "year", "region", "site", "owner", "cell", "capacity_mt_per_a", "new", "retired",
            "retrofitted_in", "retrofitted_out",
        ),
        rows(),
    )  # fmt: skip


def retrofits(solution: Solution) -> ResultTable:
    """Steps taken between cell states."""
    data = solution.data
    return make(
        "retrofits",
        ("year", "region", "site", "from_cell", "to_cell", "kind", "capacity_mt_per_a", "gain"),
        (
            (y, data.fleet.sites[i].region, i, j, k, data.arcs[j, k].kind, amount, data.arcs[j, k].gain)
            for (i, j, k, y), amount in solution.values("retrofitted_capacity").items()
            if amount
        ),
    )


def employment(solution: Solution) -> ResultTable:
    """People that the standing potlines need, by region."""
    data = solution.data
    people: dict[Any, float] = defaultdict(float)
    for (i, k, y), standing in solution.values("capacity").items():
        people[y, data.fleet.sites[i].region] += standing * 1000.0 * data.cells[k].employees_per_kt
    columns = ("year", "region", "employment_persons")
    return make("employment", columns, ((*key, amount) for key, amount in people.items() if amount))


def quota(solution: Solution) -> ResultTable:
    """Stock of quota, its use, what was issued or came with decided moves, was surrendered or lapsed."""
    data = solution.data
    used: dict[Any, float] = defaultdict(float)
    for (i, _, y), standing in solution.values("capacity").items():
        used[data.fleet.sites[i].region, y] += standing
    stock, lost = solution.values("quota_stock"), solution.values("surrendered_quota")
    issues, lapsed = data.fleet.quota_issues, solution.values("lapsed_quota")
    return make(
        "quota",
        ("year", "region", "stock", "used", "issued", "surrendered", "lapsed"),
        (
            (
                y, r, stock[r, y], used[r, y], issues.get((r, y), 0.0), lost.get((r, y), 0.0),
                lapsed.get((r, y), 0.0),
            )
            for r in (quota_regions(data.fleet) if stock else [])
            for y in data.calendar.years
        ),
    )  # fmt: skip


def quota_transfers(solution: Solution) -> ResultTable:
    """Quota that moved between regions, decided moves included."""
    data = solution.data
    replacement = data.policies.get("capacity_replacement")
    rows = [
        (y, r, to, 1.0 if replacement is None else replacement.ratio(r, to), amount, "chosen")
        for (r, to, y), amount in solution.values("quota_transfer").items()
        if amount
    ]
    rows += [(y, r, to, 1.0, amount, "decided") for (r, to, y), amount in sorted(_decided(solution).items())]
    columns = ("year", "from_region", "to_region", "ratio", "mt_per_a", "kind")
    return make("quota_transfers", columns, rows)


def _decided(solution: Solution) -> dict[tuple[str, str, int], float]:
    """Decided moves between regions, by model year."""
    data = solution.data
    moves: dict[tuple[str, str, int], float] = defaultdict(float)
    region = {row["site"]: row["region"] for row in data.tables["sites"]}
    for _, row in moves_of(data.tables, data.scenario.fleet):
        year = next((y for y in data.calendar.years if y >= row["year"]), None)
        origin, target = region[row["from_site"]], region[row["to_site"]]
        if year is not None and row["year"] > data.calendar.base_year and origin != target:
            moves[origin, target, year] += row["capacity_mt_per_a"]
    return moves


def running(solution: Solution) -> ResultTable:
    """Pots that run in each season; a site's restarts are shared out over its states by what runs."""
    data, calendar = solution.data, solution.data.calendar
    values, restarted = solution.values("running"), solution.values("restarted")
    total: dict[Any, float] = defaultdict(float)
    for (i, _, y, q), amount in values.items():
        total[i, y, q] += amount

    def rows() -> Iterator[tuple[Any, ...]]:
        for (i, k, y, q), amount in values.items():
            if amount:
                again = restarted.get((i, y, q), 0.0) * amount / total[i, y, q]
                for season in calendar.seasons if q == WHOLE_YEAR else (q,):
                    yield y, season, data.fleet.sites[i].region, i, k, amount, again

    return make("running", ("year", "season", "region", "site", "cell", "running", "restarted"), rows())


def site_production(solution: Solution) -> dict[tuple[str, str, int, str], float]:
    """Output by site, state, year and the slices in which the site decides, Mt."""
    calendar = solution.data.calendar
    swung = solution.values("swung_production")
    made = dict(swung)
    for (i, k, y, q), amount in solution.values("running").items():
        slices = calendar.slices_in[q]
        if len(slices) == 1:
            made[i, k, y, slices[0]] = calendar.share[slices[0]] * amount
    return made


def spread(solution: Solution, h: str) -> list[tuple[str, float]]:
    """Slices of the calendar that a site's slice stands for, with their part of it."""
    calendar = solution.data.calendar
    if h != WHOLE_YEAR:
        return [(h, 1.0)]
    return [(part, calendar.share[part]) for part in calendar.slices]


def production(solution: Solution) -> ResultTable:
    """Metal made by slice, site and state."""
    sites = solution.data.fleet.sites
    return make(
        "production",
        ("year", "slice", "region", "site", "cell", "production_mt"),
        (
            (y, part, sites[i].region, i, k, amount * share)
            for (i, k, y, h), amount in site_production(solution).items()
            if amount
            for part, share in spread(solution, h)
        ),
    )


def electricity(solution: Solution) -> ResultTable:
    """Power drawn by slice, site and source, its price and emissions."""
    power, sites = solution.data.power, solution.data.fleet.sites
    return make(
        "electricity",
        (
            "year", "slice", "region", "site", "source", "electricity_twh", "price_cny_per_mwh",
            "emissions_mt_co2e",
        ),
        (
            (
                y, part, sites[i].region, i, e, amount * share, power.price[i, e, part],
                amount * share * power.emission_factor[i, e, y],
            )
            for (i, e, y, h), amount in solution.values("electricity").items()
            if amount
            for part, share in spread(solution, h)
        ),
    )  # fmt: skip


def supply(solution: Solution) -> ResultTable:
    """Captive capacity that stands, starts and retires: by its units' lives, by rule, or built anew."""
    data = solution.data
    rules = data.policies.get("captive_coal")
    left = {} if rules is None else rules.standing
    rows: list[tuple[Any, ...]] = []
    for pool in data.power.pools.values():
        if pool.source not in {CAPTIVE, SHARED_CAPTIVE}:
            continue
        site = pool.members[0][0] if pool.source == CAPTIVE else ""
        standing = {y: left.get((pool.key, y), capacity) for y, capacity in pool.capacity.items()}
        for y in data.calendar.years:
            before = data.calendar.previous[y]
            change = standing[y] - standing.get(before, standing[y])
            rows.append((y, pool.region, site, pool.source, standing[y], max(change, 0.0), max(-change, 0.0)))
    rows += _new_captive(solution)
    columns = ("year", "region", "site", "source", "capacity_gw", "built_gw", "retired_gw")
    return make("supply", columns, rows)


def _new_captive(solution: Solution) -> Iterator[tuple[Any, ...]]:
    """Captive units built under a policy: what stands, was built and reached the end of its life."""
    data, built = solution.data, solution.values("new_captive_capacity")
    for i in sorted({i for i, _ in built}):
        life, before = data.policies["captive_coal"].new_units.life, 0.0
        for y in data.calendar.years:
            standing = sum(amount for (a, t), amount in built.items() if a == i and t <= y < t + life)
            new = built.get((i, y), 0.0)
            gone = max(0.0, before + new - standing)
            yield y, data.fleet.sites[i].region, i, NEW_CAPTIVE, float(standing), new, gone
            before = standing


def refining(solution: Solution) -> ResultTable:
    """Alumina by refinery with its ore by origin, red mud and cost; ports stand with what they land."""
    materials = solution.data.materials
    ore = solution.values("ore_shipments")
    origins = sorted(materials.ore_volume)
    columns = (
        "year",
        "refinery",
        "alumina_mt",
        *(f"bauxite_{b}_mt" for b in origins),
        "red_mud_mt",
        "cost_m_cny",
    )

    def rows() -> Iterator[tuple[Any, ...]]:
        for (a, y), made in solution.values("refining").items():
            refinery = materials.refineries[a]
            used = [ore.get((b, a, y), 0.0) for b in origins]
            spent = refinery.cost * made + sum(
                materials.ore_cost[b, a] * amount
                for b, amount in zip(origins, used, strict=True)
                if (b, a) in materials.ore_cost
            )
            yield y, a, made, *used, made * refinery.red_mud, spent

    return make("refining", columns, rows())


def flows(solution: Solution) -> ResultTable:
    """Shipments of ore, alumina and metal."""
    liquid, ingot = solution.data.markets.liquid_market, solution.data.markets.ingot_market
    named: list[tuple[str, str, Callable[[Any], tuple[Any, str, str]]]] = [
        ("ore_shipments", "bauxite", lambda t: (t[2], t[0], t[1])),
        ("alumina_shipments", "alumina", lambda t: (t[2], t[0], t[1])),
        ("conveyed_alumina", "alumina_conveyed", lambda t: (t[2], t[0], t[1])),
        ("alumina_exports", "alumina_exported", lambda t: (t[1], t[0], "abroad")),
        ("ingot_shipments", "ingot", lambda t: (t[2], t[0], t[1])),
        ("liquid_metal", "liquid_metal", lambda t: (t[1], t[0], liquid[t[0]])),
        ("remelted_metal", "remelted_metal", lambda t: (t[1], ingot[t[0]], liquid[t[0]])),
        ("exports", "exported_metal", lambda t: (t[2], t[0], "abroad")),
        ("imports", "imported_metal", lambda t: (t[2], "abroad", t[0])),
    ]
    total: dict[Any, float] = defaultdict(float)
    for variable, material, place in named:
        for index, amount in solution.values(variable).items():
            if amount:
                y, origin, target = place(index)
                total[y, material, origin, target] += amount
    columns = ("year", "material", "origin", "destination", "flow_mt")
    return make("flows", columns, ((*key, amount) for key, amount in total.items()))


def trade(solution: Solution) -> ResultTable:
    """What crosses the border: ore, alumina and metal, by price step where they have steps.

    The price is without VAT, before what a policy adds.
    """
    data, refineries = solution.data, solution.data.materials.refineries
    imported = {step.key: step.price for step in data.markets.import_steps}
    exported = {step.key: step.price for step in data.markets.export_steps}
    policy: Any = data.policies.get("alumina_trade")

    def rows() -> Iterator[tuple[Any, ...]]:
        for (b, a, y), amount in solution.values("ore_shipments").items():
            if b not in data.materials.domestic:
                yield y, "bauxite", "import", b, a, "", amount, data.materials.ore_price[b]
        for (a, y), amount in solution.values("refining").items():
            if refineries[a].kind == "port":
                yield y, "alumina", "import", "abroad", a, "", amount, refineries[a].cost
        for (a, y), amount in solution.values("alumina_exports").items():
            yield y, "alumina", "export", a, "abroad", "", amount, policy.export_price[y]
        for (d, step, y), amount in solution.values("imports").items():
            yield y, "metal", "import", "abroad", d, step, amount, imported[step]
        for (r, step, y), amount in solution.values("exports").items():
            yield y, "metal", "export", r, "abroad", step, amount, exported[step]

    columns = (
        "year", "material", "direction", "origin", "destination", "step", "amount_mt", "price_cny_per_t",
    )  # fmt: skip
    return make("trade", columns, (row for row in rows() if row[-2]))


def markets(solution: Solution) -> ResultTable:
    """Metal markets: demand, who serves it, what goes unserved, and the price; exports stand apart.

    Ingot that a region remelts for its liquid market carries its share of imports with it.
    """
    data = solution.data
    abroad, home = _served(solution)
    unserved: dict[Any, float] = defaultdict(float)
    for (d, _, y), amount in solution.values("unserved_demand").items():
        unserved[d, y] += amount
    exported: dict[int, float] = defaultdict(float)
    for (_, _, y), amount in solution.values("exports").items():
        exported[y] += amount
    prices = market_prices(solution)

    def rows() -> Iterator[tuple[Any, ...]]:
        for d, market in data.markets.markets.items():
            for y in data.calendar.years:
                demand = market.share * data.markets.demand[y]
                recycled = market.share * data.markets.recycled[y]
                yield (
                    y, d, market.segment, demand, home[d, y], abroad[d, y], recycled, unserved[d, y], 0.0,
                    prices[d, y],
                )  # fmt: skip
        for y in data.calendar.years:
            if data.markets.export_steps:
                yield y, "abroad", "export", 0.0, 0.0, 0.0, 0.0, 0.0, exported[y], None

    columns = (
        "year", "market", "segment", "demand", "domestic", "imports", "recycled", "unserved", "exports",
        "price_cny_per_t",
    )  # fmt: skip
    return make("markets", columns, rows())


def _served(solution: Solution) -> tuple[dict[Any, float], dict[Any, float]]:
    """Metal from abroad and from home that each market uses, by (market, year)."""
    markets = solution.data.markets
    abroad: dict[Any, float] = defaultdict(float)
    home: dict[Any, float] = defaultdict(float)
    for (d, _, y), amount in solution.values("imports").items():
        abroad[d, y] += amount
    for (_, d, y), amount in solution.values("ingot_shipments").items():
        home[d, y] += amount
    for (r, y), amount in solution.values("liquid_metal").items():
        home[markets.liquid_market[r], y] += amount
    for (r, y), amount in solution.values("remelted_metal").items():
        ingot, liquid = markets.ingot_market[r], markets.liquid_market[r]
        arrived = abroad[ingot, y] + home[ingot, y]
        if amount and arrived:
            for side in (abroad, home):
                part = amount * side[ingot, y] / arrived
                side[ingot, y] -= part
                side[liquid, y] += part
    return abroad, home


def market_prices(solution: Solution) -> dict[tuple[str, int], float]:
    """Price of metal by market and year, CNY/t without VAT: the dual of the market's balance."""
    return {
        index: solution.shadow_price(name, index, index[1])
        for name in ("liquid_market", "ingot_market")
        for index in solution.row_places.get(name, {})
    }
