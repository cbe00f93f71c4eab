"""Worlds for tests of properties: the shipped inputs, or these changed in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from alopt.data import ModelData, assemble, default_inputs, load_scenario, read_schemas
from alopt.data.tables import Table, read_tables
from alopt.model import build
from alopt.results.accounts import emissions
from alopt.solve import Solution, solve

#: Three model years keep a solve below half a second.
YEARS = [2025, 2030, 2035]

Change = Callable[[dict[str, Table]], None]


@dataclass(frozen=True)
class Shipped:
    """The shipped inputs: load them, change them, solve them."""

    years: tuple[int, ...] = tuple(YEARS)

    def data(
        self,
        change: Change | None = None,
        *,
        scenario: str = "baseline",
        resolution: str | None = None,
        **settings: Any,
    ) -> ModelData:
        """Data of a scenario; ``change`` edits the tables first, ``settings`` set scenario keys."""
        inputs = default_inputs()
        tables, problems = read_tables(inputs, read_schemas(inputs))
        assert not problems
        if change is not None:
            change(tables)
        keys: Mapping[str, Any] = {"years": list(self.years), **settings}
        if resolution is not None:
            keys = {**keys, "resolution": resolution}
        return assemble(tables, load_scenario(scenario, inputs, keys), f"scenarios/{scenario}.yaml")

    def solve(self, change: Change | None = None, **options: Any) -> Solution:
        """Optimum of a scenario, with the same arguments as :meth:`data`."""
        return solve(build(self.data(change, **options)))

    def objective(self, change: Change | None = None, **options: Any) -> float:
        """Cost of the optimum, M CNY."""
        return self.solve(change, **options).objective

    @staticmethod
    def add_row(tables: dict[str, Table], name: str, **values: Any) -> None:
        """Add a row to a table; what is not given stays blank."""
        table = tables[name]
        row = dict.fromkeys(table.schema.columns)
        defaults = {"source": "alopt_assumption", "basis": "assumed"}
        table.rows.append(row | {k: v for k, v in defaults.items() if k in row} | values)
        table.lines.append(0)

    @staticmethod
    def drop_rows(tables: dict[str, Table], name: str, **where: Any) -> int:
        """Remove the rows with these values; how many there were."""
        table = tables[name]
        kept = [i for i, row in enumerate(table.rows) if any(row[c] != v for c, v in where.items())]
        gone = len(table.rows) - len(kept)
        table.rows = [table.rows[i] for i in kept]
        table.lines = [table.lines[i] for i in kept]
        return gone


@pytest.fixture(scope="session")
def shipped() -> Shipped:
    return Shipped()


@pytest.fixture(scope="session")
def baseline(shipped: Shipped) -> Solution:
    """Optimum of the baseline in three model years."""
    return shipped.solve()


@pytest.fixture(scope="session")
def free_emissions(baseline: Solution) -> dict[int, float]:
    """What the baseline's smelters and their power emit by year, Mt CO2e."""
    found = dict.fromkeys(YEARS, 0.0)
    for row in emissions(baseline).records():
        if row["boundary"] in {"direct", "smelter_scope_1_2"}:
            found[row["year"]] += row["emissions_mt_co2e"]
    return found


@pytest.fixture(scope="session")
def capped(shipped: Shipped) -> Callable[[float], Solution]:
    """Optimum under a national cap in Mt/a, solved once for each."""

    @cache
    def optimum(cap: float) -> Solution:
        return shipped.solve(**{"policies.capacity_cap.cap_mt_per_a": cap})

    return optimum


