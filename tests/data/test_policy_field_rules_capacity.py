"""Policies on capacity and energy: fields that hold what they must not, each rule with its message."""

from __future__ import annotations

from typing import Any

import pytest
from editable_inputs import EditableInputs

from alopt.errors import Problem

FILE = "scenarios/baseline.yaml"
YEARS = "Write a number, or {2025: number, 2030: number}."
AREAS = "Use nation, each, a group, or keys such as north, south."
GROUPS = "Write {north: [shandong, henan]}."
BANS = "Write {shandong: {from: 2026, to: 2035}}."
DECREE = "Write {old: {regions: [shandong], below_ka: 300, share: {2030: 1}}}."
GRANT = "Write {green: {kinds: [rebuild], regions: [shandong], share: {2026: 0.2}}}."
LISTS = "sites, owners, regions, classes"


def ceiling(value: Any, **fields: Any) -> dict[str, Any]:
    """A ceiling on capacity."""
    return {"capacity_ceiling": {"ceilings_mt_per_a": value, **fields}}


def ban(value: Any, **fields: Any) -> dict[str, Any]:
    """A moratorium."""
    return {"moratorium": {"bans": value, "rebuilds": "allowed", **fields}}


def decree(**parts: Any) -> dict[str, Any]:
    """A decree of early retirement."""
    return {"early_retirement": {"decrees": {"old": parts}}}


def grant(**parts: Any) -> dict[str, Any]:
    """A grant for capex."""
    return {"capex_subsidy": {"grants": {"green": parts}}}


def benchmark(**fields: Any) -> dict[str, Any]:
    """Energy benchmarks."""
    return {"energy_benchmark": fields}


def replacement(**fields: Any) -> dict[str, Any]:
    """Rules of capacity replacement."""
    cap = {"capacity_cap": {"cap_mt_per_a": 1.2}}
    return cap | {"capacity_replacement": {"ratio": 1.0} | fields}


