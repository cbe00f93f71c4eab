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

    North burns coal at 3,900 CNY/t, a little less with its own unit; south costs 5,200, the west 4,550
    and 2,000 CNY per t/a to build. Pots may be relined to save 0.25 MWh/t.
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
    world.measure(
        "saver", voltage_change_v=-250.0 / 2980.0, recurring_capex_cny_per_t_a=200, recurring_life_a=6
    )
    world.state("better", "pot", "saver")
    world.retrofit("pot", "better", "saver")
    world.newcomer("west_site", "west")
    world.power("west", 350, kind="newcomer")
    world.parameters(
        national_build_rate_mt_per_a=1, regional_build_rate_mt_per_a=1, new_build_life_a=20,
        alumina_t_per_t=2,
    )  # fmt: skip
    _captive(world)
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


def _captive(world: World) -> None:
    """A unit of 1996 in the north that gives 0.5 TWh at 280 CNY/MWh."""
    world.add(
        "captive_units", unit="one", plant="station", owner="north_smelter", region="north",
        site="north_smelter", in_use=True, capacity_gw=0.1, start_year=1996, technology="coal",
    )  # fmt: skip
    costs = dict.fromkeys(("coal_price_cny_per_t", "levies_cny_per_kwh", "reserve_fee_cny_per_kwh"), 0.0)
    costs |= {"heat_rate_kgce_per_kwh": 0.3, "operation_cny_per_kwh": 0.28, "hours_per_a": 5000.0}
    world.quantities("captive_costs", "region", "north", costs | {"emission_factor_t_per_mwh": 0.85})


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


def _as_it_is(_: World) -> None:
    """Leave the world what it is: the fields alone meet nothing."""


#: New captive units, the end of a cheap tariff, captive units in the carbon market.
NEW_UNITS: Fields = {"regions": ["north"], "capex_cny_per_kw": 400, "life_a": 20, "limit_gw": 0.05}
TARIFF_END: Fields = {
    "regions": ["south", "west"], "sources": ["grid"], "amount_cny_per_mwh": 20, "from_year": 2030,
}  # fmt: skip
CAPTIVE_MARKET: Fields = {
    "price_cny_per_t": 50, "scope": "direct", "benchmark_t_per_t": 1.4, "captive_power": "power_ets",
    "captive_benchmark_t_per_mwh": 0.8,
}  # fmt: skip

