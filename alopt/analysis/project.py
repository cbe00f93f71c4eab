"""A project file with the inputs of a scenario becomes an investment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from alopt.analysis.cost_curve import SiteAlumina, SitePower, site_alumina, site_power
from alopt.analysis.investment import Investment, Outlay, Plant, Prices, Terms
from alopt.data.cells import Cell
from alopt.data.load import load
from alopt.data.model_data import ModelData
from alopt.data.prices import MarketPrices
from alopt.data.projects import TAXED, Project
from alopt.data.tables import pivot
from alopt.data.units import kwh_to_mwh, without_vat
from alopt.electrolysis import ac_energy, dc_energy
from alopt.errors import InputError, Problem, UsageError

#: What a plant needs that neither a site nor a cell state describes.
_WHOLE_PLANT = (
    "alumina_t_per_t", "anode_t_per_t", "fluoride_cny_per_t", "alumina_freight_cny_per_t",
    "labour_cny_per_t_a", "maintenance_cny_per_t_a", "overhead_cny_per_t_a", "anode_co2_t_per_t",
    "pfc_t_per_t", "power_factor_t_per_mwh",
)  # fmt: skip


#: Scenario whose inputs a project uses where it names none.
SCENARIO = "baseline"

#: TWh a year of a newcomer that leaves the fleet the contracts it has: some 10 kt/a.
_SMALL_NEWCOMER = 0.13


@dataclass(frozen=True)
class Place:
    """Where a plant stands: its power at market prices, its alumina, emissions of both by year."""

    site: str
    power: SitePower
    alumina: SiteAlumina


@dataclass(frozen=True)
class _Side:
    """One plant of the two: where it stands and in which state, as far as the file says."""

    name: str
    place: Place | None
    cell: Cell | None
    capacity: float


def project_data(found: Project, inputs: Path, settings: dict[str, Any], scenario: str | None) -> ModelData:
    """Inputs of the scenario and the prices that a project names, at smelter resolution.

    Raises
    ------
    UsageError
        If neither the project nor its scenario names market prices.
    """
    settings = {**found.scenario_settings, **settings}
    name = scenario or found.values.get("scenario", SCENARIO)
    data = load(inputs, name, resolution="smelter", settings=settings)
    if data.market_prices is None:
        raise UsageError(f"The project {found.name} names no prices; give it a month, as prices: 2025-11.")
    return data


def invest(project: Project, data: ModelData) -> Investment:
    """Build the investment of a project.

    Parameters
    ----------
    project : Project
    data : ModelData
        At smelter resolution, with market prices.

    Returns
    -------
    Investment

    Raises
    ------
    InputError
        If the file names what the inputs do not have, or lacks what they do not tell.
    """
    values, problems = project.values, _unknown(project, data)
    if problems:
        raise InputError(problems)
    old, new = _sides(project, data)
    start, construction = int(values["start_year"]), int(values["construction_years"])
    years = range(start, start + construction + int(values["life_a"]))
    before = None if old is None else _plant(project, data, old, years)
    after = _plant(project, data, new, years)
    problems = [p for part in (before, after) if isinstance(part, list) for p in part]
    prices = _prices(project, data, old, new, years)
    outlays, found = _outlays(project, data, new.capacity)
    problems += found + ([] if isinstance(prices, Prices) else prices)
    if problems or isinstance(before, list) or isinstance(after, list) or isinstance(prices, list):
        raise InputError(problems)
    bought = values.get("quota.bought_mt_per_a", 0.0) - values.get("quota.sold_mt_per_a", 0.0)
    return Investment(
        start_year=start,
        construction=construction,
        life=int(values["life_a"]),
        downtime=values.get("downtime_months", 0.0) / 12.0,
        before=before,
        after=after,
        prices=prices,
        outlays=tuple(outlays),
        quota_mt_per_a=bought,
        quota_price=values.get("quota.price_cny_per_t", 0.0),
        quota_resale=values.get("quota.resale_cny_per_t", 0.0),
        terms=_terms(values, data),
    )


def _terms(values: Mapping[str, Any], data: ModelData) -> Terms:
    policy = data.policies.get("carbon_price")
    scope = values.get("carbon.scope", policy.scope if policy else "smelter_scope_1_2")
    return Terms(
        investor=values["rates.investor"],
        planner=values["rates.planner"],
        equity=values.get("rates.equity"),
        tax=values.get("tax.income", 0.0),
        debt_share=values.get("debt.share", 0.0),
        debt_rate=values.get("debt.rate", 0.0),
        debt_years=int(values.get("debt.years", 0)),
        residual=values["residual"] == "straight_line",
        carbon_scope=scope,
    )


def _unknown(project: Project, data: ModelData) -> list[Problem]:
    """Sites, regions and cell states that the inputs do not have."""
    values, problems = project.values, []
    newcomers = {site.region for site in data.fleet.sites.values() if site.kind == "newcomer"}
    known = {
        "site": {i for i, site in data.fleet.sites.items() if site.kind == "existing"},
        "region": newcomers,
        "to_region": newcomers,
        "from_cell": set(data.cells),
        "to_cell": set(data.cells),
    }
    rules = {
        "site": "no such site", "region": "no such region for new plants",
        "to_region": "no such region for new plants", "from_cell": "no such cell state",
        "to_cell": "no such cell state",
    }  # fmt: skip
    for key, names in known.items():
        if key in values and values[key] not in names:
            mend = f"There are {', '.join(sorted(names))}."
            problems.append(Problem(project.file, None, key, str(values[key]), rules[key], mend))
    if not problems and values["kind"] != "new" and ("from_cell" in values) != ("site" in values):
        key = "site" if "from_cell" in values else "from_cell"
        rule, mend = "a plant of the tables needs its site and its cell state", "Give both, or neither."
        problems.append(Problem(project.file, None, key, None, rule, mend))
    if values["kind"] == "move" and "site" in values and "to_region" not in values:
        mend = "Name the region of the new plant."
        problems.append(Problem(project.file, None, "to_region", None, "the key is missing", mend))
    return problems


def _sides(project: Project, data: ModelData) -> tuple[_Side | None, _Side]:
    values = project.values
    capacity = float(values["capacity_mt_per_a"])
    grown = float(values.get("capacity_after_mt_per_a", capacity))
    cell_from = data.cells[values["from_cell"]] if "from_cell" in values else None
    cell_to = data.cells[values["to_cell"]] if "to_cell" in values else cell_from
    target = None
    if "to_region" in values or "region" in values:
        region = values.get("to_region", values.get("region"))
        target = next(i for i in data.fleet.sites_in(region, "newcomer"))
    here = values.get("site")
    places = _places(data, {here: capacity, target: grown}, cell_to or cell_from)
    if values["kind"] == "new":
        return None, _Side("after", places.get(target), cell_to, grown)
    old = _Side("before", places.get(here), cell_from, capacity)
    return old, _Side("after", places.get(target or here), cell_to, grown)


def _places(
    data: ModelData, wanted: Mapping[str | None, float], cell: Cell | None
) -> dict[str | None, Place]:
    """Power and alumina of the sites in question, with the whole fleet drawing on the same pools."""
    prices = data.market_prices
    if prices is None or not any(wanted):
        return {}
    need = fleet_need(data)
    for i, capacity in wanted.items():
        if i is not None and i not in need and cell is not None:
            need[i] = capacity * data.parameters["availability"] * kwh_to_mwh(cell.ac)
    power = site_power(data, prices, data.calendar.years[0], need)
    return {i: Place(i, power[i], site_alumina(data, prices, i)) for i in wanted if i in need and i}


def fleet_need(data: ModelData) -> dict[str, float]:
    """Power that each standing site draws in a year at the fleet's availability, TWh."""
    need: dict[str, float] = {}
    for (i, k), amount in data.fleet.start.items():
        need[i] = need.get(i, 0.0) + amount * data.parameters["availability"] * kwh_to_mwh(data.cells[k].ac)
    return need


