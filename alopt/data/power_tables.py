"""Grid factors, prices and volumes of power sources, read from their tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from alopt.data.calendar import DAYS, Calendar, interpolate, parse_months
from alopt.data.fleet import Fleet
from alopt.data.scenario import SCENARIO_FILE
from alopt.data.tables import Row, Table
from alopt.data.units import net
from alopt.errors import Problem

Tables = Mapping[str, Table]


def grid_factors(
    tables: Tables, path: str | None, calendar: Calendar, fleet: Fleet
) -> tuple[dict[tuple[str, int], float], list[Problem]]:
    """Emission factor of each grid that is drawn on, by model year, carried forward along a path."""
    measured: dict[str, dict[int, float]] = defaultdict(dict)
    for row in tables["grid_factors"]:
        measured[row["region"]][row["year"]] = row["emission_factor_t_per_mwh"]
    needed = _grids_drawn_on(tables, fleet)
    problems = [
        Problem(
            "tables/grid_factors.csv", None, "region", region, "the region's grid has no emission factor",
            "Add a row for it.",
        )
        for region in sorted(needed - set(measured))
    ]  # fmt: skip
    points = {region: measured[region] for region in sorted(needed & set(measured))}
    ends = {max(by_year) for by_year in points.values() if max(by_year) < calendar.years[-1]}
    multipliers, found = _path(tables["grid_paths"], path, sorted(ends))
    problems += found
    if problems:
        return {}, problems
    result = {}
    for region, by_year in points.items():
        last = max(by_year)
        for year in calendar.years:
            if year <= last:
                result[region, year] = interpolate(by_year, year)
            else:
                ratio = interpolate(multipliers, year) / interpolate(multipliers, last)
                result[region, year] = by_year[last] * ratio
    return result, []


def _grids_drawn_on(tables: Tables, fleet: Fleet) -> set[str]:
    """Regions where a smelter or a refinery takes power from the grid."""
    smelting = {site.region for site in fleet.sites.values()}
    drawn = {row["region"] for row in tables["power_sources"] if row["factor"] == "grid"} & smelting
    return drawn | {row["region"] for row in tables["refineries"] if row["kind"] == "refinery"}


def _path(table: Table, path: str | None, ends: list[int]) -> tuple[dict[int, float], list[Problem]]:
    """Multipliers by year along which factors are carried forward from the years they end in."""
    if not ends and path is None:
        return {}, []
    multipliers = {row["year"]: row["multiplier"] for row in table if row["path"] == path}
    if not multipliers:
        known = sorted({row["path"] for row in table})
        mend = (
            f"Use one of {', '.join(known)}." if known else "Add factors to the last model year, or a path."
        )
        rule = "no such path"
        if path is None:
            rule = f"a grid's factors end in {ends[0]}, and no path carries them forward"
        return {}, [Problem(SCENARIO_FILE, None, "grid_path", path, rule, mend)]
    problems = [
        table.problem(
            table.find(path=path, year=max((y for y in multipliers if y <= last), default=min(multipliers))),
            "multiplier",
            f"the path is nil in {last}, from which a grid's factor is carried forward",
            "Give a multiplier above zero.",
        )
        for last in ends
        if interpolate(multipliers, last) <= 0
    ]
    return multipliers, problems


def _by_source(rows: list[tuple[int, Row]]) -> dict[tuple[str, str, str], list[tuple[int, Row]]]:
    grouped: dict[tuple[str, str, str], list[tuple[int, Row]]] = defaultdict(list)
    for index, row in rows:
        grouped[row["region"], row["source_name"], row["site_kind"]].append((index, row))
    return grouped


def _covers_year(table: Table, rows: list[tuple[int, Row]]) -> list[Problem]:
    """A source's rows must cover each month exactly once."""
    problems = []
    seen: list[int] = []
    for index, row in rows:
        months = parse_months(row["months"])
        if months is None:
            problems.append(
                table.problem(index, "months", "is no list of months 1 to 12", "Write months as 5;6;7.")
            )
        seen += months or ()
    if not problems and sorted(seen) != list(range(1, 13)):
        rule = "the source's rows do not cover each month once"
        problems.append(table.problem(rows[0][0], "months", rule, "Let the rows share out months 1 to 12."))
    return problems


