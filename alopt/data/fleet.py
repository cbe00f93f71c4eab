"""Sites and the fleet that stands on them, at the resolution a scenario asks for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from alopt.data.calendar import Calendar
from alopt.data.cells import Arc, Cell
from alopt.data.scenario import SCENARIO_FILE, Scenario
from alopt.data.tables import Row, Table
from alopt.errors import Problem

Tables = Mapping[str, Table]

#: Sums of capacities must agree to this many Mt/a.
_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Site:
    """A place where capacity stands or may stand; ``kind`` is existing or newcomer."""

    key: str
    name: str
    owner: str
    region: str
    kind: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Fleet:
    """Sites, the capacity on them at the base year, and where it can go.

    Attributes
    ----------
    sites : mapping of str to Site
    site_of : mapping of str to str
        Site of the model for each site of the tables (pooled ones share one).
    start : mapping of (site, cell) to float
        Capacity at the base year net of double counts, Mt/a.
    arriving, departing : mapping of (site, cell, year) to float
        Decided moves of capacity, Mt/a.
    quota_moves : mapping of (region, year) to float
        Quota that goes with them, net inflow, Mt/a.
    site_cells : mapping of (site, cell) to int
        States that can stand at a site, with the first year in which they can.
    new_build : tuple of (site, cell)
        Where new potlines may be built, in which state.
    site_arcs : tuple of (site, from_cell, to_cell)
    closures : mapping of (site, cell, year) to float
        Capacity of a standing state that must be gone by a model year, Mt/a.
    registered_quota : mapping of str to float
        Quota by region at the base year, Mt/a; empty where the inputs have none.
    quota_issues : mapping of (region, year) to float
        Quota issued afresh, Mt/a.
    """

    sites: Mapping[str, Site]
    site_of: Mapping[str, str]
    start: Mapping[tuple[str, str], float]
    arriving: Mapping[tuple[str, str, int], float]
    departing: Mapping[tuple[str, str, int], float]
    quota_moves: Mapping[tuple[str, int], float]
    site_cells: Mapping[tuple[str, str], int]
    new_build: tuple[tuple[str, str], ...]
    site_arcs: tuple[tuple[str, str, str], ...]
    closures: Mapping[tuple[str, str, int], float]
    registered_quota: Mapping[str, float]
    quota_issues: Mapping[tuple[str, int], float]

    def sites_in(self, region: str, kind: str | None = None) -> list[str]:
        """Return keys of a region's sites, of one kind if asked."""
        return [
            key
            for key, site in self.sites.items()
            if site.region == region and (kind is None or site.kind == kind)
        ]


def build_fleet(
    tables: Tables,
    scenario: Scenario,
    calendar: Calendar,
    cells: Mapping[str, Cell],
    arcs: Mapping[tuple[str, str], Arc],
) -> tuple[Fleet | None, list[Problem]]:
    """Make the fleet of a scenario; problems are missing fleets and totals that do not reconcile."""
    rows = [row for row in tables["fleet"] if row["fleet"] == scenario.fleet]
    problems = check_totals(tables, scenario.fleet)
    if not rows:
        known = sorted({row["fleet"] for row in tables["fleet"]})
        mend = f"Use one of {', '.join(known)}." if known else "Add its rows to tables/fleet.csv."
        problems.append(Problem(SCENARIO_FILE, None, "fleet", scenario.fleet, "no such fleet", mend))
    problems += _check_kinds(tables, scenario.fleet)
    if problems:
        return None, problems
    sites, site_of = model_sites(tables, scenario)
    start: dict[tuple[str, str], float] = defaultdict(float)
    for row in rows:
        net = row["capacity_mt_per_a"] - row["double_counted_mt_per_a"]
        if net > 0:
            start[site_of[row["site"]], row["cell"]] += net
    arriving, departing, quota_moves, found = _decided_moves(
        tables, scenario.fleet, calendar, sites, site_of, start
    )
    problems += found
    site_cells = _reachable(sites, start, arriving, cells, arcs, calendar)
    new_build = tuple(
        (i, k)
        for i, site in sites.items()
        if site.kind == "newcomer"
        for k, cell in cells.items()
        if cell.new_build and cell.earliest_year <= calendar.years[-1]
    )
    site_arcs = tuple(
        (i, j, k)
        for i in sites
        for (j, k), arc in arcs.items()
        if (i, j) in site_cells
        and (i, k) in site_cells
        and max(site_cells[i, j], arc.earliest_year) <= calendar.years[-1]
    )
    closures, found = _closures(tables, calendar, site_of, scenario.fleet)
    problems += found
    if problems:
        return None, problems
    return Fleet(
        sites=sites,
        site_of=site_of,
        start=dict(start),
        arriving=arriving,
        departing=departing,
        quota_moves=quota_moves,
        site_cells=site_cells,
        new_build=new_build,
        site_arcs=site_arcs,
        closures=closures,
        registered_quota={
            row["region"]: row["registered_mt_per_a"]
            for row in tables["quota"]
            if row["fleet"] == scenario.fleet
        },
        quota_issues=_issues(tables, calendar),
    ), []