def plant_of(
    data: ModelData, place: Place, cell: Cell, capacity: float, years: range, *, rent: bool
) -> Plant:
    """Make the plant of a cell state at a site.

    Parameters
    ----------
    data : ModelData
    place : Place
    cell : Cell
    capacity : float
        Mt/a.
    years : range
        Calendar years of the sheet.
    rent : bool
        Whether the yearly charge of the state's measures is a cost: of the plant as it is, whose
        measures are renewed; after the project their capex stands in the sheet itself.

    Returns
    -------
    Plant
    """
    p = data.parameters
    sustaining = cell.maintenance + p["sustaining_capex_cny_per_t_a"] + (cell.rent if rent else 0.0)
    return Plant(
        capacity=capacity,
        availability=p["availability"],
        ac=kwh_to_mwh(cell.ac),
        alumina=p["alumina_t_per_t"],
        anode=cell.anode,
        freight=p["alumina_t_per_t"] * place.alumina.freight,
        fluoride=p["fluoride_cny_per_t"] + cell.variable_cost,
        labour=cell.employees_per_kt / 1000.0 * p["wage_cny_per_a"],
        maintenance=sustaining,
        overhead=p["overhead_cny_per_t_a"],
        emission=emissions_of(data, place, cell),
        power_factor=_by_year(place.power.emission_factor, years),
        surcharge=surcharges(data, cell.ac, years),
    )


