"""Metal markets: liquid and ingot, imports and exports in steps, users who go without."""

import pytest
from worlds import World, near, plain_world, price

import alopt
from alopt.report.screen import screen


def liquid_world(north: float) -> World:
    """North wants 0.3 Mt liquid and 0.1 ingot, south 0.6 ingot.

    Casting costs 150, remelting 100, freight of ingot 50 CNY/t.
    """
    world = plain_world()
    world.smelter("north_smelter", "north", north)
    world.smelter("south_smelter", "south", 1.0)
    world.parameters(casting_cost_cny_per_t=150, remelting_cost_cny_per_t=100)
    world.freight("ingot", handling=50)
    world.demand(1.0)
    world.markets(("north", "liquid", 0.3), ("north", "ingot", 0.1), ("south", "ingot", 0.6))
    return world


def test_liquid_market_short_of_metal_remelts_ingot(tmp_path):
    """North makes 0.2 Mt at 3,900, all liquid; 0.1 more comes as ingot from the south at 5,200.

    - prices   south: 5,200 at the gate, + 150 cast = 5,350 ingot; north: + 50 freight = 5,400 ingot,
               + 100 remelted = 5,500 liquid, which north's smelter gets too
    - rent     5,500 - 3,900 = 1,600 CNY/t·a at north
    - cost     0.2 x 3,900 + 0.8 x (5,200 + 150) + 0.2 x 50 + 0.1 x 100
               = 780 + 4,280 + 10 + 10 = 5,080 M CNY a year
    """
    solution = liquid_world(north=0.2).solve(tmp_path)
    assert solution.objective == near(0.8 * 5080.0)
    assert solution.values("liquid_metal") == {("north", 2025): near(0.2)}
    assert solution.values("remelted_metal") == {("north", 2025): near(0.1)}
    assert price(solution, "ingot_market", "south_ingot", 2025) == near(5350.0)
    assert price(solution, "ingot_market", "north_ingot", 2025) == near(5400.0)
    assert price(solution, "liquid_market", "north_liquid", 2025) == near(5500.0)
    assert price(solution, "metal_supply", "north", 2025) == near(5500.0)
    assert price(solution, "running_limit", "north_smelter", "pot", 2025, "year") == near(-1600.0)


def test_liquid_market_next_to_plenty_pays_less_than_ingot(tmp_path):
    """North makes 0.6 Mt: 0.3 liquid, 0.1 for its own ingot market, 0.2 cast and sent south.

    - prices   south's ingot 5,200 + 150 = 5,350; north's gate 5,350 - 50 - 150 = 5,150, which is what
               liquid costs too; north's ingot 5,150 + 150 = 5,300
    - cost     0.6 x 3,900 + 0.4 x 5,200 + 0.7 x 150 + 0.2 x 50 = 2,340 + 2,080 + 105 + 10 = 4,535
    """
    solution = liquid_world(north=0.6).solve(tmp_path)
    assert solution.objective == near(0.8 * 4535.0)
    assert solution.values("remelted_metal") == {("north", 2025): near(0.0)}
    assert price(solution, "ingot_market", "south_ingot", 2025) == near(5350.0)
    assert price(solution, "ingot_market", "north_ingot", 2025) == near(5300.0)
    assert price(solution, "liquid_market", "north_liquid", 2025) == near(5150.0)


@pytest.mark.parametrize(
    ("demand", "worth", "served", "value"),
    [(1.6, 8000.0, 1.2, 8000.0), (1.0, 5000.0, 0.6, 5000.0), (1.0, 5300.0, 1.0, 5200.0)],
)
def test_users_with_the_least_to_gain_set_the_price(tmp_path, demand, worth, served, value):
    """Half of demand is worth 30,000 CNY/t, half less; north makes 0.6 at 3,900, south 0.6 at 5,200.

    - 1.6 Mt wanted, the lesser half worth 8,000: 0.4 goes without for want of pots; price 8,000
    - 1.0 Mt wanted, the lesser half worth 5,000: less than south's cost, so north's 0.6 is all that is
      made, 0.4 goes without; price 5,000
    - worth 5,300: south's metal is worth making; nobody goes without; price 5,200

    Cost: what is made, and what users who go without would have paid.
    """
    world = plain_world()
    world.demand(demand)
    world.remove("demand_steps")
    world.step("demand_steps", "must", 30000, 0.5)
    world.step("demand_steps", "may", worth, 0.5)
    solution = world.solve(tmp_path)
    without = solution.values("unserved_demand")
    assert without["south_ingot", "must", 2025] == near(0.0)
    assert without["south_ingot", "may", 2025] == near(demand - served)
    made = 0.6 * 3900.0 + (served - 0.6) * 5200.0
    assert solution.objective == near(0.8 * (made + (demand - served) * worth))
    assert price(solution, "ingot_market", "south_ingot", 2025) == near(value)
    assert price(solution, "metal_supply", "north", 2025) == near(value)