#: policies, key below `policies`, value, rule, mend
FAULTS: dict[str, tuple[dict[str, Any], str, str | None, str, str]] = {
    "no ceilings": (
        {"capacity_ceiling": {}},
        "capacity_ceiling.ceilings_mt_per_a",
        None,
        "the field is missing",
        "Give it.",
    ),
    "ceiling of nowhere": (
        ceiling({"atlantis": 1}),
        "capacity_ceiling.ceilings_mt_per_a",
        "atlantis",
        "is no area: no region with smelters and no group",
        AREAS,
    ),
    "ceiling as a text": (
        ceiling({"north": "low"}),
        "capacity_ceiling.ceilings_mt_per_a.north",
        "low",
        "is no number",
        YEARS,
    ),
    "ceilings without areas": (ceiling({}), "capacity_ceiling.ceilings_mt_per_a", "{}", "is empty", YEARS),
    "groups as a list": (
        ceiling(1, groups=["north"]),
        "capacity_ceiling.groups",
        "['north']",
        "must be regions by the name of a group",
        GROUPS,
    ),
    "group with the name of a region": (
        ceiling({"north": 1}, groups={"north": ["south"]}),
        "capacity_ceiling.groups.north",
        None,
        "is no name of its own for a group",
        GROUPS,
    ),
    "group of nothing": (
        ceiling(1, groups={"rim": []}),
        "capacity_ceiling.groups.rim",
        "[]",
        "names no region, or one twice",
        GROUPS,
    ),
    "group that is not used": (
        ceiling(1, groups={"rim": ["south"]}),
        "capacity_ceiling.groups.rim",
        None,
        "no field speaks of this group",
        "Give it a value, or remove it.",
    ),
    "no budgets": (
        {"energy_budget": {"renewables": "free"}},
        "energy_budget.budgets_twh",
        None,
        "the field is missing",
        "Give it.",
    ),
    "no word on renewables": (
        {"energy_budget": {"budgets_twh": 5}},
        "energy_budget.renewables",
        None,
        "the field is missing",
        "Use counted, free.",
    ),
    "unknown word on renewables": (
        {"energy_budget": {"budgets_twh": 5, "renewables": "half"}},
        "energy_budget.renewables",
        "half",
        "is not one of the allowed words",
        "Use counted, free.",
    ),
    "no limits to speed": (
        {"build_speed": {}},
        "build_speed.limits_mt_per_a",
        None,
        "the field is missing",
        "Give it.",
    ),
    "speed where nothing is built": (
        {"build_speed": {"limits_mt_per_a": {"north": 1}}},
        "build_speed.limits_mt_per_a.north",
        None,
        "limits nothing: nothing can be built there",
        "Remove the area.",
    ),
    "no bans": (ban(None), "moratorium.bans", None, "must be years by area", BANS),
    "ban of nowhere": (
        ban({"atlantis": {"from": 2025, "to": 2025}}),
        "moratorium.bans",
        "atlantis",
        "is no area: no region with smelters and no group",
        AREAS,
    ),
    "ban without an end": (
        ban({"north": {"from": 2025}}),
        "moratorium.bans.north",
        "{'from': 2025}",
        "must have a first and a last year",
        BANS,
    ),
    "ban from no year": (
        ban({"north": {"from": "now", "to": 2025}}),
        "moratorium.bans.north",
        "{'from': 'now', 'to': 2025}",
        "must be years",
        BANS,
    ),
    "ban that ends before it begins": (
        ban({"north": {"from": 2026, "to": 2025}}),
        "moratorium.bans.north",
        "{'from': 2026, 'to': 2025}",
        "ends before it begins",
        BANS,
    ),
    "ban between model years": (
        ban({"north": {"from": 2024, "to": 2024}}),
        "moratorium.bans.north",
        "{'from': 2024, 'to': 2024}",
        "covers no model year",
        "The model years are 2025.",
    ),
    "ban outside the horizon": (
        ban({"north": {"from": 2025, "to": 2060}}),
        "moratorium.bans.north",
        "{'from': 2025, 'to': 2060}",
        "the year is outside the horizon 2024 to 2025",
        "Name years within it.",
    ),
    "ban where nothing is built": (
        ban({"north": {"from": 2025, "to": 2025}}),
        "moratorium.bans.north",
        None,
        "bars nothing: nothing can be built there",
        "Remove the area.",
    ),
    "no decrees": (
        {"early_retirement": {}},
        "early_retirement.decrees",
        None,
        "must be decrees by name",
        DECREE,
    ),
    "decree as a text": (
        {"early_retirement": {"decrees": {"old": "go"}}},
        "early_retirement.decrees.old",
        "go",
        "is no decree",
        DECREE,
    ),
    "unknown part of a decree": (
        decree(regions=["north"], share=1, when=2025),
        "early_retirement.decrees.old.when",
        None,
        "no such part of a decree",
        f"There are {LISTS}, below_ka, above_kwh_per_t, share.",
    ),
    "decree without a share": (
        decree(regions=["north"]),
        "early_retirement.decrees.old.share",
        None,
        "the share is missing",
        "Give it by year: {2030: 1}.",
    ),
    "decree without lines": (
        decree(share=1),
        "early_retirement.decrees.old",
        "{'share': 1}",
        "names no lines",
        DECREE,
    ),
    "decree of a text": (
        decree(regions="north", share=1),
        "early_retirement.decrees.old.regions",
        "north",
        "must be a list of names",
        DECREE,
    ),
    "decree of an unknown owner": (
        decree(owners=["nobody"], share=1),
        "early_retirement.decrees.old.owners",
        "nobody",
        "is named by no line of the base year",
        "Use Northern Metals, Southern Metals.",
    ),
    "amperage of nothing": (
        decree(below_ka=0, share=1),
        "early_retirement.decrees.old.below_ka",
        "0",
        "is no number above zero",
        DECREE,
    ),
    "decree that reaches nothing": (
        decree(below_ka=1, share=1),
        "early_retirement.decrees.old",
        "{'below_ka': 1, 'share': 1}",
        "reaches no line of the base year",
        "Widen it, or remove it.",
    ),
    "share above one": (
        decree(below_ka=900, share=1.5),
        "early_retirement.decrees.old.share",
        "1.5",
        "is outside 0 to 1",
        "Give a value within.",
    ),
    "no grants": ({"capex_subsidy": {}}, "capex_subsidy.grants", None, "must be grants by name", GRANT),
    "grant as a number": (
        {"capex_subsidy": {"grants": {"green": 5}}},
        "capex_subsidy.grants.green",
        "5",
        "is no grant",
        GRANT,
    ),
    "unknown part of a grant": (
        grant(kinds=["retrofit"], share=0.5, who="all"),
        "capex_subsidy.grants.green.who",
        None,
        "no such part of a grant",
        "There are kinds, regions, share, cny_per_t_a.",
    ),
    "unknown kind": (
        grant(kinds=["relocation"], share=0.5),
        "capex_subsidy.grants.green.kinds",
        "['relocation']",
        "must be a list of kinds",
        "Use new_build, rebuild, retrofit.",
    ),
    "share and amount": (
        grant(kinds=["retrofit"], share=0.5, cny_per_t_a=5),
        "capex_subsidy.grants.green",
        "{'cny_per_t_a': 5, 'kinds': ['retrofit'], 'share': 0.5}",
        "needs either a share or an amount",
        GRANT,
    ),
    "grant that meets nothing": (
        grant(kinds=["new_build"], share=0.5),
        "capex_subsidy.grants.green",
        "{'kinds': ['new_build'], 'share': 0.5}",
        "meets no investment that is possible",
        "Widen it, or remove it.",
    ),
    "benchmark without a share": (
        benchmark(benchmark_kwh_per_t=15000),
        "energy_benchmark.least_share",
        None,
        "is missing beside the other field of its rule",
        "Give both benchmark_kwh_per_t and least_share, or neither.",
    ),
    "no rule": (
        benchmark(groups={}),
        "energy_benchmark.least_share",
        None,
        "no rule is given",
        "Give a share or a limit for new lines.",
    ),
    "benchmark as a text": (
        benchmark(benchmark_kwh_per_t="good", least_share=0.1),
        "energy_benchmark.benchmark_kwh_per_t",
        "good",
        "is no power per tonne",
        "Give AC kWh/t, as 13000.",
    ),
    "benchmark that no cell meets": (
        benchmark(benchmark_kwh_per_t=9000, least_share=0.1),
        "energy_benchmark.benchmark_kwh_per_t",
        "9000",
        "no state within reach of nation is as good",
        "Raise it, or set the share elsewhere.",
    ),
    "baseline that every cell meets": (
        benchmark(baseline_kwh_per_t=19000, most_worse_share={"north": 0}),
        "energy_benchmark.baseline_kwh_per_t",
        "19000",
        "no state within reach of north is worse",
        "Lower it, or set the share elsewhere.",
    ),
    "limit that bars nothing": (
        benchmark(new_limit_kwh_per_t=13000),
        "energy_benchmark.new_limit_kwh_per_t",
        "13000",
        "bars nothing: no state that can be built is worse",
        "Lower it, or leave it out.",
    ),
    "life as a text": (
        replacement(quota_life_a="long"),
        "capacity_replacement.quota_life_a",
        "long",
        "is no number of years",
        "Write years, as 5.",
    ),
    "ceiling on the nation's quota": (
        replacement(ceilings_mt_per_a=1),
        "capacity_replacement.ceilings_mt_per_a",
        "1",
        "sets a ceiling for the nation",
        "Write it by region or `each`; the nation's is capacity_cap.",
    ),
    "ceiling on quota that may not leave": (
        replacement(ceilings_mt_per_a={"north": 0.5}, no_outflow=["north"]),
        "capacity_replacement.ceilings_mt_per_a.north",
        "0.5",
        "is below the registered quota of a region that may send none",
        "Raise the ceiling, or let the region send quota.",
    ),
}


