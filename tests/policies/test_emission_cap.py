"""A cap on emissions by year or over the horizon, and the price that does the same.

As for the carbon price: north 3,900 CNY/t and 10.6 t CO2/t in scope 1 and 2 (1.5 of it direct), south
5,200 and 4.1. North full and south 0.2 emit 0.6 x 10.6 + 0.2 x 4.1 = 7.18 Mt; each tonne of metal
moved from north to south saves 6.5 t CO2 for 1,300 CNY: 200 CNY/t. The dual of `emissions <= limit`
is what one more tonne adds to the cost, so the price of carbon is minus the dual.
"""

import pytest
from worlds import World, near, plain_world, price

import alopt

WIDE = "smelter_scope_1_2"


def limited_world(policy: str | None = None, **fields) -> World:
    world = plain_world()
    world.quantities("cell_values", "class", "pot", {"anode_co2_t_per_t": 1.5})
    world.step("import_steps", "parity", 9000, 10)
    if policy is not None:
        world.scenario(policies={policy: fields})
    return world


def two_years(world: World) -> World:
    """2025 stands for two years, 2027 for three: weights 1.44 and 0.512 x 2.44 = 1.24928."""
    world.scenario(years=[2025, 2027], last_period_years=3)
    return world


@pytest.mark.parametrize(
    "fields", [{"limit_mt": 7.19}, {"budget_mt": 7.19}, {"limit_mt": 1e6, "budget_mt": 1e6}]
)
def test_a_slack_limit_changes_nothing(tmp_path, fields):
    free = limited_world().solve(tmp_path / "free")
    capped = limited_world("emission_cap", boundary=WIDE, **fields).solve(tmp_path / "capped")
    assert capped.objective == near(free.objective)
    for name in ("emission_cap", "emission_budget"):
        assert all(dual == near(0.0) for dual in capped.duals(name).values())


def test_a_binding_cap_moves_metal_to_clean_power(tmp_path):
    """Limit 6.53: 0.65 Mt less, 0.1 Mt of metal moved, north 0.5 and south 0.3.

    - cost     0.5 x 3,900 + 0.3 x 5,200 = 1,950 + 1,560 = 3,510 M CNY a year
    - dual     -200 CNY/t CO2; metal 5,200 + 4.1 x 200 = 3,900 + 10.6 x 200 = 6,020 CNY/t
    """
    solution = limited_world("emission_cap", boundary=WIDE, limit_mt=6.53).solve(tmp_path)
    assert solution.objective == near(0.8 * 3510.0)
    assert solution.values("running")["north_smelter", "pot", 2025, "year"] == near(0.5)
    assert price(solution, "emission_cap", 2025) == near(-200.0)
    assert price(solution, "ingot_market", "south_ingot", 2025) == near(6020.0)


def test_direct_boundary_can_only_be_met_with_less_metal(tmp_path):
    """Limit 1.05 Mt at 1.5 t/t: 0.7 Mt is made, 0.1 imported at 9,000; (9,000 - 5,200) / 1.5 CNY/t CO2."""
    solution = limited_world("emission_cap", boundary="direct", limit_mt=1.05).solve(tmp_path)
    assert sum(solution.values("imports").values()) == near(0.1)
    assert price(solution, "emission_cap", 2025) == near(-3800.0 / 1.5)


def test_price_equal_to_the_dual_makes_the_capped_plan_optimal(tmp_path):
    """Priced objective = capped objective + price x cap, though the plans may differ.

    At 200 CNY/t both smelters cost 6,020: 0.8 x 6,020 = 4,816 = 3,510 + 200 x 6.53 M CNY a year.
    """
    capped = limited_world("emission_cap", boundary=WIDE, limit_mt=6.53).solve(tmp_path / "capped")
    carbon = -price(capped, "emission_cap", 2025)
    priced = limited_world("carbon_price", price_cny_per_t=carbon, scope=WIDE).solve(tmp_path / "priced")
    assert priced.objective == near(0.8 * 4816.0)
    assert priced.objective == near(capped.objective + 0.8 * carbon * 6.53)


def test_a_budget_is_met_where_it_is_cheapest_today(tmp_path):
    """Five years emit 35.9 Mt; a budget of 33.95 takes 1.95 out, in 2027's three years: 0.1 Mt of metal.

    A tonne less costs 200 CNY in its year: 200 x 1.44 / 2 = 144 today for one in 2025 or 2026, and
    200 x 1.24928 / 3 = 83.285 for one from 2027 on.

    - cost     1.44 x 3,380 + 1.24928 x 3,510
    - dual     -83.285 at present value, whenever the tonne is emitted
    """
    world = two_years(limited_world("emission_cap", boundary=WIDE, budget_mt=33.95))
    solution = world.solve(tmp_path)
    assert solution.objective == near(1.44 * 3380.0 + 1.24928 * 3510.0)
    assert solution.values("running")["north_smelter", "pot", 2025, "year"] == near(0.6)
    assert solution.values("running")["north_smelter", "pot", 2027, "year"] == near(0.5)
    assert solution.shadow_price("emission_budget", None, None) == near(-200.0 * 1.24928 / 3.0)


