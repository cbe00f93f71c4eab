"""A run as others read it: its summary, its tables and its inputs, in memory or from its folder."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alopt.errors import UsageError
from alopt.results.table import ResultTable

if TYPE_CHECKING:
    from alopt.data.tables import Table
    from alopt.run import Results

#: Columns that hold names, whatever they look like.
_NAMES = {
    "slice", "season", "region", "site", "owner", "cell", "from_cell", "to_cell", "kind", "source", "market",
    "segment", "component", "gas", "scope", "boundary", "from_region", "to_region", "refinery", "material",
    "origin", "destination", "instrument", "payer", "receiver", "constraint", "policy", "step", "pool",
    "point", "unit", "basis", "sense", "option", "name", "class", "province", "variable", "scenario", "model",
}  # fmt: skip


@dataclass(frozen=True)
class Run:
    """A solved scenario.

    Attributes
    ----------
    name : str
    summary, manifest : dict
        As in `summary.json` and `run.json`.
    tables : mapping of str to ResultTable
        By file name.
    regions : mapping of str to str
        Names of the regions by key.
    inputs : mapping of str to ResultTable
        Every table of the inputs as solved.
    """

    name: str
    summary: Mapping[str, Any]
    manifest: Mapping[str, Any]
    tables: Mapping[str, ResultTable]
    regions: Mapping[str, str]
    inputs: Mapping[str, ResultTable] = field(default_factory=dict)

    @property
    def years(self) -> list[int]:
        """Model years."""
        return [int(y) for y in self.summary["years"]]

    def weight(self) -> dict[int, float]:
        """Present value of one unit paid in each represented year, by model year."""
        return self.tables["years"].totals("present_value_weight", "year")

    def represented(self) -> dict[int, float]:
        """Calendar years for which each model year stands."""
        return self.tables["years"].totals("years_represented", "year")


def of_results(results: Results) -> Run:
    """Look at results in memory as a run."""
    inputs = {name: _as_written(table) for name, table in results.data.tables.items()}
    name = results.summary["scenario"]
    return Run(name, results.summary, results.manifest, results.tables, _regions(inputs), inputs)


def _as_written(table: Table) -> ResultTable:
    columns = table.schema.columns
    return ResultTable(table.schema.name, columns, [tuple(row[c] for c in columns) for row in table])


def _regions(inputs: Mapping[str, ResultTable]) -> dict[str, str]:
    return {row["region"]: row["name"] for row in inputs["regions"].records()}


def is_run(folder: Path) -> bool:
    """Whether a folder holds a run with its tables."""
    return (folder / "run.json").is_file() and (folder / "summary.json").is_file()


def read_run(folder: Path | str) -> Run:
    """Read a run that was written.

    Raises
    ------
    UsageError
        If the folder holds no run, or one that cannot be read.
    """
    place = Path(folder)
    if not is_run(place):
        raise UsageError(
            f"{place} holds no run with results; name a scenario, or a folder that alopt run wrote."
        )
    try:
        summary = json.loads((place / "summary.json").read_text(encoding="utf-8"))
        manifest = json.loads((place / "run.json").read_text(encoding="utf-8"))
        tables = {path.stem: _read(path) for path in sorted(place.glob("*.csv"))}
        inputs = {path.stem: _read(path) for path in sorted((place / "inputs").glob("*.csv"))}
        return Run(summary["scenario"], summary, manifest, tables, _regions(inputs), inputs)
    except (OSError, ValueError, KeyError, StopIteration) as error:
        raise UsageError(f"The run in {place} cannot be read ({error!r}); run the scenario again.") from None


def _read(path: Path) -> ResultTable:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        columns = tuple(next(reader))
        named = [column in _NAMES for column in columns]
        rows = [
            tuple(text if is_name else _value(text) for text, is_name in zip(row, named, strict=True))
            for row in reader
        ]
    return ResultTable(path.stem, columns, rows)


def _value(text: str) -> Any:  # noqa: ANN401
    """Read a cell as it was written: whole number, number, truth value, nothing or text."""
    if not text:
        return None
    if text in {"true", "false"}:
        return text == "true"
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return text
