"""The audit of the sources on one screen, and every value of one table."""

from __future__ import annotations

import io
import shutil
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from alopt.analysis.audit import SourceAudit

#: Quantities with the widest ranges that are shown.
_SHOWN = 20

_BASES = ("reported", "derived", "unverified", "assumed")

_TERMS = {
    "open": "open licence",
    "public": "public document or statistic",
    "facts": "all rights reserved; facts cited",
    "restrictive": "copyleft or non-commercial; facts cited",
    "unclear": "terms not stated in a known form",
}


def sources_screen(audit: SourceAudit) -> str:
    """Render counts by basis, the widest ranges, control totals, licences and remarks."""
    page, console = _console()
    console.print("[bold]Sources of the inputs[/bold]: where each value comes from, and how well it is known")
    console.print(
        "[dim]reported: read in the named source; derived: arithmetic on such; unverified: commonly "
        "quoted,\nprimary document not consulted; assumed: set by this model. The last two carry a low "
        "and a high.[/dim]"
    )
    for table in (_counts(audit), _weakest(audit), _totals(audit), _licences(audit)):
        if table.row_count:
            console.print(table)
    for remark in audit.remarks:
        console.print(f"[dim]{escape(remark)}[/dim]")
    console.print(_verdict(audit))
    return page.getvalue().rstrip()


def values_screen(audit: SourceAudit, table: str) -> str:
    """Render every value of one table with its range, basis, source and note, then the sources."""
    page, console = _console()
    rows = [row for row in audit.values.records() if row["table"] == table]
    console.print(f"[bold]{table}[/bold]: {len(rows)} entries")
    for (key, basis, source, note), held in groupby(rows, itemgetter("key", "basis", "source", "note")):
        told = "; ".join(escape(text) for row in held if (text := _told(row)))
        place = f"{escape(key)}: " if key else ""
        console.print(f"{place}{told}{'; ' if told else ''}{basis}, {source}")
        if note:
            console.print(f"[dim]    {escape(note)}[/dim]")
    console.print("\n[bold]Sources[/bold]")
    used = {row["source"] for row in rows}
    for row in audit.sources.records():
        if row["source"] in used:
            parts = [row["citation"], row["url"], f"licence: {row['licence']}", row["note"]]
            console.print(f"{row['source']}: {escape('; '.join(str(part) for part in parts if part))}")
    return page.getvalue().rstrip()


def _console() -> tuple[io.StringIO, Console]:
    page = io.StringIO()
    width = max(100, min(shutil.get_terminal_size((120, 40)).columns, 140))
    return page, Console(file=page, width=width, force_terminal=None, highlight=False, soft_wrap=False)


def _grid(title: str, first: str, columns: tuple[str, ...]) -> Table:
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False, padding=(0, 1))
    table.add_column(first, no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _counts(audit: SourceAudit) -> Table:
    table = _grid("Rows by table and basis", "table", (*_BASES, "rows", "numbers", "ranges"))
    columns = (*_BASES, "rows", "numbers", "ranges")
    for row in audit.counts.records():
        if row["rows"]:
            table.add_row(row["table"], *(str(row[column] or "–") for column in columns))
    table.add_section()
    table.add_row("all", *(f"{audit.counts.sum(column):,.0f}" for column in columns))
    return table


def _weakest(audit: SourceAudit) -> Table:
    title = f"The {_SHOWN} quantities known worst: widest range as a share of the value"
    table = _grid(title, "table, quantity", ("values", "widest", "low", "high", "range"))
    for row in audit.weakest()[:_SHOWN]:
        table.add_row(
            f"{row['table']}, {row['quantity']}",
            str(row["values"]),
            *(f"{row[column]:,.4g}" for column in ("value", "low", "high")),
            f"{row['range_share']:.0%}",
        )
    return table


def _totals(audit: SourceAudit) -> Table:
    columns = ("smelters add to", "counted twice", "stated", "low", "high", "difference")
    table = _grid("Capacity against control totals, Mt/a", "fleet, province", columns)
    for row in audit.control_totals.records():
        table.add_row(
            f"{row['fleet']}, {row['province'].replace('_', ' ')}",
            f"{row['placed_mt_per_a']:.3f}",
            f"{row['double_counted_mt_per_a']:.3f}",
            f"{row['total_mt_per_a']:.3f}",
            *("–" if row[column] is None else f"{row[column]:.2f}" for column in ("low", "high")),
            f"{row['difference_mt_per_a']:+.3f}",
        )
    return table


def _licences(audit: SourceAudit) -> Table:
    table = _grid("Terms of the sources", "terms", ("sources", "rows"))
    for terms, (sources, rows) in audit.licences().items():
        table.add_row(_TERMS[terms], str(sources), f"{rows:,}")
    return table


def _verdict(audit: SourceAudit) -> str:
    ranges = audit.counts.sum("ranges")
    if audit.problems:
        number = len(audit.problems)
        count = "1 problem" if number == 1 else f"{number} problems"
        return f"[red]{count}[/red], named on the error output."
    return (
        f"[green]Every value has a source and every source a value[/green]; {ranges:,.0f} ranges hold "
        f"(low ≤ value ≤ high); {len(audit.files.rows)} values of scenarios, projects and prices are traced."
    )


def _told(row: dict[str, Any]) -> str:
    """Quantity, value, range and unit as a phrase; empty where the row holds no number."""
    if row["value"] is None:
        return ""
    spread = "" if row["low"] is None or row["high"] is None else f" ({row['low']:g} to {row['high']:g})"
    unit = "" if row["unit"] in {None, "1"} else f" {row['unit']}"
    return f"{row['quantity']} {row['value']:.10g}{spread}{unit}"
