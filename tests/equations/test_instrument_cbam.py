"""The border charge, term by term: actual values on a wide scope, the home carbon price credited."""

from __future__ import annotations

from dataclasses import replace

import alopt
from alopt.policies import cbam

from .expected_emissions import emitted
from .linear import assert_same, read, v
from .register import covers
from .world import DEMAND_STEPS, EXPORT_STEPS, MARKETS, SITES, WEIGHT, YEARS, output

SETTINGS = cbam.Settings(
    price={2027: 0.0, 2029: 211.0, 2034: 223.0},
    scope="smelter_scope_1_2",
    basis="actual",
    benchmark={2027: 2.3, 2029: 1.9, 2034: 0.7},
    default=None,
    product_share={2027: 0.013, 2029: 0.017, 2034: 0.019},
    export_share={2027: 0.03, 2029: 0.07, 2034: 0.11},
    export_emission=dict.fromkeys(YEARS, 5.3),
    credit=True,
)
NEEDS = ("carbon_price",)


def _charged(d):
    policy = d.policies["cbam"]
    return {y for y in d.calendar.years if policy.price[y] > 0 and policy.product_share[y] > 0}


SETS = {"product_charge_due": _charged}
VARIABLES = {"product_charge": _charged}
DECISIONS = {
    "charge": {"product_charge"},
    "price": set(),
    "assessed": {"running", "swung_production", "electricity"},
    "paid": {"running", "swung_production", "electricity"},
}


def covered(y):
    return sum(emitted(source, y) for source in ("anode", "pfc", "power"))


def metal(y):
    return sum(output(i, y) for i in SITES)


def exported(y):
    regions = ("north", "south") if y == 2027 else ("north", "south", "east")
    return sum(v.exports[r, step, y] for r in regions for step in EXPORT_STEPS)


@covers(equation="product_charge_due")
def test_products_are_charged_on_their_share_of_what_all_smelters_emit(check, own_models):
    """At home 101 CNY/t is paid above 1.1 t/t in 2029, 103 on every t in 2034; nothing is due in 2027."""
    data, model = own_models["cbam"]
    assert set(model.product_charge_due) == {2029, 2034}
    check(
        "product_charge_due", 2029, v.product_charge[2029], ">=",
        0.017 * (211 * (covered(2029) - 1.9 * metal(2029)) - 101 * (covered(2029) - 1.1 * metal(2029))),
        data=data,
    )  # fmt: skip
    check(
        "product_charge_due", 2034, v.product_charge[2034], ">=",
        0.019 * (223 * (covered(2034) - 0.7 * metal(2034)) - 103 * covered(2034)), data=data,
    )  # fmt: skip


@covers(equation="product_charge_due")
def test_default_values_charge_the_metal_served_whatever_was_emitted(check, own_models):
    """67 Mt less what goes unserved, 3.1 - 1.9 t/t; in 2034 the default is below the benchmark."""
    data, _ = own_models["cbam"]
    policy = replace(
        SETTINGS,
        basis="default",
        default={2027: 3.0, 2029: 3.1, 2034: 0.6},
        credit=False,
        scope="direct",
    )
    defaults = replace(data, policies={"cbam": policy})
    unserved = sum(v.unserved_demand[d, step, 2029] for d in MARKETS for step in DEMAND_STEPS)
    check(
        "product_charge_due", 2029, v.product_charge[2029], ">=",
        0.017 * 211 * (3.1 - 1.9) * (67 - unserved), data=defaults,
    )  # fmt: skip
    check("product_charge_due", 2034, v.product_charge[2034], ">=", 0, data=defaults)


@covers(transfer="cbam")
def test_the_charge_is_paid_on_products_and_on_exported_metal(own_models):
    """Exported metal: 211 x (5.3 - 1.9) less 101 x (5.3 - 1.1) at home, on 7 % of it; then 11 %."""
    _, model = own_models["cbam"]
    assert_same(
        read(model.transfers["cbam"]),
        WEIGHT[2029] * v.product_charge[2029]
        + WEIGHT[2034] * v.product_charge[2034]
        + WEIGHT[2029] * 0.07 * (211 * 3.4 - 101 * 4.2) * exported(2029)
        + WEIGHT[2034] * 0.11 * (223 * 4.6 - 103 * 5.3) * exported(2034),
    )


@covers(transfer="cbam")
def test_a_credit_above_the_charge_pays_nothing_out(own_models):
    """At 2.3 t/t: 211 x 0.4 is less than the 101 x 1.2 paid at home."""
    data, _ = own_models["cbam"]
    policy = replace(
        SETTINGS, export_emission=dict.fromkeys(YEARS, 2.3), product_share=dict.fromkeys(YEARS, 0.0)
    )
    built = alopt.build(replace(data, policies={**data.policies, "cbam": policy}))
    assert_same(
        read(built.transfers["cbam"]),
        WEIGHT[2034] * 0.11 * (223 * 1.6 - 103 * 2.3) * exported(2034),
    )
