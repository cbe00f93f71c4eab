"""Rules of the instruments on power: tiered tariff, renewable share, captive coal, power subsidy."""

from __future__ import annotations

from typing import Any

import pytest
from editable_inputs import EditableInputs

from alopt.errors import Problem

FILE = "scenarios/baseline.yaml"
BY_YEAR = "Write a number, or {2025: number, 2030: number}."
REGIONS = "Use keys such as north, south."
WITHIN = "Give a value within."
PATH = {"thresholds_kwh_per_t": 13300, "step_kwh_per_t": 20, "surcharge_cny_per_kwh_per_step": 0.01}
TERMS = {"price_cny_per_mwh": 7, "share_limit": 1.0}
AGE = {"from_year": 2025, "age_a": 30}
END = {"regions": ["north"], "sources": ["grid"], "amount_cny_per_mwh": 50, "from_year": 2025}
NEW = {"regions": ["north"], "capex_cny_per_kw": 3900, "life_a": 30, "limit_gw": 1.98}
AGE_FORM = "Write it with from_year, age_a, smaller_than_gw, smaller_age_a, none_from_year."
END_FORM = "Write it with regions, sources, amount_cny_per_mwh, from_year."
NEW_FORM = "Write it with regions, capex_cny_per_kw, life_a, limit_gw; or write refused."
PARTS = "Give from_year with age_a, with smaller_than_gw and smaller_age_a, or with all three."

