"""Index sets: only what exists or can be reached."""

from __future__ import annotations

from collections import defaultdict
from types import SimpleNamespace

from alopt.data.model_data import ModelData


def build_sets(data: ModelData) -> SimpleNamespace:
    """Make the sparse index sets of a model.

    Returns
    -------
    SimpleNamespace
        Lists of index tuples (names in capitals) and look-ups by site, region or point.
    """
    calendar, fleet, power = data.calendar, data.fleet, data.power
    years = calendar.years
    seasons_of, slices_of = power.seasons_of, power.slices_of
    s = SimpleNamespace()
    s.YEARS = list(years)
    s.SITES = list(fleet.sites)
    s.REGIONS = sorted({site.region for site in fleet.sites.values()})
    s.SITE_YEARS = [(i, y) for i in s.SITES for y in years]
    s.SITE_CELL_YEARS = [(i, k, y) for (i, k), first in fleet.site_cells.items() for y in years if y >= first]
    s.NEW_BUILD_YEARS = [(i, k, y) for i, k in fleet.new_build for y in years if y >= fleet.site_cells[i, k]]
    s.SITE_ARC_YEARS = [
        (i, j, k, y)
        for i, j, k in fleet.site_arcs
        for y in years
        if y >= max(fleet.site_cells[i, j], fleet.site_cells[i, k], data.arcs[j, k].earliest_year)
    ]
    s.closed = _closed(data)
    s.CLOSURES = sorted(s.closed)
    standing = set(s.SITE_CELL_YEARS)
    s.stands = standing
    s.built = set(s.NEW_BUILD_YEARS)
    s.cells_at = _group(s.SITE_CELL_YEARS, lambda t: (t[0], t[2]), lambda t: t[1])
    s.steps_from = _group(s.SITE_ARC_YEARS, lambda t: (t[0], t[1], t[3]), lambda t: t[2])
    s.steps_into = _group(s.SITE_ARC_YEARS, lambda t: (t[0], t[2], t[3]), lambda t: t[1])
    s.RELINED = sorted({(i, j, y) for i, j, k, y in s.SITE_ARC_YEARS if data.arcs[j, k].kind == "relining"})
    s.SITE_CELL_SEASONS = [(i, k, y, q) for i, k, y in s.SITE_CELL_YEARS for q in seasons_of[i]]
    s.SITE_SEASONS = [(i, y, q) for i, y in s.SITE_YEARS if (i, y) in s.cells_at for q in seasons_of[i]]
    s.ACTIVE_SITES = [(i, y) for i, y in s.SITE_YEARS if (i, y) in s.cells_at]
    s.RESTARTING = [(i, y, q) for i, y, q in s.SITE_SEASONS if len(seasons_of[i]) > 1]
    s.many_slices = {q for q, slices in calendar.slices_in.items() if len(slices) > 1}
    s.SWINGING = [(i, k, y, q) for i, k, y, q in s.SITE_CELL_SEASONS if q in s.many_slices]
    s.SWING_SLICES = [(i, k, y, h) for i, k, y, q in s.SWINGING for h in calendar.slices_in[q]]
    s.season_of = {h: q for q, slices in calendar.slices_in.items() for h in slices}
    s.SITE_CELL_SLICES = [(i, k, y, h) for i, k, y in s.SITE_CELL_YEARS for h in slices_of[i]]
    s.ELECTRICITY = [(i, e, y, h) for i, y in s.ACTIVE_SITES for e in power.sources[i] for h in slices_of[i]]
    s.SITE_SLICES = [(i, y, h) for i, y in s.ACTIVE_SITES for h in slices_of[i]]
    s.POOL_SLICES = [
        (p, y, h)
        for p, pool in power.pools.items()
        for y in years
        if any((i, y) in s.cells_at for i, _ in pool.members)
        for h in slices_of[pool.members[0][0]]
    ]
    s.TRANSFERS = []  # filled by the policy that moves quota
    s.NEW_CAPTIVE = []  # filled by the policy that lets sites build captive units
    s.REBUILDS = [t for t in s.SITE_ARC_YEARS if data.arcs[t[1], t[2]].kind == "rebuild"]
    s.family = _families(data)
    _spread_sets(data, s)
    _material_sets(data, s)
    _metal_sets(data, s)
    return s


def _group(tuples, key, value) -> dict:  # type: ignore[no-untyped-def,type-arg]  # noqa: ANN001
    grouped = defaultdict(list)
    for t in tuples:
        grouped[key(t)].append(value(t))
    return dict(grouped)


def _closed(data: ModelData) -> dict[tuple[str, str, int], float]:
    """Capacity that decrees close by site, state and year: of the table's and a policy's the greater."""
    closed = dict(data.fleet.closures)
    policy = data.policies.get("early_retirement")
    for key, amount in ({} if policy is None else policy.closures).items():
        closed[key] = max(amount, closed.get(key, 0.0))
    return closed


