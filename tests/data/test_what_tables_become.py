"""Sound tables: which rows count, from which year on, at which site, and at which price without tax."""

from __future__ import annotations

from typing import Any

import pytest
from editable_inputs import EditableInputs

import alopt
from alopt.data import ModelData
from alopt.data.geography import Freight, great_circle_km

NORTH = {"site": "north_smelter"}
ALL_MONTHS = ";".join(str(month) for month in range(1, 13))


def load(inputs: EditableInputs, **options: Any) -> ModelData:
    """Load inputs that must be sound."""
    return alopt.load(inputs.folder, **options)


def add_state(inputs: EditableInputs, cell: str, **cells: object) -> None:
    """Add a state of the pot that may not be built anew."""
    usual = {"class": "pot", "stage": "base", "new_build": "false", "earliest_year": 2000}
    inputs.add("cells", cell=cell, **(usual | cells))


def add_step(inputs: EditableInputs, start: str, end: str, **cells: object) -> None:
    """Add a step between two states that pays for the measure `works`."""
    if not inputs.rows("measures"):
        inputs.add("measures", measure="works", name="Works")
        inputs.add("measure_values", measure="works", quantity="durable_capex_cny_per_t_a", value=900)
        inputs.add("measure_values", measure="works", quantity="durable_life_a", value=10)
    usual = {"kind": "relining", "measures": "works", "gain": 1, "earliest_year": 2025}
    inputs.add("retrofits", from_cell=start, to_cell=end, **(usual | cells))


def add_newcomer(inputs: EditableInputs) -> None:
    """Give the north a newcomer's site with a source of its own."""
    inputs.add("sites", site="new_north", name="New", owner="newcomer", region="north", kind="newcomer",
               latitude_deg=40, longitude_deg=101)  # fmt: skip
    source = {"region": "north", "source_name": "contract", "site_kind": "newcomer"}
    inputs.add("power_sources", **source, factor="zero", limited="false")
    inputs.add("power_prices", **source, months=ALL_MONTHS, price_cny_per_mwh=350)


def test_only_the_scenarios_fleet_is_read(inputs: EditableInputs):
    """Rows of another fleet count neither as capacity nor in totals, checks, closures or quota."""
    add_newcomer(inputs)
    add_state(inputs, "old")
    inputs.add("fleet", fleet="2016", site="new_north", cell="old", capacity_mt_per_a=0.3,
               double_counted_mt_per_a=0)  # fmt: skip
    for province, total in (("North", 0.6), ("South", 0.6), ("national", 1.2)):
        inputs.add("control_totals", fleet="today", province=province, capacity_mt_per_a=total)
    inputs.add("control_totals", fleet="2016", province="national", capacity_mt_per_a=99)
    inputs.add("quota", fleet="2016", region="north", registered_mt_per_a=9)
    fleet = load(inputs).fleet
    assert fleet.start == {("north_smelter", "pot"): 0.6, ("south_smelter", "pot"): 0.6}
    assert fleet.registered_quota == {}
    inputs.add("closures", site="new_north", cell="old", year=2025)
    assert [problem.rule for problem in inputs.problems()] == ["no such capacity stands there"]


def test_what_is_wholly_counted_twice_stands_nowhere(inputs: EditableInputs):
    inputs.change("fleet", NORTH, double_counted_mt_per_a=0.6)
    assert load(inputs).fleet.start == {("south_smelter", "pot"): 0.6}


@pytest.mark.parametrize(
    ("year", "counts_in"),
    [(2023, None), (2024, None), (2025, 2025), (2026, 2030), (2030, 2030), (2031, None)],
)
def test_a_move_counts_in_the_next_model_year(inputs: EditableInputs, year: int, counts_in: int | None):
    """Moves of the base year and before are in the fleet already; those after the horizon do not come."""
    inputs.scenario(years=[2025, 2030])
    inputs.add("moves", year=year, from_site="north_smelter", from_cell="pot", to_site="south_smelter",
               to_cell="pot", capacity_mt_per_a=0.2)  # fmt: skip
    fleet = load(inputs).fleet
    expected = {} if counts_in is None else {("south_smelter", "pot", counts_in): 0.2}
    assert fleet.arriving == expected
    assert set(fleet.quota_moves) == ({("north", counts_in), ("south", counts_in)} if counts_in else set())


