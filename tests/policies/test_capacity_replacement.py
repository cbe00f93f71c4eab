"""Capacity replacement: ratios and bans on moving quota, the bar on reuse, fees.

North's old 0.6 Mt/a make metal at 5,200 CNY/t and hold all the quota. A newcomer in the south has
power at 300 CNY/MWh and a capex of 500 CNY per t/a: its full cost is 3,900 and the 20-year charge,
about 4,001. 1.0 Mt is wanted; imports cost 6,000 and are always marginal. One year, worth 0.8.
"""

import pytest
from worlds import World, near, plain_world, price

import alopt

FULL_COST = 3900.0 + 500.0 / sum(0.8**s for s in range(20))
#: What a t/a of quota earns a newcomer, and north's old pots.
NEW_MARGIN, OLD_MARGIN = 6000.0 - FULL_COST, 6000.0 - 5200.0
STAYS = 0.6 * 5200.0 + 0.4 * 6000.0


def replacement_world(newcomer: str = "south", **rules) -> World:
    world = plain_world()
    world.remove("fleet", site="south_smelter")
    world.power("north", 400)
    world.demand(1.0)
    world.step("import_steps", "parity", 6000, 10)
    world.quota(north=0.6)
    world.newcomer(f"new_{newcomer}", newcomer)
    world.power(newcomer, 300, kind="newcomer")
    world.pot("new_pot", new_capex=500, maintenance_cny_per_t_a=0.0)
    policies = {"capacity_cap": {"cap_mt_per_a": 5}}
    if rules:
        policies["capacity_replacement"] = {"ratio": 1.0, **rules}
    world.scenario(policies=policies)
    return world


def pair(ratio: float) -> dict:
    return {"ratios": [{"from": "north", "to": "south", "ratio": ratio}]}


def moved(built: float, kept: float) -> float:
    """Cost of a plan that builds in the south and keeps in the north, M CNY a year."""
    return built * FULL_COST + kept * 5200.0 + (1.0 - built - kept) * 6000.0


def test_equal_replacement_is_neutral(tmp_path):
    """Without the policy quota moves one to one; with a ratio of 1 it does too: 0.6 to the south."""
    without = replacement_world().solve(tmp_path / "without")
    equal = replacement_world(ratio=1.0).solve(tmp_path / "equal")
    assert without.objective == near(0.8 * moved(0.6, 0.0))
    assert equal.objective == near(without.objective)
    assert price(equal, "quota_use", "south", 2025) == near(-NEW_MARGIN)


@pytest.mark.parametrize(
    "rules", [pair(1.25), {"ratio": 1.25}, {"ratios": [{"from": "any", "to": "south", "ratio": 1.25}]}]
)
def test_reduction_by_a_ratio(tmp_path, rules):
    """At 1.25 north gives up 0.6 for 0.48 in the south.

    - cost     0.48 x full cost + 0.52 x 6,000 M CNY a year
    - rent     6,000 - full cost in the south; in the north a t/a of quota is worth 1 / 1.25 of that
    """
    solution = replacement_world(**rules).solve(tmp_path)
    assert solution.values("quota_transfer")["north", "south", 2025] == near(0.48)
    assert solution.objective == near(0.8 * moved(0.48, 0.0))
    assert price(solution, "quota_use", "south", 2025) == near(-NEW_MARGIN)
    assert price(solution, "quota_balance", "north", 2025) == near(-NEW_MARGIN / 1.25)


@pytest.mark.parametrize(("ratio", "moves"), [(2.49, True), (2.51, False)])
def test_ratio_at_which_moving_stops_paying(tmp_path, ratio, moves):
    """Quota moves while the new margin over the ratio beats the old one: up to 1,999 / 800 = 2.4985."""
    assert 2.49 < NEW_MARGIN / OLD_MARGIN < 2.51
    solution = replacement_world(**pair(ratio)).solve(tmp_path)
    built = 0.6 / ratio if moves else 0.0
    assert solution.values("quota_transfer")["north", "south", 2025] == near(built)
    assert solution.objective == near(0.8 * moved(built, 0.0 if moves else 0.6))


