"""Equations of the policies: quota, its use and moves, the cap, reuse, emission caps, carbon price."""

from __future__ import annotations

from dataclasses import replace

import alopt
from alopt.policies.capacity_replacement import ANY

from .expected_emissions import emitted
from .linear import assert_same, read, v
from .register import covers
from .world import REPRESENTED, SITES, WEIGHT, YEARS, output


@covers(equation="quota_balance")
def test_quota_of_the_first_year_starts_from_the_register(check):
    """The north may send nothing, the west may receive nothing; 31 moves in by decision."""
    moved = v.quota_transfer
    check(
        "quota_balance",
        ("north", 2027),
        v.quota_stock["north", 2027],
        "=",
        41 + sum(moved[origin, "north", 2027] for origin in ("east", "south", "west")) + 31,
    )
    check(
        "quota_balance",
        ("west", 2027),
        v.quota_stock["west", 2027],
        "=",
        5 - 1.3 * (moved["west", "north", 2027] + moved["west", "south", 2027] + moved["west", "east", 2027]),
    )


@covers(equation="quota_balance")
def test_quota_of_a_later_year_with_ratios_by_pair_and_issues(check):
    """South to north gives up 1.7 per tonne, every other pair 1.3; what arrives counts once.

    Only in 2029 does the cap (91) come down below the stock (92): only then is quota surrendered.
    """
    moved = v.quota_transfer
    check(
        "quota_balance",
        ("south", 2029),
        v.quota_stock["south", 2029],
        "=",
        v.quota_stock["south", 2027]
        - 1.7 * moved["south", "north", 2029]
        - 1.3 * moved["south", "east", 2029]
        + moved["east", "south", 2029]
        + moved["west", "south", 2029]
        + 3
        - v.surrendered_quota["south", 2029],
    )
    check(
        "quota_balance",
        ("north", 2029),
        v.quota_stock["north", 2029],
        "=",
        v.quota_stock["north", 2027]
        + sum(moved[origin, "north", 2029] for origin in ("east", "south", "west"))
        - 23
        - v.surrendered_quota["north", 2029],
    )


@covers(equation="quota_balance")
def test_quota_of_a_region_that_has_none_registered(check):
    moved = v.quota_transfer
    check(
        "quota_balance",
        ("east", 2027),
        v.quota_stock["east", 2027],
        "=",
        moved["south", "east", 2027]
        + moved["west", "east", 2027]
        - 1.3 * (moved["east", "north", 2027] + moved["east", "south", 2027]),
    )


@covers(equation="quota_balance")
def test_quota_issued_in_the_last_year(check):
    moved = v.quota_transfer
    check(
        "quota_balance",
        ("east", 2034),
        v.quota_stock["east", 2034],
        "=",
        v.quota_stock["east", 2029]
        + moved["south", "east", 2034]
        + moved["west", "east", 2034]
        - 1.3 * (moved["east", "north", 2034] + moved["east", "south", 2034])
        + 7,
    )


@covers(equation="quota_balance")
def test_without_rules_of_replacement_quota_moves_one_to_one_everywhere(check, world):
    """With the cap above the stock in every year nothing is surrendered."""
    moved, others = v.quota_transfer, ("east", "south", "west")
    cap = replace(world.policies["capacity_cap"], cap=dict.fromkeys(YEARS, 101.0))
    check(
        "quota_balance",
        ("north", 2034),
        v.quota_stock["north", 2034],
        "=",
        v.quota_stock["north", 2029]
        - sum(moved["north", to, 2034] for to in others)
        + sum(moved[origin, "north", 2034] for origin in others),
        data=replace(world, policies={"capacity_cap": cap}),
    )


@covers(equation="quota_use")
def test_capacity_uses_quota(check):
    check(
        "quota_use",
        ("north", 2027),
        sum(v.capacity["oak", k, 2027] for k in ("bare", "lined"))
        + sum(v.capacity["elm", k, 2027] for k in ("great", "keen")),
        "<=",
        v.quota_stock["north", 2027],
    )
    check(
        "quota_use",
        ("south", 2034),
        sum(v.capacity["fir", k, 2034] for k in ("lined", "keen", "great"))
        + sum(v.capacity["yew", k, 2034] for k in ("great", "keen", "peak")),
        "<=",
        v.quota_stock["south", 2034],
    )


