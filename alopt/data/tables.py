"""Reading tables: every cell checked against the data dictionary, every problem kept."""

from __future__ import annotations

import csv
import io
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any

from alopt.data.files import read_text
from alopt.data.schema import Field, TableSchema
from alopt.errors import Problem

Row = dict[str, Any]

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_BOOLEAN = {"true": True, "false": False}
_MOST_FIELD = 4096

#: A number beyond this, in any unit that the tables use, is a slip of the pen.
_MOST_NUMBER = 1e9

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass
class Table:
    """Rows of one table, typed, sorted by primary key, each with its line in the file."""

    schema: TableSchema
    rows: list[Row] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Name of the table."""
        return self.schema.name

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def problem(self, index: int | None, column: str | None, rule: str, mend: str) -> Problem:
        """Describe a problem with one row (by its place in ``rows``) or the whole table."""
        line = None if index is None else self.lines[index]
        value = None
        if index is not None and column is not None:
            found = self.rows[index].get(column)
            value = None if found is None else str(found)
        return Problem(self.schema.path, line, column, value, rule, mend)

    def find(self, **where: object) -> int | None:
        """Return the place of the first row with these values, or None."""
        for index, row in enumerate(self.rows):
            if all(row[column] == value for column, value in where.items()):
                return index
        return None


def read_tables(inputs: Path, schemas: dict[str, TableSchema]) -> tuple[dict[str, Table], list[Problem]]:
    """Read every table of a folder and check each on its own.

    Parameters
    ----------
    inputs : Path
        Folder of the inputs.
    schemas : dict of str to TableSchema
        The data dictionary.

    Returns
    -------
    tables : dict of str to Table
        Tables by name; an optional table without a file is empty.
    problems : list of Problem
        All that is wrong with single tables and with references between them.
    """
    tables: dict[str, Table] = {}
    problems: list[Problem] = []
    for schema in schemas.values():
        table, found = read_table(inputs / schema.path, schema)
        tables[schema.name] = table
        problems += found
    known = {schema.path for schema in schemas.values()}
    folder = inputs / "tables"
    for path in sorted(folder.glob("*")) if folder.is_dir() else []:
        if f"tables/{path.name}" not in known and not path.name.startswith("."):
            mend = "Remove it, or describe it in datapackage.json."
            problems.append(
                Problem(f"tables/{path.name}", None, None, None, "no such table is described", mend)
            )
    if not problems:
        problems = check_references(tables)
    return tables, problems


def read_table(path: Path, schema: TableSchema) -> tuple[Table, list[Problem]]:
    """Read one CSV file into a table sorted by its primary key, with the problems found."""
    table = Table(schema)
    if not os.path.lexists(path):
        if schema.optional:
            return table, []
        mend = f"Add it with the columns {', '.join(schema.columns)}."
        return table, [Problem(schema.path, None, None, None, "the table is missing", mend)]
    text, fault = read_text(path)
    if fault is not None:
        return table, [Problem(schema.path, None, None, None, *fault)]
    try:
        records = list(_records(io.StringIO(text, newline="")))
    except csv.Error as error:
        return table, [Problem(schema.path, None, None, None, f"cannot be read ({error})", "Mend the file.")]
    return _typed(table, records)


def _records(file: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield first line and cells of each record that is not blank."""
    reader, line = csv.reader(file, strict=True), 1
    for record in reader:
        if any(cell.strip() for cell in record):
            yield line, record
        line = reader.line_num + 1


def _typed(table: Table, records: list[tuple[int, list[str]]]) -> tuple[Table, list[Problem]]:
    schema = table.schema
    if not records:
        mend = f"Its first line must be {','.join(schema.columns)}"
        return table, [Problem(schema.path, None, None, None, "the file is empty", mend)]
    header = [cell.strip() for cell in records[0][1]]
    problems = _check_header(header, schema)
    if problems:
        return table, problems
    for line, record in records[1:]:
        if len(record) != len(header):
            rule = f"has {len(record)} cells where the header has {len(header)}"
            mend = "Quote cells that hold a comma, and use a point for decimals."
            problems.append(Problem(schema.path, line, None, ",".join(record), rule, mend))
            continue
        row, found = _typed_row(dict(zip(header, record, strict=True)), line, schema)
        problems += found
        if not found:
            table.rows.append(row)
            table.lines.append(line)
    problems += _check_duplicates(table)
    _sort(table)
    return table, problems


def _check_header(header: list[str], schema: TableSchema) -> list[Problem]:
    problems = []
    for column in schema.columns:
        if header.count(column) == 0:
            mend = f"Add the column; the table's columns are {', '.join(schema.columns)}."
            problems.append(Problem(schema.path, 1, column, None, "the column is missing", mend))
        elif header.count(column) > 1:
            problems.append(Problem(schema.path, 1, column, None, "the column stands twice", "Keep one."))
    for column in header:
        if column not in schema.columns:
            mend = f"Remove or rename it; the table's columns are {', '.join(schema.columns)}."
            problems.append(Problem(schema.path, 1, column, None, "the column is unknown", mend))
    return problems


def _typed_row(cells: dict[str, str], line: int, schema: TableSchema) -> tuple[Row, list[Problem]]:
    row: Row = {}
    problems: list[Problem] = []
    for column in schema.fields:
        text = cells[column.name].strip()
        value, fault = parse(text, column)
        if fault is not None:
            problems.append(Problem(schema.path, line, column.name, text, *fault))
        row[column.name] = value
    if not problems:
        problems = [
            Problem(schema.path, line, column, _text(row[column]), rule, mend)
            for column, rule, mend in row_faults(row, schema)
        ]
    return row, problems