def surcharges(data: ModelData, ac: float, years: range) -> tuple[float, ...]:
    """CNY/t by year that the scenario's tiered tariff adds at an intensity in kWh/t."""
    policy = data.policies.get("tiered_tariff")
    if policy is None:
        return (0.0,) * len(years)
    from alopt.policies.tiered_tariff import payment_per_tonne  # noqa: PLC0415 - it imports Pyomo

    return tuple(payment_per_tonne(ac, policy.steps[_in_force(policy.steps, y)]) for y in years)


def _in_force(path: Mapping[int, Any], year: int) -> int:
    """Latest model year that is not after a year, or the first."""
    return max((y for y in path if y <= year), default=min(path))


def emissions_of(data: ModelData, place: Place, cell: Cell) -> dict[str, float]:
    """T CO2e per tonne of metal by source, power apart; alumina as its cheapest supplier makes it.

    Refining power is at the grid factor of the first model year.
    """
    need, materials = data.parameters["alumina_t_per_t"], data.materials
    a = place.alumina.refinery
    refinery = materials.refineries[a]
    found = {
        "anode": cell.anode_co2,
        "pfc": data.pfc_co2e(cell.key),
        "anode_baking": cell.anode * data.parameters.get("anode_baking_emission_t_per_t_anode", 0.0),
        "alumina_freight": need * materials.alumina_freight_emission[a, materials.point_of[place.site]],
    }
    if refinery.kind == "refinery":
        grid = data.power.grid_factor[refinery.region, data.calendar.years[0]]
        ores = [
            (materials.ore_cost[b, r] * share, materials.ore_emission[b, r] * share)
            for (b, r), share in materials.ore_yield.items()
            if r == a
        ]
        found["refining_fuel"] = need * refinery.fuel
        found["refining_power"] = need * refinery.electricity * grid
        found["ore"] = need * (min(ores)[1] if ores else 0.0)
    else:
        found["alumina_imports"] = need * refinery.upstream
    return found


def _plant(project: Project, data: ModelData, side: _Side, years: range) -> Plant | list[Problem]:
    """A plant of the tables with what the file says otherwise, or of the file alone."""
    own = {
        key.partition(".")[2]: float(value)
        for key, value in project.values.items()
        if key.startswith(f"{side.name}.")
    }
    if "voltage_v" in own:
        dc = dc_energy(own["voltage_v"], own["current_efficiency"])
        p = data.parameters
        own["ac_kwh_per_t"] = ac_energy(dc, p["rectifier_efficiency"], p["auxiliary_kwh_per_t"])
    if side.place is None or side.cell is None:
        wanted = ("ac_kwh_per_t", *_WHOLE_PLANT)
        mend = "Give it, or name site, region and cell state."
        missing = [
            Problem(project.file, None, f"{side.name}.{key}", None, "the key is missing", mend)
            for key in wanted
            if key not in own
        ]
        return missing or _explicit(own, data, side.capacity, years)
    plant = plant_of(data, side.place, side.cell, side.capacity, years, rent=side.name == "before")
    return _changed(plant, own, data, years)


def _explicit(own: Mapping[str, float], data: ModelData, capacity: float, years: range) -> Plant:
    baking = data.parameters.get("anode_baking_emission_t_per_t_anode", 0.0)
    plant = Plant(
        capacity=capacity, availability=data.parameters["availability"], ac=0.0, alumina=0.0, anode=0.0,
        freight=0.0, fluoride=0.0, labour=0.0, maintenance=0.0, overhead=0.0,
        emission={"anode_baking": own["anode_t_per_t"] * baking}, power_factor=(), surcharge=(),
    )  # fmt: skip
    return _changed(plant, own, data, years)