def test_a_move_within_a_region_takes_no_quota_along(inputs: EditableInputs):
    inputs.change("sites", {"site": "south_smelter"}, region="north")
    inputs.add("moves", year=2025, from_site="north_smelter", from_cell="pot", to_site="south_smelter",
               to_cell="pot", capacity_mt_per_a=0.2)  # fmt: skip
    fleet = load(inputs).fleet
    assert fleet.departing == {("north_smelter", "pot", 2025): 0.2}
    assert fleet.quota_moves == {}


@pytest.mark.parametrize(("year", "closed"), [(2024, [2025, 2030]), (2026, [2030]), (2031, [])])
def test_a_closure_holds_from_its_year_on(inputs: EditableInputs, year: int, closed: list[int]):
    inputs.scenario(years=[2025, 2030])
    inputs.change("fleet", NORTH, double_counted_mt_per_a=0.1)
    inputs.add("closures", site="north_smelter", cell="pot", year=year)
    assert load(inputs).fleet.closures == {
        ("north_smelter", "pot", y): pytest.approx(0.6 - 0.1, rel=1e-12) for y in closed
    }


def test_which_states_can_stand_where_and_when(inputs: EditableInputs):
    """pot → better (2030) → best (step from 2035): each can stand from the later of its years on.

    The newcomer builds `fresh` from 2030 on and relines it to `best`; it never rebuilds, and
    `far` comes after the horizon. What no step leads to stands nowhere.
    """
    inputs.scenario(years=[2025, 2030, 2035])
    add_newcomer(inputs)
    inputs.add("cell_values", quantity="new_capex_cny_per_t_a", value=8000, **{"class": "pot"})
    add_state(inputs, "better", earliest_year=2027)
    add_state(inputs, "best")
    add_state(inputs, "fresh", new_build="true", earliest_year=2030)
    add_state(inputs, "far", new_build="true", earliest_year=2036)
    add_state(inputs, "stray")
    add_step(inputs, "pot", "better")
    add_step(inputs, "better", "best", earliest_year=2035)
    add_step(inputs, "fresh", "best")
    add_step(inputs, "fresh", "better", kind="rebuild")
    add_step(inputs, "best", "pot", earliest_year=2036)
    fleet = load(inputs).fleet
    existing = {"pot": 2025, "better": 2030, "best": 2035}
    assert fleet.site_cells == (
        {(site, cell): year for site in ("north_smelter", "south_smelter") for cell, year in existing.items()}
        | {("new_north", "fresh"): 2030, ("new_north", "best"): 2030}
    )
    assert fleet.new_build == (("new_north", "fresh"),)
    assert set(fleet.site_arcs) == {
        (site, *step)
        for site in ("north_smelter", "south_smelter")
        for step in (("pot", "better"), ("better", "best"))
    } | {("new_north", "fresh", "best")}


def test_a_state_that_arrives_stands_from_its_move_on(inputs: EditableInputs):
    inputs.scenario(years=[2025, 2030])
    add_state(inputs, "spare")
    for year in (2025, 2027):
        inputs.add("moves", year=year, from_site="north_smelter", from_cell="pot", to_site="south_smelter",
                   to_cell="spare" if year == 2027 else "pot", capacity_mt_per_a=0.1)  # fmt: skip
    assert load(inputs).fleet.site_cells == {
        ("north_smelter", "pot"): 2025,
        ("south_smelter", "pot"): 2025,
        ("south_smelter", "spare"): 2030,
    }


def test_a_source_reaches_the_sites_of_its_kind(inputs: EditableInputs):
    """grid is for existing smelters, contract for the newcomer, hydro for either: one pool."""
    add_newcomer(inputs)
    hydro = {"region": "north", "source_name": "hydro", "site_kind": "any"}
    inputs.add("power_sources", **hydro, factor="zero", limited="true")
    inputs.add("power_prices", **hydro, months=ALL_MONTHS, price_cny_per_mwh=250, vat="included")
    inputs.add("power_volumes", **hydro, months=ALL_MONTHS, year=2025, volume_twh=2)
    power = load(inputs).power
    assert power.sources == {
        "north_smelter": ("grid", "hydro"),
        "new_north": ("contract", "hydro"),
        "south_smelter": ("grid",),
    }
    assert set(power.pools["north|hydro|any"].members) == {("north_smelter", "hydro"), ("new_north", "hydro")}
    assert power.price["new_north", "hydro", "year"] == pytest.approx(250 / 1.13, rel=1e-12)
    assert power.price["new_north", "contract", "year"] == 350
    assert power.emission_factor["new_north", "hydro", 2025] == 0.0
    assert power.emission_factor["north_smelter", "grid", 2025] == 0.7
    # fossil power emits 0.83 t/MWh: 0.7 of it is coal, what is left is renewable
    assert power.coal_share["north_smelter", "grid", 2025] == pytest.approx(0.7 / 0.83, rel=1e-12)
    assert power.renewable_share["north_smelter", "grid", 2025] == pytest.approx(1 - 0.7 / 0.83, rel=1e-12)


