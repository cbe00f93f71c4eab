"""The index set of every equation and variable: what the data say should exist, and what was built.

Each set is written here from the data as its equation is meant, without the model's own sets, and
compared on the small world, the same without policies, spread and spent potlining, the smallest
inputs, and the shipped baseline.
"""

from __future__ import annotations

from dataclasses import replace

import pyomo.core as pyo
import pytest

import alopt

from .own_worlds import own_modules, own_sets
from .register import every_equation

# --- what exists --------------------------------------------------------------------------------


def standing(d):
    """State at a site in a year."""
    return {(i, k, y) for (i, k), first in d.fleet.site_cells.items() for y in d.calendar.years if y >= first}


def active(d):
    """Site in a year."""
    return {(i, y) for i, _, y in standing(d)}


def makers(d):
    """Region in a year in which something can stand there."""
    return {(d.fleet.sites[i].region, y) for i, y in active(d)}


def places(d):
    """Delivery point in a year in which something can stand there."""
    return {(d.materials.point_of[i], y) for i, y in active(d)}


def steps(d, kind=None):
    """Retrofit at a site in a year: both states can stand there and the step can be taken."""
    there = standing(d)
    return {
        (i, j, k, y)
        for i, j, k in d.fleet.site_arcs
        for y in d.calendar.years
        if {(i, j, y), (i, k, y)} <= there and y >= d.arcs[j, k].earliest_year
        if kind in {None, d.arcs[j, k].kind}
    }


def built(d):
    """New potlines."""
    return {(i, k, y) for i, k, y in standing(d) if (i, k) in d.fleet.new_build}


def with_seasons(d, members):
    return {(*member, q) for member in members for q in d.power.seasons_of[member[0]]}


def with_slices(d, members):
    return {(*member, h) for member in members for h in d.power.slices_of[member[0]]}


def several_slices(d):
    """Seasons of the year that are cut into several slices."""
    return {q for q in d.calendar.seasons if len(d.calendar.slices_in[q]) > 1}


def swinging_seasons(d):
    return {(i, k, y, q) for i, k, y, q in with_seasons(d, standing(d)) if q in several_slices(d)}


def swinging_slices(d):
    return {(i, k, y, h) for i, k, y, q in swinging_seasons(d) for h in d.calendar.slices_in[q]}


def spread(d):
    """Existing sites with, of the states of each rent that can stand there, the first by name."""
    if not d.capex_spread:
        return set()
    first = {}
    for i, k, y in sorted(standing(d)):
        rent = round(d.cells[k].rent, 6)
        if rent > 0 and d.fleet.sites[i].kind == "existing":
            first.setdefault((i, rent, y), k)
    return {(i, k, y) for (i, _, y), k in first.items()}


def cheaper_steps(d):
    """All cost steps but the dearest."""
    dearest = max((multiplier for _, _, multiplier in d.capex_spread), default=None)
    return {step for step, _, multiplier in d.capex_spread if multiplier != dearest}


def by_year(d, keys):
    return {((*key, y) if isinstance(key, tuple) else (key, y)) for key in keys for y in d.calendar.years}


def names(parts):
    return {part.key for part in parts}


def liquid(d):
    return {(r, y) for r, y in makers(d) if r in d.markets.liquid_market}


def imported_steps(d):
    return names(d.markets.import_steps) if d.markets.import_markets else set()


# --- policies -----------------------------------------------------------------------------------


def quota(d):
    """Region and year: regions with sites and regions with registered quota."""
    if "capacity_cap" not in d.policies:
        return set()
    regions = {site.region for site in d.fleet.sites.values()} | set(d.fleet.registered_quota)
    return by_year(d, regions)


def capped(d):
    """Years whose cap is below all quota registered, and issued by then."""
    if "capacity_cap" not in d.policies:
        return set()
    stock = {
        y: sum(d.fleet.registered_quota.values())
        + sum(amount for (_, t), amount in d.fleet.quota_issues.items() if t <= y)
        for y in d.calendar.years
    }
    return {y for y in d.calendar.years if d.policies["capacity_cap"].cap[y] < stock[y]}


def cuts(d):
    """Capped years in which more quota must be gone than in any year before."""
    over = {
        y: sum(d.fleet.registered_quota.values())
        + sum(amount for (_, t), amount in d.fleet.quota_issues.items() if t <= y)
        - d.policies["capacity_cap"].cap[y]
        for y in capped(d)
    }
    return {y for y in over if all(over[t] < over[y] - 1e-9 for t in over if t < y)}


def transfers(d):
    """Pairs of regions that the rules of replacement let quota move between."""
    rules = d.policies.get("capacity_replacement")
    regions = {r for r, _ in quota(d)}
    barred_in = set(rules.no_inflow) if rules else set()
    barred_out = set(rules.no_outflow) | set(rules.no_reuse) if rules else set()
    return by_year(d, {(r, to) for r in regions - barred_out for to in regions - barred_in if r != to})


