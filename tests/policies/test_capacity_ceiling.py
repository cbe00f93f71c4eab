"""Ceilings on capacity: who makes way, what one more t/a is worth, and what the ceiling leaves alone.

North makes 0.6 Mt at 3,900 CNY/t and south the other 0.2 of 0.8 at 5,200. One year, worth 0.8.
"""

import pytest
from worlds import World, near, plain_world, price

import alopt

FREE = 0.6 * 3900.0 + 0.2 * 5200.0


def ceiling_world(ceilings=None, **fields) -> World:
    world = plain_world()
    if ceilings is not None:
        world.scenario(policies={"capacity_ceiling": {"ceilings_mt_per_a": ceilings, **fields}})
    return world


@pytest.mark.parametrize("ceilings", [{"north": 0.6}, 1.2, {"nation": {2025: 1.2}}, {"each": 0.6}])
def test_a_ceiling_that_is_no_limit_changes_nothing(tmp_path, ceilings):
    assert ceiling_world(ceilings).solve(tmp_path).objective == near(0.8 * FREE)


def test_a_ceiling_moves_output_to_the_next(tmp_path):
    """North under 0.5: 0.1 Mt is made in the south for 1,300 CNY/t more, which is the dual."""
    solution = ceiling_world({"north": 0.5}).solve(tmp_path)
    assert solution.values("capacity")["north_smelter", "pot", 2025] == near(0.5)
    assert solution.objective == near(0.8 * (FREE + 0.1 * 1300.0))
    assert price(solution, "capacity_ceiling", "north", 2025) == near(-1300.0)


def test_a_group_shares_its_ceiling(tmp_path):
    """Both under 0.7: south closes 0.5, and 0.1 Mt goes unserved at 30,000; one more t/a saves 24,800."""
    world = ceiling_world({"both": 0.7}, groups={"both": ["north", "south"]})
    solution = world.solve(tmp_path)
    assert solution.objective == near(0.8 * (0.6 * 3900.0 + 0.1 * 5200.0 + 0.1 * 30000.0))
    assert price(solution, "capacity_ceiling", "both", 2025) == near(-24800.0)


def test_a_price_equal_to_the_dual_does_what_the_ceiling_does(tmp_path):
    """1,300 CNY a year on each t/a in the north: the priced optimum is the capped one and 1,300 x 0.5."""
    model = alopt.build(ceiling_world().data(tmp_path))
    model.total_cost.expr += 0.8 * 1300.0 * model.capacity["north_smelter", "pot", 2025]
    assert alopt.solve(model).objective == near(0.8 * (FREE + 0.1 * 1300.0 + 1300.0 * 0.5))


def test_tighter_is_never_cheaper(tmp_path):
    costs = [
        ceiling_world({"north": ceiling}).solve(tmp_path / str(ceiling)).objective
        for ceiling in (0.7, 0.6, 0.4, 0.1, 0.0)
    ]
    assert costs == sorted(costs)
    assert costs[0] == near(costs[1])


def test_a_ceiling_starts_in_its_first_year(tmp_path):
    """From 2026 on: north stands whole in 2025."""
    world = ceiling_world({"north": {2026: 0.5}})
    world.scenario(years=[2025, 2026])
    capacity = world.solve(tmp_path).values("capacity")
    assert capacity["north_smelter", "pot", 2025] == near(0.6)
    assert capacity["north_smelter", "pot", 2026] == near(0.5)


def test_quota_of_what_closes_stays_banked(tmp_path):
    """A ceiling on capacity is none on quota: north keeps its 0.6 of quota and uses 0.5."""
    world = ceiling_world()
    world.quota(north=0.6, south=0.6)
    ceiling = {"ceilings_mt_per_a": {"north": 0.5}}
    # A fee keeps quota at home.
    world.parameters(quota_transfer_cost_cny_per_t_a=1)
    world.scenario(policies={"capacity_cap": {"cap_mt_per_a": 1.2}, "capacity_ceiling": ceiling})
    solution = world.solve(tmp_path)
    assert solution.values("quota_stock")["north", 2025] == near(0.6)
    assert price(solution, "quota_use", "north", 2025) == near(0.0)


def test_a_ceiling_below_what_a_decided_move_brings_is_explained(tmp_path):
    """0.6 Mt/a moves to the north by decision, under a ceiling of nothing there."""
    world = ceiling_world({"north": 0.0})
    world.newcomer("new_north", "north")
    world.power("north", 300, kind="newcomer")
    world.add(
        "moves", year=2025, from_site="south_smelter", from_cell="pot", to_site="new_north", to_cell="pot",
        capacity_mt_per_a=0.6,
    )  # fmt: skip
    data = world.data(tmp_path)
    settings = data.policies["capacity_ceiling"]
    assert settings.ceilings.values == {"north": {2025: 0.0}}
    solution = alopt.solve(alopt.build(data))
    assert solution.values("retired_capacity")["new_north", "pot", 2025] == near(0.6)
