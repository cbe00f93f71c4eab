"""Each cost component, coefficient by coefficient, at present value.

Annual flows weigh Σ d_t over the years that a model year stands for (2, 5 and 7 years at 10 %),
events weigh the discount factor of their year, and capital weighs its yearly charges up to the
end of the horizon (2041): an annuity-due over its life, cut off there.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import alopt
from alopt.model import costs
from alopt.solve.compile import compile_program

from .linear import Linear, assert_same, read, v
from .register import covers
from .world import (
    ALUMINA_FREIGHT,
    ANODE,
    ARCS,
    DISCOUNT,
    ELAPSED,
    EXPORT_FREIGHT,
    FIRST,
    INGOT,
    MAINTENANCE,
    METAL_FREIGHT,
    NEW_CAPEX,
    ORE_COST,
    PEOPLE,
    POINT,
    PRICE,
    REFINERIES,
    REGION,
    REPRESENTED,
    SITES,
    SOURCES,
    STEPS,
    WEIGHT,
    YEARS,
    made,
    sites_in,
    slices_of,
    states_at,
)


def component(model, name):
    """Sum of a component's terms."""
    terms = getattr(costs, name)(model)
    return read(sum(coefficient * term for coefficient, term in terms))


def capital(capex, life, y):
    """Charge a year, times the present value of the years charged: y to min(y + life, 2041) − 1."""
    charge = capex / sum(1.1**-s for s in range(life))
    return charge * sum(1.1 ** -(t - 2024) for t in range(y, min(y + life, 2041)))


def per_tonne(cost):
    """Yearly cost of what every state makes, with its cost per tonne."""
    return sum(
        WEIGHT[y] * cost[k] * made(i, k, y, h)
        for y in YEARS
        for i in SITES
        for k in states_at(i, y)
        for h in slices_of(i)
    )


def per_capacity(cost):
    """Yearly cost of what stands, with its cost per t/a."""
    return sum(
        WEIGHT[y] * cost[k] * v.capacity[i, k, y]
        for (i, k), first in FIRST.items()
        for y in YEARS
        if y >= first
    )


def makers(y):
    """Regions where anything can stand."""
    return sorted({REGION[i] for i in sites_in(None, y)})


def test_weights_of_years(world):
    """The calendar's weights are the sums of discount factors that the costs below use."""
    calendar = world.calendar
    assert calendar.elapsed == ELAPSED
    assert calendar.represented == REPRESENTED
    assert calendar.end == 2041
    for y in YEARS:
        assert calendar.discount[y] == pytest.approx(DISCOUNT[y], rel=1e-14)
        assert calendar.weight[y] == pytest.approx(WEIGHT[y], rel=1e-14)


@covers(cost="electricity")
def test_electricity(model):
    expected = sum(
        WEIGHT[y] * PRICE[i, e, h] * v.electricity[i, e, y, h]
        for y in YEARS
        for i in sites_in(None, y)
        for e in SOURCES[i]
        for h in slices_of(i)
    )
    assert_same(component(model, "electricity"), expected)


@covers(cost="alumina")
def test_alumina(model):
    expected = sum(
        WEIGHT[y] * cost * v.refining[a, y]
        for y in YEARS
        for a, cost in (("bay", 2503), ("dale", 1009), ("hill", 1013))
    )
    assert_same(component(model, "alumina"), expected)


@covers(cost="ore")
def test_ore(model):
    expected = sum(
        WEIGHT[y] * cost * v.ore_shipments[b, a, y] for y in YEARS for (b, a), cost in ORE_COST.items()
    )
    assert_same(component(model, "ore"), expected)


@covers(cost="alumina_freight")
def test_alumina_freight(model):
    """What is conveyed next door pays none."""
    expected = sum(
        WEIGHT[y] * ALUMINA_FREIGHT[a, p] * v.alumina_shipments[a, p, y]
        for y in YEARS
        for a in REFINERIES
        for p in {POINT[i] for i in sites_in(None, y)}
    )
    assert_same(component(model, "alumina_freight"), expected)


