"""Solving a compiled program again with other costs, limits and constants, from the last basis."""

from dataclasses import replace

import pytest
from worlds import near, plain_world

import alopt
from alopt.errors import InfeasibleError, SolveError
from alopt.solve.again import Again, blended, row_weights, with_limit
from alopt.solve.compile import compile_program


@pytest.fixture
def again(tmp_path) -> Again:
    """0.6 Mt at 3,900 and 0.2 at 5,200 CNY/t, worth 0.8: 0.8 x 3,380 M CNY."""
    return Again(alopt.build(plain_world().data(tmp_path)))


def test_costs_limits_and_constants_change_and_come_back(again):
    first = again.solve()
    assert first.objective == near(0.8 * 3380.0)
    program = again.program
    dearer = replace(program, cost=2.0 * program.cost, offset=program.offset + 7.0)
    assert again.solve(dearer).objective == near(2 * 0.8 * 3380.0 + 7.0)
    assert again.solve_cold(dearer).objective == near(2 * 0.8 * 3380.0 + 7.0)
    assert again.solve().objective == near(first.objective)
    assert len(again.seconds) == 3
    assert all(seconds >= 0.0 for seconds in again.seconds)


def test_a_bound_and_a_limit(again):
    """North's capacity bounded at 0.5, or its row: the south makes 0.3."""
    program = again.program
    place = program.columns.index(("capacity", ("north_smelter", "pot", 2025)))
    upper = program.column_upper.copy()
    upper[place] = 0.5
    bounded = again.solve(replace(program, column_upper=upper))
    assert bounded.objective == near(0.8 * (0.5 * 3900.0 + 0.3 * 5200.0))
    row = next(r for r, sense in enumerate(program.senses) if sense < 0)
    limited = with_limit(program, row, 12.5)
    assert (limited.row_upper[row], program.row_upper[row]) != (12.5, 12.5)
    assert limited.row_upper[row] == 12.5
    weights = row_weights(program, row)
    assert sorted(weights[weights != 0.0]) == sorted(
        program.entries[program.starts[row] : program.starts[row + 1]]
    )


def test_no_plan_and_then_one_again(again):
    """A demand that must be met and cannot be: the next solve goes on all the same."""
    program = again.program
    lower = program.column_lower.copy()
    lower[program.columns.index(("capacity", ("north_smelter", "pot", 2025)))] = 5.0
    with pytest.raises(InfeasibleError):
        again.solve(replace(program, column_lower=lower, column_upper=program.column_upper.clip(min=5.0)))
    assert again.solve().objective == near(0.8 * 3380.0)


def test_another_matrix_is_refused(again, tmp_path):
    world = plain_world()
    world.parameters(availability=0.9)
    other = compile_program(alopt.build(world.data(tmp_path / "other")))
    with pytest.raises(
        SolveError, match="The change alters the matrix of the program; build and solve it anew"
    ):
        again.solve(other)
    with pytest.raises(SolveError, match="alters the matrix"):
        blended(again.program, [(1.0, other)])


def test_a_blend_lies_on_the_way(again, tmp_path):
    """Demand 0.9 is the way's end; at a quarter of it 0.825 Mt are made, and beyond it, twice, 1.0."""
    world = plain_world()
    world.demand(0.9)
    other = compile_program(alopt.build(world.data(tmp_path / "other")))
    for share, demand in ((0.0, 0.8), (0.25, 0.825), (1.0, 0.9), (2.0, 1.0)):
        found = again.solve(blended(again.program, [(share, other)]))
        assert found.objective == near(0.8 * (0.6 * 3900.0 + (demand - 0.6) * 5200.0))
