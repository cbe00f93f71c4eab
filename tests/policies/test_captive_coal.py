"""Captive coal: retirement by age and size, fees, the end of cheap power, new units and their capital.

North has units of 0.5 GW (1990), 0.3 GW (2010) and 0.1 GW (2005) that give 5,000 hours at 200 CNY/MWh,
0.8 t CO2/MWh: 4.5 of the 7.8 TWh that its 0.6 Mt take, the rest from the grid at 300. South makes 0.2 Mt
at 5,200 CNY/t. So 4.5 x 200 + 3.3 x 300 + 1,040 = 2,930 M CNY a year; one year, worth 0.8.
"""

from itertools import pairwise

import pytest
from worlds import World, near, plain_world, price

import alopt
from alopt.errors import InputError

COSTS = {
    "coal_price_cny_per_t": 0.0,
    "heat_rate_kgce_per_kwh": 0.3,
    "operation_cny_per_kwh": 0.2,
    "levies_cny_per_kwh": 0.0,
    "reserve_fee_cny_per_kwh": 0.0,
    "hours_per_a": 5000.0,
    "emission_factor_t_per_mwh": 0.8,
}
BASE = 2930.0
NEW = {"regions": ["north"], "capex_cny_per_kw": 720, "life_a": 2, "limit_gw": 0.5}


def captive_world(**fields) -> World:
    world = plain_world()
    for unit, capacity, start in (("old", 0.5, 1990), ("large", 0.3, 2010), ("small", 0.1, 2005)):
        world.add(
            "captive_units", unit=unit, plant="station", owner="north_smelter", region="north",
            site="north_smelter", in_use=True, capacity_gw=capacity, start_year=start, technology="coal",
        )  # fmt: skip
    for region in ("north", "south"):
        world.quantities("captive_costs", "region", region, COSTS)
    if fields:
        world.scenario(policies={"captive_coal": fields})
    return world


def rows(results, table, **where):
    return [row for row in results.tables[table].records() if where.items() <= row.items()]


@pytest.mark.parametrize(
    "fields",
    [
        {"new_units": "refused"},
        {"backup_fee_cny_per_mwh": 0},
        {"new_units": NEW | {"limit_gw": 0}},
        {"new_units": NEW | {"capex_cny_per_kw": 910}},
    ],
    ids=["refused", "no fee", "no room", "too dear"],
)
def test_a_neutral_setting_changes_nothing(tmp_path, fields):
    assert captive_world(**fields).solve(tmp_path).objective == near(0.8 * BASE)


@pytest.mark.parametrize(
    ("rule", "left"),
    [
        ({"from_year": 2025, "age_a": 35}, 0.4),
        ({"from_year": 2025, "age_a": 20}, 0.3),
        ({"from_year": 2025, "smaller_than_gw": 0.3, "smaller_age_a": 20}, 0.8),
        ({"from_year": 2025, "smaller_than_gw": 0.3, "smaller_age_a": 15}, 0.8),
        ({"from_year": 2024, "age_a": 30, "smaller_than_gw": 0.2, "smaller_age_a": 10}, 0.3),
        ({"none_from_year": 2025}, 0.0),
    ],
    ids=["at 35", "at 20", "small at 20", "small at 15", "both", "none"],
)
def test_what_a_rule_leaves(tmp_path, rule, left):
    """Every TWh lost costs 100 M CNY more from the grid, and one more MWh of it would save 100 CNY."""
    results = alopt.run("baseline", inputs=captive_world(retirement=rule).write(tmp_path))
    assert results.summary["objective_m_cny"] == near(0.8 * (BASE + 100.0 * 5.0 * (0.9 - left)))
    row = ("north_smelter|captive", 2025, "year")
    assert price(results.solution, "captive_retirement", *row) == near(-100.0)
    (station,) = results.tables["supply"].records()
    assert station["capacity_gw"] == near(left)


