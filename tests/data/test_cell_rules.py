"""Cells, measures and the steps between states: what cannot be composed is refused."""

from __future__ import annotations

import pytest
from editable_inputs import EditableInputs

import alopt
from alopt.errors import Problem

QUANTITIES = (
    "voltage_v",
    "current_efficiency",
    "anode_t_per_t",
    "anode_co2_t_per_t",
    "cf4_kg_per_t",
    "c2f6_kg_per_t",
    "employees_per_kt",
    "maintenance_cny_per_t_a",
    "swing_share",
)


def add_ladder(inputs: EditableInputs, **values: float) -> int:
    """Give the pot a second state, `better`, reached by the measure `lining`; return the step's line."""
    inputs.add("measures", measure="lining", name="Better lining")
    for quantity, value in values.items():
        inputs.add("measure_values", measure="lining", quantity=quantity, value=value)
    inputs.add("cells", cell="better", stage="measure", measures="lining", new_build="false",
               earliest_year=2025, **{"class": "pot"})  # fmt: skip
    return inputs.add("retrofits", from_cell="pot", to_cell="better", kind="relining", measures="lining",
                      gain=1, earliest_year=2025)  # fmt: skip


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_a_class_that_lacks_a_quantity(inputs: EditableInputs, quantity: str):
    inputs.remove("cell_values", {"quantity": quantity})
    assert inputs.problems() == [
        Problem(
            "tables/cell_values.csv", None, "class", "pot",
            f"{quantity} of this class is missing", "Add the row, or remove the class.",
        )
    ]  # fmt: skip


def test_a_class_for_new_lines_needs_its_capex(inputs: EditableInputs):
    inputs.change("cells", {"cell": "pot"}, new_build="true")
    assert inputs.problems() == [
        Problem(
            "tables/cell_values.csv", None, "class", "pot",
            "new_capex_cny_per_t_a of this class is missing", "Add the row, or remove the class.",
        )
    ]  # fmt: skip
    inputs.add("cell_values", quantity="new_capex_cny_per_t_a", value=8000, **{"class": "pot"})
    assert inputs.problems() == []


def test_a_class_without_any_value(inputs: EditableInputs):
    inputs.write("cell_values", [])
    assert [p.rule for p in inputs.problems()] == [f"{name} of this class is missing" for name in QUANTITIES]


def test_a_state_with_an_unknown_measure(inputs: EditableInputs):
    line = inputs.change("cells", {"cell": "pot"}, measures="magic; lining")
    inputs.add("measures", measure="lining", name="Better lining")
    assert inputs.problems() == [
        Problem(
            "tables/cells.csv", line, "measures", "magic; lining",
            "no such measure: magic", "Use keys of tables/measures.csv.",
        )
    ]  # fmt: skip


def test_a_step_with_an_unknown_measure(inputs: EditableInputs):
    add_ladder(inputs, voltage_change_v=-0.1)
    line = inputs.change("retrofits", {"from_cell": "pot"}, measures="lining;magic;charm")
    assert inputs.problems() == [
        Problem(
            "tables/retrofits.csv", line, "measures", "lining;magic;charm",
            "no such measure: magic, charm", "Use keys of tables/measures.csv.",
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "shown"),
    [(-1.96, "1.990"), (4.06, "8.010")],
)
def test_a_voltage_that_no_cell_has(inputs: EditableInputs, change: float, shown: str):
    """3.95 V and the change leave the range of 2 to 8 V."""
    add_ladder(inputs, voltage_change_v=change)
    line = inputs.line("cells", {"cell": "better"})
    assert inputs.problems() == [
        Problem(
            "tables/cells.csv", line, "measures", "lining",
            f"the state's voltage comes to {shown} V",
            "Check the class's voltage and the measures' changes.",
        )
    ]  # fmt: skip


@pytest.mark.parametrize(("change", "shown"), [(0.08, "1.010"), (-0.44, "0.490")])
def test_an_efficiency_that_no_cell_has(inputs: EditableInputs, change: float, shown: str):
    """0.93 and the change leave the range of 0.5 to 1."""
    add_ladder(inputs, current_efficiency_change=change)
    line = inputs.line("cells", {"cell": "better"})
    assert inputs.problems() == [
        Problem(
            "tables/cells.csv", line, "measures", "lining",
            f"the state's current efficiency comes to {shown}",
            "Check the class's efficiency and the measures' changes.",
        )
    ]  # fmt: skip


@pytest.mark.parametrize("part", ["recurring", "durable"])
@pytest.mark.parametrize("life", [None, 0])
@pytest.mark.parametrize("capex", [500, -500])
def test_capex_without_a_life(inputs: EditableInputs, part: str, life: float | None, capex: float):
    values = {f"{part}_capex_cny_per_t_a": capex}
    add_ladder(inputs, **values, **({} if life is None else {f"{part}_life_a": life}))
    line = inputs.line("measure_values", {"quantity": f"{part}_capex_cny_per_t_a"})
    assert inputs.problems() == [
        Problem(
            "tables/measure_values.csv", line, "quantity", f"{part}_capex_cny_per_t_a",
            f"has no {part}_life_a above zero", "Add the row with its life.",
        )
    ]  # fmt: skip


def test_a_step_to_itself(inputs: EditableInputs):
    add_ladder(inputs, voltage_change_v=-0.1)
    line = inputs.change("retrofits", {"from_cell": "pot"}, to_cell="pot")
    assert inputs.problems() == [
        Problem(
            "tables/retrofits.csv", line, "to_cell", "pot",
            "the step leads nowhere", "Name another state, or remove it.",
        )
    ]  # fmt: skip