@pytest.mark.parametrize("ban", [{"no_outflow": ["north"]}, {"no_inflow": ["south"]}])
def test_bans_keep_quota_where_it_is(tmp_path, ban):
    solution = replacement_world(**ban).solve(tmp_path)
    assert ("north", "south", 2025) not in solution.values("quota_transfer")
    assert solution.values("new_capacity") == {("new_south", "new_pot", 2025): near(0.0)}
    assert solution.objective == near(0.8 * STAYS)


@pytest.mark.parametrize("ban", [{"no_outflow": ["south"]}, {"no_inflow": ["north"]}])
def test_bans_the_other_way_change_nothing(tmp_path, ban):
    assert replacement_world(**ban).solve(tmp_path).objective == near(0.8 * moved(0.6, 0.0))


def test_fees_are_paid_once_on_what_moves(tmp_path):
    """50 CNY per t/a that arrives: 0.6 x 50 = 30 M CNY once; north's quota is worth 50 less than south's."""
    world = replacement_world(ratio=1.0)
    world.parameters(quota_transfer_cost_cny_per_t_a=50)
    solution = world.solve(tmp_path)
    assert solution.objective == near(0.8 * (moved(0.6, 0.0) + 30.0))
    assert price(solution, "quota_balance", "north", 2025) == near(50.0 - NEW_MARGIN)


def test_without_a_bar_the_region_reuses_its_own_quota(tmp_path):
    solution = replacement_world("north", ratio=1.0).solve(tmp_path)
    assert solution.values("new_capacity") == {("new_north", "new_pot", 2025): near(0.6)}


def test_bar_on_reuse_and_what_fresh_quota_is_worth(tmp_path):
    """The newcomer stands in the north, where reuse is barred: the old pots run on.

    Fresh quota would let it build, worth 6,000 - full cost. That splits into the region's rent, at
    most the old pots' 800, and the bar's own dual; only their sum is unique. Issuing 0.05 Mt/a shows
    it: 0.05 is built beside the old 0.6, and the cost falls by 0.05 times the sum, x 0.8.
    """
    barred = replacement_world("north", no_reuse=["north"]).solve(tmp_path / "barred")
    assert barred.values("new_capacity") == {("new_north", "new_pot", 2025): near(0.0)}
    assert barred.objective == near(0.8 * STAYS)
    rent = -price(barred, "quota_use", "north", 2025)
    bar = -price(barred, "quota_reuse_bar", "north", 2025)
    assert rent + bar == near(NEW_MARGIN)
    assert -1e-9 <= rent <= OLD_MARGIN + 1e-9
    world = replacement_world("north", no_reuse=["north"])
    world.add("quota_issues", region="north", year=2025, issued_mt_per_a=0.05)
    issued = world.solve(tmp_path / "issued")
    assert issued.values("new_capacity") == {("new_north", "new_pot", 2025): near(0.05)}
    assert barred.objective - issued.objective == near(0.8 * 0.05 * NEW_MARGIN)


def test_quota_from_elsewhere_may_be_used_where_reuse_is_barred(tmp_path):
    """South holds 0.2 Mt/a of idle quota: it moves north, and the newcomer builds 0.2 there.

    North's own may not leave, else it could go south and come back as fresh: no further rule is needed.
    """
    world = replacement_world("north", no_reuse=["north"])
    world.quota(south=0.2)
    solution = world.solve(tmp_path)
    assert solution.values("new_capacity") == {("new_north", "new_pot", 2025): near(0.2)}
    assert solution.objective == near(0.8 * moved(0.2, 0.6))