def test_units_leave_year_by_year(tmp_path):
    """Units of 30 years go from 2030 on; that of 2010 reaches its life of 40 years only in 2050."""
    world = captive_world(retirement={"from_year": 2030, "age_a": 30, "none_from_year": 2045})
    world.scenario(years=[2025, 2030, 2035, 2040, 2045])
    data = world.data(tmp_path)
    standing = data.policies["captive_coal"].standing
    assert standing == {
        ("north_smelter|captive", 2035): near(0.3),
        ("north_smelter|captive", 2040): near(0.0),
        ("north_smelter|captive", 2045): near(0.0),
    }


def test_a_shorter_age_is_never_cheaper(tmp_path):
    costs = [
        captive_world(retirement={"from_year": 2025, "age_a": age}).solve(tmp_path / str(age)).objective
        for age in (35, 20, 15, 0)
    ]
    assert all(after >= before - 1e-9 for before, after in pairwise(costs))
    assert costs[-1] > costs[0]


def test_a_fee_below_the_margin_is_paid(tmp_path):
    """60 CNY/MWh on 4.5 TWh: 270 M CNY to the grid company."""
    world = captive_world(backup_fee_cny_per_mwh={"north": 60})
    results = alopt.run("baseline", inputs=world.write(tmp_path))
    assert results.summary["objective_m_cny"] == near(0.8 * (BASE + 270.0))
    assert results.summary["system_cost_m_cny"] == near(0.8 * BASE)
    (paid,) = results.tables["transfers"].records()
    assert (paid["amount_m_cny"], paid["component"]) == (near(270.0), "captive_backup_fee")
    assert (paid["payer"], paid["receiver"]) == ("smelters", "grid company")


def test_a_fee_above_the_margin_stops_the_units(tmp_path):
    """At 200 + 120 the grid is cheaper: nothing is paid, and all 7.8 TWh cost 300."""
    results = alopt.run("baseline", inputs=captive_world(backup_fee_cny_per_mwh=120).write(tmp_path))
    assert results.summary["objective_m_cny"] == near(0.8 * 3380.0)
    assert results.tables["transfers"].rows == []


def test_power_that_was_preferred_gets_dearer(tmp_path):
    """50 CNY/MWh on the north's 3.3 TWh from the grid: 165 M CNY."""
    end = {"regions": ["north"], "sources": ["grid"], "amount_cny_per_mwh": 50, "from_year": 2025}
    results = alopt.run("baseline", inputs=captive_world(preferential_tariff_end=[end]).write(tmp_path))
    assert results.summary["objective_m_cny"] == near(0.8 * (BASE + 165.0))
    (paid,) = results.tables["transfers"].records()
    assert (paid["amount_m_cny"], paid["component"]) == (near(165.0), "preferential_tariff_end")
    assert (paid["payer"], paid["receiver"]) == ("smelters", "grid company")


def test_a_tariff_ends_from_its_year_on(tmp_path):
    end = {"regions": ["north"], "sources": ["grid"], "amount_cny_per_mwh": 50, "from_year": 2028}
    world = captive_world(preferential_tariff_end=[end])
    world.scenario(years=[2025, 2030], last_period_years=5)
    results = alopt.run("baseline", inputs=world.write(tmp_path))
    assert set(results.tables["transfers"].totals("amount_m_cny", "year")) == {2030}


def test_new_units_up_to_the_exception(tmp_path):
    """720 CNY/kW over two years at 25 %: 720 / (1 + 0.8) = 400 CNY/kW·a, 80 CNY/MWh at 5,000 hours.

    At 280 CNY/MWh they beat the grid by 20: 0.5 GW give 2.5 TWh and save 50 M CNY a year, after 200 of
    capital; one more kW would save 5 MWh x 20 = 100 CNY a year.
    """
    results = alopt.run("baseline", inputs=captive_world(new_units=NEW).write(tmp_path))
    assert results.summary["objective_m_cny"] == near(0.8 * (BASE - 50.0))
    assert results.summary["transfers_m_cny"] == near(0.0)
    (capital,) = rows(results, "costs", component="captive_capital")
    assert (capital["cost_m_cny"], capital["kind"]) == (near(200.0), "resource")
    assert price(results.solution, "new_captive_limit", "north", 2025) == near(-100.0)
    supply = {row["source"]: row for row in results.tables["supply"].records()}
    assert supply["captive_new"]["built_gw"] == near(0.5)
    assert supply["captive_new"]["capacity_gw"] == near(0.5)
    (power,) = rows(results, "electricity", source="captive_new")
    assert (power["electricity_twh"], power["emissions_mt_co2e"]) == (near(2.5), near(2.0))
    (year,) = results.summary["years"].values()
    assert year["captive_share"] == near((4.5 + 2.5) / 10.4)


