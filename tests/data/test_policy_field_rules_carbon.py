"""Fields of the carbon market, emission caps, the border charge and refusal of origin."""

from __future__ import annotations

from typing import Any

import pytest
from editable_inputs import EditableInputs

import alopt
from alopt.errors import Problem

FILE = "scenarios/baseline.yaml"
BY_YEAR = "Write a number, or {2025: number, 2030: number}."
OUTSIDE = "the year is outside the horizon 2024 to 2025"
LIST = "Write it as [yunnan, shanxi]."
KEYS = "Use keys such as north, south."

#: policy, fields, field, value, rule, mend
Fault = tuple[str, dict[str, Any], str, str | None, str, str]


def market(field: str, value: str | None, rule: str, mend: str, **fields: Any) -> Fault:
    """A fault of the carbon market's fields."""
    return ("carbon_price", {"price_cny_per_t": 50, "scope": "direct", **fields}, field, value, rule, mend)


def cap(field: str, value: str | None, rule: str, mend: str, **fields: Any) -> Fault:
    """A fault of an emission cap."""
    return ("emission_cap", {"boundary": "direct", **fields}, field, value, rule, mend)


def border(field: str, value: str | None, rule: str, mend: str, **fields: Any) -> Fault:
    """A fault of the border charge; a field that is None is left out."""
    charge = {
        "price_cny_per_t": 500, "scope": "direct", "basis": "actual", "benchmark_t_per_t": 1.4,
        "products_mt": 0.1, **fields,
    }  # fmt: skip
    given = {name: content for name, content in charge.items() if content is not None}
    return ("cbam", given, field, value, rule, mend)


def refusal(field: str, value: str | None, rule: str, mend: str, **fields: Any) -> Fault:
    """A fault of refusal of origin; a field that is None is left out."""
    refused = {"regions": ["north"], "share": 0.1, **fields}
    given = {name: content for name, content in refused.items() if content is not None}
    return ("origin_refusal", given, field, value, rule, mend)


EXPORTS = "Fill tables/export_steps.csv, or drop the field."

