"""Tables: every rule of a cell, a row, a file and a reference, broken one by one.

Each test spoils the smallest legal inputs in one place and asserts the whole list of problems:
file, row, column, value, rule and mend, and nothing besides.
"""

from __future__ import annotations

import json

import pytest
from editable_inputs import EditableInputs

import alopt
from alopt.errors import Problem

NORTH = {"site": "north_smelter"}
SITE_COLUMNS = "site, name, name_zh, owner, region, kind, latitude_deg, longitude_deg, source, basis, note"
NUMBER = "Write a plain number in Mt/a, with a point for decimals."

#: table, row, column, what is written there, rule, mend
CELLS = {
    "text in a number": ("fleet", NORTH, "capacity_mt_per_a", "lots", "is no number", NUMBER),
    "decimal comma": ("fleet", NORTH, "capacity_mt_per_a", "0,6", "is no number", NUMBER),
    "thousands separator": ("fleet", NORTH, "capacity_mt_per_a", "1_0", "is no number", NUMBER),
    "unit in a number": ("fleet", NORTH, "capacity_mt_per_a", "0.6 Mt", "is no number", NUMBER),
    "full-width digit": ("fleet", NORTH, "capacity_mt_per_a", "６", "is no number", NUMBER),
    "NaN": ("fleet", NORTH, "capacity_mt_per_a", "NaN", "is no number", NUMBER),
    "infinity in letters": ("fleet", NORTH, "capacity_mt_per_a", "inf", "is no number", NUMBER),
    "endless number": ("fleet", NORTH, "capacity_mt_per_a", "0." + "6" * 50, "is no number", NUMBER),
    "infinity in digits": (
        "fleet", NORTH, "capacity_mt_per_a", "1e400", "is not finite", "Write a finite number.",
    ),
    "NaN in a low": ("fleet", NORTH, "low", "nan", "is no number", NUMBER),
    "fraction of a year": (
        "cells", {"cell": "pot"}, "earliest_year", "2000.5",
        "is no integer", "Write a plain integer.",
    ),
    "number without a unit": (
        "regions", {"region": "north"}, "latitude_deg", "N40",
        "is no number", "Write a plain number in deg, with a point for decimals.",
    ),
    "yes for true": (
        "cells", {"cell": "pot"}, "new_build", "yes", "is neither true nor false", "Write true or false.",
    ),
    "word that is not allowed": (
        "sites", NORTH, "kind", "old", "is not one of the allowed words", "Use one of existing, newcomer.",
    ),
    "word in capitals": (
        "sites", NORTH, "kind", "Existing", "is not one of the allowed words",
        "Use one of existing, newcomer.",
    ),
    "basis that is none": (
        "sites", NORTH, "basis", "rumour", "is not one of the allowed words",
        "Use one of reported, derived, unverified, assumed.",
    ),
    "below the minimum": (
        "fleet", NORTH, "capacity_mt_per_a", "-1", "is below 0 Mt/a", "Give 0 or more.",
    ),
    "above the maximum": (
        "fleet", NORTH, "capacity_mt_per_a", "21", "is above 20 Mt/a", "Give 20 or less.",
    ),
    "above the maximum, no unit": (
        "slices", {"slice": "year"}, "share", "1.5", "is above 1", "Give 1 or less.",
    ),
    "above any sense": (
        "demand", {"year": "2025"}, "total_metal_mt", "1e10", "is above 1e+09 Mt", "Give 1e+09 or less.",
    ),
    "two lines": (
        "sites", NORTH, "name", "North\nsmelter", "holds a line break or another control character",
        "Write the cell in one line.",
    ),
    "a NUL": (
        "sites", NORTH, "name", "a\0b", "holds a line break or another control character",
        "Write the cell in one line.",
    ),
    "too long": (
        "sites", NORTH, "name", "x" * 4097, "the cell is longer than 4096 characters", "Shorten it.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("table", "where", "column", "text", "rule", "mend"), CELLS.values(), ids=CELLS)
def test_a_cell_that_breaks_a_rule(
    inputs: EditableInputs, table: str, where: dict[str, str], column: str, text: str, rule: str, mend: str
):
    line = inputs.change(table, where, **{column: text})
    assert inputs.problems() == [Problem(f"tables/{table}.csv", line, column, text, rule, mend)]


@pytest.mark.parametrize(
    ("table", "where", "column"),
    [
        ("sites", NORTH, "owner"),
        ("sites", NORTH, "source"),
        ("sites", NORTH, "basis"),
        ("fleet", NORTH, "capacity_mt_per_a"),
        ("fleet", NORTH, "double_counted_mt_per_a"),
        ("slices", {"slice": "year"}, "months"),
    ],
)
@pytest.mark.parametrize("blank", ["", "  "])
def test_a_cell_that_must_not_be_blank(
    inputs: EditableInputs, table: str, where: dict[str, str], column: str, blank: str
):
    line = inputs.change(table, where, **{column: blank})
    mend = f"Give it: {inputs.description(table, column)}"
    assert inputs.problems() == [
        Problem(f"tables/{table}.csv", line, column, "", "a value is required", mend)
    ]


#: cells of north_smelter's capacity, and the column, value, rule and mend expected
RANGES = {
    "below its low": (
        {"low": "0.7", "high": "0.8"}, "capacity_mt_per_a", "0.6",
        "is below its low of 0.7", "Lower the low, or raise the value.",
    ),
    "above its high": (
        {"low": "0.4", "high": "0.5"}, "capacity_mt_per_a", "0.6",
        "is above its high of 0.5", "Raise the high, or lower the value.",
    ),
    "above its high, though reported": (
        {"low": "", "high": "0.5", "basis": "reported"}, "capacity_mt_per_a", "0.6",
        "is above its high of 0.5", "Raise the high, or lower the value.",
    ),
    "assumed without a low": (
        {"low": ""}, "low", None, "an assumed value needs a low and a high", "Give the range you believe.",
    ),
    "assumed without a high": (
        {"high": ""}, "high", None, "an assumed value needs a low and a high", "Give the range you believe.",
    ),
    "unverified without a high": (
        {"high": "", "basis": "unverified"}, "high", None,
        "an unverified value needs a low and a high", "Give the range you believe.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("cells", "column", "value", "rule", "mend"), RANGES.values(), ids=RANGES)
def test_a_value_outside_its_range_or_without_one(
    inputs: EditableInputs, cells: dict[str, str], column: str, value: str | None, rule: str, mend: str
):
    line = inputs.change("fleet", NORTH, **cells)
    assert inputs.problems() == [Problem("tables/fleet.csv", line, column, value, rule, mend)]


@pytest.mark.parametrize("basis", ["reported", "derived"])
def test_a_value_that_was_read_needs_no_range(inputs: EditableInputs, basis: str):
    inputs.change("fleet", NORTH, low="", high="", basis=basis)
    assert inputs.problems() == []


def test_a_missing_table(inputs: EditableInputs):
    inputs.path("sites").unlink()
    assert inputs.problems() == [
        Problem(
            "tables/sites.csv", None, None, None,
            "the table is missing", f"Add it with the columns {SITE_COLUMNS}.",
        )
    ]  # fmt: skip


def test_missing_sources(inputs: EditableInputs):
    inputs.path("sources").unlink()
    assert inputs.problems() == [
        Problem(
            "sources.csv", None, None, None,
            "the table is missing", "Add it with the columns source, citation, url, year, licence, note.",
        )
    ]  # fmt: skip


def test_an_optional_table_may_be_absent(inputs: EditableInputs):
    assert not inputs.path("recycled").exists()
    assert alopt.load(inputs.folder).markets.recycled == {2025: 0.0}


def test_a_table_that_nobody_described(inputs: EditableInputs):
    (inputs.folder / "tables" / "rumours.csv").write_text("rumour\n", encoding="utf-8")
    assert inputs.problems() == [
        Problem(
            "tables/rumours.csv", None, None, None,
            "no such table is described", "Remove it, or describe it in datapackage.json.",
        )
    ]  # fmt: skip


def test_a_missing_column(inputs: EditableInputs):
    columns = [column for column in inputs.columns("sites") if column != "owner"]
    rows = [{column: row[column] for column in columns} for row in inputs.rows("sites")]
    inputs.write("sites", rows, columns)
    mend = f"Add the column; the table's columns are {SITE_COLUMNS}."
    assert inputs.problems() == [Problem("tables/sites.csv", 1, "owner", None, "the column is missing", mend)]


def test_a_column_too_many(inputs: EditableInputs):
    rows = [{**row, "remark": "x"} for row in inputs.rows("sites")]
    inputs.write("sites", rows, [*inputs.columns("sites"), "remark"])
    mend = f"Remove or rename it; the table's columns are {SITE_COLUMNS}."
    assert inputs.problems() == [
        Problem("tables/sites.csv", 1, "remark", None, "the column is unknown", mend)
    ]


def test_a_misspelt_column_is_missing_and_unknown(inputs: EditableInputs):
    text = inputs.path("sites").read_text(encoding="utf-8")
    inputs.path("sites").write_text(text.replace("owner", "ownr", 1), encoding="utf-8")
    assert [(p.row, p.column, p.rule) for p in inputs.problems()] == [
        (1, "owner", "the column is missing"),
        (1, "ownr", "the column is unknown"),
    ]


def test_a_column_that_stands_twice(inputs: EditableInputs):
    lines = inputs.path("sites").read_text(encoding="utf-8").splitlines()
    doubled = [lines[0] + ",owner", *(line + ",x" for line in lines[1:])]
    inputs.path("sites").write_text("\n".join(doubled) + "\n", encoding="utf-8")
    assert inputs.problems() == [
        Problem("tables/sites.csv", 1, "owner", None, "the column stands twice", "Keep one.")
    ]


def test_columns_may_stand_in_any_order(inputs: EditableInputs):
    inputs.write("sites", inputs.rows("sites"), inputs.columns("sites")[::-1])
    assert inputs.problems() == []


def test_an_empty_file(inputs: EditableInputs):
    inputs.path("sites").write_text("", encoding="utf-8")
    mend = f"Its first line must be {SITE_COLUMNS.replace(', ', ',')}"
    assert inputs.problems() == [Problem("tables/sites.csv", None, None, None, "the file is empty", mend)]


def test_a_row_with_an_unquoted_comma(inputs: EditableInputs):
    lines = inputs.path("demand").read_text(encoding="utf-8").splitlines()
    assert lines[1] == "central,2025,0.8,0.8,0.8,example,assumed,"
    lines[1] = "central,2025,0,8,0.8,0.8,example,assumed,"
    inputs.path("demand").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert inputs.problems() == [
        Problem(
            "tables/demand.csv", 2, None, lines[1],
            "has 9 cells where the header has 8",
            "Quote cells that hold a comma, and use a point for decimals.",
        )
    ]  # fmt: skip


def test_a_row_that_is_cut_short(inputs: EditableInputs):
    lines = inputs.path("demand").read_text(encoding="utf-8").splitlines()
    inputs.path("demand").write_text("\n".join([lines[0], "central,2025"]) + "\n", encoding="utf-8")
    assert [(p.row, p.value, p.rule) for p in inputs.problems()] == [
        (2, "central,2025", "has 2 cells where the header has 8")
    ]


def test_a_key_that_stands_twice(inputs: EditableInputs):
    line = inputs.add("fleet", fleet="today", site="north_smelter", cell="pot", capacity_mt_per_a=0.1,
                      double_counted_mt_per_a=0)  # fmt: skip
    first = 2
    assert inputs.problems() == [
        Problem(
            "tables/fleet.csv", line, "fleet, site, cell", "today, north_smelter, pot",
            f"the key stands already in row {first}", "Keep one of the two rows.",
        )
    ]  # fmt: skip


def test_blank_lines_and_spaces_are_not_data(inputs: EditableInputs):
    lines = inputs.path("demand").read_text(encoding="utf-8").splitlines()
    lines[1] = lines[1].replace("central,2025,0.8", " central , 2025,  0.8 ")
    inputs.path("demand").write_text("\n" + "\n\n,,\n".join(lines) + "\n\n", encoding="utf-8")
    assert alopt.load(inputs.folder).markets.demand == {2025: 0.8}


@pytest.mark.parametrize(
    ("start", "end_of_line"), [(b"\xef\xbb\xbf", "\n"), (b"", "\r\n"), (b"\xef\xbb\xbf", "\r\n")]
)
def test_what_spreadsheets_write_is_read(inputs: EditableInputs, start: bytes, end_of_line: str):
    for table in inputs.resources:
        if inputs.path(table).exists():
            text = inputs.path(table).read_text(encoding="utf-8")
            inputs.path(table).write_bytes(start + text.replace("\n", end_of_line).encode())
    assert inputs.problems() == []


def test_latin_1_is_rejected(inputs: EditableInputs):
    inputs.change("sites", NORTH, owner="Métaux du Nord")
    text = inputs.path("sites").read_text(encoding="utf-8")
    inputs.path("sites").write_bytes(text.encode("latin-1"))
    assert inputs.problems() == [
        Problem(
            "tables/sites.csv", None, None, None,
            "is not UTF-8 (invalid continuation byte)", "Save the file as UTF-8.",
        )
    ]  # fmt: skip


def test_a_quote_that_never_closes(inputs: EditableInputs):
    inputs.path("sites").write_text('site,"name\n', encoding="utf-8")
    assert inputs.problems() == [
        Problem(
            "tables/sites.csv", None, None, None, "cannot be read (unexpected end of data)", "Mend the file."
        )
    ]


def test_every_reference_is_checked(shipped_copy: EditableInputs):
    """An unknown key in the first row of every referring column of every table, all found at once."""
    expected = set()
    for name, resource in shipped_copy.resources.items():
        references = [
            (key["fields"], key["reference"]["resource"], key["reference"]["fields"])
            for key in resource["schema"].get("foreignKeys", [])
        ]
        if name != "sources" and "source" in shipped_copy.columns(name):
            references.append(("source", "sources", "source"))
        rows = shipped_copy.rows(name)
        for column, other, target in references:
            if rows:
                rows[0][column] = f"nowhere_{column}"
                path = shipped_copy.resources[other]["path"]
                rule, mend = f"no such {target} in {path}", f"Use a key of {path}, or add it there."
                expected.add(Problem(resource["path"], 2, column, f"nowhere_{column}", rule, mend))
        shipped_copy.write(name, rows)
    found = shipped_copy.problems()
    assert len(found) == len(set(found))
    assert {(p.file, p.column) for p in expected} == {(p.file, p.column) for p in found}
    assert len(expected) > 60
    # a spoilt key is missed where another table names it
    assert expected <= set(found)


def test_keys_of_each_kind_that_do_not_exist(inputs: EditableInputs):
    """Source, region, cell, class and site, one unknown each; all in one list."""
    lines = {
        "sites": inputs.change("sites", NORTH, region="atlantis"),
        "fleet": inputs.change("fleet", {"site": "south_smelter"}, cell="soderberg", site="westmill"),
        "cells": inputs.add("cells", cell="late", stage="base", new_build="false", earliest_year=2030,
                            **{"class": "c999"}),
        "slices": inputs.change("slices", {"slice": "year"}, source="hearsay"),
    }  # fmt: skip
    expected = [
        Problem(f"tables/{table}.csv", lines[table], column, value, f"no such {target} in {file}",
                f"Use a key of {file}, or add it there.")
        for table, column, value, target, file in (
            ("slices", "source", "hearsay", "source", "sources.csv"),
            ("cells", "class", "c999", "class", "tables/cell_classes.csv"),
            ("sites", "region", "atlantis", "region", "tables/regions.csv"),
            ("fleet", "site", "westmill", "site", "tables/sites.csv"),
            ("fleet", "cell", "soderberg", "cell", "tables/cells.csv"),
        )
    ]  # fmt: skip
    assert inputs.problems() == expected


def test_a_reference_that_may_be_blank(inputs: EditableInputs):
    unit = {"plant": "Station", "owner": "Northern Metals", "region": "north", "capacity_gw": 0.3,
            "start_year": 2015, "technology": "subcritical"}  # fmt: skip
    inputs.add("captive_units", unit="one", site="", **unit)
    line = inputs.add("captive_units", unit="two", site="westmill", **unit)
    assert [(p.file, p.row, p.column, p.value) for p in inputs.problems()] == [
        ("tables/captive_units.csv", line, "site", "westmill")
    ]


def test_problems_of_many_tables_come_in_one_list(inputs: EditableInputs):
    inputs.path("cells").unlink()
    text = inputs.change("fleet", NORTH, capacity_mt_per_a="lots", double_counted_mt_per_a="-1")
    word = inputs.change("sites", NORTH, kind="old")
    blank = inputs.change("regions", {"region": "south"}, name="")
    range_ = inputs.change("demand", {"path": "central"}, low="0.9", high="1")
    assert [(p.file, p.row, p.column) for p in inputs.problems()] == [
        ("tables/regions.csv", blank, "name"),
        ("tables/cells.csv", None, None),
        ("tables/sites.csv", word, "kind"),
        ("tables/fleet.csv", text, "capacity_mt_per_a"),
        ("tables/fleet.csv", text, "double_counted_mt_per_a"),
        ("tables/demand.csv", range_, "total_metal_mt"),
    ]


def test_no_data_dictionary(inputs: EditableInputs):
    (inputs.folder / "datapackage.json").unlink()
    (problem,) = inputs.problems()
    assert problem.file == "datapackage.json"
    assert problem.rule.startswith("cannot be read (")
    assert problem.mend == "Name a folder made by `alopt init DIR`."


@pytest.mark.parametrize("text", ["", "{", "[]", '{"resources": [1]}', '{"name": "no resources"}', "null"])
def test_a_data_dictionary_that_is_none(inputs: EditableInputs, text: str):
    (inputs.folder / "datapackage.json").write_text(text, encoding="utf-8")
    (problem,) = inputs.problems()
    assert (problem.file, problem.row) == ("datapackage.json", None)
    assert problem.rule.startswith("is no data package (")
    assert "Error" not in problem.rule
    assert problem.mend == "Copy the shipped one back with `alopt init DIR`."


@pytest.mark.parametrize("name", ["ports", "cells", "regions", "sources"])
def test_a_table_that_the_data_dictionary_forgot(inputs: EditableInputs, name: str):
    inputs.path(name).unlink(missing_ok=True)
    path = inputs.folder / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    package["resources"] = [r for r in package["resources"] if r["name"] != name]
    path.write_text(json.dumps(package), encoding="utf-8")
    assert inputs.problems() == [
        Problem(
            "datapackage.json", None, None, name, "the table is not described", "Describe it, as shipped.",
        )
    ]  # fmt: skip
