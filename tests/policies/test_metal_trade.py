"""Volumes of metal at the border: contracts that must be met, bans, self-sufficiency.

As for duties: north makes 0.6 Mt at 3,900 CNY/t, south up to 0.6 at 5,200, demand is 0.8 Mt; one
year, worth 0.8. Metal lands at 5,000 (0.1 Mt) and 6,000, and is wanted abroad at 5,100 (0.5 Mt).
Without the policy 0.6 x 3,900 + 0.1 x 5,000 + 0.1 x 5,200 = 3,360 M CNY a year and nothing leaves.
"""

from itertools import pairwise

import pytest
from worlds import World, near, plain_world, price

import alopt

FREE = 3360.0


def trade_world(**fields) -> World:
    world = plain_world()
    world.step("import_steps", "contract", 5000, 0.1)
    world.step("import_steps", "parity", 6000, 10)
    world.step("export_steps", "abroad", 5100, 0.5)
    if fields:
        world.scenario(policies={"metal_trade": fields})
    return world


@pytest.mark.parametrize(
    "fields",
    [{"export_floor_mt_per_a": 0}, {"export_limit_mt_per_a": {2025: 0}}, {"import_limit_mt_per_a": 0.1}],
)
def test_a_slack_limit_changes_nothing(tmp_path, fields):
    assert trade_world(**fields).solve(tmp_path).objective == near(0.8 * FREE)


def test_contracts_are_met_at_the_cost_of_the_last_plant(tmp_path):
    """0.4 Mt leaves: south makes 0.5, the loss is 5,200 - 5,100 = 100 CNY/t.

    - cost     3,360 + 0.4 x 5,200 - 0.4 x 5,100 = 3,400; dual +100; metal still 5,200
    """
    solution = trade_world(export_floor_mt_per_a=0.4).solve(tmp_path)
    assert solution.objective == near(0.8 * 3400.0)
    assert price(solution, "metal_export_floor", 2025) == near(100.0)
    assert price(solution, "ingot_market", "south_ingot", 2025) == near(5200.0)


def test_contracts_that_fill_the_smelters_leave_imports_for_home(tmp_path):
    """Without the contract at 5,000: all 1.2 Mt is made, 0.5 leaves, and 0.1 lands at 6,000.

    - cost     2,340 + 0.6 x 5,200 + 0.1 x 6,000 - 0.5 x 5,100 = 2,340 + 3,120 + 600 - 2,550 = 3,510
    - dual     6,000 - 5,100 = 900
    """
    world = trade_world(export_floor_mt_per_a=0.5)
    world.remove("import_steps", step="contract")
    solution = world.solve(tmp_path)
    assert solution.objective == near(0.8 * 3510.0)
    assert price(solution, "metal_export_floor", 2025) == near(900.0)
    assert price(solution, "ingot_market", "south_ingot", 2025) == near(6000.0)


def test_self_sufficiency_costs_what_imports_saved(tmp_path):
    """Nothing lands: 0.1 Mt at 5,200 in place of 5,000, 20 M CNY more; dual -200."""
    results = alopt.run("baseline", inputs=trade_world(import_limit_mt_per_a=0).write(tmp_path))
    assert results.summary["objective_m_cny"] == near(0.8 * (FREE + 20.0))
    assert results.summary["years"]["2025"]["imports_mt"] == near(0.0)
    assert price(results.solution, "metal_import_limit", 2025) == near(-200.0)


def test_an_export_ban_costs_what_exports_earned(tmp_path):
    """Wanted at 5,600, 0.5 Mt left at a gain of 400 CNY/t; under the ban the next tonne gains it."""
    world = trade_world(export_limit_mt_per_a=0)
    world.step("export_steps", "abroad", 5600, 0.5)
    solution = world.solve(tmp_path / "ban")
    assert solution.objective == near(0.8 * FREE)
    assert price(solution, "metal_export_limit", 2025) == near(-400.0)
    world.scenario(policies={})
    assert world.solve(tmp_path / "free").objective == near(0.8 * (FREE - 0.5 * 400.0))


def test_limits_differ_by_year(tmp_path):
    world = trade_world(import_limit_mt_per_a={2025: 0.05, 2027: 0})
    world.scenario(years=[2025, 2026, 2027])
    solution = world.solve(tmp_path)
    for year, limit in ((2025, 0.05), (2026, 0.025), (2027, 0.0)):
        landed = sum(amount for (_, _, y), amount in solution.values("imports").items() if y == year)
        assert landed == near(limit)


@pytest.mark.parametrize(
    ("field", "amounts"),
    [
        ("export_floor_mt_per_a", (0, 0.1, 0.3, 0.5)),
        ("import_limit_mt_per_a", (0.2, 0.1, 0.05, 0)),
        ("export_limit_mt_per_a", (0.5, 0.1, 0)),
    ],
)
def test_a_tighter_limit_is_never_cheaper(tmp_path, field, amounts):
    costs = [trade_world(**{field: amount}).solve(tmp_path / str(amount)).objective for amount in amounts]
    assert all(looser <= tighter + 1e-9 for looser, tighter in pairwise(costs))


def test_a_floor_that_no_smelter_can_meet_is_named(tmp_path):
    """0.5 Mt must leave, the smelters make 0.2 and what lands is not sold again."""
    world = trade_world(export_floor_mt_per_a=0.5)
    world.smelter("north_smelter", "north", 0.1)
    world.smelter("south_smelter", "south", 0.1)
    with pytest.raises(alopt.errors.InfeasibleError, match=r"metal_export_floor\[2025\] ≥ 0.5"):
        world.solve(tmp_path)