def test_prices_equal_to_the_budget_dual_make_its_plan_optimal(tmp_path):
    """Price of a year: the budget's dual x years stood for / weight, so that all years weigh alike.

    200 in 2027 and 83.285 x 2 / 1.44 = 115.67 in 2025, rising with the rate of interest in between.
    Priced objective = budget objective + dual x budget.
    """
    budget = two_years(limited_world("emission_cap", boundary=WIDE, budget_mt=33.95)).solve(tmp_path / "a")
    dual = -budget.shadow_price("emission_budget", None, None)
    prices = {2025: dual * 2.0 / 1.44, 2027: dual * 3.0 / 1.24928}
    assert prices[2027] == near(200.0)
    world = two_years(limited_world("carbon_price", price_cny_per_t=prices, scope=WIDE))
    priced = world.solve(tmp_path / "b")
    assert priced.objective == near(budget.objective + dual * 33.95)


def test_limit_and_budget_together(tmp_path):
    """A limit of 6.53 in both years holds the budget of 33.95 with room: only the limit has a price."""
    world = two_years(limited_world("emission_cap", boundary=WIDE, limit_mt=6.53, budget_mt=33.95))
    solution = world.solve(tmp_path)
    assert price(solution, "emission_cap", 2025) == near(-200.0)
    assert price(solution, "emission_cap", 2027) == near(-200.0)
    assert solution.shadow_price("emission_budget", None, None) == near(0.0)


@pytest.mark.parametrize(
    ("fields", "row"),
    [
        ({"regional_limits_mt": {"north": 5.3}}, ("regional_emission_cap", "north")),
        ({"limit_mt": 5.3, "regions": ["north"]}, ("emission_cap",)),
    ],
)
def test_a_limit_on_one_region_moves_metal_to_another(tmp_path, fields, row):
    """North emits 6.36 Mt; 5.3 leaves it 0.5 Mt of metal. South's 4.1 t/t go uncounted.

    - cost     3,510 M CNY a year, as under a limit of 6.53 on both
    - dual     (5,200 - 3,900) / 10.6 = 122.64 CNY/t of north's CO2
    """
    solution = limited_world("emission_cap", boundary=WIDE, **fields).solve(tmp_path)
    assert solution.objective == near(0.8 * 3510.0)
    name, *region = row
    assert price(solution, name, *region, 2025) == near(-1300.0 / 10.6)


def test_a_budget_of_one_region(tmp_path):
    """North emits 5 x 6.36 = 31.8 Mt in five years; 28.62 takes 0.3 Mt of metal out, from 2027 on."""
    world = two_years(limited_world("emission_cap", boundary=WIDE, budget_mt=28.62, regions=["north"]))
    solution = world.solve(tmp_path)
    assert solution.objective == near(1.44 * 3380.0 + 1.24928 * 3510.0)
    assert solution.shadow_price("emission_budget", None, None) == near(-1300.0 / 10.6 * 1.24928 / 3.0)


def test_limits_of_regions_by_year_beside_a_slack_one_of_all(tmp_path):
    limits = {"north": {2025: 100, 2027: 5.3}, "south": 100}
    world = two_years(limited_world("emission_cap", boundary=WIDE, limit_mt=90, regional_limits_mt=limits))
    solution = world.solve(tmp_path)
    assert solution.objective == near(1.44 * 3380.0 + 1.24928 * 3510.0)
    assert price(solution, "emission_cap", 2027) == near(0.0)
    assert price(solution, "regional_emission_cap", "north", 2025) == near(0.0)
    assert price(solution, "regional_emission_cap", "north", 2027) == near(-1300.0 / 10.6)


def test_a_tighter_regional_limit_is_never_cheaper(tmp_path):
    costs = [
        limited_world("emission_cap", boundary=WIDE, regional_limits_mt={"north": limit})
        .solve(tmp_path / str(limit))
        .objective
        for limit in (7, 5, 3, 0)
    ]
    assert costs == sorted(costs)
    assert costs[0] == near(0.8 * 3380.0)


def test_a_region_with_a_refinery_alone_can_be_limited_from_the_industry_on(tmp_path):
    def world(boundary: str) -> World:
        world = limited_world("emission_cap", boundary=boundary, regional_limits_mt={"west": 1})
        world.region("west")
        world.refinery("works", "west", cost=0.0, capacity=5.0)
        world.ore("pit", price=0.0, volume=20.0, yields={"works": 2.0})
        return world

    settings = world("industry").data(tmp_path / "wide").policies["emission_cap"]
    assert settings.regional == {"west": {2025: 1.0}}
    with pytest.raises(alopt.errors.InputError, match=r"nothing is emitted there within the boundary"):
        world(WIDE).data(tmp_path / "narrow")


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"limit_mt": 5}, "boundary.*the field is missing"),
        ({"boundary": WIDE}, "neither a limit nor a budget"),
        ({"boundary": "outside", "limit_mt": 5}, "is not one of the allowed words"),
        ({"boundary": WIDE, "limit_mt": -5}, "is outside 0 to"),
        ({"boundary": WIDE, "limit_mt": "5"}, "is no number"),
        ({"boundary": WIDE, "limit_mt": None}, "is no number"),
        ({"boundary": WIDE, "budget_mt": -5}, "is no amount"),
        ({"boundary": WIDE, "budget_mt": True}, "is no amount"),
        ({"boundary": WIDE, "budget_mt": {2025: 5}}, "is no amount"),
        ({"boundary": WIDE, "budget_mt": float("nan")}, "is no amount"),
        ({"boundary": WIDE, "cap_mt": 5}, "no such field"),
    ],
)
def test_settings_that_are_wrong(tmp_path, fields, rule):
    with pytest.raises(alopt.errors.InputError, match=rule):
        limited_world("emission_cap", **fields).data(tmp_path)