#: policy, fields, field, value, rule, mend
FAULTS: dict[str, tuple[str, dict[str, Any], str, str | None, str, str]] = {
    # tiered tariff
    "tariff without a basis": (
        "tiered_tariff", PATH, "basis", None, "the field is missing", "Use one of site, cell.",
    ),
    "tariff on an unknown basis": (
        "tiered_tariff", PATH | {"basis": "owner"}, "basis", "owner", "is not one of the allowed words",
        "Use site, cell.",
    ),
    "unknown ladder": (
        "tiered_tariff", {"ladder": 2021, "basis": "site"}, "ladder", "2021", "no such ladder",
        "The table has 2014, 2022, steep.",
    ),
    "ladder as a list": (
        "tiered_tariff", {"ladder": ["2022"], "basis": "site"}, "ladder", "['2022']", "no such ladder",
        "The table has 2014, 2022, steep.",
    ),
    "ladder and path": (
        "tiered_tariff", {"ladder": 2014, "basis": "site", "step_kwh_per_t": 20}, "step_kwh_per_t", None,
        "a ladder of the table is named too", "Keep the ladder, or the path.",
    ),
    "ladder that starts after the first model year": (
        "tiered_tariff", {"ladder": 2022, "basis": "site"}, "ladder", "2022",
        "the ladder says nothing of 2025",
        "Add its row to tables/tariff_ladders.csv.",
    ),
    "ladder that falls": (
        "tiered_tariff", {"ladder": "steep", "basis": "site"}, "ladder", "steep",
        "the ladder of 2020 falls with intensity", "Let each step cost no less than the one below.",
    ),
    "path without a step": (
        "tiered_tariff", {k: x for k, x in PATH.items() if k != "step_kwh_per_t"} | {"basis": "site"},
        "step_kwh_per_t", None, "the field is missing", "Give it, or name a ladder of the table.",
    ),
    "threshold in MWh": (
        "tiered_tariff", PATH | {"basis": "site", "thresholds_kwh_per_t": 13.3}, "thresholds_kwh_per_t",
        "13.3",
        "is outside 10000 to 20000", WITHIN,
    ),
    "step of nil": (
        "tiered_tariff", PATH | {"basis": "site", "step_kwh_per_t": 0}, "step_kwh_per_t", "0",
        "is outside 1 to 10000", WITHIN,
    ),
    "surcharge as a text": (
        "tiered_tariff", PATH | {"basis": "site", "surcharge_cny_per_kwh_per_step": "dear"},
        "surcharge_cny_per_kwh_per_step", "dear", "is no number", "Write a number from 0 to 1.",
    ),
    # renewable share
    "no share at all": (
        "renewable_share", {"certificates": "none"}, "national_share", None,
        "neither a national nor a regional share is given", "Give national_share, regional, or both.",
    ),
    "no word on certificates": (
        "renewable_share", {"national_share": 0.3}, "certificates", None, "the field is missing",
        "Write none, or give price_cny_per_mwh and share_limit.",
    ),
    "share in per cent": (
        "renewable_share", {"national_share": 30, "certificates": "none"}, "national_share", "30",
        "is outside 0 to 1", WITHIN,
    ),
    "regional share as a number": (
        "renewable_share", {"regional": 0.3, "certificates": "none"}, "regional", "0.3",
        "is no share by region", "Write {yunnan: 0.7}, or name a set of tables/renewable_weights.csv.",
    ),
    "no region at all": (
        "renewable_share", {"regional": {}, "certificates": "none"}, "regional", "{}",
        "is no share by region", "Write {yunnan: 0.7}, or name a set of tables/renewable_weights.csv.",
    ),
    "share of an unknown region": (
        "renewable_share", {"regional": {"atlantis": 0.3}, "certificates": "none"}, "regional", "atlantis",
        "no such region with smelters", REGIONS,
    ),
    "share of a region by no year": (
        "renewable_share", {"regional": {"north": {"soon": 0.3}}, "certificates": "none"}, "regional.north",
        "soon", "is no year", BY_YEAR,
    ),
    "unknown set of weights": (
        "renewable_share", {"regional": "steel", "certificates": "none"}, "regional", "steel",
        "no such set of weights in a region with smelters", "The table has aluminium.",
    ),
    "certificates as a number": (
        "renewable_share", {"national_share": 0.3, "certificates": 7}, "certificates", "7", "is no mapping",
        "Write it with price_cny_per_mwh, share_limit.",
    ),
    "certificates without a limit": (
        "renewable_share", {"national_share": 0.3, "certificates": {"price_cny_per_mwh": 7}},
        "certificates.share_limit", None, "the field is missing",
        "Write it with price_cny_per_mwh, share_limit.",
    ),
    "certificates with another field": (
        "renewable_share", {"national_share": 0.3, "certificates": TERMS | {"volume": 1}},
        "certificates.volume", None, "no such field", "Write it with price_cny_per_mwh, share_limit.",
    ),
    "limit above one": (
        "renewable_share", {"national_share": 0.3, "certificates": TERMS | {"share_limit": 5}},
        "certificates.share_limit", "5", "is outside 0 to 1", WITHIN,
    ),
    "certificates outside the horizon": (
        "renewable_share", {"national_share": 0.3, "certificates": TERMS | {"price_cny_per_mwh": {2030: 7}}},
        "certificates.price_cny_per_mwh", "2030", "the year is outside the horizon 2024 to 2025",
        "Name a year within it.",
    ),
    # captive coal
    "captive coal without a field": (
        "captive_coal", {}, "retirement", None, "the policy has no field",
        "Give one of retirement, backup_fee_cny_per_mwh, preferential_tariff_end, new_units.",
    ),
    "retirement as a year": (
        "captive_coal", {"retirement": 2040}, "retirement", "2040", "is no mapping", AGE_FORM,
    ),
    "retirement without a rule": (
        "captive_coal", {"retirement": {}}, "retirement", "{}", "is empty",
        "Give from_year and age_a, or none_from_year.",
    ),
    "retirement with an unknown field": (
        "captive_coal", {"retirement": AGE | {"by": 2030}}, "retirement.by", None, "no such field", AGE_FORM,
    ),
    "age without a year": (
        "captive_coal", {"retirement": {"age_a": 30}}, "retirement", None,
        "a rule by age or size lacks a part", PARTS,
    ),
    "year without an age": (
        "captive_coal", {"retirement": {"from_year": 2025}}, "retirement", None,
        "a rule by age or size lacks a part", PARTS,
    ),
    "size without an age": (
        "captive_coal", {"retirement": AGE | {"smaller_than_gw": 0.3}}, "retirement", None,
        "a rule by age or size lacks a part", PARTS,
    ),
    "retirement after the last model year": (
        "captive_coal", {"retirement": {"none_from_year": 2040}}, "retirement.none_from_year", "2040",
        "no model year follows within 2024 to 2025", "Name a year within it.",
    ),
    "retirement in no year": (
        "captive_coal", {"retirement": {"none_from_year": "soon"}}, "retirement.none_from_year", "soon",
        "is no year", "Write a year from 2024 to 2025.",
    ),
    "age as true": (
        "captive_coal", {"retirement": AGE | {"age_a": True}}, "retirement.age_a", "True", "is no number",
        "Write a number from 0 to 200.",
    ),
    "retirement that meets no unit": (
        "captive_coal", {"retirement": AGE}, "retirement", None, "no unit that stands falls under the rule",
        "Widen it, or drop the field.",
    ),
    "fee of a region without captive power": (
        "captive_coal", {"backup_fee_cny_per_mwh": {"south": 20}}, "backup_fee_cny_per_mwh", "south",
        "no smelter of this region has captive power", "Use keys such as north.",
    ),
    "fee of regions and years": (
        "captive_coal", {"backup_fee_cny_per_mwh": {"north": 20, 2025: 30}}, "backup_fee_cny_per_mwh", "2025",
        "stands beside names of regions", "Name regions alone, or years alone.",
    ),
    "negative fee": (
        "captive_coal", {"backup_fee_cny_per_mwh": -1}, "backup_fee_cny_per_mwh", "-1",
        "is outside 0 to 2000",
        WITHIN,
    ),
    "tariff end as a mapping": (
        "captive_coal", {"preferential_tariff_end": END},
        "preferential_tariff_end", str(dict(sorted(END.items()))),
        "must be a list", "Write a list of regions, sources, amount_cny_per_mwh, from_year.",
    ),
    "no tariff end": (
        "captive_coal", {"preferential_tariff_end": []}, "preferential_tariff_end", "[]", "is empty",
        "List an end of a tariff, or drop the field.",
    ),
    "tariff end without a year": (
        "captive_coal", {"preferential_tariff_end": [{k: x for k, x in END.items() if k != "from_year"}]},
        "preferential_tariff_end[0].from_year", None, "the field is missing", END_FORM,
    ),
    "tariff end without regions": (
        "captive_coal", {"preferential_tariff_end": [END | {"regions": []}]},
        "preferential_tariff_end[0].regions",
        "[]", "is no list of names", REGIONS,
    ),
    "tariff end in an unknown region": (
        "captive_coal", {"preferential_tariff_end": [END | {"regions": ["atlantis"]}]},
        "preferential_tariff_end[0].regions", "atlantis", "no such region with smelters", REGIONS,
    ),
    "tariff end of captive power": (
        "captive_coal", {"preferential_tariff_end": [END | {"sources": ["captive"]}]},
        "preferential_tariff_end[0].sources", "captive", "no site of these regions buys from this source",
        "Use keys such as grid.",
    ),
    "new units as a text": (
        "captive_coal", {"new_units": "allowed"}, "new_units", "allowed", "is no mapping", NEW_FORM,
    ),
    "new units without a capex": (
        "captive_coal", {"new_units": {k: x for k, x in NEW.items() if k != "capex_cny_per_kw"}},
        "new_units.capex_cny_per_kw", None, "the field is missing", NEW_FORM,
    ),
    "new units of no life": (
        "captive_coal", {"new_units": NEW | {"life_a": 0}}, "new_units.life_a", "0", "is outside 1 to 100",
        WITHIN,
    ),
    "new units in an unknown region": (
        "captive_coal", {"new_units": NEW | {"regions": ["atlantis"]}}, "new_units.regions", "atlantis",
        "no such region with smelters", REGIONS,
    ),
    "new units where captive power has no cost": (
        "captive_coal", {"new_units": NEW | {"regions": ["south"]}}, "new_units.regions", "south",
        "captive power of this region has no cost", "Add the region to tables/captive_costs.csv.",
    ),
    "new units though all must go": (
        "captive_coal", {"new_units": NEW, "retirement": {"none_from_year": 2025}}, "new_units", None,
        "new units are allowed though all captive units must go", "Drop none_from_year, or refuse new units.",
    ),
    # power subsidy
    "no subsidy": (
        "power_subsidy", {"sources": ["grid"]}, "subsidy_cny_per_mwh", None, "the field is missing",
        "Give CNY/MWh: a number, by year, or by region.",
    ),
    "subsidy of an unknown region": (
        "power_subsidy", {"subsidy_cny_per_mwh": {"atlantis": 30}}, "subsidy_cny_per_mwh", "atlantis",
        "no such region with smelters", REGIONS,
    ),
    "subsidy beyond reason": (
        "power_subsidy", {"subsidy_cny_per_mwh": 3000}, "subsidy_cny_per_mwh", "3000",
        "is outside -2000 to 2000",
        WITHIN,
    ),
    "subsidy on an unknown source": (
        "power_subsidy", {"subsidy_cny_per_mwh": 30, "sources": ["tide"]}, "sources", "tide",
        "no site draws this source", "Use keys such as captive, grid.",
    ),
    "subsidy to an unknown kind": (
        "power_subsidy", {"subsidy_cny_per_mwh": 30, "site_kind": "old"}, "site_kind", "old",
        "is not one of the allowed words", "Use existing, newcomer, any.",
    ),
    "subsidy that reaches no site": (
        "power_subsidy", {"subsidy_cny_per_mwh": {"south": 30}, "sources": ["captive"]},
        "subsidy_cny_per_mwh",
        None, "no site of the regions draws such power",
        "Name a region, source and kind of site that go together.",
    ),
    "subsidy to newcomers that there are none of": (
        "power_subsidy", {"subsidy_cny_per_mwh": 30, "site_kind": "newcomer"}, "subsidy_cny_per_mwh", None,
        "no site of the regions draws such power", "Name a region, source and kind of site that go together.",
    ),
}  # fmt: skip


