"""Alumina at the border: the port at bay lands it, the refineries at dale and hill sell it abroad."""

from __future__ import annotations

import pytest

from alopt.model import costs
from alopt.policies import alumina_trade
from alopt.solve.compile import compile_program

from .linear import Rows, assert_same, read, v
from .register import covers
from .world import ALUMINA_FREIGHT, POINT, REFINERIES, SITES, WEIGHT, YEARS, sites_in

SETTINGS = alumina_trade.Settings(
    limit={2027: 1.7, 2029: 1.9, 2034: 2.3},
    port_limit={("bay", 2029): 1.3},
    tariff={("bay", 2027): 0.0, ("bay", 2029): 307.0, ("bay", 2034): 311.0},
    export_price={2027: 2707.0, 2029: 2711.0, 2034: 2713.0},
    export_volume={2027: 0.7, 2029: 1.1, 2034: 0.0},
    export_freight={"dale": 67.0, "hill": 71.0},
)
SETS = {
    "alumina_import_limit": lambda d: set(d.calendar.years),
    "alumina_port_limit": lambda d: set(d.policies["alumina_trade"].port_limit),
    "alumina_export_limit": lambda d: set(d.calendar.years),
}
VARIABLES = {
    "alumina_exports": lambda d: {
        (a, y)
        for a, one in d.materials.refineries.items()
        if one.kind == "refinery"
        for y in d.calendar.years
    }
}


@pytest.fixture(scope="module")
def built(own_models):
    return own_models["alumina_trade"][1]


@pytest.fixture(scope="module")
def row(built):
    """Rows of the model as (left − right, sense)."""
    return Rows(compile_program(built))


@covers(equation="alumina_import_limit")
def test_ports_together_land_no_more_than_the_limit(row):
    for y, limit in ((2027, 1.7), (2029, 1.9), (2034, 2.3)):
        found, sense = row("alumina_import_limit", y)
        assert_same(found, v.refining["bay", y] - limit)
        assert sense == "<="


@covers(equation="alumina_port_limit")
def test_a_port_lands_no_more_than_its_limit(row):
    found, sense = row("alumina_port_limit", ("bay", 2029))
    assert_same(found, v.refining["bay", 2029] - 1.3)
    assert sense == "<="


@covers(equation="alumina_export_limit")
def test_exports_stay_within_the_volume_of_the_price(row):
    for y, volume in ((2027, 0.7), (2029, 1.1), (2034, 0.0)):
        found, sense = row("alumina_export_limit", y)
        assert_same(found, v.alumina_exports["dale", y] + v.alumina_exports["hill", y] - volume)
        assert sense == "<="


@covers(equation="refinery_balance")
def test_a_refinery_makes_what_it_sells_abroad_too_and_a_port_sells_none(row):
    sent, conveyed = v.alumina_shipments, v.conveyed_alumina
    found, sense = row("refinery_balance", ("hill", 2027))
    home = sent["hill", "junction", 2027] + sent["hill", "quay", 2027] + conveyed["hill", "junction", 2027]
    assert_same(found, v.refining["hill", 2027] - home - v.alumina_exports["hill", 2027])
    assert sense == ">="
    found, _ = row("refinery_balance", ("bay", 2027))
    assert_same(found, v.refining["bay", 2027] - sent["bay", "junction", 2027] - sent["bay", "quay", 2027])


@covers(transfer="alumina_tariff")
def test_the_tariff_is_paid_on_what_the_port_lands(built):
    expected = WEIGHT[2029] * 307 * v.refining["bay", 2029] + WEIGHT[2034] * 311 * v.refining["bay", 2034]
    assert_same(read(built.transfers["alumina_tariff"]), expected)


@covers(cost="alumina_exports")
def test_alumina_sold_abroad_earns_its_price(built):
    found = read(sum(coefficient * term for coefficient, term in costs.alumina_exports(built)))
    expected = sum(
        -WEIGHT[y] * price * v.alumina_exports[a, y]
        for y, price in ((2027, 2707), (2029, 2711), (2034, 2713))
        for a in ("dale", "hill")
    )
    assert_same(found, expected)


@covers(cost="alumina_freight")
def test_alumina_sold_abroad_pays_freight_to_the_port(built):
    found = read(sum(coefficient * term for coefficient, term in costs.alumina_freight(built)))
    home = sum(
        WEIGHT[y] * ALUMINA_FREIGHT[a, p] * v.alumina_shipments[a, p, y]
        for y in YEARS
        for p in sorted({POINT[i] for i in SITES if i in sites_in(None, y)})
        for a in REFINERIES
    )
    abroad = sum(
        WEIGHT[y] * freight * v.alumina_exports[a, y]
        for y in YEARS
        for a, freight in (("dale", 67), ("hill", 71))
    )
    assert_same(found, home + abroad)