def test_a_step_to_a_state_that_does_not_exist(inputs: EditableInputs):
    add_ladder(inputs, voltage_change_v=-0.1)
    line = inputs.change("retrofits", {"from_cell": "pot"}, to_cell="best")
    assert inputs.problems() == [
        Problem(
            "tables/retrofits.csv", line, "to_cell", "best",
            "no such cell in tables/cells.csv", "Use a key of tables/cells.csv, or add it there.",
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"voltage_change_v": -0.1}, id="no capex at all"),
        pytest.param({"durable_capex_cny_per_t_a": 900, "durable_life_a": 10}, id="held by the state"),
        pytest.param({"recurring_capex_cny_per_t_a": 900, "recurring_life_a": 7}, id="only recurring"),
    ],
)
def test_a_rebuild_that_costs_nothing(inputs: EditableInputs, values: dict[str, float]):
    """A rebuild must name a durable capex that its target state does not hold as a rung."""
    add_ladder(inputs, **values)
    line = inputs.change("retrofits", {"from_cell": "pot"}, kind="rebuild")
    assert inputs.problems() == [
        Problem(
            "tables/retrofits.csv", line, "measures", "lining",
            "a rebuild without capex", "Name a measure with durable capex.",
        )
    ]  # fmt: skip


def test_a_gain_out_of_bounds(inputs: EditableInputs):
    add_ladder(inputs, voltage_change_v=-0.1)
    line = inputs.change("retrofits", {"from_cell": "pot"}, gain=0)
    assert inputs.problems() == [
        Problem("tables/retrofits.csv", line, "gain", "0", "is below 0.1", "Give 0.1 or more.")
    ]


def test_a_sound_ladder_is_composed(inputs: EditableInputs):
    """3.95 − 0.1 V and 0.93 + 0.01 at 2,980 kWh/t per volt; the rent is 700 over seven years at 8 %."""
    add_ladder(inputs, voltage_change_v=-0.1, current_efficiency_change=0.01, auxiliary_change_kwh_per_t=-30,
               pfc_change_share=-0.5, recurring_capex_cny_per_t_a=700, recurring_life_a=7)  # fmt: skip
    better = alopt.load(inputs.folder).cells["better"]
    direct = 2980.0 * (3.95 - 0.1) / (0.93 + 0.01)
    assert better.dc == pytest.approx(direct, rel=1e-12)
    assert better.ac == pytest.approx(direct / 0.98 + 230 - 30, rel=1e-12)
    assert better.cf4 == pytest.approx(0.08 * 0.5 / 1000, rel=1e-12)
    assert better.rent == pytest.approx(700 / sum(1.08**-year for year in range(7)), rel=1e-12)


def test_effects_on_gas_multiply_and_all_others_add(inputs: EditableInputs):
    """Two measures that halve perfluorocarbons leave a quarter; 0.1 V and 0.05 V save 0.15 V."""
    add_ladder(inputs, voltage_change_v=-0.1, pfc_change_share=-0.5, variable_cost_cny_per_t=20)
    inputs.add("measures", measure="control", name="Control")
    for quantity, value in (
        ("voltage_change_v", -0.05), ("pfc_change_share", -0.5), ("variable_cost_cny_per_t", 7),
        ("anode_change_t_per_t", -0.01), ("anode_co2_change_t_per_t", -2), ("swing_change_share", 0.05),
    ):  # fmt: skip
        inputs.add("measure_values", measure="control", quantity=quantity, value=value)
    inputs.change("cells", {"cell": "better"}, measures="lining; control")
    better = alopt.load(inputs.folder).cells["better"]
    found = {
        name: getattr(better, name) for name in ("voltage", "cf4", "c2f6", "variable_cost", "anode", "swing")
    }
    assert found == {
        name: pytest.approx(value, rel=1e-12)
        for name, value in (
            ("voltage", 3.95 - 0.15), ("cf4", 0.08e-3 / 4), ("c2f6", 0.01e-3 / 4),
            ("variable_cost", 20 + 7), ("anode", 0.48 - 0.01), ("swing", 0.05),
        )
    }  # fmt: skip
    # more carbon than the anode holds cannot be saved
    assert better.anode_co2 == 0.0


def test_a_step_pays_for_what_its_target_does_not_hold(inputs: EditableInputs):
    """The rung `lining` is paid by its rent, `works` by the step, and `care` costs nothing."""
    durable = {"durable_capex_cny_per_t_a": 900, "durable_life_a": 10}
    add_ladder(inputs, voltage_change_v=-0.1, **durable)
    for measure in ("works", "care"):
        inputs.add("measures", measure=measure, name=measure)
    for quantity, value in durable.items():
        inputs.add("measure_values", measure="works", quantity=quantity, value=value + 10)
    inputs.add("measure_values", measure="care", quantity="voltage_change_v", value=0)
    inputs.change("retrofits", {"from_cell": "pot"}, measures="lining;works;care", kind="rebuild")
    assert alopt.load(inputs.folder).arcs["pot", "better"].charges == ((910.0, 20.0),)


def test_faults_of_cells_and_steps_come_in_one_list(inputs: EditableInputs):
    step = add_ladder(inputs, voltage_change_v=-3)
    inputs.change("retrofits", {"from_cell": "pot"}, to_cell="pot")
    state = inputs.add("cells", cell="spelled", stage="measure", measures="magic", new_build="false",
                       earliest_year=2025, **{"class": "pot"})  # fmt: skip
    assert [(p.file, p.row, p.column) for p in inputs.problems()] == [
        ("tables/cells.csv", state - 1, "measures"),
        ("tables/cells.csv", state, "measures"),
        ("tables/retrofits.csv", step, "to_cell"),
    ]
