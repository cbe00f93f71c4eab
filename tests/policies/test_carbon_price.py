"""The carbon price: what it adds to a tonne, when it turns the merit order, what a benchmark does.

North at 3,900 CNY/t takes 13 MWh of a grid at 0.7 t CO2/MWh, south at 5,200 one at 0.2; anodes and
perfluorocarbons give 1.5 t/t. So north emits 9.1 + 1.5 = 10.6 t/t in scope 1 and 2, south 2.6 + 1.5
= 4.1. Demand is 0.8 Mt, 0.6 of it from the smelter that is first. One year, worth 0.8.
"""

import pytest
from worlds import World, near, plain_world, price

import alopt

RESOURCES = 0.6 * 3900.0 + 0.2 * 5200.0


def priced_world(**fields) -> World:
    world = plain_world()
    world.quantities("cell_values", "class", "pot", {"anode_co2_t_per_t": 1.5})
    if fields:
        world.scenario(policies={"carbon_price": fields})
    return world


@pytest.mark.parametrize("scope", ["direct", "smelter_scope_1_2"])
def test_a_price_of_nil_changes_nothing(tmp_path, scope):
    solution = priced_world(price_cny_per_t=0, scope=scope).solve(tmp_path)
    assert solution.objective == near(0.8 * RESOURCES)
    assert price(solution, "ingot_market", "south_ingot", 2025) == near(5200.0)


def test_direct_scope_adds_the_same_to_both(tmp_path):
    """200 CNY/t x 1.5 t/t = 300 CNY/t on every tonne: 0.8 x 300 = 240 M CNY a year, the plan unmoved."""
    solution = priced_world(price_cny_per_t=200, scope="direct").solve(tmp_path)
    assert solution.objective == near(0.8 * (RESOURCES + 240.0))
    assert price(solution, "ingot_market", "south_ingot", 2025) == near(5500.0)


def test_perfluorocarbons_count_at_their_warming_potential(tmp_path):
    """0.1 kg of CF4 a tonne at 6,630: 0.663 t CO2e, with 1.5 from anodes 2.163 t/t x 200 x 0.8."""
    world = priced_world(price_cny_per_t=200, scope="direct")
    world.quantities("cell_values", "class", "pot", {"cf4_kg_per_t": 0.1})
    assert world.solve(tmp_path).objective == near(0.8 * (RESOURCES + 200.0 * 2.163 * 0.8))


@pytest.mark.parametrize(("carbon", "north"), [(199.9, 0.6), (200.1, 0.2)])
def test_wide_scope_turns_the_merit_order(tmp_path, carbon, north):
    """South saves 6.5 t/t for 1,300 CNY/t: at 200 CNY/t the order turns.

    - price    full cost of the second: south 5,200 + 4.1 p below 200, north 3,900 + 10.6 p above
    """
    solution = priced_world(price_cny_per_t=carbon, scope="smelter_scope_1_2").solve(tmp_path)
    full_north, full_south = 3900.0 + 10.6 * carbon, 5200.0 + 4.1 * carbon
    assert solution.values("running")["north_smelter", "pot", 2025, "year"] == near(north)
    assert solution.objective == near(0.8 * (north * full_north + (0.8 - north) * full_south))
    assert price(solution, "ingot_market", "south_ingot", 2025) == near(max(full_north, full_south))


def test_a_benchmark_lowers_the_price_of_metal(tmp_path):
    """100 CNY/t with 5 t/t given for free: south pays 100 x (4.1 - 5) = -90 CNY/t at the margin.

    - emitted  0.6 x 10.6 + 0.2 x 4.1 = 7.18 Mt; given 0.8 x 5 = 4.0 Mt; paid 318 M CNY a year
    - price    5,200 - 90 = 5,110
    - the payment is a transfer: the resources cost what they did
    """
    world = priced_world(price_cny_per_t=100, scope="smelter_scope_1_2", benchmark_t_per_t=5)
    results = alopt.run("baseline", inputs=world.write(tmp_path))
    assert results.summary["transfers_m_cny"] == near(0.8 * 318.0)
    assert results.summary["system_cost_m_cny"] == near(0.8 * RESOURCES)
    assert results.summary["objective_m_cny"] == near(0.8 * (RESOURCES + 318.0))
    assert price(results.solution, "ingot_market", "south_ingot", 2025) == near(5110.0)


