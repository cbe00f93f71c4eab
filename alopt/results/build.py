"""All tables of a solution, its checks and its summary."""

from __future__ import annotations

from typing import Any

from alopt.results import accounts, flows, prices
from alopt.results.checks import run_checks
from alopt.results.iamc import iamc
from alopt.results.quota_market import quota_market
from alopt.results.summary import summarise
from alopt.results.table import ResultTable
from alopt.solve.solution import Solution

_FLOWS = (
    flows.years,
    flows.capacity,
    flows.employment,
    flows.retrofits,
    flows.quota,
    flows.quota_transfers,
    flows.running,
    flows.production,
    flows.electricity,
    flows.supply,
    flows.refining,
    flows.flows,
    flows.trade,
    flows.markets,
)


def build_tables(solution: Solution, ranges: prices.Ranges | None = None) -> dict[str, ResultTable]:
    """Make every result table of a solution, by the name of its file."""
    tables = {table.name: table for table in (make_table(solution) for make_table in _FLOWS)}
    tables["emissions"] = accounts.emissions(solution)
    paid = accounts.payments(solution, tables)
    tables["costs"] = accounts.costs(solution, paid)
    tables["transfers"] = accounts.transfers(solution, paid)
    tables["shadow_prices"] = prices.shadow_prices(solution, ranges)
    tables["reduced_costs"] = prices.reduced_costs(solution)
    tables["quota_market"] = quota_market(solution, tables)
    tables["iamc"] = iamc(solution, tables, "alopt")
    return tables


def report_on(solution: Solution, tables: dict[str, ResultTable]) -> dict[str, Any]:
    """Run the checks of a solution and make its summary."""
    return summarise(solution, tables, run_checks(solution, tables))
