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
from alopt.data.needs import (
    PARAMETER_VAT,
    missing_freight,
    missing_parameters,
    missing_vat,
    shipped,
)
from alopt.data.overrides import apply_overrides
from alopt.data.power import build_power
from alopt.data.prices import MarketPrices, load_prices
from alopt.data.scenario import SCENARIO_FILE, Scenario, file_of, load_scenario, located, with_resolution
from alopt.data.schema import TableSchema, default_inputs, read_schemas
from alopt.data.tables import Table, check_references, pivot, read_tables
from alopt.data.units import net
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

#: Parameters that are shares of something.
_AT_MOST_ONE = {"rectifier_efficiency", "availability"}

#: Largest residual of the base year's metal balance, as a share of supply.
_BALANCE_TOLERANCE = 0.01


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
        name, read = scenario, load_scenario(scenario, folder, settings)
    else:
        name, read = None, scenario
    read = with_resolution(read, resolution)
    tables, problems = read_tables(folder, schemas)
    problems += _missing_tables(schemas)
    if problems:
        raise InputError(problems)
    vat = {row["component"]: row["rate"] for row in tables["vat_rates"]}
    try:
        data = assemble(tables, read, SCENARIO_FILE)
        vat = dict(data.vat)
    except InputError as error:
        if name is None:
            file = file_of(read.name)
            problems += [replace(p, file=file) if p.file == SCENARIO_FILE else p for p in error.problems]
        else:
            problems += located(error.problems, name, folder, settings)
    try:
        prices = market_prices(read.market_prices, folder, tables, vat)
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
    from alopt.policies import open_sources, read_policies  # noqa: PLC0415 - policies import the model

    tables, problems = apply_overrides(tables, scenario.overrides, file)
    if scenario.overrides and not problems:
        problems = check_references(tables)
    if problems:
        raise InputError(problems)
    calendar, problems = build_calendar(scenario, tables["slices"])
    parameters, vat, found = _parameters(tables, scenario)
    problems += found
    gwp, found = _gwp(tables, scenario.gwp)
    problems += found
    problems += check_measures(tables)
    spread, found = _spread(tables["capex_spread"])
    problems += found
    problems += missing_freight(tables, scenario)
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
    freight = build_freight(tables["freight"], shipped(tables, scenario), parameters, vat)
    power, problems = build_power(tables, scenario.grid_path, calendar, fleet, parameters, vat)
    materials, found = build_materials(
        tables, fleet, scenario.resolution, freight, vat, parameters["alumina_t_per_t"]
    )
    problems += found
    markets, found = build_markets(tables, scenario, calendar, fleet, freight, vat)
    problems += found
    if problems or power is None or materials is None or markets is None:
        raise InputError(problems + read_policies(scenario, None, file)[1])
    data = ModelData(
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
        policies={},
    )
    policies, problems = read_policies(scenario, data, file)
    if problems:
        raise InputError(problems)
    return open_sources(replace(data, policies=policies))


def _parameters(
    tables: Mapping[str, Table], scenario: Scenario
) -> tuple[dict[str, float], dict[str, float], list[Problem]]:
    problems = missing_vat(tables, scenario) + missing_parameters(tables, scenario)
    table = tables["parameters"]
    for index, row in enumerate(table.rows):
        if row["parameter"] in _ABOVE_ZERO and not row["value"] > 0:
            mend = "Give a value above zero."
            problems.append(table.problem(index, "value", f"{row['parameter']} must be above zero", mend))
        if row["parameter"] in _AT_MOST_ONE and row["value"] > 1:
            rule = f"{row['parameter']} is a share, and above 1"
            problems.append(table.problem(index, "value", rule, "Give a share: 0.98 for 98 %."))
    if problems:
        return {}, {}, problems
    vat = {row["component"]: row["rate"] for row in tables["vat_rates"]}
    parameters = {
        row["parameter"]: net(row, "value", vat, PARAMETER_VAT.get(row["parameter"], "none")) for row in table
    }
    return parameters, vat, []


def _gwp(tables: Mapping[str, Table], name: str | None) -> tuple[dict[str, float], list[Problem]]:
    """Warming potential of each gas that some class emits."""
    table = tables["gwp"]
    values = {row["gas"]: row["gwp"] for row in table if row["gwp_set"] == name}
    emitted = {row["quantity"].split("_")[0] for row in tables["cell_values"] if row["value"]}
    missing = [gas for gas in ("cf4", "c2f6") if gas in emitted and gas not in values]
    if missing:
        known = ", ".join(sorted({row["gwp_set"] for row in table}))
        rule = f"the set lacks {', '.join(missing)}, which cells emit"
        if name is None:
            rule = f"cells emit {', '.join(missing)}, and no set of warming potentials is named"
        mend = f"Use a whole set of {known}." if known else "Name a set, and add it to tables/gwp.csv."
        return values, [Problem(SCENARIO_FILE, None, "gwp", name, rule, mend)]
    return values, []


def _spread(table: Table) -> tuple[tuple[tuple[str, float, float], ...], list[Problem]]:
    rows = sorted(table, key=lambda row: (row["multiplier"], row["step"]))
    return tuple((row["step"], row["share"], row["multiplier"]) for row in rows), []


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
    "tariff_ladders", "renewable_weights", "region_tiles", "quota_deals",
)  # fmt: skip