def test_a_site_whose_power_is_even_decides_once_a_year(inputs: EditableInputs):
    """The north's grid is dearer in the dry months, so it decides by season; the south's never changes."""
    half = {"slice_set": "halves", "share": 0.5}
    inputs.add("slices", slice="wet", season="wet", months="5;6;7;8;9;10", **half)
    inputs.add("slices", slice="dry", season="dry", months="11;12;1;2;3;4", **half)
    inputs.scenario(slices="halves")
    grid = {"region": "north", "source_name": "grid", "site_kind": "existing"}
    inputs.change("power_prices", {"region": "north"}, months="5;6;7;8;9;10")
    inputs.add("power_prices", **grid, months="11;12;1;2;3;4", price_cny_per_mwh=360)
    power = load(inputs).power
    assert power.slices_of == {"north_smelter": ("wet", "dry"), "south_smelter": ("year",)}
    assert power.seasons_of == {"north_smelter": ("wet", "dry"), "south_smelter": ("year",)}
    prices = {h: power.price["north_smelter", "grid", h] for h in ("wet", "dry", "year")}
    assert prices == {"wet": 300, "dry": 360, "year": pytest.approx(0.5 * 300 + 0.5 * 360, rel=1e-12)}


@pytest.mark.parametrize(("wet", "even"), [(2.0 * 184 / 365, True), (1.5, False)])
def test_an_uneven_volume_ties_all_that_draw_on_it(inputs: EditableInputs, wet: float, even: bool):
    """2 TWh by days are even; 1.5 in summer and 0.5 in winter make every member of the pool decide twice."""
    shares = {"wet": 184 / 365, "dry": 181 / 365}
    for name, months in (("wet", "5;6;7;8;9;10"), ("dry", "11;12;1;2;3;4")):
        inputs.add("slices", slice_set="halves", slice=name, season=name, months=months, share=shares[name])
    inputs.scenario(slices="halves")
    inputs.change("sites", {"site": "south_smelter"}, region="north")
    hydro = {"region": "north", "source_name": "hydro", "site_kind": "any"}
    inputs.add("power_sources", **hydro, factor="zero", limited="true")
    inputs.add("power_prices", **hydro, months=ALL_MONTHS, price_cny_per_mwh=250)
    inputs.add("power_volumes", **hydro, months="5;6;7;8;9;10", year=2025, volume_twh=wet)
    inputs.add("power_volumes", **hydro, months="11;12;1;2;3;4", year=2025, volume_twh=2.0 - wet)
    power = load(inputs).power
    parts = ("year",) if even else ("wet", "dry")
    assert power.slices_of == {"north_smelter": parts, "south_smelter": parts}
    volume = power.pools["north|hydro|any"].volume
    assert volume[2025, "wet"] == pytest.approx(wet, rel=1e-12)
    assert volume[2025, "year"] == pytest.approx(2.0, rel=1e-12)


def test_a_site_is_tied_to_those_it_shares_a_pool_with(inputs: EditableInputs):
    """The smelter's own power is dearer in winter; the newcomer shares an even pool with it."""
    half = {"slice_set": "halves", "share": 0.5}
    inputs.add("slices", slice="wet", season="wet", months="5;6;7;8;9;10", **half)
    inputs.add("slices", slice="dry", season="dry", months="11;12;1;2;3;4", **half)
    inputs.scenario(slices="halves")
    add_newcomer(inputs)
    hydro = {"region": "north", "source_name": "hydro", "site_kind": "any"}
    inputs.add("power_sources", **hydro, factor="zero", limited="true")
    inputs.add("power_prices", **hydro, months=ALL_MONTHS, price_cny_per_mwh=250)
    for months in ("5;6;7;8;9;10", "11;12;1;2;3;4"):
        inputs.add("power_volumes", **hydro, months=months, year=2025, volume_twh=1)
    grid = {"region": "north", "source_name": "grid", "site_kind": "existing"}
    inputs.change("power_prices", grid, months="5;6;7;8;9;10")
    inputs.add("power_prices", **grid, months="11;12;1;2;3;4", price_cny_per_mwh=360)
    parts = load(inputs).power.slices_of
    assert parts == {"north_smelter": ("wet", "dry"), "new_north": ("wet", "dry"), "south_smelter": ("year",)}


