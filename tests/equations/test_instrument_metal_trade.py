"""Volumes of metal at the border: a floor and a limit of exports, a limit of imports."""

from __future__ import annotations

import pytest

from alopt.policies import metal_trade
from alopt.solve.compile import compile_program

from .linear import Rows, assert_same, v
from .register import covers
from .world import EXPORT_STEPS, IMPORT_STEPS, LANDING, REGION, YEARS, sites_in

FLOOR = {2027: 0.3, 2029: 0.5, 2034: 0.0}
LIMIT = {2027: 0.7, 2029: 1.1, 2034: 1.3}
IMPORTS = {2027: 1.7, 2029: 0.0, 2034: 1.9}
SETTINGS = metal_trade.Settings(export_floor=FLOOR, export_limit=LIMIT, import_limit=IMPORTS)
SETS = {
    name: lambda d: set(d.calendar.years)
    for name in ("metal_export_floor", "metal_export_limit", "metal_import_limit")
}
DECISIONS = {"floor": set()}


@pytest.fixture(scope="module")
def row(own_models):
    """Rows of the model as (left − right, sense)."""
    return Rows(compile_program(own_models["metal_trade"][1]))


def exported(y):
    """Metal that leaves the regions where something can stand, over all steps."""
    makers = sorted({REGION[i] for i in sites_in(None, y)})
    return sum(v.exports[r, step, y] for r in makers for step in EXPORT_STEPS)


@covers(equation="metal_export_floor")
def test_exports_are_at_least_the_floor(row):
    for y in YEARS:
        found, sense = row("metal_export_floor", y)
        assert_same(found, exported(y) - FLOOR[y])
        assert sense == ">="


@covers(equation="metal_export_limit")
def test_exports_are_at_most_the_limit(row):
    for y in YEARS:
        found, sense = row("metal_export_limit", y)
        assert_same(found, exported(y) - LIMIT[y])
        assert sense == "<="


@covers(equation="metal_import_limit")
def test_imports_are_at_most_the_limit(row):
    for y in YEARS:
        found, sense = row("metal_import_limit", y)
        assert_same(found, sum(v.imports[d, step, y] for d in LANDING for step in IMPORT_STEPS) - IMPORTS[y])
        assert sense == "<="