@covers(cost="carbon_materials")
def test_carbon_materials(model):
    expected = per_tonne({k: 4007 * anode for k, anode in ANODE.items()})
    assert_same(component(model, "carbon_materials"), expected)


@covers(cost="fluoride")
def test_fluoride(model):
    assert_same(component(model, "fluoride"), per_tonne(dict.fromkeys(ANODE, 211)))


@covers(cost="cell_operation")
def test_cell_operation(model):
    """Only keen and peak cells have measures that cost per tonne."""
    expected = per_tonne({"bare": 0, "lined": 0, "keen": 53, "great": 0, "peak": 59})
    assert_same(component(model, "cell_operation"), expected)


@covers(cost="labour")
def test_labour(model):
    """People per kt over 1000 are people per t; 100003 CNY a year each."""
    expected = per_capacity({k: people / 1000 * 100003 for k, people in PEOPLE.items()})
    assert_same(component(model, "labour"), expected)


@covers(cost="maintenance")
def test_maintenance(model):
    assert_same(component(model, "maintenance"), per_capacity(MAINTENANCE))


@covers(cost="overhead")
def test_overhead(model):
    assert_same(component(model, "overhead"), per_capacity(dict.fromkeys(ANODE, 293)))


@covers(cost="sustaining_capital")
def test_sustaining_capital(model):
    assert_same(component(model, "sustaining_capital"), per_capacity(dict.fromkeys(ANODE, 109)))


@covers(cost="new_capital")
def test_new_capital(model):
    """A life of five years ends within the horizon, so the charges are worth the capex when spent."""
    expected = sum(
        NEW_CAPEX[k] * 1.1 ** -(y - 2024) * v.new_capacity[i, k, y]
        for i, k, first in (("elm", "great", 2027), ("yew", "great", 2029), ("yew", "keen", 2029))
        for y in YEARS
        if y >= first
    )
    assert_same(component(model, "new_capital"), expected)


@covers(cost="new_capital")
def test_new_capital_is_charged_up_to_the_end_of_the_horizon(world):
    """Of 20 years, 14, 12 and 7 fall within it; so the later, the smaller the part that is charged."""
    built = alopt.build(replace(world, parameters={**world.parameters, "new_build_life_a": 20.0}))
    found = component(built, "new_capital").terms
    for y, years in ((2027, 14), (2029, 12), (2034, 7)):
        charge = 8011 / sum(1.1**-s for s in range(20))
        expected = charge * sum(1.1**-s for s in range(years)) * 1.1 ** -(y - 2024)
        assert found["new_capacity", ("elm", "great", y)] == pytest.approx(expected, rel=1e-12)


@covers(cost="new_capital")
def test_new_capital_of_a_broken_life(world):
    """2.5 years: two whole charges and half of a third; 7.5 years from 2034 lose the last half."""
    for life, y, part in (
        (2.5, 2034, 1.0),
        (7.5, 2034, sum(1.1**-s for s in range(7)) / (sum(1.1**-s for s in range(7)) + 0.5 * 1.1**-7)),
    ):
        built = alopt.build(replace(world, parameters={**world.parameters, "new_build_life_a": life}))
        found = component(built, "new_capital").terms["new_capacity", ("elm", "great", y)]
        assert found == pytest.approx(8011 * 1.1 ** -(y - 2024) * part, rel=1e-12)


