r"""Costs: each component as terms of (present-value coefficient, expression).

Annual flows are weighted by the years that a model year stands for, events by the discount
factor of the year in which they happen, and capital by its charges within the horizon. All
money is M CNY without VAT. Exports earn: their cost is negative.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from alopt.finance import annuity_due
from alopt.model.equations import Model

Terms = Iterator[tuple[float, Any]]


def capital_present_value(m: Model, capex: float, life: float, y: int) -> float:
    """Present value of a capex spent in a model year, charged only within the horizon.

    Parameters
    ----------
    m : ConcreteModel
    capex : float
        CNY per t/a.
    life : float
        Years over which it is charged.
    y : int
        Model year in which it is spent.
    """
    calendar = m.data.calendar
    yearly = annuity_due(capex, calendar.rate, life)
    return float(yearly * sum(calendar.charge_weights(y, life).values()))


def _made(m: Model) -> Iterator[tuple[str, str, int, Any]]:
    for i, k, y, h in m.sets.SITE_CELL_SLICES:
        yield i, k, y, m.production[i, k, y, h]


def electricity(m: Model) -> Terms:
    """Power at the price of each source, site and slice."""
    power, weight = m.data.power, m.data.calendar.weight
    for i, e, y, h in m.sets.ELECTRICITY:
        yield weight[y] * power.price[i, e, h], m.electricity[i, e, y, h]


def alumina(m: Model) -> Terms:
    """Refining besides ore, and alumina landed at ports."""
    weight = m.data.calendar.weight
    for a, y in m.sets.REFINERY_YEARS:
        yield weight[y] * m.data.materials.refineries[a].cost, m.refining[a, y]


def ore(m: Model) -> Terms:
    """Bauxite at the mine or port, with its freight to the refinery."""
    weight = m.data.calendar.weight
    for b, a, y in m.sets.ORE:
        yield weight[y] * m.data.materials.ore_cost[b, a], m.ore_shipments[b, a, y]


def alumina_freight(m: Model) -> Terms:
    """Freight of alumina to smelters and, for exports, to the port; next door there is none."""
    weight = m.data.calendar.weight
    for a, p, y in m.sets.ALUMINA:
        yield weight[y] * m.data.materials.alumina_freight[a, p], m.alumina_shipments[a, p, y]
    for a, y in m.sets.ALUMINA_EXPORTS:
        yield weight[y] * m.data.policies["alumina_trade"].export_freight[a], m.alumina_exports[a, y]


def alumina_exports(m: Model) -> Terms:
    """What alumina sold abroad earns at the port, as a negative cost."""
    weight = m.data.calendar.weight
    for a, y in m.sets.ALUMINA_EXPORTS:
        yield -weight[y] * m.data.policies["alumina_trade"].export_price[y], m.alumina_exports[a, y]


def carbon_materials(m: Model) -> Terms:
    """Anodes, gross of returned butts."""
    parameters, weight = m.data.parameters, m.data.calendar.weight
    for _, k, y, made in _made(m):
        if m.data.cells[k].anode:
            yield weight[y] * parameters["anode_price_cny_per_t"] * m.data.cells[k].anode, made


def fluoride(m: Model) -> Terms:
    """Aluminium fluoride and cryolite."""
    cost, weight = m.data.parameters["fluoride_cny_per_t"], m.data.calendar.weight
    for _, _, y, made in _made(m):
        yield weight[y] * cost, made


def cell_operation(m: Model) -> Terms:
    """What a state's measures cost per tonne, such as flue-gas capture."""
    weight = m.data.calendar.weight
    for _, k, y, made in _made(m):
        if m.data.cells[k].variable_cost:
            yield weight[y] * m.data.cells[k].variable_cost, made


def _per_capacity(m: Model, cost: Callable[[str], float]) -> Terms:
    weight = m.data.calendar.weight
    for i, k, y in m.sets.SITE_CELL_YEARS:
        yield weight[y] * cost(k), m.capacity[i, k, y]


def labour(m: Model) -> Terms:
    """Wages of the people that a potline needs, running or not."""
    people = {k: cell.employees_per_kt / 1000.0 for k, cell in m.data.cells.items()}
    return _per_capacity(m, lambda k: people[k] * m.data.parameters["wage_cny_per_a"] if people[k] else 0.0)


def maintenance(m: Model) -> Terms:
    """Maintenance and relining of what stands."""
    return _per_capacity(m, lambda k: m.data.cells[k].maintenance)


def overhead(m: Model) -> Terms:
    """Administration and selling, cash part."""
    cost = m.data.parameters["overhead_cny_per_t_a"]
    return _per_capacity(m, lambda _: cost)


def sustaining_capital(m: Model) -> Terms:
    """Yearly capital that keeps a potline alive besides relining."""
    cost = m.data.parameters["sustaining_capex_cny_per_t_a"]
    return _per_capacity(m, lambda _: cost)


def new_capital(m: Model) -> Terms:
    """New potlines, charged over their economic life within the horizon."""
    for i, k, y in m.sets.NEW_BUILD_YEARS:
        capex, life = m.data.cells[k].new_capex, m.data.parameters["new_build_life_a"]
        yield capital_present_value(m, capex, life, y), m.new_capacity[i, k, y]


def captive_capital(m: Model) -> Terms:
    """New captive units where a policy allows them, charged over their life within the horizon."""
    for i, y in m.sets.NEW_CAPTIVE:
        terms = m.data.policies["captive_coal"].new_units
        yield capital_present_value(m, terms.capex, terms.life, y), m.new_captive_capacity[i, y]


