"""Every instrument in one small world: a mild setting, a neutral one, and settings that are errors.

`test_pairs.py` finds the instruments by itself and fails where one has no entry in ``SETTINGS``. What
an instrument needs to bite (a source, a table, a site) is added to :func:`common_world`, for all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from worlds import World, plain_world

Fields = Mapping[str, Any]

#: Years and what no table holds, for settings that are errors.
OUTSIDE, UNKNOWN = 1999, "atlantis"


@dataclass(frozen=True)
class Setting:
    """How an instrument is set in the common world.

    Attributes
    ----------
    mild : fields
        Bites (the objective moves), and leaves a plan with every other mild setting.
    neutral : fields
        Changes nothing.
    outside : fields, or None
        Names the year ``OUTSIDE``; None where no field takes a year.
    unknown : fields, or None
        Names ``UNKNOWN`` in place of a region, origin, port, …; None where no field names one.
    empty : (change of the world, fields), or None
        Leaves the instrument nothing to meet; None where it always meets the smelters.
    needs : tuple of str
        Instruments without which it is an error; they stand with their own mild settings.
    tightens : bool
        It only restricts, or takes money; False where it opens an option or pays out.
    """

    mild: Fields
    neutral: Fields
    outside: Fields | None
    unknown: Fields | None
    empty: tuple[Callable[[World], None], Fields] | None
    needs: tuple[str, ...] = ()
    tightens: bool = True


def common_world() -> World:
    """Two smelters, a newcomer in the west, ore, alumina and metal from home and abroad; two years.

    North burns coal at 3,900 CNY/t, south costs 5,200, the west 4,550 and 2,000 CNY per t/a to build.
    """
    world = plain_world()
    world.scenario(years=[2025, 2030], last_period_years=5, discount_rate=0.08)
    world.region("north", 40, 100, grid=0.7)
    world.region("south", 25, 110, port=True, grid=0.2)
    world.region("west", 25, 100, grid=0.1)
    world.pot(
        "pot", maintenance_cny_per_t_a=100.0, cf4_kg_per_t=0.05, c2f6_kg_per_t=0.0, anode_co2_t_per_t=1.5
    )
    world.pot("modern", mwh_per_t=12.5, new_capex=2000.0, cf4_kg_per_t=0.0, c2f6_kg_per_t=0.0)
    world.newcomer("west_site", "west")
    world.power("west", 350, kind="newcomer")
    world.parameters(
        national_build_rate_mt_per_a=1, regional_build_rate_mt_per_a=1, new_build_life_a=20,
        alumina_t_per_t=2,
    )  # fmt: skip
    world.quota(north=0.6, south=0.6)
    world.demand({2025: 1.3, 2030: 1.25})
    world.remove("demand_steps")
    world.step("demand_steps", "must", 30000, 0.8)
    world.step("demand_steps", "may", 14000, 0.2)
    world.step("import_steps", "contract", 8000, 0.1)
    world.step("import_steps", "parity", 13000, 10)
    world.step("export_steps", "abroad", 8000, 0.3)
    _alumina(world)
    return world


def _alumina(world: World) -> None:
    """A refinery for 1.2 Mt from two ores, and a port that lands dearer alumina."""
    world.remove("refineries")
    world.remove("refinery_values")
    world.refinery("works", "north", cost=800, capacity=1.2, place=(40.0, 100.0))
    world.refinery("quay", "south", cost=1900, capacity=5, place=(25.0, 110.0), port=True)
    world.ore("home", price=300, volume=1.5, yields={"works": 2})
    world.ore("abroad", price=400, volume=10, yields={"works": 2})
    world.put("bauxite", "origin", origin="abroad", name="abroad", kind="import")
    world.add("ports", port="harbour", name="Harbour", latitude_deg=25, longitude_deg=110)


def _without(*tables: str) -> Callable[[World], None]:
    """Change of a world that empties tables."""

    def empty(world: World) -> None:
        for table in tables:
            world.remove(table)

    return empty


def _without_port(world: World) -> None:
    """No alumina lands; the works makes what is needed."""
    for table in ("refineries", "refinery_values"):
        world.remove(table, refinery="quay")


def _without_refinery(world: World) -> None:
    """All alumina lands at the quay, and nothing takes ore."""
    for table in ("refineries", "refinery_values", "ore_yields"):
        world.remove(table, refinery="works")


#: By instrument; a second setting of one has a word more in its key.
SETTINGS: dict[str, Setting] = {
    "alumina_trade": Setting(
        mild={"import_limit_mt_per_a": 0.9, "import_tariff_cny_per_t": 60},
        neutral={"import_limit_mt_per_a": 1000, "import_tariff_rate": 0},
        outside={"import_tariff_rate": {OUTSIDE: 0.1}},
        unknown={"port_limit_mt_per_a": {UNKNOWN: 1}},
        empty=(_without_port, {"import_limit_mt_per_a": 1}),
    ),
    "alumina_trade exports": Setting(
        mild={"export_price_cny_per_t": 2500, "export_volume_mt_per_a": 0.2},
        neutral={"export_price_cny_per_t": 2500, "export_volume_mt_per_a": 0},
        outside={"export_price_cny_per_t": 2500, "export_volume_mt_per_a": {OUTSIDE: 1}},
        unknown=None,
        empty=(_without_refinery, {"export_price_cny_per_t": 2500, "export_volume_mt_per_a": 1}),
        tightens=False,
    ),
    "capacity_cap": Setting(
        mild={"cap_mt_per_a": 1.15},
        neutral={"cap_mt_per_a": 1.2},
        outside={"cap_mt_per_a": {OUTSIDE: 1.0}},
        unknown=None,
        empty=(_without("quota"), {"cap_mt_per_a": 1.0}),
    ),
    "capacity_replacement": Setting(
        mild={"ratio": 1.25},
        neutral={"ratio": 1.0},
        outside=None,
        unknown={"ratio": 1.0, "no_inflow": [UNKNOWN]},
        empty=None,
        needs=("capacity_cap",),
    ),
    "carbon_price": Setting(
        mild={"price_cny_per_t": 50, "scope": "smelter_scope_1_2"},
        neutral={"price_cny_per_t": 0, "scope": "smelter_scope_1_2"},
        outside={"price_cny_per_t": {OUTSIDE: 50}, "scope": "direct"},
        unknown=None,
        empty=None,
    ),
    "carbon_price benchmark": Setting(
        mild={"price_cny_per_t": 50, "scope": "direct", "benchmark_t_per_t": 3},
        neutral={"price_cny_per_t": 0, "scope": "direct", "benchmark_t_per_t": 3},
        outside={"price_cny_per_t": 50, "scope": "direct", "benchmark_t_per_t": {OUTSIDE: 3}},
        unknown=None,
        empty=None,
        tightens=False,
    ),
    "emission_cap": Setting(
        mild={"limit_mt": 6.5, "boundary": "smelter_scope_1_2"},
        neutral={"limit_mt": 1e6, "budget_mt": 1e6, "boundary": "smelter_scope_1_2"},
        outside={"limit_mt": {OUTSIDE: 7.0}, "boundary": "direct"},
        unknown=None,
        empty=None,
    ),
    "metal_tariff": Setting(
        mild={"import_rate": 0.05, "export_cny_per_t": 100},
        neutral={"import_rate": 0, "export_cny_per_t": 0},
        outside={"import_rate": {OUTSIDE: 0.05}},
        unknown=None,
        empty=(_without("import_steps"), {"import_rate": 0.05}),
    ),
    "metal_trade": Setting(
        mild={"export_floor_mt_per_a": 0.05, "import_limit_mt_per_a": 0.5},
        neutral={"export_floor_mt_per_a": 0, "import_limit_mt_per_a": 1000},
        outside={"import_limit_mt_per_a": {OUTSIDE: 1}},
        unknown=None,
        empty=(_without("export_steps"), {"export_floor_mt_per_a": 0.05}),
    ),
    "ore_supply": Setting(
        mild={"limit_mt_per_a": {"abroad": {2025: 0.8, 2030: 0.5}}},
        neutral={"limit_mt_per_a": {"abroad": 1000}, "share": {"home": 1}, "share_of": "all_ore"},
        outside={"embargo": {"abroad": {"from_year": OUTSIDE}}},
        unknown={"embargo": {UNKNOWN: {"from_year": 2025}}},
        empty=(_without_refinery, {"limit_mt_per_a": {"abroad": 1}}),
    ),
}

#: Pairs of mild settings that cannot stand together, with what the error says.
CONFLICTS: dict[frozenset[str], str] = {}


def instrument_of(key: str) -> str:
    """Instrument of a key of ``SETTINGS``."""
    return key.split(maxsplit=1)[0]


def policies_of(*keys: str, how: str = "mild") -> dict[str, Fields]:
    """Policies of a scenario in which these stand, the last as ``how`` says, with all that they need."""
    found: dict[str, Fields] = {}
    for key in keys:
        for needed in SETTINGS[key].needs:
            found.setdefault(needed, SETTINGS[needed].mild)
        found[instrument_of(key)] = getattr(SETTINGS[key], how if key == keys[-1] else "mild")
    return found