def test_a_generous_benchmark_is_swallowed_by_the_quota_rent(tmp_path):
    """Quota for 0.7 Mt/a, imports at 6,000, benchmark 12 t/t at 100 CNY/t: south gets 790 CNY/t.

    The rent of 6,000 - 5,200 = 800 becomes 800 + 100 x (12 - 4.1) = 1,590; the metal price stays.
    """
    world = priced_world(price_cny_per_t=100, scope="smelter_scope_1_2", benchmark_t_per_t=12)
    world.step("import_steps", "parity", 6000, 10)
    world.quota(north=0.6, south=0.6)
    world.scenario(policies={**world.keys["policies"], "capacity_cap": {"cap_mt_per_a": 0.7}})
    solution = world.solve(tmp_path)
    assert price(solution, "quota_use", "south", 2025) == near(-1590.0)
    assert price(solution, "ingot_market", "south_ingot", 2025) == near(6000.0)


def test_verified_allocation_costs_nothing(tmp_path):
    """2025 stands for two years and is verified, 2027 for three and pays: weights 1.44 and 1.24928.

    From 2027 on 200 CNY/t x 1.5 t/t x 0.8 Mt = 240 M CNY a year; neither price nor benchmark needs
    a value before.
    """
    world = priced_world(
        price_cny_per_t={2027: 200}, scope="direct", verified_until=2026, benchmark_t_per_t={2027: 0}
    )
    world.scenario(years=[2025, 2027], last_period_years=3)
    results = alopt.run("baseline", inputs=world.write(tmp_path))
    assert results.summary["objective_m_cny"] == near((1.44 + 1.24928) * RESOURCES + 1.24928 * 240.0)
    assert price(results.solution, "ingot_market", "south_ingot", 2025) == near(5200.0)
    assert price(results.solution, "ingot_market", "south_ingot", 2027) == near(5500.0)
    assert {row["year"] for row in results.tables["transfers"].records()} == {2027}


def test_verified_allocation_is_no_benchmark_at_the_mean(tmp_path):
    """A benchmark at the mean of 7.18 / 0.8 t/t also pays nil in sum, yet turns the merit order."""
    mean = 7.18 / 0.8
    world = priced_world(price_cny_per_t=199.9, scope="smelter_scope_1_2", benchmark_t_per_t=mean)
    solution = world.solve(tmp_path)
    assert solution.objective == near(0.8 * RESOURCES)
    assert price(solution, "ingot_market", "south_ingot", 2025) == near(5200.0 + 199.9 * (4.1 - mean))


def captive_world(site: str = "north_smelter", **fields) -> World:
    """North has 0.6 GW of its own at 200 CNY/MWh and 0.9 t/MWh for 6,500 h: 3.9 of its 7.8 TWh.

    Without a site the units serve all smelters of the region.
    """
    world = priced_world(scope="direct", **fields)
    world.add(
        "captive_units", unit="u", plant="p", owner="o", region="north", site=site, in_use=True,
        capacity_gw=0.6, start_year=2010, technology="subcritical",
    )  # fmt: skip
    values = {"operation_cny_per_kwh": 0.2, "hours_per_a": 6500, "emission_factor_t_per_mwh": 0.9}
    values |= {"coal_price_cny_per_t": 0, "heat_rate_kgce_per_kwh": 0.3, "levies_cny_per_kwh": 0}
    for quantity, value in {**values, "reserve_fee_cny_per_kwh": 0}.items():
        world.add("captive_costs", region="north", quantity=quantity, value=value)
    return world


@pytest.mark.parametrize(("carbon", "captive"), [(999.0, 3.9), (1001.0, 0.0)])
def test_captive_units_under_the_power_market_give_way_to_the_grid(tmp_path, carbon, captive):
    """Above a benchmark of 0.8 they pay 0.1 t/MWh: at 1,000 CNY/t their 200 meets the grid's 300.

    Direct emissions are allocated as verified, so nothing else is paid.

    - cost     power: captive 200, grid 300 CNY/MWh; south 5,200 CNY/t for 0.2 Mt
    """
    world = captive_world(
        price_cny_per_t=carbon,
        verified_until=2025,
        captive_power="power_ets",
        captive_benchmark_t_per_mwh=0.8,
    )
    results = alopt.run("baseline", inputs=world.write(tmp_path))
    drawn = results.solution.values("electricity")["north_smelter", "captive", 2025, "year"]
    assert drawn == near(captive)
    paid = captive * 0.1 * carbon
    assert results.summary["transfers_m_cny"] == near(0.8 * paid)
    power = captive * 200.0 + (7.8 - captive) * 300.0
    assert results.summary["objective_m_cny"] == near(0.8 * (power + 1040.0 + paid))


