"""The cost curve of a planned fleet beside that of the standing one, at the same market prices.

Both fleets are costed by the rules of :mod:`alopt.analysis.cost_curve`: full cost as the trade
quotes it, at the fleet's availability and at one month's prices. The standing fleet draws its power
by rule in the first model year; the planned one as the plan of its year draws it. What differs is
thus what the plan does: which smelters are left, which come, with which cells, on which power.
Capital is the trade's depreciation for both; the plan's own new capital stands in `costs.csv`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from alopt.analysis.cost_curve import COMPONENTS, SitePower, cost_curve, power_drawn
from alopt.data.model_data import ModelData
from alopt.errors import UsageError
from alopt.results.table import ResultTable

if TYPE_CHECKING:
    from alopt.results.saved import Run

#: Years after the base year of the fleet that is shown if none is named.
AHEAD = 11

#: Capacity below this is rounding, Mt/a.
_NIL = 1e-9


#: A province's row in the summary of a curve, if it has capacity.
Province = Mapping[str, Any] | None


@dataclass(frozen=True)
class PlannedCurve:
    """`cost_curve.csv` with both fleets, and what sets them apart."""

    table: ResultTable
    summary: dict[str, Any]


def planned_curve(data: ModelData, run: Run, year: int | None = None) -> PlannedCurve:
    """Cost the fleet of a model year of a run, and the standing fleet beside it.

    Parameters
    ----------
    data : ModelData
        Inputs of the run, with market prices.
    run : Run
        Solved on these inputs.
    year : int, optional
        Model year; the one nearest to eleven years after the base year if not given.

    Returns
    -------
    PlannedCurve
        Rows as of :func:`alopt.analysis.cost_curve.cost_curve`, ranked within each fleet, with the
        columns ``fleet`` (standing or planned) and ``year``.

    Raises
    ------
    UsageError
        If the year is no model year, nothing stands in it, or the scenario names no market prices.
    InputError
        If the prices lack a region in which capacity stands.
    """
    year = year_of(data, year)
    start = planned_fleet(run, year)
    if not start:
        raise UsageError(f"No capacity stands in {year}: there is no curve of it.")
    standing = cost_curve(data)
    planned = cost_curve(
        replace(data, fleet=replace(data.fleet, start=start)), planned_power(data, run, year), year
    )
    rows = [
        (*row, fleet, y)
        for fleet, y, curve in (
            ("standing", data.calendar.base_year, standing), ("planned", year, planned)
        )
        for row in curve.table.rows
    ]  # fmt: skip
    table = ResultTable("cost_curve", (*standing.table.columns, "fleet", "year"), rows)
    old, new = (curve.summary["components_cny_per_t"] for curve in (standing, planned))
    summary = {
        "scenario": data.scenario.name,
        "month": standing.summary["month"],
        "base_year": data.calendar.base_year,
        "year": year,
        "standing": standing.summary,
        "planned": planned.summary,
        "difference_by_component_cny_per_t": {name: new[name] - old[name] for name in COMPONENTS},
        "difference_by_cause_cny_per_t": causes(standing.table, planned.table),
    }  # fmt: skip
    return PlannedCurve(table, summary)


def year_of(data: ModelData, year: int | None) -> int:
    """Check a model year, or name the one nearest to eleven years after the base year.

    Raises
    ------
    UsageError
        If it is no model year.
    """
    years = data.calendar.years
    if year is None:
        return min(years, key=lambda y: (abs(y - data.calendar.base_year - AHEAD), y))
    if year not in years:
        known = ", ".join(map(str, years))
        raise UsageError(f"--year {year} is no model year of {data.scenario.name}: there are {known}.")
    return year


def planned_fleet(run: Run, year: int) -> dict[tuple[str, str], float]:
    """Capacity by site and cell state in a year of a run, Mt/a."""
    totals = run.tables["capacity"].totals("capacity_mt_per_a", "site", "cell", "year")
    return {(i, k): amount for (i, k, y), amount in totals.items() if y == year and amount > _NIL}


def planned_power(data: ModelData, run: Run, year: int) -> dict[str, SitePower]:
    """Power of each site as a plan draws it in a year, at the prices of the market."""
    drawn: dict[tuple[str, str, str], float] = defaultdict(float)
    for row in run.tables["electricity"].records():
        if row["year"] == year and row["electricity_twh"] > _NIL:
            drawn[row["site"], row["source"], row["slice"]] += row["electricity_twh"]
    return power_drawn(data, drawn)


def causes(standing: ResultTable, planned: ResultTable) -> dict[str, float]:
    """Split the change of mean full cost: what closes, what changes where capacity stays, what comes.

    Parameters
    ----------
    standing, planned : ResultTable
        Rows by site with `output_mt` and `full_cost_cny_per_t`.

    Returns
    -------
    dict of str to float
        CNY/t; they add to the whole change. ``closing``: the kept sites at their planned output and
        their standing cost, less the mean of all that stands. ``changing``: the same sites at their
        planned cost. ``coming``: with the sites where nothing stood.
    """
    old = {row["site"]: (row["output_mt"], row["full_cost_cny_per_t"]) for row in standing.records()}
    new = {row["site"]: (row["output_mt"], row["full_cost_cny_per_t"]) for row in planned.records()}
    kept = [i for i in new if i in old]
    first, last = _mean(old.values()), _mean(new.values())
    if not kept:
        return {"closing": 0.0, "changing": 0.0, "coming": last - first}
    before = _mean((new[i][0], old[i][1]) for i in kept)
    after = _mean(new[i] for i in kept)
    return {"closing": before - first, "changing": after - before, "coming": last - after}


def _mean(pairs: Any) -> float:  # noqa: ANN401
    listed = list(pairs)
    return float(sum(made * cost for made, cost in listed) / sum(made for made, _ in listed))


def regions(
    summary: Mapping[str, Any],
) -> list[tuple[str, Mapping[str, Any] | None, Mapping[str, Any] | None]]:
    """Pair the provinces of both curves, largest standing output first: name, standing, planned."""
    old = {row["province"]: row for row in summary["standing"]["provinces"]}
    new = {row["province"]: row for row in summary["planned"]["provinces"]}
    order = sorted({*old, *new}, key=lambda name: (-(old.get(name) or new[name])["output_mt"], name))
    return [(name, old.get(name), new.get(name)) for name in order]
