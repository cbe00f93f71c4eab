"""Limits reached: the best bound known is a bound, and the message says what to do."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import plain_world

import alopt
from alopt.errors import SolveError
from alopt.solve import Solver, compile_program
from alopt.solve.highs import lower_bound


@pytest.fixture
def model(tmp_path):
    return alopt.build(plain_world().data(tmp_path))


def test_the_bound_of_optimal_duals_is_the_optimum(model):
    solution = alopt.solve(model)
    assert lower_bound(solution.program, solution.optimum.duals) == pytest.approx(solution.objective)


def test_no_duals_bound_the_cost_from_above(model):
    """Whatever the duals, right or wrong, the bound is never above the optimum; no cost is negative here."""
    solution = alopt.solve(model)
    assert lower_bound(solution.program, np.zeros(len(solution.program.rows))) == 0.0
    for part in (0.0, 0.5, 1.0, 2.0, -1.0):
        assert lower_bound(solution.program, part * solution.optimum.duals) <= solution.objective + 1e-6


def test_the_message_says_how_far_it_came(model):
    solver = Solver(compile_program(model), {"simplex_iteration_limit": 1})
    with pytest.raises(SolveError) as caught:
        solver.solve()
    text = str(caught.value)
    assert "Iteration limit" in text
    assert "1 iterations" in text
    assert "bound" in text
    assert "--time-limit" in text
    assert "--resolution province" in text
