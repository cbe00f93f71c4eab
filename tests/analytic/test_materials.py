"""Alumina, ore and spent potlining: rents of what is scarce add up to the price of metal.

North makes 0.4 Mt at 3,900 CNY/t of power and takes 2 t of alumina a tonne.
"""

from worlds import World, near, plain_world, price


def refining_world() -> World:
    world = plain_world()
    world.remove("refineries")
    world.remove("refinery_values")
    world.demand(0.4)
    return world


def test_two_refineries_and_scarce_ore(tmp_path):
    """0.8 Mt of alumina, from the cheapest combination of refinery and ore.

    The near refinery (0.6 Mt/a, 800 CNY/t besides ore) and the far one (1,000) take 2 t of ore per t.
    Home ore costs 300 and only the near one can use it, 1.0 Mt; ore from abroad costs 500.

    - alumina  0.5 from near and home at 800 + 600 = 1,400; 0.1 from near and abroad at 1,800;
               0.2 from far and abroad at 2,000, which sets the price
    - cost     0.4 x 3,900 + 0.6 x 800 + 0.2 x 1,000 + 1.0 x 300 + 0.6 x 500
               = 1,560 + 480 + 200 + 300 + 300 = 2,840 M CNY a year
    - rents    near refinery 2,000 - 1,800 = 200 CNY/t; home ore 500 - 300 = 200 CNY/t
    - metal    3,900 + 2 x 2,000 = 7,900 CNY/t
    - dual     0.4 x 7,900 - 0.6 x 200 - 1.0 x 200 = 2,840
    """
    world = refining_world()
    world.refinery("near", "north", cost=800, capacity=0.6)
    world.refinery("far", "south", cost=1000, capacity=5)
    world.ore("home", price=300, volume=1.0, yields={"near": 2})
    world.ore("abroad", price=500, volume=10, yields={"near": 2, "far": 2})
    solution = world.solve(tmp_path)
    assert solution.objective == near(0.8 * 2840.0)
    assert solution.values("refining") == {("near", 2025): near(0.6), ("far", 2025): near(0.2)}
    assert solution.values("ore_shipments") == {
        ("home", "near", 2025): near(1.0),
        ("abroad", "near", 2025): near(0.2),
        ("abroad", "far", 2025): near(0.4),
    }
    assert price(solution, "alumina_balance", "north_smelter", 2025) == near(2000.0)
    assert price(solution, "refinery_balance", "near", 2025) == near(2000.0)
    assert price(solution, "refinery_capacity", "near", 2025) == near(-200.0)
    assert price(solution, "refinery_capacity", "far", 2025) == near(0.0)
    assert price(solution, "ore_balance", "near", 2025) == near(1000.0)
    assert price(solution, "ore_limit", "home", 2025) == near(-200.0)
    assert price(solution, "ore_limit", "abroad", 2025) == near(0.0)
    assert price(solution, "metal_supply", "north", 2025) == near(7900.0)


def test_poorer_ore_costs_more_of_it(tmp_path):
    """Home ore gives a tonne of alumina from 3 t, ore from abroad from 2 t: 3 x 300 against 2 x 500.

    The refinery takes home ore first (900 CNY/t of alumina against 1,000), all 0.6 Mt of it: 0.2 Mt
    of alumina. A tonne of it is worth (1,000 - 900) / 3 more than it costs.
    """
    world = refining_world()
    world.refinery("near", "north", cost=800, capacity=5)
    world.ore("home", price=300, volume=0.6, yields={"near": 3})
    world.ore("abroad", price=500, volume=10, yields={"near": 2})
    solution = world.solve(tmp_path)
    assert solution.values("ore_shipments")["home", "near", 2025] == near(0.6)
    assert solution.values("ore_shipments")["abroad", "near", 2025] == near(2.0 * 0.6)
    assert price(solution, "ore_limit", "home", 2025) == near(-100.0 / 3.0)
    assert price(solution, "alumina_balance", "north_smelter", 2025) == near(1800.0)


