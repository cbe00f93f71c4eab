"""Ore by origin: what a limit, an embargo and a share cost, and what a tonne of ore is then worth.

North makes 0.4 Mt at 3,900 CNY/t of power and takes 2 t of alumina a tonne; a refinery makes it for
800 CNY/t from 2 t of ore. Home ore costs 300, 1.0 Mt of it; ore from abroad 500. Metal lands at 9,000.

Without the policy: 1.0 Mt from home and 0.6 from abroad,
0.4 x 3,900 + 0.8 x 800 + 1.0 x 300 + 0.6 x 500 = 1,560 + 640 + 300 + 300 = 2,800 M CNY a year.
One year, worth 0.8.
"""

import pytest
from worlds import World, near, plain_world, price

import alopt

FREE = 2800.0


def ore_world(**fields) -> World:
    world = plain_world()
    world.remove("refineries")
    world.remove("refinery_values")
    world.demand(0.4)
    world.refinery("works", "north", cost=800, capacity=5)
    world.ore("home", price=300, volume=1.0, yields={"works": 2})
    world.ore("abroad", price=500, volume=10, yields={"works": 2})
    world.put("bauxite", "origin", origin="abroad", name="abroad", kind="import")
    world.add("ports", port="quay", name="Quay", latitude_deg=0, longitude_deg=0)
    world.step("import_steps", "parity", 9000, 10)
    if fields:
        world.scenario(policies={"ore_supply": fields})
    return world


@pytest.mark.parametrize(
    "fields",
    [
        {"limit_mt_per_a": {"home": 1.0, "abroad": 10}},
        {"limit_mt_per_a": {"abroad": {2025: 1000}}},
        {"share": {"home": 1, "abroad": 1}, "share_of": "all_ore"},
        {"share": {"abroad": 1}, "share_of": "imports"},
    ],
)
def test_limits_beyond_reach_change_nothing(tmp_path, fields):
    free = ore_world().solve(tmp_path / "free")
    limited = ore_world(**fields).solve(tmp_path / "limited")
    assert free.objective == near(0.8 * FREE)
    assert limited.objective == near(free.objective)


def test_a_limit_puts_dearer_ore_in_place_of_cheaper(tmp_path):
    """Home ships 0.5: 0.5 Mt at 500 in place of 300, 100 M CNY more; the next tonne saves 200."""
    solution = ore_world(limit_mt_per_a={"home": 0.5}).solve(tmp_path)
    assert solution.objective == near(0.8 * (FREE + 100.0))
    assert price(solution, "ore_origin_limit", "home", 2025) == near(-200.0)
    assert price(solution, "metal_supply", "north", 2025) == near(3900.0 + 2 * (800.0 + 2 * 500.0))


def test_an_embargo_leaves_metal_to_be_bought_abroad(tmp_path):
    """Home's 1.0 Mt makes 0.5 Mt of alumina, 0.25 of metal; 0.15 lands at 9,000.

    - cost     0.25 x 3,900 + 0.5 x 800 + 1.0 x 300 + 0.15 x 9,000 = 975 + 400 + 300 + 1,350 = 3,025
    - alumina  (9,000 - 3,900) / 2 = 2,550; ore (2,550 - 800) / 2 = 875
    - duals    the first tonne from abroad would save 875 - 500, one more from home 875 - 300
    - dual     0.4 x 9,000 - 1.0 x 575 = 3,025
    """
    solution = ore_world(embargo={"abroad": {"from_year": 2025}}).solve(tmp_path)
    assert solution.objective == near(0.8 * 3025.0)
    assert solution.values("ore_shipments")["abroad", "works", 2025] == near(0.0)
    assert price(solution, "ore_origin_limit", "abroad", 2025) == near(-375.0)
    assert price(solution, "ore_limit", "home", 2025) == near(-575.0)
    assert price(solution, "ingot_market", "south_ingot", 2025) == near(9000.0)


