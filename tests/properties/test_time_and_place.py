"""Slices, steps and resolutions: the model runs on each, and what should not depend on them does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import alopt.data.power
from alopt.data.tables import Table
from alopt.results.build import build_tables, report_on
from alopt.solve import Solution


def assert_sound(solution: Solution) -> dict:
    """All checks of a run hold; its summary."""
    summary = report_on(solution, build_tables(solution))
    failed = [check["name"] for check in summary["checks"] if not check["ok"]]
    assert failed == []
    return summary


@pytest.mark.parametrize(("slices", "seasons"), [("one", 1), ("wet-dry", 2), ("months12", 12)])
def test_any_set_of_slices_runs_with_its_checks(slices: str, seasons: int, shipped):
    solution = shipped.solve(slices=slices, years=[2025, 2030])
    assert len(solution.data.calendar.seasons) == seasons
    assert_sound(solution)


def test_finer_slices_are_never_cheaper(shipped):
    """Twelve months leave no choice that two half-years lack, and hold more limits.

    A plan by months, averaged over the half-years by days, is feasible there and costs no more,
    because prices and volumes of the shipped inputs are even within the half-years.
    """
    costs = [shipped.objective(slices=name, years=[2025, 2030]) for name in ("wet-dry", "months12")]
    assert costs[0] <= costs[1] * (1.0 + 1e-9)


def test_smelter_resolution_runs_with_its_checks(shipped, baseline: Solution):
    solution = shipped.solve(resolution="smelter")
    assert len(solution.data.fleet.sites) > len(baseline.data.fleet.sites)
    summary = assert_sound(solution)
    assert summary["resolution"] == "smelter"


def level_prices(tables: dict[str, Table]) -> None:
    """Give each source one price all year, its highest."""
    dearest: dict[tuple[str, str, str], float] = {}
    for row in tables["power_prices"]:
        key = (row["region"], row["source_name"], row["site_kind"])
        dearest[key] = max(row["price_cny_per_mwh"], dearest.get(key, 0.0))
    for row in tables["power_prices"]:
        row["price_cny_per_mwh"] = dearest[row["region"], row["source_name"], row["site_kind"]]


def without_repeats(table: Table) -> None:
    """Leave out the rows that say of a later year what an earlier one holds already."""
    last: dict[tuple[str, str, str, str], float] = {}
    kept = []
    for row in sorted(table, key=lambda row: row["year"]):
        key = (row["region"], row["source_name"], row["site_kind"], row["months"])
        if last.get(key) != row["volume_twh"]:
            kept.append(row)
        last[key] = row["volume_twh"]
    table.rows[:] = kept


def level_volumes(tables: dict[str, Table]) -> None:
    """Spread the volume of each source evenly over the half-years."""
    without_repeats(tables["power_volumes"])
    share = {row["months"]: row["share"] for row in tables["slices"] if row["slice_set"] == "wet-dry"}
    total: dict[tuple[str, str, str, int], float] = {}
    for row in tables["power_volumes"]:
        key = (row["region"], row["source_name"], row["site_kind"], row["year"])
        total[key] = total.get(key, 0.0) + row["volume_twh"]
    for row in tables["power_volumes"]:
        key = (row["region"], row["source_name"], row["site_kind"], row["year"])
        row["volume_twh"] = total[key] * share.get(row["months"], 1.0)


def level_both(tables: dict[str, Table]) -> None:
    level_prices(tables)
    level_volumes(tables)


@pytest.mark.parametrize(
    ("level", "slices"), [(None, 2), (level_prices, 2), (level_volumes, 2), (level_both, 1)]
)
def test_sites_with_even_power_decide_once_and_lose_nothing(
    level: Callable[[dict[str, Table]], None] | None, slices: int, shipped, monkeypatch: pytest.MonkeyPatch
):
    """With every site deciding in each slice the optimum is the same.

    Yunnan's power is uneven in price and in volume; either keeps its two seasons apart, and with
    both levelled it decides once.
    """
    years = [2025, 2030]
    pooled = shipped.solve(level, years=years)
    slices_of = pooled.data.power.slices_of
    assert len(slices_of["yunnan"]) == slices
    assert len(slices_of["shandong"]) == 1
    monkeypatch.setattr(alopt.data.power, "_even_sites", lambda *_: set())
    apart = shipped.solve(level, years=years)
    assert all(len(names) == 2 for names in apart.data.power.slices_of.values())
    assert len(apart.program.cost) > len(pooled.program.cost)
    assert apart.objective == pytest.approx(pooled.objective, rel=1e-9)
