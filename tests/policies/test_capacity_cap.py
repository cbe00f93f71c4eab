"""The capacity cap: quota that stands, is used, banked, issued, surrendered, and what it is worth.

North makes metal at 3,900 CNY/t, south at 5,200, 0.6 Mt/a each; 0.8 Mt is wanted and imports cost
6,000. The year 2025 is worth 0.8 today, 2026 0.64. A dual of a `use <= stock` row is what one more
t/a of quota adds to the cost, so it is never above zero; the rent is minus the dual.
"""

import pytest
from worlds import World, near, plain_world, price

import alopt


def capped_world(cap, **registered: float) -> World:
    """Imports at 6,000 CNY/t and a cap; quota as registered, of the fleet if none is named."""
    world = plain_world()
    world.step("import_steps", "parity", 6000, 10)
    world.quota(**(registered or {"north": 0.6, "south": 0.6}))
    if cap is not None:
        world.scenario(policies={"capacity_cap": {"cap_mt_per_a": cap}})
    return world


def build_in(world: World, region: str, power: float, capex: float = 500.0) -> float:
    """Let a newcomer build in a region; returns its full cost, CNY/t, with the 20-year charge."""
    world.newcomer(f"new_{region}", region)
    world.power(region, power, kind="newcomer")
    world.pot("new_pot", new_capex=capex, maintenance_cny_per_t_a=0.0)
    return 13.0 * power + capex / sum(0.8**s for s in range(20))


@pytest.mark.parametrize("cap", [1.2, 1.3, 1000.0])
def test_a_cap_at_or_above_the_stock_changes_nothing(tmp_path, cap):
    free = capped_world(None).solve(tmp_path / "free")
    capped = capped_world(cap).solve(tmp_path / "capped")
    assert capped.objective == near(free.objective)
    assert not capped.duals("national_cap")
    assert all(dual == near(0.0) for dual in capped.duals("quota_use").values())


def test_a_binding_cap_closes_the_dearest_and_is_worth_its_margin(tmp_path):
    """Cap 0.7: north keeps 0.6, south 0.1 of 0.6; 0.1 Mt is imported.

    - cost     0.6 x 3,900 + 0.1 x 5,200 + 0.1 x 6,000 = 2,340 + 520 + 600 = 3,460 M CNY a year
    - rent     6,000 - 5,200 = 800 CNY/t·a, in both regions, as quota can move; the cap's dual -800
    - quota    0.5 of 1.2 Mt/a is surrendered
    """
    solution = capped_world(0.7).solve(tmp_path)
    assert solution.objective == near(0.8 * 3460.0)
    assert sum(solution.values("capacity").values()) == near(0.7)
    assert sum(solution.values("surrendered_quota").values()) == near(0.5)
    assert price(solution, "national_cap", 2025) == near(-800.0)
    for region in ("north", "south"):
        assert price(solution, "quota_use", region, 2025) == near(-800.0)


def test_a_cap_that_bites_later_has_a_price_before(tmp_path):
    """No cut in 2025, 0.7 in 2026: the rent is 0 and 800, the price of quota what rents to come are worth.

    - price    2025: 0.64 x 800 / 0.8 = 640 CNY per t/a;   2026: 800
    """
    world = capped_world({2025: 1.2, 2026: 0.7})
    world.scenario(years=[2025, 2026])
    years = alopt.run("baseline", inputs=world.write(tmp_path)).summary["years"]
    assert years["2025"]["quota_rent_cny_per_t_a"] == near(0.0)
    assert years["2026"]["quota_rent_cny_per_t_a"] == near(800.0)
    assert years["2025"]["quota_price_cny_per_t"] == near(640.0)
    assert years["2026"]["quota_price_cny_per_t"] == near(800.0)
    assert years["2025"]["capacity_mt_per_a"] >= 0.8 - 1e-9
    assert years["2026"]["capacity_mt_per_a"] == near(0.7)