def check_totals(tables: Tables, fleet: str) -> list[Problem]:
    """Check that smelters add to their province's total, and provinces to the nation's."""
    totals = {
        row["province"]: row["capacity_mt_per_a"] for row in tables["control_totals"] if row["fleet"] == fleet
    }
    if not totals:
        return []
    province = {row["region"]: row["province"] for row in tables["regions"]}
    region = {row["site"]: row["region"] for row in tables["sites"]}
    placed: dict[str, float] = defaultdict(float)
    problems = _without_province(tables["regions"])
    if problems:
        return problems
    for row in tables["fleet"]:
        if row["fleet"] == fleet:
            placed[province[region[row["site"]]]] += row["capacity_mt_per_a"]
    table = tables["control_totals"]
    for name in sorted({*placed, *totals} - {"national", "in_transit"}):
        stated, found = totals.get(name), placed.get(name, 0.0)
        if stated is None:
            rule = f"{name} has smelters of {found:.6g} Mt/a but no control total"
            problems.append(table.problem(None, "province", rule, "Add its row."))
        elif abs(stated - found) > _TOLERANCE:
            rule = f"the smelters of {name} add to {found:.6g} Mt/a, not {stated:.6g}"
            index = table.find(fleet=fleet, province=name)
            problems.append(
                table.problem(index, "capacity_mt_per_a", rule, "Mend tables/fleet.csv or the total.")
            )
    national = totals.get("national")
    parts = sum(value for name, value in totals.items() if name != "national")
    if national is None:
        problems.append(table.problem(None, "province", "the row `national` is missing", "Add it."))
    elif abs(national - parts) > _TOLERANCE:
        rule = f"the provinces and quota in transit add to {parts:.6g} Mt/a, not {national:.6g}"
        index = table.find(fleet=fleet, province="national")
        problems.append(table.problem(index, "capacity_mt_per_a", rule, "Mend a provincial total."))
    return problems


def _without_province(table: Table) -> list[Problem]:
    return [
        table.problem(
            index, "province", "control totals need the region's province", "Give it, or remove the totals."
        )
        for index, row in enumerate(table.rows)
        if row["province"] is None
    ]


def _check_kinds(tables: Tables, fleet: str) -> list[Problem]:
    kind = {row["site"]: row["kind"] for row in tables["sites"]}
    problems = []
    table = tables["fleet"]
    for index, row in enumerate(table.rows):
        if row["fleet"] == fleet and kind[row["site"]] != "existing":
            mend = "Give standing capacity an existing site."
            problems.append(table.problem(index, "site", "is a newcomer's site", mend))
        if row["double_counted_mt_per_a"] > row["capacity_mt_per_a"] + _TOLERANCE:
            rule = f"is more than the capacity of {row['capacity_mt_per_a']:.6g}"
            problems.append(table.problem(index, "double_counted_mt_per_a", rule, "Lower it."))
    return problems


def model_sites(tables: Tables, scenario: Scenario) -> tuple[dict[str, Site], dict[str, str]]:
    """Return sites of the model, and the one that stands for each site of the tables."""
    resolution = scenario.resolution
    used = {row["site"] for row in tables["fleet"] if row["fleet"] == scenario.fleet}
    used |= {row["to_site"] for _, row in moves_of(tables, scenario.fleet)}
    regions = {row["region"]: row for row in tables["regions"]}
    sites: dict[str, Site] = {}
    site_of: dict[str, str] = {}
    for row in tables["sites"]:
        region, existing = regions[row["region"]], row["kind"] == "existing"
        if existing and row["site"] not in used:
            continue
        if existing and resolution == "province":
            key = row["region"]
            pooled = Site(
                key,
                region["name"],
                "all",
                key,
                "existing",
                region["latitude_deg"],
                region["longitude_deg"],
            )
            sites[key] = pooled
        else:
            key = row["site"]
            sites[key] = Site(
                key,
                row["name"],
                row["owner"],
                row["region"],
                row["kind"],
                row["latitude_deg"],
                row["longitude_deg"],
            )
        site_of[row["site"]] = key
    return dict(sorted(sites.items())), site_of


def moves_of(tables: Tables, fleet: str) -> list[tuple[int, Row]]:
    """Return the decided moves of a fleet with their places in the table; a row without a fleet is of all."""
    return [
        (index, row) for index, row in enumerate(tables["moves"].rows) if row.get("fleet") in {None, fleet}
    ]


