"""Each emission source, coefficient by coefficient, for all regions and for each."""

from __future__ import annotations

import pytest

from alopt.model.emissions import BOUNDARIES, BOUNDARY_OF, NESTED, SOURCES, emissions

from .expected_emissions import FORMULAS, emitted
from .linear import assert_same, read
from .register import covers
from .world import PFC, YEARS

#: What each boundary adds to the one before it; metal made abroad stands apart.
ADDED = {
    "direct": ("anode", "pfc"),
    "smelter_scope_1_2": ("power",),
    "electrolysis": ("anode_baking",),
    "industry": ("refining_fuel", "refining_power"),
    "cradle_to_gate": ("ore", "alumina_imports", "alumina_freight", "metal_freight"),
    "outside": ("metal_imports",),
}


def total(terms):
    return read(sum(coefficient * term for coefficient, term in terms))


@covers(emission=sorted(FORMULAS))
@pytest.mark.parametrize("y", YEARS)
@pytest.mark.parametrize("region", [None, "north", "south", "east", "west"])
@pytest.mark.parametrize("source", sorted(FORMULAS))
def test_source_emits_as_its_formula_says(model, source, region, y):
    assert_same(total(SOURCES[source](model, y, region)), emitted(source, y, region))


@pytest.mark.parametrize("source", sorted(FORMULAS))
def test_regions_add_to_the_nation(source):
    for y in YEARS:
        regions = ("north", "south", "east", "west")
        assert_same(sum(emitted(source, y, region) for region in regions), emitted(source, y))


def test_factors_of_single_terms():
    """The formulas above, once each in numbers."""
    burnt = emitted("anode", 2027).terms
    assert burnt["running", ("fir", "lined", 2027, "year")] == 1.37
    assert burnt["running", ("oak", "bare", 2027, "wet")] == 1.31 * 0.19
    assert burnt["swung_production", ("oak", "bare", 2027, "night")] == 1.31
    assert PFC["peak"] == pytest.approx(47e-6 * 6637 + 13e-6 * 11113, rel=1e-12)
    baked = emitted("anode_baking", 2034).terms
    assert baked["swung_production", ("yew", "peak", 2034, "day")] == pytest.approx(0.29 * 0.59, rel=1e-12)


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_boundaries_are_nested_and_imported_metal_stands_apart(model, boundary):
    wanted = [boundary] if boundary == "outside" else NESTED[: NESTED.index(boundary) + 1]
    sources = [source for part in wanted for source in ADDED[part]]
    for y in YEARS:
        for region in (None, "north", "east"):
            expected = sum(emitted(source, y, region) for source in sources)
            assert_same(read(emissions(model, boundary, y, region) + 0), expected)


def test_every_source_stands_in_the_boundary_that_it_is_for():
    assert {source: boundary for boundary, sources in ADDED.items() for source in sources} == BOUNDARY_OF
    assert set(SOURCES) == set(BOUNDARY_OF)
    assert tuple(ADDED) == BOUNDARIES
    assert tuple(ADDED)[:-1] == NESTED
