"""Overrides: each must name a table, a column and rows that exist, and keep the column's rules."""

from __future__ import annotations

from typing import Any

import pytest
from editable_inputs import EditableInputs

import alopt
from alopt.errors import Problem

FILE = "scenarios/baseline.yaml"
FORM = "Write {table: T, where: {column: value}, column: C, set: V} (or multiply, or add)."
NORTH = {"site": "north_smelter"}
FLEET = "fleet, site, cell, capacity_mt_per_a, low, high, double_counted_mt_per_a, source, basis, note"
CAPACITY: dict[str, Any] = {"table": "fleet", "where": NORTH, "column": "capacity_mt_per_a"}


def first_override(inputs: EditableInputs) -> int | None:
    """Line of the first override."""
    return inputs.key_line("overrides[0]")


#: override, column, value, rule, mend
FORMS = {
    "a word": ("faster", "overrides[0]", "faster", "is no override"),
    "a number": (5, "overrides[0]", "5", "is no override"),
    "nothing": (None, "overrides[0]", "None", "is no override"),
    "no table": (
        {"where": {}, "column": "share", "set": 1}, "overrides[0]",
        "{'column': 'share', 'set': 1, 'where': {}}", "is no override",
    ),
    "no operation": (
        {"table": "fleet", "where": {}, "column": "share"}, "overrides[0]",
        "{'column': 'share', 'table': 'fleet', 'where': {}}", "is no override",
    ),
    "two operations": (
        {"table": "fleet", "where": {}, "column": "share", "set": 1, "add": 1}, "overrides[0]",
        "{'add': 1, 'column': 'share', 'set': 1, 'table': 'fleet', 'where': {}}", "is no override",
    ),
    "an unknown operation": (
        {"table": "fleet", "where": {}, "column": "share", "divide": 2, "add": 1}, "overrides[0]",
        "{'add': 1, 'column': 'share', 'divide': 2, 'table': 'fleet', 'where': {}}", "is no override",
    ),
    "where as a word": (
        {**CAPACITY, "where": "all", "set": 1}, "overrides[0].where", "all", "must be a mapping",
    ),
    "multiply by a word": ({**CAPACITY, "multiply": "twice"}, "overrides[0].multiply", "twice", "no number"),
    "add true": ({**CAPACITY, "add": True}, "overrides[0].add", "True", "no number"),
}  # fmt: skip


@pytest.mark.parametrize(("override", "column", "value", "rule"), FORMS.values(), ids=FORMS)
def test_an_entry_that_is_no_override(
    inputs: EditableInputs, override: object, column: str, value: str, rule: str
):
    inputs.scenario(overrides=[override])
    assert inputs.problems() == [Problem(FILE, inputs.key_line(column), column, value, rule, FORM)]