def test_decided_arrivals_may_stand_where_reuse_is_barred(tmp_path):
    """0.6 Mt/a is decided to move from south to the newcomer's site in the north, with its quota."""
    world = replacement_world("north", no_reuse=["north"], no_inflow=["north"])
    world.smelter("south_smelter", "south", 0.6)
    world.quota(south=0.6)
    world.add(
        "moves", year=2025, from_site="south_smelter", from_cell="pot", to_site="new_north",
        to_cell="new_pot", capacity_mt_per_a=0.6,
    )  # fmt: skip
    solution = world.solve(tmp_path)
    assert solution.values("capacity")["new_north", "new_pot", 2025] == near(0.6)
    assert solution.values("new_capacity")["new_north", "new_pot", 2025] == near(0.0)


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({}, "the field is missing"),
        ({"ratio": 0.9}, "is no ratio from 1 to 10"),
        ({"ratio": "1.0"}, "is no ratio from 1 to 10"),
        ({"ratio": True}, "is no ratio from 1 to 10"),
        ({"ratio": float("nan")}, "is no ratio from 1 to 10"),
        ({"ratio": 1, "ratios": {"north": 1.25}}, "must be a list"),
        ({"ratio": 1, "ratios": [{"from": "north", "to": "south"}]}, "is no pair with its ratio"),
        ({"ratio": 1, "ratios": [{"from": "north", "to": "west", "ratio": 2}]}, "names no region"),
        ({"ratio": 1, "ratios": [{"from": "north", "to": "south", "ratio": 0.5}]}, "is no ratio from 1"),
        ({"ratio": 1, "no_inflow": "south"}, "must be a list of regions"),
        ({"ratio": 1, "no_outflow": ["west"]}, "no such region"),
        ({"ratio": 1, "no_reuse": [1]}, "must be a list of regions"),
        ({"ratio": 1, "ban": ["south"]}, "no such field"),
    ],
)
def test_settings_that_are_wrong(tmp_path, fields, rule):
    world = replacement_world()
    world.scenario(
        policies={"capacity_cap": {"cap_mt_per_a": 5}, "capacity_replacement": fields},
    )
    with pytest.raises(alopt.errors.InputError, match=rule):
        world.data(tmp_path)


def test_replacement_needs_a_cap(tmp_path):
    world = replacement_world()
    world.scenario(policies={"capacity_replacement": {"ratio": 1.0}})
    with pytest.raises(alopt.errors.InputError, match="no meaning without a cap"):
        world.data(tmp_path)


def test_a_region_holds_quota_up_to_its_ceiling(tmp_path):
    """South may hold 0.25: that much moves, the north keeps the rest.

    One more t/a in the south's ceiling is worth the new margin over the old one.
    """
    solution = replacement_world(ratio=1.0, ceilings_mt_per_a={"south": 0.25}).solve(tmp_path)
    assert solution.values("new_capacity")["new_south", "new_pot", 2025] == near(0.25)
    assert solution.objective == near(0.8 * moved(0.25, 0.35))
    assert price(solution, "quota_ceiling", "south", 2025) == near(OLD_MARGIN - NEW_MARGIN)


def test_a_ceiling_that_is_no_limit_changes_nothing(tmp_path):
    solution = replacement_world(ratio=1.0, ceilings_mt_per_a={"each": 0.6}).solve(tmp_path)
    assert solution.objective == near(0.8 * moved(0.6, 0.0))


def test_a_lower_ceiling_is_never_cheaper(tmp_path):
    costs = [
        replacement_world(ratio=1.0, ceilings_mt_per_a={"south": {2025: ceiling}})
        .solve(tmp_path / str(ceiling))
        .objective
        for ceiling in (1.0, 0.6, 0.3, 0.0)
    ]
    assert costs == sorted(costs)


def waiting_world(**rules) -> World:
    """South holds 0.2 of quota that waits since 2024 for cells that can be built from 2027 on.

    North's quota may not leave. Model years 2025, 2026 and 2027, worth 0.8, 0.64 and 0.512.
    """
    world = replacement_world(ratio=1.0, no_outflow=["north"], **rules)
    world.quota(south=0.2)
    row = next(row for row in world.tables["cells"] if row["cell"] == "new_pot")
    row["earliest_year"] = "2027"
    world.scenario(years=[2025, 2026, 2027])
    return world


WAITED = (0.8 + 0.64) * STAYS + 0.512 * moved(0.2, 0.6)
LAPSED = (0.8 + 0.64 + 0.512) * STAYS


@pytest.mark.parametrize(("life", "cost"), [(None, WAITED), (3, WAITED), (2.9, LAPSED), (0, LAPSED)])
def test_quota_waits_for_its_life(tmp_path, life, cost):
    """In 2027 the quota has waited three years: within a life of three it is built on, else it is gone."""
    rules = {} if life is None else {"quota_life_a": life}
    solution = waiting_world(**rules).solve(tmp_path)
    assert solution.objective == near(cost)
    lapsed = sum(solution.values("lapsed_quota").values())
    assert lapsed == near(0.2 if cost == LAPSED else 0.0)


