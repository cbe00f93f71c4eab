"""A folder of inputs that a test may change: every change returns the line where it stands."""

from __future__ import annotations

import csv
import json
from itertools import takewhile
from pathlib import Path
from typing import Any

import yaml
from worlds import World

import alopt
from alopt.data import Scenario
from alopt.errors import InputError, Problem


class PlainDumper(yaml.SafeDumper):
    """Write every value out: scenarios take no aliases."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        """Never refer to what stands above."""
        return True


def yaml_text(content: object) -> str:
    """Return content as YAML without aliases."""
    return yaml.dump(content, Dumper=PlainDumper, allow_unicode=True)


class EditableInputs:
    """Tables as rows of text, so that a test can write what a spreadsheet would."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
        self.resources = {resource["name"]: resource for resource in package["resources"]}

    @classmethod
    def minimal(cls, folder: Path) -> EditableInputs:
        """Return the smallest legal inputs, and values that only other worlds have a use for."""
        return cls(World().write(folder))

    @classmethod
    def smallest(cls, folder: Path) -> EditableInputs:
        """Return a copy of the smallest legal inputs."""
        return cls(alopt.init(folder, minimal=True))

    @classmethod
    def shipped(cls, folder: Path) -> EditableInputs:
        """Return a copy of the inputs that ship."""
        return cls(alopt.init(folder))

    def path(self, table: str) -> Path:
        """Return the file of a table."""
        return self.folder / self.resources[table]["path"]

    def columns(self, table: str) -> list[str]:
        """Return the columns that the data dictionary gives a table."""
        return [field["name"] for field in self.resources[table]["schema"]["fields"]]

    def description(self, table: str, column: str) -> str:
        """Return what the data dictionary says of a column."""
        fields = {field["name"]: field for field in self.resources[table]["schema"]["fields"]}
        return fields[column]["description"]

    def rows(self, table: str) -> list[dict[str, str]]:
        """Return the rows of a table as text; none where the file is absent."""
        if not self.path(table).exists():
            return []
        with self.path(table).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def write(self, table: str, rows: list[dict[str, str]], columns: list[str] | None = None) -> None:
        """Write a table with its columns, or with others."""
        with self.path(table).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns or self.columns(table), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    def line(self, table: str, where: dict[str, str]) -> int:
        """Return the line of the one row with these cells (the header is line 1)."""
        lines = [
            number
            for number, row in enumerate(self.rows(table), start=2)
            if all(row[column] == value for column, value in where.items())
        ]
        assert len(lines) == 1, f"{where} stands {len(lines)} times in {table}"
        return lines[0]

    def change(self, table: str, where: dict[str, str], **cells: object) -> int:
        """Write cells of one row; return its line."""
        line = self.line(table, where)
        rows = self.rows(table)
        rows[line - 2] |= {column: str(value) for column, value in cells.items()}
        self.write(table, rows)
        return line

    def add(self, table: str, **cells: object) -> int:
        """Add a row, with its value as low and high, assumed by the example source; return its line."""
        value = next(
            (
                field["name"]
                for field in self.resources[table]["schema"]["fields"]
                if field.get("alopt:value")
            ),
            None,
        )
        row = dict.fromkeys(self.columns(table), "")
        usual: dict[str, object] = {
            "source": "example",
            "basis": "assumed",
            "vat": "excluded",
            "in_use": "true",
        }
        if value is not None:
            usual |= {"low": cells[value], "high": cells[value]}
        row |= {column: str(cell) for column, cell in usual.items() if column in row}
        row |= {column: str(cell) for column, cell in cells.items()}
        rows = [*self.rows(table), row]
        self.write(table, rows)
        return len(rows) + 1

    def prices(self, month: str, **prices: object) -> None:
        """Write a file of market prices."""
        folder = self.folder / "prices"
        folder.mkdir(exist_ok=True)
        content = {"month": month, "vat": "excluded", **prices}
        (folder / f"{month}.yaml").write_text(yaml_text(content), encoding="utf-8")

    def remove(self, table: str, where: dict[str, str]) -> None:
        """Remove one row."""
        rows = self.rows(table)
        del rows[self.line(table, where) - 2]
        self.write(table, rows)

    def scenario(self, **changes: object) -> Path:
        """Change keys of the baseline; return its file."""
        path = self.folder / "scenarios" / "baseline.yaml"
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        path.write_text(yaml_text(content | changes), encoding="utf-8")
        return path

    def key_line(self, key: str | None, scenario: str = "baseline") -> int | None:
        """Return the line of a scenario's key, dotted, or of the nearest key above it.

        Searches the text that :meth:`scenario` writes: block style, keys indented by two, entries of
        a list by as much as their key; ``key[1]`` is the second entry of a list.
        """
        lines = (self.folder / "scenarios" / f"{scenario}.yaml").read_text(encoding="utf-8").splitlines()
        indent, within, found = "", range(len(lines)), None
        for part in (key or "").split("."):
            name, _, place = part.partition("[")
            at = next((n for n in within if lines[n].startswith(f"{indent}{name}:")), None)
            if at is None:
                break
            found = at + 1
            inner = takewhile(
                lambda n, i=indent: lines[n].startswith((f"{i}  ", f"{i}- ")), within[within.index(at) + 1 :]
            )
            within = list(inner)
            if place:
                starts = [n for n in within if lines[n].startswith(f"{indent}- ")]
                at = starts[int(place[:-1])]
                found = at + 1
                lines[at] = lines[at].replace("- ", "  ", 1)
                within = [n for n in within if at <= n and not any(at < other <= n for other in starts)]
            indent += "  "
        return found

    def override(self, **override: object) -> None:
        """Give the baseline one override."""
        self.scenario(overrides=[override])

    def problems(self, scenario: str | Scenario = "baseline", **options: Any) -> list[Problem]:
        """Return what loading the inputs finds wrong; nothing where they are sound."""
        error: InputError | None = None
        try:
            alopt.load(self.folder, scenario, **options)
        except InputError as raised:
            error = raised
        if error is None:
            return []
        assert error.exit_code == 2
        assert error.problems
        assert all(str(problem) in str(error) for problem in error.problems)
        return error.problems
