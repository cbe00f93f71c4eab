"""The small case by alopt and by a linear program written anew: the same cost and the same prices.

`by_hand.py` states the formulas a second time, for scipy, and imports nothing of alopt. The case
is also turned: a dry season that stops pots, exports that pay, demand that goes unserved, pots that
idle and come back, quota that moves at a loss, dear carbon without imports.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from alopt.data import load
from alopt.model import build
from alopt.results.build import build_tables, report_on
from alopt.solve import Solution, solve

from . import by_hand, small_case, small_inputs

#: Relative agreement of costs and of duals.
SAME = 1e-8

#: Numbers of the case that each turn changes.
TURNS: dict[str, dict[str, Any]] = {
    "as given": {},
    "a dry season": {
        "RESTART": 97.0,
        "POWER": small_case.POWER
        | {
            "grid_south": ({"wet": 389.0, "dry": 1031.0}, None, 0.23, ("old_south",)),
            "hydro": (
                {"wet": 251.0, "dry": 311.0},
                {"wet": 3.7, "dry": 0.9},
                0.0,
                ("old_south", "new_south"),
            ),
        },
        "DEMAND_STEPS": {"must": (0.7, 30000.0), "soft": (0.3, 15100.0)},
    },
    "exports": {
        "EXPORT_STEPS": {"abroad": (0.15, 17300.0)},
        "DEMAND": {2025: 0.97, 2030: 1.03},
    },
    "short of metal": {"DEMAND": {2025: 1.53, 2030: 1.79}, "CAP": {2025: 1.17, 2030: 1.01}},
    "idle pots come back": {
        "DEMAND": {2025: 0.83, 2030: 1.29},
        "DEMAND_STEPS": {"must": (0.97, 30000.0), "soft": (0.03, 15100.0)},
        "IMPORT_STEPS": {"contract": (0.01, 14100.0), "parity": (0.02, 16900.0)},
    },
    "quota moves at a loss": {
        "QUOTA": {"north": 0.64, "south": 0.53},
        "CAP": {2025: 1.3, 2030: 1.3},
    },
    "no imports, dear carbon": {
        "IMPORT_STEPS": {"contract": (0.0, 14100.0), "parity": (0.001, 16900.0)},
        "CARBON_PRICE": 311.0,
    },
}


@pytest.fixture(scope="module", params=sorted(TURNS))
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    """Optimum of alopt; cost, decisions and duals by hand."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in TURNS[request.param].items():
            patch.setattr(small_case, name, value)
        folder = small_inputs.inputs(tmp_path_factory.mktemp("case"))
        solution = solve(build(load(folder, "baseline")))
        return request.param, solution, by_hand.small_program().solve()


def test_the_cost_is_the_same(both):
    _, solution, (cost, _, _) = both
    assert solution.objective == pytest.approx(cost, rel=SAME)


def test_the_checks_of_the_run_hold(both):
    _, solution, _ = both
    assert all(check["ok"] for check in report_on(solution, build_tables(solution))["checks"])


def test_each_turn_shows_what_it_is_for(both):
    """Else two programs could agree on a case that asks nothing."""
    turn, _, (_, values, duals) = both

    def total(name: str) -> float:
        return sum(value for key, value in values.items() if key[0] == name)

    assert total("retrofitted") > 0.1
    if turn == "as given":
        assert total("new") > 0.0
        assert total("transfer") > 0.0
        assert total("surrendered") > 0.0
        assert total("conveyed") > 0.0
        assert duals["national_cap", 2030] < 0.0
    elif turn == "a dry season":
        assert total("restarted") > 0.01
    elif turn == "exports":
        assert total("exports") > 0.01
    elif turn == "idle pots come back":
        assert total("reopened") > 0.01
    elif turn == "quota moves at a loss":
        assert total("transfer") > 0.001
        assert total("surrendered") == 0.0
    elif turn == "short of metal":
        assert total("unserved") > 0.01
    else:
        assert total("unserved") + total("transfer") > 0.0


#: Row by hand → constraint and index of alopt.
def paired(solution: Solution) -> dict[tuple, tuple[str, Any]]:
    pairs: dict[tuple, tuple[str, Any]] = {}
    for y in small_case.YEARS:
        pairs["market", "river", y] = ("liquid_market", ("river", y))
        pairs["market", "harbour", y] = ("ingot_market", ("harbour", y))
        pairs["potlining", y] = ("potlining_balance", y)
        pairs["regional_rate", y] = ("regional_build_rate", ("south", y))
        for r in small_case.QUOTA:
            pairs["quota_use", r, y] = ("quota_use", (r, y))
            pairs["metal_supply", r, y] = ("metal_supply", (r, y))
        for b in small_case.ORE:
            pairs["ore_limit", b, y] = ("ore_limit", (b, y))
        for i in small_case.SITES:
            pairs["alumina_balance", i, y] = ("alumina_balance", (i, y))
        for step in small_case.IMPORT_STEPS:
            pairs["import_step", step, y] = ("import_step", (step, y))
        for q in small_case.SEASONS:
            pairs["supply_limit", "hydro", y, q] = ("supply_limit", ("south|hydro|any", y, q))
            for i in ("old_south", "new_south"):
                pairs["power_balance", i, y, q] = ("power_balance", (i, y, q))
        for i in by_hand.OLD:
            pairs["relining_limit", i, y] = ("relining_limit", (i, "pot", y))
    if "national_cap" in solution.row_places:
        pairs |= {("national_cap", y): ("national_cap", y) for y in solution.row_places["national_cap"]}
    return pairs


def test_prices_are_the_same(both):
    """Of metal, alumina, ore, power, quota, relining, building and potlining, at present value."""
    _, solution, (_, _, duals) = both
    pairs = paired(solution)
    assert len(pairs) > 40
    for row, (name, index) in pairs.items():
        assert solution.duals(name)[index] == pytest.approx(duals[row], rel=SAME, abs=1e-6), row


def test_the_flows_name_markets_by_their_keys(both):
    """The case's markets are called river and harbour, whatever their regions are called."""
    _, solution, _ = both
    metal = {
        row["destination"]
        for row in build_tables(solution)["flows"].records()
        if row["material"] in {"liquid_metal", "ingot", "imported_metal", "remelted_metal"}
    }
    assert metal <= {"river", "harbour"}


def test_the_second_statement_needs_nothing_of_alopt():
    """In a process that imports it, no module of alopt is loaded."""
    tests = Path(by_hand.__file__).parents[1]
    code = "import sys, independent.by_hand; sys.exit(any(m.split('.')[0] == 'alopt' for m in sys.modules))"
    subprocess.run([sys.executable, "-c", code], cwd=tests, check=True)
