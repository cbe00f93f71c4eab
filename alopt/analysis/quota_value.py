r"""What a tonne of smelting quota is worth: rent and price by year and place, beside deals.

The rent is minus the dual of the row that capacity needs quota, per year and t/a; the price in
year y is the present value of the rents from y on, :math:`\sum_{y' \ge y} W_{y'} rent_{y'} / d_y`.
A published deal names a price alone; the margin that it stands for hangs on the years for which
its buyer expected quota to stay scarce: the yearly payment, at the start of each of those years,
whose present value is the price.

How demand and import parity move it is found by solving the same program again from the last
basis. Demand shifts by as many Mt in every year, import parity by as many CNY/t (with value-added
tax, as it is quoted) at every step of imports but the cheapest, the contracts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from alopt.errors import InfeasibleError, UsageError
from alopt.finance import annuity_due, discount_factor
from alopt.results.table import ResultTable

if TYPE_CHECKING:
    from alopt.data.model_data import ModelData
    from alopt.solve.again import Again
    from alopt.solve.compile import Program
    from alopt.solve.solution import Solution

#: Changes of demand in Mt and of import parity in CNY/t with VAT that are tried.
DEMAND = (-3.0, -1.5, 0.0, 1.5, 3.0)
PARITY = (-2000.0, -1000.0, 0.0, 1000.0, 2000.0)

#: Years of scarcity for which a deal's margin is worked out, and margins for its years, CNY/t·a.
SCARCITY = (1, 3, 5, 10, 20, 40)
MARGINS = (500.0, 1000.0, 1500.0, 2000.0, 3000.0)

#: Most that demand may rise in the search for a deal's price, Mt, and how close the search comes.
_MOST_DEMAND, _CLOSE = 12.0, 0.02

#: Years after which a margin that has not paid for its quota never will be counted.
_FOR_EVER = 200

COLUMNS = (
    "demand_change_mt", "parity_change_cny_per_t", "year", "region", "name", "stock_mt_per_a",
    "used_mt_per_a", "rent_cny_per_t_a", "price_cny_per_t", "metal_price_cny_per_t",
)  # fmt: skip


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
    base = cases.solve(0.0, 0.0)
    rows = [*_regions(base, made_by or {}), *_nation(base, 0.0, 0.0)]
    progress("the plan")
    price = {(0.0, 0.0): _price(base, year)}
    for demand in DEMAND:
        for parity in PARITY:
            if (demand, parity) == (0.0, 0.0):
                continue
            found = cases.try_solve(demand, parity)
            if found is not None:
                rows += _nation(found, demand, parity)
                price[demand, parity] = _price(found, year)
            progress(f"demand {demand:+g} Mt, parity {parity:+,.0f} CNY/t")
    rows.sort(key=lambda row: (row[0], row[1], row[2], row[3]))
    table = ResultTable("quota_value", COLUMNS, rows)
    deals = [_deal(data, row, cases, year, price[0.0, 0.0]) for row in _deals(data)]
    progress("deals")
    return QuotaValue(table, _summary(data, year, table, price, deals, cases))


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
        self.again: Again = Again(build(data))
        self.more: Program = compile_program(build(shifted(data, 1.0, 0.0)))
        self.dearer: Program = compile_program(build(shifted(data, 0.0, 1.0)))

    def solve(self, demand: float, parity: float) -> Solution:
        """Solve with demand and parity changed."""
        from alopt.solve.again import blended  # noqa: PLC0415

        program = blended(self.again.program, [(demand, self.more), (parity, self.dearer)])
        return self.again.solve(program, shifted(self.data, demand, parity))

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


def _nation(solution: Solution, demand: float, parity: float) -> Iterator[tuple[Any, ...]]:
    from alopt.results.summary import mean_rent, metal_price  # noqa: PLC0415

    stock, used = solution.values("quota_stock"), solution.values("capacity")
    for y in solution.data.calendar.years:
        held = sum(amount for (_, t), amount in stock.items() if t == y)
        stands = sum(amount for (*_, t), amount in used.items() if t == y)
        yield (
            demand, parity, y, "", "all regions", held, stands, mean_rent(solution, y),
            _price(solution, y), metal_price(solution, y),
        )  # fmt: skip


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
            row["used_mt_per_a"], row["rent_cny_per_t_a"], row["price_cny_per_t"], None,
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


def _deal(data: ModelData, row: Mapping[str, Any], cases: _Cases, year: int, price: float) -> dict[str, Any]:
    """What a deal's price stands for, and what demand would have the model say the same."""
    asked, rate = row["price_cny_per_t_a"], data.calendar.rate
    investor = data.parameters.get("investor_rate")
    return {
        "deal": row["deal"], "name": row["name"], "year": row["year"], "price_cny_per_t": asked,
        "vat": row["vat"], "rate": rate, "investor_rate": investor,
        "margin_cny_per_t_a": {n: annuity_due(asked, rate, n) for n in SCARCITY},
        "margin_investor_cny_per_t_a": (
            None if investor is None else {n: annuity_due(asked, investor, n) for n in SCARCITY}
        ),
        "years_of_scarcity": {int(m): years_of_scarcity(asked, m, rate) for m in MARGINS},
        "demand_change_mt": _demand_for(cases, year, asked, price),
    }  # fmt: skip


def _demand_for(cases: _Cases, year: int, asked: float, price: float) -> float | None:
    """Smallest rise of demand (or largest fall) in Mt at which the model's price reaches a deal's."""

    def reaches(change: float) -> bool:
        found = cases.try_solve(change, 0.0)
        return found is not None and _price(found, year) >= asked

    if price >= asked:
        low, high = -_MOST_DEMAND, 0.0
        if reaches(low):
            return None
    else:
        low, high = 0.0, _MOST_DEMAND
        if not reaches(high):
            return None
    while high - low > _CLOSE:
        middle = 0.5 * (low + high)
        low, high = (low, middle) if reaches(middle) else (middle, high)
    return high


def _summary(
    data: ModelData,
    year: int,
    table: ResultTable,
    price: Mapping[tuple[float, float], float],
    deals: Sequence[dict[str, Any]],
    cases: _Cases,
) -> dict[str, Any]:
    nation = [
        row
        for row in table.records()
        if not row["region"] and (row["demand_change_mt"], row["parity_change_cny_per_t"]) == (0.0, 0.0)
    ]
    rents = {
        (row["demand_change_mt"], row["parity_change_cny_per_t"]): row["rent_cny_per_t_a"]
        for row in table.records()
        if not row["region"] and row["year"] == year
    }
    seconds = cases.again.seconds
    return {
        "scenario": data.scenario.name,
        "currency": data.scenario.currency,
        "price_year": data.scenario.price_year,
        "year": year,
        "first_year": data.calendar.years[0],
        "last_year": data.calendar.end - 1,
        "discount_rate": data.calendar.rate,
        "rent_cny_per_t_a": {row["year"]: row["rent_cny_per_t_a"] for row in nation},
        "price_cny_per_t": {row["year"]: row["price_cny_per_t"] for row in nation},
        "cases": [
            {
                "demand_change_mt": d, "parity_change_cny_per_t": p, "rent_cny_per_t_a": rents[d, p],
                "price_cny_per_t": worth,
            }
            for (d, p), worth in sorted(price.items())
        ],
        "deals": list(deals),
        "timing_s": {
            "first_solve": seconds[0], "later_solves": sum(seconds[1:]), "solves": len(seconds),
        },
    }  # fmt: skip
