"""What a world must give of the values that only some worlds have a use for.

No value that decides money or carbon has a default. Each is asked for where something uses it,
and the message says what does; a world without captive units is not asked for their life.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from alopt.data.fleet import model_sites
from alopt.data.scenario import Scenario
from alopt.data.tables import Row, Table
from alopt.errors import Problem

Tables = Mapping[str, Table]
Place = tuple[float, float]
Use = Callable[[Tables, Scenario], bool]


def _always(_: Tables, __: Scenario) -> bool:
    return True


def _listed(table: str, column: str | None = None, value: object = None) -> Use:
    """Whether a table has rows, or rows with a value in a column."""
    return lambda tables, _: any(column is None or row[column] == value for row in tables[table])


def _not_nil(*quantities: str) -> Use:
    """Whether a class or a measure gives one of these quantities another value than nil."""

    def use(tables: Tables, _: Scenario) -> bool:
        rows = (row for name in ("cell_values", "measure_values") for row in tables[name])
        return any(row["quantity"] in quantities and row["value"] for row in rows)

    return use


def _building(tables: Tables, scenario: Scenario) -> bool:
    return _new_lines(tables, scenario) or _listed("retrofits", "kind", "rebuild")(tables, scenario)


def _new_lines(tables: Tables, _: Scenario) -> bool:
    newcomers = any(row["kind"] == "newcomer" for row in tables["sites"])
    return newcomers and any(row["new_build"] for row in tables["cells"])


def _casting(tables: Tables, _: Scenario) -> bool:
    return len(tables["export_steps"]) > 0 or any(row["segment"] == "ingot" for row in tables["markets"])


def _remelting(tables: Tables, _: Scenario) -> bool:
    regions = [{r["region"] for r in tables["markets"] if r["segment"] == s} for s in ("ingot", "liquid")]
    return bool(regions[0] & regions[1])


def _freight(tables: Tables, scenario: Scenario) -> bool:
    return bool(shipped(tables, scenario))


def _full_cost(_: Tables, scenario: Scenario) -> bool:
    return scenario.market_prices is not None


_SMELTERS = ("every smelter needs", _always)
_ANODES = ("cells that consume anodes need", _not_nil("anode_t_per_t", "anode_change_t_per_t"))
_BUILDING = ("new potlines and rebuilds need", _building)
_FULL_COST = ("the trade's full cost (the scenario's market_prices) needs", _full_cost)

#: Who needs each value of tables/parameters.csv, in words and as a test of tables and scenario.
PARAMETERS: dict[str, tuple[str, Use]] = {
    "rectifier_efficiency": _SMELTERS,
    "auxiliary_kwh_per_t": _SMELTERS,
    "availability": _SMELTERS,
    "alumina_t_per_t": _SMELTERS,
    "anode_price_cny_per_t": _ANODES,
    "anode_baking_emission_t_per_t_anode": _ANODES,
    "fluoride_cny_per_t": _SMELTERS,
    "wage_cny_per_a": ("cells that employ people need", _not_nil("employees_per_kt")),
    "overhead_cny_per_t_a": _SMELTERS,
    "sustaining_capex_cny_per_t_a": _SMELTERS,
    "closure_cost_cny_per_t_a": _SMELTERS,
    "restart_cost_cny_per_t_a": _SMELTERS,
    "retrofit_works_cny_per_t_a": ("steps of tables/retrofits.csv need", _listed("retrofits")),
    "quota_transfer_cost_cny_per_t_a": (
        "quota that changes hands (the policy capacity_cap) needs",
        lambda tables, scenario: "capacity_cap" in scenario.policies and len(tables["regions"]) > 1,
    ),
    "new_build_life_a": ("new potlines need", _new_lines),
    "cell_life_a": ("retrofits at relining need", _listed("retrofits", "kind", "relining")),
    "captive_life_a": ("captive units need", _listed("captive_units")),
    "spent_potlining_kg_per_t": ("routes of spent potlining need", _listed("spent_potlining")),
    "casting_cost_cny_per_t": ("metal that leaves as ingot needs", _casting),
    "remelting_cost_cny_per_t": ("regions with a liquid and an ingot market need", _remelting),
    "circuity": ("freight over a distance needs", _freight),
    "fossil_emission_factor_t_per_mwh": (
        "the coal share of grid power needs",
        _listed("power_sources", "factor", "grid"),
    ),
    "primary_import_emission_t_per_t": ("imports of metal need", _listed("import_steps")),
    "national_build_rate_mt_per_a": _BUILDING,
    "regional_build_rate_mt_per_a": _BUILDING,
    "depreciation_cny_per_t": _FULL_COST,
    "interest_and_taxes_cny_per_t": _FULL_COST,
    "investor_rate": ("the investor's figures of `alopt retrofit` need", lambda *_: False),
}

#: VAT component of the parameters that are prices with VAT; the others never carry it.
PARAMETER_VAT = {"anode_price_cny_per_t": "carbon_materials", "fluoride_cny_per_t": "fluoride"}

#: VAT components that the trade's full cost adds to prices.
FULL_COST_VAT = ("power", "alumina", "carbon_materials", "fluoride")

#: VAT component of a row, by table.
_VAT: dict[str, Callable[[Row], str]] = {
    "parameters": lambda row: PARAMETER_VAT.get(row["parameter"], "none"),
    "captive_costs": lambda row: "coal" if row["quantity"] == "coal_price_cny_per_t" else "power",
    "power_prices": lambda _: "power",
    "refinery_values": lambda _: "alumina",
    "bauxite_values": lambda _: "alumina",
    "freight": lambda _: "freight",
    "demand_steps": lambda _: "metal",
    "import_steps": lambda _: "metal",
    "export_steps": lambda _: "metal",
}


def missing_parameters(tables: Tables, scenario: Scenario) -> list[Problem]:
    """Parameters that something uses and tables/parameters.csv does not give."""
    given = {row["parameter"] for row in tables["parameters"]}
    problems = []
    for name, (who, use) in PARAMETERS.items():
        if name not in given and use(tables, scenario):
            rule = f"{name} is missing, which {who}"
            problems.append(Problem("tables/parameters.csv", None, "parameter", None, rule, "Add its row."))
    return problems


def missing_vat(tables: Tables, scenario: Scenario) -> list[Problem]:
    """Components whose VAT is in a price, or goes into the trade's full cost, and has no rate."""
    users: dict[str, str] = {}
    if scenario.market_prices is not None:
        users = dict.fromkeys(FULL_COST_VAT, "the trade's full cost (the scenario's market_prices)")
    for name, component_of in _VAT.items():
        for row in tables[name]:
            if row["vat"] == "included":
                users.setdefault(component_of(row), f"a price with VAT in tables/{name}.csv")
    given = {row["component"] for row in tables["vat_rates"]}
    problems = []
    for component in tables["vat_rates"].schema.field("component").enum or ():
        if component in users and component not in given:
            rule = f"the rate of {component} is missing, which {users[component]} needs"
            problems.append(Problem("tables/vat_rates.csv", None, "component", None, rule, "Add its row."))
    return problems