def retrofit_capital(m: Model) -> Terms:
    """Rebuilds, and whatever else a step pays once."""
    for i, j, k, y in m.sets.SITE_ARC_YEARS:
        value = sum(capital_present_value(m, capex, life, y) for capex, life in m.data.arcs[j, k].charges)
        if value:
            yield value, m.retrofitted_capacity[i, j, k, y]


def retrofit_works(m: Model) -> Terms:
    """Engineering and lost output of every step between states, once."""
    parameters, discount = m.data.parameters, m.data.calendar.discount
    for i, j, k, y in m.sets.SITE_ARC_YEARS:
        yield discount[y] * parameters["retrofit_works_cny_per_t_a"], m.retrofitted_capacity[i, j, k, y]


def retrofit_rent(m: Model) -> Terms:
    """Yearly rent of the measures that a state has, renewed at the end of their lives, by plant."""
    weight, cells = m.data.calendar.weight, m.data.cells
    multiplier = {step: value for step, _, value in m.data.capex_spread}
    for i, k, step, y in m.sets.SPREAD:
        yield weight[y] * multiplier[step] * cells[k].rent, m.retrofitted_plants[i, k, step, y]
    for i, k, y in m.sets.SITE_CELL_YEARS:
        if (i, y) not in m.sets.spread_states and cells[k].rent:
            yield weight[y] * cells[k].rent, m.capacity[i, k, y]


def restart(m: Model) -> Terms:
    """Pots restarted each year for a season, and idle ones brought back once."""
    cost, calendar = m.data.parameters["restart_cost_cny_per_t_a"], m.data.calendar
    for i, y, q in m.restarted:
        yield calendar.weight[y] * cost, m.restarted[i, y, q]
    for i, y in m.sets.ACTIVE_SITES:
        yield calendar.discount[y] * cost, m.reopened[i, y]


def quota_fees(m: Model) -> Terms:
    """Fees when quota changes hands; its price is a transfer between owners and no cost."""
    parameters, discount = m.data.parameters, m.data.calendar.discount
    for r, to, y in m.sets.TRANSFERS:
        yield discount[y] * parameters["quota_transfer_cost_cny_per_t_a"], m.quota_transfer[r, to, y]


def closure(m: Model) -> Terms:
    """Closing and clearing a potline, once."""
    cost, discount = m.data.parameters["closure_cost_cny_per_t_a"], m.data.calendar.discount
    for i, k, y in m.sets.SITE_CELL_YEARS:
        yield discount[y] * cost, m.retired_capacity[i, k, y]


def spent_potlining(m: Model) -> Terms:
    """Treatment of spent potlining, less what its products earn."""
    weight = m.data.calendar.weight
    for route, y in m.sets.POTLINING:
        yield weight[y] * m.data.spent_potlining[route][0], m.potlining_treated[route, y]


def casting(m: Model) -> Terms:
    """Casting of what leaves as ingot, and remelting of ingot for liquid markets."""
    parameters, weight = m.data.parameters, m.data.calendar.weight
    for r, d, y in m.sets.INGOTS:
        yield weight[y] * parameters["casting_cost_cny_per_t"], m.ingot_shipments[r, d, y]
    for r, step, y in m.sets.EXPORTS:
        yield weight[y] * parameters["casting_cost_cny_per_t"], m.exports[r, step, y]
    for r, y in m.sets.REMELTED:
        yield weight[y] * parameters["remelting_cost_cny_per_t"], m.remelted_metal[r, y]


def metal_freight(m: Model) -> Terms:
    """Freight of ingot to markets and to the nearest port."""
    markets, weight = m.data.markets, m.data.calendar.weight
    for r, d, y in m.sets.INGOTS:
        yield weight[y] * markets.freight[r, d], m.ingot_shipments[r, d, y]
    for r, step, y in m.sets.EXPORTS:
        yield weight[y] * markets.export_freight[r], m.exports[r, step, y]


def imports(m: Model) -> Terms:
    """Metal bought abroad."""
    price = {step.key: step.price for step in m.data.markets.import_steps}
    for d, step, y in m.sets.IMPORTS:
        yield m.data.calendar.weight[y] * price[step], m.imports[d, step, y]


def exports(m: Model) -> Terms:
    """What metal sold abroad earns, as a negative cost."""
    price = {step.key: step.price for step in m.data.markets.export_steps}
    for r, step, y in m.sets.EXPORTS:
        yield -m.data.calendar.weight[y] * price[step], m.exports[r, step, y]


def unserved(m: Model) -> Terms:
    """What users would have paid for metal that they do not get."""
    price = {step.key: step.price for step in m.data.markets.demand_steps}
    for d, step, y in m.sets.UNSERVED:
        yield m.data.calendar.weight[y] * price[step], m.unserved_demand[d, step, y]


#: Resource cost components in the order of the tables.
COMPONENTS: tuple[Callable[[Model], Terms], ...] = (
    electricity,
    alumina,
    ore,
    alumina_freight,
    alumina_exports,
    carbon_materials,
    fluoride,
    cell_operation,
    labour,
    maintenance,
    overhead,
    sustaining_capital,
    new_capital,
    captive_capital,
    retrofit_capital,
    retrofit_works,
    retrofit_rent,
    restart,
    closure,
    quota_fees,
    spent_potlining,
    casting,
    metal_freight,
    imports,
    exports,
    unserved,
)


def resource_costs(m: Model) -> Any:
    """Present value of all resource costs as one expression, M CNY."""
    return sum(
        coefficient * term for component in COMPONENTS for coefficient, term in component(m) if coefficient
    )
