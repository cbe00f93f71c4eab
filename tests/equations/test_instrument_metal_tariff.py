"""Duties on metal: by step and year, on imports of every market and exports of every region."""

from __future__ import annotations

from alopt.policies import metal_tariff

from .linear import assert_same, read, v
from .register import covers
from .world import LANDING, REGION, WEIGHT, YEARS, sites_in

IMPORT = {
    ("treaty", 2027): 0.0, ("treaty", 2029): 701.0, ("treaty", 2034): 709.0,
    ("spot", 2027): 0.0, ("spot", 2029): 719.0, ("spot", 2034): 727.0,
}  # fmt: skip
EXPORT = {
    ("near", 2027): 733.0, ("near", 2029): 739.0, ("near", 2034): -743.0,
    ("far", 2027): 751.0, ("far", 2029): 757.0, ("far", 2034): -761.0,
}  # fmt: skip
SETTINGS = metal_tariff.Settings(import_duty=IMPORT, export_duty=EXPORT)


@covers(transfer="import_duty")
def test_importers_pay_the_duty_of_the_step_and_year(own_models):
    _, model = own_models["metal_tariff"]
    expected = sum(
        WEIGHT[y] * duty * v.imports[d, step, y]
        for (step, y), duty in IMPORT.items()
        if duty
        for d in LANDING
    )
    assert_same(read(model.transfers["import_duty"]), expected)


@covers(transfer="export_duty")
def test_smelters_pay_the_duty_on_what_leaves_and_get_what_is_remitted(own_models):
    _, model = own_models["metal_tariff"]
    makers = {y: sorted({REGION[i] for i in sites_in(None, y)}) for y in YEARS}
    expected = sum(
        WEIGHT[y] * duty * v.exports[r, step, y] for (step, y), duty in EXPORT.items() for r in makers[y]
    )
    assert_same(read(model.transfers["export_duty"]), expected)