@pytest.mark.parametrize(("registered", "built"), [(1.0, 0.4), (0.7, 0.1)])
def test_quota_not_used_is_banked(tmp_path, registered, built):
    """North's fleet uses 0.6 in 2025; 1.0 Mt is wanted in 2026, for which newcomers may build there.

    Registered quota of 1.0 is not lost in the year in which only 0.6 stands: 0.4 is built on the
    rest in 2026. Of 0.7, 0.1 is: then the rent is 6,000 less the newcomer's full cost.
    """
    world = capped_world(5.0, north=registered)
    world.remove("fleet", site="south_smelter")
    world.scenario(years=[2025, 2026])
    world.demand({2025: 0.6, 2026: 1.0})
    full_cost = build_in(world, "north", 300)
    solution = world.solve(tmp_path)
    new = solution.values("new_capacity")
    assert new["new_north", "new_pot", 2025] == near(0.0)
    assert new["new_north", "new_pot", 2026] == near(built)
    assert solution.values("quota_stock") == {
        ("north", 2025): near(registered),
        ("north", 2026): near(registered),
    } | {index: 0.0 for index in solution.values("quota_stock") if index[0] != "north"}
    bound = registered < 1.0
    assert price(solution, "quota_use", "north", 2026) == near(full_cost - 6000.0 if bound else 0.0)
    imported = 1.0 - 0.6 - built
    late = 0.6 * 3900.0 + built * full_cost + imported * 6000.0
    assert solution.objective == near(0.8 * 0.6 * 3900.0 + 0.64 * late)


def test_quota_of_closed_pots_stays_with_the_region(tmp_path):
    """South's old pots must close in 2025; in 2026 a newcomer builds on their quota, all 0.6 of it.

    Full cost at 310 CNY/MWh is 4,030 and the charge; 1.5 Mt is wanted in 2026, so quota is scarce.
    """
    world = capped_world(5.0)
    world.add("closures", site="south_smelter", cell="pot", year=2025)
    world.scenario(years=[2025, 2026])
    world.demand({2025: 0.6, 2026: 1.5})
    full_cost = build_in(world, "south", 310)
    solution = world.solve(tmp_path)
    assert solution.values("new_capacity") == {
        ("new_south", "new_pot", 2025): near(0.0),
        ("new_south", "new_pot", 2026): near(0.6),
    }
    assert price(solution, "quota_use", "south", 2026) == near(full_cost - 6000.0)


def test_quota_issued_by_the_table_is_worth_its_rent(tmp_path):
    """A newcomer in the south at full cost c builds on 0.1 Mt/a of quota, and on 0.05 that is issued.

    - saving   0.05 x (6,000 - c) M CNY a year, x 0.8: the rent times what is issued
    """
    objective = {}
    for issued in (0.0, 0.05):
        world = capped_world(5.0, north=0.6, south=0.1)
        world.remove("fleet", site="south_smelter")
        world.demand(1.0)
        full_cost = build_in(world, "south", 310)
        if issued:
            world.add("quota_issues", region="south", year=2025, issued_mt_per_a=issued)
        solution = world.solve(tmp_path / f"{issued}")
        assert solution.values("new_capacity") == {("new_south", "new_pot", 2025): near(0.1 + issued)}
        assert price(solution, "quota_use", "south", 2025) == near(full_cost - 6000.0)
        objective[issued] = solution.objective
    assert objective[0.0] - objective[0.05] == near(0.8 * 0.05 * (6000.0 - full_cost))


def test_quota_issued_between_model_years_counts_in_the_next(tmp_path):
    world = capped_world(5.0, north=0.6)
    world.remove("fleet", site="south_smelter")
    world.scenario(years=[2025, 2027])
    world.add("quota_issues", region="south", year=2026, issued_mt_per_a=0.05)
    world.demand(1.0)
    build_in(world, "south", 310)
    stock = world.solve(tmp_path).values("quota_stock")
    total = {y: stock["north", y] + stock["south", y] for y in (2025, 2027)}
    assert total == {2025: near(0.6), 2027: near(0.65)}