def test_a_grid_dirtier_than_fossil_power_is_all_coal(inputs: EditableInputs):
    inputs.change("grid_factors", {"region": "north"}, emission_factor_t_per_mwh=0.9, low=0.9, high=0.9)
    power = load(inputs).power
    assert power.coal_share["north_smelter", "grid", 2025] == 1.0
    assert power.renewable_share["north_smelter", "grid", 2025] == 0.0


def test_a_grids_factor_follows_its_path_after_the_last_year_measured(inputs: EditableInputs):
    """0.6 in 2022 and 0.7 in 2024: 0.65 in 2023; from 2024 the path falls to half by 2030."""
    inputs.scenario(base_year=2022, years=[2023, 2024, 2027, 2030])
    inputs.add("grid_factors", region="north", year=2022, emission_factor_t_per_mwh=0.6)
    inputs.add("grid_paths", path="frozen", year=2030, multiplier=0.5)
    factor = load(inputs).power.grid_factor
    expected = {2023: (0.6 + 0.7) / 2, 2024: 0.7, 2027: 0.7 * (1 + 0.5) / 2, 2030: 0.7 * 0.5}
    assert {year: factor["north", year] for year in expected} == {
        year: pytest.approx(value, rel=1e-12) for year, value in expected.items()
    }


@pytest.mark.parametrize(("vat", "divisor"), [("excluded", 1.0), ("included", 1.13)])
def test_prices_bear_tax_only_where_they_say_so(inputs: EditableInputs, vat: str, divisor: float):
    for table, where in (
        ("demand_steps", {"step": "all"}),
        ("power_prices", {"region": "north"}),
        ("refinery_values", {"quantity": "landed_price_cny_per_t"}),
        ("parameters", {"parameter": "anode_price_cny_per_t"}),
    ):
        inputs.change(table, where, vat=vat)
    inputs.add("import_steps", step="far", volume_mt_per_a=1, price_cny_per_t=20_000, vat=vat)
    inputs.add("export_steps", step="out", volume_mt_per_a=1, price_cny_per_t=12_000, vat=vat)
    data = load(inputs)
    found = {
        "demand": data.markets.demand_steps[0].price,
        "import": data.markets.import_steps[0].price,
        "export": data.markets.export_steps[0].price,
        "power": data.power.price["north_smelter", "grid", "year"],
        "alumina": data.materials.refineries["port"].cost,
        "anode": data.parameters["anode_price_cny_per_t"],
    }
    prices = {
        "demand": 30_000,
        "import": 20_000,
        "export": 12_000,
        "power": 300,
        "alumina": 2500,
        "anode": 4000,
    }
    assert found == {name: pytest.approx(price / divisor, rel=1e-12) for name, price in prices.items()}


@pytest.mark.parametrize(("vat", "divisor"), [("excluded", 1.0), ("included", 1.09)])
def test_freight_is_handling_and_distance(inputs: EditableInputs, vat: str, divisor: float):
    """Ingot from north to south: 40 CNY/t and 0.1 CNY/t·km over 1.3 times the great circle; 20 g/t·km."""
    for quantity in ("handling_cny_per_t", "rate_cny_per_t_km"):
        inputs.change("freight", {"material": "ingot", "quantity": quantity}, vat=vat)
    markets = load(inputs).markets
    distance = 1.3 * great_circle_km((40, 100), (25, 110))
    assert markets.freight["north", "south_ingot"] == pytest.approx(
        (40 + 0.1 * distance) / divisor, rel=1e-12
    )
    assert markets.freight_emission["north", "south_ingot"] == pytest.approx(0.02e-3 * distance, rel=1e-12)
    assert markets.freight["south", "south_ingot"] == 0.0
    assert markets.export_freight == {}
    inputs.add("export_steps", step="abroad", volume_mt_per_a=1, price_cny_per_t=1)
    markets = load(inputs).markets
    # the south is the port: its exports travel nowhere, the north's come through it
    assert markets.export_freight == {"north": markets.freight["north", "south_ingot"], "south": 0.0}
    assert markets.import_markets == ("south_ingot",)


