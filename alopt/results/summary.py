"""The summary of a run: one screen of numbers per year."""

from __future__ import annotations

from typing import Any

from alopt.data.model_data import ModelData
from alopt.data.prices import Price
from alopt.data.units import CAPTIVE_SOURCES
from alopt.model.emissions import BOUNDARIES, NESTED
from alopt.results.flows import market_prices
from alopt.results.table import ResultTable
from alopt.solve.solution import Solution

Tables = dict[str, ResultTable]

#: Components of the trade's full cost that carry no VAT.
_OWN_COSTS = ("labour", "maintenance", "overhead", "cell_operation", "retrofit_rent")

#: Mt/a that rounding leaves.
_NIL = 1e-6

#: Components that are not the cost of making primary metal.
_NOT_PRIMARY = {"imports", "exports", "unserved"}


def summarise(solution: Solution, tables: Tables, checks: list[dict[str, Any]]) -> dict[str, Any]:
    """Make the summary of a run.

    Parameters
    ----------
    solution : Solution
    tables : dict of str to ResultTable
    checks : list of dict
        From :func:`alopt.results.checks.run_checks`.

    Returns
    -------
    dict
        As `summary.json`; timings are added by the caller.
    """
    data, program = solution.data, solution.program
    transfers = tables["costs"].sum("present_value_m_cny", kind="transfer")
    return {
        "scenario": data.scenario.name,
        "question": data.scenario.question,
        "resolution": data.scenario.resolution,
        "status": "optimal",
        "objective_m_cny": solution.objective,
        "system_cost_m_cny": solution.objective - transfers,
        "transfers_m_cny": transfers,
        "cap_slope_m_cny_per_mt_a": cap_slope(solution),
        "base_year": base_year(solution),
        "years": {str(y): year_summary(solution, tables, y) for y in data.calendar.years},
        "checks": checks,
        "lp": {"columns": len(program.cost), "rows": len(program.rows), "nonzeros": len(program.entries)},
        "solver": {"algorithm": solution.optimum.algorithm, "iterations": solution.optimum.iterations},
    }


def cap_slope(solution: Solution) -> float:
    """Change of the objective per Mt/a more of the cap in every year: Σ of the duals of its rows."""
    return sum(solution.duals("national_cap").values()) + 0.0


def base_year(solution: Solution) -> dict[str, Any]:
    """Fleet and metal balance of the base year, with the balance's residual."""
    data = solution.data
    start, cells = data.fleet.start, data.cells
    total = sum(start.values())
    drawn = sum(amount * cells[k].ac for (_, k), amount in start.items())
    balance = data.markets.balance
    supply = sum(mt for (side, _), mt in balance.items() if side == "supply")
    use = sum(mt for (side, _), mt in balance.items() if side == "use")
    return {
        "year": data.calendar.base_year,
        "capacity_mt_per_a": total,
        "ac_kwh_per_t": drawn / total if total else None,
        "metal_supply_mt": supply,
        "metal_use_mt": use,
        "metal_residual_mt": supply - use,
    }


def year_summary(solution: Solution, tables: Tables, y: int) -> dict[str, Any]:
    """Numbers of one model year."""
    made = tables["production"].sum("production_mt", year=y)
    drawn = tables["electricity"].sum("electricity_twh", year=y)
    markets = tables["markets"]
    home = {c: markets.sum(c, year=y) for c in ("demand", "imports", "recycled", "unserved", "exports")}
    return {
        "capacity_mt_per_a": tables["capacity"].sum("capacity_mt_per_a", year=y),
        "production_mt": made,
        "demand_mt": home["demand"],
        "imports_mt": home["imports"],
        "exports_mt": home["exports"],
        "recycled_mt": home["recycled"],
        "unserved_mt": home["unserved"],
        "electricity_twh": drawn,
        "ac_kwh_per_t": drawn / made * 1000.0 if made else None,
        **_power_shares(solution, y, drawn),
        "emissions_mt_co2e": _emissions(tables["emissions"], y),
        "resource_cost_cny_per_t": _resource_cost(tables["costs"], y, made),
        "full_cost_cny_per_t_with_vat": full_cost(solution, tables, y, made),
        "metal_price_cny_per_t": metal_price(solution, y),
        **_quota(solution, y),
        **_ore(solution, tables, y),
        "employment_persons": tables["employment"].sum("employment_persons", year=y),
    }