FAULTS = {
    "verified until no year": market(
        "verified_until", "soon", "is no year", "Write it as 2026.", verified_until="soon"
    ),
    "verified until true": market(
        "verified_until", "True", "is no year", "Write it as 2026.", verified_until=True
    ),
    "verified outside the horizon": market(
        "verified_until", "2030", OUTSIDE, "Name a year within it.", verified_until=2030
    ),
    "verified throughout": market(
        "verified_until", "2025", "leaves no model year that pays",
        "Name an earlier year, or drop the policy.", verified_until=2025,
    ),
    "unknown place of captive power": market(
        "captive_power", "maybe", "is not one of the allowed words", "Use none, power_ets, inside.",
        captive_power="maybe",
    ),
    "captive power as a list": market(
        "captive_power", "['none']", "is not one of the allowed words", "Use none, power_ets, inside.",
        captive_power=["none"],
    ),
    "captive power inside a scope without it": market(
        "captive_power", "inside", "contradicts the scope direct",
        "Use the scope smelter_scope_1_2, or another word.", captive_power="inside",
    ),
    "captive power outside a scope with it": market(
        "captive_power", "none", "contradicts the scope smelter_scope_1_2",
        "Use the scope direct, or another word.", captive_power="none", scope="smelter_scope_1_2",
    ),
    "power benchmark without captive units in the market": market(
        "captive_benchmark_t_per_mwh", "0.8",
        "is for captive units under the power sector's market alone",
        "Set captive_power: power_ets, or drop it.",
        captive_benchmark_t_per_mwh=0.8,
    ),
    "regions of a cap as a word": cap(
        "regions", "north", "must be a list of regions", LIST, limit_mt=1, regions="north"
    ),
    "no regions of a cap": cap("regions", "[]", "must be a list of regions", LIST, limit_mt=1, regions=[]),
    "unknown region of a cap": cap(
        "regions", "atlantis", "nothing is emitted there within the boundary", KEYS,
        limit_mt=1, regions=["atlantis"],
    ),
    "region of a cap named twice": cap(
        "regions", "['north', 'north']", "names a region twice", "Name each once.",
        limit_mt=1, regions=["north", "north"],
    ),
    "regions that bound nothing": cap(
        "regions", "['north']", "there is no limit or budget that they bound",
        "Give limit_mt or budget_mt, or drop the regions.", regions=["north"],
        regional_limits_mt={"south": 1},
    ),
    "regional limits as a number": cap(
        "regional_limits_mt", "5", "must give limits by region", "Write it as {shandong: 80, yunnan: 12}.",
        regional_limits_mt=5,
    ),
    "no regional limits": cap(
        "regional_limits_mt", "{}", "must give limits by region", "Write it as {shandong: 80, yunnan: 12}.",
        regional_limits_mt={},
    ),
    "limit of an unknown region": cap(
        "regional_limits_mt", "atlantis", "nothing is emitted there within the boundary", KEYS,
        regional_limits_mt={"atlantis": 1},
    ),
    "limit of a region as a text": cap(
        "regional_limits_mt.north", "low", "is no number", BY_YEAR, regional_limits_mt={"north": "low"}
    ),
    "no price at the border": border(
        "price_cny_per_t", None, "the field is missing", "Give it.", price_cny_per_t=None
    ),
    "no benchmark at the border": border(
        "benchmark_t_per_t", None, "the field is missing", "Give it.", benchmark_t_per_t=None
    ),
    "unknown basis": border(
        "basis", "mean", "is not one of the allowed words", "Use default, actual.", basis="mean"
    ),
    "unknown scope at the border": border(
        "scope", "industry", "is not one of the allowed words", "Use direct, smelter_scope_1_2.",
        scope="industry",
    ),
    "nothing is charged": border(
        "products_mt", None, "neither products nor exported metal is charged",
        "Give the metal in products, the share of metal exports, or both.", products_mt=None,
    ),
    "more products than metal": border(
        "products_mt", "0.9", "is more than the metal used in 2025", "Give part of it.", products_mt=0.9
    ),
    "products as a text": border("products_mt", "some", "is no number", BY_YEAR, products_mt="some"),
    "exports charged where there are none": border(
        "metal_export_share", "0.1", "no metal is exported in these inputs", EXPORTS,
        metal_export_share=0.1, export_t_per_t=1.6
    ),
    "no default": border(
        "default_t_per_t", None, "the field is missing", "Give it in t CO2e per t of metal.",
        basis="default",
    ),
    "default under actual values": border(
        "default_t_per_t", "3", "has no use under the basis actual as the other fields stand", "Drop it.",
        default_t_per_t=3,
    ),
    "proven emission of exports that are not charged": border(
        "export_t_per_t", "1.6", "has no use under the basis actual as the other fields stand", "Drop it.",
        export_t_per_t=1.6,
    ),
    "credit as a word": border(
        "carbon_price_credit", "all", "is neither true nor false", "Write true or false.",
        carbon_price_credit="all",
    ),
    "credit for no price": border(
        "carbon_price_credit", "True", "no carbon price is paid at home", "Add the policy carbon_price.",
        carbon_price_credit=True,
    ),
    "no regions refused": refusal("regions", None, "the field is missing", "Give it.", regions=None),
    "no share": refusal("share", None, "the field is missing", "Give it.", share=None),
    "an empty list of regions": refusal(
        "regions", "[]", "lists no region", "Name at least one.", regions=[]
    ),
    "unknown region refused": refusal(
        "regions", "atlantis", "no such region with smelters", KEYS, regions=["atlantis"]
    ),
    "share above one": refusal(
        "share", "1.1", "is outside 0 to 1", "Give a value within.", share=1.1
    ),
    "share outside the horizon": refusal(
        "share", "2030", OUTSIDE, "Name a year within it.", share={2025: 0.1, 2030: 0.2}
    ),
    "markets as a word": refusal(
        "markets", "south_ingot", "must be a list of markets", "Write it as [shandong_ingot].",
        markets="south_ingot",
    ),
    "unknown market": refusal(
        "markets", "moon_ingot", "no such market", "Use keys such as south_ingot.", markets=["moon_ingot"]
    ),
    "no market": refusal(
        "markets", "[]", "leaves no market that refuses", "Let at least one refuse.", markets=[]
    ),
    "every market excepted": refusal(
        "except_markets", "['south_ingot']", "leaves no market that refuses", "Let at least one refuse.",
        except_markets=["south_ingot"],
    ),
    "markets named both ways": refusal(
        "except_markets", "[]", "both the markets that refuse and those that do not are named",
        "Name one of both.", markets=["south_ingot"], except_markets=[],
    ),
    "exports that refuse where there are none": refusal(
        "share_of_exports", "0.5", "no metal is exported in these inputs", EXPORTS, share_of_exports=0.5
    ),
    "share of exports above one": refusal(
        "share_of_exports", "2", "is outside 0 to 1", "Give a value within.", share_of_exports=2
    ),
}  # fmt: skip


