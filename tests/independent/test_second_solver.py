"""The Pyomo model is the single source of truth: another solver reads it and finds the same cost.

The solver is COIN-OR's CBC, which comes as a binary within the package PuLP.
"""

from __future__ import annotations

from pathlib import Path

import pyomo.environ as pyo
import pytest
from pulp.apis import PULP_CBC_CMD

from alopt.data import ModelData, default_inputs, load
from alopt.init import init
from alopt.model import build
from alopt.solve import solve

CASES = {
    "shipped": (None, {"years": [2025, 2030]}),
    "capped": (
        None,
        {
            "years": [2025, 2030],
            "policies.capacity_cap.cap_mt_per_a": 42,
            "policies.emission_cap": {"limit_mt": 400, "boundary": "smelter_scope_1_2"},
        },
    ),
    "minimal": ("minimal", {}),
}


def data(case: str, folder: Path) -> ModelData:
    name, settings = CASES[case]
    inputs = default_inputs() if name is None else init(folder / name, minimal=True)
    return load(inputs, "baseline", settings=settings)


@pytest.mark.parametrize("case", sorted(CASES))
def test_another_solver_finds_the_same_cost(case: str, tmp_path: Path):
    model = build(data(case, tmp_path))
    expected = solve(model).objective
    other = pyo.SolverFactory("cbc", executable=PULP_CBC_CMD.pulp_cbc_path)
    answer = other.solve(model)
    assert answer.solver.termination_condition == pyo.TerminationCondition.optimal
    assert pyo.value(model.total_cost) == pytest.approx(expected, rel=1e-6)