def _changed(plant: Plant, own: Mapping[str, float], data: ModelData, years: range) -> Plant:
    fields = {
        "anode_t_per_t": "anode", "alumina_t_per_t": "alumina", "fluoride_cny_per_t": "fluoride",
        "alumina_freight_cny_per_t": "freight", "labour_cny_per_t_a": "labour",
        "maintenance_cny_per_t_a": "maintenance", "overhead_cny_per_t_a": "overhead",
    }  # fmt: skip
    changes: dict[str, Any] = {field: own[key] for key, field in fields.items() if key in own}
    if "ac_kwh_per_t" in own:
        changes["ac"] = kwh_to_mwh(own["ac_kwh_per_t"])
        changes["surcharge"] = surcharges(data, own["ac_kwh_per_t"], years)
    if "power_factor_t_per_mwh" in own:
        changes["power_factor"] = (own["power_factor_t_per_mwh"],) * len(years)
    sources = {"anode_co2_t_per_t": "anode", "pfc_t_per_t": "pfc"}
    emission = {source: own[key] for key, source in sources.items() if key in own}
    return replace(plant, emission={**plant.emission, **emission}, **changes)


def _by_year(path: Mapping[int, float], years: range) -> tuple[float, ...]:
    """Values of calendar years: straight lines between the years given, flat outside."""
    known = sorted(path.items())
    return tuple(_at(known, y) for y in years)


def _at(known: list[tuple[int, float]], year: int) -> float:
    if year <= known[0][0]:
        return known[0][1]
    for (y0, v0), (y1, v1) in pairwise(known):
        if year <= y1:
            return v0 + (v1 - v0) * (year - y0) / (y1 - y0)
    return known[-1][1]


def _prices(
    project: Project, data: ModelData, old: _Side | None, new: _Side, years: range
) -> Prices | list[Problem]:
    """Price paths: the file's own first, then the month's."""
    market, problems = data.market_prices, []
    own = {key: _own_path(project, data, key, years) for key in (*TAXED, "carbon.price_cny_per_t")}

    def flat(value: float) -> tuple[float, ...]:
        return (value,) * len(years)

    def from_month(key: str, value: float | None) -> tuple[float, ...]:
        path = own[key]
        if path is None and value is None:
            mend = "Give it, or name prices that hold it."
            problems.append(Problem(project.file, None, key, None, "no price is known", mend))
        return path if path is not None else flat(value or 0.0)

    metal = from_month("metal_cny_per_t", market.metal if market else None)
    anode = from_month("anode_cny_per_t", market.anode if market else None)
    alumina = {
        side.name: from_month("alumina_cny_per_t", _alumina_price(side, market))
        for side in (old, new)
        if side is not None
    }
    shared = old is not None and project.values["kind"] in {"retrofit", "rebuild"}
    contract = range(len(years))
    site = new.place.power.price if new.place else None
    after = from_month("power.price_cny_per_mwh", site)
    if "power.years" in project.values and own["power.price_cny_per_mwh"] is not None:
        start = int(project.values["construction_years"])
        end = start + int(project.values["power.years"])
        contract = range(0 if shared else start, min(end, len(years)))
        then = after if end >= len(years) else from_month("power.then_cny_per_mwh", site)
        after = tuple(price if t in contract else then[t] for t, price in enumerate(after))
    before = own["power_before_cny_per_mwh"]
    apart = before is not None
    if before is None:
        before = after if shared or old is None else _power_before(project, old, years, problems)
    if problems:
        return problems
    carbon, free = _carbon(project, data, own["carbon.price_cny_per_t"], years)
    return Prices(
        metal=metal, anode=anode, carbon=carbon, free=free,
        alumina_before=alumina.get("before", alumina["after"]), alumina_after=alumina["after"],
        power_before=before, power_after=after, contract=contract, shared_power=shared and not apart,
    )  # fmt: skip