@pytest.fixture
def power(inputs: EditableInputs) -> EditableInputs:
    """North has a unit of 2010 and its costs; ladders and weights stand in their tables."""
    inputs.add(
        "captive_units", unit="one", plant="station", owner="north_smelter", region="north",
        site="north_smelter", capacity_gw=0.1, start_year=2010, technology="coal",
    )  # fmt: skip
    captive_costs(inputs, "north")
    for ladder, year, threshold, amount in (
        ("2014", 2014, 13700, 0.02), ("2022", 2026, 13300, 0.01), ("steep", 2020, 13300, 0.05),
        ("steep", 2020, 13400, 0.01),
    ):  # fmt: skip
        inputs.add(
            "tariff_ladders", ladder=ladder, from_year=year, threshold_kwh_per_t=threshold,
            surcharge_cny_per_kwh=amount,
        )  # fmt: skip
    inputs.add("renewable_weights", weights="aluminium", region="north", year=2025, share=0.3)
    return inputs


def captive_costs(inputs: EditableInputs, region: str) -> None:
    """Give a region every cost of captive power."""
    for quantity in (
        "coal_price_cny_per_t", "heat_rate_kgce_per_kwh", "operation_cny_per_kwh", "levies_cny_per_kwh",
        "reserve_fee_cny_per_kwh", "hours_per_a", "emission_factor_t_per_mwh",
    ):  # fmt: skip
        inputs.add("captive_costs", region=region, quantity=quantity, value=1)


