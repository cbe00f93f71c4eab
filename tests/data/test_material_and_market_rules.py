"""Refineries need ore, ore a place and a port; shares of markets and steps must add to one."""

from __future__ import annotations

import pytest
from editable_inputs import EditableInputs

import alopt
from alopt.errors import Problem

REFINERY = {
    "capacity_mt_per_a": 3,
    "conversion_cost_cny_per_t": 1000,
    "fuel_emission_t_per_t": 0.6,
    "electricity_mwh_per_t": 0.22,
    "red_mud_t_per_t": 1.5,
}
PORT = ("capacity_mt_per_a", "landed_price_cny_per_t", "upstream_emission_t_per_t")
ORIGIN = {"price_cny_per_t": 500, "volume_mt_per_a": 5, "emission_t_per_t": 0.01}


def add_refinery(inputs: EditableInputs) -> int:
    """Add a refinery in the north, without ore; return its line."""
    for quantity, value in REFINERY.items():
        inputs.add("refinery_values", refinery="works", quantity=quantity, value=value)
    return inputs.add("refineries", refinery="works", name="Works", region="north", kind="refinery",
                      latitude_deg=38, longitude_deg=101)  # fmt: skip


def add_origin(inputs: EditableInputs, kind: str = "domestic", **cells: object) -> int:
    """Add an origin of ore that feeds the refinery; return its line."""
    place = {"latitude_deg": 37, "longitude_deg": 102} if kind == "domestic" else {}
    line = inputs.add("bauxite", **({"origin": "hills", "name": "Hills", "kind": kind} | place | cells))
    for quantity, value in ORIGIN.items():
        inputs.add("bauxite_values", origin="hills", quantity=quantity, value=value)
    inputs.add("ore_yields", refinery="works", origin="hills", bauxite_t_per_t=2.5)
    return line


def test_a_refinery_with_ore_is_sound(inputs: EditableInputs):
    add_refinery(inputs)
    add_origin(inputs)
    materials = alopt.load(inputs.folder).materials
    assert materials.ore_yield == {("hills", "works"): 2.5}
    assert materials.domestic == {"hills"}


def test_a_refinery_without_ore(inputs: EditableInputs):
    add_refinery(inputs)
    assert inputs.problems() == [
        Problem(
            "tables/ore_yields.csv", None, "refinery", "works",
            "the refinery has no ore", "Add a row for it.",
        )
    ]  # fmt: skip


@pytest.mark.parametrize("quantity", REFINERY)
def test_a_refinery_that_lacks_a_quantity(inputs: EditableInputs, quantity: str):
    line = add_refinery(inputs)
    add_origin(inputs)
    inputs.remove("refinery_values", {"refinery": "works", "quantity": quantity})
    assert inputs.problems() == [
        Problem(
            "tables/refineries.csv", line, "refinery", "works",
            f"lacks {quantity}", "Add the rows to tables/refinery_values.csv.",
        )
    ]  # fmt: skip


@pytest.mark.parametrize("quantity", PORT)
def test_an_alumina_port_that_lacks_a_quantity(inputs: EditableInputs, quantity: str):
    inputs.remove("refinery_values", {"refinery": "port", "quantity": quantity})
    assert inputs.problems() == [
        Problem(
            "tables/refineries.csv", inputs.line("refineries", {"refinery": "port"}), "refinery", "port",
            f"lacks {quantity}", "Add the rows to tables/refinery_values.csv.",
        )
    ]  # fmt: skip


@pytest.mark.parametrize("quantity", ORIGIN)
def test_an_origin_that_lacks_a_quantity(inputs: EditableInputs, quantity: str):
    add_refinery(inputs)
    line = add_origin(inputs)
    inputs.remove("bauxite_values", {"quantity": quantity})
    (first, *others) = inputs.problems()
    assert first == Problem(
        "tables/bauxite.csv", line, "origin", "hills",
        f"lacks {quantity}", "Add the rows to tables/bauxite_values.csv.",
    )  # fmt: skip
    # while the ore is not known, no refinery has any
    assert [(p.file, p.value) for p in others] == [("tables/ore_yields.csv", "works")]


@pytest.mark.parametrize("blank", ["latitude_deg", "longitude_deg"])
def test_a_domestic_origin_without_its_place(inputs: EditableInputs, blank: str):
    add_refinery(inputs)
    line = add_origin(inputs, **{blank: ""})
    value = None if blank == "latitude_deg" else "37.0"
    assert inputs.problems()[0] == Problem(
        "tables/bauxite.csv", line, "latitude_deg", value,
        "a domestic origin needs its place", "Give coordinates.",
    )  # fmt: skip


