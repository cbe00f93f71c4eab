"""A tighter cap is never cheaper; one more option is never dearer; an added constraint holds."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import pairwise

import pyomo.environ as pyo
import pytest

from alopt.data.tables import Table
from alopt.model import build
from alopt.results.build import build_tables
from alopt.results.flows import site_production
from alopt.solve import Solution, solve

#: Two optima differ by no more than this, relative, where they should be the same.
SAME = 1e-9


def test_a_tighter_cap_is_never_cheaper(capped):
    """45, 43 and 40 Mt/a: 45 leaves room, 40 does not."""
    costs = [capped(cap).objective for cap in (45.0, 43.0, 40.0)]
    for looser, tighter in pairwise(costs):
        assert tighter >= looser * (1.0 - SAME)
    assert costs[-1] > costs[0] * (1.0 + 1e-6)


@pytest.mark.parametrize("field", ["limit_mt", "budget_mt"])
def test_a_tighter_emission_limit_is_never_cheaper(field: str, shipped, free_emissions: dict[int, float]):
    """The limits are shares of what the baseline emits: 98, 95 and 85 %."""
    free = {y: free_emissions[y] for y in (2025, 2030)}
    total = sum(5.0 * amount for amount in free.values())
    costs = []
    for share in (0.98, 0.95, 0.85):
        limit = {y: share * amount for y, amount in free.items()} if field == "limit_mt" else share * total
        policy = {field: limit, "boundary": "smelter_scope_1_2"}
        costs.append(shipped.objective(years=[*free], **{"policies.emission_cap": policy}))
    for looser, tighter in pairwise(costs):
        assert tighter > looser


def without_new_cell(tables: dict[str, Table]) -> None:
    """Cells of the 500 kA class can no longer be built new."""
    changed = 0
    for row in tables["cells"]:
        if row["new_build"] and row["class"] == "sy500":
            row["new_build"] = False
            changed += 1
    assert changed


def without_step(tables: dict[str, Table]) -> None:
    """The full package can no longer be fitted to 400 kA cells, whatever they have."""
    table = tables["retrofits"]
    gone = [i for i, row in enumerate(table.rows) if row["to_cell"] == "sy400_package"]
    assert gone
    for i in reversed(gone):
        del table.rows[i], table.lines[i]


def without_source(tables: dict[str, Table]) -> None:
    """Yunnan's newcomers lose the hydropower that they share with its smelters."""
    for row in tables["power_sources"]:
        if (row["region"], row["source_name"]) == ("yunnan", "hydro"):
            assert row["site_kind"] == "any"
            row["site_kind"] = "existing"
    for name in ("power_prices", "power_volumes"):
        for row in tables[name]:
            if (row["region"], row["source_name"]) == ("yunnan", "hydro"):
                row["site_kind"] = "existing"


def without_grid(tables: dict[str, Table]) -> None:
    """Yunnan's smelters lose the grid besides their hydropower."""
    for name in ("power_sources", "power_prices", "power_volumes"):
        table = tables[name]
        place = ("yunnan", "grid", "existing")
        gone = [
            i
            for i, row in enumerate(table.rows)
            if (row["region"], row["source_name"], row["site_kind"]) == place
        ]
        assert gone
        for i in reversed(gone):
            del table.rows[i], table.lines[i]


def without_refinery(tables: dict[str, Table]) -> None:
    """The Guangxi refineries close."""
    for name in ("refineries", "refinery_values", "ore_yields", "co_located"):
        table = tables[name]
        kept = [i for i, row in enumerate(table.rows) if row["refinery"] != "refinery_guangxi"]
        assert len(kept) < len(table.rows) or name == "co_located"
        table.rows = [table.rows[i] for i in kept]
        table.lines = [table.lines[i] for i in kept]


OPTIONS = {
    "a cell to build": without_new_cell,
    "a retrofit": without_step,
    "a source of power for newcomers": without_source,
    "a source of power": without_grid,
    "a refinery": without_refinery,
}


@pytest.fixture(scope="module")
def cost_without(shipped) -> Callable[[str], float]:
    """Cost of the optimum without an option, solved once for each."""

    @cache
    def cost(option: str) -> float:
        return shipped.objective(OPTIONS[option])

    return cost


@pytest.mark.parametrize("option", sorted(OPTIONS))
def test_one_more_option_is_never_dearer(option: str, cost_without, baseline: Solution):
    """The shipped inputs hold one option more than the same inputs without it."""
    assert baseline.objective <= cost_without(option) * (1.0 + SAME)


@pytest.mark.parametrize("option", ["a retrofit", "a source of power", "a refinery"])
def test_an_option_that_the_plan_takes_is_worth_something(option: str, cost_without, baseline: Solution):
    """Else the test above would pass with options that go nowhere."""
    assert cost_without(option) > baseline.objective * (1.0 + SAME)


def made_in(solution: Solution, region: str, year: int) -> float:
    sites = solution.data.fleet.sites_in(region)
    return sum(made for (i, _, y, _), made in site_production(solution).items() if i in sites and y == year)


def test_a_constraint_that_a_user_adds_is_respected_and_priced(shipped, baseline: Solution):
    """Shanxi is told to make 0.1 Mt less in 2035 than it would: it does, and its dual bounds the cost."""
    region, year = "shanxi", 2035
    limit = made_in(baseline, region, year) - 0.1
    data = shipped.data()
    model = build(data)
    sites = data.fleet.sites_in(region)
    model.shanxi_limit = pyo.Constraint(
        expr=sum(model.production[i, k, y, h] for i, k, y, h in model.production if i in sites and y == year)
        <= limit
    )
    solution = solve(model)
    assert made_in(solution, region, year) == pytest.approx(limit, abs=1e-9)
    slope = solution.duals("shanxi_limit")[None]
    rise = solution.objective - baseline.objective
    assert slope < 0.0
    assert 0.0 < rise <= -slope * 0.1 * (1.0 + SAME)
    rows = [
        row
        for row in build_tables(solution)["shadow_prices"].records()
        if row["constraint"] == "shanxi_limit"
    ]
    assert [row["sense"] for row in rows] == ["<="]
    assert rows[0]["present_value"] == slope
