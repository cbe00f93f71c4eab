"""Verified years and captive units of the carbon market; emission caps by region."""

from __future__ import annotations

from dataclasses import replace

import pytest

import alopt

from .expected_emissions import emitted
from .linear import assert_same, read, v
from .register import covers
from .world import FACTOR, REPRESENTED, SITES, SLICES, WEIGHT, YEARS, output

SOURCES = ("anode", "pfc", "power", "anode_baking")


@covers(transfer="carbon_price")
def test_years_with_verified_allocation_pay_nothing(world):
    """Up to 2029: 101 CNY/t falls away, 103 from 2034 on stays."""
    policy = replace(world.policies["carbon_price"], verified_until=2029)
    built = alopt.build(replace(world, policies={"carbon_price": policy}))
    covered = sum(emitted(source, 2034) for source in ("anode", "pfc", "power"))
    assert_same(read(built.transfers["carbon_price"]), WEIGHT[2034] * 103 * covered)


@covers(transfer="captive_carbon")
def test_captive_units_pay_above_the_power_benchmark_in_verified_years_too(world):
    """Oak alone has captive units; they burn in each of its four slices."""
    benchmark = {2027: 0.05, 2029: 0.07, 2034: 0.03}
    policy = replace(
        world.policies["carbon_price"], scope="direct", verified_until=2029, captive_benchmark=benchmark
    )
    built = alopt.build(replace(world, policies={"carbon_price": policy}))
    assert_same(
        read(built.transfers["captive_carbon"]),
        sum(
            WEIGHT[y]
            * price
            * (FACTOR["oak", "captive", y] - benchmark[y])
            * sum(v.electricity["oak", "captive", y, h] for h in SLICES)
            for y, price in ((2029, 101), (2034, 103))
        ),
    )
    covered = emitted("anode", 2034) + emitted("pfc", 2034)
    assert_same(read(built.transfers["carbon_price"]), WEIGHT[2034] * 103 * covered)


def test_metal_made_is_what_the_benchmark_counts(world):
    policy = replace(world.policies["carbon_price"], verified_until=2027)
    built = alopt.build(replace(world, policies={"carbon_price": policy}))
    found = read(built.transfers["carbon_price"]).terms["running", ("elm", "great", 2029, "year")]
    per_tonne = 1.49 + (43 * 6637 + 11 * 11113) / 1e6 - 1.1
    assert found == pytest.approx(WEIGHT[2029] * 101 * per_tonne, rel=1e-12)
    assert sum(output(i, 2029) for i in SITES).terms["running", ("elm", "great", 2029, "year")] == 1.0


@covers(equation="regional_emission_cap")
def test_emissions_of_a_region_stay_under_its_own_limit(check):
    for region, y, limit in (("east", 2029, 29), ("south", 2027, 37), ("south", 2034, 43)):
        found = sum(emitted(source, y, region) for source in SOURCES)
        check("regional_emission_cap", (region, y), found, "<=", limit)


def test_a_region_where_nothing_stands_yet_has_no_row(model, world):
    """East from 2029 on; with a limit on east alone the whole cap starts then."""
    assert {y for r, y in model.regional_emission_cap if r == "east"} == {2029, 2034}
    policy = replace(world.policies["emission_cap"], regions=("east",))
    built = alopt.build(replace(world, policies={"emission_cap": policy}))
    assert set(built.emission_cap) == {2029, 2034}


@covers(equation=["emission_cap", "emission_budget"])
def test_limit_and_budget_of_some_regions_leave_the_others_out(check, world):
    """At the boundary of the industry a region's refinery counts with its smelters."""
    policy = replace(world.policies["emission_cap"], regions=("north", "east"), boundary="industry")
    data = replace(world, policies={"emission_cap": policy})
    wide = (*SOURCES, "refining_fuel", "refining_power")
    found = {y: sum(emitted(source, y, r) for source in wide for r in ("north", "east")) for y in YEARS}
    check("emission_cap", 2029, found[2029], "<=", 227, data=data)
    total = sum(REPRESENTED[y] * found[y] for y in YEARS)
    check("emission_budget", None, total, "<=", 1009, data=data)
