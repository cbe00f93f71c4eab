"""Conflicts planted in small worlds, each with its hand calculation and its mends.

A pot takes 13 MWh and 2 t of alumina per tonne; north and south stand at 0.6 Mt/a each. Metal can
go unserved and capacity can close, so a conflict needs something that must be: a floor added to
the built model, as one does in a notebook, or decided moves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pyomo.environ as pyo
from worlds import DRY, WET, World, blocked_world, plain_world

Change = Callable[[Any], None]


def nothing(_: Any) -> None:
    """Leave the model as it is built."""


@dataclass(frozen=True)
class Mend:
    """A mend that must be found: words in it, its size, and how it is made in the world or its model."""

    words: str
    size: float
    apply: Callable[[World, float], None]


@dataclass(frozen=True)
class Planted:
    """A conflict: the world, what is added to its model, words of the story, short by, mends."""

    world: Callable[[], World]
    change: Change
    story: tuple[str, ...]
    short: str
    mends: tuple[Mend, ...]
    drops: tuple[str, ...] = ()
    no_mend: tuple[str, ...] = field(default=())


def output(m: Any, chosen: Callable[[tuple[Any, ...]], bool] = lambda _: True) -> Any:
    return sum(m.production[t] for t in m.sets.SITE_CELL_SLICES if chosen(t))


def floor_of(amount: float, chosen: Callable[[tuple[Any, ...]], bool] = lambda _: True) -> Change:
    """Output of some sites, years and slices is at least an amount."""

    def change(m: Any) -> None:
        m.output_floor = pyo.Constraint(expr=output(m, chosen) >= amount)

    return change


def policies(world: World, **fields: Any) -> World:
    world.scenario(policies=fields)
    return world


# 1. Decided moves against a bar on quota: north has 0.1 and 0.3 leave; no quota may come in.


def barred_quota() -> World:
    world = blocked_world()
    cap, ratio = {"cap_mt_per_a": 5}, {"ratio": 1, "no_inflow": ["north"]}
    return policies(world, capacity_cap=cap, capacity_replacement=ratio)


def less_moved(world: World, size: float) -> None:
    for row in world.tables["moves"]:
        amount = max(0.0, float(row["capacity_mt_per_a"]) - size)
        row.update(dict.fromkeys(("capacity_mt_per_a", "low", "high"), repr(amount)))


# 2. Two supplies in the dry season: 0.25 Mt x 13 = 3.25 TWh, and hydro 1.2 + grid 0.8.


def dry_season() -> World:
    world = plain_world()
    world.slices(("wet", "wet", WET, 0.5), ("dry", "dry", DRY, 0.5))
    world.power("south", 200, "hydro", volume={WET: 4, DRY: 1.2})
    world.power("south", 300, "grid", volume={WET: 4, DRY: 0.8})
    return world


def more_power(source: str) -> Callable[[World, float], None]:
    def apply(world: World, size: float) -> None:
        for row in world.tables["power_volumes"]:
            if row["source_name"] == source and row["months"] == DRY:
                volume = float(row["volume_twh"]) + size
                row.update(dict.fromkeys(("volume_twh", "low", "high"), repr(volume)))

    return apply


# 3. A cap on emissions: 0.5 Mt at 13 MWh x 0.5 t = 6.5 t/t of power emits 3.25 Mt in the south.


def emissions() -> World:
    world = plain_world()
    world.region("south", port=True, grid=0.5)
    world.pot("pot", maintenance_cny_per_t_a=0.0, cf4_kg_per_t=0.0, c2f6_kg_per_t=0.0, anode_co2_t_per_t=0.0)
    return policies(world, emission_cap={"limit_mt": 2.6, "boundary": "smelter_scope_1_2"})


def emission_limit(world: World, size: float) -> None:
    world.keys["policies"]["emission_cap"]["limit_mt"] += size


# 4. A cap below what must stand: 0.8 Mt/a must, quota comes down to 0.5.


def low_cap() -> World:
    world = plain_world()
    world.quota(north=0.6, south=0.6)
    return policies(world, capacity_cap={"cap_mt_per_a": 0.5})


def standing_floor(m: Any) -> None:
    m.standing_floor = pyo.Constraint(expr=sum(m.capacity.values()) >= 0.8)


def higher_cap(world: World, size: float) -> None:
    world.keys["policies"]["capacity_cap"]["cap_mt_per_a"] += size


# 5. A decree closes in 2025 what a decided move needs in 2030.


def closed_early() -> World:
    world = plain_world()
    world.scenario(years=[2025, 2030])
    world.add("closures", site="north_smelter", cell="pot", year=2025)
    world.add(
        "moves", year=2030, from_site="north_smelter", from_cell="pot", to_site="south_smelter",
        to_cell="pot", capacity_mt_per_a=0.2,
    )  # fmt: skip
    return world


def closed_later(world: World, _: float) -> None:
    for row in world.tables["closures"]:
        row["year"] = "2030"


# 6. Ore: 0.3 Mt of metal takes 0.6 of alumina and 1.5 of ore, and the origin has 1.


def little_ore() -> World:
    world = plain_world()
    world.remove("refineries")
    world.remove("refinery_values")
    world.refinery("works", "south", cost=0, capacity=5)
    world.ore("pit", price=0, volume=1.0, yields={"works": 2.5})
    world.parameters(spent_potlining_kg_per_t=0)
    return world


def more_ore(world: World, size: float) -> None:
    world.quantities("bauxite_values", "origin", "pit", {"volume_mt_per_a": 1.0 + size})


# 7. Alumina: 0.8 Mt of metal takes 1.6, and the port lands 1.


def small_port() -> World:
    world = plain_world()
    world.quantities("refinery_values", "refinery", "port", {"capacity_mt_per_a": 1.0})
    return world


def larger_port(world: World, size: float) -> None:
    world.quantities("refinery_values", "refinery", "port", {"capacity_mt_per_a": 1.0 + size})


# 8. Building: 3 Mt/a in the two years to 2026, at 1 Mt/a a year.


def slow_building() -> World:
    world = plain_world()
    world.scenario(years=[2026])
    world.newcomer("new_south", "south")
    world.power("south", 300, "line", kind="newcomer")
    world.pot("wide", new_capex=1000, maintenance_cny_per_t_a=0.0, cf4_kg_per_t=0.0, c2f6_kg_per_t=0.0)
    world.parameters(regional_build_rate_mt_per_a=1, national_build_rate_mt_per_a=9)
    return world


def building_floor(m: Any) -> None:
    m.building_floor = pyo.Constraint(expr=sum(m.new_capacity.values()) >= 3.0)


def faster(world: World, size: float) -> None:
    world.parameters(regional_build_rate_mt_per_a=1 + size)


# 9. Metal: demand of 1.5 that must be met, fleet of 1.2 and imports of 0.1.


def must_be_met() -> World:
    world = plain_world()
    world.demand(1.5)
    world.step("import_steps", "contract", 6000, 0.1)
    return world


def nobody_unserved(m: Any) -> None:
    m.unserved_demand.fix(0.0)


def more_imports(world: World, size: float) -> None:
    world.step("import_steps", "contract", 6000, 0.1 + size)


def less_demand(world: World, size: float) -> None:
    world.demand(1.5 - size)


# 10. Reuse of quota is barred: newcomers of the south have no fresh quota, and 0.2 Mt/a must be built.


def no_reuse() -> World:
    world = slow_building()
    world.scenario(years=[2025])
    world.quota(north=0.6, south=0.6)
    ratio = {"ratio": 1, "no_reuse": ["south"], "no_outflow": ["north"]}
    return policies(world, capacity_cap={"cap_mt_per_a": 5}, capacity_replacement=ratio)


def newcomer_floor(m: Any) -> None:
    new = [m.capacity[t] for t in m.sets.SITE_CELL_YEARS if t[0] == "new_south"]
    m.newcomer_floor = pyo.Constraint(expr=sum(new) >= 0.2)


def issued(world: World, size: float) -> None:
    world.add("quota_issues", region="south", year=2025, issued_mt_per_a=size)


def in_dry_south(t: tuple[Any, ...]) -> bool:
    return t[0] == "south_smelter" and t[3] == "dry"


def in_south(t: tuple[Any, ...]) -> bool:
    return t[0] == "south_smelter"


PLANTED = {
    "decided moves against a bar on quota": Planted(
        barred_quota, nothing, ("North, 2025", "registered quota 0.1 Mt/a", "decided moves 0.3 Mt/a"),
        "0.2 Mt/a short",
        (Mend("the decided move from North smelter", 0.2, less_moved),
         Mend("the registered quota of North", 0.2, lambda w, size: w.quota(north=0.1 + size))),
        drops=("capacity_cap", "capacity_replacement"),
    ),
    "power of the dry season": Planted(
        dry_season, floor_of(0.25, in_dry_south),
        ("South, dry season 2025", "hydro 1.2 TWh", "grid 0.8 TWh", "output floor 0.25 × 13 = 3.25 TWh"),
        "1.25 TWh short",
        (Mend("the volume of hydro in South, dry season 2025", 1.25, more_power("hydro")),
         Mend("the volume of grid in South, dry season 2025", 1.25, more_power("grid"))),
    ),
    "a cap on emissions": Planted(
        emissions, floor_of(0.5, in_south), ("the limit emission cap 2.6 Mt CO2e", "output floor 0.5 × 6.5"),
        "0.65 Mt CO2e short", (Mend("the limit on emissions in 2025", 0.65, emission_limit),),
        drops=("emission_cap",),
    ),
    "a capacity cap": Planted(
        low_cap, standing_floor, ("the limit national cap 0.5 Mt/a", "standing floor 0.8"), "0.3 Mt/a short",
        (Mend("the national cap in 2025", 0.3, higher_cap),), drops=("capacity_cap",),
    ),
    "a closure before a decided move": Planted(
        closed_early, nothing,
        ("North", "lines that stood 0.6 Mt/a", "lines closed by decree 0.6 Mt/a", "decided departures 0.2"),
        "0.2 Mt/a short",
        (Mend("the decided move from North smelter", 0.2, less_moved),
         Mend("the closure of pot at North smelter by 2025", 0.2, closed_later)),
    ),
    "ore": Planted(
        little_ore, floor_of(0.3), ("ore 1 Mt", "output floor 0.3 × 5 = 1.5 Mt"), "0.5 Mt short",
        (Mend("the yearly volume of pit ore", 0.5, more_ore),),
    ),
    "alumina": Planted(
        small_port, floor_of(0.8), ("refining capacity 1 Mt", "output floor 0.8 × 2 = 1.6 Mt"),
        "0.6 Mt short",
        (Mend("the capacity of port", 0.6, larger_port),),
    ),
    "the speed of building": Planted(
        slow_building, building_floor, ("what a region can build 2 Mt/a", "building floor 3"),
        "0.5 Mt/a short",
        (Mend("the rate of a region's building", 0.5, faster),),
    ),
    "demand that must be met": Planted(
        must_be_met, nobody_unserved, ("imports 0.1 Mt", "demand for ingot 1.5 Mt", "fleet at the start"),
        "0.2 Mt short",
        (Mend("the volume of imports at contract", 0.2, more_imports),
         Mend("the demand for primary metal in south ingot, 2025", 0.2, less_demand)),
    ),
    "a bar on the reuse of quota": Planted(
        no_reuse, newcomer_floor, ("newcomer floor 0.2", "limit quota reuse bar (South, 2025)"),
        "0.2 Mt/a short",
        (Mend("the quota issued to South in 2025", 0.2, issued),), drops=("capacity_replacement",),
    ),
}  # fmt: skip
