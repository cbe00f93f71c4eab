"""Policies: unknown names and fields, and fields that hold what they must not."""

from __future__ import annotations

from typing import Any

import pytest
from editable_inputs import EditableInputs

import alopt
from alopt.errors import Problem
from alopt.policies import instruments

FILE = "scenarios/baseline.yaml"
KNOWN = f"There are {', '.join(instruments())}."
BY_YEAR = "Write a number, or {2025: number, 2030: number}."
PAIR = "Write [{from: shandong, to: yunnan, ratio: 1.25}]."
CARBON_FIELDS = (
    "The fields are price_cny_per_t, scope, benchmark_t_per_t, verified_until, captive_power, "
    "captive_benchmark_t_per_mwh."
)
CAP = {"capacity_cap": {"cap_mt_per_a": 1.2}}
PRICE = {"price_cny_per_t": 50, "scope": "direct"}
LIMIT = {"limit_mt": 90, "boundary": "direct"}
BOUNDARIES = "Use direct, smelter_scope_1_2, electrolysis, industry, cradle_to_gate."


def price(**fields: Any) -> dict[str, Any]:
    """A carbon price with other fields."""
    return {"carbon_price": PRICE | fields}


def limit(**fields: Any) -> dict[str, Any]:
    """A cap on emissions with other fields."""
    return {"emission_cap": LIMIT | fields}


def replacement(**fields: Any) -> dict[str, Any]:
    """A capacity cap and replacement with other fields."""
    return CAP | {"capacity_replacement": {"ratio": 1.0} | fields}


