r"""What a tonne of smelting quota is worth: rent and price by year and place, beside deals.

The rent is minus the dual of the row that capacity needs quota, per year and t/a; the price in
year y is the present value of the rents from y on, :math:`\sum_{y' \ge y} W_{y'} rent_{y'} / d_y`.
A published deal names a price alone; the margin that it stands for hangs on the years for which
its buyer expected quota to stay scarce: the yearly payment, at the start of each of those years,
whose present value is the price.

A dual need not be the only one. Where the fleet that stands just fills its quota, one t/a less closes
the last plant kept, and one more is worth only what a new line earns beyond its capital: the two
sides of the market are apart, a seller asks more than a buyer bids, and the dual of a run is some
value between them. So rent and price are also found from both sides, as what a hundredth of a Mt/a
more saves (the bid) and what one less costs (the ask): for the price from its year on, for the rent
in its year alone. A line that closes for want of quota in one year is gone in the next, so the ask of
a rent holds what is lost later.

How demand and import parity move it is found by solving the same program again from the last
basis. Demand shifts by as many Mt in every year, import parity by as many CNY/t (with value-added
tax, as it is quoted) at every step of imports but the cheapest, the contracts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from alopt.errors import InfeasibleError, UsageError
from alopt.finance import annuity_due, discount_factor
from alopt.results.table import ResultTable

if TYPE_CHECKING:
    from alopt.data.model_data import ModelData
    from alopt.solve.again import Again
    from alopt.solve.compile import Program
    from alopt.solve.solution import Solution

#: Changes of demand in Mt and of import parity in CNY/t with VAT that are tried.
DEMAND = (-3.0, -1.5, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0)
PARITY = (-2000.0, -1000.0, 0.0, 1000.0, 2000.0)

#: Years of scarcity for which a deal's margin is worked out, and margins for its years, CNY/t·a.
SCARCITY = (1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 40)
MARGINS = (500.0, 1000.0, 1500.0, 2000.0, 3000.0)

#: Most that demand may rise in the search for a deal's price, Mt, and how close the search comes.
_MOST_DEMAND, _CLOSE = 12.0, 0.02

#: Quota more or less from which the two sides are found, Mt/a.
EPSILON = 0.01

#: Years after which a margin that has not paid for its quota never will be counted.
_FOR_EVER = 200

COLUMNS = (
    "demand_change_mt", "parity_change_cny_per_t", "year", "region", "name", "stock_mt_per_a",
    "used_mt_per_a", "rent_cny_per_t_a", "rent_bid_cny_per_t_a", "rent_ask_cny_per_t_a", "price_cny_per_t",
    "price_bid_cny_per_t", "price_ask_cny_per_t", "metal_price_cny_per_t",
)  # fmt: skip


#: Bid and ask; none where no plan meets what is left of the quota.
Sides = tuple[float | None, float | None]


@dataclass(frozen=True)
class QuotaValue:
    """`quota_value.csv` (the nation in every case, regions in the plan itself) and what it says."""

    table: ResultTable
    summary: dict[str, Any]


def quota_value(
    data: ModelData,
    made_by: dict[str, Any] | None = None,
    year: int | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> QuotaValue:
    """Solve a scenario and its variants, and set the worth of quota beside published deals.

    Parameters
    ----------
    data : ModelData
    made_by : dict, optional
        Manifest of the run.
    year : int, optional
        Model year whose price is compared with deals; the first one if not given.
    progress : callable, optional
        Told the name of each case that is done.

    Returns
    -------
    QuotaValue

    Raises
    ------
    UsageError
        If no policy of the scenario limits capacity by quota, or the year is no model year.
    InfeasibleError
        If the scenario has no plan.
    """
    years = data.calendar.years
    if "capacity_cap" not in data.policies:
        raise UsageError(
            f"No policy of {data.scenario.name} limits capacity by quota; name a scenario with capacity_cap."
        )
    if year is not None and year not in years:
        known = ", ".join(map(str, years))
        raise UsageError(f"--year {year} is no model year of {data.scenario.name}: there are {known}.")
    year = years[0] if year is None else year
    cases = _Cases(data)
    base = cases.base()
    rows = [*_regions(base, made_by or {}), *_nation(cases, base, (0.0, 0.0), years)]
    progress("the plan")
    for demand in DEMAND:
        for parity in PARITY:
            if (demand, parity) == (0.0, 0.0):
                continue
            found = cases.try_solve(demand, parity)
            if found is not None:
                rows += _nation(cases, found, (demand, parity), (year,))
            progress(f"demand {demand:+g} Mt, parity {parity:+,.0f} CNY/t")
    rows.sort(key=lambda row: (row[0], row[1], row[2], row[3]))
    table = ResultTable("quota_value", COLUMNS, rows)
    deals = [_deal(data, row, cases, year) for row in _deals(data)]
    progress("deals")
    return QuotaValue(table, _summary(data, year, table, deals, cases))


def _deals(data: ModelData) -> list[Mapping[str, Any]]:
    table = data.tables.get("quota_deals")
    return [] if table is None else sorted(table, key=lambda row: (row["year"], row["deal"]))


class _Cases:
    """The program, its change per Mt of demand and per CNY/t of import parity, and its solves."""

    def __init__(self, data: ModelData) -> None:
        from alopt.model.build import build  # noqa: PLC0415 - loads Pyomo
        from alopt.solve.again import Again  # noqa: PLC0415 - loads HiGHS
        from alopt.solve.compile import compile_program  # noqa: PLC0415

        self.data = data
        self._worth: dict[tuple[float, int], Sides] = {}
        self.again: Again = Again(build(data))
        self.more: Program = compile_program(build(shifted(data, 1.0, 0.0)))
        self.dearer: Program = compile_program(build(shifted(data, 0.0, 1.0)))
        rows = enumerate(self.again.program.rows)
        self.use = {index: row for row, (name, index) in rows if name == "quota_use"}

    def solve(self, demand: float, parity: float) -> Solution:
        """Solve with demand and parity changed."""
        return self.again.solve(self.program(demand, parity), shifted(self.data, demand, parity))

    def base(self) -> Solution:
        """Solve as the scenario is.

        Raises
        ------
        InfeasibleError
            With the diagnosis, if there is no plan.
        """
        try:
            return self.solve(0.0, 0.0)
        except InfeasibleError as error:
            raise self.again.diagnosed(error) from None

    def program(self, demand: float, parity: float) -> Program:
        """Return the program with demand and parity changed."""
        from alopt.solve.again import blended  # noqa: PLC0415

        return blended(self.again.program, [(demand, self.more), (parity, self.dearer)])

    def sides(self, solution: Solution, case: tuple[float, float], years: Sequence[int]) -> Sides:
        """Present value of one t/a more in some years, and of one less: bid and ask, M CNY per Mt/a.

        Quota changes in every region in proportion to its stock, as the nation's mean rent counts it.
        """
        program = self.program(*case)
        values: list[float | None] = []
        room = np.zeros(len(program.rows))
        stock = solution.values("quota_stock")
        for y in years:
            whole = sum(amount for (_, t), amount in stock.items() if t == y)
            for (r, t), amount in stock.items():
                if t == y and whole:
                    room[self.use[r, t]] = EPSILON * amount / whole
        for sign in (1.0, -1.0):
            upper = program.row_upper + sign * room
            try:
                found = self.again.solve(replace(program, row_upper=upper), solution.data)
            except InfeasibleError:
                values.append(None)
                continue
            values.append(sign * (solution.objective - found.objective) / EPSILON + 0.0)
        return values[0], values[1]

    def worth(self, demand: float, years: Sequence[int]) -> Sides:
        """Bid and ask at a change of demand, each worked out once."""
        if (demand, years[0]) not in self._worth:
            found = self.try_solve(demand, 0.0)
            sides = (None, None) if found is None else self.sides(found, (demand, 0.0), years)
            self._worth[demand, years[0]] = sides
        return self._worth[demand, years[0]]

    def try_solve(self, demand: float, parity: float) -> Solution | None:
        """Solve, or return None where no plan serves such a demand or demand is below recycled metal."""
        markets = self.data.markets
        if any(markets.demand[y] + demand < markets.recycled[y] for y in self.data.calendar.years):
            return None
        try:
            return self.solve(demand, parity)
        except InfeasibleError:
            return None


def shifted(data: ModelData, demand: float, parity: float) -> ModelData:
    """Return data with demand changed by Mt in every year and import parity by CNY/t with VAT."""
    markets = data.markets
    rise = parity / (1.0 + data.vat.get("metal", 0.0))
    steps = markets.import_steps
    first = 1 if len(steps) > 1 else 0
    moved = tuple(
        replace(step, price=step.price + rise) if n >= first else step for n, step in enumerate(steps)
    )
    by_year = {y: amount + demand for y, amount in markets.demand.items()}
    return replace(data, markets=replace(markets, demand=by_year, import_steps=moved))


def _nation(
    cases: _Cases, solution: Solution, case: tuple[float, float], years: Sequence[int]
) -> list[tuple[Any, ...]]:
    """Rows of a case for the nation; both sides of the market in the years that are named."""
    from alopt.results.summary import mean_rent, metal_price  # noqa: PLC0415

    stock, used = solution.values("quota_stock"), solution.values("capacity")
    calendar = solution.data.calendar
    rows = []
    for y in calendar.years:
        held = sum(amount for (_, t), amount in stock.items() if t == y)
        stands = sum(amount for (*_, t), amount in used.items() if t == y)
        rents: Sides = (None, None)
        prices: Sides = (None, None)
        if y in years:
            rents = _scaled(cases.sides(solution, case, [y]), calendar.weight[y])
            later = [t for t in calendar.years if t >= y]
            prices = _scaled(cases.sides(solution, case, later), calendar.discount[y])
        rows.append(
            (
                *case, y, "", "all regions", held, stands, mean_rent(solution, y), *rents,
                _price(solution, y), *prices, metal_price(solution, y),
            )
        )  # fmt: skip
    return rows


def _scaled(sides: Sides, by: float) -> Sides:
    one, two = sides
    return (None if one is None else one / by, None if two is None else two / by)


def _price(solution: Solution, y: int) -> float:
    """Price of quota in a year, the nation's mean."""
    from alopt.results.summary import mean_rent  # noqa: PLC0415

    calendar = solution.data.calendar
    later = [t for t in calendar.years if t >= y]
    return sum(calendar.weight[t] * mean_rent(solution, t) for t in later) / calendar.discount[y]