@covers(equation="quota_use")
def test_quota_of_a_region_where_nothing_can_stand(check):
    """The west has no site; the east has none in use before 2029."""
    check("quota_use", ("west", 2029), 0, "<=", v.quota_stock["west", 2029])
    check("quota_use", ("east", 2027), 0, "<=", v.quota_stock["east", 2027])


@covers(equation="national_cap")
def test_the_cap_holds_the_stock_where_it_is_set_below_it(check, model):
    """Registered 41 + 43 + 5, issued 3 in 2029 and 7 in 2034; caps of 91, 91 and 99.

    So 91 is no limit in 2027, and one in 2029; 99 is just what stands in 2034.
    """
    assert list(model.national_cap) == [2029]
    check(
        "national_cap",
        2029,
        sum(v.quota_stock[r, 2029] for r in ("north", "south", "east", "west")),
        "<=",
        91,
    )


@covers(equation=["national_cap", "quota_balance"])
def test_quota_is_surrendered_only_when_the_cap_comes_down(check, world):
    """Of 89, 92 and 99 in stock, caps of 80, 83 and 85 take 9, the same 9, and 14."""
    cap = replace(world.policies["capacity_cap"], cap={2027: 80.0, 2029: 83.0, 2034: 85.0})
    data = replace(world, policies={"capacity_cap": cap})
    regions, others = ("north", "south", "east", "west"), ("east", "north", "west")
    for y, limit in ((2027, 80), (2029, 83), (2034, 85)):
        check("national_cap", y, sum(v.quota_stock[r, y] for r in regions), "<=", limit, data=data)
    for y, before, surrendered in ((2029, 2027, 0), (2034, 2029, v.surrendered_quota["south", 2034])):
        check(
            "quota_balance",
            ("south", y),
            v.quota_stock["south", y],
            "=",
            v.quota_stock["south", before]
            - sum(v.quota_transfer["south", to, y] for to in others)
            + sum(v.quota_transfer[origin, "south", y] for origin in others)
            + (3 if y == 2029 else 0)
            - surrendered,
            data=data,
        )


@covers(equation="quota_balance")
def test_ratios_of_pairs_come_before_those_of_one_side_and_the_base(check, world):
    """West sends at 1.9 wherever it goes, the east receives at 1.1 from the rest, south to north is 1.7."""
    rules = replace(
        world.policies["capacity_replacement"],
        pairs={("south", "north"): 1.7, ("west", ANY): 1.9, (ANY, "east"): 1.1},
        no_reuse=(),
    )
    data = replace(world, policies={**world.policies, "capacity_replacement": rules})
    moved = v.quota_transfer
    check(
        "quota_balance",
        ("south", 2034),
        v.quota_stock["south", 2034],
        "=",
        v.quota_stock["south", 2029]
        - 1.7 * moved["south", "north", 2034]
        - 1.1 * moved["south", "east", 2034]
        + moved["east", "south", 2034]
        + moved["west", "south", 2034],
        data=data,
    )
    check(
        "quota_balance",
        ("west", 2034),
        v.quota_stock["west", 2034],
        "=",
        v.quota_stock["west", 2029] - 1.9 * sum(moved["west", to, 2034] for to in ("east", "north", "south")),
        data=data,
    )


@covers(equation="quota_reuse_bar")
def test_regions_that_the_bar_meets_from_when_their_newcomers_can_stand(check, world):
    """Yew in the south from 2029; the east has no newcomer, the west no site. None of them may send."""
    rules = replace(
        world.policies["capacity_replacement"],
        no_reuse=("south", "east", "west"),
        no_inflow=(),
        no_outflow=(),
    )
    data = replace(world, policies={**world.policies, "capacity_replacement": rules})
    built = alopt.build(data)
    assert set(built.quota_reuse_bar) == {("south", 2029), ("south", 2034)}
    assert {origin for origin, _, _ in built.quota_transfer} == {"north"}
    check(
        "quota_reuse_bar",
        ("south", 2034),
        sum(v.capacity["yew", k, 2034] for k in ("great", "keen", "peak")),
        "<=",
        3 + sum(v.quota_transfer["north", "south", y] for y in YEARS),
        data=data,
    )


