r"""The marginal abatement cost curve of the model: a carbon price, or a budget, step by step.

The program is compiled once with a price of nil and a budget that does not bind; the row of the
budget holds what every column emits, so a price in year y adds :math:`p_y W_y e_j` to the cost of
a column and a budget is that row's limit. Each step is solved again from the basis of the one
before, and its tables, accounts and checks are those of any run.

A price constant in real money weighs a tonne as money, by :math:`W_y`; a budget weighs each
represented year alike, by :math:`D_y`. In these tonnes A the curve is that of a linear program:
the cost without the carbon payment is convex, and between two steps

.. math:: p_s \le \Delta C / \Delta A \le p_{s+1},

so the area under the curve is the rise of cost, between the two sums that the steps allow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from alopt.analysis.expert_curve import Option, expert_table, options, together
from alopt.data.units import CAPTIVE_SOURCES
from alopt.errors import CheckError, InfeasibleError, UsageError
from alopt.results.table import ResultTable

if TYPE_CHECKING:
    from alopt.data.model_data import ModelData
    from alopt.results.saved import Run
    from alopt.solve.again import Again
    from alopt.solve.compile import Array, Program
    from alopt.solve.solution import Solution

#: Carbon prices of the curve if none are named, CNY/t CO2e.
PRICES = (0.0, 25.0, 50.0, 75.0, 100.0, 150.0, 200.0, 300.0, 400.0, 500.0, 750.0, 1000.0)

#: Policies that the curve puts its own in place of.
REPLACED = ("carbon_price", "emission_cap")

#: A budget that no plan reaches, Mt CO2e over all represented years.
LOOSE = 1e7

#: Largest relative error of the curve's own checks.
TOLERANCE = 1e-6

#: Tonnes (Mt over the horizon) below which two steps are the same plan.
_SAME = 1e-6

EFFECTS = ("activity", "technology", "power_mix", "location")

COLUMNS = (
    "step", "price_cny_per_t", "budget_mt", "emissions_mt_per_a", "abated_mt_per_a",
    "step_cost_cny_per_t", "average_cost_cny_per_t", "resource_cost_m_cny_per_a",
    "payments_m_cny_per_a", "resource_cost_present_value_m_cny", "carbon_payment_present_value_m_cny",
    "emissions_all_years_mt", "outside_mt_per_a", "abated_with_outside_mt_per_a",
    "output_mt_per_a", "imports_mt_per_a", "unserved_mt_per_a", "ac_kwh_per_t", "captive_twh_per_a",
    "bought_twh_per_a", "relined_mt_per_a", "rebuilt_mt_per_a", "built_mt_per_a", "closed_mt_per_a",
    "moved_mt_per_a", *(f"step_{effect}_mt_per_a" for effect in EFFECTS), "step_beyond_smelters_mt_per_a",
)  # fmt: skip

YEAR_COLUMNS = ("step", "price_cny_per_t", "year", "boundary", "emissions_mt", "abated_mt")


@dataclass(frozen=True)
class Wish:
    """What curve is wanted.

    Attributes
    ----------
    boundary : str
        What counts as emission; with prices one of the scopes of the carbon price.
    prices : tuple of float
        CNY/t CO2e, the first nil and each above the one before; empty for a curve of budgets.
    budgets : tuple of float
        Shares of what the plan without carbon policy emits over all years, falling.
    year : int or None
        Model year of the expert curve; the second one if not given.
    cold : bool
        Solve each step from nothing as well.
    """

    boundary: str = "smelter_scope_1_2"
    prices: tuple[float, ...] = PRICES
    budgets: tuple[float, ...] = ()
    year: int | None = None
    cold: bool = False


@dataclass(frozen=True)
class AbatementCurve:
    """`abatement_curve.csv`, `abatement_years.csv`, `abatement_measures.csv` and what they say."""

    steps: ResultTable
    years: ResultTable
    measures: ResultTable
    summary: dict[str, Any]


@dataclass(frozen=True)
class _Step:
    """One solve of the curve with what is kept of it."""

    price: float
    budget: float | None
    by_year: Mapping[int, float]
    solution: Solution
    run: Run
    seconds: float
    cold: float | None


def abatement_curve(
    data: ModelData,
    wish: Wish | None = None,
    made_by: dict[str, Any] | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> AbatementCurve:
    """Step the carbon price or the budget, and set the expert curve beside the result.

    Parameters
    ----------
    data : ModelData
        Its own carbon price and emission cap are set aside.
    wish : Wish, optional
    made_by : dict, optional
        Manifest of the runs.
    progress : callable, optional
        Told the name of each step that is done.

    Returns
    -------
    AbatementCurve

    Raises
    ------
    UsageError
        If there is nothing to step.
    InfeasibleError
        If even the plan without carbon policy does not exist.
    CheckError
        If a step fails a check of its run, or the curve one of its own.
    """
    wish = Wish() if wish is None else wish
    _check_wish(data, wish)
    book = _Book(data, wish, made_by or {})
    rows: list[dict[str, Any]] = []
    years: list[tuple[Any, ...]] = []
    first = before = None
    kept: list[_Bare] = []
    timing: list[dict[str, Any]] = []
    for step in book.steps():
        first = first or step
        rows.append(_row(book, step, first, before, len(rows)))
        years += _years(book, step, first, len(rows) - 1)
        kept.append(_Bare.of(book, step))
        timing.append(
            {"warm": step.seconds, "iterations": step.solution.optimum.iterations, "cold": step.cold}
        )
        before = step
        progress(f"{step.price:,.0f} CNY/t")
    checks = [*_curve_checks(book, kept, rows), book.swap_check(kept)]
    progress("swap of price and cap")
    year = _expert_year(data, wish)
    found = options(data, year, wish.boundary)
    table = ResultTable("abatement_curve", COLUMNS, [tuple(row[c] for c in COLUMNS) for row in rows])
    by_year = ResultTable("abatement_years", YEAR_COLUMNS, years)
    summary = {
        **_summary(book, rows, checks, timing),
        "expert_year": year,
        "why_they_differ": _difference(book, found, by_year, year),
    }
    failed = [check for check in checks if not check["ok"]]
    if failed:
        lines = [f"  {check['name']}: {check['relative_error']:.3g}" for check in failed]
        raise CheckError("\n".join(["The curve failed its own checks; no table is written:", *lines]))
    return AbatementCurve(table, by_year, expert_table(data, found), summary)


def _check_wish(data: ModelData, wish: Wish) -> None:
    values = wish.budgets or wish.prices
    if wish.budgets:
        if not all(0.0 < b < 1.0 for b in values) or any(b <= a for b, a in pairwise(values)):
            raise UsageError(
                "--budgets takes falling percentages between 0 and 100 of what the plan without carbon "
                "policy emits, as 95,90,80."
            )
    elif len(values) < 2 or values[0] != 0.0 or any(b <= a for a, b in pairwise(values)):
        raise UsageError("--carbon-prices takes rising prices from 0 on in CNY/t, as 0,50,100,200.")
    border: Any = data.policies.get("cbam")
    if border is not None and border.credit:
        raise UsageError(
            f"The border charge of {data.scenario.name} credits the carbon price at home, which the curve "
            "steps; add --set policies.cbam.carbon_price_credit=false."
        )
    if wish.year is not None and wish.year not in data.calendar.years:
        known = ", ".join(map(str, data.calendar.years))
        raise UsageError(f"--year {wish.year} is no model year of {data.scenario.name}: there are {known}.")


def _expert_year(data: ModelData, wish: Wish) -> int:
    years = data.calendar.years
    return years[min(1, len(years) - 1)] if wish.year is None else wish.year


class _Book:
    """The compiled program with what every column emits, and the weights of years."""

    def __init__(self, data: ModelData, wish: Wish, made_by: dict[str, Any]) -> None:
        from alopt.model.build import build  # noqa: PLC0415 - loads Pyomo
        from alopt.policies import carbon_price, emission_cap  # noqa: PLC0415
        from alopt.solve.again import Again, row_weights  # noqa: PLC0415 - loads HiGHS

        self.wish, self.made_by = wish, made_by
        nil = dict.fromkeys(data.calendar.years, 0.0)
        policies = {name: one for name, one in data.policies.items() if name not in REPLACED}
        policies["carbon_price"] = carbon_price.Settings(price=nil, scope=wish.boundary, benchmark=nil)
        policies["emission_cap"] = emission_cap.Settings(limit=None, budget=LOOSE, boundary=wish.boundary)
        self.set_aside = [name for name in REPLACED if name in data.policies]
        self.data = replace(data, policies=policies)
        self.again: Again = Again(build(self.data))
        program = self.again.program
        self.row = next(r for r, (name, _) in enumerate(program.rows) if name == "emission_budget")
        self.emitted: Array = row_weights(program, self.row)
        self._year_of = _years_of_columns(self.again, np.flatnonzero(self.emitted).tolist())

    @property
    def weight(self) -> Mapping[int, float]:
        """Weight of a year's tonnes: that of money under a price, years represented under a budget."""
        calendar = self.data.calendar
        return calendar.represented if self.wish.budgets else calendar.weight

    def steps(self) -> Iterator[_Step]:
        """Yield the steps; budgets that no plan meets end the curve, no plan at all is diagnosed."""
        try:
            yield from self._steps()
        except InfeasibleError as error:
            raise self.again.diagnosed(error) from None

    def _steps(self) -> Iterator[_Step]:
        years = self.data.calendar.years
        if not self.wish.budgets:
            for price in self.wish.prices:
                yield self._step(price, None, dict.fromkeys(years, price))
            return
        first = self._step(0.0, None, dict.fromkeys(years, 0.0))
        yield first
        whole = float(self.emitted @ first.solution.optimum.values)
        for share in self.wish.budgets:
            try:
                yield self._step(0.0, share * whole, dict.fromkeys(years, 0.0))
            except InfeasibleError:
                return

    def priced(self, by_year: Mapping[int, float]) -> tuple[Program, ModelData]:
        """Return the program with a price by year on what is emitted, and the data that say so."""
        calendar, program = self.data.calendar, self.again.program
        factor = np.zeros(len(program.cost))
        for column, y in self._year_of.items():
            factor[column] = by_year[y] * calendar.weight[y] / calendar.represented[y]
        old: Any = self.data.policies["carbon_price"]
        policies = {**self.data.policies, "carbon_price": replace(old, price=dict(by_year))}
        return replace(program, cost=program.cost + factor * self.emitted), replace(
            self.data, policies=policies
        )

    def capped(self, budget: float) -> tuple[Program, ModelData]:
        """Return the program with a budget over all years, and the data that say so."""
        from alopt.solve.again import with_limit  # noqa: PLC0415

        old: Any = self.data.policies["emission_cap"]
        policies = {**self.data.policies, "emission_cap": replace(old, budget=budget)}
        return with_limit(self.again.program, self.row, budget), replace(self.data, policies=policies)

    def _step(self, price: float, budget: float | None, by_year: Mapping[int, float]) -> _Step:
        from alopt.results.saved import of_results  # noqa: PLC0415
        from alopt.run import account  # noqa: PLC0415

        program, data = self.priced(by_year) if budget is None else self.capped(budget)
        solution = self.again.solve(program, data)
        seconds, cold = self.again.seconds[-1], None
        if self.wish.cold:
            afresh = self.again.solve_cold(program, data)
            cold = afresh.timing["solve"]
            _same_optimum(solution.objective, afresh.objective)
        if budget is not None:
            price = self.budget_price(solution)
            by_year = self.path(price)
        run = of_results(account(solution, dict(self.made_by)))
        return _Step(price, budget, by_year, solution, run, seconds, cold)

    def budget_price(self, solution: Solution) -> float:
        """Present value of one more t in the budget, CNY/t."""
        return -float(solution.optimum.duals[self.row]) + 0.0

    def path(self, price: float) -> dict[int, float]:
        """Price in each year that a budget's price amounts to: it rises with the discount rate."""
        calendar = self.data.calendar
        return {y: price * calendar.represented[y] / calendar.weight[y] for y in calendar.years}

    def swap_check(self, kept: Sequence[_Bare]) -> dict[str, Any]:
        """Hold a cap against the price that its dual is: priced objective = capped + price × cap."""
        name = "priced objective = capped objective + price × cap"
        high, low = kept[0].all_years, kept[-1].all_years
        budget = 0.5 * (high + low)
        capped = self.again.solve(*self.capped(budget))
        price = self.budget_price(capped)
        priced = self.again.solve(*self.priced(self.path(price)))
        wanted = capped.objective + price * budget
        error = abs(priced.objective - wanted) / max(1.0, abs(wanted))
        return {
            "name": name, "relative_error": error, "ok": bool(error <= TOLERANCE), "budget_mt": budget,
            "price_cny_per_t": price, "priced_objective_m_cny": priced.objective,
            "capped_objective_m_cny": capped.objective,
        }  # fmt: skip


