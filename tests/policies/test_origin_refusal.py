"""Refusal of origin: who serves those who refuse, what they pay for it, who goes without.

North at 3,900 CNY/t and south at 5,200 make up to 0.6 Mt each for 0.8 Mt of demand in the south's
ingot market. Left alone, north makes 0.6 and south 0.2.
"""

import pytest
from worlds import World, near, plain_world, price

import alopt

FREE = 0.8 * (0.6 * 3900.0 + 0.2 * 5200.0)


def refusing_world(world: World | None = None, **fields) -> World:
    world = plain_world() if world is None else world
    world.scenario(policies={"origin_refusal": {"regions": ["north"], **fields}})
    return world


def two_markets() -> World:
    """North wants 0.3 Mt liquid and 0.1 ingot, south 0.6 ingot; casting 150, remelting 100, freight 50."""
    world = plain_world()
    world.smelter("south_smelter", "south", 1.0)
    world.parameters(casting_cost_cny_per_t=150, remelting_cost_cny_per_t=100)
    world.freight("ingot", handling=50)
    world.demand(1.0)
    world.markets(("north", "liquid", 0.3), ("north", "ingot", 0.1), ("south", "ingot", 0.6))
    return world


@pytest.mark.parametrize("share", [0.0, 0.2])
def test_refusers_that_south_serves_anyway_change_nothing(tmp_path, share):
    solution = refusing_world(share=share).solve(tmp_path)
    assert solution.objective == near(FREE)
    assert price(solution, "accepted_ingot", "south_ingot", 2025) == near(0.0)
    assert price(solution, "ingot_market", "south_ingot", 2025) == near(5200.0)


def test_refusers_pay_a_premium_and_refused_metal_loses_its_price(tmp_path):
    """Half refuses: south makes 0.4, north 0.4 and has pots to spare.

    - cost     0.4 x 3,900 + 0.4 x 5,200 = 3,640 M CNY a year; no payment
    - prices   3,900 for those who take all, 5,200 - 3,900 = 1,300 more for those who refuse
    """
    results = alopt.run("baseline", inputs=refusing_world(share=0.5).write(tmp_path))
    solution = results.solution
    assert solution.objective == near(0.8 * 3640.0)
    assert results.summary["transfers_m_cny"] == near(0.0)
    assert price(solution, "ingot_market", "south_ingot", 2025) == near(3900.0)
    assert price(solution, "accepted_ingot", "south_ingot", 2025) == near(1300.0)


def test_imports_are_accepted(tmp_path):
    """At 5,000 CNY/t they serve the 0.4 Mt of refusers before south does: a premium of 1,100."""
    world = refusing_world(share=0.5)
    world.step("import_steps", "parity", 5000, 5)
    solution = world.solve(tmp_path)
    assert solution.objective == near(0.8 * (0.4 * 3900.0 + 0.4 * 5000.0))
    assert price(solution, "accepted_ingot", "south_ingot", 2025) == near(1100.0)


def test_where_none_is_left_to_buy_refusers_go_without(tmp_path):
    """All refuse: south makes 0.6, 0.2 Mt goes unserved at 30,000 CNY/t while north's pots stand idle."""
    solution = refusing_world(share=1).solve(tmp_path)
    assert solution.objective == near(0.8 * (0.6 * 5200.0 + 0.2 * 30000.0))
    plain = price(solution, "ingot_market", "south_ingot", 2025)
    assert plain + price(solution, "accepted_ingot", "south_ingot", 2025) == near(30000.0)
    assert 0.0 <= plain <= 3900.0 + 1e-6


def test_refusers_are_a_slice_of_every_step_of_demand(tmp_path):
    """1.6 Mt wanted, half at 30,000 and half at 8,000; 90 % refuse, which is 1.44 Mt, 0.72 at each.

    South's 0.6 leaves 0.84 of them without: all 0.72 at 8,000 and 0.12 at 30,000. The other 0.16 Mt
    take north's, the lesser half of them too.
    """
    world = refusing_world(share=0.9)
    world.demand(1.6)
    world.remove("demand_steps")
    world.step("demand_steps", "must", 30000, 0.5)
    world.step("demand_steps", "may", 8000, 0.5)
    solution = world.solve(tmp_path)
    cost = 0.16 * 3900.0 + 0.6 * 5200.0 + 0.72 * 8000.0 + 0.12 * 30000.0
    assert solution.objective == near(0.8 * cost)
    assert solution.values("refusers_unserved")["south_ingot", "may", 2025] == near(0.72)