@pytest.mark.parametrize(("policy", "fields", "field", "value", "rule", "mend"), FAULTS.values(), ids=FAULTS)
def test_a_field_that_breaks_a_rule(
    inputs: EditableInputs,
    policy: str,
    fields: dict[str, Any],
    field: str,
    value: str | None,
    rule: str,
    mend: str,
):
    inputs.scenario(policies={policy: fields})
    if field == "share_of_exports" and rule.startswith("is outside"):
        inputs.add("export_steps", step="abroad", volume_mt_per_a=1, price_cny_per_t=9000)
    assert inputs.problems() == [
        Problem(
            FILE,
            inputs.key_line(f"policies.{policy}.{field}"),
            f"policies.{policy}.{field}",
            value,
            rule,
            mend,
        )
    ]


def test_captive_units_in_the_market_need_their_benchmark_and_must_be_there(inputs: EditableInputs):
    fields = {"price_cny_per_t": 50, "scope": "direct", "captive_power": "power_ets"}
    inputs.scenario(policies={"carbon_price": fields})
    missing = "policies.carbon_price.captive_benchmark_t_per_mwh"
    column = "policies.carbon_price.captive_power"
    assert inputs.problems() == [
        Problem(
            FILE, inputs.key_line(missing), missing, None, "the field is missing",
            "Give the power benchmark in t CO2/MWh.",
        ),
        Problem(
            FILE, inputs.key_line(column), column, "power_ets", "no site has captive units", "Write none.",
        ),
    ]  # fmt: skip


def test_a_credit_for_a_price_on_other_emissions(inputs: EditableInputs):
    charge = border("", None, "", "", carbon_price_credit=True)[1]
    home = {"price_cny_per_t": 50, "scope": "smelter_scope_1_2"}
    inputs.scenario(policies={"cbam": charge, "carbon_price": home})
    column, rule = "policies.cbam.carbon_price_credit", "the carbon price at home is on another scope"
    mend = "Give both policies one scope."
    assert inputs.problems() == [Problem(FILE, inputs.key_line(column), column, "True", rule, mend)]


def test_exported_metal_under_actual_values_needs_its_emission(inputs: EditableInputs):
    inputs.add("export_steps", step="abroad", volume_mt_per_a=1, price_cny_per_t=9000)
    charge = border("", None, "", "", metal_export_share=0.5)[1]
    inputs.scenario(policies={"cbam": charge})
    (problem,) = inputs.problems()
    assert (problem.column, problem.rule) == ("policies.cbam.export_t_per_t", "the field is missing")


def test_faults_of_several_instruments_come_in_one_list(inputs: EditableInputs):
    inputs.scenario(
        policies={
            "cbam": {"price_cny_per_t": -1, "scope": "all", "basis": "none", "benchmark_t_per_t": "low"},
            "origin_refusal": {"regions": "north", "share": 2, "markets": ["moon_ingot"]},
            "carbon_price": {"price_cny_per_t": 50, "scope": "world", "verified_until": 1999},
        }
    )
    assert sorted(p.column for p in inputs.problems()) == [
        "policies.carbon_price.scope", "policies.carbon_price.verified_until", "policies.cbam.basis",
        "policies.cbam.benchmark_t_per_t", "policies.cbam.price_cny_per_t", "policies.cbam.products_mt",
        "policies.cbam.scope", "policies.origin_refusal.markets", "policies.origin_refusal.regions",
        "policies.origin_refusal.share",
    ]  # fmt: skip


def test_values_are_not_needed_for_verified_years(inputs: EditableInputs):
    """Price and benchmark start in 2027; captive units pay from 2025 on and need a price then."""
    fields = {"price_cny_per_t": {2027: 60}, "scope": "direct", "benchmark_t_per_t": {2027: 1.6, 2030: 1.4}}
    inputs.scenario(years=[2025, 2027, 2030], policies={"carbon_price": {**fields, "verified_until": 2026}})
    settings = alopt.load(inputs.folder).policies["carbon_price"]
    assert [settings.metal_price(y) for y in (2025, 2027, 2030)] == [0.0, 60.0, 60.0]
    assert (settings.benchmark[2027], settings.benchmark[2030]) == (1.6, 1.4)
    inputs.scenario(policies={"carbon_price": {**fields, "verified_until": 2024}})
    assert {p.rule for p in inputs.problems()} == {"says nothing of 2025"}
