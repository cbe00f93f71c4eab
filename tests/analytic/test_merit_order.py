"""Two smelters and one market: the dearest that runs sets the price, the cheaper earns a rent.

A plain pot takes 13 MWh a tonne, so north at 300 CNY/MWh makes metal at 3,900 CNY/t and south at
400 at 5,200. The year 2025 stands for itself, one year after the base year, at a rate of 25 %:
its weight and its discount factor are both 1 / 1.25 = 0.8.
"""

from worlds import World, near, plain_world, price


def test_price_is_the_cost_of_the_marginal_smelter(tmp_path):
    """Demand 0.8 Mt: north runs full, south makes the rest.

    Freight from north is 40, so north delivers at 3,940 and fills its 0.6 Mt; south makes 0.2.

    - cost     0.6 x 3,940 + 0.2 x 5,200 = 2,364 + 1,040 = 3,404 M CNY a year, x 0.8 = 2,723.2
    - prices   5,200 at the market and at south's gate, 5,200 - 40 = 5,160 at north's
    - rent     5,160 - 3,900 = 1,260 CNY per t/a that runs at north, nothing at south
    - worth    one more t/a at north would save 1,260 a year: 0.8 x 1,260 in all, 1,260 in 2025
    - dual     0.8 x 5,200 - 0.6 x 1,260 = 4,160 - 756 = 3,404, the cost again
    """
    world = plain_world()
    world.freight("ingot", handling=40)
    solution = world.solve(tmp_path)
    assert solution.objective == near(0.8 * 3404.0)
    assert solution.values("ingot_shipments") == {
        ("north", "south_ingot", 2025): near(0.6),
        ("south", "south_ingot", 2025): near(0.2),
    }
    assert price(solution, "ingot_market", "south_ingot", 2025) == near(5200.0)
    assert price(solution, "metal_supply", "south", 2025) == near(5200.0)
    assert price(solution, "metal_supply", "north", 2025) == near(5160.0)
    assert price(solution, "running_limit", "north_smelter", "pot", 2025, "year") == near(-1260.0)
    assert price(solution, "running_limit", "south_smelter", "pot", 2025, "year") == near(0.0)
    assert price(solution, "capacity_balance", "north_smelter", "pot", 2025) == near(-1260.0)
    assert price(solution, "power_balance", "north_smelter", 2025, "year") == near(300.0)
    assert price(solution, "power_balance", "south_smelter", 2025, "year") == near(400.0)
    assert solution.optimum.dual_objective == near(0.8 * (0.8 * 5200.0 - 0.6 * 1260.0))


def test_every_cost_of_a_tonne(tmp_path):
    """The minimal inputs as shipped, every component added up for the marginal smelter, south.

    - power    (2,980 x 3.95 / 0.93 / 0.98 + 230) kWh x 0.4 CNY
    - alumina  1.925 x 2,500, landed where south stands
    - anode    0.48 x 4,000;   fluoride 200;   casting 150
    - fixed    3 / 1,000 x 100,000 labour + 350 maintenance + 300 overhead + 100 sustaining = 1,050,
               while closing costs 300 once: an idle t/a closes, and with 0.2 of 0.6 Mt/a needed
               one more tonne would keep a t/a open that otherwise closes: 1,050 less 300 saved
    """
    solution = World().solve(tmp_path)
    power = (2980.0 * 3.95 / 0.93 / 0.98 + 230.0) * 0.4
    avoidable = power + 1.925 * 2500.0 + 0.48 * 4000.0 + 200.0 + 1050.0 - 300.0
    assert price(solution, "metal_supply", "south", 2025) == near(avoidable)
    assert price(solution, "ingot_market", "south_ingot", 2025) == near(avoidable + 150.0)
    assert solution.values("retired_capacity")["south_smelter", "pot", 2025] == near(0.4)


def test_fixed_cost_of_idle_pots_is_no_part_of_the_price(tmp_path):
    """Where closing costs more than a year's fixed cost, idle pots stay and the price is cash cost.

    Overhead 300 CNY/t·a, closure 500 once: all 1.2 Mt/a stays, 0.4 of it idle.

    - price    5,200, south's power alone
    - cost     0.6 x 3,900 + 0.2 x 5,200 + 1.2 x 300 = 2,340 + 1,040 + 360 = 3,740 M CNY a year
    """
    world = plain_world()
    world.parameters(overhead_cny_per_t_a=300, closure_cost_cny_per_t_a=500)
    solution = world.solve(tmp_path)
    assert solution.objective == near(0.8 * 3740.0)
    assert price(solution, "ingot_market", "south_ingot", 2025) == near(5200.0)
    assert sum(solution.values("capacity").values()) == near(1.2)
    assert price(solution, "capacity_balance", "south_smelter", "pot", 2025) == near(300.0)
