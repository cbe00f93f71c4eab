"""Equations of power: each site's balance by slice, and supplies that sites share."""

from __future__ import annotations

from .linear import v
from .register import covers
from .world import VOLUME


@covers(equation="power_balance")
def test_power_covers_what_each_state_uses(check):
    drawn = v.electricity
    check(
        "power_balance",
        ("oak", 2027, "night"),
        drawn["oak", "captive", 2027, "night"] + drawn["oak", "hydro", 2027, "night"],
        ">=",
        13.001 * v.swung_production["oak", "bare", 2027, "night"]
        + 13.003 * v.swung_production["oak", "lined", 2027, "night"],
    )
    check(
        "power_balance",
        ("yew", 2034, "rain"),
        drawn["yew", "grid", 2034, "rain"] + drawn["yew", "lake", 2034, "rain"],
        ">=",
        13.009 * 0.19 * v.running["yew", "great", 2034, "wet"]
        + 13.007 * 0.19 * v.running["yew", "keen", 2034, "wet"]
        + 13.033 * 0.19 * v.running["yew", "peak", 2034, "wet"],
    )
    check(
        "power_balance",
        ("elm", 2029, "year"),
        drawn["elm", "grid", 2029, "year"] + drawn["elm", "contract", 2029, "year"],
        ">=",
        13.009 * v.running["elm", "great", 2029, "year"] + 13.007 * v.running["elm", "keen", 2029, "year"],
    )


@covers(equation="supply_limit")
def test_sites_share_a_limited_supply(check):
    """Nothing can stand at ash in 2027, so it draws nothing then."""
    drawn = v.electricity
    check(
        "supply_limit",
        ("dam", 2027, "rain"),
        drawn["oak", "hydro", 2027, "rain"],
        "<=",
        VOLUME["dam", 2027, "rain"],
    )
    check(
        "supply_limit",
        ("dam", 2029, "day"),
        drawn["oak", "hydro", 2029, "day"] + drawn["ash", "hydro", 2029, "day"],
        "<=",
        VOLUME["dam", 2029, "day"],
    )


@covers(equation="supply_limit")
def test_a_supply_of_one_site(check):
    for pool, i, e, h in (("station", "oak", "captive", "night"), ("deal", "elm", "contract", "year")):
        check("supply_limit", (pool, 2034, h), v.electricity[i, e, 2034, h], "<=", VOLUME[pool, 2034, h])
