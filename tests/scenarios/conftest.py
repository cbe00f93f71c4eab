"""Outcomes of shipped scenarios, each solved once, whichever worker comes first."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

import alopt


@dataclass(frozen=True)
class Outcome:
    """What the tests ask of a run: summary, weights and lengths of years, what is built, Mt/a by state."""

    summary: dict[str, Any]
    weight: dict[str, float]
    length: dict[str, float]
    built_mt_per_a: float
    built_gw: float
    standing: dict[str, dict[str, float]]

    @property
    def cost(self) -> float:
        """Present value of resources and payments."""
        return self.summary["objective_m_cny"]

    @property
    def resources(self) -> float:
        """Present value of resources."""
        return self.summary["system_cost_m_cny"]

    @property
    def paid(self) -> float:
        """Present value of payments."""
        return self.summary["transfers_m_cny"]

    def path(self, figure: str) -> dict[int, float]:
        """A figure by model year."""
        return {int(y): one[figure] for y, one in self.summary["years"].items()}

    def boundary(self, name: str) -> dict[int, float]:
        """Emissions within a boundary by model year, Mt CO2e."""
        return {y: one["by_boundary"][name] for y, one in self.path("emissions_mt_co2e").items()}

    def present(self, by_year: dict[int, float]) -> float:
        """Present value of what is paid in the model years."""
        return sum(self.weight[str(y)] * amount for y, amount in by_year.items())

    def year(self, y: int) -> dict[str, Any]:
        """Figures of a model year."""
        return self.summary["years"][str(y)]

    def emitted(self, boundary: str, *, discounted: bool = False) -> float:
        """Mt CO2e over the horizon within a boundary; discounted as its price would be."""
        weight = self.weight if discounted else self.length
        return sum(
            weight[y] * one["emissions_mt_co2e"]["by_boundary"][boundary]
            for y, one in self.summary["years"].items()
        )


def _solve(name: str) -> Outcome:
    results = alopt.run(name)
    tables = results.tables
    years = list(tables["years"].records())
    capacity = list(tables["capacity"].records())
    standing: dict[str, dict[str, float]] = {}
    for row in capacity:
        at = standing.setdefault(str(row["year"]), {})
        at[row["cell"]] = at.get(row["cell"], 0.0) + row["capacity_mt_per_a"]
    return Outcome(
        summary=json.loads(json.dumps(results.summary)),
        weight={str(row["year"]): row["present_value_weight"] for row in years},
        length={str(row["year"]): row["years_represented"] for row in years},
        built_mt_per_a=sum(row["new"] for row in capacity),
        built_gw=sum(row["built_gw"] for row in tables["supply"].records() if row["built_gw"]),
        standing=standing,
    )


@pytest.fixture(scope="session")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Outcome]:
    """Solve a shipped scenario, or read what another worker of this session found."""
    base = tmp_path_factory.getbasetemp()
    folder = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    known: dict[str, Outcome] = {}

    def find(name: str) -> Outcome:
        if name not in known:
            path = folder / f"outcome-{name}.json"
            if not path.exists():
                part = Path(f"{path}.{os.getpid()}")
                part.write_text(json.dumps(asdict(_solve(name))), encoding="utf-8")
                part.replace(path)
            known[name] = Outcome(**json.loads(path.read_text(encoding="utf-8")))
        return known[name]

    return find
