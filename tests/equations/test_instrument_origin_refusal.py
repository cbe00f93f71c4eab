"""Refusal of origin, term by term: the north's metal is refused everywhere but in its own ingot market."""

from __future__ import annotations

from dataclasses import replace

import pytest

import alopt
from alopt.policies import origin_refusal

from .linear import v
from .register import covers
from .world import EXPORT_STEPS, IMPORT_STEPS

SETTINGS = origin_refusal.Settings(
    refused=("north",),
    share={2027: 0.17, 2029: 0.19, 2034: 0.23},
    markets=("east_liquid", "north_liquid", "south_ingot", "west_ingot", "west_liquid"),
    export_share={2027: 0.29, 2029: 0.31, 2034: 0.37},
)


def _refusing(d, segment):
    markets = d.policies["origin_refusal"].markets
    return {(k, y) for k in markets for y in d.calendar.years if d.markets.markets[k].segment == segment}


def _accepted_remelted(d):
    """Regions that have an ingot market beside a liquid one that refuses."""
    regions = {(d.markets.markets[k].region, y) for k, y in _refusing(d, "liquid")}
    return {(r, y) for r, y in regions if r in d.markets.ingot_market}


def _ingot(d):
    return _refusing(d, "ingot") | {(d.markets.ingot_market[r], y) for r, y in _accepted_remelted(d)}


def _left(d):
    """Every step of demand of every market that refuses."""
    refusing = _refusing(d, "liquid") | _refusing(d, "ingot")
    return {(k, step.key, y) for k, y in refusing for step in d.markets.demand_steps}


SETS = {
    "accepted_liquid": lambda d: _refusing(d, "liquid"),
    "accepted_ingot": _ingot,
    "accepted_remelting": _accepted_remelted,
    "refusers_left": _left,
    "accepted_exports": lambda d: set(d.calendar.years),
}
VARIABLES = {"accepted_remelted": _accepted_remelted, "refusers_unserved": _left}
DECISIONS = {
    "accepted": {"accepted_remelted"},
    "left": {"refusers_unserved"},
    "share": set(),
}

#: Primary metal wanted: demand less what is recycled.
PRIMARY = {2027: 54, 2029: 56, 2034: 58}


def left(d, y):
    return v.refusers_unserved[d, "must", y] + v.refusers_unserved[d, "may", y]


def imported(d, y):
    return sum(v.imports[d, step, y] for step in IMPORT_STEPS)


@pytest.fixture
def own(own_models):
    return own_models["origin_refusal"][0]


@covers(equation="accepted_liquid")
def test_refusers_of_liquid_metal_take_what_is_made_next_door_if_it_is_accepted(check, own):
    """East is accepted and has no ingot market; nothing stands there in 2027."""
    check(
        "accepted_liquid", ("east_liquid", 2034), 1.0 * v.liquid_metal["east", 2034], ">=",
        0.23 * 0.23 * PRIMARY[2034] - left("east_liquid", 2034), data=own,
    )  # fmt: skip
    check(
        "accepted_liquid", ("east_liquid", 2027), 0, ">=",
        0.17 * 0.23 * PRIMARY[2027] - left("east_liquid", 2027), data=own,
    )  # fmt: skip


@covers(equation="accepted_liquid")
def test_where_it_is_refused_or_none_is_made_they_take_remelted_ingot(check, own):
    check(
        "accepted_liquid", ("north_liquid", 2029), 1.0 * v.accepted_remelted["north", 2029], ">=",
        0.19 * 0.17 * PRIMARY[2029] - left("north_liquid", 2029), data=own,
    )  # fmt: skip
    check(
        "accepted_liquid", ("west_liquid", 2027), 1.0 * v.accepted_remelted["west", 2027], ">=",
        0.17 * 0.07 * PRIMARY[2027] - left("west_liquid", 2027), data=own,
    )  # fmt: skip


@covers(equation="accepted_ingot")
def test_accepted_ingot_and_imports_serve_refusers_and_remelting_for_refusers(check, own):
    """South has no liquid market, east makes nothing in 2027."""
    check(
        "accepted_ingot", ("south_ingot", 2027),
        v.ingot_shipments["south", "south_ingot", 2027] + imported("south_ingot", 2027), ">=",
        0.17 * 0.29 * PRIMARY[2027] - left("south_ingot", 2027), data=own,
    )  # fmt: skip
    check(
        "accepted_ingot", ("west_ingot", 2034),
        v.ingot_shipments["south", "west_ingot", 2034] + v.ingot_shipments["east", "west_ingot", 2034]
        + imported("west_ingot", 2034), ">=",
        0.23 * 0.11 * PRIMARY[2034] - left("west_ingot", 2034) + v.accepted_remelted["west", 2034],
        data=own,
    )  # fmt: skip


@covers(equation="accepted_ingot")
def test_an_ingot_market_that_takes_all_still_lets_accepted_metal_through(check, own):
    check(
        "accepted_ingot", ("north_ingot", 2029),
        v.ingot_shipments["south", "north_ingot", 2029] + v.ingot_shipments["east", "north_ingot", 2029],
        ">=", v.accepted_remelted["north", 2029], data=own,
    )  # fmt: skip


@covers(equation="accepted_remelting")
def test_accepted_metal_is_part_of_what_is_remelted(check, own):
    check(
        "accepted_remelting", ("west", 2034), v.accepted_remelted["west", 2034], "<=",
        v.remelted_metal["west", 2034], data=own,
    )  # fmt: skip


@covers(equation="refusers_left")
def test_refusers_who_go_without_are_part_of_those_who_do(check, own):
    check(
        "refusers_left", ("west_liquid", "may", 2029), v.refusers_unserved["west_liquid", "may", 2029], "<=",
        v.unserved_demand["west_liquid", "may", 2029], data=own,
    )  # fmt: skip


def test_refusers_are_the_same_slice_of_every_step(own_models):
    """0.19 of a step of 0.39 of the west's 0.11 of 67 Mt."""
    _, model = own_models["origin_refusal"]
    assert model.refusers_unserved["west_ingot", "may", 2029].ub == pytest.approx(0.19 * 0.39 * 0.11 * 67)


@covers(equation="accepted_exports")
def test_exports_from_listed_regions_are_what_others_take(check, own):
    def sold(r):
        return sum(v.exports[r, step, 2029] for step in EXPORT_STEPS)

    check(
        "accepted_exports", 2029, sold("north"), "<=",
        (1 - 0.31) * (sold("north") + sold("south") + sold("east")), data=own,
    )  # fmt: skip


def test_exports_that_take_all_have_no_row(own):
    settings = replace(SETTINGS, export_share=None)
    built = alopt.build(replace(own, policies={"origin_refusal": settings}))
    assert built.component("accepted_exports") is None
