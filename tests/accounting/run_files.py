"""The files of a run, read back as plain rows; nothing here comes from the model."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

#: Sums of numbers written with twelve significant digits agree to this.
EXACT = 1e-9

#: Price of carbon in CNY/t, allocation in t per t of metal, and the cap in Mt/a of the written run.
CARBON_PRICE = 120.0
BENCHMARK = 9.0
CAP = {2025: 45.0, 2030: 43.5, 2035: 42.0}

SETTINGS = {
    "years": list(CAP),
    "policies.capacity_cap.cap_mt_per_a": CAP,
    "policies.capacity_replacement.ratio": 1.25,
    "policies.carbon_price": {
        "price_cny_per_t": CARBON_PRICE,
        "scope": "smelter_scope_1_2",
        "benchmark_t_per_t": BENCHMARK,
    },
}

Row = dict[str, Any]


def typed(text: str) -> Any:
    """A cell as a number where it is one."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return [{column: typed(cell) for column, cell in row.items()} for row in csv.DictReader(file)]


def totals(rows: list[Row], value: str, *by: str) -> dict[Any, float]:
    """Sums of a column by key columns; nil where there is no row."""
    found: dict[Any, float] = defaultdict(float)
    for row in rows:
        key = tuple(row[column] for column in by)
        found[key if len(by) > 1 else key[0]] += row[value]
    return found


def agree(found: Mapping[Any, float], expected: Mapping[Any, float]) -> None:
    """Two sets of sums are the same, key by key; a key that one lacks counts as nil."""
    assert found or expected
    for key in {*found, *expected}:
        assert found.get(key, 0.0) == pytest.approx(expected.get(key, 0.0), rel=EXACT, abs=EXACT), key


@dataclass(frozen=True)
class State:
    """What a cell state needs and emits per tonne, composed anew from the written input tables."""

    kwh: float
    anode: float
    anode_co2: float
    pfc_co2e: float
    swing: float


@dataclass(frozen=True)
class Written:
    """The files of a run and nothing else."""

    folder: Path

    def __call__(self, name: str) -> list[Row]:
        """Rows of a result file."""
        return read(self.folder / f"{name}.csv")

    def table(self, name: str) -> list[Row]:
        """Rows of an input table as solved."""
        return read(self.folder / "inputs" / f"{name}.csv")

    @cached_property
    def summary(self) -> dict[str, Any]:
        return json.loads((self.folder / "summary.json").read_text(encoding="utf-8"))

    @cached_property
    def years(self) -> list[int]:
        return [row["year"] for row in self("years")]

    @cached_property
    def parameter(self) -> dict[str, float]:
        """Parameters without VAT: 13 % is in the anode's and the fluoride's price where they say so."""
        return {
            row["parameter"]: row["value"] / (1.13 if row["vat"] == "included" else 1.0)
            for row in self.table("parameters")
        }

    @cached_property
    def region_of(self) -> dict[str, str]:
        """Region of each site of the tables."""
        return {row["site"]: row["region"] for row in self.table("sites")}

    @cached_property
    def states(self) -> dict[str, State]:
        base, change = (
            {(row[key], row["quantity"]): row["value"] for row in self.table(name)}
            for name, key in (("cell_values", "class"), ("measure_values", "measure"))
        )
        gwp = {row["gas"]: row["gwp"] for row in self.table("gwp") if row["gwp_set"] == "AR5"}
        states = {}
        for row in self.table("cells"):
            measures = [part.strip() for part in row["measures"].split(";") if part.strip()]

            def value(
                quantity: str, by: str, row: Row = row, measures: tuple[str, ...] = tuple(measures)
            ) -> float:
                return base[row["class"], quantity] + sum(change.get((m, by), 0.0) for m in measures)

            dc = 2980.0 * value("voltage_v", "voltage_change_v")
            dc /= value("current_efficiency", "current_efficiency_change")
            auxiliary = self.parameter["auxiliary_kwh_per_t"]
            auxiliary += sum(change.get((m, "auxiliary_change_kwh_per_t"), 0.0) for m in measures)
            pfc = base[row["class"], "cf4_kg_per_t"] * gwp["cf4"]
            pfc += base[row["class"], "c2f6_kg_per_t"] * gwp["c2f6"]
            for m in measures:
                pfc *= 1.0 + change.get((m, "pfc_change_share"), 0.0)
            states[row["cell"]] = State(
                kwh=dc / self.parameter["rectifier_efficiency"] + auxiliary,
                anode=value("anode_t_per_t", "anode_change_t_per_t"),
                anode_co2=max(0.0, value("anode_co2_t_per_t", "anode_co2_change_t_per_t")),
                pfc_co2e=pfc / 1000.0,
                swing=value("swing_share", "swing_change_share"),
            )
        return states
