"""What every run checks of itself; a failed check fails the run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np

from alopt.data.units import kwh_to_mwh
from alopt.results.flows import site_production
from alopt.results.table import ResultTable
from alopt.solve.solution import Solution

#: Largest relative error that passes.
TOLERANCE = 1e-6

Tables = dict[str, ResultTable]


def run_checks(solution: Solution, tables: Tables) -> list[dict[str, Any]]:
    """Run every check.

    Parameters
    ----------
    solution : Solution
    tables : dict of str to ResultTable
        All result tables of the run.

    Returns
    -------
    list of dict
        ``name``, ``relative_error`` and ``ok`` of each.
    """
    results = []
    for name, check in CHECKS.items():
        error = float(check(solution, tables))
        results.append({"name": name, "relative_error": error, "ok": bool(error <= TOLERANCE)})
    return results


def _relative(a: float, b: float) -> float:
    return abs(a - b) / max(1.0, abs(a), abs(b))


def _cost_table(solution: Solution, tables: Tables) -> float:
    """The cost table's present value is the objective."""
    return _relative(tables["costs"].sum("present_value_m_cny"), solution.objective)


def _duality(solution: Solution, _: Tables) -> float:
    """Primal and dual objective agree."""
    return _relative(solution.objective, solution.optimum.dual_objective)


def _objective(solution: Solution, _: Tables) -> float:
    """The objective is the costs times the decisions."""
    program = solution.program
    return _relative(float(program.cost @ solution.optimum.values) + program.offset, solution.objective)


def _feasibility(solution: Solution, _: Tables) -> float:
    """Residuals of rows and bounds, recomputed from the matrix."""
    program, x = solution.program, solution.optimum.values
    activity = program.activity(x)
    scale = np.maximum(1.0, np.abs(activity))
    rows = np.maximum(program.row_lower - activity, activity - program.row_upper) / scale
    bounds = np.maximum(program.column_lower - x, x - program.column_upper)
    return max(0.0, float(rows.max(initial=0.0)), float(bounds.max(initial=0.0)))


def _stationarity(solution: Solution, _: Tables) -> float:
    """Costs less dual values leave the reduced costs, recomputed from the matrix."""
    program, optimum = solution.program, solution.optimum
    left = program.cost - program.column_activity(optimum.duals) - optimum.reduced_costs
    scale = np.maximum(1.0, np.abs(program.cost))
    return float(np.max(np.abs(left) / scale, initial=0.0))


def _dual_signs(solution: Solution, _: Tables) -> float:
    """Duals of ≥ rows are not below zero, of ≤ rows not above, reduced costs fit the bounds."""
    program, optimum = solution.program, solution.optimum
    scale = max(1.0, float(np.max(np.abs(optimum.duals), initial=0.0)))
    wrong = np.where(program.senses < 0, -optimum.duals, np.where(program.senses > 0, optimum.duals, 0.0))
    x, reduced = optimum.values, optimum.reduced_costs
    free = (x > program.column_lower + 1e-7) & (x < program.column_upper - 1e-7)
    loose = np.where(free, np.abs(reduced), 0.0)
    return max(0.0, float(wrong.max(initial=0.0)), float(loose.max(initial=0.0))) / scale


def _capacity_balance(solution: Solution, tables: Tables) -> float:
    """Capacity follows from the year before and the table's changes."""
    calendar = solution.data.calendar
    records = {(r["site"], r["cell"], r["year"]): r for r in tables["capacity"].records()}
    worst = 0.0
    for i, k in solution.data.fleet.site_cells:
        standing = solution.data.fleet.start.get((i, k), 0.0)
        for y in calendar.years:
            row = records.get((i, k, y))
            change = (
                0.0
                if row is None
                else row["new"] - row["retired"] + row["retrofitted_in"] - row["retrofitted_out"]
            )
            now = 0.0 if row is None else row["capacity_mt_per_a"]
            worst = max(worst, abs(standing + change - now))
            standing = now
    return worst


def _power_balance(solution: Solution, tables: Tables) -> float:
    """Power drawn covers what the output of every site needs."""
    drawn = tables["electricity"].totals("electricity_twh", "site", "year")
    need: dict[Any, float] = defaultdict(float)
    for (i, k, y, _), made in site_production(solution).items():
        need[i, y] += made * kwh_to_mwh(solution.data.cells[k].ac)
    return max(((need[key] - drawn.get(key, 0.0)) / max(1.0, need[key]) for key in need), default=0.0)


