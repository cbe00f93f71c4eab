"""The least shares of renewable power, certificates, and the rule that power drawn is used."""

from __future__ import annotations

from dataclasses import replace

import alopt
from alopt.policies.renewable_share import Settings

from .linear import assert_same, read, v
from .register import covers
from .world import DRAWN, REGION, SOURCES, WEIGHT, YEARS, numbered, sites_in, slices_of, states_at

NAME = "renewable_share"
RENEWABLE = numbered([(i, e, y) for i, e in DRAWN for y in YEARS], 211, 0.001)
REGIONAL = {("north", 2029): 0.31, ("south", 2034): 0.37, ("east", 2027): 0.41}
NATIONAL = {2027: 0.23, 2029: 0.29, 2034: 0.43}
SETTINGS = Settings(NATIONAL, REGIONAL, {2027: 7.0, 2029: 11.0, 2034: 13.0}, 0.47)

#: Nothing can stand in the east in 2027.
REGION_YEARS = (
    {("north", y) for y in YEARS} | {("south", y) for y in YEARS} | {("east", 2029), ("east", 2034)}
)
DECISIONS = {"certificates": {"certificates"}, "renewable": set(), "share": set()}
SETS = {
    "renewable_share_region": lambda _: {("north", 2029), ("south", 2034)},
    "renewable_share_national": lambda _: set(YEARS),
    "certificate_limit": lambda _: REGION_YEARS,
    "power_use": lambda _: {
        (i, y, h) for i in SOURCES for y in YEARS if states_at(i, y) for h in slices_of(i)
    },
}
VARIABLES = {"certificates": lambda _: REGION_YEARS}


def CHANGE(world):  # noqa: N802 - a name that the worlds look for
    return replace(world, power=replace(world.power, renewable_share=RENEWABLE))


def power(region, y):
    """Source, amount of power drawn in a region, in the nation if None."""
    for i in sites_in(region, y):
        for e in SOURCES[i]:
            for h in slices_of(i):
                yield RENEWABLE[i, e, y], v.electricity[i, e, y, h]


@covers(equation="renewable_share_region")
def test_a_share_of_a_regions_power_is_renewable(check, own_models):
    data, _ = own_models[NAME]
    for (r, y), least in REGIONAL.items():
        if (r, y) in REGION_YEARS:
            green = sum(share * amount for share, amount in power(r, y)) + v.certificates[r, y]
            asked = least * sum(amount for _, amount in power(r, y))
            check("renewable_share_region", (r, y), green, ">=", asked, data=data)


@covers(equation="renewable_share_national")
def test_a_share_of_all_power_is_renewable(check, own_models):
    data, _ = own_models[NAME]
    for y, least in NATIONAL.items():
        held = sum(v.certificates[r, t] for r, t in REGION_YEARS if t == y)
        green = sum(share * amount for share, amount in power(None, y)) + held
        asked = least * sum(amount for _, amount in power(None, y))
        check("renewable_share_national", y, green, ">=", asked, data=data)


@covers(equation="renewable_share_national")
def test_without_certificates_power_alone_counts(check, own_models):
    data, _ = own_models[NAME]
    bare = replace(data, policies={NAME: replace(SETTINGS, price=None)})
    green = sum(share * amount for share, amount in power(None, 2029))
    asked = 0.29 * sum(amount for _, amount in power(None, 2029))
    check("renewable_share_national", 2029, green, ">=", asked, data=bare)
    assert NAME not in alopt.build(bare).transfers


@covers(equation="certificate_limit")
def test_certificates_cover_no_more_than_their_share(check, own_models):
    data, _ = own_models[NAME]
    drawn = sum(amount for _, amount in power("east", 2029))
    check("certificate_limit", ("east", 2029), v.certificates["east", 2029], "<=", 0.47 * drawn, data=data)


def test_with_regional_shares_alone_certificates_stand_where_these_do(own_models):
    data, _ = own_models[NAME]
    built = alopt.build(replace(data, policies={NAME: replace(SETTINGS, national=None)}))
    assert set(built.certificates) == {("north", 2029), ("south", 2034)}
    assert len(built.renewable_share_national) == 0


@covers(equation="power_use")
def test_power_drawn_is_power_used(check, own_models):
    data, _ = own_models[NAME]
    check(
        "power_use",
        ("elm", 2029, "year"),
        v.electricity["elm", "grid", 2029, "year"] + v.electricity["elm", "contract", 2029, "year"],
        "<=",
        13.009 * v.running["elm", "great", 2029, "year"] + 13.007 * v.running["elm", "keen", 2029, "year"],
        data=data,
    )


@covers(transfer="renewable_share")
def test_certificates_are_paid_for(own_models):
    _, model = own_models[NAME]
    price = {2027: 7, 2029: 11, 2034: 13}
    expected = sum(WEIGHT[y] * price[y] * v.certificates[r, y] for r, y in REGION_YEARS)
    assert_same(read(model.transfers[NAME]), expected)
    assert set(REGION.values()) == {r for r, _ in REGION_YEARS}
