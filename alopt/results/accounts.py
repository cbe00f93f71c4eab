"""Costs and emissions recomputed from the tables and the decisions, without Pyomo.

Nothing here reads the objective or a constraint: the accounts are a second statement of what
everything costs and emits, and a check of every run is that both agree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from alopt.data.units import CAPTIVE_SOURCES, NEW_CAPTIVE
from alopt.finance import annuity_due
from alopt.model.emissions import BOUNDARY_OF
from alopt.policies import Payment, instrument
from alopt.results.flows import site_production
from alopt.results.table import ResultTable, make
from alopt.solve.solution import Solution

COST_COLUMNS = (
    "year", "region", "site", "cell", "source", "market", "component", "kind", "cost_m_cny",
    "present_value_m_cny",
)  # fmt: skip

EMISSION_COLUMNS = (
    "year", "region", "site", "cell", "source", "gas", "scope", "boundary", "emissions_mt_co2e",
)  # fmt: skip

TRANSFER_COLUMNS = (
    "year", "instrument", "component", "payer", "receiver", "region", "site", "owner", "amount_m_cny",
)  # fmt: skip

#: (year, region, site, cell, source, market, component, cost per calendar year)
Entry = tuple[int, str, str, str, str, str, str, float]


def costs(solution: Solution, paid: list[tuple[str, Payment]]) -> ResultTable:
    """Cost table: resource costs and transfers by component and place, per calendar year and present.

    Parameters
    ----------
    solution : Solution
    paid : list of (instrument, Payment)
        From :func:`payments`.
    """
    weight = solution.data.calendar.weight
    rows: dict[tuple[Any, ...], float] = {}
    for entries in (
        _power(solution),
        _materials(solution),
        _per_tonne(solution),
        _per_capacity(solution),
        _capital(solution),
        _rents(solution),
        _events(solution),
        _metal(solution),
    ):
        for entry in entries:
            cost = entry[-1]
            if cost:
                place = (*entry[:-1], "resource")
                rows[place] = rows.get(place, 0.0) + cost
    for _, one in paid:
        key = (one.year, one.region, one.site, "", "", "", one.component, "transfer")
        rows[key] = rows.get(key, 0.0) + one.cost_m_cny
    return make("costs", COST_COLUMNS, ((*key, cost, cost * weight[key[0]]) for key, cost in rows.items()))


def payments(solution: Solution, tables: Mapping[str, ResultTable]) -> list[tuple[str, Payment]]:
    """What each instrument moves, recomputed from the physical tables and the emissions."""
    return [
        (name, one)
        for name, settings in sorted(solution.data.policies.items())
        if hasattr(module := instrument(name), "payments")
        for one in module.payments(solution.data, settings, tables)
    ]


def transfers(solution: Solution, paid: list[tuple[str, Payment]]) -> ResultTable:
    """Who pays whom: each instrument's payments, all amounts positive."""
    sites = solution.data.fleet.sites
    total: dict[tuple[Any, ...], float] = defaultdict(float)
    for name, one in paid:
        payer, receiver = one.payer, one.receiver
        if one.cost_m_cny < 0:
            payer, receiver = receiver, payer
        owner = sites[one.site].owner if one.site in sites else ""
        key = (one.year, name, one.component, payer, receiver, one.region, one.site, owner)
        total[key] += abs(one.cost_m_cny)
    return make("transfers", TRANSFER_COLUMNS, ((*key, amount) for key, amount in total.items() if amount))


def _region(solution: Solution, i: str) -> str:
    return solution.data.fleet.sites[i].region


def _power(solution: Solution) -> Iterator[Entry]:
    price = solution.data.power.price
    for (i, e, y, h), amount in solution.values("electricity").items():
        yield y, _region(solution, i), i, "", e, "", "electricity", amount * price[i, e, h]


def _materials(solution: Solution) -> Iterator[Entry]:
    materials = solution.data.materials
    for (a, y), made in solution.values("refining").items():
        yield y, materials.refineries[a].region, "", "", a, "", "alumina", made * materials.refineries[a].cost
    for (b, a, y), amount in solution.values("ore_shipments").items():
        region = materials.refineries[a].region
        yield y, region, "", "", a, "", "ore", amount * materials.ore_cost[b, a]
    region_of = {p: _region(solution, i) for i, p in materials.point_of.items()}
    for (a, p, y), amount in solution.values("alumina_shipments").items():
        site = p if p in solution.data.fleet.sites else ""
        cost = amount * materials.alumina_freight[a, p]
        yield y, region_of[p], site, "", a, "", "alumina_freight", cost
    trade: Any = solution.data.policies.get("alumina_trade")
    for (a, y), amount in solution.values("alumina_exports").items():
        key = (y, materials.refineries[a].region, "", "", a, "abroad")
        yield *key, "alumina_freight", amount * trade.export_freight[a]
        yield *key, "alumina_exports", -amount * trade.export_price[y]
    for (route, y), amount in solution.values("potlining_treated").items():
        cost = amount * solution.data.spent_potlining[route][0]
        yield y, "", "", "", route, "", "spent_potlining", cost


