"""From a folder of inputs and a scenario to ModelData, or one list of all that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from alopt.data.calendar import build_calendar
from alopt.data.cells import build_arcs, build_cells, check_measures
from alopt.data.fleet import build_fleet, check_totals
from alopt.data.geography import build_freight
from alopt.data.markets import build_markets
from alopt.data.materials import build_materials
from alopt.data.model_data import ModelData
from alopt.data.overrides import apply_overrides
from alopt.data.power import build_power
from alopt.data.prices import MarketPrices, load_prices
from alopt.data.scenario import Scenario, load_scenario, with_resolution
from alopt.data.schema import TableSchema, default_inputs, read_schemas
from alopt.data.tables import Table, check_references, pivot, read_tables
from alopt.data.units import without_vat
from alopt.errors import InputError, Problem

#: Parameters that divide or last; zero has no meaning.
_ABOVE_ZERO = {
    "rectifier_efficiency",
    "availability",
    "new_build_life_a",
    "cell_life_a",
    "captive_life_a",
    "circuity",
    "fossil_emission_factor_t_per_mwh",
}

#: Largest residual of the base year's metal balance, as a share of supply.
_BALANCE_TOLERANCE = 0.01

#: VAT component of each parameter that is money; the others never carry VAT.
_PARAMETER_VAT = {
    "anode_price_cny_per_t": "carbon_materials",
    "fluoride_cny_per_t": "fluoride",
}


def load(
    inputs: Path | str | None = None,
    scenario: str | Scenario = "baseline",
    *,
    resolution: str | None = None,
    settings: Mapping[str, Any] | None = None,
) -> ModelData:
    """Read and check inputs and a scenario.

    Parameters
    ----------
    inputs : path, optional
        Folder made like the shipped one; the shipped one if not given.
    scenario : str or Scenario
        Name, path to a YAML file, or a scenario loaded before.
    resolution : {"province", "smelter"}, optional
        Instead of the scenario's own.
    settings : mapping of str to value, optional
        Changes of scenario keys by dotted name.

    Returns
    -------
    ModelData

    Raises
    ------
    InputError
        With every problem found in tables and scenario.
    """
    folder = default_inputs() if inputs is None else Path(inputs)
    schemas = read_schemas(folder)
    if isinstance(scenario, str):
        file = scenario if scenario.endswith((".yaml", ".yml")) else f"scenarios/{scenario}.yaml"
        scenario = load_scenario(scenario, folder, settings)
    else:
        file = f"scenarios/{scenario.name}.yaml"
    scenario = with_resolution(scenario, resolution)
    tables, problems = read_tables(folder, schemas)
    problems += _missing_tables(schemas)
    if problems:
        raise InputError(problems)
    vat = {row["component"]: row["rate"] for row in tables["vat_rates"]}
    try:
        data = assemble(tables, scenario, file)
        vat = dict(data.vat)
    except InputError as error:
        problems += error.problems
    try:
        prices = market_prices(scenario.market_prices, folder, tables, vat)
    except InputError as error:
        problems += error.problems
    if problems:
        raise InputError(problems)
    return replace(data, market_prices=prices)


def market_prices(
    name: str | None, inputs: Path, tables: Mapping[str, Table], vat: Mapping[str, float]
) -> MarketPrices | None:
    """Prices of a month by its name or file, for the regions of these tables; None without a name.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    if name is None:
        return None
    regions = {
        "alumina_cny_per_t": {row["region"] for row in tables["refineries"]},
        "power_cny_per_mwh": {row["region"] for row in tables["sites"]},
    }
    return load_prices(name, inputs, vat, regions)


def _missing_tables(schemas: Mapping[str, TableSchema]) -> list[Problem]:
    return [
        Problem(
            "datapackage.json", None, None, name, "the table is not described", "Describe it, as shipped."
        )
        for name in TABLES
        if name not in schemas
    ]


def assemble(tables: dict[str, Table], scenario: Scenario, file: str) -> ModelData:
    """Apply overrides and build every part; raises InputError with all problems."""
    from alopt.policies import check_policies  # noqa: PLC0415 - policies import the model

    tables, problems = apply_overrides(tables, scenario.overrides, file)
    if scenario.overrides and not problems:
        problems = check_references(tables)
    if problems:
        raise InputError(problems)
    calendar, problems = build_calendar(scenario, tables["slices"])
    parameters, vat, found = _parameters(tables)
    problems += found
    gwp, found = _gwp(tables["gwp"], scenario.gwp)
    problems += found
    problems += check_measures(tables)
    spread, found = _spread(tables["capex_spread"])
    problems += found
    problems += _freight_problems(tables["freight"])
    problems += _balance_problems(tables["metal_balance"], scenario.fleet)
    potlining, found = _spent_potlining(tables["spent_potlining"])
    problems += found
    if problems or calendar is None:
        raise InputError([*problems, *check_totals(tables, scenario.fleet)])
    cells, problems = build_cells(tables, parameters, scenario.discount_rate)
    arcs, found = build_arcs(tables, cells)
    problems += found
    if problems:
        raise InputError([*problems, *check_totals(tables, scenario.fleet)])
    fleet, problems = build_fleet(tables, scenario, calendar, cells, arcs)
    if problems or fleet is None:
        raise InputError(problems)
    freight = build_freight(tables["freight"], parameters["circuity"], vat)
    power, problems = build_power(tables, scenario.grid_path, calendar, fleet, parameters, vat)
    materials, found = build_materials(tables, fleet, scenario.resolution, freight, vat)
    problems += found
    markets, found = build_markets(tables, scenario, calendar, fleet, freight, vat)
    problems += found
    policies, found = check_policies(scenario, calendar, fleet, file)
    problems += found
    if problems or power is None or materials is None or markets is None:
        raise InputError(problems)
    return ModelData(
        scenario=scenario,
        tables=tables,
        calendar=calendar,
        cells=cells,
        arcs=arcs,
        fleet=fleet,
        power=power,
        materials=materials,
        markets=markets,
        parameters=parameters,
        vat=vat,
        gwp=gwp,
        capex_spread=spread,
        spent_potlining=potlining,
        policies=policies,
    )


