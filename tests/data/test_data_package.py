"""`datapackage.json` is a Frictionless data package: its own library finds nothing to mend."""

from __future__ import annotations

import json

import pytest
from editable_inputs import EditableInputs
from frictionless import Package, Report

TYPES = {"string", "number", "integer", "boolean"}


def validate(inputs: EditableInputs) -> Report:
    """Validate the data package and every table of a folder."""
    return Package(str(inputs.folder / "datapackage.json")).validate()


def faults(report: Report) -> list[tuple[str, str]]:
    """Table and kind of each error."""
    return [(task.name, error.type) for task in report.tasks for error in task.errors] + [
        ("package", error.type) for error in report.errors
    ]


def test_the_shipped_package_and_its_tables_are_valid(shipped: EditableInputs):
    report = validate(shipped)
    assert faults(report) == []
    assert report.valid
    assert report.stats["tasks"] == len(shipped.resources)


def test_the_validator_sees_what_alopt_sees(shipped_copy: EditableInputs):
    """The dictionary alone carries the bounds, words and keys: another tool finds the same faults."""
    shipped_copy.change("parameters", {"parameter": "availability"}, value="lots")
    shipped_copy.change("vat_rates", {"component": "metal"}, rate=1.5)
    shipped_copy.change("sites", {"site": "new_shanxi"}, region="atlantis")
    shipped_copy.change("sites", {"site": "new_xinjiang"}, kind="old")
    shipped_copy.change("spent_potlining", {"route": "recovery", "quantity": "share_limit"},
                        quantity="cost_cny_per_t")  # fmt: skip
    report = validate(shipped_copy)
    assert sorted(faults(report)) == [
        ("parameters", "type-error"),
        ("sites", "constraint-error"),
        ("sites", "foreign-key"),
        ("spent_potlining", "primary-key"),
        ("vat_rates", "constraint-error"),
    ]


def test_every_column_says_what_it_holds(shipped: EditableInputs):
    for name, resource in shipped.resources.items():
        assert resource["title"], name
        keys = set(resource["schema"]["primaryKey"])
        fields = resource["schema"]["fields"]
        assert keys <= {field["name"] for field in fields}
        for field in fields:
            assert field["type"] in TYPES, (name, field)
            assert len(field["description"]) > 3, (name, field)
            if field["type"] == "number":
                assert field["unit"], (name, field)
            if field["name"] in keys:
                assert field["constraints"]["required"], (name, field)


def test_low_and_high_stand_beside_each_value(shipped: EditableInputs):
    for name, resource in shipped.resources.items():
        values = [field["name"] for field in resource["schema"]["fields"] if field.get("alopt:value")]
        columns = shipped.columns(name)
        assert len(values) <= 1
        assert (values != []) == ({"low", "high"} <= set(columns)), name
        if values:
            place = columns.index(values[0])
            assert columns[place : place + 3] == [values[0], "low", "high"], name
        if name != "sources":
            assert columns[-3:] == ["source", "basis", "note"], name


def test_licences_and_thanks_are_given(shipped: EditableInputs):
    package = json.loads((shipped.folder / "datapackage.json").read_text(encoding="utf-8"))
    assert [licence["name"] for licence in package["licenses"]] == ["CC-BY-4.0"]
    assert any("Global Energy Monitor" in contributor["title"] for contributor in package["contributors"])


@pytest.mark.parametrize("name", ["fleet", "sites", "cells", "power_prices"])
def test_the_minimal_inputs_use_the_same_dictionary(inputs: EditableInputs, name: str):
    with inputs.path(name).open(encoding="utf-8") as file:
        assert file.readline().strip().split(",") == inputs.columns(name)