def _per_tonne(solution: Solution) -> Iterator[Entry]:
    data, p = solution.data, solution.data.parameters
    for (i, k, y, _), made in site_production(solution).items():
        cell, key = data.cells[k], (y, _region(solution, i), i, k, "", "")
        if cell.anode:
            yield *key, "carbon_materials", made * cell.anode * p["anode_price_cny_per_t"]
        yield *key, "fluoride", made * p["fluoride_cny_per_t"]
        yield *key, "cell_operation", made * cell.variable_cost


def _per_capacity(solution: Solution) -> Iterator[Entry]:
    data, p = solution.data, solution.data.parameters
    for (i, k, y), standing in solution.values("capacity").items():
        cell, key = data.cells[k], (y, _region(solution, i), i, k, "", "")
        if cell.employees_per_kt:
            yield *key, "labour", standing * cell.employees_per_kt * p["wage_cny_per_a"] / 1000.0
        yield *key, "maintenance", standing * cell.maintenance
        yield *key, "overhead", standing * p["overhead_cny_per_t_a"]
        yield *key, "sustaining_capital", standing * p["sustaining_capex_cny_per_t_a"]


def _capital(solution: Solution) -> Iterator[Entry]:
    data, calendar = solution.data, solution.data.calendar
    p = data.parameters
    spent = [
        (i, k, y, "new_capital", amount * (data.cells[k].new_capex or 0.0), p["new_build_life_a"])
        for (i, k, y), amount in solution.values("new_capacity").items()
        if amount
    ]
    spent += [
        (i, k, y, "retrofit_capital", amount * capex, years)
        for (i, j, k, y), amount in solution.values("retrofitted_capacity").items()
        if amount
        for capex, years in data.arcs[j, k].charges
    ]
    for i, k, y, component, capex, years in spent:
        yearly = annuity_due(capex, calendar.rate, years)
        for t, share in calendar.charge_weights(y, years).items():
            yield t, _region(solution, i), i, k, "", "", component, yearly * share / calendar.weight[t]
    for (i, y), amount in solution.values("new_captive_capacity").items():
        terms = data.policies["captive_coal"].new_units
        yearly = annuity_due(amount * terms.capex, calendar.rate, terms.life)
        for t, share in calendar.charge_weights(y, terms.life).items():
            cost = yearly * share / calendar.weight[t]
            yield t, _region(solution, i), i, "", NEW_CAPTIVE, "", "captive_capital", cost


def _rents(solution: Solution) -> Iterator[Entry]:
    cells = solution.data.cells
    multiplier = {step: value for step, _, value in solution.data.capex_spread}
    plants = solution.values("retrofitted_plants")
    spread = {(i, y) for i, _, _, y in plants}
    for (i, k, step, y), amount in plants.items():
        cost = amount * cells[k].rent * multiplier[step]
        yield y, _region(solution, i), i, "", step, "", "retrofit_rent", cost
    for (i, k, y), standing in solution.values("capacity").items():
        if (i, y) not in spread:
            yield y, _region(solution, i), i, k, "", "", "retrofit_rent", standing * cells[k].rent


def _events(solution: Solution) -> Iterator[Entry]:
    """Events happen once; per calendar year they cost what has the same present value."""
    data, calendar = solution.data, solution.data.calendar
    p = data.parameters
    once = {y: calendar.discount[y] / calendar.weight[y] for y in calendar.years}
    for (i, y, _), amount in solution.values("restarted").items():
        yield y, _region(solution, i), i, "", "", "", "restart", amount * p["restart_cost_cny_per_t_a"]
    for (i, y), amount in solution.values("reopened").items():
        cost = amount * p["restart_cost_cny_per_t_a"] * once[y]
        yield y, _region(solution, i), i, "", "", "", "restart", cost
    for (r, _, y), amount in solution.values("quota_transfer").items():
        cost = amount * p["quota_transfer_cost_cny_per_t_a"] * once[y]
        yield y, r, "", "", "", "", "quota_fees", cost
    for (i, _, k, y), amount in solution.values("retrofitted_capacity").items():
        cost = amount * p["retrofit_works_cny_per_t_a"] * once[y]
        yield y, _region(solution, i), i, k, "", "", "retrofit_works", cost
    for (i, k, y), amount in solution.values("retired_capacity").items():
        cost = amount * p["closure_cost_cny_per_t_a"] * once[y]
        yield y, _region(solution, i), i, k, "", "", "closure", cost