def test_a_share_of_all_ore_ties_imports_to_what_is_mined_at_home(tmp_path):
    """A quarter from abroad: 1/3 Mt beside home's 1.0, so 2/3 Mt of alumina, 1/3 of metal.

    - cost     1/3 x 3,900 + 2/3 x 800 + 300 + 1/3 x 500 + 1/15 x 9,000
               = 1,300 + 533.3 + 300 + 166.7 + 600 = 2,900
    - ore      worth 875; from abroad 500 + 0.75 u = 875, so u = 500; home's rent
               875 - 300 + 0.25 x 500 = 700, as each tonne of it lets a third of a tonne in
    - dual     0.4 x 9,000 - 1.0 x 700 = 2,900
    """
    solution = ore_world(share={"abroad": 0.25}, share_of="all_ore").solve(tmp_path)
    assert solution.objective == near(0.8 * 2900.0)
    assert solution.values("ore_shipments")["abroad", "works", 2025] == near(1.0 / 3.0)
    assert price(solution, "ore_origin_share", "abroad", 2025) == near(-500.0)
    assert price(solution, "ore_limit", "home", 2025) == near(-700.0)


def test_a_share_of_imports_brings_in_another_origin(tmp_path):
    """A third origin at 600: half of 0.6 Mt from each, 0.3 x 100 = 30 M CNY more.

    Abroad 500 + 0.5 u = worth of ore = 600 - 0.5 u at the other: u = 100, ore at 550.
    """
    world = ore_world(share={"abroad": 0.5}, share_of="imports")
    world.ore("other", price=600, volume=10, yields={"works": 2})
    world.put("bauxite", "origin", origin="other", name="other", kind="import")
    solution = world.solve(tmp_path)
    assert solution.objective == near(0.8 * (FREE + 30.0))
    assert solution.values("ore_shipments")["other", "works", 2025] == near(0.3)
    assert price(solution, "ore_origin_share", "abroad", 2025) == near(-100.0)
    assert price(solution, "ore_balance", "works", 2025) == near(1100.0)


@pytest.mark.parametrize(
    ("span", "shipped"),
    [
        ({"from_year": 2027, "to_year": 2027}, {2025: 0.6, 2027: 0.0, 2030: 0.6}),
        ({"from_year": 2025, "to_year": 2027}, {2025: 0.0, 2027: 0.0, 2030: 0.6}),
        ({"from_year": 2027}, {2025: 0.6, 2027: 0.0, 2030: 0.0}),
    ],
)
def test_an_embargo_meets_its_model_years_alone(tmp_path, span, shipped):
    """For a single model year, for some, for good; a limit of 5 Mt/a holds in the others."""
    world = ore_world(embargo={"abroad": span}, limit_mt_per_a={"abroad": 5})
    world.scenario(years=[2025, 2027, 2030], last_period_years=5)
    solution = world.solve(tmp_path)
    assert {y: solution.values("ore_shipments")["abroad", "works", y] for y in shipped} == {
        y: near(amount) for y, amount in shipped.items()
    }
    limits = solution.data.policies["ore_supply"].limit
    assert limits == {("abroad", y): 5.0 if amount else 0.0 for y, amount in shipped.items()}


@pytest.mark.parametrize(
    "paths",
    [
        [{"limit_mt_per_a": {"abroad": amount}} for amount in (0.6, 0.4, 0.1, 0.0)],
        [{"share": {"abroad": part}, "share_of": "all_ore"} for part in (0.375, 0.3, 0.1, 0.0)],
    ],
)
def test_a_tighter_limit_is_never_cheaper(tmp_path, paths):
    costs = [ore_world(**fields).solve(tmp_path / str(n)).objective for n, fields in enumerate(paths)]
    assert costs == sorted(costs)
    assert costs[0] == near(0.8 * FREE)
    assert costs[-1] > costs[0] + 1.0


def test_a_run_passes_its_checks_and_lists_what_crosses_the_border(tmp_path):
    results = alopt.run("baseline", inputs=ore_world(limit_mt_per_a={"abroad": 0.4}).write(tmp_path))
    rows = {(r["material"], r["origin"]): r for r in results.tables["trade"].records()}
    assert rows.keys() == {("bauxite", "abroad"), ("metal", "abroad")}
    assert rows["bauxite", "abroad"]["amount_mt"] == near(0.4)
    assert rows["bauxite", "abroad"]["price_cny_per_t"] == near(500.0)
    assert rows["metal", "abroad"]["amount_mt"] == near(0.05)
    assert not results.tables["transfers"].rows