def _same_optimum(warm: float, cold: float) -> None:
    error = abs(warm - cold) / max(1.0, abs(cold))
    if error > TOLERANCE:
        raise CheckError(f"Solved from the last basis the cost differs from a fresh solve by {error:.3g}.")


def _years_of_columns(again: Again, columns: Sequence[int]) -> dict[int, int]:
    """Year of each column that emits."""
    place = {name: names.index("year") for name, names in again.index_names.items() if "year" in names}
    return {c: again.program.columns[c][1][place[again.program.columns[c][0]]] for c in columns}


@dataclass(frozen=True)
class _Bare:
    """What the checks need of a step."""

    price: float
    tonnes: float
    all_years: float
    cost: float

    @classmethod
    def of(cls, book: _Book, step: _Step) -> _Bare:
        """Recompute tonnes and cost from the tables of the step."""
        by_year = _emissions(step.run, book.wish.boundary)
        weight, represented = book.weight, book.data.calendar.represented
        return cls(
            step.price,
            sum(weight[y] * e for y, e in by_year.items()),
            sum(represented[y] * e for y, e in by_year.items()),
            step.run.summary["objective_m_cny"] - _carbon(step.run),
        )


def _emissions(run: Run, boundary: str) -> dict[int, float]:
    return {y: run.summary["years"][str(y)]["emissions_mt_co2e"]["by_boundary"][boundary] for y in run.years}