#: override, value, rule, start of the mend
FAULTS = {
    "unknown table": (
        {**CAPACITY, "table": "fleets", "set": 1}, "fleets",
        "no such table", "There are bauxite, bauxite_values,",
    ),
    "table of sources": (
        {"table": "sources", "where": {}, "column": "year", "set": 2020}, "sources",
        "no such table", "There are bauxite,",
    ),
    "unknown column": (
        {**CAPACITY, "column": "capacity", "set": 1}, "capacity",
        "no such column in fleet", f"It has {FLEET}.",
    ),
    "unknown column in where": (
        {**CAPACITY, "where": {"place": "north"}, "set": 1}, "place", "no such column in fleet",
        f"It has {FLEET}.",
    ),
    "part of the key": (
        {**CAPACITY, "column": "site", "set": "south_smelter"}, "site", "is part of the table's key",
        "Change a value, not a key.",
    ),
    "multiply a text": (
        {"table": "sites", "where": NORTH, "column": "owner", "multiply": 2}, "owner",
        "holds no number to multiply or add to", "Use `set`.",
    ),
    "add to a truth": (
        {"table": "cells", "where": {}, "column": "new_build", "add": 1}, "new_build",
        "holds no number to multiply or add to", "Use `set`.",
    ),
    "no match": (
        {**CAPACITY, "where": {"site": "westmill"}, "set": 1}, "{'site': 'westmill'}",
        "matches no row of fleet", "Give `where` values that stand in the table.",
    ),
    "number where the table has a text": (
        {**CAPACITY, "where": {"fleet": 1}, "set": 1}, "{'fleet': 1}",
        "matches no row of fleet", "Give `where` values that stand in the table.",
    ),
    "no match in a list": (
        {**CAPACITY, "where": {"site": ["westmill", "eastmill"]}, "set": 1},
        "{'site': ['westmill', 'eastmill']}",
        "matches no row of fleet", "Give `where` values that stand in the table.",
    ),
    "text for a number": (
        {**CAPACITY, "set": "lots"}, "lots", "is no number, as capacity_mt_per_a wants",
        "Give a value of that type.",
    ),
    "true for a number": (
        {**CAPACITY, "set": True}, "True", "is no number, as capacity_mt_per_a wants",
        "Give a value of that type.",
    ),
    "nothing for a number": (
        {**CAPACITY, "set": None}, "None", "is no number, as capacity_mt_per_a wants",
        "Give a value of that type.",
    ),
    "fraction for an integer": (
        {"table": "cells", "where": {}, "column": "earliest_year", "set": 2030.5}, "2030.5",
        "is no integer, as earliest_year wants", "Give a value of that type.",
    ),
    "number for a text": (
        {"table": "sites", "where": NORTH, "column": "owner", "set": 5}, "5", "is no string, as owner wants",
        "Give a value of that type.",
    ),
    "one for true": (
        {"table": "cells", "where": {}, "column": "new_build", "set": 1}, "1",
        "is no boolean, as new_build wants", "Give a value of that type.",
    ),
    "word that is not allowed": (
        {"table": "sites", "where": NORTH, "column": "kind", "set": "old"}, "old",
        "is not one of the allowed words", "Use one of existing, newcomer.",
    ),
    "set above the maximum": ({**CAPACITY, "set": 21}, "21.0", "is above 20 Mt/a", "Give 20 or less."),
    "multiplied above the maximum": (
        {**CAPACITY, "multiply": 100}, "60.0", "is above 20 Mt/a", "Give 20 or less.",
    ),
    "added below the minimum": ({**CAPACITY, "add": -1}, "-0.4", "is below 0 Mt/a", "Give 0 or more."),
    "low above the value": (
        {**CAPACITY, "column": "low", "set": 0.7}, "0.6", "is below its low of 0.7",
        "Lower the low, or raise the value.",
    ),
    "high below the value": (
        {**CAPACITY, "column": "high", "multiply": 0.5}, "0.6", "is above its high of 0.3",
        "Raise the high, or lower the value.",
    ),
    "blank for a required text": (
        {"table": "sites", "where": NORTH, "column": "owner", "set": "  "}, "  ", "a value is required",
        "Give it: ",
    ),
    "text over two lines": (
        {"table": "sites", "where": NORTH, "column": "owner", "set": "a\nb"}, "a\nb",
        "holds a line break or another control character", "Write the cell in one line.",
    ),
    "integer times a fraction": (
        {"table": "cells", "where": {}, "column": "earliest_year", "multiply": 1.0001}, "2000.2",
        "is no integer, as earliest_year wants", "Give a value of that type.",
    ),
    "infinite": ({**CAPACITY, "set": float("inf")}, "inf", "is not finite", "Write a finite number."),
    "not a number": (
        {**CAPACITY, "multiply": float("nan")}, "nan", "is not finite", "Write a finite number.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("override", "value", "rule", "mend"), FAULTS.values(), ids=FAULTS)
def test_an_override_that_breaks_a_rule(
    inputs: EditableInputs, override: dict[str, Any], value: str, rule: str, mend: str
):
    inputs.override(**override)
    (problem,) = inputs.problems()
    assert problem == Problem(
        FILE, inputs.key_line("overrides[0]"), "overrides[0]", value, rule, problem.mend
    )
    assert problem.mend.startswith(mend)


def test_an_override_of_a_blank_cell(inputs: EditableInputs):
    inputs.change("fleet", NORTH, low="", basis="reported")
    inputs.override(table="fleet", where=NORTH, column="low", add=0.1)
    assert inputs.problems() == [
        Problem(
            FILE, inputs.key_line("overrides[0]"), "overrides[0]", "0.1", "low is blank here", "Use `set`."
        )
    ]


def test_every_faulty_override_is_named_with_its_place(inputs: EditableInputs):
    inputs.scenario(
        overrides=[
            {**CAPACITY, "set": 0.5},
            {**CAPACITY, "table": "fleets", "set": 1},
            {**CAPACITY, "where": {"site": "westmill"}, "set": 1},
            {**CAPACITY, "set": 21},
        ]
    )
    assert [(p.column, p.value) for p in inputs.problems()] == [
        ("overrides[1]", "fleets"),
        ("overrides[2]", "{'site': 'westmill'}"),
        ("overrides[3]", "21.0"),
    ]


@pytest.mark.parametrize(
    ("operation", "number", "expected"),
    [("set", 0.9, 0.9), ("multiply", 2, 0.6 * 2), ("add", -0.2, 0.6 - 0.2), ("set", 1, 1.0)],
)
def test_a_sound_override_changes_the_value_its_range_and_its_basis(
    inputs: EditableInputs, operation: str, number: float, expected: float
):
    inputs.change("fleet", NORTH, basis="reported", low=0.5, high=0.7)
    inputs.override(**CAPACITY, **{operation: number})
    table = alopt.load(inputs.folder).tables["fleet"]
    changed, kept = (table.rows[table.find(site=site)] for site in ("north_smelter", "south_smelter"))
    assert changed["capacity_mt_per_a"] == pytest.approx(expected, rel=1e-12)
    assert changed["low"] == pytest.approx(min(0.5, expected), rel=1e-12)
    assert changed["high"] == pytest.approx(max(0.7, expected), rel=1e-12)
    assert changed["basis"] == "assumed"
    assert kept["capacity_mt_per_a"] == 0.6


def test_a_range_that_was_not_given_stays_blank(inputs: EditableInputs):
    inputs.change("fleet", NORTH, basis="reported", low="", high="")
    inputs.override(**CAPACITY, set=0.9)
    table = alopt.load(inputs.folder).tables["fleet"]
    row = table.rows[table.find(site="north_smelter")]
    assert (row["capacity_mt_per_a"], row["low"], row["high"]) == (0.9, None, None)


def test_where_takes_a_list_and_nothing_means_every_row(inputs: EditableInputs):
    inputs.scenario(
        overrides=[
            {**CAPACITY, "where": {"site": ["north_smelter", "south_smelter"]}, "multiply": 2},
            {**CAPACITY, "where": {}, "add": 0.1},
        ]
    )
    start = alopt.load(inputs.folder).fleet.start
    assert start == {
        ("north_smelter", "pot"): pytest.approx(2 * 0.6 + 0.1, rel=1e-12),
        ("south_smelter", "pot"): pytest.approx(2 * 0.6 + 0.1, rel=1e-12),
    }


def test_an_override_leaves_the_files_as_they_are(inputs: EditableInputs):
    before = inputs.path("fleet").read_bytes()
    inputs.override(**CAPACITY, set=0.9)
    assert inputs.problems() == []
    assert inputs.path("fleet").read_bytes() == before


#: override, file, row, column, value, rule: what a table may not hold, an override may not bring in
REFERENCES = {
    "region": (
        {"table": "sites", "where": NORTH, "column": "region", "set": "atlantis"},
        "region",
        "regions",
    ),
    "source": ({"table": "sites", "where": NORTH, "column": "source", "set": "hearsay"}, "source", "sources"),
    "class": ({"table": "cells", "where": {}, "column": "class", "set": "c999"}, "class", "cell_classes"),
}


@pytest.mark.parametrize(("override", "target", "other"), REFERENCES.values(), ids=REFERENCES)
def test_an_override_that_points_nowhere(
    inputs: EditableInputs, override: dict[str, Any], target: str, other: str
):
    inputs.override(**override)
    path = inputs.resources[other]["path"]
    (problem,) = inputs.problems()
    assert (problem.value, problem.rule) == (override["set"], f"no such {target} in {path}")
    assert problem.mend == f"Use a key of {path}, or add it there."
