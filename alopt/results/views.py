"""What a figure or a report shows of a run: sums and means of its tables, nothing solved again.

Every function takes a :class:`~alopt.results.saved.Run` and returns plain rows, so that a figure
needs no arithmetic and a test can set its numbers beside the tables.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from alopt.data.units import CAPTIVE_SOURCES
from alopt.results.saved import Run
from alopt.results.table import ResultTable

Rows = list[dict[str, Any]]

#: Parts of the cost of a tonne at the smelter: name, components of `costs.csv`.
COST_PARTS: dict[str, tuple[str, ...]] = {
    "power": ("electricity", "captive_capital"),
    "alumina": (),
    "anode": ("carbon_materials",),
    "operation": ("fluoride", "labour", "maintenance", "overhead", "casting", "cell_operation", "restart"),
    "capital": (
        "sustaining_capital", "retrofit_rent", "retrofit_works", "retrofit_capital", "new_capital",
        "closure", "quota_fees",
    ),
}  # fmt: skip

#: Components that arise elsewhere: in refineries, mines, trade and use.
_ELSEWHERE = {
    "alumina", "alumina_freight", "alumina_exports", "ore", "imports", "exports", "unserved",
    "metal_freight", "spent_potlining", "import_duty", "export_duty", "alumina_tariff",
}  # fmt: skip

#: Emission sources that a figure shows as one.
EMISSION_GROUPS = {
    "anode": "anode",
    "anode_baking": "anode",
    "pfc": "pfc",
    "refining_fuel": "refining",
    "refining_power": "refining",
    "ore": "ore_and_freight",
    "alumina_freight": "ore_and_freight",
    "metal_freight": "ore_and_freight",
    "metal_imports": "metal_imports",
}

#: Amperage from which a band begins, kA.
BANDS = (0, 300, 400, 500)


def starting_capacity(run: Run) -> dict[str, float]:
    """Capacity at the start of the first model year by region, Mt/a: what stands less what came."""
    first, total = run.years[0], dict.fromkeys(run.regions, 0.0)
    for row in run.tables["capacity"].records():
        if row["year"] == first:
            came = row["new"] - row["retired"] + row["retrofitted_in"] - row["retrofitted_out"]
            total[row["region"]] = total.get(row["region"], 0.0) + row["capacity_mt_per_a"] - came
    return {region: amount for region, amount in total.items() if amount > _NIL}


def regional_capacity(run: Run, ranges: ResultTable | None = None) -> Rows:
    """Capacity by region and year, largest region first.

    Parameters
    ----------
    run : Run
    ranges : ResultTable, optional
        Columns year, region, low, high: what plans of almost the same cost allow, Mt/a.

    Returns
    -------
    list of dict
        year (the base year first), region, capacity_mt_per_a, low, high (none without ranges).
    """
    start = starting_capacity(run)
    totals = run.tables["capacity"].totals("capacity_mt_per_a", "region", "year")
    spread = (
        {} if ranges is None else {(r["region"], r["year"]): (r["low"], r["high"]) for r in ranges.records()}
    )
    peak = {r: max(start.get(r, 0.0), *(totals.get((r, y), 0.0) for y in run.years)) for r in run.regions}
    shown = sorted((r for r in peak if peak[r] > _NIL), key=lambda r: (-start.get(r, 0.0), -peak[r], r))
    base = base_year(run)
    years = [*([base] if base < run.years[0] else []), *run.years]
    rows = []
    for region in shown:
        for y in years:
            low, high = spread.get((region, y), (None, None))
            amount = start.get(region, 0.0) if y not in run.years else totals.get((region, y), 0.0)
            rows.append({"year": y, "region": region, "capacity_mt_per_a": amount, "low": low, "high": high})
    return rows


def base_year(run: Run) -> int:
    """Year of the fleet from which the run starts."""
    return int(run.summary["base_year"]["year"])


def cell_capacity(run: Run) -> Rows:
    """Capacity by year, band of amperage and stage of retrofit.

    Returns
    -------
    list of dict
        year, band (0 to 3, as in ``BANDS``; none where the class gives no amperage), stage,
        capacity_mt_per_a.
    """
    classes = {row["class"]: row.get("current_ka") for row in run.inputs["cell_classes"].records()}
    cells = {row["cell"]: row for row in run.inputs["cells"].records()}
    total: dict[tuple[int, int | None, str], float] = defaultdict(float)
    for row in run.tables["capacity"].records():
        cell = cells[row["cell"]]
        current = classes[cell["class"]]
        band = None if current is None else sum(current >= start for start in BANDS) - 1
        total[row["year"], band, cell["stage"]] += row["capacity_mt_per_a"]
    return [
        {"year": y, "band": band, "stage": stage, "capacity_mt_per_a": amount}
        for (y, band, stage), amount in sorted(total.items(), key=lambda item: (item[0][0], str(item[0])))
        if amount > _NIL
    ]


def tiles(run: Run) -> dict[str, tuple[int, int]]:
    """Row and column of each region on the map of equal squares; empty without the table."""
    if "region_tiles" not in run.inputs:
        return {}
    return {
        row["region"]: (row["tile_row"], row["tile_column"]) for row in run.inputs["region_tiles"].records()
    }


def standing_smelters(run: Run) -> Rows:
    """Smelters of the fleet from which the run starts, largest first.

    Returns
    -------
    list of dict
        site, name, name_zh (None where there is none), region, latitude_deg, longitude_deg,
        capacity_mt_per_a (net of what is counted twice).
    """
    fleet = str(run.manifest["scenario"]["fleet"])
    total: dict[str, float] = defaultdict(float)
    for row in run.inputs["fleet"].records():
        if str(row["fleet"]) == fleet:
            total[row["site"]] += row["capacity_mt_per_a"] - (row.get("double_counted_mt_per_a") or 0.0)
    rows = [
        {
            **{key: row[key] for key in ("site", "name", "region", "latitude_deg", "longitude_deg")},
            "name_zh": row.get("name_zh"),
            "capacity_mt_per_a": total[row["site"]],
        }
        for row in run.inputs["sites"].records()
        if total.get(row["site"], 0.0) > _NIL
    ]
    return sorted(rows, key=lambda row: (-row["capacity_mt_per_a"], row["site"]))


def quota_moves(run: Run) -> Rows:
    """Quota moved between regions over all model years, largest first.

    Returns
    -------
    list of dict
        from_region, to_region, kind (decided or chosen), mt_per_a.
    """
    if "quota_transfers" not in run.tables:
        return []
    totals = run.tables["quota_transfers"].totals("mt_per_a", "from_region", "to_region", "kind")
    ranked = sorted(totals.items(), key=lambda item: (-item[1], item[0]))
    return [
        {"from_region": origin, "to_region": target, "kind": kind, "mt_per_a": amount}
        for (origin, target, kind), amount in ranked
        if amount > _NIL and origin != target
    ]


def power_mix(run: Run) -> Rows:
    """Electricity by year and source, TWh."""
    totals = run.tables["electricity"].totals("electricity_twh", "year", "source")
    return [
        {"year": y, "source": source, "electricity_twh": amount}
        for (y, source), amount in sorted(totals.items())
    ]


def intensities(run: Run) -> Rows:
    """Power of a tonne and emissions of its power by year.

    Returns
    -------
    list of dict
        year, ac_kwh_per_t, power_t_per_mwh (emissions of the electricity per MWh drawn).
    """
    emitted = run.tables["electricity"].totals("emissions_mt_co2e", "year")
    rows = []
    for y in run.years:
        numbers = run.summary["years"][str(y)]
        drawn = numbers["electricity_twh"]
        rows.append(
            {
                "year": y,
                "ac_kwh_per_t": numbers["ac_kwh_per_t"],
                "power_t_per_mwh": emitted.get(y, 0.0) / drawn if drawn else None,
            }
        )
    return rows


def cost_stack(run: Run, year: int) -> Rows:
    """Cost of a tonne of metal at the smelters of each region, without VAT, dearest last.

    Alumina is valued at its shadow price at the smelter, freight included. What arises in
    refineries, mines, trade and the treatment of spent linings is left out, payments to the state
    are a part of their own.

    Parameters
    ----------
    run : Run
    year : int
        A model year.

    Returns
    -------
    list of dict
        region, production_mt, part (of ``COST_PARTS``, other or payments), cost_cny_per_t.
    """
    made = _of_year(run.tables["production"], "production_mt", year)
    part_of = {component: part for part, names in COST_PARTS.items() for component in names}
    spent: dict[tuple[str, str], float] = defaultdict(float)
    for row in run.tables["costs"].records():
        if row["year"] == year and row["region"] and row["component"] not in _ELSEWHERE:
            resource = row["kind"] == "resource"
            part = part_of.get(row["component"], "other") if resource else "payments"
            spent[row["region"], part] += row["cost_m_cny"]
    for region, value in _alumina_value(run, year).items():
        spent[region, "alumina"] += value
    total = {
        region: sum(cost for (r, _), cost in spent.items() if r == region) / mt
        for region, mt in made.items()
        if mt > _NIL
    }
    return [
        {
            "region": region,
            "production_mt": made[region],
            "part": part,
            "cost_cny_per_t": spent[region, part] / made[region],
        }
        for region in sorted(total, key=lambda r: (total[r], r))
        for part in (*COST_PARTS, "other", "payments")
        if abs(spent[region, part]) / made[region] > _CENT
    ]


def _alumina_value(run: Run, year: int) -> dict[str, float]:
    """Alumina delivered to the smelters of a region at its shadow price there, M CNY."""
    price, region_of = {}, {}
    for row in run.tables["shadow_prices"].records():
        if row["constraint"] == "alumina_balance" and row["year"] == year:
            price[row["site"]], region_of[row["site"]] = row["shadow_price"], row["region"]
    value: dict[str, float] = defaultdict(float)
    for row in run.tables["flows"].records():
        arrives = row["material"] in {"alumina", "alumina_conveyed"} and row["destination"] in price
        if row["year"] == year and arrives:
            value[region_of[row["destination"]]] += row["flow_mt"] * price[row["destination"]]
    return value


def emissions(run: Run, boundary: str) -> Rows:
    """Emissions by year and group of sources within a nested boundary, Mt CO2e.

    Raises
    ------
    ValueError
        If there is no such boundary.
    """
    nested = list(run.summary["years"][str(run.years[0])]["emissions_mt_co2e"]["by_boundary"])
    if boundary not in nested:
        raise ValueError(f"There is no boundary {boundary}; there are {', '.join(nested)}.")
    within = {boundary} if boundary == "outside" else set(nested[: nested.index(boundary) + 1])
    total: dict[tuple[int, str], float] = defaultdict(float)
    for row in run.tables["emissions"].records():
        if row["boundary"] in within:
            total[row["year"], emission_group(row["source"])] += row["emissions_mt_co2e"]
    return [
        {"year": y, "source": source, "emissions_mt_co2e": amount}
        for (y, source), amount in sorted(total.items())
        if abs(amount) > _NIL
    ]


def emission_group(source: str) -> str:
    """Name under which a figure shows an emission source."""
    kind, _, supply = source.partition("_")
    if kind == "power":
        return "power_captive" if supply in CAPTIVE_SOURCES else "power_grid"
    return EMISSION_GROUPS.get(source, source)


def quota_worth(run: Run) -> Rows:
    """Rent and price of quota by year, with the spread of the price between regions.

    Returns
    -------
    list of dict
        year, rent_cny_per_t_a, price_cny_per_t_a, low, high; empty where no quota is needed.
    """
    by_year: dict[int, list[float]] = defaultdict(list)
    if "quota_market" in run.tables:
        for row in run.tables["quota_market"].records():
            if row["price_cny_per_t"] is not None:
                by_year[row["year"]].append(row["price_cny_per_t"])
    rows = []
    for y in run.years:
        numbers = run.summary["years"][str(y)]
        if numbers["quota_price_cny_per_t"] is not None:
            spread = by_year.get(y, [numbers["quota_price_cny_per_t"]])
            rows.append(
                {
                    "year": y,
                    "rent_cny_per_t_a": numbers["quota_rent_cny_per_t_a"],
                    "price_cny_per_t_a": numbers["quota_price_cny_per_t"],
                    "low": min(spread),
                    "high": max(spread),
                }
            )
    return rows


def quota_deals(run: Run) -> Rows:
    """Published deals in quota: name, name_zh, year, price_cny_per_t_a, vat; oldest first."""
    if "quota_deals" not in run.inputs:
        return []
    return sorted(run.inputs["quota_deals"].records(), key=lambda row: (row["year"], row["deal"]))


def regional_prices(run: Run, year: int) -> Rows:
    """Price of metal where it is used and of alumina where it is smelted, by region, without VAT.

    Metal is the mean over the region's markets, weighted by demand; alumina the mean of its
    shadow price over the region's smelters, weighted by what arrives.

    Returns
    -------
    list of dict
        region, metal_cny_per_t, alumina_cny_per_t (either may be none), dearest metal first.
    """
    region_of = {row["market"]: row["region"] for row in run.inputs["markets"].records()}
    paid: dict[str, float] = defaultdict(float)
    used: dict[str, float] = defaultdict(float)
    for row in run.tables["markets"].records():
        region = region_of.get(row["market"], "")
        if row["year"] == year and region and row["price_cny_per_t"] is not None and row["demand"] > _NIL:
            paid[region] += row["price_cny_per_t"] * row["demand"]
            used[region] += row["demand"]
    metal = {region: paid[region] / used[region] for region in used}
    alumina = _alumina_prices(run, year)
    rows: Rows = [
        {"region": r, "metal_cny_per_t": metal.get(r), "alumina_cny_per_t": alumina.get(r)}
        for r in {*metal, *alumina}
    ]
    return sorted(rows, key=lambda row: (-(row["metal_cny_per_t"] or 0.0), row["region"]))


def _alumina_prices(run: Run, year: int) -> dict[str, float]:
    made = _of_year(run.tables["production"], "production_mt", year)
    points = {
        row["site"]: row["region"]
        for row in run.tables["shadow_prices"].records()
        if row["constraint"] == "alumina_balance" and row["year"] == year
    }
    arrived: dict[str, float] = defaultdict(float)
    for row in run.tables["flows"].records():
        arrives = row["material"] in {"alumina", "alumina_conveyed"} and row["destination"] in points
        if row["year"] == year and arrives:
            arrived[points[row["destination"]]] += row["flow_mt"]
    value = _alumina_value(run, year)
    return {r: value[r] / mt for r, mt in arrived.items() if mt > _NIL and made.get(r, 0.0) > _NIL}


def _of_year(table: ResultTable, column: str, year: int) -> dict[str, float]:
    """Sums of a column by region in one year."""
    totals = table.totals(column, "region", "year")
    return {region: amount for (region, y), amount in totals.items() if y == year}


#: Amounts of Mt, TWh or t below this are rounding.
_NIL = 1e-9

#: A cent: costs of a tonne below it are not shown.
_CENT = 0.01