@pytest.mark.parametrize(("policy", "fields", "field", "value", "rule", "mend"), FAULTS.values(), ids=FAULTS)
def test_a_policy_on_power_that_breaks_a_rule(
    power: EditableInputs,
    policy: str,
    fields: dict[str, Any],
    field: str,
    value: str | None,
    rule: str,
    mend: str,
):
    power.scenario(policies={policy: fields})
    assert power.problems() == [
        Problem(
            FILE,
            power.key_line(f"policies.{policy}.{field}"),
            f"policies.{policy}.{field}",
            value,
            rule,
            mend,
        )
    ]


@pytest.mark.parametrize(
    ("policy", "fields"),
    [
        ("tiered_tariff", {"ladder": 2014, "basis": "cell"}),
        ("tiered_tariff", PATH | {"basis": "site"}),
        ("renewable_share", {"regional": "aluminium", "certificates": "none"}),
        ("renewable_share", {"national_share": {2025: 0.25}, "certificates": TERMS}),
        ("captive_coal", {"new_units": NEW, "backup_fee_cny_per_mwh": {"north": {2025: 20}}}),
        ("captive_coal", {"retirement": {"from_year": 2024, "smaller_than_gw": 0.2, "smaller_age_a": 15}}),
        ("captive_coal", {"preferential_tariff_end": [END], "new_units": "refused"}),
        ("power_subsidy", {"subsidy_cny_per_mwh": {"north": 30}, "sources": ["captive"]}),
    ],
)
def test_a_policy_on_power_that_is_sound(power: EditableInputs, policy: str, fields: dict[str, Any]):
    power.scenario(policies={policy: fields})
    assert power.problems() == []


