"""Equations of metal markets: liquid metal, ingot, imports and exports in steps."""

from __future__ import annotations

from .linear import v
from .register import covers
from .world import output


def unserved(market, year):
    return v.unserved_demand[market, "must", year] + v.unserved_demand[market, "may", year]


@covers(equation="metal_supply")
def test_metal_of_a_region_leaves_as_liquid_as_ingot_or_abroad(check):
    check(
        "metal_supply",
        ("north", 2027),
        output("oak", 2027) + output("elm", 2027),
        ">=",
        v.liquid_metal["north", 2027]
        + sum(v.ingot_shipments["north", d, 2027] for d in ("north_ingot", "south_ingot", "west_ingot"))
        + v.exports["north", "near", 2027]
        + v.exports["north", "far", 2027],
    )


@covers(equation="metal_supply")
def test_a_region_without_a_liquid_market_sells_none(check):
    """In 2027 nothing can stand at yew, the newcomer of the south."""
    check(
        "metal_supply",
        ("south", 2027),
        v.running["fir", "lined", 2027, "year"],
        ">=",
        sum(v.ingot_shipments["south", d, 2027] for d in ("north_ingot", "south_ingot", "west_ingot"))
        + v.exports["south", "near", 2027]
        + v.exports["south", "far", 2027],
    )


@covers(equation="liquid_market")
def test_a_liquid_market_with_smelters_and_an_ingot_market(check):
    check(
        "liquid_market",
        ("north_liquid", 2029),
        v.liquid_metal["north", 2029] + v.remelted_metal["north", 2029],
        ">=",
        0.17 * (67 - 11) - unserved("north_liquid", 2029),
    )


@covers(equation="liquid_market")
def test_a_liquid_market_without_smelters_remelts(check):
    check(
        "liquid_market",
        ("west_liquid", 2034),
        v.remelted_metal["west", 2034],
        ">=",
        0.07 * (71 - 13) - unserved("west_liquid", 2034),
    )


@covers(equation="liquid_market")
def test_a_liquid_market_without_an_ingot_market_depends_on_its_smelters(check):
    """Nothing can stand in the east in 2027."""
    check("liquid_market", ("east_liquid", 2027), 0, ">=", 0.23 * (61 - 7) - unserved("east_liquid", 2027))
    check(
        "liquid_market",
        ("east_liquid", 2029),
        v.liquid_metal["east", 2029],
        ">=",
        0.23 * (67 - 11) - unserved("east_liquid", 2029),
    )


@covers(equation="ingot_market")
def test_an_ingot_market_without_a_port_that_feeds_a_remelter(check):
    """East makes metal from 2029."""
    check(
        "ingot_market",
        ("north_ingot", 2027),
        v.ingot_shipments["north", "north_ingot", 2027] + v.ingot_shipments["south", "north_ingot", 2027],
        ">=",
        0.13 * (61 - 7) - unserved("north_ingot", 2027) + v.remelted_metal["north", 2027],
    )


@covers(equation="ingot_market")
def test_an_ingot_market_at_a_port_without_a_remelter(check):
    check(
        "ingot_market",
        ("south_ingot", 2034),
        sum(v.ingot_shipments[r, "south_ingot", 2034] for r in ("north", "south", "east"))
        + v.imports["south_ingot", "treaty", 2034]
        + v.imports["south_ingot", "spot", 2034],
        ">=",
        0.29 * (71 - 13) - unserved("south_ingot", 2034),
    )


@covers(equation="ingot_market")
def test_an_ingot_market_at_a_port_of_a_region_without_smelters(check):
    check(
        "ingot_market",
        ("west_ingot", 2029),
        sum(v.ingot_shipments[r, "west_ingot", 2029] for r in ("north", "south", "east"))
        + v.imports["west_ingot", "treaty", 2029]
        + v.imports["west_ingot", "spot", 2029],
        ">=",
        0.11 * (67 - 11) - unserved("west_ingot", 2029) + v.remelted_metal["west", 2029],
    )


@covers(equation="import_step")
def test_imports_are_limited_by_step(check):
    for step, volume in (("treaty", 1.3), ("spot", 17)):
        check(
            "import_step",
            (step, 2027),
            v.imports["south_ingot", step, 2027] + v.imports["west_ingot", step, 2027],
            "<=",
            volume,
        )


@covers(equation="export_step")
def test_exports_are_limited_by_step(check):
    """East makes metal from 2029."""
    check(
        "export_step",
        ("near", 2027),
        v.exports["north", "near", 2027] + v.exports["south", "near", 2027],
        "<=",
        1.9,
    )
    check(
        "export_step",
        ("far", 2029),
        sum(v.exports[r, "far", 2029] for r in ("north", "south", "east")),
        "<=",
        3.7,
    )


def test_demand_of_a_step_is_the_most_that_can_go_unserved(model):
    """Share of the step × share of the market × demand of the year."""
    for index, most in (
        (("north_ingot", "must", 2027), 0.61 * 0.13 * 61),
        (("west_liquid", "may", 2034), 0.39 * 0.07 * 71),
    ):
        assert model.unserved_demand[index].bounds == (0.0, most)