def _families(data: ModelData) -> dict[str, set[str]]:
    """Each state with all that relining can make of it."""
    families: dict[str, set[str]] = {}
    for k in data.cells:
        family, frontier = {k}, [k]
        while frontier:
            j = frontier.pop()
            found = {to for (a, to), arc in data.arcs.items() if a == j and arc.kind == "relining"} - family
            family |= found
            frontier += found
        families[k] = family
    return families


def _spread_sets(data: ModelData, s: SimpleNamespace) -> None:
    """States of existing sites that pay a retrofit rent: one stands for all of the same rent."""
    s.rent_level = {k: round(cell.rent, 6) for k, cell in data.cells.items()}
    s.spread_states = {}
    for i, y in s.ACTIVE_SITES:
        if data.fleet.sites[i].kind == "existing" and data.capex_spread:
            first: dict[float, str] = {}
            for k in s.cells_at[i, y]:
                if s.rent_level[k] > 0:
                    first.setdefault(s.rent_level[k], k)
            if first:
                s.spread_states[i, y] = sorted(first.values())
    s.SPREAD = [
        (i, k, step, y)
        for (i, y), states in s.spread_states.items()
        for k in states
        for step, _, _ in data.capex_spread
    ]


def _material_sets(data: ModelData, s: SimpleNamespace) -> None:
    materials, years = data.materials, data.calendar.years
    s.POINTS = sorted(set(materials.point_of.values()))
    s.sites_at = _group(materials.point_of.items(), lambda t: t[1], lambda t: t[0])
    s.POINT_YEARS = [
        (p, y) for p in s.POINTS for y in years if any((i, y) in s.cells_at for i in s.sites_at[p])
    ]
    s.REFINERY_YEARS = [(a, y) for a in materials.refineries for y in years]
    s.ALUMINA = [(a, p, y) for a in materials.refineries for p, y in s.POINT_YEARS]
    s.CONVEYED = [(a, p, y) for a, p in materials.conveyed_limit for q, y in s.POINT_YEARS if q == p]
    s.conveyed = set(s.CONVEYED)
    trade = data.policies.get("alumina_trade")  # without it alumina stays at home
    s.ALUMINA_EXPORTS = [] if trade is None else [(a, y) for a in trade.export_freight for y in years]
    s.exporting = set(s.ALUMINA_EXPORTS)
    s.ORE = [(b, a, y) for b, a in materials.ore_yield for y in years]
    s.ORE_REFINERIES = sorted({(a, y) for _, a, y in s.ORE})
    s.ORE_ORIGINS = sorted({(b, y) for b, _, y in s.ORE})
    s.refineries_of = _group(materials.ore_yield, lambda t: t[0], lambda t: t[1])
    s.origins_of = _group(materials.ore_yield, lambda t: t[1], lambda t: t[0])


def _metal_sets(data: ModelData, s: SimpleNamespace) -> None:
    markets, years = data.markets, data.calendar.years
    s.sites_in = _group(data.fleet.sites.values(), lambda site: site.region, lambda site: site.key)
    s.REGION_YEARS = [
        (r, y) for r in s.REGIONS for y in years if any((i, y) in s.cells_at for i in s.sites_in[r])
    ]
    s.LIQUID = [(r, y) for r, y in s.REGION_YEARS if r in markets.liquid_market]
    s.liquid = set(s.LIQUID)
    s.INGOTS = [(r, m, y) for r, y in s.REGION_YEARS for m in markets.ingot_market.values()]
    s.REMELTED = [(r, y) for r in markets.liquid_market if r in markets.ingot_market for y in years]
    s.remelted = set(s.REMELTED)
    s.IMPORTS = [
        (m, step.key, y) for m in markets.import_markets for step in markets.import_steps for y in years
    ]
    s.import_markets = set(markets.import_markets)
    s.IMPORT_STEPS = [(step.key, y) for step in markets.import_steps for y in years if markets.import_markets]
    s.EXPORTS = [(r, step.key, y) for r, y in s.REGION_YEARS for step in markets.export_steps]
    s.EXPORT_STEPS = [(step.key, y) for step in markets.export_steps for y in years]
    s.UNSERVED = [(m, step.key, y) for m in markets.markets for step in markets.demand_steps for y in years]
    s.LIQUID_MARKETS = [(m, y) for r, m in markets.liquid_market.items() for y in years]
    s.INGOT_MARKETS = [(m, y) for r, m in markets.ingot_market.items() for y in years]
    s.POTLINING = [(route, y) for route in data.spent_potlining for y in years]
    s.POTLINING_YEARS = list(years) if data.spent_potlining else []