def parse(text: str, column: Field) -> tuple[Any, tuple[str, str] | None]:
    """Turn a cell's text into its type; the second value says what is wrong, and the mend."""
    if not text:
        return None, ("a value is required", f"Give it: {column.description}") if column.required else None
    if column.type == "string" or len(text) > _MOST_FIELD:
        return text, cell_fault(text, column)
    if column.type == "boolean":
        if text in _BOOLEAN:
            return _BOOLEAN[text], None
        return None, ("is neither true nor false", "Write true or false.")
    pattern, kind = (_INTEGER, int) if column.type == "integer" else (_NUMBER, float)
    if not pattern.fullmatch(text) or len(text) > 40:
        unit = f" in{_unit(column)}" if _unit(column) else ""
        how = (
            "Write a plain integer."
            if kind is int
            else f"Write a plain number{unit}, with a point for decimals."
        )
        return None, (f"is no {column.type}", how)
    value = kind(text)
    return value, cell_fault(value, column)


def cell_fault(value: Any, column: Field) -> tuple[str, str] | None:  # noqa: ANN401, PLR0911
    """Say what is wrong with a typed value of a column, and its mend; None where nothing is."""
    if value is None:
        return None
    if isinstance(value, str):
        if len(value) > _MOST_FIELD:
            return f"the cell is longer than {_MOST_FIELD} characters", "Shorten it."
        if _CONTROL.search(value) is not None:
            return "holds a line break or another control character", "Write the cell in one line."
    if column.enum is not None and value not in column.enum:
        return "is not one of the allowed words", f"Use one of {', '.join(column.enum)}."
    if column.type in {"number", "integer"}:
        if isinstance(value, float) and not isfinite(value):
            return "is not finite", "Write a finite number."
        unit = _unit(column)
        least = -_MOST_NUMBER if column.minimum is None else column.minimum
        most = _MOST_NUMBER if column.maximum is None else column.maximum
        if value < least:
            return f"is below {least:g}{unit}", f"Give {least:g} or more."
        if value > most:
            return f"is above {most:g}{unit}", f"Give {most:g} or less."
    return None


def _unit(column: Field) -> str:
    """Unit to write after a number; none for a share, or where another column names it."""
    return f" {column.unit}" if column.unit not in {None, "1"} and "see " not in str(column.unit) else ""


def row_faults(row: Row, schema: TableSchema) -> Iterator[tuple[str, str, str]]:
    """Yield (column, rule, mend) for a value outside its low and high, or without them."""
    name = schema.value_column
    if name is None:
        return
    value, low, high = row[name], row["low"], row["high"]
    if row["basis"] in {"unverified", "assumed"}:
        for column, bound in (("low", low), ("high", high)):
            if bound is None:
                yield column, f"an {row['basis']} value needs a low and a high", "Give the range you believe."
    if low is not None and value < low:
        yield name, f"is below its low of {low:g}", "Lower the low, or raise the value."
    if high is not None and value > high:
        yield name, f"is above its high of {high:g}", "Raise the high, or lower the value."


def _check_duplicates(table: Table) -> list[Problem]:
    first: dict[tuple[Any, ...], int] = {}
    problems = []
    key = table.schema.primary_key
    for row, line in zip(table.rows, table.lines, strict=True):
        identity = tuple(row[column] for column in key)
        if identity in first:
            shown = ", ".join(str(part) for part in identity)
            rule = f"the key stands already in row {first[identity]}"
            problems.append(
                Problem(table.schema.path, line, ", ".join(key), shown, rule, "Keep one of the two rows.")
            )
        else:
            first[identity] = line
    return problems


def _sort(table: Table) -> None:
    """Sort rows by primary key, so that the order in the file changes nothing."""
    key = table.schema.primary_key
    order = sorted(
        range(len(table.rows)),
        key=lambda i: tuple((table.rows[i][c] is not None, table.rows[i][c]) for c in key),
    )
    table.rows = [table.rows[i] for i in order]
    table.lines = [table.lines[i] for i in order]


def check_references(tables: dict[str, Table]) -> list[Problem]:
    """Check that every key named in a table exists in the table it refers to."""
    problems = []
    members: dict[tuple[str, str], set[Any]] = defaultdict(set)
    for table in tables.values():
        for column in table.schema.primary_key:
            members[table.name, column] = {row[column] for row in table}
    for table in tables.values():
        keys = list(table.schema.foreign_keys)
        if "source" in table.schema.columns and table.name != "sources":
            keys.append(("source", "sources", "source"))
        for column, other, target in keys:
            if other not in tables:  # reported by the caller
                continue
            for index, row in enumerate(table.rows):
                if row[column] is not None and row[column] not in members[other, target]:
                    mend = f"Use a key of {tables[other].schema.path}, or add it there."
                    problems.append(
                        table.problem(index, column, f"no such {target} in {tables[other].schema.path}", mend)
                    )
    return problems


def _text(value: Any) -> str | None:  # noqa: ANN401
    return None if value is None else str(value)


def pivot(table: Table, *keys: str) -> dict[Any, dict[str, float]]:
    """Turn a long table (key columns, quantity, value) into {key: {quantity: value}}.

    One key column gives plain keys, more give tuples.
    """
    wide: dict[Any, dict[str, float]] = defaultdict(dict)
    value = table.schema.value_column or "value"
    for row in table:
        key = row[keys[0]] if len(keys) == 1 else tuple(row[k] for k in keys)
        wide[key][row["quantity"]] = row[value]
    return dict(wide)
