"""Alumina and bauxite: refineries, ports, ore, and the freight between them and the smelters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from alopt.data.fleet import Fleet
from alopt.data.geography import Rates, great_circle_km
from alopt.data.tables import Table, pivot
from alopt.data.units import net
from alopt.errors import Problem

Tables = Mapping[str, Table]

_REFINERY = (
    "capacity_mt_per_a",
    "conversion_cost_cny_per_t",
    "fuel_emission_t_per_t",
    "electricity_mwh_per_t",
    "red_mud_t_per_t",
)
_PORT = ("capacity_mt_per_a", "landed_price_cny_per_t", "upstream_emission_t_per_t")
_ORIGIN = ("price_cny_per_t", "volume_mt_per_a", "emission_t_per_t")


@dataclass(frozen=True)
class Refinery:
    """A refinery, or a port that lands alumina; ``cost`` is CNY/t without VAT, ore apart.

    ``fuel``, ``electricity`` and ``red_mud`` are t CO2, MWh and t per tonne of a refinery;
    ``upstream`` is t CO2 per tonne of imported alumina.
    """

    key: str
    region: str
    kind: str
    capacity: float
    cost: float
    fuel: float
    electricity: float
    red_mud: float
    upstream: float


@dataclass(frozen=True)
class Materials:
    """Alumina and ore that can reach the smelters.

    Attributes
    ----------
    point_of : mapping of str to str
        Delivery point of each site: at province resolution a region's sites share one.
    refineries : mapping of str to Refinery
    alumina_freight, alumina_freight_emission : mapping of (refinery, point) to float
        CNY/t without VAT, t CO2/t.
    conveyed_limit : mapping of (refinery, point) to float
        Alumina that a co-located refinery supplies without freight, Mt/a.
    ore_cost, ore_emission : mapping of (origin, refinery) to float
        Price and freight in CNY/t without VAT; upstream and freight emissions in t CO2/t.
    ore_yield : mapping of (origin, refinery) to float
        t bauxite per t alumina.
    ore_volume : mapping of str to float
        Mt/a by origin.
    ore_share : mapping of str to float
        Largest share of all ore, for origins that have such a limit.
    domestic : frozenset of str
        Origins in the country.
    """

    point_of: Mapping[str, str]
    refineries: Mapping[str, Refinery]
    alumina_freight: Mapping[tuple[str, str], float]
    alumina_freight_emission: Mapping[tuple[str, str], float]
    conveyed_limit: Mapping[tuple[str, str], float]
    ore_cost: Mapping[tuple[str, str], float]
    ore_price: Mapping[str, float]
    ore_emission: Mapping[tuple[str, str], float]
    ore_yield: Mapping[tuple[str, str], float]
    ore_volume: Mapping[str, float]
    ore_share: Mapping[str, float]
    domestic: frozenset[str]


def build_materials(
    tables: Tables,
    fleet: Fleet,
    resolution: str,
    freight: Rates,
    vat: Mapping[str, float],
    alumina_t_per_t: float,
) -> tuple[Materials | None, list[Problem]]:
    """Make the alumina supply; problems are missing quantities and refineries without ore."""
    refineries, problems = _refineries(tables, vat)
    if alumina_t_per_t > 0 and not len(tables["refineries"]):
        rule = f"smelters take {alumina_t_per_t:g} t of alumina per t of metal, and nothing supplies it"
        mend = "Add a refinery or a port that lands alumina, or set alumina_t_per_t to 0."
        problems.append(tables["refineries"].problem(None, None, rule, mend))
    regions = {row["region"]: (row["latitude_deg"], row["longitude_deg"]) for row in tables["regions"]}
    if resolution == "province":
        point_of = {i: site.region for i, site in fleet.sites.items()}
        places = {point: regions[point] for point in sorted(set(point_of.values()))}
    else:
        point_of = {i: i for i in fleet.sites}
        places = {i: (site.latitude, site.longitude) for i, site in fleet.sites.items()}
    coordinates = {r["refinery"]: (r["latitude_deg"], r["longitude_deg"]) for r in tables["refineries"]}
    conveyed: dict[tuple[str, str], float] = defaultdict(float)
    for row in tables["co_located"]:
        site = fleet.site_of.get(row["site"])
        if site is not None:
            conveyed[row["refinery"], point_of[site]] += row["volume_mt_per_a"]
    ore, found = _ore(tables, coordinates, freight, vat)
    problems += found
    fed = {a for _, a in ore["yield"]}
    problems += [
        Problem("tables/ore_yields.csv", None, "refinery", a, "the refinery has no ore", "Add a row for it.")
        for a, refinery in refineries.items()
        if refinery.kind == "refinery" and a not in fed
    ]
    if problems:
        return None, problems
    pairs = [(a, p) for a in refineries for p in places]
    values = pivot(tables["bauxite_values"], "origin")
    return Materials(
        point_of=point_of,
        refineries=refineries,
        alumina_freight={(a, p): freight.cost("alumina", coordinates[a], places[p]) for a, p in pairs},
        alumina_freight_emission={
            (a, p): freight.emissions("alumina", coordinates[a], places[p]) for a, p in pairs
        },
        conveyed_limit=dict(conveyed),
        ore_cost=ore["cost"],
        ore_price=ore["price"],
        ore_emission=ore["emission"],
        ore_yield=ore["yield"],
        ore_volume={b: value["volume_mt_per_a"] for b, value in values.items()},
        ore_share={b: value["share_limit"] for b, value in values.items() if "share_limit" in value},
        domestic=frozenset(row["origin"] for row in tables["bauxite"] if row["kind"] == "domestic"),
    ), []


def _refineries(tables: Tables, vat: Mapping[str, float]) -> tuple[dict[str, Refinery], list[Problem]]:
    values = pivot(tables["refinery_values"], "refinery")
    price = {
        (r["refinery"], r["quantity"]): net(r, "value", vat, "alumina") for r in tables["refinery_values"]
    }
    table = tables["refineries"]
    refineries, problems = {}, []
    for index, row in enumerate(table.rows):
        a, kind = row["refinery"], row["kind"]
        found = values.get(a, {})
        needed = _REFINERY if kind == "refinery" else _PORT
        missing = [q for q in needed if q not in found]
        if missing:
            mend = "Add the rows to tables/refinery_values.csv."
            problems.append(table.problem(index, "refinery", f"lacks {', '.join(missing)}", mend))
            continue
        refineries[a] = Refinery(
            key=a,
            region=row["region"],
            kind=kind,
            capacity=found["capacity_mt_per_a"],
            cost=price[a, needed[1]],
            fuel=found.get("fuel_emission_t_per_t", 0.0),
            electricity=found.get("electricity_mwh_per_t", 0.0),
            red_mud=found.get("red_mud_t_per_t", 0.0),
            upstream=found.get("upstream_emission_t_per_t", 0.0),
        )
    return refineries, problems


def _ore(
    tables: Tables,
    coordinates: Mapping[str, tuple[float, float]],
    freight: Rates,
    vat: Mapping[str, float],
) -> tuple[dict[str, Any], list[Problem]]:
    origins = {row["origin"]: row for row in tables["bauxite"]}
    values = pivot(tables["bauxite_values"], "origin")
    ports = [(row["latitude_deg"], row["longitude_deg"]) for row in tables["ports"]]
    problems = []
    table = tables["bauxite"]
    for index, row in enumerate(table.rows):
        missing = [q for q in _ORIGIN if q not in values.get(row["origin"], {})]
        if missing:
            mend = "Add the rows to tables/bauxite_values.csv."
            problems.append(table.problem(index, "origin", f"lacks {', '.join(missing)}", mend))
        if row["kind"] == "domestic" and (row["latitude_deg"] is None or row["longitude_deg"] is None):
            problems.append(
                table.problem(index, "latitude_deg", "a domestic origin needs its place", "Give coordinates.")
            )
    if any(row["kind"] == "import" for row in origins.values()) and not ports:
        rule, mend = "imported ore has no port", "Add a port to tables/ports.csv."
        problems.append(tables["ports"].problem(None, None, rule, mend))
    result: dict[str, Any] = {"cost": {}, "emission": {}, "yield": {}, "price": {}}
    if problems:
        return result, problems
    price = {
        row["origin"]: net(row, "value", vat, "alumina")
        for row in tables["bauxite_values"]
        if row["quantity"] == "price_cny_per_t"
    }
    result["price"] = price
    for row in tables["ore_yields"]:
        b, a = row["origin"], row["refinery"]
        origin = origins[b]
        places = (
            [(origin["latitude_deg"], origin["longitude_deg"])] if origin["kind"] == "domestic" else ports
        )
        nearest = min(places, key=partial(great_circle_km, coordinates[a]))
        result["cost"][b, a] = price[b] + freight.cost("ore", nearest, coordinates[a])
        result["emission"][b, a] = values[b]["emission_t_per_t"] + freight.emissions(
            "ore", nearest, coordinates[a]
        )
        result["yield"][b, a] = row["bauxite_t_per_t"]
    return result, problems