def test_ingot_is_swapped_between_regions(tmp_path):
    """Half of each market refuses north's metal.

    South sends north 0.05 Mt as ingot and 0.15 to be remelted, and serves 0.3 at home; north sends
    0.3 south, 0.15 as liquid next door and 0.05 as ingot.

    - cost     0.5 x 3,900 + 0.5 x 5,200 + 0.85 x 150 + (0.2 + 0.3) x 50 + 0.15 x 100 = 4,717.5
    - premium  liquid: 5,200 + 150 + 50 + 100 against 3,900; north's ingot: 5,400 against 4,050;
               south's: 5,350 against 4,100
    """
    solution = refusing_world(two_markets(), share=0.5).solve(tmp_path)
    assert solution.objective == near(0.8 * 4717.5)
    assert solution.values("liquid_metal")["north", 2025] == near(0.15)
    assert solution.values("remelted_metal")["north", 2025] == near(0.15)
    assert solution.values("ingot_shipments")["south", "north_ingot", 2025] == near(0.2)
    assert price(solution, "accepted_liquid", "north_liquid", 2025) == near(1600.0)
    assert price(solution, "accepted_ingot", "north_ingot", 2025) == near(1350.0)
    assert price(solution, "accepted_ingot", "south_ingot", 2025) == near(1250.0)
    assert price(solution, "accepted_remelting", "north", 2025) == near(-250.0)


def test_refused_ingot_that_is_remelted_serves_no_refuser(tmp_path):
    """North has no pots of its own left: refusers and others both remelt, half of 0.3 Mt each.

    East, like north refused, is at north's cost; south makes 0.5 Mt for refusers, no more and no less.
    """
    world = two_markets()
    world.smelter("north_smelter", "north", 0.0001)
    world.region("east")
    world.smelter("east_smelter", "east", 0.6)
    world.power("east", 300)
    refusing_world(world, share=0.5)
    world.keys["policies"]["origin_refusal"]["regions"] = ["north", "east"]
    solution = world.solve(tmp_path)
    shipped = solution.values("ingot_shipments")
    assert solution.values("running")["south_smelter", "pot", 2025, "year"] == near(0.5)
    assert shipped["south", "north_ingot", 2025] == near(0.2)
    assert solution.values("remelted_metal")["north", 2025] > 0.29


@pytest.mark.parametrize(
    "who", [{"markets": ["south_ingot"]}, {"except_markets": ["north_liquid", "north_ingot"]}]
)
def test_only_the_markets_named_refuse(tmp_path, who):
    """South's refusers take 0.3 Mt of south's; north sends 0.2: all else is as without refusal.

    Left alone north makes 0.6: 0.3 liquid, 0.1 for its own ingot market, 0.2 for the south's 0.6.
    """
    solution = refusing_world(two_markets(), share=0.5, **who).solve(tmp_path / "named")
    free = two_markets().solve(tmp_path / "free")
    assert solution.objective == near(free.objective)
    assert {index[0] for index in solution.duals("accepted_ingot")} == {"south_ingot"}


def test_buyers_abroad_may_refuse_too(tmp_path):
    """Home wants 0.3 Mt and takes all, abroad 0.3 at 6,000 of which half refuses.

    North makes 0.45, south 0.15 for those abroad; a t more of north's metal there saves 1,300.
    """
    world = refusing_world(share=0, share_of_exports=0.5)
    world.demand(0.3)
    world.step("export_steps", "abroad", 6000, 0.3)
    solution = world.solve(tmp_path)
    assert solution.objective == near(0.8 * (0.45 * 3900.0 + 0.15 * 5200.0 - 0.3 * 6000.0))
    assert price(solution, "accepted_exports", 2025) == near(-1300.0)


def test_more_refusal_is_never_cheaper(tmp_path):
    costs = [
        refusing_world(two_markets(), share=share).solve(tmp_path / str(share)).objective
        for share in (0.0, 0.1, 0.3, 0.6, 0.9, 1.0)
    ]
    assert costs == sorted(costs)
    assert costs[0] == near(two_markets().solve(tmp_path / "free").objective)
    assert costs[-1] > costs[1]


def test_recycled_metal_is_accepted_by_all(tmp_path):
    """Of 1.0 Mt 0.3 is recycled; half of the 0.7 primary is for refusers: south makes 0.35."""
    world = refusing_world(share=0.5)
    world.demand(1.0)
    world.add("recycled", path="central", year=2025, recycled_mt=0.3)
    solution = world.solve(tmp_path)
    assert solution.objective == near(0.8 * (0.35 * 3900.0 + 0.35 * 5200.0))
