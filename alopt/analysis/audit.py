"""Where every number of the inputs comes from, and which of them are weak.

`alopt audit --sources` shows it; `python -m alopt.analysis.audit --write` renews the page
`inputs/README.md`, the data dictionary and sources. A test fails when that page is stale.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from alopt.analysis.file_values import COLUMNS, WEAK, file_values
from alopt.data.fleet import check_totals
from alopt.data.schema import BASES, Field, TableSchema, default_inputs, read_schemas
from alopt.data.tables import Row, Table, read_tables
from alopt.errors import InputError, Problem
from alopt.results.table import ResultTable

#: What a licence lets these inputs take, from most to least.
TERMS = ("open", "public", "facts", "restrictive", "unclear")

_VALUES = (
    "table", "key", "quantity", "value", "unit", "low", "high", "range_share", "basis", "source", "note",
)  # fmt: skip
_COUNTS = ("table", *BASES, "rows", "numbers", "ranges")
_SOURCES = (
    "source", "citation", "url", "year", "licence", "terms", *BASES, "rows", "tables", "files",
    "first_year", "last_year", "note",
)  # fmt: skip
_TOTALS = (
    "fleet", "province", "placed_mt_per_a", "double_counted_mt_per_a", "total_mt_per_a", "low", "high",
    "difference_mt_per_a",
)  # fmt: skip

#: A source whose terms bind whoever copies it may give a few facts, no table.
_MOST_SINGLE_FIGURES = 10

#: Rows from which a source of reserved rights is named among the remarks.
_MANY = 30

_RESTRICTIVE = re.compile(r"\b(A?GPL|LGPL|NC|ND|non-?commercial|no derivatives)\b", re.IGNORECASE)
_OPEN = re.compile(r"\b(CC BY|CC0|public domain|Apache|MIT|BSD|ODC|ODbL)\b", re.IGNORECASE)

#: Tables that the audit adds up.
_ADDED_UP = ("sources", "regions", "sites", "fleet", "control_totals")


@dataclass(frozen=True)
class SourceAudit:
    """What an audit of the sources found.

    Attributes
    ----------
    counts : ResultTable
        Rows of each table by basis, the numbers that they hold, and how many have a range.
    values : ResultTable
        Every number (or row without one): table, key, quantity, value, unit, low, high, range as
        a share of the value (none where the value is zero), basis, source, note.
    weak : ResultTable
        Those of them whose basis is unverified or assumed.
    sources : ResultTable
        Every source: citation, address, year, licence and its terms, rows by basis, tables, files
        that name it, first and last year that its rows speak of.
    control_totals : ResultTable
        Each fleet and province: what the smelters add to and the stated total, Mt/a.
    files : ResultTable
        Values that scenarios, projects and price files set themselves, with their sources.
    remarks : tuple of str
        What is no fault but should be known.
    problems : tuple of Problem
        Errors, in the words of the file, row and column.
    """

    counts: ResultTable
    values: ResultTable
    weak: ResultTable
    sources: ResultTable
    control_totals: ResultTable
    files: ResultTable
    remarks: tuple[str, ...]
    problems: tuple[Problem, ...]

    def licences(self) -> dict[str, tuple[int, int]]:
        """Return sources and rows by the terms of the source."""
        rows = list(self.sources.records())
        return {
            terms: (len(found), sum(row["rows"] for row in found))
            for terms in TERMS
            if (found := [row for row in rows if row["terms"] == terms])
        }

    def weakest(self) -> list[dict[str, Any]]:
        """Return the widest range of each quantity and its number of weak values, widest first.

        Values of zero have no relative range and are left out.
        """
        widest: dict[tuple[str, str], dict[str, Any]] = {}
        number: Counter[tuple[str, str]] = Counter()
        for row in self.weak.records():
            place = row["table"], row["quantity"]
            if row["range_share"] is None:
                continue
            number[place] += 1
            if place not in widest or row["range_share"] > widest[place]["range_share"]:
                widest[place] = row
        ranked = sorted(widest.items(), key=lambda item: (-item[1]["range_share"], item[0]))
        return [{**row, "values": number[place]} for place, row in ranked]

    def as_dict(self, table: str | None = None) -> dict[str, Any]:
        """Return plain lists and dictionaries, of the values only those of one table if given."""
        chosen = self.weak if table is None else self.values
        return {
            "counts": list(self.counts.records()),
            "values" if table else "weak_values": [
                row for row in chosen.records() if table in {None, row["table"]}
            ],
            "sources": list(self.sources.records()),
            "licences": {k: {"sources": s, "rows": r} for k, (s, r) in self.licences().items()},
            "control_totals": list(self.control_totals.records()),
            "scenario_values": list(self.files.records()),
            "remarks": list(self.remarks),
            "problems": [str(problem) for problem in self.problems],
        }


def audit_sources(inputs: Path | str | None = None) -> SourceAudit:
    """Trace every value of a folder of inputs to its source.

    Parameters
    ----------
    inputs : path, optional
        Folder made like the shipped one; the shipped one if not given.

    Returns
    -------
    SourceAudit
        Errors stand in its ``problems``: a value without a source, a source without a value, a
        value outside its range, totals that do not add up, a source whose terms bar its use.

    Raises
    ------
    InputError
        If the folder holds no data dictionary.
    """
    folder = default_inputs() if inputs is None else Path(inputs)
    tables, problems = read_tables(folder, _described(folder))
    whole = not problems
    known = {row["source"] for row in tables["sources"]}
    files, cited, found = file_values(folder, known)
    problems += found
    listed = {name: table for name, table in tables.items() if name != "sources"}
    values = [value for table in listed.values() for value in _values(table)]
    sources = [_source(row, listed, cited) for row in tables["sources"]]
    totals = [row for fleet in _fleets(tables) for row in _totals(tables, fleet)] if whole else []
    if whole:
        problems += [problem for fleet in _fleets(tables) for problem in check_totals(tables, fleet)]
        problems += _source_problems(tables["sources"], sources)
    return SourceAudit(
        counts=ResultTable("counts", _COUNTS, [_count(table) for table in listed.values()]),
        values=ResultTable("values", _VALUES, values),
        weak=ResultTable("weak_values", _VALUES, [v for v in values if v[_VALUES.index("basis")] in WEAK]),
        sources=ResultTable("sources", _SOURCES, sources),
        control_totals=ResultTable("control_totals", _TOTALS, totals),
        files=ResultTable("scenario_values", COLUMNS, files),
        remarks=tuple(_remarks(values, sources, listed)),
        problems=tuple(problems),
    )


def _described(folder: Path) -> dict[str, TableSchema]:
    """Return the data dictionary; InputError where it lacks a table that the audit adds up."""
    schemas = read_schemas(folder)
    rule, mend = "the table is not described", "Describe it, as shipped."
    missing = [name for name in _ADDED_UP if name not in schemas]
    if missing:
        raise InputError([Problem("datapackage.json", None, None, name, rule, mend) for name in missing])
    return schemas


def numbers(schema: TableSchema) -> list[Field]:
    """Return the columns of a table that hold numbers, besides its key, low and high."""
    left_out = {*schema.primary_key, "low", "high"}
    return [f for f in schema.fields if f.type in {"number", "integer"} and f.name not in left_out]


def _values(table: Table) -> Iterator[tuple[Any, ...]]:
    """Yield each number of each row; a row without one once."""
    schema = table.schema
    words = next((c for c in ("quantity", "parameter") if c in schema.columns), None)
    places = [column for column in schema.primary_key if column != words]
    for row in table:
        key = " / ".join(str(row[column]) for column in places)
        tail = row["basis"], row["source"], row["note"]
        given = [field for field in numbers(schema) if row[field.name] is not None]
        for field in given:
            low, high = (row["low"], row["high"]) if field.is_value else (None, None)
            name = row[words] if words is not None and field.is_value else field.name
            unit = schema.quantities.get(name, field.unit)
            share = _share(row[field.name], low, high)
            yield (table.name, key, name, float(row[field.name]), unit, low, high, share, *tail)
        if not given:
            yield (table.name, key, "", None, None, None, None, None, *tail)


def _share(value: float, low: float | None, high: float | None) -> float | None:
    if low is None or high is None:
        return None
    if value:
        return (high - low) / abs(value)
    return None if high > low else 0.0


def _count(table: Table) -> tuple[Any, ...]:
    by_basis = Counter(row["basis"] for row in table)
    held = sum(row[f.name] is not None for row in table for f in numbers(table.schema))
    ranges = sum(row["low"] is not None for row in table) if table.schema.value_column else 0
    return (table.name, *(by_basis[basis] for basis in BASES), len(table), held, ranges)


def _source(row: Row, tables: Mapping[str, Table], cited: Mapping[str, set[str]]) -> tuple[Any, ...]:
    key = row["source"]
    used = [(name, line) for name, table in tables.items() for line in table if line["source"] == key]
    by_basis = Counter(line["basis"] for _, line in used)
    by_table = Counter(name for name, _ in used)
    years = [year for _, line in used if (year := _year(line)) is not None]
    return (
        key, row["citation"], row["url"], row["year"], row["licence"], _terms(row["licence"]),
        *(by_basis[basis] for basis in BASES), len(used),
        "; ".join(f"{name} {number}" for name, number in by_table.items()),
        "; ".join(sorted(cited.get(key, ()))),
        min(years, default=None), max(years, default=None), row["note"],
    )  # fmt: skip


def _year(row: Row) -> int | None:
    """Year that a row speaks of, if it has one."""
    if row.get("year") is not None:
        return int(row["year"])
    month = re.match(r"\d{4}", str(row.get("month", "")))
    return int(month.group()) if month else None


def _terms(licence: str) -> str:
    """Sort a licence by what it lets these inputs take."""
    text = licence.lower()
    if _RESTRICTIVE.search(licence):
        return "restrictive"
    if "all rights reserved" in text:
        return "facts"
    if _OPEN.search(licence):
        return "open"
    return "public" if "public" in text else "unclear"


def _fleets(tables: Mapping[str, Table]) -> list[str]:
    return sorted({row["fleet"] for name in ("fleet", "control_totals") for row in tables[name]})


def _totals(tables: Mapping[str, Table], fleet: str) -> Iterator[tuple[Any, ...]]:
    """Yield each control total of a fleet beside what its smelters, or its provinces, add to."""
    province = {row["region"]: row["province"] for row in tables["regions"]}
    region = {row["site"]: row["region"] for row in tables["sites"]}
    placed: dict[str, float] = defaultdict(float)
    double: dict[str, float] = defaultdict(float)
    for row in tables["fleet"]:
        if row["fleet"] == fleet:
            place = province[region[row["site"]]]
            placed[place] += row["capacity_mt_per_a"]
            double[place] += row["double_counted_mt_per_a"]
    stated = [row for row in tables["control_totals"] if row["fleet"] == fleet]
    outside = sum(row["capacity_mt_per_a"] for row in stated if row["province"] == "in_transit")
    placed["national"], double["national"] = sum(placed.values()) + outside, sum(double.values())
    placed["in_transit"] = outside
    for row in stated:
        name, total = row["province"], row["capacity_mt_per_a"]
        gap = placed[name] - total
        sums = placed[name], double[name], total, row["low"], row["high"], 0.0 if abs(gap) < 1e-9 else gap
        yield (fleet, name, *sums)


def _source_problems(table: Table, sources: list[tuple[Any, ...]]) -> Iterator[Problem]:
    """Yield what is wrong with sources: no value, a date to come, terms that bar their use."""
    index = {row["source"]: place for place, row in enumerate(table.rows)}
    for row in (dict(zip(_SOURCES, values, strict=True)) for values in sources):
        place = index[row["source"]]
        if not row["rows"] and not row["files"]:
            mend = "Remove it, or name it where its values stand."
            yield table.problem(place, "source", "no value, scenario or project names this source", mend)
        if row["year"] > datetime.now(UTC).year:
            yield table.problem(place, "year", "lies in the future", "Give the year of publication.")
        if row["terms"] == "restrictive" and (
            "single figures" not in row["licence"] or row["rows"] > _MOST_SINGLE_FIGURES
        ):
            rule = f"these terms bar a table in the inputs, and {row['rows']} rows rest on the source"
            mend = f"Cite at most {_MOST_SINGLE_FIGURES} single figures and say so, or take another source."
            yield table.problem(place, "licence", rule, mend)


def _remarks(
    values: list[tuple[Any, ...]], sources: list[tuple[Any, ...]], tables: Mapping[str, Table]
) -> Iterator[str]:
    """Yield what is no fault but should be known of dates, terms and ranges."""
    many = [
        (row["source"], read)
        for row in (dict(zip(_SOURCES, values, strict=True)) for values in sources)
        if row["terms"] == "facts" and (read := row["reported"] + row["derived"]) >= _MANY
    ]
    if many:
        told = ", ".join(f"{key} ({number})" for key, number in many)
        yield f"All rights reserved, and {_MANY} or more rows read in it or derived: {told}."
    published = {row[0]: row[_SOURCES.index("year")] for row in sources}
    later = Counter(
        row["source"]
        for table in tables.values()
        for row in table
        if row["basis"] == "reported" and (_year(row) or 0) > published.get(row["source"], 0)
    )
    if later:
        told = ", ".join(f"{key} ({number})" for key, number in sorted(later.items()))
        yield f"Announced rather than measured, as the year lies after the publication: {told}."
    unclear = sorted(row[0] for row in sources if row[_SOURCES.index("terms")] == "unclear")
    if unclear:
        yield f"Terms not stated in a known form: {', '.join(unclear)}."
    column = {name: _VALUES.index(name) for name in _VALUES}
    weak = [
        value for value in values if value[column["basis"]] in WEAK and value[column["value"]] is not None
    ]
    zero = sum(v[column["high"]] is not None and v[column["range_share"]] is None for v in weak)
    if zero:
        yield f"Weak values of zero with a range, which have no relative range: {zero}."
    bare = Counter(v[column["table"]] for v in weak if v[column["high"]] is None)
    if bare:
        told = ", ".join(f"{name} ({number})" for name, number in sorted(bare.items()))
        yield f"Weak numbers in columns without a range (coordinates, years, gains, shares): {told}."


def write_audit(audit: SourceAudit, folder: Path | str, inputs: Path | str | None = None) -> None:
    """Write the tables of an audit into a folder, whole or not at all.

    Parameters
    ----------
    audit : SourceAudit
        An audit without problems.
    folder : path
        New, empty, or an earlier result, which is replaced.
    inputs : path, optional
        Folder that was audited, for the hashes in `run.json`.

    Raises
    ------
    InputError
        If the audit found problems; nothing is written.
    SolveError
        If the folder cannot be written or holds other files.
    """
    from alopt.results.write import input_hashes, result_folder, write_json  # noqa: PLC0415

    if audit.problems:
        raise InputError(list(audit.problems))
    hashes = input_hashes(default_inputs() if inputs is None else Path(inputs))
    manifest = {"alopt": version("alopt"), "command": "audit", "status": "sound", "inputs": hashes}
    with result_folder(Path(folder)) as place:
        for table in (audit.counts, audit.weak, audit.sources, audit.control_totals, audit.files):
            table.write(place)
        write_json(place / "run.json", manifest)


def main() -> int:
    """Print the page of the data dictionary and sources, or write it into the inputs."""
    from alopt.analysis.dictionary import PAGE, dictionary_page  # noqa: PLC0415

    parser = argparse.ArgumentParser(prog="python -m alopt.analysis.audit", description=__doc__)
    parser.add_argument("--inputs", type=Path, default=default_inputs(), help="folder of the inputs")
    parser.add_argument("--write", action="store_true", help="renew README.md in the inputs")
    options = parser.parse_args()
    try:
        page = dictionary_page(options.inputs)
    except InputError as error:
        print(str(error), file=sys.stderr)
        return error.exit_code
    if options.write:
        (options.inputs / PAGE).write_text(page, encoding="utf-8")
    else:
        sys.stdout.write(page)
    return 0


def as_json(audit: SourceAudit, table: str | None = None) -> str:
    """Return the audit as JSON text."""
    return json.dumps(audit.as_dict(table), ensure_ascii=False, indent=1, allow_nan=False)


if __name__ == "__main__":
    raise SystemExit(main())