@pytest.fixture(scope="session")
def pressed(shipped: Shipped, free_emissions: dict[int, float]) -> Solution:
    """Optimum of a world in which every equation of the model holds something back.

    Demand is high, building slow, exports pay, two smelters close by decree, quota shrinks and
    moves at a loss, emissions are capped and budgeted, and the year has two seasons with two
    slices each, of which one is dry and one is wet.
    """
    slices = (
        ("early_dry", "first", "1;2;3;4", 120),
        ("early_wet", "first", "5;6", 61),
        ("late_wet", "second", "7;8;9;10", 123),
        ("late_dry", "second", "11;12", 61),
    )

    def change(tables: dict[str, Table]) -> None:
        for name, season, months, days in slices:
            row = {"slice": name, "season": season, "months": months, "share": days / 365.0}
            shipped.add_row(tables, "slices", slice_set="halves", **row)
        share = {"quantity": "share_limit", "value": 0.15, "vat": "excluded", "low": 0.15, "high": 0.15}
        shipped.add_row(tables, "bauxite_values", origin="australia", **share)
        in_xinjiang = [row for row in tables["fleet"] if row["site"].startswith("xinjiang")]
        for row in in_xinjiang[:2]:
            shipped.add_row(tables, "closures", site=row["site"], cell=row["cell"], year=2025)

    limits = {2025: 1.0, 2030: 1.0, 2035: 0.82}

    def override(table: str, where: dict[str, Any], column: str, value: float) -> dict[str, Any]:
        return {"table": table, "where": where, "column": column, "set": value}

    return shipped.solve(
        change,
        slices="halves",
        demand="high",
        overrides=[
            override("parameters", {"parameter": "national_build_rate_mt_per_a"}, "value", 0.02),
            override("parameters", {"parameter": "regional_build_rate_mt_per_a"}, "value", 0.012),
            override("export_steps", {}, "price_cny_per_t", 20_000.0),
            override("cell_values", {"quantity": "swing_share"}, "value", 0.05),
        ],
        policies={
            "capacity_cap": {"cap_mt_per_a": {2025: 45, 2030: 45, 2035: 42}},
            "capacity_replacement": {"ratio": 1.25, "no_reuse": ["xinjiang", "shanxi"]},
            "emission_cap": {
                "boundary": "smelter_scope_1_2",
                "limit_mt": {y: share * free_emissions[y] for y, share in limits.items()},
                "budget_mt": 0.91 * sum(5.0 * amount for amount in free_emissions.values()),
            },
        },
    )


#: Rules on capacity and energy that all hold something back at once, on the baseline with high demand.
CAPACITY_RULES = {
    "capacity_cap": {"cap_mt_per_a": 45},
    "capacity_replacement": {
        "ratio": 1.0,
        "ceilings_mt_per_a": {"inner_mongolia_west": 3.3},
        "quota_life_a": 2,
        "no_inflow": ["henan"],
    },
    "capacity_ceiling": {"ceilings_mt_per_a": {"shandong": {2030: 6.0}}},
    "energy_budget": {"budgets_twh": {"yunnan": {2030: 70.0}}, "renewables": "counted"},
    "energy_benchmark": {
        "benchmark_kwh_per_t": 13_000,
        "least_share": {2025: 0.35},
        "baseline_kwh_per_t": 13_350,
        "most_worse_share": {2025: 0.1, 2030: 0.0},
        "new_limit_kwh_per_t": {2035: 12_650},
    },
    "moratorium": {
        "bans": {"ningxia": {"from": 2030, "to": 2030}, "shanxi": {"from": 2030, "to": 2030}},
        "rebuilds": "barred",
    },
    "emission_cap": {
        "boundary": "smelter_scope_1_2",
        "regional_limits_mt": {"xinjiang": {2025: 70, 2030: 60}},
    },
    "capex_subsidy": {"grants": {"retrofits": {"kinds": ["retrofit"], "share": 0.3}}},
}


@pytest.fixture(scope="session")
def pressed_worlds(shipped: Shipped, pressed: Solution) -> list[Solution]:
    """The pressed world, and others in which further instruments hold something back."""
    return [pressed, *(shipped.solve(demand="high", policies=rules) for rules in (CAPACITY_RULES,))]
