"""Least shares of renewable power: what they move, what a MWh is worth, certificates.

A grid without renewable power emits 1 t/MWh here, so north's power (0.7 t/MWh) is 30 % renewable and
south's (0.2) 80 %. North at 300 CNY/MWh makes 0.6 Mt for 3,900 CNY/t, south 0.2 Mt for 5,200: 7.8 and
2.6 TWh, 2.34 + 2.08 = 4.42 of 10.4 TWh renewable, for 3,380 M CNY. A tonne moved to the south adds 13
x 0.5 = 6.5 MWh for 1,300 CNY: 200 CNY/MWh. One year, worth 0.8.
"""

from itertools import pairwise

import pytest
from worlds import DRY, WET, World, near, plain_world, price

import alopt


def green_world(**fields) -> World:
    world = plain_world()
    world.parameters(fossil_emission_factor_t_per_mwh=1.0)
    if fields:
        world.scenario(policies={"renewable_share": fields})
    return world


def terms(cny_per_mwh: float, limit: float = 1.0) -> dict[str, float]:
    return {"price_cny_per_mwh": cny_per_mwh, "share_limit": limit}


@pytest.mark.parametrize(
    "fields",
    [
        {"national_share": 0.425, "certificates": "none"},
        {"regional": {"north": 0.3, "south": 0.8}, "certificates": "none"},
        {"national_share": 1.0, "regional": {"north": 1.0}, "certificates": terms(0.0)},
    ],
    ids=["national", "regional", "free certificates"],
)
def test_a_slack_share_changes_nothing(tmp_path, fields):
    assert green_world(**fields).solve(tmp_path).objective == near(0.8 * 3380.0)


def test_a_national_share_moves_metal(tmp_path):
    """Half of 10.4 TWh: 0.78 TWh more, 0.12 Mt moved, 156 M CNY a year.

    Metal costs 5,200 in the south less 13 x 0.3 x 200 for the green power that it has to spare.
    """
    solution = green_world(national_share=0.5, certificates="none").solve(tmp_path)
    assert solution.objective == near(0.8 * 3536.0)
    assert solution.values("running")["north_smelter", "pot", 2025, "year"] == near(0.48)
    assert price(solution, "renewable_share_national", 2025) == near(200.0)
    assert price(solution, "ingot_market", "south_ingot", 2025) == near(5200.0 - 780.0)


def test_certificates_cheaper_than_the_move(tmp_path):
    """0.78 TWh at 100 CNY/MWh: 78 M CNY to green generators; resources cost what they did."""
    world = green_world(national_share=0.5, certificates=terms(100.0))
    results = alopt.run("baseline", inputs=world.write(tmp_path))
    assert results.summary["system_cost_m_cny"] == near(0.8 * 3380.0)
    assert results.summary["objective_m_cny"] == near(0.8 * 3458.0)
    assert price(results.solution, "renewable_share_national", 2025) == near(100.0)
    (paid,) = results.tables["transfers"].records()
    assert (paid["amount_m_cny"], paid["region"]) == (near(78.0), "")
    assert (paid["payer"], paid["receiver"]) == ("smelters", "green generators")


def test_certificates_up_to_a_share_of_power(tmp_path):
    """5 % of 10.4 TWh by certificate, the other 0.26 TWh by moving 0.04 Mt: 52 + 52 M CNY.

    One more MWh by certificate would save 200 - 100.
    """
    solution = green_world(national_share=0.5, certificates=terms(100.0, 0.05)).solve(tmp_path)
    assert solution.objective == near(0.8 * (3380.0 + 104.0))
    assert sum(solution.values("certificates").values()) == near(0.52)
    assert price(solution, "certificate_limit", "north", 2025) == near(-100.0)
    assert price(solution, "certificate_limit", "south", 2025) == near(-100.0)


def test_a_region_pays_for_what_its_own_power_lacks(tmp_path):
    """North asks for 35 %: 5 % of 7.8 TWh x 100 = 39 M CNY; the nation's half needs 0.39 TWh more."""
    shares = {"national_share": 0.5, "regional": {"north": 0.35}}
    world = green_world(**shares, certificates=terms(100.0))
    results = alopt.run("baseline", inputs=world.write(tmp_path))
    paid = results.tables["transfers"].totals("amount_m_cny", "region")
    assert paid == {"": near(39.0), "north": near(39.0)}
    assert results.summary["objective_m_cny"] == near(0.8 * 3458.0)


def test_without_certificates_a_region_of_grey_power_alone_stops(tmp_path):
    """No power of the north is more than 30 % renewable: 0.6 Mt come from the south, 0.2 go unserved."""
    solution = green_world(regional={"north": 0.35}, certificates="none").solve(tmp_path)
    assert solution.objective == near(0.8 * (0.6 * 5200.0 + 0.2 * 30000.0))


def test_a_certificate_at_the_dual_costs_what_the_share_does(tmp_path):
    """At 200 CNY/MWh the plan with 0.12 Mt moved is as good as 0.78 TWh of certificates."""
    capped = green_world(national_share=0.5, certificates="none").solve(tmp_path / "capped")
    worth = price(capped, "renewable_share_national", 2025)
    priced = green_world(national_share=0.5, certificates=terms(worth)).solve(tmp_path / "priced")
    assert priced.objective == near(capped.objective)


def test_a_greater_share_is_never_cheaper(tmp_path):
    shares = (0.0, 0.4, 0.45, 0.5, 0.55, 0.6)
    costs = [
        green_world(national_share=s, certificates=terms(150.0, 0.1)).solve(tmp_path / str(s)).objective
        for s in shares
    ]
    assert all(after >= before - 1e-9 for before, after in pairwise(costs))
    assert costs[-1] > costs[0]


def test_green_power_must_be_used_to_count(tmp_path):
    """Hydro is free in the wet half year and absent in the dry one; half of 0.8 Mt runs on it at most.

    To draw more of it than the pots use would raise the share for nothing.
    """
    world = green_world(regional={"north": 0.66}, certificates="none")
    world.slices(("wet", "wet", WET, 0.5), ("dry", "dry", DRY, 0.5))
    world.power("north", 0.0, "hydro", factor="zero", volume={WET: 100.0, DRY: 0.0})
    solution = world.solve(tmp_path)
    drawn = sum(x for (i, *_), x in solution.values("electricity").items() if i == "north_smelter")
    metal = 0.5 * sum(x for (i, *_), x in solution.values("running").items() if i == "north_smelter")
    assert drawn == near(13.0 * metal)
    hydro = sum(x for (i, e, *_), x in solution.values("electricity").items() if e == "hydro")
    assert hydro + 0.3 * (drawn - hydro) == near(0.66 * drawn)


def test_the_shipped_weights():
    """0.29 in 2024 and 0.327 in 2025 in both parts of Inner Mongolia; the last holds to the end."""
    settings = {"policies.renewable_share": {"regional": "aluminium", "certificates": "none"}}
    regional = alopt.load(settings=settings).policies["renewable_share"].regional
    assert {regional[r, 2025] for r in ("inner_mongolia_east", "inner_mongolia_west")} == {0.327}
    assert regional["yunnan", 2060] == 0.7
    assert ("shandong", 2030) in regional