def test_refinery_next_door_saves_freight(tmp_path):
    """Freight is 100 CNY/t; the refinery's own group conveys 0.5 of the 0.8 Mt without it.

    - cost     0.4 x 3,900 + 0.8 x 1,500 + 0.3 x 100 = 1,560 + 1,200 + 30 = 2,790 M CNY a year
    - prices   alumina 1,600 at the smelter, 1,500 at the gate; room on the conveyor is worth 100
    """
    world = refining_world()
    world.refinery("near", "north", cost=900, capacity=5, place=(35.0, 105.0))
    world.ore("home", price=300, volume=10, yields={"near": 2})
    world.freight("alumina", handling=100)
    world.add("co_located", refinery="near", site="north_smelter", volume_mt_per_a=0.5)
    solution = world.solve(tmp_path)
    point = ("near", "north_smelter", 2025)
    assert solution.objective == near(0.8 * 2790.0)
    assert solution.values("conveyed_alumina") == {point: near(0.5)}
    assert solution.values("alumina_shipments")[point] == near(0.3)
    assert price(solution, "conveyed_limit", *point) == near(-100.0)
    assert price(solution, "alumina_balance", "north_smelter", 2025) == near(1600.0)
    assert price(solution, "refinery_balance", "near", 2025) == near(1500.0)


def test_spent_potlining_takes_the_cheap_route_first(tmp_path):
    """35 kg a tonne; recovery costs 2,200 less a credit of 800 and takes 30 %, treatment costs 2,000.

    - arising  0.4 x 0.035 = 0.014 Mt: 0.0042 recovered at 1,400, 0.0098 treated at 2,000
    - prices   treatment 2,000 CNY/t at the margin; room for recovery 600
    - metal    3,900 + 0.035 x (0.7 x 2,000 + 0.3 x 1,400) = 3,900 + 63.7 CNY/t
    """
    world = plain_world()
    world.demand(0.4)
    for route, values in {
        "treatment": {"cost_cny_per_t": 2000, "credit_cny_per_t": 0, "share_limit": 1},
        "recovery": {"cost_cny_per_t": 2200, "credit_cny_per_t": 800, "share_limit": 0.3},
    }.items():
        world.quantities("spent_potlining", "route", route, values)
    solution = world.solve(tmp_path)
    assert solution.values("potlining_treated") == {
        ("recovery", 2025): near(0.0042),
        ("treatment", 2025): near(0.0098),
    }
    assert solution.objective == near(0.8 * 0.4 * 3963.7)
    assert price(solution, "potlining_balance", 2025) == near(2000.0)
    assert price(solution, "potlining_limit", "recovery", 2025) == near(-600.0)
    assert price(solution, "metal_supply", "north", 2025) == near(3963.7)


def test_share_of_an_origin(tmp_path):
    """Home ore (300 CNY/t) may be at most a quarter of all ore; ore from abroad costs 500.

    0.8 Mt of alumina takes 1.6 Mt of ore: 0.4 from home, 1.2 from abroad. One more t from home
    would save 200 CNY, of which its own share gives back a quarter: 200 / (1 - 0.25) x 0.75 = 200.

    - cost     0.4 x 3,900 + 0.8 x 800 + 0.4 x 300 + 1.2 x 500 = 2,920 M CNY a year
    """
    world = refining_world()
    world.refinery("near", "north", cost=800, capacity=5)
    world.ore("home", price=300, volume=10.0, yields={"near": 2})
    world.ore("abroad", price=500, volume=10, yields={"near": 2})
    world.quantities("bauxite_values", "origin", "home", {"share_limit": 0.25})
    solution = world.solve(tmp_path)
    assert solution.values("ore_shipments")["home", "near", 2025] == near(0.4)
    assert solution.objective == near(0.8 * 2920.0)
    assert price(solution, "ore_share_limit", "home", 2025) == near(-200.0)
