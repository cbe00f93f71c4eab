"""Cell states composed from classes and measures, and the arcs between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from alopt.data.tables import Table, pivot
from alopt.electrolysis import ac_energy, cell_output, dc_energy
from alopt.errors import Problem
from alopt.finance import annuity_due

Tables = Mapping[str, Table]

_CLASS_QUANTITIES = (
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


@dataclass(frozen=True)
class Cell:
    """One cell state.

    Energies are in kWh/t (``dc``, ``ac``), masses in t/t, money without VAT: ``maintenance``
    and ``rent`` in CNY/t·a of capacity, ``variable_cost`` in CNY/t, ``new_capex`` in CNY per t/a.
    ``rent`` is the yearly charge of the measures that the state has.
    """

    key: str
    cell_class: str
    stage: str
    measures: tuple[str, ...]
    new_build: bool
    earliest_year: int
    current_ka: float
    voltage: float
    current_efficiency: float
    dc: float
    ac: float
    output_t_per_day: float
    anode: float
    anode_co2: float
    cf4: float
    c2f6: float
    employees_per_kt: float
    maintenance: float
    swing: float
    variable_cost: float
    rent: float
    new_capex: float | None

    @property
    def pfc(self) -> dict[str, float]:
        """T per t of metal of each perfluorocarbon that the cell emits."""
        return {gas: mass for gas, mass in (("cf4", self.cf4), ("c2f6", self.c2f6)) if mass}


@dataclass(frozen=True)
class Arc:
    """One step between states at a site; ``charges`` are (capex in CNY per t/a, life in years)."""

    from_cell: str
    to_cell: str
    kind: str
    gain: float
    earliest_year: int
    charges: tuple[tuple[float, float], ...]


def build_cells(
    tables: Tables, parameters: Mapping[str, float], rate: float
) -> tuple[dict[str, Cell], list[Problem]]:
    """Compose every cell state: class base plus the changes of its measures."""
    classes = {row["class"]: row for row in tables["cell_classes"]}
    base = pivot(tables["cell_values"], "class")
    changes = pivot(tables["measure_values"], "measure")
    known = {row["measure"] for row in tables["measures"]}
    problems = _missing_quantities(tables, base)
    cells: dict[str, Cell] = {}
    table = tables["cells"]
    for index, row in enumerate(table.rows):
        measures, unknown = _measures(table, index, known)
        if unknown:
            problems.append(unknown)
            continue
        if any(p.value == row["class"] for p in problems) or row["class"] not in base:
            continue
        values, effects = base[row["class"]], [changes.get(m, {}) for m in measures]
        cell, fault = _compose(
            row, measures, classes[row["class"]]["current_ka"], values, effects, parameters, rate
        )
        if fault is not None:
            problems.append(table.problem(index, *fault))
        elif cell is not None:
            cells[row["cell"]] = cell
    return cells, problems


def _missing_quantities(tables: Tables, base: Mapping[str, Mapping[str, float]]) -> list[Problem]:
    problems = []
    build = {row["class"] for row in tables["cells"] if row["new_build"]}
    used = {row["class"] for row in tables["cells"]}
    for cell_class in sorted(used):
        needed = [*_CLASS_QUANTITIES, *(["new_capex_cny_per_t_a"] if cell_class in build else [])]
        for quantity in needed:
            if quantity not in base.get(cell_class, {}):
                rule = f"{quantity} of this class is missing"
                problems.append(
                    Problem(
                        "tables/cell_values.csv",
                        None,
                        "class",
                        cell_class,
                        rule,
                        "Add the row, or remove the class.",
                    )
                )
    return problems


def _compose(
    row: Mapping[str, object],
    measures: tuple[str, ...],
    current: float,
    values: Mapping[str, float],
    effects: list[dict[str, float]],
    parameters: Mapping[str, float],
    rate: float,
) -> tuple[Cell | None, tuple[str, str, str] | None]:
    def change(name: str) -> float:
        return sum(effect.get(name, 0.0) for effect in effects)

    voltage = values["voltage_v"] + change("voltage_change_v")
    efficiency = values["current_efficiency"] + change("current_efficiency_change")
    if not 2.0 <= voltage <= 8.0:
        return None, (
            "measures",
            f"the state's voltage comes to {voltage:.3f} V",
            "Check the class's voltage and the measures' changes.",
        )
    if not 0.5 <= efficiency <= 1.0:
        return None, (
            "measures",
            f"the state's current efficiency comes to {efficiency:.3f}",
            "Check the class's efficiency and the measures' changes.",
        )
    swing = values["swing_share"] + change("swing_change_share")
    if not 0.0 <= swing <= 1.0:
        return None, (
            "measures",
            f"the state's swing comes to {swing:.3f}",
            "Check the class's swing share and the measures' changes.",
        )
    pfc = 1.0
    for effect in effects:
        pfc *= 1.0 + effect.get("pfc_change_share", 0.0)
    dc = dc_energy(voltage, efficiency)
    auxiliary = parameters["auxiliary_kwh_per_t"] + change("auxiliary_change_kwh_per_t")
    return Cell(
        key=str(row["cell"]),
        cell_class=str(row["class"]),
        stage=str(row["stage"]),
        measures=measures,
        new_build=bool(row["new_build"]),
        earliest_year=int(row["earliest_year"]),  # type: ignore[call-overload]
        current_ka=current,
        voltage=voltage,
        current_efficiency=efficiency,
        dc=dc,
        ac=ac_energy(dc, parameters["rectifier_efficiency"], auxiliary),
        output_t_per_day=cell_output(current, efficiency),
        anode=values["anode_t_per_t"] + change("anode_change_t_per_t"),
        anode_co2=max(0.0, values["anode_co2_t_per_t"] + change("anode_co2_change_t_per_t")),
        cf4=values["cf4_kg_per_t"] * pfc / 1000.0,
        c2f6=values["c2f6_kg_per_t"] * pfc / 1000.0,
        employees_per_kt=values["employees_per_kt"],
        maintenance=values["maintenance_cny_per_t_a"],
        swing=swing,
        variable_cost=change("variable_cost_cny_per_t"),
        rent=sum(_rent(effect, rate) for effect in effects),
        new_capex=values.get("new_capex_cny_per_t_a"),
    ), None


def _rent(effect: Mapping[str, float], rate: float) -> float:
    """Yearly charge of a measure that a state has: each part renewed at the end of its life."""
    total = 0.0
    for part in ("recurring", "durable"):
        capex = effect.get(f"{part}_capex_cny_per_t_a", 0.0)
        if capex:
            total += annuity_due(capex, rate, effect[f"{part}_life_a"])
    return total


def _measures(table: Table, index: int, known: set[str]) -> tuple[tuple[str, ...], Problem | None]:
    """Return the measures that a row lists, and the problem if some of them are in no table."""
    measures = split_list(table.rows[index]["measures"])
    unknown = [m for m in measures if m not in known]
    if not unknown:
        return measures, None
    rule = f"no such measure: {', '.join(unknown)}"
    return measures, table.problem(index, "measures", rule, "Use keys of tables/measures.csv.")


def build_arcs(tables: Tables, cells: Mapping[str, Cell]) -> tuple[dict[tuple[str, str], Arc], list[Problem]]:
    """Make the arcs; a step pays once for the measures that its target state does not hold."""
    changes = pivot(tables["measure_values"], "measure")
    known = {row["measure"] for row in tables["measures"]}
    table = tables["retrofits"]
    arcs: dict[tuple[str, str], Arc] = {}
    problems = []
    for index, row in enumerate(table.rows):
        measures, unknown = _measures(table, index, known)
        if unknown:
            problems.append(unknown)
            continue
        if row["from_cell"] == row["to_cell"]:
            problems.append(
                table.problem(index, "to_cell", "the step leads nowhere", "Name another state, or remove it.")
            )
            continue
        if row["from_cell"] not in cells or row["to_cell"] not in cells:
            continue
        held = cells[row["to_cell"]].measures
        charges = tuple(
            (changes[m]["durable_capex_cny_per_t_a"], changes[m]["durable_life_a"])
            for m in measures
            if m not in held and changes.get(m, {}).get("durable_capex_cny_per_t_a", 0.0) > 0
        )
        if row["kind"] == "rebuild" and not charges:
            problems.append(
                table.problem(
                    index, "measures", "a rebuild without capex", "Name a measure with durable capex."
                )
            )
            continue
        arcs[row["from_cell"], row["to_cell"]] = Arc(
            row["from_cell"], row["to_cell"], row["kind"], row["gain"], row["earliest_year"], charges
        )
    return arcs, problems


def check_measures(tables: Tables) -> list[Problem]:
    """Each capex of a measure needs the life over which it is charged."""
    problems = []
    table = tables["measure_values"]
    changes = pivot(table, "measure")
    for measure, values in changes.items():
        for part in ("recurring", "durable"):
            capex, life = f"{part}_capex_cny_per_t_a", f"{part}_life_a"
            if values.get(capex, 0.0) != 0 and values.get(life, 0.0) <= 0:
                index = table.find(measure=measure, quantity=capex)
                problems.append(
                    table.problem(
                        index, "quantity", f"has no {life} above zero", "Add the row with its life."
                    )
                )
    return problems


def split_list(text: str | None) -> tuple[str, ...]:
    """Split a cell that lists keys separated by semicolons.

    >>> split_list("a; b")
    ('a', 'b')
    >>> split_list(None)
    ()
    """
    return tuple(part.strip() for part in (text or "").split(";") if part.strip())
