"""A subsidy on power by region: the merit order, the transfer, and no pay for power unused.

North at 300 CNY/MWh costs 3,900 CNY/t, south at 400 costs 5,200; 0.8 Mt, 0.6 from the first. A MWh
is a thirteenth of a tonne: 100 CNY/MWh in the south's favour turn the order. One year, worth 0.8.
"""

from itertools import pairwise

import pytest
from worlds import World, near, plain_world, price

import alopt
from alopt.report.screen import screen


def subsidised_world(subsidy, **fields) -> World:
    world = plain_world()
    world.scenario(policies={"power_subsidy": {"subsidy_cny_per_mwh": subsidy, **fields}})
    return world


@pytest.mark.parametrize("subsidy", [0, {"south": 0}, {2025: 0}, {"north": {2025: 0}}], ids=str)
def test_a_subsidy_of_nil_changes_nothing(tmp_path, subsidy):
    assert subsidised_world(subsidy).solve(tmp_path).objective == near(0.8 * 3380.0)


@pytest.mark.parametrize(("subsidy", "south"), [(99.9, 0.2), (100.1, 0.6)])
def test_a_subsidy_turns_the_merit_order(tmp_path, subsidy, south):
    solution = subsidised_world({"south": subsidy}).solve(tmp_path)
    assert solution.values("running")["south_smelter", "pot", 2025, "year"] == near(south)


def test_the_state_pays_smelters(tmp_path):
    """120 CNY/MWh on 7.8 TWh of the south: 936 M CNY; resources cost 0.6 x 5,200 + 0.2 x 3,900."""
    world = subsidised_world({"south": 120}, sources=["grid"], site_kind="existing")
    results = alopt.run("baseline", inputs=world.write(tmp_path))
    assert results.summary["system_cost_m_cny"] == near(0.8 * 3900.0)
    assert results.summary["objective_m_cny"] == near(0.8 * (3900.0 - 936.0))
    (paid,) = results.tables["transfers"].records()
    assert paid["amount_m_cny"] == near(936.0)
    assert (paid["payer"], paid["receiver"], paid["site"]) == ("state", "smelters", "south_smelter")


def test_a_surcharge_is_paid_by_smelters(tmp_path):
    """50 CNY/MWh more in the north, 390 M CNY on 7.8 TWh; the plan stands, the price is the south's."""
    results = alopt.run("baseline", inputs=subsidised_world({"north": -50}).write(tmp_path))
    assert results.summary["objective_m_cny"] == near(0.8 * (3380.0 + 390.0))
    (paid,) = results.tables["transfers"].records()
    assert (paid["payer"], paid["receiver"]) == ("smelters", "state")
    assert price(results.solution, "ingot_market", "south_ingot", 2025) == near(5200.0)


def test_power_that_earns_more_than_it_costs_is_still_used(tmp_path):
    """At 500 CNY/MWh each MWh drawn earns 100 in the south: 7.8 TWh, what its pots use, and no more."""
    solution = subsidised_world({"south": 500}).solve(tmp_path)
    assert solution.values("electricity")["south_smelter", "grid", 2025, "year"] == near(7.8)
    assert price(solution, "power_use", "south_smelter", 2025, "year") <= 0.0


@pytest.mark.parametrize(("subsidy", "wasted"), [(399, False), (401, True)])
def test_metal_that_is_made_for_the_subsidy_alone_is_told_of(tmp_path, subsidy, wasted):
    """400 CNY/MWh pay for all of the south's power: beyond that 0.4 Mt more than the 0.8 wanted are made."""
    world = subsidised_world({"north": subsidy, "south": subsidy})
    shown = " ".join(screen(alopt.run("baseline", inputs=world.write(tmp_path))).split())
    assert ("More metal is made than anybody uses in 2025, 0.4 Mt of it in 2025" in shown) == wasted
    assert ("More metal is made" in shown) == wasted


def test_a_higher_surcharge_is_never_cheaper(tmp_path):
    costs = [subsidised_world(-s).solve(tmp_path / str(s)).objective for s in (0, 50, 100, 500, 1500)]
    assert all(after >= before - 1e-9 for before, after in pairwise(costs))
    assert costs[-1] > costs[0]


def test_a_subsidy_by_region_and_year(tmp_path):
    """Between 2025 and 2035 it falls from 100 to 0; the north has none."""
    world = subsidised_world({"south": {2025: 100, 2035: 0}})
    world.scenario(years=[2025, 2030, 2035])
    found = world.data(tmp_path).policies["power_subsidy"].subsidy
    assert found == {("south", 2025): 100.0, ("south", 2030): 50.0, ("south", 2035): 0.0}