def _metal(solution: Solution) -> Iterator[Entry]:
    data, markets, p = solution.data, solution.data.markets, solution.data.parameters
    for (r, d, y), amount in solution.values("ingot_shipments").items():
        yield y, r, "", "", "", d, "casting", amount * p["casting_cost_cny_per_t"]
        yield y, r, "", "", "", d, "metal_freight", amount * markets.freight[r, d]
    for (r, y), amount in solution.values("remelted_metal").items():
        market = markets.liquid_market[r]
        yield y, r, "", "", "", market, "casting", amount * p["remelting_cost_cny_per_t"]
    price = {step.key: step.price for step in markets.export_steps}
    for (r, step, y), amount in solution.values("exports").items():
        yield y, r, "", "", step, "abroad", "casting", amount * p["casting_cost_cny_per_t"]
        yield y, r, "", "", step, "abroad", "metal_freight", amount * markets.export_freight[r]
        yield y, r, "", "", step, "abroad", "exports", -amount * price[step]
    price = {step.key: step.price for step in markets.import_steps}
    for (d, step, y), amount in solution.values("imports").items():
        yield y, markets.markets[d].region, "", "", step, d, "imports", amount * price[step]
    price = {step.key: step.price for step in markets.demand_steps}
    for (d, step, y), amount in solution.values("unserved_demand").items():
        yield y, data.markets.markets[d].region, "", "", step, d, "unserved", amount * price[step]


def emissions(solution: Solution) -> ResultTable:
    """Emission table by place, source, gas and the narrowest boundary that holds it."""
    rows: dict[tuple[Any, ...], float] = {}
    for entries in (_cell_emissions(solution), _power_emissions(solution), _material_emissions(solution)):
        for year, region, site, cell, source, gas, scope, kind, amount in entries:
            if amount:
                key = (year, region, site, cell, source, gas, scope, BOUNDARY_OF[kind])
                rows[key] = rows.get(key, 0.0) + amount
    return make("emissions", EMISSION_COLUMNS, ((*key, amount) for key, amount in rows.items()))


def _cell_emissions(solution: Solution) -> Iterator[tuple[Any, ...]]:
    data, p = solution.data, solution.data.parameters
    for (i, k, y, _), made in site_production(solution).items():
        cell, key = data.cells[k], (y, _region(solution, i), i, k)
        yield *key, "anode", "co2", "1", "anode", made * cell.anode_co2
        for gas, mass in cell.pfc.items():
            yield *key, "pfc", gas, "1", "pfc", made * mass * data.gwp[gas]
        if cell.anode:
            baked = made * cell.anode * p["anode_baking_emission_t_per_t_anode"]
            yield *key, "anode_baking", "co2", "3", "anode_baking", baked


def _power_emissions(solution: Solution) -> Iterator[tuple[Any, ...]]:
    factor = solution.data.power.emission_factor
    for (i, e, y, _), amount in solution.values("electricity").items():
        scope = "1" if e in CAPTIVE_SOURCES else "2"
        yield y, _region(solution, i), i, "", f"power_{e}", "co2", scope, "power", amount * factor[i, e, y]


def _material_emissions(solution: Solution) -> Iterator[tuple[Any, ...]]:
    data, materials = solution.data, solution.data.materials
    for (a, y), made in solution.values("refining").items():
        refinery = materials.refineries[a]
        key = (y, refinery.region, "", "")
        if refinery.kind == "port":
            amount = made * refinery.upstream
            yield *key, "alumina_imports", "co2", "3", "alumina_imports", amount
            continue
        grid = data.power.grid_factor[refinery.region, y]
        yield *key, "refining_fuel", "co2", "3", "refining_fuel", made * refinery.fuel
        yield *key, "refining_power", "co2", "3", "refining_power", made * refinery.electricity * grid
    for (b, a, y), amount in solution.values("ore_shipments").items():
        region = materials.refineries[a].region
        yield y, region, "", "", "ore", "co2", "3", "ore", amount * materials.ore_emission[b, a]
    region_of = {p: _region(solution, i) for i, p in materials.point_of.items()}
    for (a, p, y), amount in solution.values("alumina_shipments").items():
        region = region_of[p]
        emitted = amount * materials.alumina_freight_emission[a, p]
        yield y, region, "", "", "alumina_freight", "co2", "3", "alumina_freight", emitted
    for (r, d, y), amount in solution.values("ingot_shipments").items():
        emitted = amount * data.markets.freight_emission[r, d]
        yield y, r, "", "", "metal_freight", "co2", "3", "metal_freight", emitted
    for (d, _, y), amount in solution.values("imports").items():
        region = data.markets.markets[d].region
        emitted = amount * data.parameters["primary_import_emission_t_per_t"]
        yield y, region, "", "", "metal_imports", "co2", "outside", "metal_imports", emitted