def _alumina_balance(solution: Solution, tables: Tables) -> float:
    """Alumina delivered covers what the output of every place needs, and refineries made it."""
    data = solution.data
    flows = tables["flows"]
    delivered: dict[Any, float] = defaultdict(float)
    sent: dict[Any, float] = defaultdict(float)
    for row in flows.records():
        if row["material"] in {"alumina", "alumina_conveyed"}:
            delivered[row["destination"], row["year"]] += row["flow_mt"]
            sent[row["origin"], row["year"]] += row["flow_mt"]
        elif row["material"] == "alumina_exported":
            sent[row["origin"], row["year"]] += row["flow_mt"]
    need: dict[Any, float] = defaultdict(float)
    for (i, _, y, _), made in site_production(solution).items():
        need[data.materials.point_of[i], y] += made * data.parameters["alumina_t_per_t"]
    made_of = {(r["refinery"], r["year"]): r["alumina_mt"] for r in tables["refining"].records()}
    short = [need[key] - delivered[key] for key in need]
    short += [amount - made_of.get(key, 0.0) for key, amount in sent.items()]
    return max([0.0, *short])


def _metal_balance(_: Solution, tables: Tables) -> float:
    """In every year metal made, bought and recycled covers what is served and sold abroad."""
    made = tables["production"].totals("production_mt", "year")
    worst = 0.0
    markets = tables["markets"]
    for year, amount in made.items():
        use = markets.sum("domestic", year=year) + markets.sum("exports", year=year)
        worst = max(worst, (use - amount) / max(1.0, use))
    return worst


def _regions_nation(solution: Solution, tables: Tables) -> float:
    """Regions add to the nation: output, power and emissions against the decisions themselves."""
    made = sum(site_production(solution).values())
    drawn = sum(solution.values("electricity").values())
    emitted = tables["emissions"]
    by_region = sum(emitted.totals("emissions_mt_co2e", "region").values())
    by_source = sum(emitted.totals("emissions_mt_co2e", "source").values())
    return max(
        _relative(sum(tables["production"].totals("production_mt", "region").values()), made),
        _relative(sum(tables["electricity"].totals("electricity_twh", "region").values()), drawn),
        _relative(by_region, by_source),
    )


def _quota_balance(solution: Solution, tables: Tables) -> float:
    """Each region's quota follows from the year before, transfers, issues and what was lost."""
    fleet, calendar = solution.data.fleet, solution.data.calendar
    change: dict[Any, float] = defaultdict(float)
    for row in tables["quota_transfers"].records():
        change[row["from_region"], row["year"]] -= row["ratio"] * row["mt_per_a"]
        change[row["to_region"], row["year"]] += row["mt_per_a"]
    stock = dict(fleet.registered_quota)
    worst = 0.0
    for row in sorted(tables["quota"].records(), key=lambda row: calendar.years.index(row["year"])):
        r = row["region"]
        gone = row["surrendered"] + row["lapsed"]
        expected = stock.get(r, 0.0) + change[r, row["year"]] + row["issued"] - gone
        worst = max(worst, abs(expected - row["stock"]))
        stock[r] = row["stock"]
    return worst


def _supply(solution: Solution, tables: Tables) -> float:
    """No limited supply of power gives more than its volume in any slice."""
    drawn = tables["electricity"].totals("electricity_twh", "site", "source", "year", "slice")
    calendar = solution.data.calendar
    worst = 0.0
    for pool in solution.data.power.pools.values():
        for y in calendar.years:
            for h in calendar.slices:
                used = sum(drawn.get((i, e, y, h), 0.0) for i, e in pool.members)
                worst = max(worst, used - pool.volume[y, h])
    return worst


def _quota(_: Solution, tables: Tables) -> float:
    """No region stands on more quota than it has."""
    return max((row["used"] - row["stock"] for row in tables["quota"].records()), default=0.0)


CHECKS: dict[str, Callable[[Solution, Tables], float]] = {
    "cost table = objective": _cost_table,
    "objective = costs × decisions": _objective,
    "primal = dual objective": _duality,
    "rows and bounds hold": _feasibility,
    "reduced costs follow from duals": _stationarity,
    "signs of duals": _dual_signs,
    "capacity balance": _capacity_balance,
    "power balance": _power_balance,
    "alumina balance": _alumina_balance,
    "metal balance": _metal_balance,
    "regions = nation": _regions_nation,
    "quota balance": _quota_balance,
    "quota ≥ capacity": _quota,
    "power supplies hold": _supply,
}
