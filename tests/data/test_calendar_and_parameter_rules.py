"""Slices, parameters, tax rates and freight: what every run needs, and what must add up."""

from __future__ import annotations

import pytest
from editable_inputs import EditableInputs

import alopt
from alopt.errors import Problem

YEAR = {"slice": "year"}


def two_slices(
    inputs: EditableInputs, first: dict[str, object], second: dict[str, object]
) -> tuple[int, int]:
    """Part the year in two; return the lines of the slices."""
    inputs.remove("slices", YEAR)
    halves = {"slice_set": "one"}
    wet = {"slice": "wet", "season": "wet", "months": "5;6;7;8;9;10", "share": 0.5}
    dry = {"slice": "dry", "season": "dry", "months": "11;12;1;2;3;4", "share": 0.5}
    return (
        inputs.add("slices", **(halves | wet | first)),
        inputs.add("slices", **(halves | dry | second)),
    )


@pytest.mark.parametrize("months", ["13", "0;1", "5,6", "5;;6", "5;5", "May", "1-12", "５"])
def test_months_that_are_none(inputs: EditableInputs, months: str):
    wet, _ = two_slices(inputs, {"months": months}, {})
    assert inputs.problems() == [
        Problem(
            "tables/slices.csv",
            wet,
            "months",
            months,
            "is no list of months 1 to 12",
            "Write months as 5;6;7.",
        )
    ]


@pytest.mark.parametrize(("share", "total"), [(0.4, "0.9"), (0.6, "1.1"), (0.50001, "1.00001")])
def test_shares_of_the_year_that_do_not_add(inputs: EditableInputs, share: float, total: str):
    two_slices(inputs, {"share": share}, {})
    assert inputs.problems() == [
        Problem(
            "tables/slices.csv", None, "share", None,
            f"the shares of slice set one add to {total}, not 1", "Mend the shares.",
        )
    ]  # fmt: skip


@pytest.mark.parametrize("column", ["slice", "season"])
def test_the_name_of_the_whole_year_is_taken(inputs: EditableInputs, column: str):
    wet, _ = two_slices(inputs, {column: "year"}, {})
    slice_ = "year" if column == "slice" else "wet"
    assert inputs.problems() == [
        Problem(
            "tables/slices.csv", wet, "slice", slice_,
            "'year' names the whole year, and here is a part of it", "Rename the slice and its season.",
        )
    ]  # fmt: skip


def test_a_parted_year_is_sound(inputs: EditableInputs):
    """Three slices in two seasons, in order of their first month; beside them stands the whole year."""
    two_slices(inputs, {"share": 0.3}, {})
    inputs.add("slices", slice_set="one", slice="night", season="wet", months="5;6;7;8;9;10", share=0.2)
    inputs.add("slices", slice_set="other", slice="all", season="all", months="1", share=1)
    calendar = alopt.load(inputs.folder).calendar
    assert calendar.slices == ("night", "wet", "dry")
    assert calendar.seasons == ("wet", "dry")
    assert calendar.slices_in == {"wet": ("night", "wet"), "dry": ("dry",), "year": ("year",)}
    assert calendar.share == {"night": 0.2, "wet": 0.3, "dry": 0.5, "year": 1.0}
    assert calendar.season_share == {"wet": 0.2 + 0.3, "dry": 0.5, "year": 1.0}


def test_faults_of_many_parts_come_in_one_list(inputs: EditableInputs):
    two_slices(inputs, {"share": 0.4}, {})
    inputs.remove("parameters", {"parameter": "availability"})
    inputs.remove("gwp", {"gas": "cf4"})
    inputs.remove("freight", {"material": "ingot", "quantity": "handling_cny_per_t"})
    inputs.add("control_totals", fleet="today", province="North", capacity_mt_per_a=0.5)
    assert [(p.file, p.column, p.value) for p in inputs.problems()] == [
        ("tables/slices.csv", "share", None),
        ("tables/parameters.csv", "parameter", None),
        ("scenarios/baseline.yaml", "gwp", "AR5"),
        ("tables/freight.csv", "quantity", None),
        ("tables/control_totals.csv", "capacity_mt_per_a", "0.5"),
        ("tables/control_totals.csv", "province", None),
        ("tables/control_totals.csv", "province", None),
    ]


@pytest.mark.parametrize(
    ("parameter", "component"),
    [
        ("anode_price_cny_per_t", "carbon_materials"),
        ("fluoride_cny_per_t", "fluoride"),
        ("wage_cny_per_a", "none"),
    ],
)
def test_tax_is_taken_out_of_parameters_that_bear_it(inputs: EditableInputs, parameter: str, component: str):
    inputs.change("parameters", {"parameter": parameter}, vat="included")
    (row,) = (row for row in inputs.rows("parameters") if row["parameter"] == parameter)
    rate = {"carbon_materials": 0.13, "fluoride": 0.13, "none": 0.0}[component]
    found = alopt.load(inputs.folder).parameters[parameter]
    assert found == pytest.approx(float(row["value"]) / (1 + rate), rel=1e-12)


@pytest.mark.parametrize("quantity", ["cost_cny_per_t", "credit_cny_per_t", "share_limit"])
def test_a_route_of_spent_potlining_that_lacks_a_quantity(inputs: EditableInputs, quantity: str):
    for name, value in (("cost_cny_per_t", 2000), ("credit_cny_per_t", 0), ("share_limit", 1)):
        inputs.add("spent_potlining", route="landfill", quantity=name, value=value)
    assert inputs.problems() == []
    inputs.remove("spent_potlining", {"quantity": quantity})
    assert inputs.problems() == [
        Problem(
            "tables/spent_potlining.csv", None, "route", "landfill", f"lacks {quantity}", "Add the rows.",
        )
    ]  # fmt: skip


def test_slices_that_leave_out_months(inputs: EditableInputs):
    inputs.change("slices", {"slice": "year"}, months="1;2;3;4;5;6;7;8;9;10")
    assert inputs.problems() == [
        Problem(
            "tables/slices.csv", None, "months", None, "no slice of the set one holds the months 11, 12",
            "Let the slices cover the year.",
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    "parameter", ["cell_life_a", "new_build_life_a", "captive_life_a", "fossil_emission_factor_t_per_mwh"]
)
def test_a_parameter_that_must_be_above_zero(inputs: EditableInputs, parameter: str):
    line = inputs.change("parameters", {"parameter": parameter}, value="0", low="0", high="0")
    assert inputs.problems() == [
        Problem(
            "tables/parameters.csv", line, "value", "0.0", f"{parameter} must be above zero",
            "Give a value above zero.",
        )
    ]  # fmt: skip


def test_a_metal_balance_that_does_not_close(inputs: EditableInputs):
    inputs.add("metal_balance", fleet="today", item="output", side="supply", mt="1.02")
    inputs.add("metal_balance", fleet="today", item="demand", side="use", mt="1.00")
    rule = "supply of 1.02 Mt and use of 1 Mt differ by +0.02"
    mend = "Mend an item; the balance must close within 1 %."
    assert inputs.problems() == [Problem("tables/metal_balance.csv", None, "mt", None, rule, mend)]
    inputs.change("metal_balance", {"item": "demand"}, mt="1.015", low="1.015", high="1.015")
    assert inputs.problems() == []


#: Fixed parts of the rules above: supply of … "Mt and use of" … differ by.