def test_a_great_circle_by_hand():
    """A quarter of the globe along the equator, and along a meridian: π/2 × 6,371 km."""
    quarter = 3.141592653589793 / 2 * 6371
    assert great_circle_km((0, 0), (0, 90)) == pytest.approx(quarter, rel=1e-12)
    assert great_circle_km((0, 20), (90, 20)) == pytest.approx(quarter, rel=1e-12)
    same = Freight(handling=40, rate=0.1, emission=0.00002, circuity=1.3)
    assert (same.cost((40, 100), (40, 100)), same.emissions((40, 100), (40, 100))) == (0.0, 0.0)


def test_steps_stand_in_order_of_price(inputs: EditableInputs):
    inputs.change("demand_steps", {"step": "all"}, share=0.5)
    inputs.add("demand_steps", step="dear", share=0.5, price_cny_per_t=40_000)
    for step, price in (("b", 20_000), ("a", 18_000), ("c", 18_000)):
        inputs.add("import_steps", step=step, volume_mt_per_a=1, price_cny_per_t=price)
        inputs.add("export_steps", step=step, volume_mt_per_a=1, price_cny_per_t=price)
    markets = load(inputs).markets
    assert [step.key for step in markets.demand_steps] == ["dear", "all"]
    assert [step.key for step in markets.import_steps] == ["a", "c", "b"]
    assert [step.key for step in markets.export_steps] == ["b", "a", "c"]


def test_ore_comes_from_its_mine_or_through_the_nearest_port(inputs: EditableInputs):
    """A refinery at the mine pays no freight for it; imported ore comes from the nearer of two ports."""
    inputs.add("refineries", refinery="works", name="Works", region="north", kind="refinery",
               latitude_deg=38, longitude_deg=101)  # fmt: skip
    for quantity, value in (
        ("capacity_mt_per_a", 3), ("conversion_cost_cny_per_t", 1000), ("fuel_emission_t_per_t", 0.6),
        ("electricity_mwh_per_t", 0.22), ("red_mud_t_per_t", 1.5),
    ):  # fmt: skip
        inputs.add("refinery_values", refinery="works", quantity=quantity, value=value)
    inputs.add("bauxite", origin="hills", name="Hills", kind="domestic", latitude_deg=38, longitude_deg=101)
    inputs.add("bauxite", origin="far", name="Far", kind="import")
    for port, latitude in (("near", 36), ("distant", 20)):
        inputs.add("ports", port=port, name=port, latitude_deg=latitude, longitude_deg=101)
    for origin, vat in (("hills", "excluded"), ("far", "included")):
        inputs.add("bauxite_values", origin=origin, quantity="price_cny_per_t", value=500, vat=vat)
        inputs.add("bauxite_values", origin=origin, quantity="volume_mt_per_a", value=5)
        inputs.add("bauxite_values", origin=origin, quantity="emission_t_per_t", value=0.01)
        inputs.add("ore_yields", refinery="works", origin=origin, bauxite_t_per_t=2.5)
    materials = load(inputs).materials
    distance = 1.3 * great_circle_km((36, 101), (38, 101))
    assert materials.ore_cost == {
        ("hills", "works"): 500.0,
        ("far", "works"): pytest.approx(500 / 1.13 + 40 + 0.1 * distance, rel=1e-12),
    }
    assert materials.ore_emission["far", "works"] == pytest.approx(0.01 + 0.02e-3 * distance, rel=1e-12)
    works = materials.refineries["works"]
    assert (works.cost, works.fuel, works.electricity, works.red_mud) == (1000, 0.6, 0.22, 1.5)


def test_alumina_goes_to_the_smelter_or_to_its_region(inputs: EditableInputs):
    """At smelter resolution to the smelter's own place, at province resolution to that of the region."""
    inputs.change("sites", NORTH, latitude_deg=42)
    port, distances = (25, 110), {"smelter": (42, 100), "province": (40, 100)}
    for resolution, place in distances.items():
        materials = load(inputs, resolution=resolution).materials
        point = materials.point_of["north_smelter" if resolution == "smelter" else "north"]
        distance = 1.3 * great_circle_km(port, place)
        assert materials.alumina_freight["port", point] == pytest.approx(80 + 0.15 * distance, rel=1e-12)


