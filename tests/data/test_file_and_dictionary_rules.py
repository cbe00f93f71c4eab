"""Files that are none, a data dictionary that was changed, and values that no smelter can have."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from editable_inputs import EditableInputs

import alopt
from alopt.errors import Problem

BACK = "Copy the shipped one back with `alopt init DIR`."
FILES = ("tables/fleet.csv", "sources.csv", "scenarios/baseline.yaml", "datapackage.json")


def make_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def make_device(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


def make_loop(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


def mend_of(file: str, usual: str) -> str:
    return "Name a folder made by `alopt init DIR`." if file == "datapackage.json" else usual


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("make", [make_pipe, make_folder, make_device])
def test_what_is_no_plain_file_is_not_waited_for(
    inputs: EditableInputs, file: str, make: Callable[[Path], None]
):
    make(inputs.folder / file)
    mend = mend_of(file, "Put a file in its place.")
    assert inputs.problems() == [Problem(file, None, None, None, "is no plain file", mend)]


@pytest.mark.parametrize("file", FILES)
def test_a_link_to_itself(inputs: EditableInputs, file: str):
    make_loop(inputs.folder / file)
    mend = mend_of(file, "Name a file that exists.")
    rule = f"cannot be read ({os.strerror(40)})"
    assert inputs.problems() == [Problem(file, None, None, None, rule, mend)]


@pytest.mark.parametrize("file", FILES)
def test_a_link_to_a_sound_file_is_followed(inputs: EditableInputs, tmp_path: Path, file: str):
    (inputs.folder / file).rename(tmp_path / "elsewhere")
    (inputs.folder / file).symlink_to(tmp_path / "elsewhere")
    assert inputs.problems() == []


def test_a_link_that_leads_nowhere_is_no_absent_optional_table(inputs: EditableInputs):
    inputs.path("recycled").symlink_to("nowhere.csv")
    rule = f"cannot be read ({os.strerror(2)})"
    assert inputs.problems() == [
        Problem("tables/recycled.csv", None, None, None, rule, "Name a file that exists.")
    ]


@pytest.mark.parametrize("name", ["a\0b.yaml", "\ud800.yaml"])
def test_a_name_that_no_file_can_have(inputs: EditableInputs, name: str):
    rule = "has a name that no file can have"
    assert inputs.problems(name) == [Problem(name, None, None, None, rule, "Name a file that exists.")]


@pytest.mark.parametrize("name", ["", ".", "..", "a\0b", "\ud800", "x" * 150, "/etc/passwd"])
def test_a_scenario_that_cannot_be(inputs: EditableInputs, name: str):
    mend = "There are baseline."
    assert inputs.problems(name) == [
        Problem(f"scenarios/{name}.yaml", None, None, None, "no such scenario", mend)
    ]


def test_a_message_is_one_line_that_a_terminal_can_show(inputs: EditableInputs):
    text = inputs.path("sites").read_text(encoding="utf-8")
    inputs.path("sites").write_text(text.replace("owner", '"\x1b[31m\now"', 1), encoding="utf-8")
    shown = [str(problem) for problem in inputs.problems()]
    assert r"tables/sites.csv, row 1, column \x1b[31m\now: the column is unknown." in shown[1]
    assert all(text.isprintable() for text in shown)


def test_a_message_stays_short_where_a_name_is_long(shipped_copy: EditableInputs):
    shipped_copy.change("control_totals", {"fleet": "2024", "province": "Yunnan"}, province="x" * 4000)
    problems = shipped_copy.problems()
    assert {problem.file for problem in problems} == {"tables/control_totals.csv"}
    assert any("the smelters of xxx" in str(problem) for problem in problems)
    assert max(len(str(problem)) for problem in problems) < 1000


# --- the dictionary


def spoil(inputs: EditableInputs, change: Callable[[dict[str, Any]], object], table: str = "fleet") -> None:
    path = inputs.folder / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    change(next(r for r in package["resources"] if r["name"] == table))
    path.write_text(json.dumps(package), encoding="utf-8")


def column(resource: dict[str, Any], name: str) -> dict[str, Any]:
    return next(f for f in resource["schema"]["fields"] if f["name"] == name)


#: change of the fleet's description, and the rules broken
DESCRIPTIONS: dict[str, tuple[Callable[[dict[str, Any]], object], set[str]]] = {
    "another type": (
        lambda r: column(r, "capacity_mt_per_a").update(type="string"),
        {"differs from the shipped description in the column capacity_mt_per_a"},
    ),
    "no column": (
        lambda r: r["schema"]["fields"].remove(column(r, "note")),
        {"differs from the shipped description in the column note"},
    ),
    "a looser bound": (
        lambda r: column(r, "capacity_mt_per_a")["constraints"].pop("minimum"),
        {"differs from the shipped description in the column capacity_mt_per_a"},
    ),
    "another path": (
        lambda r: r.update(path="tables/old.csv"),
        {"differs from the shipped description in its path"},
    ),
    "another key": (
        lambda r: r["schema"].update(primaryKey=["site"]),
        {"differs from the shipped description in its primary key"},
    ),
    "no references": (
        lambda r: r["schema"].pop("foreignKeys"),
        {"differs from the shipped description in its foreign keys"},
    ),
    "path that leaves the folder": (
        lambda r: r.update(path="../fleet.csv"),
        {
            "the path ../fleet.csv is no CSV file of this folder",
            "differs from the shipped description in its path",
        },
    ),
    "column twice": (
        lambda r: r["schema"]["fields"].append(column(r, "note")),
        {"a column is described twice"},
    ),
    "type that is none": (
        lambda r: column(r, "note").update(type="money"),
        {
            "the type of note is none of string, number, integer, boolean",
            "differs from the shipped description in the column note",
        },
    ),
    "bound in words": (
        lambda r: column(r, "capacity_mt_per_a")["constraints"].update(minimum="none"),
        {
            "a bound of capacity_mt_per_a is no number",
            "differs from the shipped description in the column capacity_mt_per_a",
        },
    ),
    "key of no column": (
        lambda r: r["schema"].update(primaryKey=["plant"]),
        {
            "a key, or the range of a value, names no column",
            "differs from the shipped description in its primary key",
        },
    ),
    "path that is a number": (
        lambda r: r.update(path=5),
        {"a name, path or description is no text", "differs from the shipped description in its path"},
    ),
}


@pytest.mark.parametrize(("change", "rules"), DESCRIPTIONS.values(), ids=DESCRIPTIONS)
def test_a_table_that_is_described_in_another_way(
    inputs: EditableInputs, change: Callable[[dict[str, Any]], object], rules: set[str]
):
    spoil(inputs, change)
    expected = {Problem("datapackage.json", None, "fleet", None, rule, BACK) for rule in rules}
    assert set(inputs.problems()) == expected


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"resources": 5}', "[" * 100_000])
def test_a_dictionary_that_is_none(inputs: EditableInputs, text: str):
    (inputs.folder / "datapackage.json").write_text(text, encoding="utf-8")
    (problem,) = inputs.problems()
    assert (problem.file, problem.row, problem.column) == ("datapackage.json", None, None)
    assert problem.rule.startswith("is no data package (")
    assert "Error" not in problem.rule
    assert problem.mend == BACK


def test_words_of_the_dictionary_may_change(inputs: EditableInputs):
    spoil(inputs, lambda r: r.update(title="Flotte"))
    spoil(inputs, lambda r: column(r, "note").update(description="Bemerkung"))
    assert inputs.problems() == []


def test_a_table_and_a_column_of_ones_own(inputs: EditableInputs):
    spoil(inputs, lambda r: r["schema"]["fields"].append({**column(r, "note"), "name": "remark"}))
    rows = [{**row, "remark": "x"} for row in inputs.rows("fleet")]
    inputs.write("fleet", rows, [*inputs.columns("fleet"), "remark"])
    assert inputs.problems() == []


# --- shares, ports, captive units


@pytest.mark.parametrize("name", ["availability", "rectifier_efficiency"])
def test_a_share_above_one(inputs: EditableInputs, name: str):
    line = inputs.change("parameters", {"parameter": name}, value=1.01, low=1, high=1.1)
    rule = f"{name} is a share, and above 1"
    assert inputs.problems() == [
        Problem("tables/parameters.csv", line, "value", "1.01", rule, "Give a share: 0.98 for 98 %.")
    ]


def test_a_swing_above_one(inputs: EditableInputs):
    inputs.change("cell_values", {"quantity": "swing_share"}, value=1.5, low=1, high=2)
    mend = "Check the class's swing share and the measures' changes."
    rule = "the state's swing comes to 1.500"
    assert inputs.problems() == [
        Problem("tables/cells.csv", inputs.line("cells", {"cell": "pot"}), "measures", None, rule, mend)
    ]


def test_a_captive_unit_in_another_region_than_its_smelter(shipped_copy: EditableInputs):
    row = next(row for row in shipped_copy.rows("captive_units") if row["site"])
    other = "yunnan" if row["region"] != "yunnan" else "shandong"
    line = shipped_copy.change("captive_units", {"unit": row["unit"]}, region=other)
    rule = f"the smelter {row['site']} stands in {row['region']}"
    mend = "Give it the smelter's region, or leave the site blank."
    assert Problem("tables/captive_units.csv", line, "region", other, rule, mend) in shipped_copy.problems()


def test_the_shipped_dictionary_needs_no_comparison():
    assert alopt.load().scenario.name == "baseline"