#: policies, key below `policies`, value, rule, mend
FAULTS = {
    "unknown policy": ({"wishes": {}}, "wishes", None, "no such policy", KNOWN),
    "misspelt policy": (
        {"emissions_cap": {}}, "emissions_cap", None, "no such policy", f"Did you mean emission_cap? {KNOWN}",
    ),
    "number for a policy": ({7: {}}, "7", None, "no such policy", KNOWN),
    "private module": ({"_fields": {}}, "_fields", None, "no such policy", KNOWN),
    "unknown field": (
        price(price=50), "carbon_price.price", None, "no such field",
        CARBON_FIELDS,
    ),
    "number for a field": (
        {"carbon_price": PRICE | {1: 2}}, "carbon_price.1", None, "no such field",
        CARBON_FIELDS,
    ),
    "no cap": ({"capacity_cap": {}}, "capacity_cap.cap_mt_per_a", None, "the field is missing",
               "Give the cap in Mt/a."),
    "no price": ({"carbon_price": {"scope": "direct"}}, "carbon_price.price_cny_per_t", None,
                 "the field is missing", "Give it."),
    "no scope": ({"carbon_price": {"price_cny_per_t": 50}}, "carbon_price.scope", None,
                 "the field is missing", "Give it."),
    "no boundary": ({"emission_cap": {"limit_mt": 90}}, "emission_cap.boundary", None,
                    "the field is missing", BOUNDARIES.replace("Use ", "Use one of ")),
    "no ratio": (CAP | {"capacity_replacement": {}}, "capacity_replacement.ratio", None,
                 "the field is missing", "Give quota given up per quota gained: 1.0."),
    "neither limit nor budget": (
        {"emission_cap": {"boundary": "direct"}}, "emission_cap.limit_mt", None,
        "neither a limit nor a budget is given", "Give one.",
    ),
    "price as a text": (price(price_cny_per_t="dear"), "carbon_price.price_cny_per_t", "dear",
                        "is no number", BY_YEAR),
    "price as true": (price(price_cny_per_t=True), "carbon_price.price_cny_per_t", "True",
                      "is no number", BY_YEAR),
    "price as a list": (price(price_cny_per_t=[50]), "carbon_price.price_cny_per_t", "[50]",
                        "is no number", BY_YEAR),
    "nothing for a price": (price(price_cny_per_t=None), "carbon_price.price_cny_per_t", None,
                            "is no number", BY_YEAR),
    "price that is no number": (price(price_cny_per_t=float("nan")), "carbon_price.price_cny_per_t", "nan",
                                "is no number", BY_YEAR),
    "infinite price": (price(price_cny_per_t=float("inf")), "carbon_price.price_cny_per_t", "inf",
                       "is no number", BY_YEAR),
    "price without years": (price(price_cny_per_t={}), "carbon_price.price_cny_per_t", "{}",
                            "is empty", BY_YEAR),
    "price by no year": (price(price_cny_per_t={"soon": 50}), "carbon_price.price_cny_per_t", "soon",
                         "is no year", BY_YEAR),
    "price before the horizon": (
        price(price_cny_per_t={2023: 50}), "carbon_price.price_cny_per_t", "2023",
        "the year is outside the horizon 2024 to 2025", "Name a year within it.",
    ),
    "price after the horizon": (
        price(price_cny_per_t={2026: 50}), "carbon_price.price_cny_per_t", "2026",
        "the year is outside the horizon 2024 to 2025", "Name a year within it.",
    ),
    "price of a year as a text": (
        price(price_cny_per_t={2025: "dear"}), "carbon_price.price_cny_per_t", "dear",
        "is no number", BY_YEAR,
    ),
    "negative price": (price(price_cny_per_t=-1), "carbon_price.price_cny_per_t", "-1",
                       "is outside 0 to 100000", "Give a value within."),
    "price beyond reason": (price(price_cny_per_t=100_001), "carbon_price.price_cny_per_t", "100001",
                            "is outside 0 to 100000", "Give a value within."),
    "benchmark beyond reason": (price(benchmark_t_per_t=101), "carbon_price.benchmark_t_per_t", "101",
                                "is outside 0 to 100", "Give a value within."),
    "unknown scope": (price(scope="industry"), "carbon_price.scope", "industry",
                      "is not one of the allowed words", "Use direct, smelter_scope_1_2."),
    "scope as a mapping": (price(scope={}), "carbon_price.scope", "{}",
                           "is not one of the allowed words", "Use direct, smelter_scope_1_2."),
    "unknown boundary": (limit(boundary="world"), "emission_cap.boundary", "world",
                         "is not one of the allowed words", BOUNDARIES),
    "negative limit": (limit(limit_mt=-5), "emission_cap.limit_mt", "-5", "is outside 0 to 1e+09",
                       "Give a value within."),
    "budget as a text": (limit(budget_mt="small"), "emission_cap.budget_mt", "small", "is no amount",
                         "Give Mt CO2e over the whole horizon."),
    "negative budget": (limit(budget_mt=-1), "emission_cap.budget_mt", "-1", "is no amount",
                        "Give Mt CO2e over the whole horizon."),
    "budget as true": (limit(budget_mt=True), "emission_cap.budget_mt", "True", "is no amount",
                       "Give Mt CO2e over the whole horizon."),
    "budget that is no number": (limit(budget_mt=float("nan")), "emission_cap.budget_mt", "nan",
                                 "is no amount", "Give Mt CO2e over the whole horizon."),
    "infinite budget": (limit(budget_mt=float("inf")), "emission_cap.budget_mt", "inf", "is no amount",
                        "Give Mt CO2e over the whole horizon."),
    "cap beyond reason": ({"capacity_cap": {"cap_mt_per_a": 1001}}, "capacity_cap.cap_mt_per_a", "1001",
                          "is outside 0 to 1000", "Give a value within."),
    "cap before the horizon": (
        {"capacity_cap": {"cap_mt_per_a": {2017: 1}}}, "capacity_cap.cap_mt_per_a", "2017",
        "the year is outside the horizon 2024 to 2025", "Name a year within it.",
    ),
    "replacement without a cap": (
        {"capacity_replacement": {"ratio": 1.0}}, "capacity_replacement.ratio", None,
        "replacement has no meaning without a cap", "Add the policy capacity_cap, or drop this one.",
    ),
    "ratio below one": (replacement(ratio=0.8), "capacity_replacement.ratio", "0.8",
                        "is no ratio from 1 to 10", "Write 1.0 for equal replacement."),
    "ratio as a text": (replacement(ratio="1:1"), "capacity_replacement.ratio", "1:1",
                        "is no ratio from 1 to 10", "Write 1.0 for equal replacement."),
    "ratio above ten": (replacement(ratio=11), "capacity_replacement.ratio", "11",
                        "is no ratio from 1 to 10", "Write 1.0 for equal replacement."),
    "ratios as a mapping": (replacement(ratios={"north": 1.5}), "capacity_replacement.ratios",
                            "{'north': 1.5}", "must be a list", PAIR),
    "pair without its ratio": (
        replacement(ratios=[{"from": "north", "to": "south"}]), "capacity_replacement.ratios[0]",
        "{'from': 'north', 'to': 'south'}", "is no pair with its ratio", PAIR,
    ),
    "pair of words": (replacement(ratios=["north"]), "capacity_replacement.ratios[0]", "north",
                      "is no pair with its ratio", PAIR),
    "pair with an unknown region": (
        replacement(ratios=[{"from": "north", "to": "atlantis", "ratio": 1.5}]),
        "capacity_replacement.ratios[0]", "{'from': 'north', 'ratio': 1.5, 'to': 'atlantis'}",
        "names no region with smelters", PAIR,
    ),
    "pair with a list of regions": (
        replacement(ratios=[{"from": ["north"], "to": "south", "ratio": 1.5}]),
        "capacity_replacement.ratios[0]",
        "{'from': ['north'], 'ratio': 1.5, 'to': 'south'}", "names no region with smelters", PAIR,
    ),
    "pair with a ratio below one": (
        replacement(ratios=[{"from": "north", "to": "south", "ratio": 0.5}]),
        "capacity_replacement.ratios[0].ratio",
        "0.5", "is no ratio from 1 to 10", PAIR,
    ),
} | {
    f"{name} as a text": (
        replacement(**{name: "north"}), f"capacity_replacement.{name}", "north", "must be a list of regions",
        "Write it as [yunnan, shanxi].",
    )
    for name in ("no_inflow", "no_outflow", "no_reuse")
} | {
    f"{name} of numbers": (
        replacement(**{name: ["north", 1]}), f"capacity_replacement.{name}", "['north', 1]",
        "must be a list of regions", "Write it as [yunnan, shanxi].",
    )
    for name in ("no_inflow", "no_outflow", "no_reuse")
} | {
    f"{name} of an unknown region": (
        replacement(**{name: ["north", "atlantis"]}), f"capacity_replacement.{name}", "atlantis",
        "no such region with smelters", "Use keys such as north, south.",
    )
    for name in ("no_inflow", "no_outflow", "no_reuse")
}  # fmt: skip