def reuse_barred(d):
    """Regions where reuse is barred, in years in which something can stand at a newcomer's site."""
    rules = d.policies.get("capacity_replacement")
    newcomers = {(d.fleet.sites[i].region, y) for i, y in active(d) if d.fleet.sites[i].kind == "newcomer"}
    return {(r, y) for r, y in newcomers if rules and r in rules.no_reuse}


def emission_limits(d):
    policy = d.policies.get("emission_cap")
    return set(d.calendar.years) if policy and policy.limit is not None else set()


def emission_budgets(d):
    policy = d.policies.get("emission_cap")
    return {None} if policy and policy.budget is not None else set()


def regional_limits(d):
    """Regions with a limit of their own in years in which something can stand there."""
    policy = d.policies.get("emission_cap")
    return {(r, y) for r, y in makers(d) if policy and r in policy.regional}


# --- the sets -----------------------------------------------------------------------------------

SETS = {
    "capacity_balance": standing,
    "relining_limit": lambda d: {(i, j, y) for i, j, _, y in steps(d, "relining")},
    "closure_date": lambda d: set(d.fleet.closures),
    "regional_build_rate": lambda d: {
        (d.fleet.sites[i].region, y)
        for i, y in {(i, y) for i, _, y in built(d)} | {(i, y) for i, _, _, y in steps(d, "rebuild")}
    },
    "national_build_rate": lambda d: {y for *_, y in built(d) | steps(d, "rebuild")},
    "retrofit_spread": spread,
    "spread_step": lambda d: {(i, step, y) for i, _, y in spread(d) for step in cheaper_steps(d)},
    "running_limit": lambda d: with_seasons(d, standing(d)),
    "season_restart": lambda d: {
        (i, y, q) for i, y, q in with_seasons(d, active(d)) if len(d.power.seasons_of[i]) > 1
    },
    "year_reopening": lambda d: with_seasons(d, active(d)),
    "season_output": swinging_seasons,
    "slice_output_high": swinging_slices,
    "slice_output_low": swinging_slices,
    "power_balance": lambda d: with_slices(d, active(d)),
    "supply_limit": lambda d: {
        (p, y, h)
        for p, pool in d.power.pools.items()
        for i, y, h in with_slices(d, active(d))
        if i in {member for member, _ in pool.members}
    },
    "alumina_balance": places,
    "conveyed_limit": lambda d: {
        (a, p, y) for a, p in d.materials.conveyed_limit for q, y in places(d) if p == q
    },
    "refinery_balance": lambda d: by_year(d, d.materials.refineries),
    "refinery_capacity": lambda d: by_year(d, d.materials.refineries),
    "ore_balance": lambda d: by_year(d, {a for _, a in d.materials.ore_yield}),
    "ore_share_limit": lambda d: by_year(d, d.materials.ore_share),
    "ore_limit": lambda d: by_year(d, {b for b, _ in d.materials.ore_yield}),
    "potlining_balance": lambda d: set(d.calendar.years) if d.spent_potlining else set(),
    "potlining_limit": lambda d: by_year(
        d, {route for route, (_, share) in d.spent_potlining.items() if share < 1}
    ),
    "metal_supply": makers,
    "liquid_market": lambda d: by_year(d, {k for k, m in d.markets.markets.items() if m.segment == "liquid"}),
    "ingot_market": lambda d: by_year(d, {k for k, m in d.markets.markets.items() if m.segment == "ingot"}),
    "import_step": lambda d: by_year(d, imported_steps(d)),
    "export_step": lambda d: by_year(d, names(d.markets.export_steps)),
    "quota_balance": quota,
    "quota_use": quota,
    "national_cap": capped,
    "quota_reuse_bar": reuse_barred,
    "emission_cap": emission_limits,
    "emission_budget": emission_budgets,
    "regional_emission_cap": regional_limits,
}

VARIABLES = {
    "capacity": standing,
    "new_capacity": built,
    "retired_capacity": standing,
    "retrofitted_capacity": steps,
    "retrofitted_plants": lambda d: {
        (i, k, step, y) for i, k, y in spread(d) for step, _, _ in d.capex_spread
    },
    "running": SETS["running_limit"],
    "restarted": SETS["season_restart"],
    "reopened": active,
    "swung_production": swinging_slices,
    "electricity": lambda d: {
        (i, e, y, h) for i, y, h in with_slices(d, active(d)) for e in d.power.sources[i]
    },
    "refining": SETS["refinery_balance"],
    "alumina_shipments": lambda d: {(a, p, y) for a in d.materials.refineries for p, y in places(d)},
    "conveyed_alumina": SETS["conveyed_limit"],
    "ore_shipments": lambda d: by_year(d, d.materials.ore_yield),
    "liquid_metal": liquid,
    "ingot_shipments": lambda d: {(r, k, y) for r, y in makers(d) for k in d.markets.ingot_market.values()},
    "remelted_metal": lambda d: by_year(d, set(d.markets.liquid_market) & set(d.markets.ingot_market)),
    "imports": lambda d: by_year(d, {(k, s) for k in d.markets.import_markets for s in imported_steps(d)}),
    "exports": lambda d: {(r, step, y) for r, y in makers(d) for step in names(d.markets.export_steps)},
    "unserved_demand": lambda d: by_year(
        d, {(k, step) for k in d.markets.markets for step in names(d.markets.demand_steps)}
    ),
    "potlining_treated": lambda d: by_year(d, d.spent_potlining),
    "quota_stock": quota,
    "quota_transfer": transfers,
    "surrendered_quota": lambda d: {(r, y) for r, y in quota(d) if y in cuts(d)},
}