def test_new_units_in_a_region_whose_sites_may_not_build(power: EditableInputs):
    captive_costs(power, "south")
    power.scenario(policies={"captive_coal": {"new_units": NEW | {"regions": ["south"]}}})
    mend = "Name a region with a captive station or a newcomer's site."
    rule, column = "no site of this region may build captive units", "policies.captive_coal.new_units.regions"
    assert power.problems() == [Problem(FILE, power.key_line(column), column, "south", rule, mend)]


def test_a_fee_where_nobody_has_captive_power(inputs: EditableInputs):
    inputs.scenario(policies={"captive_coal": {"backup_fee_cny_per_mwh": 20}})
    mend = "Fill tables/captive_units.csv, or drop the field."
    column = "policies.captive_coal.backup_fee_cny_per_mwh"
    assert inputs.problems() == [
        Problem(FILE, inputs.key_line(column), column, None, "no site has captive power", mend)
    ]


def test_ladders_and_weights_where_the_tables_are_empty(inputs: EditableInputs):
    inputs.scenario(
        policies={
            "renewable_share": {"regional": "aluminium", "certificates": "none"},
            "tiered_tariff": {"ladder": 2022, "basis": "site"},
        }
    )
    assert sorted((p.column, p.mend) for p in inputs.problems()) == [
        ("policies.renewable_share.regional", "The table has none."),
        ("policies.tiered_tariff.ladder", "The table has none."),
    ]


def test_a_ladder_with_vat_needs_the_rate(power: EditableInputs):
    power.add(
        "tariff_ladders", ladder="gross", from_year=2020, threshold_kwh_per_t=13300,
        surcharge_cny_per_kwh=0.01, vat="included",
    )  # fmt: skip
    power.scenario(market_prices=None, policies={"tiered_tariff": {"ladder": "gross", "basis": "site"}})
    assert power.problems() == []
    power.remove("vat_rates", {"component": "power"})
    column, mend = "policies.tiered_tariff.ladder", "Add its row to tables/vat_rates.csv."
    rule = "its surcharges hold VAT, and the rate of power is missing"
    assert power.problems() == [Problem(FILE, power.key_line(column), column, "gross", rule, mend)]
