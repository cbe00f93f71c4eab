"""The tiered tariff: chords of the envelope at each site, and the payment by cell.

101 CNY/MWh above 13,003 kWh/t and 103 above 13,009. A site that reaches from 13,001 to 13,009 pays
nothing up to 13,003 and 13.009 x 101 at 13,009; at 13,033 a site pays 13.033 x 103.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

import alopt
from alopt.policies.tiered_tariff import Settings

from .linear import assert_same, read, v
from .register import covers
from .world import AC, SITES, SOURCES, WEIGHT, YEARS, made, output, slices_of, states_at

NAME = "tiered_tariff"
SETTINGS = Settings(dict.fromkeys(YEARS, ((13003.0, 101.0), (13009.0, 103.0))), "site")

#: Names of the chords of each site and year; no state of the others lies above the threshold.
CHORDS = {
    ("ash", 2034): ["13003-13009"],
    ("elm", 2027): ["13007-13009"],
    ("elm", 2029): ["13007-13009"],
    ("elm", 2034): ["13007-13009"],
    ("fir", 2029): ["13003-13007"],
    ("fir", 2034): ["13003-13009"],
    ("gum", 2034): ["13009"],
    ("oak", 2029): ["13003-13009"],
    ("oak", 2034): ["13003-13009"],
    ("yew", 2029): ["13007-13009"],
    ("yew", 2034): ["13007-13009", "13009-13033"],
}
DECISIONS = {"surcharge": {"tariff_surcharge"}, "slope": set(), "intercept": set()}
SETS = {"tier_line": lambda _: {(i, y, name) for (i, y), names in CHORDS.items() for name in names}}
VARIABLES = {"tariff_surcharge": lambda _: set(CHORDS)}


def drawn(i, y):
    return sum(v.electricity[i, e, y, h] for e in SOURCES[i] for h in slices_of(i))


@covers(equation="tier_line")
def test_a_site_pays_by_its_mean(check, own_models):
    """Below 13,009 the chord runs from nothing at 13,003; between two points of one step it is the step."""
    data, _ = own_models[NAME]
    for i, y, reach in (("oak", 2029, 13.009), ("fir", 2029, 13.007), ("ash", 2034, 13.009)):
        slope = reach * 101 / (reach - 13.003)
        name = CHORDS[i, y][0]
        right = slope * drawn(i, y) - slope * 13.003 * output(i, y)
        check("tier_line", (i, y, name), v.tariff_surcharge[i, y], ">=", right, data=data)
    one = v.tariff_surcharge["gum", 2034]
    check("tier_line", ("gum", 2034, "13009"), one, ">=", 101 * drawn("gum", 2034), data=data)


@covers(equation="tier_line")
def test_a_site_that_reaches_the_next_step(check, own_models):
    data, _ = own_models[NAME]
    slope = (13.033 * 103 - 13.009 * 101) / 0.024
    right = slope * drawn("yew", 2034) + (13.009 * 101 - slope * 13.009) * output("yew", 2034)
    check("tier_line", ("yew", 2034, "13009-13033"), v.tariff_surcharge["yew", 2034], ">=", right, data=data)


@covers(transfer="tiered_tariff")
def test_what_sites_pay_is_a_transfer(own_models):
    _, model = own_models[NAME]
    expected = sum(WEIGHT[y] * v.tariff_surcharge[i, y] for i, y in CHORDS)
    assert_same(read(model.transfers[NAME]), expected)


@covers(transfer="tiered_tariff")
def test_by_cell_each_state_pays_for_its_own_step(own_models):
    """Bare and lined pots pay nothing, great ones at 13,009 the first step, peak ones the second."""
    data, _ = own_models[NAME]
    built = alopt.build(replace(data, policies={NAME: replace(SETTINGS, basis="cell")}))
    surcharge = {"bare": 0, "lined": 0, "keen": 101, "great": 101, "peak": 103}
    expected = sum(
        WEIGHT[y] * surcharge[k] * AC[k] / 1000 * made(i, k, y, h)
        for i in SITES
        for y in YEARS
        for k in states_at(i, y)
        for h in slices_of(i)
    )
    assert_same(read(built.transfers[NAME]), expected)
    assert built.component("tier_line") is None


def test_a_step_not_begun_costs_nothing(world):
    """The first threshold at 13,033, the highest intensity there is: no row at any site."""
    settings = replace(SETTINGS, steps=dict.fromkeys(YEARS, ((13033.0, 101.0),)))
    built = alopt.build(replace(world, policies={NAME: settings}))
    assert len(built.tier_line) == 0
    assert read(built.transfers[NAME]).terms == pytest.approx({})