def source_prices(
    tables: Tables, calendar: Calendar, vat: Mapping[str, float]
) -> tuple[dict[tuple[str, str, str, str], float], list[Problem]]:
    """Price of each source by slice, CNY/MWh without VAT: the mean of its months by days."""
    table = tables["power_prices"]
    grouped = _by_source(list(enumerate(table.rows)))
    problems = []
    prices: dict[tuple[str, str, str, str], float] = {}
    for index, source in enumerate(tables["power_sources"].rows):
        key = (source["region"], source["source_name"], source["site_kind"])
        rows = grouped.pop(key, [])
        if not rows:
            mend = "Add its rows to tables/power_prices.csv."
            problems.append(
                tables["power_sources"].problem(index, "source_name", "the source has no price", mend)
            )
            continue
        found = _covers_year(table, rows)
        problems += found
        if found:
            continue
        by_month = {
            month: net(row, "price_cny_per_mwh", vat, "power")
            for _, row in rows
            for month in parse_months(row["months"]) or ()
        }
        for h in calendar.slices:
            days = sum(DAYS[m] for m in calendar.months[h])
            prices[(*key, h)] = sum(by_month[m] * DAYS[m] for m in calendar.months[h]) / days
    for rows in grouped.values():
        rule, mend = "the source is not in tables/power_sources.csv", "Add it there, or remove the row."
        problems.append(table.problem(rows[0][0], "source_name", rule, mend))
    return prices, problems


def source_volumes(
    tables: Tables, calendar: Calendar
) -> tuple[dict[tuple[str, str, str], dict[tuple[int, str], float]], list[Problem]]:
    """Volume of each limited source by year and slice, TWh: months spread over slices by days."""
    table = tables["power_volumes"]
    grouped = _by_source(list(enumerate(table.rows)))
    problems = []
    volumes: dict[tuple[str, str, str], dict[tuple[int, str], float]] = {}
    days_of_slices: dict[int, float] = defaultdict(float)
    for h in calendar.slices:
        days = sum(DAYS[m] for m in calendar.months[h])
        for m in calendar.months[h]:
            days_of_slices[m] += calendar.share[h] * 365.0 * DAYS[m] / days
    for index, source in enumerate(tables["power_sources"].rows):
        key = (source["region"], source["source_name"], source["site_kind"])
        rows = grouped.pop(key, [])
        if not source["limited"]:
            if rows:
                rule = "the source is unlimited, but has volumes"
                problems.append(
                    table.problem(rows[0][0], "volume_twh", rule, "Set limited to true, or remove them.")
                )
            continue
        if not rows:
            mend = "Add its rows to tables/power_volumes.csv, or set limited to false."
            problems.append(
                tables["power_sources"].problem(index, "limited", "the source has no volume", mend)
            )
            continue
        by_months: dict[str, dict[int, float]] = defaultdict(dict)
        for _, row in rows:
            by_months[row["months"]][row["year"]] = row["volume_twh"]
        first = [next(pair for pair in rows if pair[1]["months"] == text) for text in by_months]
        found = _covers_year(table, first)
        problems += found
        if not found:
            volumes[key] = _spread(by_months, calendar, days_of_slices)
    for rows in grouped.values():
        rule, mend = "the source is not in tables/power_sources.csv", "Add it there, or remove the row."
        problems.append(table.problem(rows[0][0], "source_name", rule, mend))
    return volumes, problems


def _spread(
    by_months: Mapping[str, Mapping[int, float]], calendar: Calendar, days_of_slices: Mapping[int, float]
) -> dict[tuple[int, str], float]:
    """Spread volumes of groups of months over slices by days."""
    volume: dict[tuple[int, str], float] = defaultdict(float)
    for text, points in by_months.items():
        months = parse_months(text) or ()
        total_days = sum(DAYS[m] for m in months)
        for y in calendar.years:
            amount = interpolate(points, y)
            for h in calendar.slices:
                days = sum(DAYS[m] for m in calendar.months[h])
                part = sum(
                    DAYS[m] * (calendar.share[h] * 365.0 * DAYS[m] / days) / days_of_slices[m]
                    for m in calendar.months[h]
                    if m in months
                )
                volume[y, h] += amount * part / total_days
    return dict(volume)