def shipped(tables: Tables, scenario: Scenario) -> dict[str, tuple[str, str]]:
    """Materials that can move between two different places, each with one such pair."""
    found: dict[str, tuple[str, str]] = {}
    for material, origin, start, target, end in _routes(tables, scenario):
        if start != end:
            found.setdefault(material, (origin, target))
    return found


def _routes(tables: Tables, scenario: Scenario) -> Iterator[tuple[str, str, Place, str, Place]]:
    """Yield (material, from, its place, to, its place) for every way that a material can take."""
    regions, refineries = _places(tables["regions"], "region"), _places(tables["refineries"], "refinery")
    ports, origins = _places(tables["ports"], "port"), _places(tables["bauxite"], "origin")
    domestic = {row["origin"] for row in tables["bauxite"] if row["kind"] == "domestic"}
    for row in tables["ore_yields"]:
        starts = origins if row["origin"] in domestic else ports
        for origin in [row["origin"]] if row["origin"] in domestic else list(ports):
            yield "ore", origin, starts[origin], row["refinery"], refineries[row["refinery"]]
    sites = model_sites(tables, scenario)[0].values()
    for a, place in refineries.items():
        for site in sites:
            pooled = scenario.resolution == "province"
            end = regions[site.region] if pooled else (site.latitude, site.longitude)
            yield "alumina", a, place, site.region if pooled else site.key, end
    buyers = {row["region"] for row in tables["markets"] if row["segment"] == "ingot"}
    if len(tables["export_steps"]):
        buyers |= {row["region"] for row in tables["regions"] if row["port"]}
    for maker in sorted({site.region for site in sites}):
        for buyer in sorted(buyers):
            yield "ingot", maker, regions[maker], buyer, regions[buyer]


def _places(table: Table, key: str) -> dict[str, Place]:
    return {row[key]: (row["latitude_deg"], row["longitude_deg"]) for row in table}


def missing_freight(tables: Tables, scenario: Scenario) -> list[Problem]:
    """Rows of tables/freight.csv for materials that move and have no rate."""
    table = tables["freight"]
    given = {(row["material"], row["quantity"]) for row in table}
    routes = shipped(tables, scenario)
    problems = []
    for material in table.schema.field("material").enum or ():
        for quantity in table.schema.field("quantity").enum or ():
            if material in routes and (material, quantity) not in given:
                origin, target = routes[material]
                rule = f"{quantity} of {material} is missing, and it can go from {origin} to {target}"
                problems.append(Problem("tables/freight.csv", None, "quantity", None, rule, "Add its row."))
    return problems
