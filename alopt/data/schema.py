"""The data dictionary: what `datapackage.json` says of every table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from alopt.data.files import read_text
from alopt.errors import InputError, Problem

#: Types of columns.
TYPES = ("string", "number", "integer", "boolean")

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
    text, fault = read_text(inputs / "datapackage.json")
    if fault is not None:
        raise InputError([_problem(None, fault[0], "Name a folder made by `alopt init DIR`.")])
    try:
        package = json.loads(text)
        schemas = {resource["name"]: _table_schema(resource) for resource in package["resources"]}
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else error
        raise InputError([_problem(None, f"is no data package ({reason})")]) from None
    except (KeyError, TypeError, AttributeError):
        raise InputError([_problem(None, "is no data package (no list of described tables)")]) from None
    problems = [_problem(str(name), rule) for name, schema in schemas.items() for rule in _faults(schema)]
    shipped = {} if _is_shipped(text) else _shipped()
    problems += [
        _problem(name, f"differs from the shipped description in {part}")
        for name, schema in shipped.items()
        if name in schemas
        for part in _differences(schemas[name], schema)
    ]
    if problems:
        raise InputError(problems)
    return schemas


def _problem(name: str | None, rule: str, mend: str | None = None) -> Problem:
    mend = mend or "Copy the shipped one back with `alopt init DIR`."
    return Problem("datapackage.json", None, name, None, rule, mend)


def _is_shipped(text: str) -> bool:
    return text == read_text(default_inputs() / "datapackage.json")[0]


@lru_cache(maxsize=1)
def _shipped() -> dict[str, TableSchema]:
    """Tables that the code knows, as the shipped dictionary describes them."""
    package = json.loads(read_text(default_inputs() / "datapackage.json")[0])
    return {resource["name"]: _table_schema(resource) for resource in package["resources"]}


def _faults(schema: TableSchema) -> Iterator[str]:
    """Say what is wrong with the description of a table."""
    words = [schema.name, schema.path, *schema.columns, *(f.description for f in schema.fields)]
    if not all(isinstance(word, str) and word.isprintable() for word in words):
        yield "a name, path or description is no text"
        return
    if Path(schema.path).is_absolute() or ".." in Path(schema.path).parts or not schema.path.endswith(".csv"):
        yield f"the path {schema.path} is no CSV file of this folder"
    if len(set(schema.columns)) < len(schema.columns):
        yield "a column is described twice"
    for field in schema.fields:
        if field.type not in TYPES:
            yield f"the type of {field.name} is none of {', '.join(TYPES)}"
        bounds = [bound for bound in (field.minimum, field.maximum) if bound is not None]
        if not all(isinstance(bound, int | float) and not isinstance(bound, bool) for bound in bounds):
            yield f"a bound of {field.name} is no number"
    named = [*schema.primary_key, *(key for key, _, _ in schema.foreign_keys)]
    if schema.value_column is not None:
        named += ["low", "high", "basis"]
    if any(column not in schema.columns for column in named) or not schema.primary_key:
        yield "a key, or the range of a value, names no column"


def _differences(mine: TableSchema, shipped: TableSchema) -> Iterator[str]:
    """Parts of a table that the code relies on and that are described in another way."""
    for part in ("path", "primary_key", "foreign_keys", "optional"):
        if getattr(mine, part) != getattr(shipped, part):
            yield f"its {part.replace('_', ' ')}"
    for field in shipped.fields:
        found = next((f for f in mine.fields if f.name == field.name), None)
        if found is None or _form(found) != _form(field):
            yield f"the column {field.name}"


def _form(field: Field) -> tuple[Any, ...]:
    return field.type, field.required, field.minimum, field.maximum, field.enum, field.is_value


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
