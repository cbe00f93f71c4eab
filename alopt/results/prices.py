"""Shadow prices and reduced costs, undiscounted to money of their year."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from alopt.errors import InfeasibleError
from alopt.model.equations import EQUATIONS
from alopt.results.table import ResultTable, make
from alopt.solve.solution import Solution

#: Where each index member stands in the table of shadow prices.
_COLUMN = {
    "site": "site",
    "point": "site",
    "cell": "cell",
    "from_cell": "cell",
    "to_cell": "source",
    "vintage": "slice",
    "region": "region",
    "year": "year",
    "season": "slice",
    "slice": "slice",
    "pool": "source",
    "source": "source",
    "step": "source",
    "route": "source",
    "market": "market",
    "refinery": "refinery",
    "origin": "origin",
}

_PLACES = ("year", "region", "site", "cell", "source", "market", "refinery", "origin", "policy", "slice")

COLUMNS = (
    "constraint", *_PLACES, "basis", "sense", "rhs", "slack", "shadow_price", "unit", "present_value",
    "lower", "upper", "unique",
)  # fmt: skip

_SENSE = {-1: ">=", 0: "=", 1: "<="}

#: Change of the right-hand side from which the sides of a dual are found, in the row's unit.
STEP = 1e-5

#: Part of the objective that rounding can leave in the difference of two optima.
_ROUNDING = 16 * float(np.finfo(float).eps)

#: Constraints whose duals are looked at from both sides by --verify-duals.
VERIFIED = ("quota_use", "national_cap", "emission_cap", "liquid_market", "ingot_market")


def place_of(solution: Solution, constraint: str, index: Any) -> dict[str, Any]:  # noqa: ANN401
    """Name the members of a row's index by the columns of the table."""
    names = solution.index_names.get(constraint, ())
    members = index if isinstance(index, tuple) else (index,) if index is not None else ()
    place = dict.fromkeys(_PLACES, None)
    for name, member in zip(names, members, strict=False):
        place[_COLUMN.get(name, "source")] = member
    site = solution.data.fleet.sites.get(place["site"] or "")
    if site is not None:
        place["region"] = site.region
    module = EQUATIONS[constraint].module if constraint in EQUATIONS else ""
    if ".policies." in module:
        place["policy"] = module.rsplit(".", 1)[1]
    return place


#: Left and right derivative of the cost by row; None where the perturbed model has no plan.
Ranges = dict[int, tuple[float | None, float | None]]


def shadow_prices(solution: Solution, ranges: Ranges | None = None) -> ResultTable:
    """Table of the dual of every row.

    Parameters
    ----------
    solution : Solution
    ranges : dict of row to (lower, upper), optional
        One-sided derivatives found by :func:`verify_duals`, in money of the year.

    Returns
    -------
    ResultTable
        ``lower``, ``upper`` and ``unique`` are blank where the dual was not verified. Each row is
        verified alone, so the fee of moving quota keeps most of its rents from being unique by some
        CNY; differences within the rounding of the objective count as none.
    """
    program, optimum = solution.program, solution.optimum
    rhs = program.rhs
    slack = np.abs(rhs - program.activity(optimum.values)).tolist()
    currency = solution.data.scenario.currency
    duals, limits, senses = optimum.duals.tolist(), rhs.tolist(), program.senses.tolist()

    def rows() -> Iterator[tuple[Any, ...]]:
        for row, (name, index) in enumerate(program.rows):
            place = place_of(solution, name, index)
            known = EQUATIONS.get(name)
            dual = duals[row]
            factor = solution.undiscount(name, place["year"])
            price = dual / factor
            low, high = (ranges or {}).get(row, (None, None))
            unique = None
            if low is not None and high is not None:
                rounding = _ROUNDING * abs(solution.objective) / STEP / abs(factor)
                unique = abs(high - low) <= max(1e-6 * max(1.0, abs(price)), rounding)
            elif row in (ranges or {}):
                unique = False
            yield (
                name, *place.values(),
                known.basis if known else "annual",
                _SENSE[senses[row]], limits[row], slack[row],
                price, known.unit.replace("CNY", currency) if known else "", dual, low, high, unique,
            )  # fmt: skip

    return ResultTable("shadow_prices", COLUMNS, list(rows()))


def verify_duals(solution: Solution, constraints: Sequence[str] = VERIFIED, step: float = STEP) -> Ranges:
    """Look at duals from both sides: one-sided differences of the optimum by warm re-solves.

    Parameters
    ----------
    solution : Solution
        Its solver is left at the optimum it had.
    constraints : sequence of str
        Constraints whose every row is verified.
    step : float
        Change of the right-hand side, in the row's unit.

    Returns
    -------
    dict of row to (lower, upper)
        Left and right derivative of the cost in money of the year; one is None, for infinite,
        where the perturbed model has no plan.
    """
    solver, program, base = solution.solver, solution.program, solution.objective
    rhs = program.rhs
    ranges: Ranges = {}
    for row, (name, index) in enumerate(program.rows):
        if name not in constraints:
            continue
        factor = solution.undiscount(name, place_of(solution, name, index)["year"])
        sides: list[float | None] = []
        for sign in (-1.0, 1.0):
            solver.set_rhs([row], [float(rhs[row]) + sign * step])
            try:
                change = solver.solve().objective - base
                sides.append(sign * change / step / factor)
            except InfeasibleError:
                sides.append(None)
            solver.set_rhs([row], [float(rhs[row])])
        ranges[row] = (sides[0], sides[1])
    solver.solve()
    return ranges


#: Decisions listed in reduced_costs.csv, with where their index members stand.
_DECISIONS = {
    "new_capacity": ("site", "to_cell", "year"),
    "retired_capacity": ("site", "from_cell", "year"),
    "retrofitted_capacity": ("site", "from_cell", "to_cell", "year"),
    "electricity": ("site", "source", "year", "option"),
    "imports": ("option", "source", "year"),
    "exports": ("region", "source", "year"),
    "quota_transfer": ("region", "option", "year"),
}

_EVENTS = {"new_capacity", "retired_capacity", "retrofitted_capacity", "quota_transfer"}

_UNITS = {"electricity": "CNY/MWh", "imports": "CNY/t", "exports": "CNY/t"}


def reduced_costs(solution: Solution) -> ResultTable:
    """Reduced costs of options not taken: a lower bound on what each missed by.

    Along a chain of degenerate rows a reduced cost can be nil for an option that misses by much.
    """
    calendar, reduced = solution.data.calendar, np.asarray(solution.optimum.reduced_costs)
    currency = solution.data.scenario.currency
    columns = (
        "year",
        "kind",
        "region",
        "site",
        "from_cell",
        "to_cell",
        "source",
        "option",
        "reduced_cost",
        "unit",
    )

    def rows() -> Iterator[tuple[Any, ...]]:
        for name, members in _DECISIONS.items():
            for index, column in solution.column_places.get(name, {}).items():
                if abs(reduced[column]) < 1e-9:
                    continue
                place: dict[str, Any] = dict.fromkeys(columns[:8], None)
                place.update(zip(members, index, strict=True), kind=name)
                site = solution.data.fleet.sites.get(place["site"] or "")
                if site is not None:
                    place["region"] = site.region
                market = solution.data.markets.markets.get(place["option"] or "")
                if market is not None:
                    place["region"] = market.region
                year = place["year"]
                divisor = calendar.discount[year] if name in _EVENTS else calendar.weight[year]
                value = float(reduced[column]) / divisor
                unit = _UNITS.get(name, "CNY per t/a").replace("CNY", currency)
                yield *place.values(), value, unit

    return make("reduced_costs", columns, rows())
