"""Small worlds: the minimal inputs with rows changed and added, written to a folder and solved.

``World()`` is `inputs/minimal` as shipped, with the values that only other worlds have a use for
(a year in one slice, tax rates, lives, market prices) at hand. ``plain_world()`` is the same two smelters
where only power costs money, 13 MWh a tonne, so that a cost can be worked out in one's head::

    world = plain_world()
    world.power("south", 450)                       # 13 x 450 = 5,850 CNY/t
    world.step("import_steps", "parity", 6000, 1)   # 1 Mt/a of imports at 6,000 CNY/t
    solution = world.solve(tmp_path)
    assert price(solution, "ingot_market", "south_ingot", 2025) == near(5850)

Values carry the source `example`, the basis `assumed` and a range of one point unless given.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

import alopt
from alopt.data import default_inputs
from alopt.electrolysis import ENERGY_PER_VOLT

ALL_YEAR = "1;2;3;4;5;6;7;8;9;10;11;12"
WET, DRY = "5;6;7;8;9;10", "11;12;1;2;3;4"

#: Power of a plain pot, MWh/t: a power price of 300 CNY/MWh is 3,900 CNY a tonne.
MWH_PER_T = 13.0

#: Single values that the minimal inputs leave out, because nothing in them uses them.
SINGLE_VALUES = {
    "retrofit_works_cny_per_t_a": 30, "quota_transfer_cost_cny_per_t_a": 10, "new_build_life_a": 20,
    "cell_life_a": 6, "captive_life_a": 40, "spent_potlining_kg_per_t": 35, "remelting_cost_cny_per_t": 100,
    "primary_import_emission_t_per_t": 10, "national_build_rate_mt_per_a": 1,
    "regional_build_rate_mt_per_a": 1, "depreciation_cny_per_t": 500, "interest_and_taxes_cny_per_t": 400,
}  # fmt: skip

VAT = {
    "power": 0.13, "alumina": 0.13, "carbon_materials": 0.13, "fluoride": 0.13, "freight": 0.09,
    "coal": 0.13, "metal": 0.13, "none": 0,
}  # fmt: skip

ORE_FREIGHT = {"handling_cny_per_t": 40, "rate_cny_per_t_km": 0.1, "emission_kg_per_t_km": 0.02}

Row = dict[str, str]


#: Market prices of a month that the full cost of a test may use.
EXAMPLE_PRICES = {
    "month": "example",
    "vat": "excluded",
    "alumina_cny_per_t": 2500,
    "anode_cny_per_t": 4000,
    "provenance": {
        key: {"source": "example", "basis": "assumed", "low": value, "high": value}
        for key, value in (("alumina_cny_per_t", 2500), ("anode_cny_per_t", 4000))
    },
}


class World:
    """Tables and scenario of the minimal inputs, and what else may be called for, to be changed."""

    def __init__(self) -> None:
        shipped = default_inputs()
        self.dictionary = shipped / "datapackage.json"
        self.sources = shipped / "minimal" / "sources.csv"
        resources = json.loads(self.dictionary.read_text(encoding="utf-8"))["resources"]
        self.columns = {r["name"]: [f["name"] for f in r["schema"]["fields"]] for r in resources}
        self.tables: dict[str, list[Row]] = {}
        for path in sorted((shipped / "minimal" / "tables").glob("*.csv")):
            with path.open(encoding="utf-8", newline="") as file:
                self.tables[path.stem] = list(csv.DictReader(file))
        baseline = shipped / "minimal" / "scenarios" / "baseline.yaml"
        self.keys: dict[str, Any] = yaml.safe_load(baseline.read_text(encoding="utf-8"))
        self._what_other_worlds_use()

    def _what_other_worlds_use(self) -> None:
        for row in self.tables["regions"]:
            row["province"] = row["name"]
        for row in self.tables["grid_factors"]:
            row["year"] = "2024"
        for component, rate in VAT.items():
            self.add("vat_rates", component=component, rate=rate)
        self.parameters(**SINGLE_VALUES)
        self.quantities("freight", "material", "ore", ORE_FREIGHT)
        self.add("slices", slice_set="one", slice="year", season="year", months=ALL_YEAR, share=1)
        self.add("grid_paths", path="frozen", year=2024, multiplier=1)
        self.prices = {"example": EXAMPLE_PRICES}
        self.scenario(slices="one", grid_path="frozen", market_prices="example")

    # Any table

    def add(self, table: str, **cells: Any) -> None:
        """Add a row; its source, basis, range and VAT are filled in where they are not given."""
        columns = self.columns[table]
        unknown = set(cells) - set(columns)
        assert not unknown, f"{table} has no column {', '.join(sorted(unknown))}"
        given = {"source": "example", "basis": "assumed", "vat": "excluded", **cells}
        row = {column: _text(given.get(column, "")) for column in columns}
        if "low" in columns:
            value = row[columns[columns.index("low") - 1]]
            row |= {bound: row[bound] or value for bound in ("low", "high")}
        self.tables.setdefault(table, []).append(row)

    def remove(self, table: str, **where: Any) -> None:
        """Remove the rows with these cells (all rows if none are named)."""
        rows = self.tables.get(table, [])
        self.tables[table] = [row for row in rows if any(row[c] != _text(v) for c, v in where.items())]

    def put(self, table: str, *keys: str, **cells: Any) -> None:
        """Add a row in place of the one that has the same cells in the key columns."""
        self.remove(table, **{key: cells[key] for key in keys})
        self.add(table, **cells)

    def quantities(self, table: str, key: str, name: str, values: Mapping[str, float]) -> None:
        """Set quantities of one key of a long table."""
        for quantity, value in values.items():
            self.put(table, key, "quantity", **{key: name, "quantity": quantity, "value": value})

    # Scenario and single values

    def scenario(self, **keys: Any) -> None:
        """Set keys of the scenario."""
        self.keys |= keys

    def parameters(self, **values: float) -> None:
        """Set single values of tables/parameters.csv."""
        for name, value in values.items():
            self.put("parameters", "parameter", parameter=name, value=value)

    def freight(self, material: str, *, handling: float = 0.0, rate: float = 0.0) -> None:
        """Set freight of a material: CNY/t wherever it moves, and CNY/t·km."""
        for quantity, value in (("handling_cny_per_t", handling), ("rate_cny_per_t_km", rate)):
            self.put(
                "freight", "material", "quantity", material=material, quantity=quantity, value=value,
                vat="excluded",
            )  # fmt: skip

    # Places

    def region(
        self,
        key: str,
        latitude: float = 0.0,
        longitude: float = 0.0,
        *,
        port: bool = False,
        grid: float = 0.0,
    ) -> None:
        """Add a region; ``grid`` is its emission factor in t CO2/MWh."""
        self.put(
            "regions", "region", region=key, name=key, province=key, latitude_deg=latitude,
            longitude_deg=longitude, port=port,
        )  # fmt: skip
        self.put("grid_factors", "region", region=key, year=2024, emission_factor_t_per_mwh=grid)

    def smelter(self, site: str, region: str, capacity: float, cell: str = "pot") -> None:
        """Put capacity of a cell on a site, which is added where there is none."""
        self._site(site, region, "existing")
        self.put(
            "fleet", "site", "cell", fleet="today", site=site, cell=cell, capacity_mt_per_a=capacity,
            double_counted_mt_per_a=0,
        )  # fmt: skip

    def newcomer(self, site: str, region: str) -> None:
        """Add a site where new capacity may be built."""
        self._site(site, region, "newcomer")

    def _site(self, site: str, region: str, kind: str) -> None:
        place = next(row for row in self.tables["regions"] if row["region"] == region)
        self.put(
            "sites", "site", site=site, name=site, owner=site, region=region, kind=kind,
            latitude_deg=place["latitude_deg"], longitude_deg=place["longitude_deg"],
        )  # fmt: skip

    # Power

    def power(
        self,
        region: str,
        price: float | Mapping[str, float],
        source: str = "grid",
        *,
        kind: str = "existing",
        factor: str = "grid",
        volume: Mapping[str, float] | None = None,
    ) -> None:
        """Set a power source: CNY/MWh and, if it is limited, TWh a year, each whole or by months."""
        place = {"region": region, "source_name": source, "site_kind": kind}
        for table in ("power_sources", "power_prices", "power_volumes"):
            self.remove(table, **place)
        self.add("power_sources", **place, factor=factor, limited=volume is not None)
        prices = price if isinstance(price, Mapping) else {ALL_YEAR: price}
        for months, value in prices.items():
            self.add("power_prices", **place, months=months, price_cny_per_mwh=value)
        for months, value in (volume or {}).items():
            self.add("power_volumes", **place, months=months, year=2024, volume_twh=value)

    def slices(self, *parts: tuple[str, str, str, float]) -> None:
        """Divide the year into (slice, season, months, share)."""
        self.remove("slices")
        for name, season, months, share in parts:
            self.add("slices", slice_set="parts", slice=name, season=season, months=months, share=share)
        self.scenario(slices="parts")

    # Cells

    def pot(
        self, cell: str, *, mwh_per_t: float = MWH_PER_T, new_capex: float | None = None, **values: float
    ) -> None:
        """Set a cell in a class of its own: its power per tonne, and other values of the class.

        Current efficiency and rectifier are one and auxiliaries nil, so the voltage is the power.
        """
        self.put("cell_classes", "class", **{"class": cell}, name=cell, designer="none named", current_ka=400)
        rows = [row for row in self.tables["cell_values"] if row["class"] == "pot"]
        base = {row["quantity"]: float(row["value"]) for row in rows}
        base |= {"voltage_v": mwh_per_t * 1000.0 / ENERGY_PER_VOLT, "current_efficiency": 1.0, **values}
        if new_capex is not None:
            base["new_capex_cny_per_t_a"] = new_capex
        self.quantities("cell_values", "class", cell, base)
        self.put(
            "cells", "cell", cell=cell, **{"class": cell}, stage="base", new_build=new_capex is not None,
            earliest_year=2000,
        )  # fmt: skip

    def measure(self, measure: str, **values: float) -> None:
        """Add a measure with what it changes and costs."""
        self.put("measures", "measure", measure=measure, name=measure)
        self.quantities("measure_values", "measure", measure, values)

    def state(self, cell: str, of: str, *measures: str) -> None:
        """Add a state of a class that has measures."""
        self.put(
            "cells", "cell", cell=cell, **{"class": of}, stage="package", measures=";".join(measures),
            new_build=False, earliest_year=2000,
        )  # fmt: skip

    def retrofit(
        self,
        start: str,
        end: str,
        *measures: str,
        kind: str = "relining",
        gain: float = 1.0,
        earliest: int = 2000,
    ) -> None:
        """Add an arc between states that pays for measures."""
        self.put(
            "retrofits", "from_cell", "to_cell", from_cell=start, to_cell=end, kind=kind,
            measures=";".join(measures), gain=gain, earliest_year=earliest,
        )  # fmt: skip

    # Materials

    def refinery(
        self, key: str, region: str, *, cost: float, capacity: float, place: tuple[float, float] = (0.0, 0.0),
        port: bool = False,
    ) -> None:  # fmt: skip
        """Add a refinery, or a port that lands alumina at ``cost``; it burns and spills nothing."""
        kind = "port" if port else "refinery"
        self.put(
            "refineries", "refinery", refinery=key, name=key, region=region, kind=kind,
            latitude_deg=place[0], longitude_deg=place[1],
        )  # fmt: skip
        values = {"capacity_mt_per_a": capacity}
        if port:
            values |= {"landed_price_cny_per_t": cost, "upstream_emission_t_per_t": 0.0}
        else:
            values |= {"conversion_cost_cny_per_t": cost, "fuel_emission_t_per_t": 0.0}
            values |= {"electricity_mwh_per_t": 0.0, "red_mud_t_per_t": 0.0}
        self.quantities("refinery_values", "refinery", key, values)

    def ore(self, origin: str, *, price: float, volume: float, yields: Mapping[str, float]) -> None:
        """Add an origin of bauxite with its yield (t of ore per t of alumina) at each refinery."""
        place = {"latitude_deg": 0, "longitude_deg": 0}
        self.put("bauxite", "origin", origin=origin, name=origin, kind="domestic", **place)
        values = {"price_cny_per_t": price, "volume_mt_per_a": volume, "emission_t_per_t": 0.0}
        self.quantities("bauxite_values", "origin", origin, values)
        for refinery, tonnes in yields.items():
            self.add("ore_yields", refinery=refinery, origin=origin, bauxite_t_per_t=tonnes)

    # Metal

    def markets(self, *places: tuple[str, str, float]) -> None:
        """Set markets as (region, segment, share of demand), named `region_segment`."""
        self.remove("markets")
        for region, segment, share in places:
            place = {"market": f"{region}_{segment}", "region": region, "segment": segment}
            self.add("markets", **place, demand_share=share)

    def demand(self, amount: float | Mapping[int, float]) -> None:
        """Set metal demand in Mt, for all years or by year."""
        self.remove("demand")
        for year, mt in (amount if isinstance(amount, Mapping) else {2025: amount}).items():
            self.add("demand", path="central", year=year, total_metal_mt=mt)

    def step(self, table: str, key: str, cny_per_t: float, amount: float, *, vat: str = "excluded") -> None:
        """Add a step of demand (a share), imports or exports (Mt/a) at a price."""
        name = "share" if table == "demand_steps" else "volume_mt_per_a"
        self.put(table, "step", **{"step": key, "price_cny_per_t": cny_per_t, name: amount, "vat": vat})

    def quota(self, **registered: float) -> None:
        """Register quota by region, Mt/a."""
        for region, amount in registered.items():
            self.put("quota", "region", fleet="today", region=region, registered_mt_per_a=amount)

    # Writing and solving

    def write(self, folder: Path) -> Path:
        """Write the world as a folder of inputs, and return the folder."""
        tables, scenarios = folder / "tables", folder / "scenarios"
        for place in (tables, scenarios):
            place.mkdir(parents=True, exist_ok=True)
        shutil.copy(self.dictionary, folder / "datapackage.json")
        shutil.copy(self.sources, folder / "sources.csv")
        for name, rows in self.tables.items():
            with (tables / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, self.columns[name], lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
        self.write_scenario(folder, "baseline", self.keys)
        (folder / "prices").mkdir(exist_ok=True)
        for month, prices in self.prices.items():
            (folder / "prices" / f"{month}.yaml").write_text(yaml.safe_dump(prices), encoding="utf-8")
        return folder

    @staticmethod
    def write_scenario(folder: Path, name: str, keys: Mapping[str, Any]) -> None:
        """Write a scenario into a folder of inputs."""
        text = yaml.safe_dump({**keys, "name": name}, sort_keys=False)
        (folder / "scenarios" / f"{name}.yaml").write_text(text, encoding="utf-8")

    def data(self, folder: Path) -> Any:
        """Write and load the world."""
        return alopt.load(self.write(folder))

    def solve(self, folder: Path) -> Any:
        """Write, load, build and solve the world."""
        return alopt.solve(alopt.build(self.data(folder)))


def plain_world() -> World:
    """Two smelters of 0.6 Mt/a, north at 3,900 and south at 5,200 CNY/t; nothing but power costs.

    Demand is 0.8 Mt in one ingot market in the south, worth 30,000 CNY/t. Money of a year is
    worth 0.8 of money a year earlier (a rate of 25 %).
    """
    world = World()
    world.scenario(discount_rate=0.25)
    names = [row["parameter"] for row in world.tables["parameters"]]
    world.parameters(**{name: 0.0 for name in names if "_cny_" in name})
    world.parameters(rectifier_efficiency=1, auxiliary_kwh_per_t=0, alumina_t_per_t=2, circuity=1)
    for material in ("ore", "alumina", "ingot"):
        world.freight(material)
    world.pot("pot", maintenance_cny_per_t_a=0.0, cf4_kg_per_t=0.0, c2f6_kg_per_t=0.0)
    world.quantities("refinery_values", "refinery", "port", {"landed_price_cny_per_t": 0.0})
    return world


def price(solution: Any, constraint: str, *index: Any) -> float:
    """Shadow price of a row in money of its year; the year is the whole number in the index."""
    year = next(member for member in index if isinstance(member, int))
    return solution.shadow_price(constraint, index[0] if len(index) == 1 else index, year)


def files(folder: Path) -> list[str]:
    """Every file below a folder, hidden ones too, by its path within it."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def near(value: float) -> Any:
    """Equal to nine digits."""
    return pytest.approx(value, rel=1e-9, abs=1e-9)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, float) else str(value)


def blocked_world() -> World:
    """North holds quota for 0.1 Mt/a, and 0.3 Mt/a of its capacity moves south with its quota in 2025.

    Its quota would be 0.1 - 0.3 = -0.2. Without a cap that is nobody's business; with one, quota
    could come back from the south, unless the scenario `blocked` bars quota from the north.
    """
    world = plain_world()
    world.quota(north=0.1)
    world.add(
        "moves", year=2025, from_site="north_smelter", from_cell="pot", to_site="south_smelter",
        to_cell="pot", capacity_mt_per_a=0.3,
    )  # fmt: skip
    return world