@pytest.mark.parametrize(("policies", "key", "value", "rule", "mend"), FAULTS.values(), ids=FAULTS)
def test_a_policy_that_breaks_a_rule(
    inputs: EditableInputs, policies: dict[str, Any], key: str, value: str | None, rule: str, mend: str
):
    for region in ("north", "south"):
        inputs.add("quota", fleet="today", region=region, registered_mt_per_a=0.6)
    inputs.scenario(policies=policies)
    column = f"policies.{key}"
    assert inputs.problems() == [Problem(FILE, inputs.key_line(column), column, value, rule, mend)]


def test_names_of_sites_are_lost_where_they_are_pooled(inputs: EditableInputs):
    inputs.scenario(resolution="province", policies=decree(sites=["north_smelter"], share=1))
    rule = "sites and owners are pooled at this resolution"
    mend = "Set `resolution: smelter` in the scenario."
    column = "policies.early_retirement.decrees.old.sites"
    value = "['north_smelter']"
    assert inputs.problems() == [Problem(FILE, inputs.key_line(column), column, value, rule, mend)]


def test_a_share_of_closures_that_falls(inputs: EditableInputs):
    inputs.scenario(years=[2025, 2030], policies=decree(regions=["north"], share={2025: 0.5, 2030: 0.2}))
    column, value = "policies.early_retirement.decrees.old.share", "{2025: 0.5, 2030: 0.2}"
    rule = "falls: what is closed stays closed"
    assert inputs.problems() == [Problem(FILE, inputs.key_line(column), column, value, rule, "Let it rise.")]