def _carbon(
    project: Project, data: ModelData, own: tuple[float, ...] | None, years: range
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Carbon price and free allocation: the file's, else those of the scenario's carbon price."""
    if own is not None:
        return own, (project.values.get("carbon.free_t_per_t", 0.0),) * len(years)
    return scenario_carbon(data, years)


def scenario_carbon(data: ModelData, years: range) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Carbon price in CNY/t and free allocation in t/t by calendar year, as the scenario has them."""
    policy = data.policies.get("carbon_price")
    if policy is None:
        return (0.0,) * len(years), (0.0,) * len(years)
    modelled = [_in_force(dict.fromkeys(data.calendar.years), y) for y in years]
    return tuple(policy.metal_price(y) for y in modelled), tuple(
        policy.benchmark.get(y, 0.0) for y in modelled
    )


def _power_before(project: Project, old: _Side, years: range, problems: list[Problem]) -> tuple[float, ...]:
    if old.place is None:
        mend = "Give the power price of the plant as it is."
        key = "power_before_cny_per_mwh"
        problems.append(Problem(project.file, None, key, None, "no price is known", mend))
        return ()
    return (old.place.power.price,) * len(years)


def _alumina_price(side: _Side, market: MarketPrices | None) -> float | None:
    if side.place is not None:
        return side.place.alumina.price
    return market.alumina if market and isinstance(market.alumina, float) else None


def _own_path(project: Project, data: ModelData, key: str, years: range) -> tuple[float, ...] | None:
    """Path that the file gives, without value-added tax."""
    if key in project.paths:
        return _by_year(project.paths[key], years)
    value = project.values.get(key)
    if value is None:
        return None
    taxed = key in TAXED and project.values.get("vat") == "included"
    net = without_vat(data.vat[TAXED[key]]) if taxed else 1.0
    path = value if isinstance(value, Mapping) else {years[0]: value}
    return tuple(price * net for price in _by_year(path, years))


def table_parts(data: ModelData, from_cell: str | None, to_cell: str) -> list[tuple[float, float]] | None:
    """Capex parts (CNY per t/a, life) that the tables name for a step, or for a new potline.

    The step's own charges, the parts of the measures that the target state holds, and for a new
    potline its capex; None where the tables know no such step.
    """
    cell, measures = data.cells[to_cell], pivot(data.tables["measure_values"], "measure")
    if from_cell is None:
        if cell.new_capex is None:
            return None
        parts = [(cell.new_capex, data.parameters["new_build_life_a"])]
    else:
        arc = data.arcs.get((from_cell, to_cell))
        if arc is None:
            return None
        parts = list(arc.charges)
    for measure in cell.measures:
        found = measures.get(measure, {})
        parts += [
            (found[f"{part}_capex_cny_per_t_a"], found[f"{part}_life_a"])
            for part in ("recurring", "durable")
            if found.get(f"{part}_capex_cny_per_t_a", 0.0) > 0
        ]
    return parts


def part_outlays(
    parts: list[tuple[float, float]],
    renewed: list[tuple[float, float]],
    capacity: float,
    shares: tuple[float, ...],
    construction: int,
    life: float,
) -> list[Outlay]:
    """Capex of parts, and their renewal at the end of each life while the plant runs.

    Parameters
    ----------
    parts, renewed : list of (CNY per t/a, life in years)
        What is paid at first, and what of it is paid again.
    capacity : float
        Mt/a.
    shares : tuple of float
        Of the first payment, by year.
    construction, life : float
        Years before the plant runs, and years that it runs.

    Returns
    -------
    list of Outlay
    """
    spent = [
        Outlay("capex", t, amount * capacity * share, part_life)
        for amount, part_life in parts
        for t, share in enumerate(shares)
        if amount and share
    ]
    for amount, part_life in renewed:
        again = part_life
        while again < life - 1e-9:
            spent.append(Outlay("renewal", construction + int(again + 1e-9), amount * capacity, part_life))
            again += part_life
    return spent


def _outlays(project: Project, data: ModelData, capacity: float) -> tuple[list[Outlay], list[Problem]]:
    values = project.values
    construction, life = int(values["construction_years"]), float(values["life_a"])
    mark_up = 1.0 + values["engineering_fee"] + values["contingency"]
    if "capex_cny_per_t_a" in values:
        parts = [(float(values["capex_cny_per_t_a"]), float(values.get("capex_life_a", life)))]
        renewed = []
        if "renewal_cny_per_t_a" in values:
            renewed = [(float(values["renewal_cny_per_t_a"]), float(values["renewal_life_a"]))]
    else:
        start = values.get("from_cell") if values["kind"] in {"retrofit", "rebuild"} else None
        known = table_parts(data, start, values["to_cell"]) if "to_cell" in values else None
        if known is None:
            rule = "the tables know no capex of this step"
            mend = "Give the capex, or name a step of tables/retrofits.csv or a state open to new potlines."
            return [], [Problem(project.file, None, "capex_cny_per_t_a", None, rule, mend)]
        parts = renewed = known
    parts = [(amount * mark_up, part_life) for amount, part_life in parts]
    spent = part_outlays(parts, renewed, capacity, project.shares, construction, life)
    spent += _further(values, project.shares, capacity, construction, life)
    return spent, []


def arc_investment(
    data: ModelData,
    place: Place,
    from_cell: str,
    to_cell: str,
    capacity: float,
    years: tuple[int, int, int],
    terms: Terms,
) -> Investment | None:
    """Build the investment of one step of the tables at one site, without a project file.

    Parameters
    ----------
    data : ModelData
        With market prices, a metal price among them.
    place : Place
        Of the site; :func:`places_of` makes those of all standing sites at once.
    from_cell, to_cell : str
        Cell states.
    capacity : float
        Mt/a before; the step's gain applies.
    years : tuple of int
        Start year, years of construction, years of life.
    terms : Terms

    Returns
    -------
    Investment or None
        None where the tables know no such step or there is no metal price.
    """
    arc, market = data.arcs.get((from_cell, to_cell)), data.market_prices
    parts = table_parts(data, from_cell, to_cell)
    if arc is None or market is None or market.metal is None or parts is None:
        return None
    start, construction, life = years
    span = range(start, start + construction + life)
    grown = capacity * arc.gain
    outlays = part_outlays(parts, parts, grown, (1.0,), construction, life)
    works = data.parameters.get("retrofit_works_cny_per_t_a", 0.0)
    power, alumina = (place.power.price,) * len(span), (place.alumina.price,) * len(span)
    carbon, free = scenario_carbon(data, span)
    return Investment(
        start_year=start,
        construction=construction,
        life=life,
        downtime=0.0,
        before=plant_of(data, place, data.cells[from_cell], capacity, span, rent=True),
        after=plant_of(data, place, data.cells[to_cell], grown, span, rent=False),
        prices=Prices(
            metal=(market.metal,) * len(span), anode=(market.anode,) * len(span),
            carbon=carbon, free=free, alumina_before=alumina, alumina_after=alumina,
            power_before=power, power_after=power, contract=range(len(span)), shared_power=True,
        ),
        outlays=(*outlays, Outlay("works", 0, works * capacity, None)),
        quota_mt_per_a=grown - capacity,
        quota_price=0.0,
        quota_resale=0.0,
        terms=terms,
    )  # fmt: skip


def places_of(data: ModelData) -> dict[str, Place]:
    """Power and alumina of every standing site at the scenario's market prices.

    Raises
    ------
    UsageError
        If the scenario names no market prices.
    """
    prices = data.market_prices
    if prices is None:
        raise UsageError("The scenario names no market prices; set market_prices to a month or a file.")
    power = site_power(data, prices, data.calendar.years[0], fleet_need(data))
    return {i: Place(i, found, site_alumina(data, prices, i)) for i, found in power.items()}


def newcomer_places(data: ModelData) -> dict[str, Place]:
    """Power and alumina that a small newcomer gets at every newcomer's site, beside today's fleet.

    Parameters
    ----------
    data : ModelData
        With market prices.

    Returns
    -------
    dict of str to Place
        Each newcomer alone: it draws on contracts with the fleet, in proportion to its need.
    """
    prices = data.market_prices
    if prices is None:
        return {}
    fleet, year, found = fleet_need(data), data.calendar.years[0], {}
    for i, site in data.fleet.sites.items():
        if site.kind == "newcomer":
            power = site_power(data, prices, year, {**fleet, i: _SMALL_NEWCOMER})[i]
            found[i] = Place(i, power, site_alumina(data, prices, i))
    return found


def _further(
    values: Mapping[str, Any], shares: tuple[float, ...], capacity: float, construction: int, life: float
) -> list[Outlay]:
    other = [
        Outlay("other_capex", t, values["other_capex_cny_per_t_a"] * capacity * share, life)
        for t, share in enumerate(shares)
        if "other_capex_cny_per_t_a" in values and share
    ]
    old = float(values["capacity_mt_per_a"])
    if "works_cny_per_t_a" in values:
        other.append(Outlay("works", 0, values["works_cny_per_t_a"] * capacity, None))
    if "closure_cny_per_t_a" in values:
        other.append(Outlay("closure", construction, values["closure_cny_per_t_a"] * old, None))
    return other