def _decided_moves(
    tables: Tables,
    fleet: str,
    calendar: Calendar,
    sites: Mapping[str, Site],
    site_of: Mapping[str, str],
    start: Mapping[tuple[str, str], float],
) -> tuple[
    dict[tuple[str, str, int], float],
    dict[tuple[str, str, int], float],
    dict[tuple[str, int], float],
    list[Problem],
]:
    arriving: dict[tuple[str, str, int], float] = defaultdict(float)
    departing: dict[tuple[str, str, int], float] = defaultdict(float)
    quota: dict[tuple[str, int], float] = defaultdict(float)
    problems = []
    left = dict(start)
    for index, row in moves_of(tables, fleet):
        year = next((y for y in calendar.years if y >= row["year"]), None)
        if row["year"] <= calendar.base_year or year is None:
            continue
        amount = row["capacity_mt_per_a"]
        origin = (site_of.get(row["from_site"], ""), row["from_cell"])
        if left.get(origin, 0.0) < amount - _TOLERANCE:
            rule = f"only {left.get(origin, 0.0):.6g} Mt/a of {row['from_cell']} stands at {row['from_site']}"
            problems.append(
                tables["moves"].problem(index, "capacity_mt_per_a", rule, "Move less, or name another state.")
            )
            continue
        target = site_of[row["to_site"]]
        left[origin] -= amount
        departing[(*origin, year)] += amount
        arriving[target, row["to_cell"], year] += amount
        quota[sites[origin[0]].region, year] -= amount
        quota[sites[target].region, year] += amount
    return dict(arriving), dict(departing), {k: v for k, v in quota.items() if abs(v) > 0}, problems


def _reachable(
    sites: Mapping[str, Site],
    start: Mapping[tuple[str, str], float],
    arriving: Mapping[tuple[str, str, int], float],
    cells: Mapping[str, Cell],
    arcs: Mapping[tuple[str, str], Arc],
    calendar: Calendar,
) -> dict[tuple[str, str], int]:
    """First model year in which each state can stand at each site (the base year's stand in the first)."""
    never = calendar.end

    def model_year(earliest: int) -> int:
        return next((y for y in calendar.years if y >= earliest), never)

    first = dict.fromkeys(start, calendar.years[0])
    for i, k, y in arriving:
        first[i, k] = min(y, first.get((i, k), never))
    for i, site in sites.items():
        if site.kind == "newcomer":
            first |= {(i, k): model_year(cell.earliest_year) for k, cell in cells.items() if cell.new_build}
    frontier = list(first)
    while frontier:
        i, j = frontier.pop()
        newcomer = sites[i].kind == "newcomer"
        for k, arc in ((k, arc) for (a, k), arc in arcs.items() if a == j):
            year = model_year(max(first[i, j], arc.earliest_year, cells[k].earliest_year))
            if not (newcomer and arc.kind == "rebuild") and year < first.get((i, k), never):
                first[i, k] = year
                frontier.append((i, k))
    return {key: year for key, year in sorted(first.items()) if year < never}


def _closures(
    tables: Tables, calendar: Calendar, site_of: Mapping[str, str], fleet: str
) -> tuple[dict[tuple[str, str, int], float], list[Problem]]:
    """Capacity that decrees close by each model year, net of what has left by a decided move."""
    standing = {
        (row["site"], row["cell"]): row["capacity_mt_per_a"] - row["double_counted_mt_per_a"]
        for row in tables["fleet"]
        if row["fleet"] == fleet
    }
    closures: dict[tuple[str, str, int], float] = defaultdict(float)
    problems = []
    for index, row in enumerate(tables["closures"].rows):
        plant = (row["site"], row["cell"])
        if plant not in standing:
            rule = "no such capacity stands there"
            problems.append(tables["closures"].problem(index, "cell", rule, "Name a state of the fleet."))
            continue
        for year in (y for y in calendar.years if y >= row["year"]):
            left = sum(
                move["capacity_mt_per_a"]
                for _, move in moves_of(tables, fleet)
                if (move["from_site"], move["from_cell"]) == plant
                and calendar.base_year < move["year"] <= year
            )
            closures[site_of[row["site"]], row["cell"], year] += max(0.0, standing[plant] - left)
    return dict(closures), problems


def _issues(tables: Tables, calendar: Calendar) -> dict[tuple[str, int], float]:
    issues: dict[tuple[str, int], float] = defaultdict(float)
    for row in tables["quota_issues"]:
        year = next((y for y in calendar.years if y >= row["year"]), None)
        if year is not None and row["issued_mt_per_a"] > 0:
            issues[row["region"], year] += row["issued_mt_per_a"]
    return dict(issues)