def test_shares_of_grants_that_add_to_more_than_the_whole(inputs: EditableInputs):
    inputs.add("measures", measure="saver", name="saver")
    for quantity, value in (("recurring_capex_cny_per_t_a", 100), ("recurring_life_a", 5)):
        inputs.add("measure_values", measure="saver", quantity=quantity, value=value)
    state = {"cell": "better", "class": "pot", "stage": "package", "new_build": "false"}
    inputs.add("cells", **state, measures="saver", earliest_year=2000)
    step = {"from_cell": "pot", "to_cell": "better", "kind": "relining", "measures": "saver"}
    inputs.add("retrofits", **step, gain=1, earliest_year=2000)
    grants = {name: {"kinds": ["retrofit"], "regions": ["north"], "share": 0.6} for name in ("one", "two")}
    inputs.scenario(policies={"capex_subsidy": {"grants": grants}})
    column = "policies.capex_subsidy.grants"
    rule = "shares for retrofit in north add to more than the whole in 2025"
    assert inputs.problems() == [
        Problem(FILE, inputs.key_line(column), column, "1.2", rule, "Lower a share.")
    ]


def test_each_leaves_out_where_nothing_can_be_built(inputs: EditableInputs):
    """`each` names no region itself, so none of them is a fault."""
    inputs.scenario(policies={"build_speed": {"limits_mt_per_a": {"each": 1}}})
    assert inputs.problems() == []


def test_a_value_after_the_last_model_year_but_within_the_horizon(inputs: EditableInputs):
    inputs.scenario(last_period_years=3, policies=ceiling({"north": {2026: 1}}))
    column = "policies.capacity_ceiling.ceilings_mt_per_a.north"
    rule, mend = "reaches no model year: the last is 2025", "Name an earlier year."
    assert inputs.problems() == [Problem(FILE, inputs.key_line(column), column, "{2026: 1}", rule, mend)]


def test_a_group_of_a_region_that_is_not_there(inputs: EditableInputs):
    inputs.scenario(policies=ceiling({"rim": 1}, groups={"rim": ["south", "atlantis"]}))
    rules = [(p.column, p.value, p.rule) for p in inputs.problems()]
    assert ("policies.capacity_ceiling.groups.rim", "atlantis", "no such region with smelters") in rules


def test_a_cap_that_is_no_number_is_its_own_fault_alone(inputs: EditableInputs):
    """The ceiling is judged against the cap, which here has a year without a number."""
    for region in ("north", "south"):
        inputs.add("quota", fleet="today", region=region, registered_mt_per_a=0.6)
    policies = replacement(ceilings_mt_per_a={"south": 0.5})
    inputs.scenario(policies=policies | {"capacity_cap": {"cap_mt_per_a": {2024: 2, 2025: "low"}}})
    assert [p.column for p in inputs.problems()] == ["policies.capacity_cap.cap_mt_per_a"]


def test_a_cap_below_the_stock_lets_a_region_come_down_to_its_ceiling(inputs: EditableInputs):
    for region in ("north", "south"):
        inputs.add("quota", fleet="today", region=region, registered_mt_per_a=0.6)
    policies = replacement(ceilings_mt_per_a={"north": 0.5}, no_outflow=["north"])
    inputs.scenario(policies=policies | {"capacity_cap": {"cap_mt_per_a": 1.0}})
    assert inputs.problems() == []
