"""The page of the data dictionary and sources, made from the inputs themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from statistics import median
from typing import Any

from alopt.analysis.audit import SourceAudit, audit_sources, numbers
from alopt.analysis.file_values import WEAK
from alopt.data.schema import BASES, Field, TableSchema, read_schemas
from alopt.errors import InputError

#: Name of the page in the folder of the inputs.
PAGE = "README.md"

#: Quantities in the list of the widest ranges.
_SHOWN = 40

_INTRODUCTION = """# Data dictionary and sources

Every number that the model reads stands in this folder: {tables} tables with {rows} rows, resting on
{sources} sources. This page says what each table and column means, where its values come from and how
well they are known. It is made from the tables themselves; `python -m alopt.analysis.audit --write`
renews it. On a terminal, `alopt audit` gives the short form, `alopt audit --table NAME` every value of
one table with its source and note.

- [How to read a row](#how-to-read-a-row)
- [Tables at a glance](#tables-at-a-glance)
- [Tables and columns](#tables-and-columns)
- [Scenarios, projects and prices](#scenarios-projects-and-prices)
- [Weak values](#weak-values)
- [Capacity against control totals](#capacity-against-control-totals)
- [Sources](#sources-of-the-values)
- [Licence](#licence)

## How to read a row

Each row names one source by its key and says on what basis its value is known. Its note gives the
arithmetic or the reasoning.

| Basis | Meaning | Rows |
|---|---|---:|
{bases}

A range is what the value could reasonably be; the value lies within it, and the inputs are refused
where it does not. Units stand in the names: `_mt_per_a` is million tonnes per year, `_cny_per_t` yuan
per tonne. Shares lie between 0 and 1. A column `vat` says whether a price includes value-added tax;
the model computes without it. Months are listed as `5;6;7`, several keys likewise. The columns
marked "key" name a row: no two rows of a table agree in all of them.
"""

_MEANINGS = {
    "reported": "Read in the named source.",
    "derived": "Arithmetic on figures read in the named source; the note shows it.",
    "unverified": "Commonly quoted; the primary document was not consulted. Has a low and a high.",
    "assumed": "Set by this model; the note says why. Has a low and a high. A source named here gives "
    "the starting point of the reasoning, not the value itself.",
}

_LICENCE = """## Licence

Tables, scenarios and data dictionary are licensed under the Creative Commons Attribution 4.0
International licence, [CC BY 4.0](https://creativecommons.org/licenses/by/4.0/); the full notice stands
beside this page. Figures taken from other publications are facts, cited one by one with their source.

`tables/captive_units.csv` holds units from the [Global Coal Plant
Tracker](https://globalenergymonitor.org/projects/global-coal-plant-tracker/), Global Energy Monitor, July
2023 release, CC BY 4.0. Capacities were turned into GW, units were assigned to smelters, and units of
smelters that no longer stand were left out. Keep this attribution when you pass the table on.

| Terms of the sources | Sources | Rows |
|---|---:|---:|
"""

_TERMS = {
    "open": "Open licence or public domain",
    "public": "Public document or statistic; figures cited as facts",
    "facts": "All rights reserved; single figures cited as facts",
    "restrictive": "Copyleft or non-commercial; single figures cited as facts, no table taken",
    "unclear": "Terms not stated in a known form",
}


def dictionary_page(inputs: Path) -> str:
    """Return the page of a folder of inputs as Markdown.

    Parameters
    ----------
    inputs : Path
        Folder of the inputs.

    Returns
    -------
    str
        The same for the same inputs.

    Raises
    ------
    InputError
        If the audit of the sources finds a problem.
    """
    schemas = read_schemas(inputs)
    audit = audit_sources(inputs)
    if audit.problems:
        raise InputError(list(audit.problems))
    counts = {row["table"]: row for row in audit.counts.records()}
    parts = [
        _introduction(audit),
        _glance(schemas, counts),
        "## Tables and columns\n",
        *(_table(schema, counts.get(schema.name)) for schema in schemas.values()),
        _files(audit),
        _weak(audit),
        _totals(audit),
        _sources(audit),
        _licence(audit),
    ]
    return "\n".join(parts).rstrip() + "\n"


def _introduction(audit: SourceAudit) -> str:
    bases = [_line(f"**{basis}**", _MEANINGS[basis], f"{audit.counts.sum(basis):,.0f}") for basis in BASES]
    return _INTRODUCTION.format(
        tables=len(audit.counts.rows) + 1,
        rows=f"{audit.counts.sum('rows'):,.0f}",
        sources=len(audit.sources.rows),
        bases="\n".join(bases),
    )


def _line(*cells: object) -> str:
    """Return one line of a Markdown table."""
    shown = ("" if cell is None else str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells)
    return f"| {' | '.join(shown)} |"


def _grid(headings: Mapping[str, str], rows: Iterable[tuple[object, ...]]) -> str:
    """Return a Markdown table; the values of ``headings`` are the alignments."""
    return "\n".join([_line(*headings), f"|{'|'.join(headings.values())}|", *(_line(*row) for row in rows)])


def _glance(schemas: Mapping[str, TableSchema], counts: Mapping[str, Mapping[str, Any]]) -> str:
    rows = [
        (f"[{name}](#{name})", schema.title, *(counts[name][basis] or "" for basis in BASES),
         counts[name]["rows"])
        for name, schema in schemas.items()
        if name in counts
    ]  # fmt: skip
    headings = {"Table": "---", "What": "---", **dict.fromkeys((b.capitalize() for b in BASES), "---:")}
    return f"## Tables at a glance\n\n{_grid({**headings, 'Rows': '---:'}, rows)}\n"


def _table(schema: TableSchema, count: Mapping[str, Any] | None) -> str:
    parts = [f"### {schema.name}\n", f"**{schema.title}.** {schema.description}\n"]
    parts.append(f"{_file(schema)} {_known(schema, count)}".rstrip() + "\n")
    columns = [
        (f"`{field.name}`", _type(field), field.unit if field.unit not in {None, "1"} else "",
         _required(field, schema), _bounds(field), _meaning(field, schema))
        for field in schema.fields
    ]  # fmt: skip
    headings = dict.fromkeys(("Column", "Type", "Unit", "Required", "Allowed", "Meaning"), "---")
    parts.append(_grid(headings, columns) + "\n")
    if schema.quantities:
        column = next(c for c in ("quantity", "parameter") if c in schema.columns)
        rows = [(f"`{q}`", unit, schema.meanings.get(q, "")) for q, unit in schema.quantities.items()]
        parts.append(_grid(dict.fromkeys((column.capitalize(), "Unit", "Meaning"), "---"), rows) + "\n")
    return "\n".join(parts)


def _file(schema: TableSchema) -> str:
    optional = "; the file may be absent" if schema.optional else ""
    return f"File `{schema.path}`{optional}."


def _known(schema: TableSchema, count: Mapping[str, Any] | None) -> str:
    """Say how many rows a table has, and on what basis."""
    if count is None:
        return ""
    if not count["rows"]:
        return "It has no rows at present."
    known = ", ".join(f"{count[basis]} {basis}" for basis in BASES if count[basis])
    held = len(numbers(schema))
    ranges = f"; {count['ranges']} have a range" if count["ranges"] else ""
    return f"{_plural(count['rows'], 'row')}: {known}{ranges if held else ''}."


def _plural(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def _required(field: Field, schema: TableSchema) -> str:
    if field.name in schema.primary_key:
        return "key"
    return "yes" if field.required else ""


def _type(field: Field) -> str:
    return {"string": "text", "boolean": "true or false"}.get(field.type, field.type)


def _bounds(field: Field) -> str:
    if field.enum is not None:
        return "the names below" if field.name in {"quantity", "parameter"} else ", ".join(field.enum)
    if field.minimum is not None and field.maximum is not None:
        return f"{field.minimum:g} to {field.maximum:g}"
    if field.minimum is not None:
        return f"{field.minimum:g} or more"
    return "" if field.maximum is None else f"{field.maximum:g} or less"


def _meaning(field: Field, schema: TableSchema) -> str:
    """Return the column's meaning, and the table whose key it holds; those of every table in short."""
    if field.name == "basis":
        return "See [how to read a row](#how-to-read-a-row)."
    other = {column: table for column, table, _ in schema.foreign_keys}
    if field.name == "source" and schema.name != "sources":
        other["source"] = "sources"
    target = f" Key of [{other[field.name]}](#{other[field.name]})." if field.name in other else ""
    text = "" if field.name == "source" and target else field.description
    return f"{text}{target}".strip()


def _files(audit: SourceAudit) -> str:
    rows = [
        (f"`{row['file']}`", row["item"], row["value"], _spread(row), row["basis"],
         _keys(row["sources"]) + (" (inherited)" if row["inherited"] else ""))
        for row in audit.files.records()
    ]  # fmt: skip
    text = (
        "A scenario, a project or a file of prices can set values of its own. Those of a scenario are "
        "choices of the question asked, not measurements; the sources are those that the scenario names, "
        "or the scenario that it extends. Prices and projects give source, basis and range where they "
        "have them.\n"
    )
    headings = dict.fromkeys(("File", "What", "Value", "Range", "Basis", "Sources"), "---")
    return f"## Scenarios, projects and prices\n\n{text}\n{_grid(headings, rows)}\n"


def _spread(row: Mapping[str, Any]) -> str:
    return "" if row["low"] is None or row["high"] is None else f"{row['low']:g} to {row['high']:g}"


def _keys(listed: str) -> str:
    return ", ".join(f"`{key}`" if " " not in key else key for key in listed.split("; ") if key)


def _weak(audit: SourceAudit) -> str:
    shares: dict[str, list[float]] = {}
    for row in audit.weak.records():
        if row["range_share"] is not None:
            shares.setdefault(row["table"], []).append(row["range_share"])
    weakest = audit.weakest()
    widest = {row["table"]: row for row in reversed(weakest)}
    tables = [
        (f"[{row['table']}](#{row['table']})", *(row[basis] or "" for basis in WEAK),
         *((f"{median(found):.0%}", f"{max(found):.0%}", f"`{widest[row['table']]['quantity']}`")
           if (found := shares.get(row["table"])) else ("", "", "")))
        for row in audit.counts.records()
        if any(row[basis] for basis in WEAK)
    ]  # fmt: skip
    headings = {"Table": "---"} | dict.fromkeys(
        ("Unverified", "Assumed", "Median range", "Widest range"), "---:"
    )
    ranges = [
        (f"{row['table']}, `{row['quantity']}`", row["values"], row["key"], f"{row['value']:.6g}",
         f"{row['low']:.6g} to {row['high']:.6g}", f"{row['range_share']:.0%}", row["basis"])
        for row in weakest[:_SHOWN]
    ]  # fmt: skip
    columns = {"Table, quantity": "---", "Values": "---:", "Widest at": "---", "Value": "---:"}
    return (
        f"## Weak values\n\n{_weak_text(audit)}\n{_grid({**headings, 'of': '---'}, tables)}\n\n"
        f"The {len(ranges)} quantities with the widest ranges; `alopt audit --out DIR` writes every weak "
        f"value to `weak_values.csv`.\n\n"
        f"{_grid({**columns, 'Range': '---', 'Share': '---:', 'Basis': '---'}, ranges)}\n"
    )


def _weak_text(audit: SourceAudit) -> str:
    rows, weak = audit.counts.sum("rows"), sum(audit.counts.sum(basis) for basis in WEAK)
    remarks = "".join(f"- {remark}\n" for remark in audit.remarks)
    return (
        f"{weak:,.0f} of {rows:,.0f} rows are unverified or assumed. The range is high less low, as a share "
        "of the value: a wide one does not mean that the value moves the result, only that it is poorly "
        "known.\n\n" + (f"Also to know:\n\n{remarks}" if remarks else "")
    )


def _totals(audit: SourceAudit) -> str:
    rows = [
        (row["fleet"], row["province"].replace("_", " "), f"{row['placed_mt_per_a']:.3f}",
         f"{row['double_counted_mt_per_a']:.3f}", f"{row['total_mt_per_a']:.3f}",
         *("" if row[end] is None else f"{row[end]:g}" for end in ("low", "high")),
         f"{row['difference_mt_per_a']:+.3f}")
        for row in audit.control_totals.records()
    ]  # fmt: skip
    headings = {"Fleet": "---", "Province": "---"} | dict.fromkeys(
        ("Smelters add to", "Of it counted twice", "Stated", "Low", "High", "Difference"), "---:"
    )
    text = "Mt/a, as installed. `in transit` is quota that the nation counts and no province does.\n"
    return f"## Capacity against control totals\n\n{text}\n{_grid(headings, rows)}\n"


def _sources(audit: SourceAudit) -> str:
    rows = [
        (f"`{row['source']}`", _citation(row), row["year"], row["licence"], row["rows"] or "", _where(row))
        for row in audit.sources.records()
    ]
    headings = {"Key": "---", "Citation": "---", "Year": "---:", "Licence or terms": "---"}
    grid = _grid({**headings, "Rows": "---:", "Used in": "---"}, rows)
    text = (
        "The year is that of publication, or of the page as read. A source whose note says that it was "
        "not consulted stands for figures as they are commonly quoted.\n"
    )
    return f"## Sources of the values\n\n{text}\n{grid}\n"


def _citation(row: Mapping[str, Any]) -> str:
    link = f" [link]({row['url']})" if row["url"] else ""
    note = f" *{row['note']}*" if row["note"] else ""
    return f"{row['citation'].rstrip('.')}.{link}{note}"


def _where(row: Mapping[str, Any]) -> str:
    tables = [re.sub(r"^(\w+) (\d+)$", r"[\1](#\1) \2", part) for part in row["tables"].split("; ") if part]
    return ", ".join([*tables, *(f"`{file}`" for file in row["files"].split("; ") if file)])


def _licence(audit: SourceAudit) -> str:
    rows = [_line(_TERMS[terms], *count) for terms, count in audit.licences().items()]
    return _LICENCE + "\n".join(rows) + "\n"
