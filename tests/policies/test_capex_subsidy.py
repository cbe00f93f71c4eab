"""Capex subsidies: what the state pays follows the charge of the capital, and its transfer is no cost.

A newcomer in the south makes 0.2 Mt at 3,900 CNY/t and a capex of 500 CNY per t/a over 20 years, which
is 101.2 a year; imports cost 6,000. One year, worth 0.8.
"""

import pytest
from test_moratorium import ANNUITY, building_world
from worlds import near, price

import alopt

RESOURCES = 0.6 * 3900.0 + 0.2 * (3900.0 + ANNUITY)


def granted(kinds, world=None, **fields):
    world = world or building_world()
    world.scenario(policies={"capex_subsidy": {"grants": {"green": {"kinds": kinds, **fields}}}})
    return world


@pytest.mark.parametrize("fields", [{"share": 0.0}, {"cny_per_t_a": 0}])
def test_a_grant_of_nothing_changes_nothing(tmp_path, fields):
    kinds = ["new_build", "rebuild", "retrofit"]
    assert granted(kinds, **fields).solve(tmp_path).objective == near(0.8 * RESOURCES)


@pytest.mark.parametrize(
    ("fields", "part"),
    [
        ({"share": 0.3}, 0.3),
        ({"share": {2025: 0.3}, "regions": ["south"]}, 0.3),
        ({"cny_per_t_a": 100}, 0.2),
    ],
)
def test_new_lines(tmp_path, fields, part):
    """Of 101.2 a year the state pays a part, from its hand to the smelters'; resources cost what they did."""
    results = alopt.run("baseline", inputs=granted(["new_build"], **fields).write(tmp_path))
    paid = 0.2 * part * ANNUITY
    assert results.summary["transfers_m_cny"] == near(-0.8 * paid)
    assert results.summary["system_cost_m_cny"] == near(0.8 * RESOURCES)
    (row,) = results.tables["transfers"].records()
    assert (row["payer"], row["receiver"], row["site"]) == ("state", "smelters", "new_south")
    assert row["amount_m_cny"] == near(paid)
    assert price(results.solution, "ingot_market", "south_ingot", 2025) == near(3900.0 + (1 - part) * ANNUITY)


def test_an_amount_is_never_more_than_the_capex(tmp_path):
    """900 CNY per t/a for a capex of 500: all of it; north at 3,770 CNY/t stays ahead."""
    world = building_world()
    world.power("north", 290)
    results = alopt.run("baseline", inputs=granted(["new_build"], world, cny_per_t_a=900).write(tmp_path))
    assert results.summary["transfers_m_cny"] == near(-0.8 * 0.2 * ANNUITY)


@pytest.mark.parametrize(("share", "rebuilt"), [(0.66, 0.0), (0.68, 0.6)])
def test_a_rebuild_pays_from_a_share(tmp_path, share, rebuilt):
    """14 to 13 MWh/t at 300 saves 300 CNY/t a year; a capex of 4,446 over 20 years costs 900: two thirds."""
    world = building_world()
    world.power("south", 400, kind="newcomer")
    world.pot("old", mwh_per_t=14.0, maintenance_cny_per_t_a=0.0, cf4_kg_per_t=0.0, c2f6_kg_per_t=0.0)
    world.remove("fleet", site="north_smelter")
    world.smelter("north_smelter", "north", 0.6, "old")
    capex = 900.0 * 500.0 / ANNUITY
    world.measure("lines", durable_capex_cny_per_t_a=capex, durable_life_a=20)
    world.retrofit("old", "pot", "lines", kind="rebuild")
    results = alopt.run("baseline", inputs=granted(["rebuild"], world, share=share).write(tmp_path))
    steps = results.solution.values("retrofitted_capacity")
    assert steps["north_smelter", "old", "pot", 2025] == near(rebuilt)
    assert results.summary["transfers_m_cny"] == near(-0.8 * share * 900.0 * rebuilt)