def _regions(solution: Solution, made_by: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Rows of the plan by region, from the tables of a run that has passed its checks."""
    from alopt.run import account  # noqa: PLC0415

    results = account(solution, dict(made_by))
    names = {row["region"]: row["name"] for row in solution.data.tables["regions"]}
    for row in results.tables["quota_market"].records():
        yield (
            0.0, 0.0, row["year"], row["region"], names[row["region"]], row["stock_mt_per_a"],
            row["used_mt_per_a"], row["rent_cny_per_t_a"], None, None, row["price_cny_per_t"], None, None,
            None,
        )  # fmt: skip


def years_of_scarcity(price: float, margin: float, rate: float) -> float | None:
    """Years for which a margin must last to pay for a price; None where it never does.

    Parameters
    ----------
    price : float
        CNY per t/a.
    margin : float
        CNY/t·a, at the start of each year; the last year counts in proportion.
    rate : float
        Real discount rate.

    Examples
    --------
    >>> round(years_of_scarcity(3990.0, 1000.0, 0.08), 2)
    4.56
    >>> years_of_scarcity(3990.0, 200.0, 0.08) is None
    True
    """
    left = price
    for s in range(_FOR_EVER):
        worth = margin * discount_factor(rate, s)
        if left <= worth:
            return s + left / worth
        left -= worth
    return None


def _deal(data: ModelData, row: Mapping[str, Any], cases: _Cases, year: int) -> dict[str, Any]:
    """What a deal's price stands for, and what demand would have the model say the same."""
    asked, rate = row["price_cny_per_t_a"], data.calendar.rate
    return {
        "deal": row["deal"], "name": row["name"], "year": row["year"], "price_cny_per_t": asked,
        "vat": row["vat"],
        "margin_cny_per_t_a": {n: annuity_due(asked, rate, n) for n in SCARCITY},
        "years_of_scarcity": {int(m): years_of_scarcity(asked, m, rate) for m in MARGINS},
        "demand_change_ask_mt": _demand_for(cases, year, asked, 1),
        "demand_change_bid_mt": _demand_for(cases, year, asked, 0),
    }  # fmt: skip


def _demand_for(cases: _Cases, year: int, asked: float, side: int) -> float | None:
    """Smallest change of demand in Mt from which on bid (0) or ask (1) reach a deal's price."""
    calendar = cases.data.calendar
    later = [t for t in calendar.years if t >= year]

    def reaches(change: float) -> bool:
        value = cases.worth(change, later)[side]
        return value is not None and value / calendar.discount[year] >= asked

    low, high = (-_MOST_DEMAND, 0.0) if reaches(0.0) else (0.0, _MOST_DEMAND)
    if reaches(low) or not reaches(high):
        return None
    while high - low > _CLOSE:
        middle = 0.5 * (low + high)
        low, high = (low, middle) if reaches(middle) else (middle, high)
    return high


def _summary(
    data: ModelData, year: int, table: ResultTable, deals: Sequence[dict[str, Any]], cases: _Cases
) -> dict[str, Any]:
    nation = [row for row in table.records() if not row["region"]]
    plan = [row for row in nation if not row["demand_change_mt"] and not row["parity_change_cny_per_t"]]
    seconds = cases.again.seconds
    keys = ("rent_cny_per_t_a", "rent_bid_cny_per_t_a", "rent_ask_cny_per_t_a", "price_cny_per_t",
            "price_bid_cny_per_t", "price_ask_cny_per_t", "metal_price_cny_per_t")  # fmt: skip
    return {
        "scenario": data.scenario.name,
        "currency": data.scenario.currency,
        "price_year": data.scenario.price_year,
        "year": year,
        "first_year": data.calendar.years[0],
        "last_year": data.calendar.end - 1,
        "discount_rate": data.calendar.rate,
        "vat_on_metal": data.vat.get("metal", 0.0),
        "years": {
            row["year"]: {key: row[key] for key in ("stock_mt_per_a", "used_mt_per_a", *keys)} for row in plan
        },
        "cases": [
            {key: row[key] for key in ("demand_change_mt", "parity_change_cny_per_t", *keys)}
            for row in nation
            if row["year"] == year
        ],
        "deals": list(deals),
        "timing_s": {
            "first_solve": seconds[0], "later_solves": sum(seconds[1:]), "solves": len(seconds),
        },
    }  # fmt: skip