@covers(cost="retrofit_capital")
def test_retrofit_capital(model):
    """Each part of a step is charged over its own life; a step without capex pays nothing here."""
    expected = Linear()
    for i, j, k, first in (
        ("ash", "bare", "great", 2034),
        ("ash", "lined", "great", 2034),
        ("fir", "lined", "great", 2034),
        ("fir", "lined", "keen", 2029),
        ("oak", "bare", "great", 2029),
        ("oak", "lined", "great", 2034),
        ("oak", "lined", "keen", 2029),
    ):
        for y in YEARS:
            if y >= first:
                value = sum(capital(capex, life, y) for capex, life in ARCS[j, k][3])
                expected += value * v.retrofitted_capacity[i, j, k, y]
    found = component(model, "retrofit_capital")
    assert_same(found, expected)
    whole, short = 4001 * sum(1.1**-s for s in range(12)) / sum(1.1**-s for s in range(20)), 307
    assert found.terms["retrofitted_capacity", ("oak", "bare", "great", 2029)] == pytest.approx(
        (whole + short) * 1.1**-5, rel=1e-12
    )


@covers(cost="retrofit_works")
def test_retrofit_works(model):
    """Once for every step between states, whether it has capex or not."""
    expected = sum(
        DISCOUNT[y] * 47 * v.retrofitted_capacity[i, j, k, y]
        for i, j, k in STEPS
        for y in YEARS
        if y >= max(FIRST[i, j], FIRST[i, k], ARCS[j, k][2])
    )
    assert_same(component(model, "retrofit_works"), expected)


@covers(cost="retrofit_rent")
def test_retrofit_rent(model):
    """Plants of existing sites pay 0.7, 1.1 or 1.3 of the central rent by step, newcomers the central one."""
    steps = sum(
        WEIGHT[y] * multiplier * rent * v.retrofitted_plants[i, k, step, y]
        for i, k, rent, first in (
            ("oak", "lined", 61, 2027),
            ("oak", "keen", 67, 2029),
            ("fir", "lined", 61, 2027),
            ("fir", "keen", 67, 2029),
            ("ash", "lined", 61, 2029),
        )
        for step, multiplier in (("low", 0.7), ("mid", 1.1), ("high", 1.3))
        for y in YEARS
        if y >= first
    )
    newcomers = sum(
        WEIGHT[y] * rent * v.capacity[i, k, y]
        for i, k, rent, first in (
            ("elm", "keen", 67, 2027),
            ("yew", "keen", 67, 2029),
            ("yew", "peak", 71, 2034),
        )
        for y in YEARS
        if y >= first
    )
    assert_same(component(model, "retrofit_rent"), steps + newcomers)


@covers(cost="retrofit_rent")
def test_retrofit_rent_without_a_spread(world):
    """Every site pays the central rent of its states."""
    built = alopt.build(replace(world, capex_spread=()))
    rent = {"bare": 0, "lined": 61, "keen": 67, "great": 0, "peak": 71}
    assert_same(component(built, "retrofit_rent"), per_capacity(rent))


@covers(cost="restart")
def test_restart(model):
    """Seasonal restarts are paid every year, reopening once; elm, fir and gum know no seasons."""
    seasonal = sum(
        WEIGHT[y] * 601 * v.restarted[i, y, q]
        for i, first in (("oak", 2027), ("ash", 2029), ("yew", 2029))
        for q in ("cold", "wet", "dry")
        for y in YEARS
        if y >= first
    )
    once = sum(
        DISCOUNT[y] * 601 * v.reopened[i, y]
        for i, first in (
            ("oak", 2027),
            ("ash", 2029),
            ("yew", 2029),
            ("fir", 2027),
            ("elm", 2027),
            ("gum", 2034),
        )
        for y in YEARS
        if y >= first
    )
    assert_same(component(model, "restart"), seasonal + once)


@covers(cost="quota_fees")
def test_quota_fees(model):
    """Once per tonne that arrives; the north may send nothing, the west may receive nothing."""
    expected = sum(
        DISCOUNT[y] * 59 * v.quota_transfer[r, to, y]
        for y in YEARS
        for r in ("south", "east", "west")
        for to in ("north", "south", "east")
        if r != to
    )
    assert_same(component(model, "quota_fees"), expected)


