"""Overrides: a scenario's changes of table values, each checked like the tables themselves."""

from __future__ import annotations

from math import isfinite
from typing import Any

from alopt.data.scenario import Override
from alopt.data.schema import Field, TableSchema
from alopt.data.tables import Row, Table, cell_fault, row_faults
from alopt.errors import Problem

_KINDS: dict[str, tuple[type, ...]] = {
    "number": (int, float),
    "integer": (int,),
    "string": (str,),
    "boolean": (bool,),
}


def apply_overrides(
    tables: dict[str, Table], overrides: tuple[Override, ...], file: str
) -> tuple[dict[str, Table], list[Problem]]:
    """Apply a scenario's overrides, in order, to copies of the tables they touch.

    A changed value may leave its low and high: those describe the shipped value, and the
    override is the scenario's own assumption; its basis becomes ``assumed``.

    Parameters
    ----------
    tables : dict of str to Table
        Tables as read.
    overrides : tuple of Override
        The changes.
    file : str
        Scenario file, for messages.

    Returns
    -------
    tables : dict of str to Table
    problems : list of Problem
        Overrides that name nothing, match no row or break a column's rules.
    """
    changed = dict(tables)
    problems: list[Problem] = []
    for index, override in enumerate(overrides):
        place = f"overrides[{index}]"
        fault = _target_fault(override, changed)
        if fault is not None:
            problems.append(Problem(file, None, place, *fault))
            continue
        table = changed[override.table]
        hits = [i for i, row in enumerate(table.rows) if _matches(row, override)]
        if not hits:
            rule = f"matches no row of {override.table}"
            mend = "Give `where` values that stand in the table."
            problems.append(Problem(file, None, place, str(dict(override.where)), rule, mend))
            continue
        rows = [dict(row) for row in table.rows]
        for i in hits:
            fault = _change(rows[i], override, table.schema)
            if fault is not None:
                problems.append(Problem(file, None, place, *fault))
                break
        changed[override.table] = Table(table.schema, rows, table.lines)
    return changed, problems


def _target_fault(override: Override, tables: dict[str, Table]) -> tuple[str, str, str] | None:
    if override.table not in tables or override.table == "sources":
        return override.table, "no such table", f"There are {', '.join(sorted(tables))}."
    schema = tables[override.table].schema
    for column in (override.column, *override.where):
        if column not in schema.columns:
            return str(column), f"no such column in {schema.name}", f"It has {', '.join(schema.columns)}."
    if override.column in schema.primary_key:
        return override.column, "is part of the table's key", "Change a value, not a key."
    if override.operation != "set" and schema.field(override.column).type not in {"number", "integer"}:
        return override.column, "holds no number to multiply or add to", "Use `set`."
    return None


def _matches(row: Row, override: Override) -> bool:
    return all(
        row[column] in wanted if isinstance(wanted, list) else row[column] == wanted
        for column, wanted in override.where.items()
    )


Fault = tuple[str, str, str]


def _change(row: Row, override: Override, schema: TableSchema) -> Fault | None:
    field = schema.field(override.column)
    new, fault = _new_value(row[field.name], override, field)
    wrong = None if fault is not None else cell_fault(new, field)
    if fault is not None or wrong is not None:
        return fault or (str(new), *(wrong or ("", "")))
    row[field.name] = new
    if "basis" in row:
        row["basis"] = "assumed"
    if field.is_value:
        row["low"] = None if row["low"] is None else min(row["low"], new)
        row["high"] = None if row["high"] is None else max(row["high"], new)
    for column, rule, mend in row_faults(row, schema):
        if column == schema.value_column:  # a range that was not given stays blank
            return str(row[column]), rule, mend
    return None


def _new_value(old: Any, override: Override, field: Field) -> tuple[Any, Fault | None]:  # noqa: ANN401
    """Value that an override gives a cell, in the column's type, or what is wrong with it."""
    value = override.value
    new: Any
    wrong_type = f"is no {field.type}, as {field.name} wants", "Give a value of that type."
    if override.operation == "set":
        if isinstance(value, bool) is not (field.type == "boolean") or not isinstance(
            value, _KINDS[field.type]
        ):
            return None, (str(value), *wrong_type)
        new = float(str(value)) if field.type == "number" else value
        if isinstance(value, str):
            new = value.strip()
        if new == "" and field.required:
            return None, (str(value), "a value is required", f"Give it: {field.description}")
        return (None if new == "" else new), None
    if old is None:
        return None, (str(value), f"{field.name} is blank here", "Use `set`.")
    new = old * value if override.operation == "multiply" else old + value
    if field.type == "integer" and isfinite(new):
        if new != int(new):
            return None, (str(new), *wrong_type)
        new = int(new)
    return new, None