def _parameters(tables: Mapping[str, Table]) -> tuple[dict[str, float], dict[str, float], list[Problem]]:
    problems = []
    vat = {row["component"]: row["rate"] for row in tables["vat_rates"]}
    for component in tables["vat_rates"].schema.field("component").enum or ():
        if component not in vat:
            rule = "the rate of this component is missing"
            problems.append(
                Problem("tables/vat_rates.csv", None, "component", component, rule, "Add its row.")
            )
    table = tables["parameters"]
    given = {row["parameter"] for row in table}
    problems += [
        Problem("tables/parameters.csv", None, "parameter", name, "the value is missing", "Add its row.")
        for name in table.schema.field("parameter").enum or ()
        if name not in given
    ]
    for index, row in enumerate(table.rows):
        if row["parameter"] in _ABOVE_ZERO and not row["value"] > 0:
            mend = "Give a value above zero."
            problems.append(table.problem(index, "value", f"{row['parameter']} must be above zero", mend))
    if problems:
        return {}, {}, problems
    return (
        {
            row["parameter"]: row["value"]
            * (
                without_vat(vat[_PARAMETER_VAT.get(row["parameter"], "none")])
                if row["vat"] == "included"
                else 1.0
            )
            for row in table
        },
        vat,
        [],
    )


def _gwp(table: Table, name: str) -> tuple[dict[str, float], list[Problem]]:
    values = {row["gas"]: row["gwp"] for row in table if row["gwp_set"] == name}
    missing = [gas for gas in ("co2", "cf4", "c2f6") if gas not in values]
    if missing:
        known = ", ".join(sorted({row["gwp_set"] for row in table}))
        rule = f"the set lacks {', '.join(missing)}"
        return values, [Problem("scenario", None, "gwp", name, rule, f"Use a whole set of {known}.")]
    return values, []


def _spread(table: Table) -> tuple[tuple[tuple[str, float, float], ...], list[Problem]]:
    rows = sorted(table, key=lambda row: (row["multiplier"], row["step"]))
    return tuple((row["step"], row["share"], row["multiplier"]) for row in rows), []


def _freight_problems(table: Table) -> list[Problem]:
    given = {(row["material"], row["quantity"]) for row in table}
    return [
        Problem(
            "tables/freight.csv", None, "quantity", f"{material} {quantity}", "the row is missing", "Add it."
        )
        for material in table.schema.field("material").enum or ()
        for quantity in table.schema.field("quantity").enum or ()
        if (material, quantity) not in given
    ]


def _balance_problems(table: Table, fleet: str) -> list[Problem]:
    """The base year's metal balance closes within its tolerance."""
    sides = {
        side: sum(row["mt"] for row in table if row["fleet"] == fleet and row["side"] == side)
        for side in ("supply", "use")
    }
    residual = sides["supply"] - sides["use"]
    if abs(residual) <= _BALANCE_TOLERANCE * max(sides.values()):
        return []
    rule = f"supply of {sides['supply']:.6g} Mt and use of {sides['use']:.6g} Mt differ by {residual:+.3g}"
    return [table.problem(None, "mt", rule, "Mend an item; the balance must close within 1 %.")]


def _spent_potlining(table: Table) -> tuple[dict[str, tuple[float, float]], list[Problem]]:
    values = pivot(table, "route")
    problems = []
    for route, found in sorted(values.items()):
        missing = [q for q in table.schema.field("quantity").enum or () if q not in found]
        if missing:
            rule = f"lacks {', '.join(missing)}"
            problems.append(Problem(table.schema.path, None, "route", route, rule, "Add the rows."))
    if problems:
        return {}, problems
    return {
        route: (v["cost_cny_per_t"] - v["credit_cny_per_t"], v["share_limit"]) for route, v in values.items()
    }, []


#: Tables the model reads; each must be described in the data dictionary.
TABLES = (
    "sources", "regions", "slices", "cell_classes", "cell_values", "labour", "measures",
    "measure_values", "cells",
    "retrofits", "capex_spread", "sites", "fleet", "control_totals", "moves", "closures", "captive_units",
    "captive_costs", "power_sources", "power_prices", "power_volumes", "grid_factors", "grid_paths",
    "refineries", "refinery_values", "co_located", "ports", "bauxite", "bauxite_values", "ore_yields",
    "freight", "markets", "demand", "recycled", "demand_steps", "import_steps", "export_steps",
    "spent_potlining", "parameters", "vat_rates", "gwp", "quota", "quota_issues",
    "metal_balance",
)  # fmt: skip
