"""The data dictionary: what `datapackage.json` says of every table."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alopt.errors import InputError, Problem

#: How a value can be known, from best to weakest.
BASES = ("reported", "derived", "unverified", "assumed")


@dataclass(frozen=True)
class Field:
    """One column: its type, unit, bounds and meaning."""

    name: str
    type: str
    description: str
    unit: str | None
    required: bool
    minimum: float | None
    maximum: float | None
    enum: tuple[str, ...] | None
    is_value: bool


@dataclass(frozen=True)
class TableSchema:
    """One table: its columns and keys.

    ``quantities`` maps the names that a long table's ``quantity`` or ``parameter`` column may
    hold to their units; it is empty for other tables. ``meanings`` says
    in words what each of them is, and ``description`` what the table is for.
    """

    name: str
    path: str
    title: str
    fields: tuple[Field, ...]
    primary_key: tuple[str, ...]
    foreign_keys: tuple[tuple[str, str, str], ...]
    optional: bool
    quantities: dict[str, str]
    meanings: dict[str, str]
    description: str

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns in order."""
        return tuple(field.name for field in self.fields)

    @property
    def value_column(self) -> str | None:
        """Name of the column whose low and high stand beside it, if the table has one."""
        return next((field.name for field in self.fields if field.is_value), None)

    def field(self, name: str) -> Field:
        """Return the column of that name; KeyError where there is none."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)


def default_inputs() -> Path:
    """Folder of the shipped inputs: inside the wheel, or at the top of a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "inputs"
    return inside if inside.is_dir() else package.parent / "inputs"


def read_schemas(inputs: Path) -> dict[str, TableSchema]:
    """Read the data dictionary of a folder of inputs.

    Parameters
    ----------
    inputs : Path
        Folder that holds ``datapackage.json``.

    Returns
    -------
    dict of str to TableSchema
        Every table by name, in the file's order.

    Raises
    ------
    InputError
        If the file is missing or is no data package.
    """
    path = inputs / "datapackage.json"
    try:
        package = json.loads(path.read_text(encoding="utf-8-sig"))
        return {resource["name"]: _table_schema(resource) for resource in package["resources"]}
    except (OSError, UnicodeDecodeError) as error:
        rule, mend = f"cannot be read ({error})", "Name a folder made by `alopt init DIR`."
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        rule, mend = f"is no data package ({error!r})", "Copy the shipped one back with `alopt init DIR`."
    raise InputError([Problem("datapackage.json", None, None, None, rule, mend)])


def _table_schema(resource: dict[str, Any]) -> TableSchema:
    schema = resource["schema"]
    return TableSchema(
        name=resource["name"],
        path=resource["path"],
        title=resource["title"],
        fields=tuple(_field(field) for field in schema["fields"]),
        primary_key=tuple(schema["primaryKey"]),
        foreign_keys=tuple(
            (key["fields"], key["reference"]["resource"], key["reference"]["fields"])
            for key in schema.get("foreignKeys", [])
        ),
        optional=bool(resource.get("alopt:optional", False)),
        quantities=dict(resource.get("alopt:quantities", {})),
        description=str(resource.get("description", "")),
        meanings=dict(resource.get("alopt:meanings", {})),
    )


def _field(field: dict[str, Any]) -> Field:
    constraints = field.get("constraints", {})
    enum = constraints.get("enum")
    return Field(
        name=field["name"],
        type=field["type"],
        description=field["description"],
        unit=field.get("unit"),
        required=bool(constraints.get("required", False)),
        minimum=constraints.get("minimum"),
        maximum=constraints.get("maximum"),
        enum=None if enum is None else tuple(enum),
        is_value=bool(field.get("alopt:value", False)),
    )