@pytest.fixture(scope="session")
def plain(world):
    """The small world without policies, spread of rents, spent potlining, and import markets."""
    return replace(
        world,
        policies={},
        capex_spread=(),
        spent_potlining={},
        markets=replace(world.markets, import_markets=()),
    )


@pytest.fixture(scope="session")
def built_worlds(world, model, plain, minimal, baseline, baseline_model):
    return {
        "small world": (world, model),
        "plain world": (plain, alopt.build(plain)),
        "smallest inputs": (minimal, alopt.build(minimal)),
        "shipped baseline": (baseline, baseline_model),
    }


WORLDS = pytest.mark.parametrize(
    "name", ["small world", "plain world", "smallest inputs", "shipped baseline"]
)


def indexes(model, component):
    found = model.component(component)
    return set() if found is None else set(found)


@WORLDS
@pytest.mark.parametrize("equation", SETS)
def test_rows_are_those_that_the_data_call_for(built_worlds, name, equation):
    data, model = built_worlds[name]
    assert indexes(model, equation) == SETS[equation](data)


@WORLDS
@pytest.mark.parametrize("variable", VARIABLES)
def test_columns_are_those_that_the_data_call_for(built_worlds, name, variable):
    data, model = built_worlds[name]
    assert indexes(model, variable) == VARIABLES[variable](data)


@WORLDS
def test_nothing_else_is_built(built_worlds, name):
    """Every constraint and variable has its set above, and its members have their names."""
    _, model = built_worlds[name]
    for kind, known in ((pyo.Constraint, SETS), (pyo.Var, VARIABLES)):
        for component in model.component_objects(kind):
            assert component.local_name in known
            members = model.index_names[component.local_name]
            assert {len(index) for index in component if isinstance(index, tuple)} <= {len(members)}
            if kind is pyo.Var:
                assert all(part.lb == 0 for part in component.values())


@pytest.mark.parametrize("instrument", own_modules())
def test_an_instrument_builds_the_rows_and_columns_that_it_states(own_models, instrument):
    data, model = own_models[instrument]
    module = own_modules()[instrument]
    rows = {**SETS, **getattr(module, "SETS", {})}
    columns = {**VARIABLES, **getattr(module, "VARIABLES", {})}
    for component in model.component_objects((pyo.Constraint, pyo.Var)):
        expected = (rows if component.ctype is pyo.Constraint else columns)[component.local_name]
        assert set(component) == expected(data), component.local_name
    added = {**getattr(module, "SETS", {}), **getattr(module, "VARIABLES", {})}
    assert all(members(data) for members in added.values())


def test_every_equation_has_its_set():
    assert SETS.keys() | own_sets("SETS").keys() == every_equation().keys()


def test_every_set_is_met_by_the_small_world(world):
    """So no comparison above is of nothing with nothing alone."""
    assert all(members(world) for members in {**SETS, **VARIABLES}.values())


def test_states_within_reach_of_the_shipped_sites(baseline):
    """First model year of each state at each site, by relaxing steps until nothing changes.

    The fleet stands from the base year and decided moves from theirs; newcomers start with
    what may be built; a step needs its own year and its target's, and newcomers do not rebuild.
    """
    fleet, years, tables = baseline.fleet, baseline.calendar.years, baseline.tables
    earliest = {row["cell"]: row["earliest_year"] for row in tables["cells"]}
    reach = dict.fromkeys(fleet.start, baseline.calendar.base_year)
    for i, k, y in fleet.arriving:
        reach[i, k] = min(y, reach.get((i, k), y))
    for site in fleet.sites.values():
        if site.kind == "newcomer":
            reach |= {
                (site.key, row["cell"]): earliest[row["cell"]] for row in tables["cells"] if row["new_build"]
            }
    before = None
    while reach != before:
        before = dict(reach)
        for (i, j), year in before.items():
            for row in tables["retrofits"]:
                rebuilt = row["kind"] == "rebuild" and fleet.sites[i].kind == "newcomer"
                if row["from_cell"] == j and not rebuilt:
                    k = row["to_cell"]
                    arrival = max(year, row["earliest_year"], earliest[k])
                    reach[i, k] = min(arrival, reach.get((i, k), arrival))
    expected = {key: min(y for y in years if y >= year) for key, year in reach.items() if year <= years[-1]}
    assert dict(fleet.site_cells) == expected