def test_a_cap_above_the_stock_issues_nothing(tmp_path):
    """The stock is 0.6; a cap of 5.0 does not let a newcomer at 4,030 and a charge replace imports."""
    world = capped_world(5.0, north=0.6)
    world.remove("fleet", site="south_smelter")
    build_in(world, "south", 310)
    solution = world.solve(tmp_path)
    assert sum(solution.values("capacity").values()) == near(0.6)


def test_a_rebuild_that_gains_capacity_needs_quota_too(tmp_path):
    """North is rebuilt with a gain of 1.5 into pots of 12 MWh/t: without quota to spare, 0.4 becomes 0.6.

    0.6 t/a at 13 MWh become 0.6 at 12 on 0.4 t/a rebuilt and 0.2 closed; capex 100 over 20 years.
    A t/a rebuilt makes 1.5, so 0.6 Mt/a of quota bind: the rent is 6,000 - 3,600 less two thirds of
    the charge, for 1 t/a of quota is filled by rebuilding 2/3.
    """
    world = capped_world(5.0, north=0.6)
    world.remove("fleet", site="south_smelter")
    world.pot("modern", mwh_per_t=12, maintenance_cny_per_t_a=0.0)
    world.measure("new_line", durable_capex_cny_per_t_a=100, durable_life_a=20)
    world.retrofit("pot", "modern", "new_line", kind="rebuild", gain=1.5)
    charge = 100.0 / sum(0.8**s for s in range(20))
    solution = world.solve(tmp_path)
    assert solution.values("retrofitted_capacity") == {("north_smelter", "pot", "modern", 2025): near(0.4)}
    assert solution.values("retired_capacity")["north_smelter", "pot", 2025] == near(0.2)
    assert price(solution, "quota_use", "north", 2025) == near(-(6000.0 - 3600.0 - charge / 1.5))


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({}, "the field is missing"),
        ({"cap_mt_per_a": "45"}, "is no number"),
        ({"cap_mt_per_a": True}, "is no number"),
        ({"cap_mt_per_a": float("nan")}, "is no number"),
        ({"cap_mt_per_a": -1}, "is outside 0 to 1000"),
        ({"cap_mt_per_a": {}}, "is empty"),
        ({"cap_mt_per_a": {"soon": 45}}, "is no year"),
        ({"cap_mt_per_a": {2090: 45}}, "outside the horizon"),
        ({"cap_mt_per_a": [45]}, "is no number"),
        ({"cap": 45}, "no such field"),
    ],
)
def test_settings_that_are_wrong(tmp_path, fields, rule):
    world = capped_world(1.0)
    world.scenario(policies={"capacity_cap": fields})
    with pytest.raises(alopt.errors.InputError, match=rule):
        world.data(tmp_path)


def test_a_fleet_without_quota_cannot_be_capped(tmp_path):
    world = plain_world()
    world.scenario(policies={"capacity_cap": {"cap_mt_per_a": 1.0}})
    with pytest.raises(alopt.errors.InputError, match="no registered quota"):
        world.data(tmp_path)


def test_quota_is_surrendered_only_when_the_cap_comes_down(tmp_path):
    """The cap falls to 1.0 in 2025 and to 0.8 in 2035: nothing is surrendered in 2030 or 2040."""
    world = plain_world()
    world.quota(north=0.6, south=0.6)
    world.scenario(years=[2025, 2030, 2035, 2040])
    world.scenario(policies={"capacity_cap": {"cap_mt_per_a": {2025: 1.0, 2030: 1.0, 2035: 0.8}}})
    surrendered = world.solve(tmp_path).values("surrendered_quota")
    assert {year for _, year in surrendered} == {2025, 2035}
    assert sum(surrendered.values()) == near(0.4)
