"""Ore by origin: pit is domestic and limited with an embargo in 2029, mine is imported and has a share."""

from __future__ import annotations

from dataclasses import replace

import alopt
from alopt.policies import ore_supply
from alopt.solve.compile import compile_program

from .linear import Rows, assert_same, v
from .register import covers

SETTINGS = ore_supply.Settings(
    limit={("pit", 2027): 3.7, ("pit", 2029): 0.0, ("mine", 2034): 4.1},
    share={("mine", 2027): 0.53, ("mine", 2029): 0.59},
    share_of="all_ore",
)
SETS = {
    "ore_origin_limit": lambda d: set(d.policies["ore_supply"].limit),
    "ore_origin_share": lambda d: set(d.policies["ore_supply"].share),
}
DECISIONS = {"share": set()}


def row(model, name, index):
    """Row of a built model as (left − right, sense)."""
    return Rows(compile_program(model))(name, index)


def ore(y):
    """Ore of both origins in a year: pit serves hill, mine both refineries."""
    shipped = v.ore_shipments
    return shipped["pit", "hill", y], shipped["mine", "hill", y] + shipped["mine", "dale", y]


@covers(equation="ore_origin_limit")
def test_an_origin_ships_no_more_than_its_limit_of_the_year(own_models):
    _, model = own_models["ore_supply"]
    for (b, y), limit, left in (
        (("pit", 2027), 3.7, ore(2027)[0]),
        (("pit", 2029), 0.0, ore(2029)[0]),
        (("mine", 2034), 4.1, ore(2034)[1]),
    ):
        found, sense = row(model, "ore_origin_limit", (b, y))
        assert_same(found, left - limit)
        assert sense == "<="


@covers(equation="ore_origin_share")
def test_a_share_of_all_ore(own_models):
    _, model = own_models["ore_supply"]
    for y, share in ((2027, 0.53), (2029, 0.59)):
        pit, mine = ore(y)
        found, sense = row(model, "ore_origin_share", ("mine", y))
        assert_same(found, mine - share * (pit + mine))
        assert sense == "<="


@covers(equation="ore_origin_share")
def test_a_share_of_imports_leaves_domestic_ore_out(own_models):
    """With mine the only import its share of imports is of itself."""
    data, _ = own_models["ore_supply"]
    policy = replace(SETTINGS, share_of="imports", share={("mine", 2027): 0.53})
    model = alopt.build(replace(data, policies={"ore_supply": policy}))
    mine = ore(2027)[1]
    assert_same(row(model, "ore_origin_share", ("mine", 2027))[0], mine - 0.53 * mine)