def _power_shares(solution: Solution, y: int, drawn: float) -> dict[str, float | None]:
    power = solution.data.power
    renewable = coal = captive = 0.0
    for (i, e, t, _), amount in solution.values("electricity").items():
        if t == y:
            renewable += amount * power.renewable_share[i, e, y]
            coal += amount * power.coal_share[i, e, y]
            captive += amount if e in CAPTIVE_SOURCES else 0.0
    shares = {"renewable_share": renewable, "captive_share": captive, "coal_share": coal}
    return {name: value / drawn if drawn else None for name, value in shares.items()}


def _emissions(table: ResultTable, y: int) -> dict[str, Any]:
    by_source = table.totals("emissions_mt_co2e", "year", "source")
    by_boundary = table.totals("emissions_mt_co2e", "year", "boundary")
    within, nested = 0.0, {}
    for boundary in NESTED:
        within += by_boundary.get((y, boundary), 0.0)
        nested[boundary] = within
    nested["outside"] = by_boundary.get((y, "outside"), 0.0)
    return {
        "by_source": {source: value for (t, source), value in sorted(by_source.items()) if t == y},
        "by_boundary": {boundary: nested[boundary] for boundary in BOUNDARIES},
    }


def _resource_cost(table: ResultTable, y: int, made: float) -> float | None:
    """Resource cost of primary metal with alumina at its cost inside the model, without VAT, CNY/t."""
    spent: float = sum(
        cost
        for (t, component, kind), cost in table.totals("cost_m_cny", "year", "component", "kind").items()
        if t == y and kind == "resource" and component not in _NOT_PRIMARY
    )
    return spent / made if made else None


def full_cost(solution: Solution, tables: Tables, y: int, made: float) -> float | None:
    """The trade's full cost, CNY/t with VAT: alumina and anode at the market prices of a month.

    Depreciation, interest and taxes and what policies take are in; alumina follows the month's
    price, not the model's, so a shock to ore or refining does not show here. None where nothing
    is made or the scenario names no month of market prices.
    """
    data = solution.data
    prices = data.market_prices
    if not made or prices is None:
        return None
    p, vat, costs = data.parameters, data.vat, tables["costs"]
    share: dict[str, float] = {}
    for (t, component), cost in costs.totals("cost_m_cny", "year", "component").items():
        if t == y:
            share[component] = cost / made
    anode = sum(
        row["production_mt"] * data.cells[row["cell"]].anode
        for row in tables["production"].records()
        if row["year"] == y
    )
    return float(
        _mean_alumina(data, prices.alumina) * p["alumina_t_per_t"] * (1 + vat["alumina"])
        + prices.anode * anode / made * (1 + vat["carbon_materials"])
        + share.get("electricity", 0.0) * (1 + vat["power"])
        + share.get("fluoride", 0.0) * (1 + vat["fluoride"])
        + sum(share.get(name, 0.0) for name in _OWN_COSTS)
        + tables["costs"].sum("cost_m_cny", year=y, kind="transfer") / made
        + p["depreciation_cny_per_t"]
        + p["interest_and_taxes_cny_per_t"]
    )


def _mean_alumina(data: ModelData, price: Price) -> float:
    """National price of alumina; prices by region are weighted by what can be refined there."""
    if isinstance(price, float):
        return price
    weight: dict[str, float] = dict.fromkeys(price, 0.0)
    for refinery in data.materials.refineries.values():
        if refinery.region in price:
            weight[refinery.region] += refinery.capacity
    return sum(price[r] * weight[r] for r in price) / sum(weight.values())