@pytest.mark.parametrize(("policies", "key", "value", "rule", "mend"), FAULTS.values(), ids=FAULTS)
def test_a_policy_that_breaks_a_rule(
    inputs: EditableInputs, policies: dict[str, Any], key: str, value: str | None, rule: str, mend: str
):
    for region in ("north", "south"):
        inputs.add("quota", fleet="today", region=region, registered_mt_per_a=0.6)
    inputs.scenario(policies=policies)
    assert inputs.problems() == [
        Problem(FILE, inputs.key_line(f"policies.{key}"), f"policies.{key}", value, rule, mend)
    ]


def test_a_cap_on_a_fleet_without_registered_quota(inputs: EditableInputs):
    inputs.scenario(policies=CAP)
    assert inputs.problems() == [
        Problem(
            FILE, inputs.key_line("policies.capacity_cap.cap_mt_per_a"),
            "policies.capacity_cap.cap_mt_per_a", None, "the fleet has no registered quota",
            "Fill tables/quota.csv for the scenario's fleet, or drop the policy.",
        )
    ]  # fmt: skip


def test_faults_of_policies_come_in_one_list(inputs: EditableInputs):
    inputs.scenario(
        policies={
            "carbon_levy": {},
            "carbon_price": {"price_cny_per_t": {2023: -1, "soon": "dear"}, "scope": "world"},
            "emission_cap": {"limit": 5},
            "capacity_replacement": {"ratio": 0.5, "no_inflow": ["atlantis"]},
        }
    )
    assert sorted((p.column, p.value or "") for p in inputs.problems()) == [
        ("policies.capacity_replacement.no_inflow", "atlantis"),
        ("policies.capacity_replacement.ratio", ""),
        ("policies.capacity_replacement.ratio", "0.5"),
        ("policies.carbon_levy", ""),
        ("policies.carbon_price.price_cny_per_t", "-1"),
        ("policies.carbon_price.price_cny_per_t", "2023"),
        ("policies.carbon_price.price_cny_per_t", "dear"),
        ("policies.carbon_price.price_cny_per_t", "soon"),
        ("policies.carbon_price.scope", "world"),
        ("policies.emission_cap.limit", ""),
    ]


def test_a_value_by_year_is_interpolated_and_held(inputs: EditableInputs):
    """40 in 2025 and 60 in 2030: 48 two fifths of the way in 2027, 60 in 2035."""
    inputs.scenario(years=[2025, 2027, 2035], policies=price(price_cny_per_t={2025: 40, 2030: 60}))
    found = alopt.load(inputs.folder).policies["carbon_price"].price
    assert found == {2025: 40.0, 2027: pytest.approx(40 + (60 - 40) * 2 / 5, rel=1e-12), 2035: 60.0}


def test_a_path_that_starts_after_the_first_model_year(inputs: EditableInputs):
    inputs.scenario(years=[2025, 2030], policies=price(price_cny_per_t={2030: 60}))
    (problem,) = inputs.problems()
    assert (problem.file, problem.row, problem.column) == (
        FILE,
        inputs.key_line(problem.column),
        problem.column,
    )
    assert problem.rule == "says nothing of 2025"
    assert problem.mend == "Give a value for 2025 too."


def test_the_base_year_and_the_last_represented_year_may_be_named(inputs: EditableInputs):
    inputs.scenario(last_period_years=3, policies=price(price_cny_per_t={2024: 40, 2027: 70}))
    found = alopt.load(inputs.folder).policies["carbon_price"].price
    assert found == {2025: pytest.approx(40 + (70 - 40) / 3, rel=1e-12)}


def test_a_misspelt_field_hides_no_other_problem(inputs: EditableInputs):
    """And a field that is missing beside it is not told of: it may be the one that is misspelt."""
    inputs.scenario(policies={"carbon_price": {"price": 50, "scope": "dirct"}})
    found = {problem.column: problem.rule for problem in inputs.problems()}
    assert found["policies.carbon_price.price"] == "no such field"
    assert "policies.carbon_price.price_cny_per_t" not in found
    inputs.scenario(
        policies={"metal_trade": {"floor": 1}, "carbon_price": PRICE | {"scope": "dirct", "free": 1}}
    )
    assert {(problem.column, problem.value) for problem in inputs.problems()} == {
        ("policies.metal_trade.floor", None),
        ("policies.carbon_price.free", None),
        ("policies.carbon_price.scope", "dirct"),
    }