def test_sites_of_a_region_share_its_alumina_at_province_resolution(inputs: EditableInputs):
    add_newcomer(inputs)
    province = {"north": "north", "new_north": "north", "south": "south"}
    assert load(inputs, resolution="province").materials.point_of == province
    assert set(load(inputs).materials.point_of) == {"north_smelter", "new_north", "south_smelter"}
    assert all(site == point for site, point in load(inputs).materials.point_of.items())


def test_the_metal_balance_is_that_of_the_scenarios_fleet(inputs: EditableInputs):
    """Another fleet's balance neither counts nor has to close."""
    for fleet, supply, use in (("today", 0.8, 0.795), ("2016", 0.5, 0.1)):
        inputs.add("metal_balance", fleet=fleet, item="output", side="supply", mt=supply)
        inputs.add("metal_balance", fleet=fleet, item="casting", side="use", mt=use)
    assert load(inputs).markets.balance == {("supply", "output"): 0.8, ("use", "casting"): 0.795}


def test_a_refinery_beside_a_smelter_conveys_its_alumina(inputs: EditableInputs):
    """At smelter resolution to the smelter, else to its province; never to a smelter that is gone."""
    inputs.add("sites", site="old_smelter", name="Old", owner="Old", region="north", kind="existing",
               latitude_deg=40, longitude_deg=101)  # fmt: skip
    inputs.add("co_located", refinery="port", site="south_smelter", volume_mt_per_a=0.7)
    inputs.add("co_located", refinery="port", site="old_smelter", volume_mt_per_a=0.7)
    assert load(inputs).materials.conveyed_limit == {("port", "south_smelter"): 0.7}
    assert load(inputs, resolution="province").materials.conveyed_limit == {("port", "south"): 0.7}


def test_perfluorocarbons_are_weighed_by_the_scenarios_set(inputs: EditableInputs):
    """0.08 kg CF4 at 6,630 and 0.01 kg C2F6 at 11,100 are 0.6414 t CO2e per tonne."""
    for gas, weight in (("co2", 1), ("cf4", 7000), ("c2f6", 12_000)):
        inputs.add("gwp", gwp_set="other", gas=gas, gwp=weight)
    assert load(inputs).pfc_co2e("pot") == pytest.approx(0.08e-3 * 6630 + 0.01e-3 * 11_100, rel=1e-12)
    inputs.scenario(gwp="other")
    assert load(inputs).pfc_co2e("pot") == pytest.approx(0.08e-3 * 7000 + 0.01e-3 * 12_000, rel=1e-12)


@pytest.mark.parametrize(
    ("years", "last", "weights"),
    [
        pytest.param([2025, 2030], 5, {2025: range(1, 6), 2030: range(6, 11)}, id="even steps"),
        pytest.param([2026, 2027, 2033], 3, {2026: [2], 2027: range(3, 9), 2033: range(9, 12)}, id="uneven"),
    ],
)
def test_money_is_weighed_by_the_calendar_years_it_is_paid_in(
    inputs: EditableInputs, years: list[int], last: int, weights: dict[int, Any]
):
    """W = Σ (1+r)^−t over the calendar years, counted from 2024, that a model year stands for."""
    inputs.scenario(years=years, last_period_years=last)
    calendar = load(inputs).calendar
    assert calendar.weight == {
        year: pytest.approx(sum(1.08**-t for t in paid), rel=1e-12) for year, paid in weights.items()
    }
    assert calendar.discount == {year: pytest.approx(1.08 ** (2024 - year), rel=1e-12) for year in years}
    assert calendar.elapsed == {b: b - a for a, b in zip([2024, *years], years, strict=False)}
    assert calendar.end == years[-1] + last


def test_a_charge_is_paid_for_its_life_within_the_horizon(inputs: EditableInputs):
    """From 2025 for 6.5 years to the middle of 2031, in a horizon of 2025 to 2034."""
    inputs.scenario(years=[2025, 2030], last_period_years=5)
    calendar = load(inputs).calendar
    worth = {t: 1.08 ** (2024 - t) for t in range(2025, 2040)}
    assert calendar.charge_weights(2025, 6.5) == {
        2025: pytest.approx(sum(worth[t] for t in range(2025, 2030)), rel=1e-12),
        2030: pytest.approx(worth[2030] + 0.5 * worth[2031], rel=1e-12),
    }
    assert calendar.charge_weights(2030, 20) == {
        2030: pytest.approx(sum(worth[t] for t in range(2030, 2035)), rel=1e-12)
    }
    assert calendar.charge_weights(2030, 0) == {}