def _carbon(run: Run) -> float:
    """Present value of the carbon payments, M CNY."""
    return run.tables["costs"].sum("present_value_m_cny", component="carbon_price", kind="transfer")


def _row(book: _Book, step: _Step, first: _Step, before: _Step | None, number: int) -> dict[str, Any]:
    whole = sum(book.weight.values())
    here, start = _Bare.of(book, step), _Bare.of(book, first)
    last = here if before is None else _Bare.of(book, before)
    outside = _mean(book, _emissions(step.run, "outside"))
    change = outside - _mean(book, _emissions(first.run, "outside"))
    money = sum(book.data.calendar.weight.values())
    payments = step.run.summary["transfers_m_cny"]
    row: dict[str, Any] = {
        "step": number,
        "price_cny_per_t": step.price,
        "budget_mt": step.budget,
        "emissions_mt_per_a": here.tonnes / whole,
        "abated_mt_per_a": (start.tonnes - here.tonnes) / whole,
        "step_cost_cny_per_t": _ratio(here.cost - last.cost, last.tonnes - here.tonnes),
        "average_cost_cny_per_t": _ratio(here.cost - start.cost, start.tonnes - here.tonnes),
        "resource_cost_m_cny_per_a": (
            step.run.summary["system_cost_m_cny"] - first.run.summary["system_cost_m_cny"]
        ) / money,
        "payments_m_cny_per_a": payments / money,
        "resource_cost_present_value_m_cny": step.run.summary["system_cost_m_cny"],
        "carbon_payment_present_value_m_cny": _carbon(step.run),
        "emissions_all_years_mt": here.all_years,
        "outside_mt_per_a": outside,
        "abated_with_outside_mt_per_a": (start.tonnes - here.tonnes) / whole - change,
    }  # fmt: skip
    return row | _levels(book, step.run) | _moved(book, step, before)


