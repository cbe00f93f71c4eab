"""Instruments of trade: fields that hold what they must not, meet nothing, or contradict each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from editable_inputs import EditableInputs
from worlds import World

import alopt
from alopt.errors import Problem

FILE = "scenarios/baseline.yaml"
BY_YEAR = "Write a number, or {2025: number, 2030: number}."
SPAN = "Write {guinea: {from_year: 2030, to_year: 2030}}; without to_year it is for good."
ORIGINS = "There are abroad, home."
BY_ORIGIN = "Write {key: number} or {key: {2025: number}}, by origin of ore."
TWICE = "Give a rate or CNY/t."
WITHIN = "Give a value within."


@pytest.fixture
def trading(inputs: EditableInputs) -> EditableInputs:
    """The smallest inputs with a refinery, ore from home and abroad, and steps of trade in metal."""
    place = {"latitude_deg": 25, "longitude_deg": 110}
    inputs.add("refineries", refinery="works", name="Works", region="north", kind="refinery", **place)
    for quantity in ("conversion_cost_cny_per_t", "fuel_emission_t_per_t", "electricity_mwh_per_t"):
        inputs.add("refinery_values", refinery="works", quantity=quantity, value=0)
    for quantity in ("capacity_mt_per_a", "red_mud_t_per_t"):
        inputs.add("refinery_values", refinery="works", quantity=quantity, value=1)
    inputs.add("ports", port="quay", name="Quay", **place)
    for origin, kind in (("home", "domestic"), ("abroad", "import"), ("unused", "domestic")):
        inputs.add("bauxite", origin=origin, name=origin, kind=kind, **place)
        for quantity in ("price_cny_per_t", "volume_mt_per_a", "emission_t_per_t"):
            inputs.add("bauxite_values", origin=origin, quantity=quantity, value=1)
        if origin != "unused":
            inputs.add("ore_yields", refinery="works", origin=origin, bauxite_t_per_t=2)
    inputs.add("import_steps", step="parity", volume_mt_per_a=1, price_cny_per_t=18000)
    inputs.add("export_steps", step="abroad", volume_mt_per_a=0.5, price_cny_per_t=14000)
    inputs.scenario(years=[2025, 2030])
    return inputs


#: instrument, fields, field, value, rule, mend
FAULTS = {
    "no ore rule": ("ore_supply", {}, "embargo", None, "no embargo, limit or share is given",
                    "Give embargo, limit_mt_per_a or share."),
    "share_of alone is no rule": (
        "ore_supply", {"share_of": "imports"}, "embargo", None, "no embargo, limit or share is given",
        "Give embargo, limit_mt_per_a or share.",
    ),
    "unknown origin in a limit": ("ore_supply", {"limit_mt_per_a": {"atlantis": 1}}, "limit_mt_per_a",
                                  "atlantis", "no such origin of ore", ORIGINS),
    "origin that no refinery takes": ("ore_supply", {"limit_mt_per_a": {"unused": 1}}, "limit_mt_per_a",
                                      "unused", "no such origin of ore", ORIGINS),
    "limit without an origin": ("ore_supply", {"limit_mt_per_a": 5}, "limit_mt_per_a", "5",
                                "must be a mapping with at least one key", BY_ORIGIN),
    "limit of nothing": ("ore_supply", {"limit_mt_per_a": {}}, "limit_mt_per_a", "{}",
                         "must be a mapping with at least one key", BY_ORIGIN),
    "negative limit": ("ore_supply", {"limit_mt_per_a": {"home": -1}}, "limit_mt_per_a.home", "-1",
                       "is outside 0 to 10000", WITHIN),
    "limit after the horizon": (
        "ore_supply", {"limit_mt_per_a": {"home": {2025: 1, 2077: 1}}}, "limit_mt_per_a.home", "2077",
        "the year is outside the horizon 2024 to 2030", "Name a year within it.",
    ),
    "share above one": ("ore_supply", {"share": {"home": 1.1}, "share_of": "all_ore"}, "share.home", "1.1",
                        "is outside 0 to 1", WITHIN),
    "share of what": ("ore_supply", {"share": {"home": 0.5}}, "share_of", None, "the field is missing",
                      "Use all_ore, imports."),
    "share of a wrong word": ("ore_supply", {"share": {"home": 0.5}, "share_of": "ore"}, "share_of", "ore",
                              "is not one of the allowed words", "Use all_ore, imports."),
    "share_of without a share": (
        "ore_supply", {"limit_mt_per_a": {"home": 1}, "share_of": "imports"}, "share", None,
        "share_of has no meaning without a share", "Give share, or drop share_of.",
    ),
    "domestic share of imports": (
        "ore_supply", {"share": {"home": 0.5}, "share_of": "imports"}, "share", "home",
        "the origin is domestic, no part of imports", "Limit its share of all_ore.",
    ),
    "embargo as a list": ("ore_supply", {"embargo": ["abroad"]}, "embargo", "['abroad']",
                          "is no embargo by origin", SPAN),
    "empty embargo": ("ore_supply", {"embargo": {}}, "embargo", "{}", "is no embargo by origin", SPAN),
    "embargo of an unknown origin": ("ore_supply", {"embargo": {"atlantis": {"from_year": 2025}}}, "embargo",
                                     "atlantis", "no such origin of ore", ORIGINS),
    "embargo without a year": ("ore_supply", {"embargo": {"abroad": True}}, "embargo.abroad", "True",
                               "is no span of years", SPAN),
    "embargo without its first year": ("ore_supply", {"embargo": {"abroad": {"to_year": 2025}}},
                                       "embargo.abroad", "{'to_year': 2025}", "is no span of years", SPAN),
    "embargo with another key": (
        "ore_supply", {"embargo": {"abroad": {"from_year": 2025, "until": 2030}}}, "embargo.abroad",
        "{'from_year': 2025, 'until': 2030}", "is no span of years", SPAN,
    ),
    "embargo between model years": (
        "ore_supply", {"embargo": {"abroad": {"from_year": 2027}}}, "embargo.abroad", "2027",
        "is no model year", "An embargo meets model years: 2025, 2030.",
    ),
    "embargo to a word": (
        "ore_supply", {"embargo": {"abroad": {"from_year": 2025, "to_year": "ever"}}}, "embargo.abroad",
        "ever", "is no model year", "An embargo meets model years: 2025, 2030.",
    ),
    "embargo to a list": (
        "ore_supply", {"embargo": {"abroad": {"from_year": 2025, "to_year": [2030]}}}, "embargo.abroad",
        "[2030]", "is no model year", "An embargo meets model years: 2025, 2030.",
    ),
    "embargo that ends before it begins": (
        "ore_supply", {"embargo": {"abroad": {"from_year": 2030, "to_year": 2025}}}, "embargo.abroad",
        "2025", "ends before it begins", SPAN,
    ),
    "no alumina rule": ("alumina_trade", {}, "import_limit_mt_per_a", None,
                        "no limit, tariff or export is given", "Give at least one field."),
    "tariff given twice": (
        "alumina_trade", {"import_tariff_rate": 0.1, "import_tariff_cny_per_t": 100}, "import_tariff_rate",
        None, "the tariff is given twice", TWICE,
    ),
    "export price alone": ("alumina_trade", {"export_price_cny_per_t": 3000}, "export_volume_mt_per_a", None,
                           "an export needs its price and its volume", "Give both fields."),
    "export volume alone": ("alumina_trade", {"export_volume_mt_per_a": 1}, "export_price_cny_per_t", None,
                            "an export needs its price and its volume", "Give both fields."),
    "port that is a refinery": (
        "alumina_trade", {"port_limit_mt_per_a": {"works": 1}}, "port_limit_mt_per_a", "works",
        "no such port that lands alumina", "There are port.",
    ),
    "negative tariff": ("alumina_trade", {"import_tariff_rate": -0.1}, "import_tariff_rate", "-0.1",
                        "is outside 0 to 10", WITHIN),
    "alumina limit as a text": ("alumina_trade", {"import_limit_mt_per_a": "none"}, "import_limit_mt_per_a",
                                "none", "is no number", BY_YEAR),
    "no duty": ("metal_tariff", {}, "import_rate", None, "no duty is given",
                "Give one of import_cny_per_t, import_rate, export_cny_per_t, export_rate."),
    "import duty given twice": ("metal_tariff", {"import_cny_per_t": 1, "import_rate": 0.1}, "import_rate",
                                None, "the duty is given twice", TWICE),
    "export duty given twice": ("metal_tariff", {"export_cny_per_t": 1, "export_rate": 0.1}, "export_rate",
                                None, "the duty is given twice", TWICE),
    "negative import duty": ("metal_tariff", {"import_rate": -0.1}, "import_rate", "-0.1",
                             "is outside 0 to 10", WITHIN),
    "remission of more than the price": ("metal_tariff", {"export_rate": -1.1}, "export_rate", "-1.1",
                                         "is outside -1 to 10", WITHIN),
    "duty before the horizon": (
        "metal_tariff", {"import_rate": {1999: 0.1}}, "import_rate", "1999",
        "the year is outside the horizon 2024 to 2030", "Name a year within it.",
    ),
    "no volume of trade": (
        "metal_trade", {}, "export_floor_mt_per_a", None, "no floor or limit is given",
        "Use export_floor_mt_per_a, export_limit_mt_per_a, import_limit_mt_per_a.",
    ),
    "negative floor": ("metal_trade", {"export_floor_mt_per_a": -1}, "export_floor_mt_per_a", "-1",
                       "is outside 0 to 10000", WITHIN),
}  # fmt: skip


@pytest.mark.parametrize(("name", "fields", "field", "value", "rule", "mend"), FAULTS.values(), ids=FAULTS)
def test_a_setting_that_breaks_a_rule(
    trading: EditableInputs,
    name: str,
    fields: dict[str, Any],
    field: str,
    value: str | None,
    rule: str,
    mend: str,
):
    trading.scenario(policies={name: fields})
    assert trading.problems() == [
        Problem(
            FILE, trading.key_line(f"policies.{name}.{field}"), f"policies.{name}.{field}", value, rule, mend
        )
    ]


def test_a_floor_above_the_export_steps_in_one_year(trading: EditableInputs):
    trading.scenario(policies={"metal_trade": {"export_floor_mt_per_a": {2025: 0.5, 2030: 0.75}}})
    rule = "the floor of 2030 is above the 0.5 Mt/a of the export steps"
    column, mend = "policies.metal_trade.export_floor_mt_per_a", "Lower it, or add a step."
    assert trading.problems() == [Problem(FILE, trading.key_line(column), column, "0.75", rule, mend)]


def test_a_floor_above_the_limit(trading: EditableInputs):
    fields = {"export_floor_mt_per_a": 0.25, "export_limit_mt_per_a": {2025: 1, 2030: 0.125}}
    trading.scenario(policies={"metal_trade": fields})
    rule, mend = "the floor of 2030 is above the limit of 0.125", "Lower it, or raise export_limit_mt_per_a."
    column = "policies.metal_trade.export_floor_mt_per_a"
    assert trading.problems() == [Problem(FILE, trading.key_line(column), column, "0.25", rule, mend)]


@pytest.mark.parametrize("field", ["import_limit_mt_per_a", "import_tariff_rate", "import_tariff_cny_per_t"])
def test_imports_of_alumina_where_no_port_lands_any(trading: EditableInputs, field: str):
    for quantity in ("capacity_mt_per_a", "landed_price_cny_per_t", "upstream_emission_t_per_t"):
        trading.remove("refinery_values", {"refinery": "port", "quantity": quantity})
    trading.remove("refineries", {"refinery": "port"})
    trading.scenario(policies={"alumina_trade": {field: 1}})
    column, rule = f"policies.alumina_trade.{field}", "no port lands alumina"
    mend = "Add one to refineries.csv, or drop the field."
    assert trading.problems() == [Problem(FILE, trading.key_line(column), column, None, rule, mend)]


def test_exports_of_alumina_where_no_refinery_makes_any(inputs: EditableInputs):
    """The smallest inputs have a port that lands alumina, from which it could leave."""
    inputs.scenario(policies={"alumina_trade": {"export_price_cny_per_t": 3000, "export_volume_mt_per_a": 1}})
    column, rule = "policies.alumina_trade.export_price_cny_per_t", "no refinery makes alumina"
    mend = "Add one, or drop the field."
    assert inputs.problems() == [Problem(FILE, inputs.key_line(column), column, None, rule, mend)]


def test_exports_of_alumina_where_no_port_is(trading: EditableInputs):
    for quantity in ("capacity_mt_per_a", "landed_price_cny_per_t", "upstream_emission_t_per_t"):
        trading.remove("refinery_values", {"refinery": "port", "quantity": quantity})
    trading.remove("refineries", {"refinery": "port"})
    trading.remove("ports", {"port": "quay"})
    trading.remove("ore_yields", {"refinery": "works", "origin": "abroad"})
    for quantity in ("price_cny_per_t", "volume_mt_per_a", "emission_t_per_t"):
        trading.remove("bauxite_values", {"origin": "abroad", "quantity": quantity})
    trading.remove("bauxite", {"origin": "abroad"})
    trading.scenario(
        policies={"alumina_trade": {"export_price_cny_per_t": 3000, "export_volume_mt_per_a": 1}}
    )
    column, rule = "policies.alumina_trade.export_price_cny_per_t", "no port ships alumina"
    mend = "Add one to ports.csv, or drop the field."
    assert trading.problems() == [Problem(FILE, trading.key_line(column), column, None, rule, mend)]


def test_exports_of_alumina_that_has_no_freight(tmp_path: Path):
    """Works and smelters stand at one place: alumina moves nowhere but to the port."""
    world = World()
    for row in world.tables["sites"]:
        row |= {"latitude_deg": "25", "longitude_deg": "110"}
    for table in ("refineries", "refinery_values"):
        world.remove(table)
    world.refinery("works", "south", cost=800, capacity=2, place=(25, 110))
    world.ore("home", price=300, volume=9, yields={"works": 2})
    world.remove("freight", material="alumina")
    exports = {"export_price_cny_per_t": 3000, "export_volume_mt_per_a": 1}
    world.scenario(resolution="smelter", policies={"alumina_trade": exports})
    world.add("ports", port="works_quay", name="Quay", latitude_deg=25, longitude_deg=110)
    inputs = EditableInputs(world.write(tmp_path / "near"))
    assert inputs.problems() == []
    world.put("ports", "port", port="works_quay", name="Quay", latitude_deg=20, longitude_deg=110)
    inputs = EditableInputs(world.write(tmp_path / "far"))
    column = "policies.alumina_trade.export_price_cny_per_t"
    rule = "alumina goes to a port over a distance, and has no freight"
    mend = "Add alumina to tables/freight.csv, and circuity to tables/parameters.csv."
    assert inputs.problems() == [Problem(FILE, inputs.key_line(column), column, None, rule, mend)]


@pytest.mark.parametrize("field", ["import_rate", "import_cny_per_t", "export_rate", "export_cny_per_t"])
def test_a_duty_on_metal_that_does_not_trade(inputs: EditableInputs, field: str):
    inputs.scenario(policies={"metal_tariff": {field: 1}})
    side = field.split("_", maxsplit=1)[0]
    column, rule = f"policies.metal_tariff.{field}", f"there is no metal trade to meet: no {side}s"
    mend = f"Add steps to tables/{side}_steps.csv and a port, or drop the field."
    assert inputs.problems() == [Problem(FILE, inputs.key_line(column), column, None, rule, mend)]


@pytest.mark.parametrize("field", ["export_floor_mt_per_a", "export_limit_mt_per_a", "import_limit_mt_per_a"])
def test_volumes_of_metal_that_does_not_trade(inputs: EditableInputs, field: str):
    inputs.scenario(policies={"metal_trade": {field: 1}})
    column, rule = f"policies.metal_trade.{field}", "metal does not cross the border this way"
    mend = f"Add steps to tables/{field[:6]}_steps.csv and a port, or drop the field."
    assert inputs.problems() == [Problem(FILE, inputs.key_line(column), column, None, rule, mend)]


def test_ore_where_there_is_none(inputs: EditableInputs):
    inputs.scenario(policies={"ore_supply": {"embargo": {"abroad": {"from_year": 2025}}}})
    (problem,) = inputs.problems()
    assert (problem.rule, problem.mend) == ("no such origin of ore", "The tables hold none.")


def test_sound_settings_pass(trading: EditableInputs):
    trading.scenario(
        policies={
            "ore_supply": {
                "embargo": {"abroad": {"from_year": 2030}},
                "limit_mt_per_a": {"home": {2025: 2, 2030: 1}},
                "share": {"abroad": 0.5},
                "share_of": "imports",
            },
            "alumina_trade": {"import_tariff_rate": {2025: 0.1, 2030: 0}, "port_limit_mt_per_a": {"port": 1}},
            "metal_tariff": {"import_rate": 0.05, "export_cny_per_t": -100},
            "metal_trade": {"export_floor_mt_per_a": 0.25, "export_limit_mt_per_a": 0.25},
        }
    )
    settings = alopt.load(trading.folder).policies
    assert settings["ore_supply"].limit == {("home", 2025): 2, ("home", 2030): 1, ("abroad", 2030): 0}
    assert settings["alumina_trade"].tariff == {("port", 2025): pytest.approx(250.0), ("port", 2030): 0.0}