@covers(cost="quota_fees")
def test_no_quota_fees_without_a_cap(world):
    assert_same(component(alopt.build(replace(world, policies={})), "quota_fees"), 0)


@covers(cost="closure")
def test_closure(model):
    """Once, when the capacity is retired."""
    expected = sum(
        DISCOUNT[y] * 337 * v.retired_capacity[i, k, y]
        for (i, k), first in FIRST.items()
        for y in YEARS
        if y >= first
    )
    assert_same(component(model, "closure"), expected)


@covers(cost="spent_potlining")
def test_spent_potlining(model):
    expected = sum(
        WEIGHT[y] * (2003 * v.potlining_treated["oven", y] + 1409 * v.potlining_treated["store", y])
        for y in YEARS
    )
    assert_same(component(model, "spent_potlining"), expected)


@covers(cost="casting")
def test_casting(model):
    """Ingot for home and abroad is cast; ingot for liquid markets is remelted in north and west."""
    cast = sum(
        WEIGHT[y]
        * 151
        * (sum(v.ingot_shipments[r, d, y] for d in INGOT) + sum(v.exports[r, s, y] for s in steps))
        for steps in (("near", "far"),)
        for y in YEARS
        for r in makers(y)
    )
    remelted = sum(WEIGHT[y] * 113 * v.remelted_metal[r, y] for y in YEARS for r in ("north", "west"))
    assert_same(component(model, "casting"), cast + remelted)


@covers(cost="metal_freight")
def test_metal_freight(model):
    home = sum(
        WEIGHT[y] * METAL_FREIGHT[r, d] * v.ingot_shipments[r, d, y]
        for y in YEARS
        for r in makers(y)
        for d in INGOT
    )
    abroad = sum(
        WEIGHT[y] * EXPORT_FREIGHT[r] * (v.exports[r, "near", y] + v.exports[r, "far", y])
        for y in YEARS
        for r in makers(y)
    )
    assert_same(component(model, "metal_freight"), home + abroad)


@covers(cost="imports")
def test_imports(model):
    expected = sum(
        WEIGHT[y] * (15013 * v.imports[d, "treaty", y] + 18013 * v.imports[d, "spot", y])
        for y in YEARS
        for d in ("south_ingot", "west_ingot")
    )
    assert_same(component(model, "imports"), expected)


@covers(cost="exports")
def test_exports_earn(model):
    expected = sum(
        -WEIGHT[y] * (16007 * v.exports[r, "near", y] + 14009 * v.exports[r, "far", y])
        for y in YEARS
        for r in makers(y)
    )
    assert_same(component(model, "exports"), expected)


@covers(cost="unserved")
def test_unserved_demand(model):
    markets = ("east_liquid", "north_ingot", "north_liquid", "south_ingot", "west_ingot", "west_liquid")
    expected = sum(
        WEIGHT[y] * (30011 * v.unserved_demand[d, "must", y] + 19997 * v.unserved_demand[d, "may", y])
        for y in YEARS
        for d in markets
    )
    assert_same(component(model, "unserved"), expected)


def test_the_objective_is_all_components_and_transfers(model):
    """And nothing else: no component counts twice, no variable is priced besides."""
    expected = sum(component(model, part.__name__) for part in costs.COMPONENTS)
    assert len(set(costs.COMPONENTS)) == len(costs.COMPONENTS)
    assert set(model.transfers) == {"carbon_price"}
    assert_same(read(costs.resource_costs(model)), expected)
    found = read(model.total_cost.expr)
    assert_same(found, expected + read(model.transfers["carbon_price"]))
    assert model.total_cost.sense == 1


def test_the_objective_compiles_to_the_same_coefficients(model):
    program = compile_program(model)
    found = {
        column: cost for column, cost in zip(program.columns, program.cost.tolist(), strict=True) if cost
    }
    assert_same(Linear(found, program.offset), read(model.total_cost.expr))
    assert np.isfinite(program.cost).all()