def _ratio(cost: float, tonnes: float) -> float | None:
    return cost / tonnes if tonnes > _SAME else None


def _mean(book: _Book, by_year: Mapping[int, float]) -> float:
    """Mean of a year over the horizon, with the weights of the curve."""
    return sum(book.weight[y] * value for y, value in by_year.items()) / sum(book.weight.values())


def _levels(book: _Book, run: Run) -> dict[str, float]:
    """Quantities of the nation in a step: yearly ones as means, events as sums over the horizon."""
    named = {"output": "production_mt", "imports": "imports_mt", "unserved": "unserved_mt"}
    levels = {
        f"{name}_mt_per_a": _mean(book, {y: run.summary["years"][str(y)][key] for y in run.years})
        for name, key in named.items()
    }
    drawn = run.tables["electricity"].totals("electricity_twh", "year", "source")
    power = {"captive": dict.fromkeys(run.years, 0.0), "bought": dict.fromkeys(run.years, 0.0)}
    for (y, source), amount in drawn.items():
        power["captive" if source in CAPTIVE_SOURCES else "bought"][y] += amount
    levels |= {f"{name}_twh_per_a": _mean(book, by_year) for name, by_year in power.items()}
    used = levels["captive_twh_per_a"] + levels["bought_twh_per_a"]
    levels["ac_kwh_per_t"] = 1000.0 * used / levels["output_mt_per_a"] if levels["output_mt_per_a"] else 0.0
    retrofits, capacity = run.tables["retrofits"], run.tables["capacity"]
    levels["relined_mt_per_a"] = retrofits.sum("capacity_mt_per_a", kind="relining")
    levels["rebuilt_mt_per_a"] = retrofits.sum("capacity_mt_per_a", kind="rebuild")
    levels["built_mt_per_a"] = capacity.sum("new")
    levels["closed_mt_per_a"] = capacity.sum("retired")
    return levels