def retrofit_world(capex: float = 540.0):
    """North alone saves 1 MWh/t, 300 CNY/t, by a measure of two years' life; a sixth a year is relined."""
    world = building_world()
    world.demand(0.6)
    world.remove("sites", site="new_south")
    world.measure(
        "saver", voltage_change_v=-1000.0 / 2980.0, recurring_capex_cny_per_t_a=capex, recurring_life_a=2
    )
    world.state("better", "pot", "saver")
    world.retrofit("pot", "better", "saver")
    return world


@pytest.mark.parametrize(("share", "relined"), [(0.24, 0.0), (0.26, 0.1)])
def test_a_retrofit_pays_from_a_share(tmp_path, share, relined):
    """A capex of 720 over two years is 400 a year: a quarter must be granted to save 300 for it."""
    world = granted(["retrofit"], retrofit_world(720.0), share=share)
    results = alopt.run("baseline", inputs=world.write(tmp_path))
    step = ("north_smelter", "pot", "better", 2025)
    assert results.solution.values("retrofitted_capacity")[step] == near(relined)
    assert results.summary["transfers_m_cny"] == near(-0.8 * share * 400.0 * relined)


def test_a_retrofit_is_granted_for_its_first_life(tmp_path):
    """Two years' life from 2025: 2025 and 2026 are paid, 2027 is not, though the measure is renewed.

    0.1 Mt/a x 300 CNY a year x 0.5 in 2025 and 2026, and the 0.1 relined in each later year likewise.
    """
    world = granted(["retrofit"], retrofit_world(), share={2025: 0.5, 2026: 0.0})
    world.scenario(years=[2025, 2026, 2027])
    results = alopt.run("baseline", inputs=world.write(tmp_path))
    paid = results.tables["transfers"].totals("amount_m_cny", "year")
    assert paid == {2025: near(15.0), 2026: near(15.0)}
    assert results.summary["transfers_m_cny"] == near(-15.0 * (0.8 + 0.64))


def test_a_line_that_closes_is_granted_nothing_for_its_retrofit(tmp_path):
    """Nothing is wanted, closing costs nothing: a whole grant for a measure does not pay one to take it."""
    world = granted(["retrofit"], retrofit_world(), share=1.0)
    world.demand(0.0)
    world.parameters(overhead_cny_per_t_a=10)
    results = alopt.run("baseline", inputs=world.write(tmp_path))
    assert results.summary["transfers_m_cny"] == near(0.0)
    assert results.summary["objective_m_cny"] == near(0.0)


def test_vintages_and_what_stands_agree_with_the_objective(tmp_path):
    """Demand falls from 0.6 to 0.15 and grants differ by year: the table of costs is the objective."""
    world = granted(["retrofit"], retrofit_world(), share={2025: 0.9, 2026: 0.3, 2027: 0.6})
    world.demand({2025: 0.6, 2026: 0.4, 2027: 0.15})
    world.parameters(overhead_cny_per_t_a=10)
    world.quantities(
        "measure_values", "measure", "saver", {"recurring_life_a": 3, "recurring_capex_cny_per_t_a": 700}
    )
    world.scenario(years=[2025, 2026, 2027], last_period_years=2)
    results = alopt.run("baseline", inputs=world.write(tmp_path))
    check = next(c for c in results.summary["checks"] if c["name"] == "cost table = objective")
    assert check["relative_error"] < 1e-9
    assert results.summary["transfers_m_cny"] < -1.0


def test_more_is_never_dearer(tmp_path):
    costs = [
        granted(["new_build"], share=share).solve(tmp_path / str(share)).objective
        for share in (1.0, 0.5, 0.0)
    ]
    assert costs == sorted(set(costs))


def test_grants_for_retrofits_need_no_life_of_new_lines(tmp_path):
    """A world that builds nothing new gives none, and none is asked for."""
    world = granted(["retrofit"], retrofit_world(720.0), share=0.26)
    world.pot("pot", maintenance_cny_per_t_a=0.0, cf4_kg_per_t=0.0, c2f6_kg_per_t=0.0)
    world.remove("parameters", parameter="new_build_life_a")
    results = alopt.run("baseline", inputs=world.write(tmp_path))
    assert results.summary["transfers_m_cny"] == near(-0.8 * 0.26 * 400.0 * 0.1)
