"""A result table: named columns and rows, written and framed alike."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


@dataclass
class ResultTable:
    """Rows of one result file, in the order in which they are written."""

    name: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]] = field(default_factory=list)

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield rows as dictionaries."""
        for row in self.rows:
            yield dict(zip(self.columns, row, strict=True))

    def sum(self, column: str, **where: Any) -> float:  # noqa: ANN401
        """Sum a column over rows with these values (a set means any of them)."""
        place = self.columns.index(column)
        tests = [(self.columns.index(c), v if isinstance(v, set) else {v}) for c, v in where.items()]
        return float(sum(row[place] for row in self.rows if all(row[i] in wanted for i, wanted in tests)))

    def totals(self, column: str, *by: str) -> dict[Any, float]:
        """Sums of a column by one or more key columns (plain keys for one, tuples for more)."""
        place, keys = self.columns.index(column), [self.columns.index(c) for c in by]
        pick = itemgetter(*keys)
        result: dict[Any, float] = defaultdict(float)
        for row in self.rows:
            result[pick(row)] += row[place]
        return dict(result)

    def frame(self) -> pd.DataFrame:
        """Return the table as a DataFrame."""
        import pandas as pd  # noqa: PLC0415 - heavy, and not needed to write files

        return pd.DataFrame(self.rows, columns=list(self.columns))

    def write(self, folder: Path) -> None:
        """Write the table as CSV: UTF-8, 12 significant digits, LF line ends."""
        with (folder / f"{self.name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(self.columns)
            writer.writerows([_WRITE.get(type(value), str)(value) for value in row] for row in self.rows)


def make(name: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> ResultTable:
    """Make a table with its rows sorted by their key columns (all that are not numbers), then as given."""
    listed = list(rows)
    listed.sort(key=lambda row: [str(value) for value in row if type(value) is not float])
    return ResultTable(name, tuple(columns), listed)


def _number(value: float) -> str:
    text = f"{value:.12g}"
    return "0" if text == "-0" else text


#: How each type stands in a file; others as they print.
_WRITE: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: "",
    float: _number,
    bool: lambda value: "true" if value else "false",
    str: lambda value: value,
}