#: A border charge on actual and on default values, and a ladder that pots stand above.
BORDER: Fields = {
    "price_cny_per_t": 500, "scope": "direct", "basis": "actual", "benchmark_t_per_t": 1.4,
    "products_mt": 0.2, "metal_export_share": 0.5, "export_t_per_t": 1.8,
}  # fmt: skip
BORDER_DEFAULT: Fields = {
    "price_cny_per_t": 500, "scope": "direct", "basis": "default", "benchmark_t_per_t": 1.4,
    "products_mt": 0.2, "metal_export_share": 0.5, "default_t_per_t": 3.0,
}  # fmt: skip
TIERS: Fields = {
    "thresholds_kwh_per_t": 12900, "step_kwh_per_t": 20, "surcharge_cny_per_kwh_per_step": 0.01,
}  # fmt: skip

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
    "build_speed": Setting(
        mild={"limits_mt_per_a": {"west": 0.02}},
        neutral={"limits_mt_per_a": 1},
        outside={"limits_mt_per_a": {OUTSIDE: 0.02}},
        unknown={"limits_mt_per_a": {UNKNOWN: 0.02}},
        empty=(_as_it_is, {"limits_mt_per_a": {"north": 0.02}}),
    ),
    "capacity_ceiling": Setting(
        mild={"ceilings_mt_per_a": {"coal": {2025: 0.55}}, "groups": {"coal": ["north"]}},
        neutral={"ceilings_mt_per_a": {"each": 100}},
        outside={"ceilings_mt_per_a": {OUTSIDE: 1}},
        unknown={"ceilings_mt_per_a": {UNKNOWN: 1}},
        empty=(_as_it_is, {"ceilings_mt_per_a": 1, "groups": {"coal": ["north"]}}),
    ),
    "capacity_replacement rules": Setting(
        mild={
            "ratio": 1.0,
            "no_reuse": ["south"],
            "ceilings_mt_per_a": {"north": 0.5},
            "quota_life_a": 3,
        },
        neutral={"ratio": 1.0, "ceilings_mt_per_a": {"each": 100}, "quota_life_a": 100},
        outside={"ratio": 1.0, "ceilings_mt_per_a": {"north": {OUTSIDE: 0.5}}},
        unknown={"ratio": 1.0, "ceilings_mt_per_a": {UNKNOWN: 0.5}},
        empty=None,
        needs=("capacity_cap",),
    ),
    "capex_subsidy": Setting(
        mild={
            "grants": {
                "lines": {"kinds": ["new_build"], "regions": ["west"], "share": {2025: 0.3}},
                "pots": {"kinds": ["retrofit"], "cny_per_t_a": 50},
            }
        },
        neutral={"grants": {"none": {"kinds": ["new_build", "retrofit"], "share": 0}}},
        outside={"grants": {"lines": {"kinds": ["new_build"], "share": {OUTSIDE: 0.3}}}},
        unknown={"grants": {"lines": {"kinds": ["new_build"], "regions": [UNKNOWN], "share": 0.3}}},
        empty=(_as_it_is, {"grants": {"lines": {"kinds": ["rebuild"], "share": 0.3}}}),
        tightens=False,
    ),
    "captive_coal": Setting(
        mild={"backup_fee_cny_per_mwh": 10, "retirement": {"from_year": 2030, "age_a": 30}},
        neutral={"backup_fee_cny_per_mwh": {"north": 0}, "new_units": "refused"},
        outside={"backup_fee_cny_per_mwh": {OUTSIDE: 10}},
        unknown={"new_units": NEW_UNITS | {"regions": [UNKNOWN]}},
        empty=(_without("captive_units"), {"backup_fee_cny_per_mwh": 10}),
    ),
    "captive_coal tariff": Setting(
        mild={"preferential_tariff_end": [TARIFF_END]},
        neutral={"preferential_tariff_end": [TARIFF_END | {"amount_cny_per_mwh": 0}]},
        outside={"retirement": {"from_year": OUTSIDE, "age_a": 30}},
        unknown={"preferential_tariff_end": [TARIFF_END | {"regions": [UNKNOWN]}]},
        empty=(_without("captive_units"), {"retirement": {"none_from_year": 2030}}),
    ),
    "captive_coal new units": Setting(
        mild={"new_units": NEW_UNITS},
        neutral={"new_units": NEW_UNITS | {"limit_gw": 0}},
        outside=None,
        unknown={"new_units": NEW_UNITS | {"regions": [UNKNOWN]}},
        empty=(_without("captive_units"), {"new_units": NEW_UNITS}),
        tightens=False,
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
    "carbon_price verified": Setting(
        mild={"price_cny_per_t": {2030: 50}, "scope": "direct", "verified_until": 2026},
        neutral={"price_cny_per_t": {2030: 0}, "scope": "direct", "verified_until": 2026},
        outside={"price_cny_per_t": 50, "scope": "direct", "verified_until": OUTSIDE},
        unknown=None,
        empty=None,
    ),
    "carbon_price captive": Setting(
        mild=CAPTIVE_MARKET,
        neutral=CAPTIVE_MARKET | {"price_cny_per_t": 0},
        outside=CAPTIVE_MARKET | {"captive_benchmark_t_per_mwh": {OUTSIDE: 0.8}},
        unknown=None,
        empty=(_without("captive_units"), CAPTIVE_MARKET),
    ),
    "cbam": Setting(
        mild=BORDER,
        neutral=BORDER | {"price_cny_per_t": 0},
        outside=BORDER | {"price_cny_per_t": {OUTSIDE: 500}},
        unknown=None,
        empty=(_without("export_steps"), BORDER),
    ),
    "cbam default": Setting(
        mild=BORDER_DEFAULT,
        neutral=BORDER_DEFAULT | {"default_t_per_t": 1.0},
        outside=BORDER_DEFAULT | {"default_t_per_t": {OUTSIDE: 3.0}},
        unknown=None,
        empty=(_without("export_steps"), BORDER_DEFAULT),
    ),
    "cbam credit": Setting(
        mild=BORDER | {"scope": "smelter_scope_1_2", "carbon_price_credit": True},
        neutral=BORDER | {"scope": "smelter_scope_1_2", "carbon_price_credit": True, "price_cny_per_t": 0},
        outside=None,
        unknown=None,
        empty=None,
        needs=("carbon_price",),
    ),
    "early_retirement": Setting(
        mild={"decrees": {"old": {"regions": ["north"], "classes": ["pot"], "share": {2030: 0.2}}}},
        neutral={"decrees": {"old": {"below_ka": 500, "share": 0}}},
        outside={"decrees": {"old": {"regions": ["north"], "share": {OUTSIDE: 0.2}}}},
        unknown={"decrees": {"old": {"regions": [UNKNOWN], "share": 0.2}}},
        empty=(_as_it_is, {"decrees": {"old": {"below_ka": 1, "share": 1}}}),
    ),
    "emission_cap": Setting(
        mild={"limit_mt": 6.5, "boundary": "smelter_scope_1_2"},
        neutral={"limit_mt": 1e6, "budget_mt": 1e6, "boundary": "smelter_scope_1_2"},
        outside={"limit_mt": {OUTSIDE: 7.0}, "boundary": "direct"},
        unknown=None,
        empty=None,
    ),
    "emission_cap regional": Setting(
        mild={"regional_limits_mt": {"north": 5.5}, "boundary": "smelter_scope_1_2"},
        neutral={"regional_limits_mt": {"north": 1e6, "west": 1e6}, "boundary": "industry"},
        outside={"regional_limits_mt": {"north": {OUTSIDE: 5.5}}, "boundary": "direct"},
        unknown={"regional_limits_mt": {UNKNOWN: 5.5}, "boundary": "direct"},
        empty=(_as_it_is, {"regional_limits_mt": {"north": 5.5}, "regions": ["north"], "boundary": "direct"}),
    ),
    "energy_benchmark": Setting(
        mild={"benchmark_kwh_per_t": 12800, "least_share": {2025: 0.6, 2030: 0.8}},
        neutral={"benchmark_kwh_per_t": 12800, "least_share": 0},
        outside={"benchmark_kwh_per_t": 12800, "least_share": {OUTSIDE: 0.5}},
        unknown={"benchmark_kwh_per_t": 12800, "least_share": {UNKNOWN: 0.5}},
        empty=(_as_it_is, {"benchmark_kwh_per_t": 9000, "least_share": 0.5}),
    ),
    "energy_benchmark phase-out": Setting(
        mild={"baseline_kwh_per_t": 12800, "most_worse_share": {2025: 0.4, 2030: 0}},
        neutral={"baseline_kwh_per_t": 12800, "most_worse_share": 1},
        outside={"baseline_kwh_per_t": 12800, "most_worse_share": {OUTSIDE: 0.5}},
        unknown={"baseline_kwh_per_t": 12800, "most_worse_share": {UNKNOWN: 0.5}},
        empty=(_as_it_is, {"baseline_kwh_per_t": 14000, "most_worse_share": 0}),
    ),
    "energy_benchmark new lines": Setting(
        mild={"new_limit_kwh_per_t": {2025: 12400}},
        neutral={"benchmark_kwh_per_t": 12800, "least_share": {"each": 0}},
        outside={"new_limit_kwh_per_t": {OUTSIDE: 12400}},
        unknown=None,
        empty=(_as_it_is, {"new_limit_kwh_per_t": 12600}),
    ),
    "energy_budget": Setting(
        mild={"budgets_twh": {"north": 7}, "renewables": "counted"},
        neutral={"budgets_twh": {"each": 1000}, "renewables": "counted"},
        outside={"budgets_twh": {OUTSIDE: 7}, "renewables": "counted"},
        unknown={"budgets_twh": {UNKNOWN: 7}, "renewables": "counted"},
        empty=(_as_it_is, {"budgets_twh": 100, "groups": {"coal": ["north"]}, "renewables": "counted"}),
    ),
    "energy_budget renewables free": Setting(
        mild={"budgets_twh": 7, "renewables": "free"},
        neutral={"budgets_twh": 1000, "renewables": "free"},
        outside={"budgets_twh": {OUTSIDE: 8}, "renewables": "free"},
        unknown={"budgets_twh": {UNKNOWN: 8}, "renewables": "free"},
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
    "moratorium": Setting(
        mild={"bans": {"west": {"from": 2025, "to": 2026}}, "rebuilds": "barred"},
        neutral={"bans": {"nation": {"from": 2030, "to": 2034}}, "rebuilds": "allowed"},
        outside={"bans": {"west": {"from": OUTSIDE, "to": OUTSIDE}}, "rebuilds": "barred"},
        unknown={"bans": {UNKNOWN: {"from": 2025, "to": 2026}}, "rebuilds": "barred"},
        empty=(_as_it_is, {"bans": {"north": {"from": 2025, "to": 2026}}, "rebuilds": "barred"}),
    ),
    "origin_refusal": Setting(
        mild={"regions": ["north"], "share": 0.8, "share_of_exports": 0.5},
        neutral={"regions": ["north"], "share": 0, "share_of_exports": 0},
        outside={"regions": ["north"], "share": {OUTSIDE: 0.8}},
        unknown={"regions": [UNKNOWN], "share": 0.8},
        empty=(_as_it_is, {"regions": ["north"], "share": 0.8, "except_markets": ["south_ingot"]}),
    ),
    "power_subsidy": Setting(
        mild={"subsidy_cny_per_mwh": {"west": 20}, "site_kind": "newcomer"},
        neutral={"subsidy_cny_per_mwh": 0},
        outside={"subsidy_cny_per_mwh": {OUTSIDE: 20}},
        unknown={"subsidy_cny_per_mwh": {UNKNOWN: 20}},
        empty=(_as_it_is, {"subsidy_cny_per_mwh": {"west": 20}, "site_kind": "existing"}),
        tightens=False,
    ),
    "power_subsidy surcharge": Setting(
        mild={"subsidy_cny_per_mwh": -20, "sources": ["captive"]},
        neutral={"subsidy_cny_per_mwh": 0, "sources": ["captive"]},
        outside={"subsidy_cny_per_mwh": {OUTSIDE: -20}},
        unknown={"subsidy_cny_per_mwh": {UNKNOWN: -20}},
        empty=(_as_it_is, {"subsidy_cny_per_mwh": {"south": -20}, "sources": ["captive"]}),
    ),
    "renewable_share": Setting(
        mild={"national_share": 0.6, "certificates": {"price_cny_per_mwh": 50, "share_limit": 1}},
        neutral={"national_share": 0, "certificates": {"price_cny_per_mwh": 50, "share_limit": 1}},
        outside={"national_share": {OUTSIDE: 0.6}, "certificates": "none"},
        unknown={"regional": UNKNOWN, "certificates": "none"},
        empty=None,
    ),
    "renewable_share regional": Setting(
        mild={"regional": {"north": 0.15}, "certificates": "none"},
        neutral={"regional": {"north": 0}, "certificates": "none"},
        outside={"regional": {"north": {OUTSIDE: 0.15}}, "certificates": "none"},
        unknown={"regional": {UNKNOWN: 0.15}, "certificates": "none"},
        empty=None,
    ),
    "tiered_tariff": Setting(
        mild=TIERS | {"basis": "site"},
        neutral=TIERS | {"basis": "site", "thresholds_kwh_per_t": 13000},
        outside=TIERS | {"basis": "site", "thresholds_kwh_per_t": {OUTSIDE: 12900}},
        unknown={"ladder": UNKNOWN, "basis": "site"},
        empty=None,
    ),
    "tiered_tariff by cell": Setting(
        mild=TIERS | {"basis": "cell"},
        neutral=TIERS | {"basis": "cell", "thresholds_kwh_per_t": 13000},
        outside=TIERS | {"basis": "cell", "thresholds_kwh_per_t": {OUTSIDE: 12900}},
        unknown={"ladder": UNKNOWN, "basis": "cell"},
        empty=None,
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
CONFLICTS: dict[frozenset[str], str] = {
    # A charge on scope 1 and 2 credits no carbon price on direct emissions.
    frozenset({"cbam credit", market}): "the carbon price at home is on another scope"
    for market in ("carbon_price benchmark", "carbon_price captive", "carbon_price verified")
}


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