def test_imported_ore_without_a_port(inputs: EditableInputs):
    add_refinery(inputs)
    add_origin(inputs, kind="import")
    assert inputs.problems()[0] == Problem(
        "tables/ports.csv", None, None, None, "imported ore has no port", "Add a port to tables/ports.csv.",
    )  # fmt: skip


def test_imported_ore_with_a_port_is_sound(inputs: EditableInputs):
    add_refinery(inputs)
    add_origin(inputs, kind="import")
    inputs.add("ports", port="bay", name="Bay", latitude_deg=25, longitude_deg=110)
    materials = alopt.load(inputs.folder).materials
    assert materials.domestic == frozenset()
    assert materials.ore_volume == {"hills": 5.0}


#: table, row, column, and the total that follows from a share of 0.9
SHARES = {
    "markets": ("markets", {"market": "south_ingot"}, "demand_share"),
    "demand steps": ("demand_steps", {"step": "all"}, "share"),
}


@pytest.mark.parametrize(("table", "where", "column"), SHARES.values(), ids=SHARES)
@pytest.mark.parametrize("share", [0.9, 0.99999])
def test_shares_that_do_not_add(
    inputs: EditableInputs, table: str, where: dict[str, str], column: str, share: float
):
    inputs.change(table, where, **{column: share}, **({"low": 0} if column == "demand_share" else {}))
    assert inputs.problems() == [
        Problem(
            f"tables/{table}.csv", None, column, None,
            f"the shares add to {share}, not 1", "Mend the shares.",
        )
    ]  # fmt: skip


def test_a_spread_of_capex_that_does_not_add(inputs: EditableInputs):
    inputs.add("capex_spread", step="cheap", share=0.5, multiplier=0.8)
    inputs.add("capex_spread", step="dear", share=0.6, multiplier=1.2)
    assert inputs.problems() == [
        Problem(
            "tables/capex_spread.csv", None, "share", None,
            "the shares add to 1.1, not 1", "Mend the shares.",
        )
    ]  # fmt: skip


@pytest.mark.parametrize("table", ["markets", "demand_steps"])
def test_no_markets_and_no_steps(inputs: EditableInputs, table: str):
    inputs.write(table, [])
    assert inputs.problems() == [
        Problem(f"tables/{table}.csv", None, None, None, "the table has no rows", "Add at least one.")
    ]


@pytest.mark.parametrize("segment", ["ingot", "liquid"])
def test_two_markets_of_a_segment_in_a_region(inputs: EditableInputs, segment: str):
    inputs.change("markets", {"market": "south_ingot"}, demand_share=0.4, low=0, segment=segment)
    line = inputs.add("markets", market="south_second", region="south", segment=segment, demand_share=0.6)
    assert inputs.problems() == [
        Problem(
            "tables/markets.csv", line, "region", "south", f"south has two {segment} markets", "Keep one.",
        )
    ]  # fmt: skip


def test_a_liquid_market_out_of_reach(inputs: EditableInputs):
    """Liquid metal does not travel, and a region without smelters has no ingot to remelt either."""
    inputs.add("regions", region="east", name="East", province="East", latitude_deg=30, longitude_deg=120,
               port="false")  # fmt: skip
    inputs.change("markets", {"market": "south_ingot"}, demand_share=0.4, low=0)
    line = inputs.add("markets", market="east_liquid", region="east", segment="liquid", demand_share=0.6)
    assert inputs.problems() == [
        Problem(
            "tables/markets.csv", line, "region", "east",
            "a liquid market needs smelters or an ingot market in its region", "Add an ingot market.",
        )
    ]  # fmt: skip
    inputs.change("markets", {"market": "south_ingot"}, region="east")
    assert inputs.problems() == []


def test_faults_of_power_materials_and_markets_come_in_one_list(inputs: EditableInputs):
    inputs.remove("power_prices", {"region": "north"})
    add_refinery(inputs)
    inputs.change("demand_steps", {"step": "all"}, share=0.5)
    inputs.scenario(policies={"carbon_levy": {}})
    assert [(p.file, p.column) for p in inputs.problems()] == [
        ("tables/power_sources.csv", "source_name"),
        ("tables/ore_yields.csv", "refinery"),
        ("tables/demand_steps.csv", "share"),
        ("scenarios/baseline.yaml", "policies.carbon_levy"),
    ]
