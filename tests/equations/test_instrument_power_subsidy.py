"""The power subsidy: what the state pays, and the rule that paid power is used."""

from __future__ import annotations

from dataclasses import replace

import alopt
from alopt.policies.power_subsidy import Settings

from .linear import assert_same, read, v
from .register import covers
from .world import SOURCES, WEIGHT, YEARS, slices_of, states_at

NAME = "power_subsidy"
SUBSIDY = {("north", 2027): 0.0, ("north", 2029): 17.0, ("north", 2034): 19.0} | {
    ("east", 2027): 23.0, ("east", 2029): 29.0, ("east", 2034): -31.0
}  # fmt: skip
SETTINGS = Settings(SUBSIDY, ("hydro", "grid"), "existing")
SETS = {
    "power_use": lambda _: {
        (i, y, h) for i in SOURCES for y in YEARS if states_at(i, y) for h in slices_of(i)
    }
}


def paid(i, e, y):
    return sum(v.electricity[i, e, y, h] for h in slices_of(i))


@covers(transfer="power_subsidy")
def test_existing_sites_are_paid_for_hydro_and_grid_power(own_models):
    """Oak has hydro but no grid; elm is a newcomer; ash comes in 2029, gum in 2034; the south gets none."""
    _, model = own_models[NAME]
    expected = (
        WEIGHT[2029] * -17 * paid("oak", "hydro", 2029)
        + WEIGHT[2034] * -19 * paid("oak", "hydro", 2034)
        + WEIGHT[2029] * -29 * (paid("ash", "hydro", 2029) + paid("ash", "grid", 2029))
        + WEIGHT[2034] * 31 * (paid("ash", "hydro", 2034) + paid("ash", "grid", 2034))
        + WEIGHT[2034] * 31 * paid("gum", "grid", 2034)
    )
    assert_same(read(model.transfers[NAME]), expected)


@covers(equation="power_use")
def test_paid_power_is_used(check, own_models):
    data, _ = own_models[NAME]
    drawn = v.electricity
    check(
        "power_use",
        ("oak", 2027, "night"),
        drawn["oak", "captive", 2027, "night"] + drawn["oak", "hydro", 2027, "night"],
        "<=",
        13.001 * v.swung_production["oak", "bare", 2027, "night"]
        + 13.003 * v.swung_production["oak", "lined", 2027, "night"],
        data=data,
    )


def test_every_source_and_kind_of_site_where_none_is_named(own_models):
    data, _ = own_models[NAME]
    settings = Settings({("north", y): 7.0 for y in YEARS}, (), "any")
    built = alopt.build(replace(data, policies={NAME: settings}))
    expected = sum(WEIGHT[y] * -7 * paid(i, e, y) for i in ("oak", "elm") for e in SOURCES[i] for y in YEARS)
    assert_same(read(built.transfers[NAME]), expected)


def test_a_surcharge_needs_no_rule_on_use(own_models):
    data, _ = own_models[NAME]
    settings = Settings({("north", y): -7.0 for y in YEARS}, (), "any")
    assert alopt.build(replace(data, policies={NAME: settings})).component("power_use") is None