def _moved(book: _Book, step: _Step, before: _Step | None) -> dict[str, float]:
    """Output that changed its region since the step before, and where its tonnes come from (Shapley)."""
    names = [f"step_{effect}_mt_per_a" for effect in EFFECTS]
    if before is None:
        return dict.fromkeys(("moved_mt_per_a", *names, "step_beyond_smelters_mt_per_a"), 0.0)
    from alopt.results.attribution import attribution  # noqa: PLC0415

    years = book.data.calendar.years
    effects = {y: attribution(before.run, step.run, y) for y in years}
    found = {
        f"step_{effect}_mt_per_a": _mean(book, {y: -effects[y]["emissions", effect] for y in years})
        for effect in EFFECTS
    }
    total = _mean(
        book,
        {
            y: _emissions(before.run, book.wish.boundary)[y] - _emissions(step.run, book.wish.boundary)[y]
            for y in years
        },
    )
    found["step_beyond_smelters_mt_per_a"] = total - sum(found.values())
    found["moved_mt_per_a"] = _mean(book, _relocated(before.run, step.run))
    return found


def _relocated(one: Run, two: Run) -> dict[int, float]:
    """Half the sum of the changes of regions' shares of output, times the later output, by year."""
    made = [run.tables["production"].totals("production_mt", "year", "region") for run in (one, two)]
    whole = [run.tables["production"].totals("production_mt", "year") for run in (one, two)]
    moved = dict.fromkeys(two.years, 0.0)
    for y, region in {*made[0], *made[1]}:
        if whole[0].get(y) and whole[1].get(y):
            shares = [made[n].get((y, region), 0.0) / whole[n][y] for n in (0, 1)]
            moved[y] += 0.5 * abs(shares[1] - shares[0]) * whole[1][y]
    return moved


def _years(book: _Book, step: _Step, first: _Step, number: int) -> Iterator[tuple[Any, ...]]:
    """Rows of `abatement_years.csv`: the price of each year, emissions within the boundary and outside."""
    for boundary in (book.wish.boundary, "outside"):
        now, then = _emissions(step.run, boundary), _emissions(first.run, boundary)
        for y in step.run.years:
            yield number, step.by_year[y], y, boundary, now[y], then[y] - now[y]


