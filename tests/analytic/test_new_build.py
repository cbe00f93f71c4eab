"""A newcomer against imports: built where its running cost and capital charge undercut import parity.

North's old 0.6 Mt/a run at 3,900 CNY/t; demand is 0.8. The newcomer in the south has power at 320
CNY/MWh: 13 x 320 = 4,160 CNY/t. Its capex is 3,000 CNY per t/a. The horizon is the four years
2025 to 2028, worth 0.8 x (1 + 0.8 + 0.64 + 0.512) = 0.8 x 2.952 today.
"""

import pytest
from worlds import World, near, plain_world, price

CAPEX = 3000.0
#: Start-of-year charge over 20 years whose present value is the capex.
CHARGE = CAPEX / sum(0.8**s for s in range(20))


def newcomer_world(parity: float) -> World:
    world = plain_world()
    world.remove("fleet", site="south_smelter")
    world.newcomer("new_south", "south")
    world.power("south", 320, kind="newcomer")
    world.pot("new_pot", new_capex=CAPEX, maintenance_cny_per_t_a=0.0)
    world.step("import_steps", "parity", parity, 10)
    world.scenario(last_period_years=4)
    return world


@pytest.mark.parametrize(("margin", "built"), [(-1.0, 0.0), (1.0, 0.2)])
def test_built_where_full_cost_undercuts_parity(tmp_path, margin, built):
    """Full cost 4,160 + charge; the charge runs past the horizon's end, where nobody counts it.

    - price    full cost where the newcomer is built, import parity where it is not
    - cost     0.6 x 3,900 + 0.2 x the lower of the two, M CNY a year
    """
    full_cost = 4160.0 + CHARGE
    solution = newcomer_world(full_cost + margin).solve(tmp_path)
    marginal = full_cost + min(margin, 0.0)
    assert solution.values("new_capacity") == {("new_south", "new_pot", 2025): near(built)}
    assert sum(solution.values("imports").values()) == near(0.2 - built)
    assert price(solution, "ingot_market", "south_ingot", 2025) == near(marginal)
    assert solution.objective == near(0.8 * 2.952 * (0.6 * 3900.0 + 0.2 * marginal))


def test_life_that_ends_within_the_horizon_is_charged_whole(tmp_path):
    """A life of two years: both charges fall within the horizon, whose four years share the capex.

    - charges  3,000 / 1.8 in 2025 and 2026: 3,000 in 2025's money
    - price    4,160 + 3,000 / 2.952, the long-run marginal cost
    """
    world = newcomer_world(9000.0)
    world.parameters(new_build_life_a=2)
    solution = world.solve(tmp_path)
    assert price(solution, "ingot_market", "south_ingot", 2025) == near(4160.0 + CAPEX / 2.952)
    assert solution.values("new_capacity") == {("new_south", "new_pot", 2025): near(0.2)}


def test_what_faster_building_is_worth(tmp_path):
    """Builders can do 0.05 Mt/a; the other 0.15 of the gap is imported at 9,000, which sets the price.

    - dual     one more t/a built saves 9,000 - 4,160 - charge in each of four years:
               x 2.952 in 2025's money, once
    """
    world = newcomer_world(9000.0)
    world.parameters(regional_build_rate_mt_per_a=0.05)
    solution = world.solve(tmp_path)
    assert solution.values("new_capacity") == {("new_south", "new_pot", 2025): near(0.05)}
    assert price(solution, "ingot_market", "south_ingot", 2025) == near(9000.0)
    assert price(solution, "regional_build_rate", "south", 2025) == near(-2.952 * (9000.0 - 4160.0 - CHARGE))
    assert price(solution, "national_build_rate", 2025) == near(0.0)


def test_building_waits_for_the_year_that_needs_it(tmp_path):
    """Demand rises from 0.6 in 2025 to 0.8 in 2027 (for four years): 0.2 is built in 2027.

    The charge falls in four of its 20 years, 2027 to 2030.

    - cost     1.44 x 0.6 x 3,900 in 2025 and 2026, then 0.512 x 2.952 x (0.6 x 3,900 + 0.2 x full cost)
    """
    world = newcomer_world(9000.0)
    world.scenario(years=[2025, 2027])
    world.demand({2025: 0.6, 2027: 0.8})
    solution = world.solve(tmp_path)
    assert solution.values("new_capacity") == {
        ("new_south", "new_pot", 2025): near(0.0),
        ("new_south", "new_pot", 2027): near(0.2),
    }
    late = 0.512 * 2.952 * (0.6 * 3900.0 + 0.2 * (4160.0 + CHARGE))
    assert solution.objective == near(1.44 * 0.6 * 3900.0 + late)
    assert price(solution, "ingot_market", "south_ingot", 2027) == near(4160.0 + CHARGE)