def test_moving_does_not_renew_quota(tmp_path):
    """The 0.2 could go west and back for nothing, and west could not use it: it lapses all the same."""
    world = waiting_world(quota_life_a=2)
    world.quota(west=0.1)
    world.region("west")
    world.smelter("west_smelter", "west", 0.1)
    world.power("west", 5000)
    solution = world.solve(tmp_path)
    assert solution.values("new_capacity")["new_south", "new_pot", 2027] == near(0.1)


def test_quota_set_free_in_time_is_used_again(tmp_path):
    """Quota of old pots that close in 2026 serves the newcomer in 2027, at a life of one year.

    The south's old pots cost 20,000 CNY/t and 100 a year: they close at once under a life that allows
    it. With a life of half a year they are kept standing to keep their quota, and closed in 2027.
    """
    costs = {}
    for life in (2, 1, 0.5):
        world = waiting_world(quota_life_a=life)
        world.smelter("south_smelter", "south", 0.2)
        world.power("south", 2000)
        world.parameters(overhead_cny_per_t_a=100)
        solution = world.solve(tmp_path / str(life))
        costs[life] = solution.objective
        assert solution.values("new_capacity")["new_south", "new_pot", 2027] == near(0.2)
        first = {2: 2025, 1: 2026, 0.5: 2027}[life]
        closed = solution.values("retired_capacity")["south_smelter", "pot", first]
        assert closed == near(0.2)
    assert costs[1] - costs[2] == near(0.8 * 0.2 * 100.0)
    assert costs[0.5] - costs[1] == near(0.64 * 0.2 * 100.0)


def test_the_market_of_quota(tmp_path):
    """The newcomer may build 0.3 a year: north keeps 0.3, its quota earns the old margin of 800.

    - flows    0.3 received in the south for 0.375 sent by the north, at 1.25
    - prices   800 in the north; in the south 1.25 x 800 and a fee of 50: 1,050
    - spread   250; one year, so prices are rents
    """
    world = replacement_world(ratio=1.25)
    world.parameters(quota_transfer_cost_cny_per_t_a=50, regional_build_rate_mt_per_a=0.3)
    market = alopt.run("baseline", inputs=world.write(tmp_path)).tables["quota_market"]
    rows = {row["region"]: row for row in market.records()}
    assert rows["north"]["sent_mt_per_a"] == near(0.375)
    assert rows["north"]["stock_mt_per_a"] == rows["north"]["used_mt_per_a"] == near(0.225)
    assert rows["south"]["received_mt_per_a"] == rows["south"]["used_mt_per_a"] == near(0.3)
    assert rows["north"]["rent_cny_per_t_a"] == rows["north"]["price_cny_per_t"] == near(800.0)
    assert rows["south"]["price_cny_per_t"] == near(1050.0)
    assert [row["price_spread_cny_per_t"] for row in rows.values()] == [near(250.0), near(250.0)]


def test_a_price_of_quota_is_the_present_value_of_its_rents(tmp_path):
    """Two years, north alone with its quota scarce in both: 800 in 2025, 800 in 2026, worth 0.8 of it."""
    world = replacement_world(ratio=1.0, no_outflow=["north"])
    world.smelter("north_smelter", "north", 0.7)
    world.tables["quota"][0]["registered_mt_per_a"] = "0.6"
    world.scenario(years=[2025, 2026])
    market = alopt.run("baseline", inputs=world.write(tmp_path)).tables["quota_market"]
    price_of = {(row["region"], row["year"]): row["price_cny_per_t"] for row in market.records()}
    rent = {(row["region"], row["year"]): row["rent_cny_per_t_a"] for row in market.records()}
    assert price_of["north", 2026] == near(rent["north", 2026])
    assert price_of["north", 2025] == near(rent["north", 2025] + 0.8 * rent["north", 2026])
    assert price_of["north", 2025] == near(800.0 + 0.8 * 800.0)


def test_without_a_cap_there_is_no_market(tmp_path):
    results = alopt.run("baseline", inputs=plain_world().write(tmp_path))
    assert results.tables["quota_market"].rows == []
