"""Who gains and who loses: users, makers, recyclers, the state and others, by hand and closing.

North makes 0.6 Mt at 3,900 CNY/t, south up to 0.6 Mt at 5,200 and sets the price; 0.8 Mt are wanted.
"""

from dataclasses import replace

import pytest
from worlds import World, near, plain_world

import alopt
from alopt.policies import SMELTERS, STATE, captive_coal, cbam, metal_tariff, renewable_share, tiered_tariff
from alopt.report.compare_screen import compare_screen
from alopt.results.burden import _TRADE, ABROAD, MAKERS, RECYCLERS, USERS, burden
from alopt.results.compare import Comparison, compare
from alopt.results.saved import Run, of_results

WEIGHT = 0.8  # present value of a payment of the one year


def priced(cny_per_t: float, scope: str) -> dict:
    return {"policies": {"carbon_price": {"price_cny_per_t": cny_per_t, "scope": scope}}}


def carbon_world() -> World:
    world = plain_world()
    world.quantities("cell_values", "class", "pot", {"anode_co2_t_per_t": 1.5})
    return world


def pair(world: World, folder, settings: dict) -> tuple[Run, Run]:
    folder = world.write(folder)
    return tuple(of_results(alopt.run("baseline", inputs=folder, settings=s)) for s in ({}, settings))


def gains(found: Comparison) -> dict[str, float]:
    """Gain of each group in 2025, M CNY a year, which the present values repeat."""
    year = {row["item"]: row["difference"] for row in found.table.records() if row["theme"] == "who bears it"}
    assert found.burden == {group: near(WEIGHT * gain) for group, gain in year.items()}
    return year


def test_a_carbon_price_is_borne_by_users_and_makers(tmp_path):
    """At 300 CNY/t south comes first, at 5,200 + 1,230; north, at 3,900 + 3,180 = 7,080, sets the price.

    - users    0.8 × (7,080 - 5,200) = 1,504 more
    - makers   0.6 × (5,200 - 3,900) = 780 before, 0.6 × (7,080 - 6,430) = 390 after
    - state    300 × (0.2 × 10.6 + 0.6 × 4.1) = 1,374
    """
    found = compare(*pair(carbon_world(), tmp_path, priced(300, "smelter_scope_1_2")))
    assert gains(found) == {USERS: near(-1504), MAKERS: near(-390), RECYCLERS: 0.0, STATE: near(1374)}
    assert sum(found.burden.values()) == near(-WEIGHT * 520)


def test_users_who_go_without_lose_what_metal_was_worth_to_them(tmp_path):
    """Half of demand is worth 5,300. At 200 CNY/t on direct emissions south's metal costs 5,500.

    - users    0.8 × 5,200 before; 0.6 × 5,300 and 0.2 × 5,300 of metal missed after: 80 more
    - makers   0.6 × 1,300 before, 0.6 × (5,300 - 3,900 - 300) after: 120 less
    - state    0.6 × 1.5 × 200 = 180
    """
    world = carbon_world()
    world.remove("demand_steps")
    world.step("demand_steps", "must", 30000, 0.5)
    world.step("demand_steps", "may", 5300, 0.5)
    found = compare(*pair(world, tmp_path, priced(200, "direct")))
    assert gains(found) == {USERS: near(-80), MAKERS: near(-120), RECYCLERS: 0.0, STATE: near(180)}
    assert found.totals["system_cost_m_cny"]["difference"] == near(WEIGHT * 20)


def test_makers_of_recycled_metal_gain_by_a_dearer_tonne(tmp_path):
    """Of 0.9 Mt wanted 0.1 are recycled; the price rises by 1,880 as above."""
    world = carbon_world()
    world.demand(0.9)
    world.remove("recycled")
    world.add("recycled", path="central", year=2025, recycled_mt=0.1)
    found = compare(*pair(world, tmp_path, priced(300, "smelter_scope_1_2")))
    assert gains(found) == {USERS: near(-1692), MAKERS: near(-390), RECYCLERS: near(188), STATE: near(1374)}


def test_what_is_paid_abroad_is_not_said_to_stay(tmp_path):
    """400 CNY/t on a quarter of 1.5 t/t is 150 CNY/t, 120 M CNY, that users pay and abroad has."""
    charge = {
        "price_cny_per_t": 400,
        "scope": "direct",
        "basis": "actual",
        "benchmark_t_per_t": 0,
        "products_mt": 0.2,
    }
    found = compare(*pair(carbon_world(), tmp_path, {"policies": {"cbam": charge}}))
    assert gains(found) == {USERS: near(-120), MAKERS: near(0), RECYCLERS: 0.0, ABROAD: near(120)}
    assert found.totals["paid_abroad_m_cny"]["difference"] == near(WEIGHT * 120)
    shown = " ".join(compare_screen(found).split())
    assert "payments +0.1 bn CNY (these change hands, but +0.1 go abroad)" in shown
    home = compare(*pair(carbon_world(), tmp_path / "home", priced(300, "direct")))
    assert "these change hands, and are no cost to the country" in " ".join(compare_screen(home).split())


def test_a_grant_of_the_state_is_its_loss(tmp_path):
    """70 CNY/MWh for south: its metal costs 5,200 - 910 and still sets the price, so nothing moves.

    - users    0.8 × 910 = 728 less
    - makers   0.6 × (4,290 - 3,900) = 234 after 780
    - state    0.2 × 910 = 182
    """
    grant = {"policies": {"power_subsidy": {"subsidy_cny_per_mwh": {"south": 70}}}}
    found = compare(*pair(plain_world(), tmp_path, grant))
    assert gains(found) == {USERS: near(728), MAKERS: near(-546), RECYCLERS: 0.0, STATE: near(-182)}


def test_payers_in_the_trade_are_told_from_receivers_outside_it():
    assert {SMELTERS, metal_tariff.IMPORTERS, cbam.EXPORTERS} == _TRADE
    outside = {STATE, cbam.ABROAD, tiered_tariff.RECEIVER, captive_coal.RECEIVER, renewable_share.RECEIVER}
    assert not outside & _TRADE
    assert cbam.ABROAD == ABROAD


def test_a_market_without_a_price_leaves_the_question_open(tmp_path):
    run, _ = pair(plain_world(), tmp_path, {})
    table = run.tables["markets"]
    price, demand = (table.columns.index(name) for name in ("price_cny_per_t", "demand"))
    changed = [[*row] for row in table.rows]
    for row in changed:
        row[price] = None if row[demand] else row[price]
    blind = replace(run, tables={**run.tables, "markets": replace(table, rows=[tuple(r) for r in changed])})
    assert burden(blind, 2025) == {}
    assert compare(run, blind).burden == {}
    assert "Who gains" not in compare_screen(compare(run, blind))


@pytest.mark.parametrize("name", ["carbon-market", "ets-tiers-cbam", "guinea-embargo"])
def test_shipped_runs_close(name):
    """Year by year and in present value what all groups lose is what resources cost more."""
    found = compare(*(of_results(alopt.run(each)) for each in ("baseline", name)))
    spent: dict[int, float] = {}
    for row in found.table.records():
        sign = {"who bears it": 1.0, "cost by component": 1.0}.get(row["theme"])
        if sign:
            spent[row["year"]] = spent.get(row["year"], 0.0) + sign * row["difference"]
    assert len(spent) == 8
    assert all(rest == pytest.approx(0.0, abs=1e-4) for rest in spent.values())
    cost = found.totals["system_cost_m_cny"]["difference"]
    assert sum(found.burden.values()) == pytest.approx(-cost, rel=1e-6)
