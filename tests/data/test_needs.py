"""What only some worlds have a use for is asked for where something uses it, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from editable_inputs import EditableInputs

import alopt
from alopt.data.needs import PARAMETERS
from alopt.errors import Problem
from alopt.report.screen import screen

FILE = "scenarios/baseline.yaml"

Change = Callable[[EditableInputs], object]

SMELTERS = (
    "rectifier_efficiency", "auxiliary_kwh_per_t", "availability", "alumina_t_per_t", "fluoride_cny_per_t",
    "overhead_cny_per_t_a", "sustaining_capex_cny_per_t_a", "closure_cost_cny_per_t_a",
    "restart_cost_cny_per_t_a",
)  # fmt: skip


def value_missing(name: str, who: str) -> Problem:
    """The problem of a parameter that something uses."""
    rule = f"{name} is missing, which {who}"
    return Problem("tables/parameters.csv", None, "parameter", None, rule, "Add its row.")


def new_lines(inputs: EditableInputs) -> None:
    """A cell that may be built, and a site to build it on."""
    inputs.change("cells", {"cell": "pot"}, new_build="true")
    inputs.add("cell_values", **{"class": "pot"}, quantity="new_capex_cny_per_t_a", value=9000)
    place = {"region": "south", "latitude_deg": 25, "longitude_deg": 110}
    inputs.add("sites", site="new_south", name="New", owner="New", kind="newcomer", **place)
    source = {"region": "south", "source_name": "hydro", "site_kind": "newcomer"}
    inputs.add("power_sources", **source, factor="zero", limited="false")
    inputs.add("power_prices", **source, months="1;2;3;4;5;6;7;8;9;10;11;12", price_cny_per_mwh=250)


def retrofit(inputs: EditableInputs, kind: str = "relining") -> None:
    """A measure, the state that it leads to, and the step."""
    inputs.add("measures", measure="saver", name="Saver")
    values = {"voltage_change_v": -0.1, "durable_capex_cny_per_t_a": 500, "durable_life_a": 10}
    for quantity, value in values.items():
        inputs.add("measure_values", measure="saver", quantity=quantity, value=value)
    inputs.add("cells", cell="better", **{"class": "pot"}, stage="package", new_build="false",
               earliest_year=2000)  # fmt: skip
    inputs.add("retrofits", from_cell="pot", to_cell="better", kind=kind, measures="saver", gain=1,
               earliest_year=2000)  # fmt: skip


def captive(inputs: EditableInputs) -> None:
    """A captive unit in the north."""
    inputs.add("captive_units", unit="one", plant="Station", owner="Northern Metals", technology="coal",
               region="north", site="north_smelter", capacity_gw=0.3, start_year=2015,
               in_use="true")  # fmt: skip
    costs = {
        "coal_price_cny_per_t": 600, "heat_rate_kgce_per_kwh": 0.3, "operation_cny_per_kwh": 0.05,
        "levies_cny_per_kwh": 0.02, "reserve_fee_cny_per_kwh": 0.01, "hours_per_a": 6500,
        "emission_factor_t_per_mwh": 0.85,
    }  # fmt: skip
    for quantity, value in costs.items():
        inputs.add("captive_costs", region="north", quantity=quantity, value=value)


def potlining(inputs: EditableInputs) -> None:
    """One way to be rid of spent potlining."""
    for quantity, value in (("cost_cny_per_t", 2000), ("credit_cny_per_t", 0), ("share_limit", 1)):
        inputs.add("spent_potlining", route="landfill", quantity=quantity, value=value)


def remelting(inputs: EditableInputs) -> None:
    """A liquid market beside the ingot market."""
    inputs.change("markets", {"market": "south_ingot"}, demand_share=0.6, low=0)
    inputs.add("markets", market="south_liquid", region="south", segment="liquid", demand_share=0.4)


def full_cost(inputs: EditableInputs) -> None:
    """A month of market prices, and the tax rates that go with it."""
    inputs.scenario(market_prices="may")
    inputs.prices("may", alumina_cny_per_t=3000, anode_cny_per_t=3000)
    for component in ("power", "alumina", "carbon_materials", "fluoride"):
        inputs.add("vat_rates", component=component, rate=0.25)


def capped(inputs: EditableInputs) -> None:
    """A cap on quota that two regions hold."""
    for region in ("north", "south"):
        inputs.add("quota", fleet="today", region=region, registered_mt_per_a=0.6)
    inputs.scenario(policies={"capacity_cap": {"cap_mt_per_a": 1.2}})


BUILDING = ("national_build_rate_mt_per_a", "regional_build_rate_mt_per_a")
WHO_BUILDS = "new potlines and rebuilds need"

#: What is added to the smallest inputs: the change, and who then needs which values.
USES: dict[str, tuple[Change, dict[str, str]]] = {
    "new potlines": (
        new_lines,
        {"new_build_life_a": "new potlines need", **dict.fromkeys(BUILDING, WHO_BUILDS)},
    ),
    "retrofits at relining": (
        retrofit,
        {
            "retrofit_works_cny_per_t_a": "steps of tables/retrofits.csv need",
            "cell_life_a": "retrofits at relining need",
        },
    ),
    "rebuilds": (
        lambda inputs: retrofit(inputs, "rebuild"),
        {
            "retrofit_works_cny_per_t_a": "steps of tables/retrofits.csv need",
            **dict.fromkeys(BUILDING, WHO_BUILDS),
        },
    ),
    "captive units": (captive, {"captive_life_a": "captive units need"}),
    "spent potlining": (potlining, {"spent_potlining_kg_per_t": "routes of spent potlining need"}),
    "remelting": (
        remelting,
        {"remelting_cost_cny_per_t": "regions with a liquid and an ingot market need"},
    ),
    "imports": (
        lambda inputs: inputs.add("import_steps", step="any", volume_mt_per_a=1, price_cny_per_t=20000),
        {"primary_import_emission_t_per_t": "imports of metal need"},
    ),
    "quota": (
        capped,
        {"quota_transfer_cost_cny_per_t_a": "quota that changes hands (the policy capacity_cap) needs"},
    ),
    "full cost": (
        full_cost,
        dict.fromkeys(
            ("depreciation_cny_per_t", "interest_and_taxes_cny_per_t"),
            "the trade's full cost (the scenario's market_prices) needs",
        ),
    ),
}

#: Values that no plan needs: what is made of them is left blank without.
LEFT_OUT_WITHOUT = {"investor_rate"}

VALUES = {"availability": 1, "cell_life_a": 6, "new_build_life_a": 20, "captive_life_a": 40}


@pytest.mark.parametrize(("change", "needed"), USES.values(), ids=USES)
def test_what_is_added_asks_for_its_values(smallest: EditableInputs, change: Change, needed: dict[str, str]):
    """The smallest inputs lack the value and run; with its use they name it; with it they run."""
    assert smallest.problems() == []
    change(smallest)
    expected = [value_missing(name, needed[name]) for name in PARAMETERS if name in needed]
    assert smallest.problems() == expected
    for name in needed:
        smallest.add("parameters", parameter=name, value=VALUES.get(name, 7))
    results = alopt.run(inputs=smallest.folder)
    assert results.summary["status"] == "optimal"


def test_every_parameter_is_asked_for_by_some_world(smallest: EditableInputs):
    """The table of needs and the dictionary name the same values; none is in the smallest set in vain."""
    assert list(PARAMETERS) == list(smallest.resources["parameters"]["alopt:quantities"])
    kept = [row["parameter"] for row in smallest.rows("parameters")]
    asked = {*kept} | {name for _, needed in USES.values() for name in needed}
    assert asked | LEFT_OUT_WITHOUT == set(PARAMETERS)
    smallest.write("parameters", [])
    assert {p.rule.split()[0] for p in smallest.problems()} == set(kept)
    assert smallest.problems()[0] == value_missing("rectifier_efficiency", "every smelter needs")
    assert {*SMELTERS} <= set(kept)


def test_a_transport_problem_needs_nothing_of_a_smelter(smallest: EditableInputs):
    """Without alumina, anodes, people, gases and a grid that emits, their tables and values may go."""
    smallest.change("parameters", {"parameter": "alumina_t_per_t"}, value=0, low=0, high=0)
    for quantity in ("anode_t_per_t", "employees_per_kt", "cf4_kg_per_t", "c2f6_kg_per_t"):
        smallest.change("cell_values", {"quantity": quantity}, value=0, low=0, high=0)
    for region in ("north", "south"):
        smallest.change("power_sources", {"region": region}, factor="zero")
    for name in (
        "anode_price_cny_per_t", "anode_baking_emission_t_per_t_anode", "wage_cny_per_a",
        "fossil_emission_factor_t_per_mwh",
    ):  # fmt: skip
        smallest.remove("parameters", {"parameter": name})
    for name in ("gwp", "grid_factors", "refineries", "refinery_values"):
        smallest.path(name).unlink()
    smallest.write("freight", [row for row in smallest.rows("freight") if row["material"] == "ingot"])
    path = smallest.scenario()
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith("gwp")), encoding="utf-8")
    results = alopt.run(inputs=smallest.folder)
    (year,) = results.summary["years"].values()
    assert year["production_mt"] == pytest.approx(0.8)
    assert year["full_cost_cny_per_t_with_vat"] is None
    assert (year["coal_share"], year["alumina_mt"], year["employment_persons"]) == (0, 0, 0)
    assert year["emissions_mt_co2e"]["by_boundary"]["direct"] == pytest.approx(0.8 * 1.424)


def test_smelters_that_take_alumina_need_someone_who_has_it(smallest: EditableInputs):
    smallest.path("refineries").unlink()
    smallest.path("refinery_values").unlink()
    assert smallest.problems() == [
        Problem(
            "tables/refineries.csv", None, None, None,
            "smelters take 1.925 t of alumina per t of metal, and nothing supplies it",
            "Add a refinery or a port that lands alumina, or set alumina_t_per_t to 0.",
        )
    ]  # fmt: skip


@pytest.mark.parametrize(("material", "start", "end"), [("alumina", "port", "north_smelter"),
                                                        ("ingot", "north", "south")])  # fmt: skip
def test_freight_of_what_is_shipped(smallest: EditableInputs, material: str, start: str, end: str):
    quantities = ("handling_cny_per_t", "rate_cny_per_t_km", "emission_kg_per_t_km")
    smallest.write("freight", [row for row in smallest.rows("freight") if row["material"] != material])
    assert smallest.problems() == [
        Problem(
            "tables/freight.csv", None, "quantity", None,
            f"{quantity} of {material} is missing, and it can go from {start} to {end}", "Add its row.",
        )
        for quantity in quantities
    ]  # fmt: skip


@pytest.mark.parametrize("resolution", ["smelter", "province"])
def test_no_freight_where_nothing_moves(smallest: EditableInputs, resolution: str):
    """With all in one place there is no table of freight, and no circuity; with a port elsewhere there is."""
    smallest.remove("fleet", {"site": "north_smelter"})
    smallest.path("freight").unlink()
    smallest.remove("parameters", {"parameter": "circuity"})
    smallest.scenario(resolution=resolution)
    materials = alopt.load(smallest.folder).materials
    assert set(materials.alumina_freight.values()) == {0.0}
    smallest.change("regions", {"region": "north"}, port="true")
    smallest.add("export_steps", step="abroad", volume_mt_per_a=1, price_cny_per_t=9000)
    rules = [p.rule for p in smallest.problems()]
    assert rules[0] == "circuity is missing, which freight over a distance needs"
    assert [rule.split(" is")[0] for rule in rules[1:]] == [
        f"{quantity} of ingot"
        for quantity in ("handling_cny_per_t", "rate_cny_per_t_km", "emission_kg_per_t_km")
    ]
    smallest.change("refineries", {"refinery": "port"}, latitude_deg=26)
    assert len([p for p in smallest.problems() if "of alumina is missing" in p.rule]) == 3


def test_tax_rates_of_prices_with_tax(smallest: EditableInputs):
    smallest.change("power_prices", {"region": "north"}, vat="included")
    smallest.change("demand_steps", {"step": "all"}, vat="included")
    assert smallest.problems() == [
        Problem(
            "tables/vat_rates.csv", None, "component", None,
            f"the rate of {component} is missing, which a price with VAT in tables/{table}.csv needs",
            "Add its row.",
        )
        for component, table in (("power", "power_prices"), ("metal", "demand_steps"))
    ]  # fmt: skip
    smallest.add("vat_rates", component="power", rate=0.2)
    smallest.add("vat_rates", component="metal", rate=0.5)
    data = alopt.load(smallest.folder)
    assert data.power.price["north_smelter", "grid", "year"] == pytest.approx(300 / 1.2)
    assert data.markets.demand_steps[0].price == pytest.approx(30000 / 1.5)


def test_tax_rates_of_the_full_cost(smallest: EditableInputs):
    full_cost(smallest)
    smallest.path("vat_rates").unlink()
    found = [p for p in smallest.problems() if p.file == "tables/vat_rates.csv"]
    who = "which the trade's full cost (the scenario's market_prices) needs"
    assert [p.rule for p in found] == [
        f"the rate of {component} is missing, {who}"
        for component in ("power", "alumina", "carbon_materials", "fluoride")
    ]


def test_tax_rates_of_market_prices(smallest: EditableInputs):
    full_cost(smallest)
    smallest.prices("may", vat="included", alumina_cny_per_t=1, anode_cny_per_t=1, metal_cny_per_t=1)
    rule = "the rate of this component is missing, which prices with VAT need"
    mend = "Add its row, or give the prices without VAT."
    assert smallest.problems()[-1] == Problem("tables/vat_rates.csv", None, "component", "metal", rule, mend)


def test_gases_need_a_set_of_warming_potentials(smallest: EditableInputs):
    path = smallest.scenario()
    text = path.read_text(encoding="utf-8").replace("gwp: AR5\n", "")
    path.write_text(text, encoding="utf-8")
    rule = "cells emit cf4, c2f6, and no set of warming potentials is named"
    assert smallest.problems() == [Problem(FILE, None, "gwp", None, rule, "Use a whole set of AR5.")]
    smallest.path("gwp").unlink()
    (problem,) = smallest.problems()
    assert problem.mend == "Name a set, and add it to tables/gwp.csv."


def test_grid_factors_that_end_need_a_path(smallest: EditableInputs):
    smallest.scenario(years=[2025, 2030])
    rule = "a grid's factors end in 2025, and no path carries them forward"
    mend = "Add factors to the last model year, or a path."
    assert smallest.problems() == [Problem(FILE, None, "grid_path", None, rule, mend)]
    for region in ("north", "south"):
        smallest.add("grid_factors", region=region, year=2030, emission_factor_t_per_mwh=0.1)
    assert smallest.problems() == []


def test_a_grid_that_nobody_draws_on_needs_no_factor(smallest: EditableInputs):
    """Only smelters on grid power and refineries do; a port draws nothing."""
    smallest.change("power_sources", {"region": "south"}, factor="zero")
    smallest.remove("grid_factors", {"region": "south"})
    assert smallest.problems() == []
    smallest.remove("grid_factors", {"region": "north"})
    assert smallest.problems() == [
        Problem(
            "tables/grid_factors.csv", None, "region", "north", "the region's grid has no emission factor",
            "Add a row for it.",
        )
    ]  # fmt: skip


def test_control_totals_need_provinces(smallest: EditableInputs):
    smallest.add("control_totals", fleet="today", province="national", capacity_mt_per_a=1.2)
    assert smallest.problems() == [
        Problem(
            "tables/regions.csv", line, "province", None, "control totals need the region's province",
            "Give it, or remove the totals.",
        )
        for line in (2, 3)
    ]  # fmt: skip


def test_metal_from_abroad_needs_a_port(smallest: EditableInputs):
    smallest.change("regions", {"region": "south"}, port="false")
    smallest.add("import_steps", step="any", volume_mt_per_a=1, price_cny_per_t=20000)
    smallest.add("export_steps", step="any", volume_mt_per_a=1, price_cny_per_t=20000)
    smallest.add("parameters", parameter="primary_import_emission_t_per_t", value=10)
    assert smallest.problems() == [
        Problem(
            "tables/regions.csv",
            None,
            "port",
            None,
            "no port has an ingot market where metal from abroad could land",
            "Set port to true for a region with an ingot market, or remove tables/import_steps.csv.",
        ),
        Problem(
            "tables/regions.csv",
            None,
            "port",
            None,
            "metal is sold abroad, and no region is a port",
            "Set port to true for a region, or remove tables/export_steps.csv.",
        ),
    ]


def test_more_recycled_metal_than_demand(smallest: EditableInputs):
    smallest.add("recycled", path="central", year=2025, recycled_mt=0.9)
    assert smallest.problems() == [
        Problem(
            "tables/recycled.csv",
            None,
            "recycled_mt",
            None,
            "recycled metal of 0.9 Mt in 2025 exceeds the demand of 0.8 Mt",
            "Lower it, or raise total_metal_mt in tables/demand.csv, which counts recycled metal too.",
        )
    ]


def test_no_fleet_at_all(smallest: EditableInputs):
    smallest.write("fleet", [])
    mend = "Add its rows to tables/fleet.csv."
    assert smallest.problems() == [
        Problem(
            "scenarios/baseline.yaml", smallest.key_line("fleet"), "fleet", "today", "no such fleet", mend
        )
    ]


def test_a_country_without_smelters(smallest: EditableInputs):
    """A fleet of nothing runs; users go without, and the screen says so."""
    for site in ("north_smelter", "south_smelter"):
        smallest.change("fleet", {"site": site}, capacity_mt_per_a=0, low=0, high=0)
    results = alopt.run(inputs=smallest.folder)
    assert results.summary["base_year"]["ac_kwh_per_t"] is None
    (year,) = results.summary["years"].values()
    assert (year["production_mt"], year["unserved_mt"]) == (0, pytest.approx(0.8))
    text = " ".join(screen(results).split())
    assert "Users go without metal in 2025: in 2025 0.8 of 0.8 Mt" in text


def test_prices_bear_the_scenarios_currency(smallest: EditableInputs):
    smallest.scenario(currency="ISK")
    results = alopt.run(inputs=smallest.folder)
    text = screen(results)
    assert "metal price, ISK/t" in text
    assert "CNY" not in text
    units = {row["unit"] for row in results.tables["shadow_prices"].records()}
    units |= {row["unit"] for row in results.tables["reduced_costs"].records()}
    assert "ISK/t" in units
    assert not any("CNY" in unit for unit in units)
