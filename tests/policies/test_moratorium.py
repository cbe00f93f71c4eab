"""The moratorium: what a t/a of new line is worth while none may be built.

North's 0.6 Mt/a cost 3,900 CNY/t. A newcomer in the south has power at 300 CNY/MWh and a capex of 500
CNY per t/a over 20 years: 4,001 CNY/t. Demand is 0.8, imports cost 6,000. One year, worth 0.8.
"""

import pytest
from worlds import World, near, plain_world, price

ANNUITY = 500.0 / sum(0.8**s for s in range(20))
FULL_COST = 3900.0 + ANNUITY


def building_world(**fields) -> World:
    world = plain_world()
    world.remove("fleet", site="south_smelter")
    world.step("import_steps", "parity", 6000, 10)
    world.newcomer("new_south", "south")
    world.power("south", 300, kind="newcomer")
    world.pot("new_pot", new_capex=500, maintenance_cny_per_t_a=0.0, cf4_kg_per_t=0.0, c2f6_kg_per_t=0.0)
    if fields:
        world.scenario(policies={"moratorium": {"rebuilds": "allowed", **fields}})
    return world


def ban(area: str, first: int, last: int) -> dict:
    return {"bans": {area: {"from": first, "to": last}}}


@pytest.mark.parametrize("area", ["south", "nation", "each"])
def test_nothing_is_built_under_a_ban(tmp_path, area):
    """0.2 Mt is imported; one t/a of new line would save 6,000 less its full cost."""
    world = building_world()
    assert world.solve(tmp_path / "free").objective == near(0.8 * (0.6 * 3900.0 + 0.2 * FULL_COST))
    bans = {area: {"from": 2024, "to": 2025}}
    if area == "each":
        world.newcomer("new_north", "north")
        world.power("north", 400, kind="newcomer")
    world.scenario(policies={"moratorium": {"bans": bans, "rebuilds": "allowed"}})
    solution = world.solve(tmp_path / "banned")
    assert solution.objective == near(0.8 * (0.6 * 3900.0 + 0.2 * 6000.0))
    place = "nation" if area == "nation" else "south"
    assert price(solution, "moratorium", place, 2025) == near(FULL_COST - 6000.0)


def test_a_ban_ends_with_its_last_year(tmp_path):
    """Banned in 2025, built in 2026."""
    world = building_world(**ban("south", 2025, 2025))
    world.scenario(years=[2025, 2026])
    built = world.solve(tmp_path).values("new_capacity")
    assert built["new_south", "new_pot", 2025] == near(0.0)
    assert built["new_south", "new_pot", 2026] == near(0.2)


def test_a_longer_ban_is_never_cheaper(tmp_path):
    costs = []
    for last in (2025, 2026, 2027):
        world = building_world(**ban("south", 2025, last))
        world.scenario(years=[2025, 2026, 2027])
        costs.append(world.solve(tmp_path / str(last)).objective)
    assert costs == sorted(set(costs))


@pytest.mark.parametrize(("rebuilds", "rebuilt"), [("allowed", 0.6), ("barred", 0.0)])
def test_rebuilds_are_barred_if_it_says_so(tmp_path, rebuilds, rebuilt):
    """North's cells of 14 MWh/t (4,200) become such of 13 (3,900) for 500 over 20 years: 199 cheaper.

    Barred, one t/a rebuilt would save that. The newcomer, at 5,301 here, makes the other 0.2 Mt.
    """
    world = building_world(bans={"north": {"from": 2025, "to": 2025}}, rebuilds=rebuilds)
    world.power("south", 400, kind="newcomer")
    world.pot("old", mwh_per_t=14.0, maintenance_cny_per_t_a=0.0, cf4_kg_per_t=0.0, c2f6_kg_per_t=0.0)
    world.remove("fleet", site="north_smelter")
    world.smelter("north_smelter", "north", 0.6, "old")
    world.measure("lines", durable_capex_cny_per_t_a=500, durable_life_a=20)
    world.retrofit("old", "pot", "lines", kind="rebuild")
    if rebuilds == "allowed":
        world.newcomer("new_north", "north")
        world.power("north", 500, kind="newcomer")
    solution = world.solve(tmp_path)
    assert solution.values("retrofitted_capacity")["north_smelter", "old", "pot", 2025] == near(rebuilt)
    if rebuilds == "barred":
        assert price(solution, "moratorium", "north", 2025) == near(ANNUITY - 300.0)
