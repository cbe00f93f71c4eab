"""An uneconomic smelter closes where that is cheaper than the fixed costs it avoids.

North runs at 3,900 CNY/t and carries overhead of 300 CNY/t·a; imports at 4,000 are marginal. It
earns 100 and costs 300, so it loses 200 CNY/t·a, over a horizon of four years worth
1 + 0.8 + 0.64 + 0.512 = 2.952 in 2025's money: 590.4 CNY per t/a, against the cost of closing.
"""

import pytest
from worlds import World, near, plain_world, price


def losing_world(closure_cost: float) -> World:
    world = plain_world()
    world.remove("fleet", site="south_smelter")
    world.step("import_steps", "parity", 4000, 10)
    world.parameters(overhead_cny_per_t_a=300, closure_cost_cny_per_t_a=closure_cost)
    world.scenario(last_period_years=4)
    return world


@pytest.mark.parametrize(("closure_cost", "closed"), [(590.0, 0.6), (591.0, 0.0)])
def test_closes_where_the_loss_outweighs_the_closure_cost(tmp_path, closure_cost, closed):
    """At 590 all of it closes, at 591 none.

    - cost     closed: imports 0.8 x 4,000 for four years, and 0.6 x 590 once;
               open: 0.6 x (3,900 + 300) + 0.2 x 4,000 for four years
    - dual     one more t/a standing costs the lesser of closing it and the loss, 590.4
    """
    solution = losing_world(closure_cost).solve(tmp_path)
    assert solution.values("retired_capacity") == {("north_smelter", "pot", 2025): near(closed)}
    yearly = 0.8 * 4000.0 if closed else 0.6 * 4200.0 + 0.2 * 4000.0
    assert solution.objective == near(0.8 * (2.952 * yearly + closed * closure_cost))
    standing = price(solution, "capacity_balance", "north_smelter", "pot", 2025)
    assert standing == near(min(closure_cost, 590.4))
    assert price(solution, "ingot_market", "south_ingot", 2025) == near(4000.0)
    assert price(solution, "running_limit", "north_smelter", "pot", 2025, "year") == near(-100.0)


def test_closure_by_decree(tmp_path):
    """North at 200 CNY/MWh earns 4,000 - 2,600 = 1,400 CNY/t·a, and must be gone by 2025.

    - cost     0.8 x 4,000 imported for four years, and 0.6 x 50 for closing once
    - dual     one more t/a kept open would earn 1,400 a year for four years and save 50 once:
               1,400 + 50 / 2.952 a year
    """
    world = losing_world(50.0)
    world.parameters(overhead_cny_per_t_a=0)
    world.power("north", 200)
    world.add("closures", site="north_smelter", cell="pot", year=2025)
    solution = world.solve(tmp_path)
    assert solution.values("capacity") == {("north_smelter", "pot", 2025): near(0.0)}
    assert solution.objective == near(0.8 * (2.952 * 3200.0 + 0.6 * 50.0))
    assert price(solution, "closure_date", "north_smelter", "pot", 2025) == near(-(1400.0 + 50.0 / 2.952))


@pytest.mark.parametrize("kind", ["relining", "rebuild"])
def test_relining_does_not_escape_a_decree_but_a_rebuild_does(tmp_path, kind):
    """North earns 1,400 CNY/t·a and must be gone by 2026; one step leads to a state that earns as much.

    A relined line is the same line and closes. A rebuilt one (1 CNY per t/a, one year's life) stays.
    """
    world = losing_world(0.0)
    world.parameters(overhead_cny_per_t_a=0, cell_life_a=1)
    world.power("north", 200)
    world.measure("works", durable_capex_cny_per_t_a=1.0, durable_life_a=1.0)
    if kind == "relining":
        world.state("later", "pot")
    else:
        world.pot("later", maintenance_cny_per_t_a=0.0)
    world.retrofit("pot", "later", "works", kind=kind)
    world.add("closures", site="north_smelter", cell="pot", year=2026)
    world.scenario(years=[2025, 2026])
    solution = world.solve(tmp_path)
    standing = solution.values("capacity")
    assert standing["north_smelter", "pot", 2026] == near(0.0)
    assert standing["north_smelter", "later", 2026] == near(0.0 if kind == "relining" else 0.6)


def test_a_plant_that_has_moved_away_is_not_closed_twice(tmp_path):
    """Two plants of 0.6 and 0.4 share a region and a state; the first moves 0.6 in 2025 and is closed then.

    At province resolution the 0.4 of the other stays.
    """
    world = plain_world()
    world.smelter("other_north", "north", 0.4)
    world.add(
        "moves", year=2025, from_site="north_smelter", from_cell="pot", to_site="south_smelter",
        to_cell="pot", capacity_mt_per_a=0.6,
    )  # fmt: skip
    world.add("closures", site="north_smelter", cell="pot", year=2025)
    world.scenario(resolution="province")
    solution = world.solve(tmp_path)
    assert solution.values("capacity")["north", "pot", 2025] == near(0.4)