@covers(equation="quota_reuse_bar")
def test_the_bar_meets_a_region_of_newcomers_alone(check, world):
    rules = replace(world.policies["capacity_replacement"], no_reuse=("south",))
    sites = {**world.fleet.sites, "fir": replace(world.fleet.sites["fir"], kind="newcomer")}
    check(
        "quota_reuse_bar",
        ("south", 2027),
        v.capacity["fir", "lined", 2027],
        "<=",
        v.quota_transfer["east", "south", 2027] + v.quota_transfer["west", "south", 2027],
        data=replace(
            world,
            fleet=replace(world.fleet, sites=sites),
            policies={**world.policies, "capacity_replacement": rules},
        ),
    )


@covers(equation="quota_reuse_bar")
def test_newcomers_stand_on_quota_that_came_in_or_was_issued(check, world):
    """31 came to the north with a decided move, 23 left with one: what leaves takes nothing back."""
    moved = v.quota_transfer
    check(
        "quota_reuse_bar",
        ("north", 2027),
        v.capacity["elm", "great", 2027] + v.capacity["elm", "keen", 2027],
        "<=",
        31 + sum(moved[origin, "north", 2027] for origin in ("east", "south", "west")),
    )
    check(
        "quota_reuse_bar",
        ("north", 2029),
        v.capacity["elm", "great", 2029] + v.capacity["elm", "keen", 2029],
        "<=",
        31 + sum(moved[origin, "north", y] for origin in ("east", "south", "west") for y in (2027, 2029)),
    )
    issued = replace(world.fleet, quota_issues={("north", 2029): 3.0})
    check(
        "quota_reuse_bar",
        ("north", 2029),
        v.capacity["elm", "great", 2029] + v.capacity["elm", "keen", 2029],
        "<=",
        34 + sum(moved[origin, "north", y] for origin in ("east", "south", "west") for y in (2027, 2029)),
        data=replace(world, fleet=issued),
    )


@covers(equation="emission_cap")
def test_emissions_of_a_year_stay_under_its_limit(check):
    sources = ("anode", "pfc", "power", "anode_baking")
    for y, limit in ((2027, 223), (2029, 227), (2034, 229)):
        check("emission_cap", y, sum(emitted(source, y) for source in sources), "<=", limit)


@covers(equation="emission_budget")
def test_emissions_of_all_represented_years_stay_within_the_budget(check):
    sources = ("anode", "pfc", "power", "anode_baking")
    assert REPRESENTED == {2027: 2, 2029: 5, 2034: 7}
    check(
        "emission_budget",
        None,
        2 * sum(emitted(source, 2027) for source in sources)
        + 5 * sum(emitted(source, 2029) for source in sources)
        + 7 * sum(emitted(source, 2034) for source in sources),
        "<=",
        1009,
    )


@covers(transfer="carbon_price")
def test_carbon_is_paid_on_covered_emissions_less_the_benchmark(model):
    """Nothing in 2027; in 2029 at 101 with 1.1 t free per tonne of metal; in 2034 at 103 on every t."""
    covered = {y: sum(emitted(source, y) for source in ("anode", "pfc", "power")) for y in (2029, 2034)}
    metal = sum(output(i, 2029) for i in SITES)
    assert_same(
        read(model.transfers["carbon_price"]),
        WEIGHT[2029] * 101 * (covered[2029] - 1.1 * metal) + WEIGHT[2034] * 103 * covered[2034],
    )


@covers(transfer="carbon_price")
def test_carbon_price_on_direct_emissions_leaves_power_out(world):
    policy = replace(world.policies["carbon_price"], scope="direct", benchmark=dict.fromkeys(YEARS, 0.0))
    built = alopt.build(replace(world, policies={"carbon_price": policy}))
    assert_same(
        read(built.transfers["carbon_price"]),
        WEIGHT[2029] * 101 * (emitted("anode", 2029) + emitted("pfc", 2029))
        + WEIGHT[2034] * 103 * (emitted("anode", 2034) + emitted("pfc", 2034)),
    )