def test_new_units_stand_for_their_life_and_are_charged_within_the_horizon(tmp_path):
    """Built in 2025 for two years, 2026 is their last: those of 2027 are built anew."""
    world = captive_world(new_units=NEW)
    world.scenario(years=[2025, 2026, 2027], last_period_years=1)
    results = alopt.run("baseline", inputs=world.write(tmp_path))
    supply = rows(results, "supply", source="captive_new")
    assert [row["capacity_gw"] for row in supply] == [near(0.5)] * 3
    assert [row["built_gw"] for row in supply] == [near(0.5), near(0.0), near(0.5)]
    assert [row["retired_gw"] for row in supply] == [near(0.0), near(0.0), near(0.5)]
    capital = rows(results, "costs", component="captive_capital")
    assert [row["cost_m_cny"] for row in capital] == [near(200.0)] * 3


def test_who_may_build(tmp_path):
    """Existing sites with a station and newcomers' sites of the listed regions; no other."""
    world = captive_world(new_units=NEW | {"regions": ["north", "south"]})
    world.pot("modern", new_capex=9000.0)
    for region in ("north", "south"):
        world.newcomer(f"new_{region}", region)
        world.power(region, 350.0, "newcomer_grid", kind="newcomer")
    power = world.data(tmp_path).power
    builders = {i for i, sources in power.sources.items() if "captive_new" in sources}
    assert builders == {"north_smelter", "new_north", "new_south"}
    assert power.price["new_south", "captive_new", "year"] == near(200.0)
    assert power.coal_share["new_south", "captive_new", 2025] == 1.0


def test_without_the_policy_no_site_has_the_source(tmp_path):
    sources = captive_world(new_units="refused").data(tmp_path).power.sources
    assert not any("captive_new" in names for names in sources.values())


def test_new_units_take_part_in_the_carbon_market(tmp_path):
    """Old and new units give 4.5 + 2.5 TWh at 0.8 t/MWh, 0.1 above the benchmark: 0.7 Mt x 10 CNY/t."""
    world = captive_world()
    market = {
        "price_cny_per_t": 10, "scope": "direct", "captive_power": "power_ets",
        "captive_benchmark_t_per_mwh": 0.7,
    }  # fmt: skip
    world.scenario(policies={"captive_coal": {"new_units": NEW}, "carbon_price": market})
    results = alopt.run("baseline", inputs=world.write(tmp_path))
    assert results.tables["electricity"].sum("electricity_twh", source="captive_new") == near(2.5)
    assert results.tables["transfers"].sum("amount_m_cny", component="captive_carbon") == near(7.0)
    assert all(check["ok"] for check in results.summary["checks"])


def test_units_that_are_not_there_need_no_life(tmp_path):
    world = captive_world(retirement={"none_from_year": 2025})
    for table, where in (("captive_units", {}), ("parameters", {"parameter": "captive_life_a"})):
        world.remove(table, **where)
    with pytest.raises(InputError, match="no unit that stands falls under the rule"):
        world.data(tmp_path)


def test_a_generous_benchmark_pays_for_no_power_that_nobody_uses(tmp_path):
    """1,000 x (1.5 - 0.8) = 700 CNY/MWh for power of 200: the north draws 13 MWh for each t that it makes."""
    world = captive_world()
    market = {
        "price_cny_per_t": 1000, "scope": "direct", "captive_power": "power_ets",
        "captive_benchmark_t_per_mwh": 1.5,
    }  # fmt: skip
    world.scenario(policies={"carbon_price": market})
    world.demand(0.1)
    results = alopt.run("baseline", inputs=world.write(tmp_path))
    drawn = results.tables["electricity"].sum("electricity_twh")
    assert drawn == near(13.0 * results.tables["production"].sum("production_mt"))
