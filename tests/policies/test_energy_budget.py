"""Energy budgets: output gives way, the dual is a price of power on top, renewable power may be free.

North makes 0.6 Mt at 3,900 CNY/t with 7.8 TWh, south 0.2 at 5,200 with 2.6. One year, worth 0.8.
"""

import pytest
from worlds import World, near, plain_world, price

FREE = 0.6 * 3900.0 + 0.2 * 5200.0


def budget_world(budgets=None, renewables: str = "counted", **fields) -> World:
    world = plain_world()
    if budgets is not None:
        policy = {"budgets_twh": budgets, "renewables": renewables, **fields}
        world.scenario(policies={"energy_budget": policy})
    return world


@pytest.mark.parametrize("budgets", [{"north": 7.8}, 10.4, {"nation": {2025: 10.4}}])
def test_a_budget_that_is_no_limit_changes_nothing(tmp_path, budgets):
    assert budget_world(budgets).solve(tmp_path).objective == near(0.8 * FREE)


def test_output_moves_where_there_is_power_to_use(tmp_path):
    """6.5 TWh in the north make 0.5 Mt; one more MWh would save 1,300 / 13 = 100 CNY."""
    solution = budget_world({"north": 6.5}).solve(tmp_path)
    assert solution.objective == near(0.8 * (FREE + 0.1 * 1300.0))
    assert price(solution, "energy_budget", "north", 2025) == near(-100.0)
    assert price(solution, "power_balance", "north_smelter", 2025, "year") == near(400.0)


def test_a_price_on_power_equal_to_the_dual_does_what_the_budget_does(tmp_path):
    """100 CNY/MWh more in the north: the capped optimum and 100 x 6.5 TWh."""
    world = budget_world()
    world.power("north", 400)
    assert world.solve(tmp_path).objective == near(0.8 * (FREE + 0.1 * 1300.0 + 100.0 * 6.5))


def test_better_cells_make_more_of_a_budget(tmp_path):
    """A budget for the nation of 10.27 TWh: 0.79 Mt and the rest unserved; one more MWh is 1/13 t."""
    solution = budget_world(10.27).solve(tmp_path)
    assert solution.objective == near(0.8 * (0.6 * 3900.0 + 0.19 * 5200.0 + 0.01 * 30000.0))
    assert price(solution, "energy_budget", "nation", 2025) == near(-(30000.0 - 5200.0) / 13.0)


@pytest.mark.parametrize(("renewables", "north"), [("counted", 0.5), ("free", 0.6)])
def test_renewable_power_is_free_where_the_policy_says_so(tmp_path, renewables, north):
    """North buys power without emissions: it is renewable, and outside the budget of 6.5 if that is free."""
    world = budget_world({"north": 6.5}, renewables)
    world.power("north", 300, factor="zero")
    made = world.solve(tmp_path).values("running")
    assert made["north_smelter", "pot", 2025, "year"] == near(north)


def test_tighter_is_never_cheaper(tmp_path):
    costs = [
        budget_world({"north": budget}).solve(tmp_path / str(budget)).objective
        for budget in (9.0, 7.8, 5.0, 1.0, 0.0)
    ]
    assert costs == sorted(costs)
