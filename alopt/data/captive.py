"""Captive coal: what stands in each year, and its cost built up part by part."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from alopt.data.calendar import Calendar
from alopt.data.fleet import Fleet
from alopt.data.tables import Table, pivot
from alopt.data.units import CAPTIVE, SHARED_CAPTIVE, gw_to_twh, net
from alopt.errors import Problem

Tables = Mapping[str, Table]

#: kgce that one kg of 5,500 kcal coal holds.
KGCE_PER_KG = 5500.0 / 7000.0

_QUANTITIES = (
    "coal_price_cny_per_t",
    "heat_rate_kgce_per_kwh",
    "operation_cny_per_kwh",
    "levies_cny_per_kwh",
    "reserve_fee_cny_per_kwh",
    "hours_per_a",
    "emission_factor_t_per_mwh",
)


@dataclass(frozen=True)
class Pool:
    """A supply whose volume several sites may share.

    ``members`` are (site, source); ``volume`` is TWh by (year, slice); ``capacity`` is GW by
    year where the pool is a power station, else empty.
    """

    key: str
    region: str
    source: str
    members: tuple[tuple[str, str], ...]
    volume: Mapping[tuple[int, str], float]
    capacity: Mapping[int, float]


@dataclass(frozen=True)
class CaptiveCost:
    """Captive power of a region: parts of its cost in CNY/MWh without VAT, hours, t CO2/MWh."""

    parts: Mapping[str, float]
    hours: float
    emission_factor: float

    @property
    def price(self) -> float:
        """All-in cost in CNY/MWh without VAT."""
        return sum(self.parts.values())


def build_captive(
    tables: Tables,
    calendar: Calendar,
    fleet: Fleet,
    parameters: Mapping[str, float],
    vat: Mapping[str, float],
) -> tuple[dict[str, Pool], dict[str, CaptiveCost], list[Problem]]:
    """Make the captive stations of the fleet's sites.

    A unit stands from its start year for its life; a unit whose site is blank serves all
    existing smelters of its region.

    Returns
    -------
    pools : dict of str to Pool
    costs : dict of region to CaptiveCost
    problems : list of Problem
    """
    standing = _standing(tables["captive_units"], calendar, fleet, parameters)
    problems = _misplaced(tables)
    costs, found = captive_costs(tables, {region for region, _, _ in standing}, vat)
    problems += found
    if problems:
        return {}, {}, problems
    pools = {}
    for (region, owner, source), capacity in sorted(standing.items()):
        members: tuple[tuple[str, str], ...] = ((owner, source),)
        if source == SHARED_CAPTIVE:
            members = tuple((i, source) for i in fleet.sites_in(region, "existing"))
        if members:
            hours = costs[region].hours
            volume = {
                (y, h): gw_to_twh(capacity[y], hours * calendar.share[h])
                for y in calendar.years
                for h in calendar.slices
            }
            key = f"{owner}|{source}"
            pools[key] = Pool(key, region, source, members, volume, capacity)
    return pools, costs, []


def _misplaced(tables: Tables) -> list[Problem]:
    """Units that stand in another region than the smelter they serve."""
    units, region_of = tables["captive_units"], {row["site"]: row["region"] for row in tables["sites"]}
    mend = "Give it the smelter's region, or leave the site blank."
    return [
        units.problem(index, "region", f"the smelter {row['site']} stands in {region_of[row['site']]}", mend)
        for index, row in enumerate(units.rows)
        if row["site"] is not None and region_of[row["site"]] != row["region"]
    ]


def captive_stations(units: Table, fleet: Fleet) -> dict[tuple[str, str, str], list[tuple[int, float]]]:
    """Start year and GW of each unit by (region, site or region, source) of its station.

    Units of smelters that are gone are left out.
    """
    stations: dict[tuple[str, str, str], list[tuple[int, float]]] = defaultdict(list)
    for row in units:
        region = row["region"]
        site = fleet.site_of.get(row["site"] or "")
        if not row["in_use"] or (site is None and row["site"] is not None):
            continue
        if site is None and region in fleet.sites:
            site = region
        key = (region, region, SHARED_CAPTIVE) if site is None else (region, site, CAPTIVE)
        stations[key].append((row["start_year"], row["capacity_gw"]))
    return dict(stations)


def _standing(
    units: Table, calendar: Calendar, fleet: Fleet, parameters: Mapping[str, float]
) -> dict[tuple[str, str, str], dict[int, float]]:
    """GW by station and year, where any unit stands in a model year."""
    stations = captive_stations(units, fleet)
    if not stations:
        return {}
    life, standing = parameters["captive_life_a"], {}
    for key, station in stations.items():
        found = {
            y: [capacity for start, capacity in station if start <= y < start + life] for y in calendar.years
        }
        if any(found.values()):
            standing[key] = {y: sum(parts, 0.0) for y, parts in found.items()}
    return standing


def captive_costs(
    tables: Tables, regions: set[str], vat: Mapping[str, float]
) -> tuple[dict[str, CaptiveCost], list[Problem]]:
    """Build up the cost of captive power from coal, operation, levies and the back-up fee."""
    values = pivot(tables["captive_costs"], "region")
    rows = {(row["region"], row["quantity"]): row for row in tables["captive_costs"]}
    costs, problems = {}, []
    for region in sorted(regions):
        found = values.get(region, {})
        missing = [quantity for quantity in _QUANTITIES if quantity not in found]
        if missing:
            rule = f"captive power of this region lacks {', '.join(missing)}"
            problems.append(
                Problem("tables/captive_costs.csv", None, "region", region, rule, "Add the rows.")
            )
            continue

        price = net(rows[region, "coal_price_cny_per_t"], "value", vat, "coal")
        parts = {"coal": price * found["heat_rate_kgce_per_kwh"] / KGCE_PER_KG}
        for part in ("operation", "levies", "reserve_fee"):
            parts[part] = net(rows[region, f"{part}_cny_per_kwh"], "value", vat, "power") * 1000.0
        costs[region] = CaptiveCost(parts, found["hours_per_a"], found["emission_factor_t_per_mwh"])
    return costs, problems