def metal_price(solution: Solution, y: int) -> float:
    """Mean price of metal over markets, weighted by demand, CNY/t without VAT."""
    markets = solution.data.markets.markets
    prices = {d: price for (d, t), price in market_prices(solution).items() if t == y}
    weight = sum(markets[d].share for d in prices)
    return sum(markets[d].share * price for d, price in prices.items()) / weight


def quota_rents(solution: Solution) -> dict[tuple[str, int], float]:
    """Rent of quota by region and year, CNY/t·a without VAT: minus the dual of the use row.

    Where unused quota lapses in the next model year, use also saves it from that: what this is worth
    is taken off, so a rent may be below zero.
    """
    calendar = solution.data.calendar
    following = dict(zip(calendar.years, calendar.years[1:], strict=False))
    lapses = solution.duals("quota_life")
    return {
        (r, y): (lapses.get((r, following.get(y)), 0.0) - dual) / calendar.weight[y] + 0.0
        for (r, y), dual in solution.duals("quota_use").items()
    }


def _quota(solution: Solution, y: int) -> dict[str, float | None]:
    """Rent weighted by use, and the price that its present value makes."""
    if "quota_use" not in solution.row_places:
        return {"quota_rent_cny_per_t_a": None, "quota_price_cny_per_t": None, "fleet_just_fills_quota": None}
    calendar = solution.data.calendar
    rents = {t: mean_rent(solution, t) for t in calendar.years}
    price = sum(calendar.weight[t] * rents[t] for t in calendar.years if t >= y) / calendar.discount[y]
    return {
        "quota_rent_cny_per_t_a": rents[y],
        "quota_price_cny_per_t": price,
        "fleet_just_fills_quota": fleet_just_fills_quota(solution, y),
    }


def fleet_just_fills_quota(solution: Solution, y: int) -> bool:
    """Whether the fleet that stood uses up the nation's quota, with nothing built and nothing closed.

    Then one t/a of quota less closes a plant that is kept, and one more is worth only what a new line
    earns beyond its capital, so the rent is one of several duals. Decided moves count as standing. Duals
    can be several elsewhere too: this is enough, not needed.
    """
    data, capacity = solution.data, solution.values("capacity")
    before = data.calendar.previous[y]
    stands = sum(amount for (*_, t), amount in capacity.items() if t == y)
    stood = sum(amount for (*_, t), amount in capacity.items() if t == before)
    if before == data.calendar.base_year:
        stood = sum(data.fleet.start.values())
    for moved, sign in ((data.fleet.arriving, 1.0), (data.fleet.departing, -1.0)):
        stood += sign * sum(amount for (*_, t), amount in moved.items() if t == y)
    changed = sum(
        amount
        for name in ("new_capacity", "retired_capacity")
        for (*_, t), amount in solution.values(name).items()
        if t == y
    )
    held = sum(amount for (_, t), amount in solution.values("quota_stock").items() if t == y)
    return max(changed, abs(stands - stood), abs(held - stands)) < _NIL


def mean_rent(solution: Solution, y: int) -> float:
    """Rent of a year, mean over regions weighted by their stock of quota."""
    stock, rents = solution.values("quota_stock"), quota_rents(solution)
    total = sum(amount for (_, t), amount in stock.items() if t == y)
    if not total:
        return 0.0
    return sum(amount * rents[r, t] for (r, t), amount in stock.items() if t == y) / total


def _ore(solution: Solution, tables: Tables, y: int) -> dict[str, float | None]:
    domestic = solution.data.materials.domestic
    total = home = 0.0
    for (b, _, t), amount in solution.values("ore_shipments").items():
        if t == y:
            total += amount
            home += amount if b in domestic else 0.0
    return {
        "alumina_mt": tables["refining"].sum("alumina_mt", year=y),
        "bauxite_imports_mt": total - home,
        "bauxite_import_share": (total - home) / total if total else None,
        "red_mud_mt": tables["refining"].sum("red_mud_mt", year=y),
    }