def _curve_checks(
    book: _Book, kept: Sequence[_Bare], rows: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Emissions fall, each step costs between its prices, the area holds the rise of cost, shares add."""
    scale = max(1.0, kept[0].tonnes)
    pairs = list(pairwise(kept))
    rise = max((two.tonnes - one.tonnes for one, two in pairs), default=0.0) / scale
    cost = kept[-1].cost - kept[0].cost
    money = max(1.0, abs(cost))
    outside = lower = upper = 0.0
    for one, two in pairs:
        tonnes, more = one.tonnes - two.tonnes, two.cost - one.cost
        lower, upper = lower + one.price * tonnes, upper + two.price * tonnes
        worst = max(one.price * tonnes - more, more - two.price * tonnes)
        outside = max(outside, worst / money)
    area = max(0.0, lower - cost, cost - upper) / money
    tabled = sum((row["step_cost_cny_per_t"] or 0.0) * _width(rows, k) for k, row in enumerate(rows))
    whole = sum(book.weight.values())
    drawn = abs(tabled * whole - cost) / money
    return [
        _check("emissions fall as the price rises", max(0.0, rise)),
        _check("each step costs between its two prices", max(0.0, outside)),
        {
            **_check("area under the curve = rise of cost", max(area, drawn)),
            "least_m_cny": lower, "rise_m_cny": cost, "most_m_cny": upper,
        },
    ]  # fmt: skip


def _width(rows: Sequence[Mapping[str, Any]], k: int) -> float:
    return float(rows[k]["abated_mt_per_a"] - rows[k - 1]["abated_mt_per_a"]) if k else 0.0


def _check(name: str, error: float) -> dict[str, Any]:
    return {"name": name, "relative_error": float(error), "ok": bool(error <= TOLERANCE)}


def _summary(
    book: _Book,
    rows: Sequence[Mapping[str, Any]],
    checks: Sequence[Mapping[str, Any]],
    timing: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    data, warm = book.data, [one["warm"] for one in timing[1:]]
    cold = [one["cold"] for one in timing[1:] if one["cold"] is not None]
    return {
        "scenario": data.scenario.name,
        "currency": data.scenario.currency,
        "price_year": data.scenario.price_year,
        "boundary": book.wish.boundary,
        "stepped": "budget" if book.wish.budgets else "price",
        "asked": len(book.wish.budgets) + 1 if book.wish.budgets else len(book.wish.prices),
        "solved": len(rows),
        "set_aside": book.set_aside,
        "first_year": data.calendar.years[0],
        "last_year": data.calendar.end - 1,
        "checks": list(checks),
        "timing_s": {
            "first_solve": timing[0]["warm"],
            "later_solves": sum(warm),
            "later_solves_cold": sum(cold) if cold else None,
            "warm_over_cold": sum(warm) / sum(cold) if cold else None,
            "iterations": [one["iterations"] for one in timing],
        },
        "steps": [
            {key: row[key] for key in ("price_cny_per_t", "emissions_mt_per_a", "abated_mt_per_a",
                                       "step_cost_cny_per_t", "average_cost_cny_per_t",
                                       "resource_cost_m_cny_per_a", "outside_mt_per_a")}
            for row in rows
        ],
    }  # fmt: skip


def _difference(book: _Book, found: Sequence[Option], years: ResultTable, year: int) -> list[dict[str, Any]]:
    """At each price: measures alone, together, and what the model abates in the same year.

    ``already`` is what the plan without carbon policy emits less than the standing fleet.
    """
    boundary, records = book.wish.boundary, list(years.records())
    standing = standing_emissions(book.data, year, boundary)
    rows = [row for row in records if row["year"] == year and row["boundary"] == boundary]
    already = standing - rows[0]["emissions_mt"]
    result = []
    for row in rows:
        both = together(book.data, list(found), year, boundary, row["price_cny_per_t"])
        result.append(
            {
                "price_cny_per_t": row["price_cny_per_t"],
                "alone_mt": both.alone,
                "counted_twice_mt": both.overlap,
                "cleaner_power_mt": both.cleaner,
                "joint_mt": both.joint,
                "model_mt": row["abated_mt"],
                "already_mt": already,
                "standing_mt": standing,
            }
        )
    return result


def standing_emissions(data: ModelData, year: int, boundary: str) -> float:
    """Mt CO2e a year of the standing fleet at its availability on the power of a year."""
    from alopt.analysis.expert_curve import emitted, powers  # noqa: PLC0415

    power, availability = powers(data, year), data.parameters["availability"]
    return sum(
        amount * availability * emitted(data, data.cells[k], power[i].factor, boundary)
        for (i, k), amount in data.fleet.start.items()
        if amount > 0
    )