@pytest.mark.parametrize("site", ["north_smelter", ""])
def test_captive_units_below_the_power_benchmark_are_paid(tmp_path, site):
    """At 1.0 t/MWh allocated, 0.1 x 3.9 TWh x 100 CNY/t = 39 M CNY flow from the state to north."""
    world = captive_world(
        site,
        price_cny_per_t=100,
        verified_until=2025,
        captive_power="power_ets",
        captive_benchmark_t_per_mwh=1.0,
    )
    results = alopt.run("baseline", inputs=world.write(tmp_path))
    (row,) = results.tables["transfers"].records()
    assert (row["payer"], row["receiver"], row["site"]) == ("state", "smelters", "north_smelter")
    assert (row["component"], row["amount_m_cny"]) == ("captive_carbon", near(39.0))


def test_what_captive_units_pay_is_not_credited_at_the_border(tmp_path):
    """Smelters pay 100 x 1.5 x 0.8 = 120 at home, captive units 100 x 0.1 x 3.9 = 39 M CNY.

    Products hold a quarter of the metal: 0.25 x (400 x 1.2 - 120) = 90 at the border.
    """
    world = captive_world(price_cny_per_t=100, captive_power="power_ets", captive_benchmark_t_per_mwh=0.8)
    border = {"price_cny_per_t": 400, "scope": "direct", "basis": "actual", "benchmark_t_per_t": 0}
    border |= {"products_mt": 0.2, "carbon_price_credit": True}
    world.scenario(policies={**world.keys["policies"], "cbam": border})
    results = alopt.run("baseline", inputs=world.write(tmp_path))
    assert results.tables["transfers"].totals("amount_m_cny", "component") == {
        "carbon_price": near(120.0),
        "captive_carbon": near(39.0),
        "cbam": near(90.0),
    }


@pytest.mark.parametrize(
    ("fields", "as_if"),
    [
        ({"scope": "smelter_scope_1_2", "captive_power": "inside"}, {"scope": "smelter_scope_1_2"}),
        ({"scope": "direct", "captive_power": "none"}, {"scope": "direct"}),
        ({"scope": "direct", "verified_until": 2024}, {"scope": "direct"}),
    ],
)
def test_words_that_say_what_the_scope_says_already(tmp_path, fields, as_if):
    said = priced_world(price_cny_per_t=100, **fields).solve(tmp_path / "said")
    plain = priced_world(price_cny_per_t=100, **as_if).solve(tmp_path / "plain")
    assert said.objective == near(plain.objective)


def test_a_tighter_benchmark_is_never_cheaper(tmp_path):
    costs = [
        priced_world(price_cny_per_t=150, scope="smelter_scope_1_2", benchmark_t_per_t=benchmark)
        .solve(tmp_path / str(benchmark))
        .objective
        for benchmark in (9, 6, 3, 0)
    ]
    assert costs == sorted(costs)


def test_prices_between_listed_years_are_interpolated(tmp_path):
    world = priced_world(price_cny_per_t={2025: 100, 2035: 200}, scope="direct", benchmark_t_per_t={2025: 1})
    world.scenario(years=[2025, 2030, 2035, 2040])
    settings = world.data(tmp_path).policies["carbon_price"]
    assert settings.price == {2025: 100.0, 2030: 150.0, 2035: 200.0, 2040: 200.0}
    assert settings.benchmark == {2025: 1.0, 2030: 1.0, 2035: 1.0, 2040: 1.0}


def test_a_path_that_starts_after_the_first_model_year(tmp_path):
    world = priced_world(price_cny_per_t={2030: 100}, scope="direct")
    world.scenario(years=[2025, 2030])
    with pytest.raises(alopt.errors.InputError, match=r"says nothing of 2025"):
        world.data(tmp_path)


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"scope": "direct"}, "price_cny_per_t.*the field is missing"),
        ({"price_cny_per_t": 100}, "scope.*the field is missing"),
        ({"price_cny_per_t": -1, "scope": "direct"}, "is outside 0 to 100000"),
        ({"price_cny_per_t": "100", "scope": "direct"}, "is no number"),
        ({"price_cny_per_t": float("inf"), "scope": "direct"}, "is no number"),
        ({"price_cny_per_t": 100, "scope": "industry"}, "is not one of the allowed words"),
        ({"price_cny_per_t": 100, "scope": ["direct"]}, "is not one of the allowed words"),
        ({"price_cny_per_t": 100, "scope": "direct", "benchmark_t_per_t": -1}, "is outside 0 to 100"),
        ({"price_cny_per_t": 100, "scope": "direct", "benchmark": 5}, "no such field"),
    ],
)
def test_settings_that_are_wrong(tmp_path, fields, rule):
    with pytest.raises(alopt.errors.InputError, match=rule):
        priced_world(**fields).data(tmp_path)
