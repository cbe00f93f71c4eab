"""The market for quota: who holds, uses, sends and receives it, and what it is worth where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from alopt.results.summary import quota_rents
from alopt.results.table import ResultTable, make
from alopt.solve.solution import Solution

COLUMNS = (
    "year", "region", "stock_mt_per_a", "used_mt_per_a", "sent_mt_per_a", "received_mt_per_a",
    "rent_cny_per_t_a", "price_cny_per_t", "price_spread_cny_per_t",
)  # fmt: skip


def quota_market(solution: Solution, tables: Mapping[str, ResultTable]) -> ResultTable:
    """Quota by region and year, its rent and price, and how far prices lie apart in the year.

    Parameters
    ----------
    solution : Solution
    tables : mapping of str to ResultTable
        With `quota` and `quota_transfers`, which include decided moves.

    Returns
    -------
    ResultTable
        The rent is what one t/a used for a year saves, CNY/t·a without VAT; the price of a t/a
        that is had in year y for good is the present value of its rents from then on, in money of
        y: sum over y' >= y of W_y' rent_y' / d_y, CNY per t/a. The spread is the highest price of a
        region less the lowest, among regions that hold quota or could use it; its like is what
        moving costs, where moving is free to go. Empty without a capacity cap.
    """
    sent: dict[Any, float] = {}
    received: dict[Any, float] = {}
    for row in tables["quota_transfers"].records():
        origin, target = (row["from_region"], row["year"]), (row["to_region"], row["year"])
        sent[origin] = sent.get(origin, 0.0) + row["ratio"] * row["mt_per_a"]
        received[target] = received.get(target, 0.0) + row["mt_per_a"]
    rents, prices = quota_rents(solution), quota_prices(solution)
    of_year: dict[int, list[float]] = {}
    for (_, y), price in prices.items():
        of_year.setdefault(y, []).append(price)

    def rows() -> Iterator[tuple[Any, ...]]:
        for row in tables["quota"].records():
            y, key = row["year"], (row["region"], row["year"])
            yield (
                y, row["region"], row["stock"], row["used"], sent.get(key, 0.0), received.get(key, 0.0),
                rents[key], prices[key], max(of_year[y]) - min(of_year[y]),
            )  # fmt: skip

    return make("quota_market", COLUMNS, rows())


def quota_prices(solution: Solution) -> dict[tuple[str, int], float]:
    """Price of quota by region and year, CNY per t/a: the present value of its rents from then on."""
    calendar, rents = solution.data.calendar, quota_rents(solution)
    return {
        (r, y): sum(calendar.weight[t] * rents[r, t] for t in calendar.years if t >= y) / calendar.discount[y]
        for r, y in rents
    }