def test_imports_come_in_steps(tmp_path):
    """A contract of 0.1 Mt at 5,085 with VAT, 4,500 without, then parity at 5,000; south costs 5,200.

    - cost     0.6 x 3,900 + 0.1 x 4,500 + 0.1 x 5,000 = 2,340 + 450 + 500 = 3,290 M CNY a year
    - prices   parity, 5,000; a tonne more under the contract would save 500
    """
    world = plain_world()
    world.step("import_steps", "contract", 4500 * 1.13, 0.1, vat="included")
    world.step("import_steps", "parity", 5000, 5)
    solution = world.solve(tmp_path)
    assert solution.objective == near(0.8 * 3290.0)
    assert solution.values("imports") == {
        ("south_ingot", "contract", 2025): near(0.1),
        ("south_ingot", "parity", 2025): near(0.1),
    }
    assert price(solution, "ingot_market", "south_ingot", 2025) == near(5000.0)
    assert price(solution, "import_step", "contract", 2025) == near(-500.0)
    assert price(solution, "import_step", "parity", 2025) == near(0.0)


def test_exports_put_a_floor_under_the_price(tmp_path):
    """Abroad pays 5,500 CNY/t at the port in the south for any amount; casting costs 150.

    South's pots earn 5,500 - 150 - 5,200 = 150, so all 0.4 Mt that home leaves over is sold abroad.

    - price    5,500: home must pay what abroad would; south's gate 5,350, north's 5,350 - 50 freight
    - cost     0.6 x 3,900 + 0.6 x 5,200 + 1.2 x 150 + 0.6 x 50 - 0.4 x 5,500
               = 2,340 + 3,120 + 180 + 30 - 2,200 = 3,470 M CNY a year
    """
    world = plain_world()
    world.parameters(casting_cost_cny_per_t=150)
    world.freight("ingot", handling=50)
    world.step("export_steps", "abroad", 5500, 5)
    solution = world.solve(tmp_path)
    assert solution.objective == near(0.8 * 3470.0)
    assert sum(solution.values("exports").values()) == near(0.4)
    assert price(solution, "ingot_market", "south_ingot", 2025) == near(5500.0)
    assert price(solution, "metal_supply", "south", 2025) == near(5350.0)
    assert price(solution, "metal_supply", "north", 2025) == near(5300.0)
    assert price(solution, "running_limit", "south_smelter", "pot", 2025, "year") == near(-150.0)


def test_a_limited_floor_earns_a_rent(tmp_path):
    """Abroad takes 0.3 Mt; 0.1 Mt/a of south's pots stay idle, so the price is its cost, 5,350 cast.

    - dual     one more t of exports would earn 5,500 - 5,350 = 150
    """
    world = plain_world()
    world.parameters(casting_cost_cny_per_t=150)
    world.step("export_steps", "abroad", 5500, 0.3)
    solution = world.solve(tmp_path)
    assert sum(solution.values("exports").values()) == near(0.3)
    assert price(solution, "ingot_market", "south_ingot", 2025) == near(5350.0)
    assert price(solution, "export_step", "abroad", 2025) == near(-150.0)


def test_recycled_metal_is_taken_before_primary(tmp_path):
    """Of 1.0 Mt, 0.3 is recycled: 0.7 primary, 0.6 from north and 0.1 from south.

    - cost     0.6 x 3,900 + 0.1 x 5,200 = 2,860 M CNY a year; recycled metal is a must-take
    """
    world = plain_world()
    world.demand(1.0)
    world.add("recycled", path="central", year=2025, recycled_mt=0.3)
    solution = world.solve(tmp_path)
    assert solution.objective == near(0.8 * 2860.0)
    assert price(solution, "ingot_market", "south_ingot", 2025) == near(5200.0)


@pytest.mark.parametrize(("demand", "dire"), [(1.5, False), (2.6, True)])
def test_the_screen_says_when_even_the_last_users_go_without(tmp_path, demand, dire):
    """1.2 Mt can be made; half of demand would pay 30,000, half 5,300: beyond 2.4 Mt both go short."""
    world = plain_world()
    world.demand(demand)
    world.remove("demand_steps")
    world.step("demand_steps", "must", 30000, 0.5)
    world.step("demand_steps", "may", 5300, 0.5)
    results = alopt.run("baseline", inputs=world.write(tmp_path))
    shown = " ".join(screen(results, tmp_path).split())
    assert "Users go without metal in 2025" in shown
    assert ("In 2025 even users who would pay 30,000 CNY/t go without" in shown) == dire
