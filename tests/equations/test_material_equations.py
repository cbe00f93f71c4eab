"""Equations of materials: alumina at the smelters, refineries and ports, ore, spent potlining."""

from __future__ import annotations

from .linear import v
from .register import covers
from .world import SITES, output


@covers(equation="alumina_balance")
def test_alumina_covers_what_the_pots_of_a_place_take(check):
    """Oak and elm share a place, where a refinery next door conveys; fir has its own."""
    check(
        "alumina_balance",
        ("junction", 2027),
        sum(v.alumina_shipments[a, "junction", 2027] for a in ("bay", "dale", "hill"))
        + v.conveyed_alumina["hill", "junction", 2027],
        ">=",
        1.93 * (output("oak", 2027) + output("elm", 2027)),
    )
    check(
        "alumina_balance",
        ("quay", 2027),
        sum(v.alumina_shipments[a, "quay", 2027] for a in ("bay", "dale", "hill")),
        ">=",
        1.93 * v.running["fir", "lined", 2027, "year"],
    )
    check(
        "alumina_balance",
        ("halt", 2034),
        sum(v.alumina_shipments[a, "halt", 2034] for a in ("bay", "dale", "hill"))
        + v.conveyed_alumina["dale", "halt", 2034],
        ">=",
        1.93 * (output("ash", 2034) + v.running["gum", "great", 2034, "year"]),
    )


@covers(equation="conveyed_limit")
def test_alumina_from_next_door_is_limited(check):
    check(
        "conveyed_limit",
        ("hill", "junction", 2029),
        v.conveyed_alumina["hill", "junction", 2029],
        "<=",
        2.3,
    )
    check("conveyed_limit", ("dale", "halt", 2034), v.conveyed_alumina["dale", "halt", 2034], "<=", 2.9)


@covers(equation="refinery_balance")
def test_a_refinery_makes_what_it_sends(check):
    """The places lane and halt take alumina from 2029."""
    sent, conveyed = v.alumina_shipments, v.conveyed_alumina
    check(
        "refinery_balance",
        ("hill", 2027),
        v.refining["hill", 2027],
        ">=",
        sent["hill", "junction", 2027] + sent["hill", "quay", 2027] + conveyed["hill", "junction", 2027],
    )
    check(
        "refinery_balance",
        ("dale", 2027),
        v.refining["dale", 2027],
        ">=",
        sent["dale", "junction", 2027] + sent["dale", "quay", 2027],
    )
    check(
        "refinery_balance",
        ("dale", 2029),
        v.refining["dale", 2029],
        ">=",
        sum(sent["dale", p, 2029] for p in ("junction", "quay", "lane", "halt"))
        + conveyed["dale", "halt", 2029],
    )
    check(
        "refinery_balance",
        ("bay", 2034),
        v.refining["bay", 2034],
        ">=",
        sum(sent["bay", p, 2034] for p in ("junction", "quay", "lane", "halt")),
    )


@covers(equation="refinery_capacity")
def test_refineries_and_ports_have_a_capacity(check):
    for a, capacity in (("bay", 29), ("dale", 31), ("hill", 37)):
        check("refinery_capacity", (a, 2029), v.refining[a, 2029], "<=", capacity)


@covers(equation="ore_balance")
def test_ore_yields_alumina_at_its_own_rate(check):
    check(
        "ore_balance",
        ("hill", 2027),
        v.ore_shipments["pit", "hill", 2027] * (1 / 2.3) + v.ore_shipments["mine", "hill", 2027] * (1 / 2.9),
        ">=",
        v.refining["hill", 2027],
    )
    check(
        "ore_balance",
        ("dale", 2034),
        v.ore_shipments["mine", "dale", 2034] * (1 / 3.1),
        ">=",
        v.refining["dale", 2034],
    )


@covers(equation="ore_limit")
def test_an_origin_has_a_volume(check):
    check("ore_limit", ("pit", 2027), v.ore_shipments["pit", "hill", 2027], "<=", 59)
    check(
        "ore_limit",
        ("mine", 2034),
        v.ore_shipments["mine", "hill", 2034] + v.ore_shipments["mine", "dale", 2034],
        "<=",
        61,
    )


@covers(equation="ore_share_limit")
def test_an_origin_gives_no_more_than_its_share_of_all_ore(check):
    ore = v.ore_shipments
    every = ore["pit", "hill", 2029] + ore["mine", "hill", 2029] + ore["mine", "dale", 2029]
    check("ore_share_limit", ("pit", 2029), ore["pit", "hill", 2029], "<=", 0.43 * every)


@covers(equation="potlining_balance")
def test_spent_potlining_is_treated_as_it_arises(check):
    check(
        "potlining_balance",
        2027,
        v.potlining_treated["oven", 2027] + v.potlining_treated["store", 2027],
        ">=",
        0.037 * (output("oak", 2027) + output("elm", 2027) + output("fir", 2027)),
    )


@covers(equation="potlining_limit")
def test_a_route_takes_no_more_than_its_share(check):
    check(
        "potlining_limit",
        ("store", 2029),
        v.potlining_treated["store", 2029],
        "<=",
        0.31 * 0.037 * sum(output(i, 2029) for i in SITES),
    )
