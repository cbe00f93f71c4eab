"""Ceilings on quota and its life, in the small world with the capacity cap."""

from __future__ import annotations

from dataclasses import replace

import alopt
from alopt.policies.capacity_replacement import Settings

from .linear import v
from .register import covers
from .world import states_at as states_of_the_world

SETTINGS = Settings(
    base_ratio=1.3,
    pairs={},
    no_inflow=("west",),
    no_outflow=(),
    no_reuse=(),
    ceilings={"north": {2029: 37.0, 2034: 31.0}, "west": {2034: 2.0}},
    life=5.0,
)
NEEDS = ("capacity_cap",)
REGIONS = ("north", "south", "east", "west")
#: 2029 lies 5 years after the base year: nothing can have waited for more than 5.
LAPSING = {(r, 2034) for r in REGIONS}
SETS = {
    "quota_ceiling": lambda _: {("north", 2029), ("north", 2034), ("west", 2034)},
    "quota_life": lambda _: LAPSING,
}
VARIABLES = {"lapsed_quota": lambda _: LAPSING}
EVENTS = {"quota_life"}
DECISIONS = {"ceiling": set(), "lapsed": {"lapsed_quota"}}


def changed(world):
    """Keen cells of yew can become peak ones, which make 3 % less, as early as 2029."""
    arcs = {**world.arcs, ("keen", "peak"): replace(world.arcs["keen", "peak"], earliest_year=2020)}
    cells = {**world.fleet.site_cells, ("yew", "peak"): 2029}
    return replace(world, arcs=arcs, fleet=replace(world.fleet, site_cells=cells))


def states_at(i, y):
    """States that can stand at a site in a year, peak ones of yew from 2029."""
    states = states_of_the_world(i, y)
    return [*states, "peak"] if (i, y) == ("yew", 2029) else states


@covers(equation="quota_ceiling")
def test_a_region_holds_quota_up_to_its_ceiling(check, own_models):
    data, _ = own_models["capacity_replacement"]
    for index, ceiling in ((("north", 2029), 37), (("north", 2034), 31), (("west", 2034), 2)):
        check("quota_ceiling", index, 1.0 * v.quota_stock[index], "<=", ceiling, data=data)


def unused(sites, region, y):
    return v.quota_stock[region, y] - sum(v.capacity[i, k, y] for i in sites for k in states_at(i, y))


def retired(sites, y):
    return sum(v.retired_capacity[i, k, y] for i in sites for k in states_at(i, y))


@covers(equation="quota_life")
def test_what_stood_unused_came_free_within_its_life_or_lapses(check, own_models):
    """Five years before 2034 lies 2029, which still counts, with the 3 issued to the south.

    And with the 3 % that keen cells lose when they become peak ones.
    """
    data, _ = own_models["capacity_replacement"]
    south, north, lapsed = ("fir", "yew"), ("oak", "elm"), v.lapsed_quota
    left = unused(south, "south", 2029) - lapsed["south", 2034]
    free = 3 + retired(south, 2029) + 0.03 * v.retrofitted_capacity["yew", "keen", "peak", 2029]
    check("quota_life", ("south", 2034), left, "<=", free, data=data)
    left = unused(north, "north", 2029) - lapsed["north", 2034]
    check("quota_life", ("north", 2034), left, "<=", retired(north, 2029), data=data)


@covers(equation="quota_life")
def test_a_shorter_life(check, own_models):
    """Four years before 2029 lies 2025: 2027 counts. Four years before 2034 lies 2030: nothing does."""
    data, _ = own_models["capacity_replacement"]
    rules = replace(SETTINGS, life=4.0)
    data = replace(data, policies={**data.policies, "capacity_replacement": rules})
    assert set(alopt.build(data).quota_life) == {(r, y) for r in REGIONS for y in (2029, 2034)}
    north, east, lapsed = ("oak", "elm"), ("ash", "gum"), v.lapsed_quota
    left = unused(north, "north", 2027) - lapsed["north", 2029]
    check("quota_life", ("north", 2029), left, "<=", retired(north, 2027), data=data)
    left = unused(east, "east", 2029) - lapsed["east", 2034]
    check("quota_life", ("east", 2034), left, "<=", 0, data=data)
    left = v.quota_stock["west", 2027] - lapsed["west", 2029]
    check("quota_life", ("west", 2029), left, "<=", 0, data=data)


@covers(equation="quota_life")
def test_quota_unused_in_the_base_year_may_lapse_in_the_first(check, own_models):
    """At a life of two years: of the north's 41 the fleet uses 13 + 17, of the south's 43 19, of 5 none."""
    data, _ = own_models["capacity_replacement"]
    rules = replace(SETTINGS, life=2.0)
    data = replace(data, policies={**data.policies, "capacity_replacement": rules})
    for region, unused_at_first in (("north", 11), ("south", 24), ("west", 5), ("east", 0)):
        left = unused_at_first - v.lapsed_quota[region, 2027]
        check("quota_life", (region, 2027), left, "<=", 0, data=data)


@covers(equation="quota_balance")
def test_what_lapses_leaves_the_stock(check, own_models):
    """Nothing can lapse in 2029, when the cap takes some; in 2034 nothing more is surrendered."""
    data, _ = own_models["capacity_replacement"]
    moved, others = v.quota_transfer, ("north", "south", "east")
    for y, before, lost in (
        (2029, 2027, v.surrendered_quota["west", 2029]),
        (2034, 2029, v.lapsed_quota["west", 2034]),
    ):
        right = v.quota_stock["west", before] - 1.3 * sum(moved["west", to, y] for to in others) - lost
        check("quota_balance", ("west", y), v.quota_stock["west", y], "=", right, data=data)
