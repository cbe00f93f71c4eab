"""Metal markets: demand in price steps, recycled metal, imports, exports, freight."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from alopt.data.calendar import Calendar, interpolate
from alopt.data.fleet import Fleet
from alopt.data.geography import Rates
from alopt.data.scenario import SCENARIO_FILE, Scenario
from alopt.data.tables import Table
from alopt.data.units import net
from alopt.errors import Problem

Tables = Mapping[str, Table]


@dataclass(frozen=True)
class Market:
    """A place where metal is used; ``segment`` is liquid or ingot."""

    key: str
    region: str
    segment: str
    share: float


@dataclass(frozen=True)
class Step:
    """A step of demand, imports or exports: volume (or share of demand) and price without VAT."""

    key: str
    volume: float
    price: float


@dataclass(frozen=True)
class Markets:
    """Metal demand and trade.

    Attributes
    ----------
    markets : mapping of str to Market
    ingot_market : mapping of str to str
        Ingot market of each region that has one; liquid_market likewise.
    demand, recycled : mapping of int to float
        National totals by year, Mt.
    demand_steps, import_steps, export_steps : tuple of Step
        Dearest willingness to pay first; cheapest import first; dearest export first.
    freight, freight_emission : mapping of (region, market) to float
        Ingot freight from a smelting region, CNY/t without VAT and t CO2/t.
    export_freight : mapping of (region) to float
        Ingot freight to the nearest port, CNY/t without VAT.
    import_markets : tuple of str
        Ingot markets where sea-borne metal lands.
    balance : mapping of (side, item) to float
        The base year's metal balance, Mt.
    """

    markets: Mapping[str, Market]
    ingot_market: Mapping[str, str]
    liquid_market: Mapping[str, str]
    demand: Mapping[int, float]
    recycled: Mapping[int, float]
    demand_steps: tuple[Step, ...]
    import_steps: tuple[Step, ...]
    export_steps: tuple[Step, ...]
    freight: Mapping[tuple[str, str], float]
    freight_emission: Mapping[tuple[str, str], float]
    export_freight: Mapping[str, float]
    import_markets: tuple[str, ...]
    balance: Mapping[tuple[str, str], float]


def build_markets(
    tables: Tables,
    scenario: Scenario,
    calendar: Calendar,
    fleet: Fleet,
    freight: Rates,
    vat: Mapping[str, float],
) -> tuple[Markets | None, list[Problem]]:
    """Make the metal markets of a scenario; problems are shares that do not add and gaps."""
    problems = _check_shares(tables)
    paths, found = _paths(tables, scenario.demand, calendar)
    problems += found or _too_much_recycled(paths)
    markets = {
        row["market"]: Market(row["market"], row["region"], row["segment"], row["demand_share"])
        for row in tables["markets"]
    }
    by_segment: dict[str, dict[str, str]] = {"ingot": {}, "liquid": {}}
    for market in markets.values():
        if market.region in by_segment[market.segment]:
            rule = f"{market.region} has two {market.segment} markets"
            index = tables["markets"].find(market=market.key)
            problems.append(tables["markets"].problem(index, "region", rule, "Keep one."))
        by_segment[market.segment][market.region] = market.key
    makers = sorted({site.region for site in fleet.sites.values()})
    for region, key in by_segment["liquid"].items():
        if region not in makers and region not in by_segment["ingot"]:
            rule = "a liquid market needs smelters or an ingot market in its region"
            problems.append(
                tables["markets"].problem(
                    tables["markets"].find(market=key), "region", rule, "Add an ingot market."
                )
            )
    problems += _check_ports(tables, by_segment["ingot"])
    if problems:
        return None, problems
    place = {row["region"]: (row["latitude_deg"], row["longitude_deg"]) for row in tables["regions"]}
    ports = [row["region"] for row in tables["regions"] if row["port"]]
    pairs = [(r, m) for r in makers for m in by_segment["ingot"].values()]
    return Markets(
        markets=markets,
        ingot_market=by_segment["ingot"],
        liquid_market=by_segment["liquid"],
        demand=paths["demand"],
        recycled=paths["recycled"],
        demand_steps=_steps(tables["demand_steps"], "share", vat, dear_first=True),
        import_steps=_steps(tables["import_steps"], "volume_mt_per_a", vat, dear_first=False),
        export_steps=_steps(tables["export_steps"], "volume_mt_per_a", vat, dear_first=True),
        freight={(r, m): freight.cost("ingot", place[r], place[markets[m].region]) for r, m in pairs},
        freight_emission={
            (r, m): freight.emissions("ingot", place[r], place[markets[m].region]) for r, m in pairs
        },
        export_freight={
            r: min(freight.cost("ingot", place[r], place[p]) for p in ports)
            for r in makers
            if len(tables["export_steps"])
        },
        import_markets=tuple(by_segment["ingot"][r] for r in ports if r in by_segment["ingot"]),
        balance={
            (row["side"], row["item"]): row["mt"]
            for row in tables["metal_balance"]
            if row["fleet"] == scenario.fleet
        },
    ), []


def _check_ports(tables: Tables, ingot_markets: Mapping[str, str]) -> list[Problem]:
    """Metal from abroad lands at a port with an ingot market; metal sold abroad leaves by a port."""
    ports = [row["region"] for row in tables["regions"] if row["port"]]
    problems = []
    if len(tables["import_steps"]) and not any(port in ingot_markets for port in ports):
        rule = "no port has an ingot market where metal from abroad could land"
        mend = "Set port to true for a region with an ingot market, or remove tables/import_steps.csv."
        problems.append(tables["regions"].problem(None, "port", rule, mend))
    if len(tables["export_steps"]) and not ports:
        rule = "metal is sold abroad, and no region is a port"
        mend = "Set port to true for a region, or remove tables/export_steps.csv."
        problems.append(tables["regions"].problem(None, "port", rule, mend))
    return problems


def _check_shares(tables: Tables) -> list[Problem]:
    problems = []
    for name, column in (
        ("markets", "demand_share"),
        ("demand_steps", "share"),
        ("capex_spread", "share"),
    ):
        table = tables[name]
        total = sum(row[column] for row in table)
        if len(table) and abs(total - 1.0) > 1e-6:
            rule = f"the shares add to {total:.9g}, not 1"
            problems.append(table.problem(None, column, rule, "Mend the shares."))
        if not len(table) and name != "capex_spread":
            problems.append(table.problem(None, None, "the table has no rows", "Add at least one."))
    return problems


def _paths(
    tables: Tables, path: str, calendar: Calendar
) -> tuple[dict[str, dict[int, float]], list[Problem]]:
    result, problems = {}, []
    for name, column in (("demand", "total_metal_mt"), ("recycled", "recycled_mt")):
        points = {row["year"]: row[column] for row in tables[name] if row["path"] == path}
        if points:
            result[name] = {y: interpolate(points, y) for y in calendar.years}
        elif not len(tables[name]) and tables[name].schema.optional:
            result[name] = dict.fromkeys(calendar.years, 0.0)  # a world that recycles nothing
        else:
            known = sorted({row["path"] for row in tables[name]})
            mend = f"Use one of {', '.join(known)}." if known else "Add its rows."
            rule = f"no such path in tables/{name}.csv"
            problems.append(Problem(SCENARIO_FILE, None, "demand", path, rule, mend))
    return result, problems


def _too_much_recycled(paths: Mapping[str, Mapping[int, float]]) -> list[Problem]:
    return [
        Problem(
            "tables/recycled.csv",
            None,
            "recycled_mt",
            None,
            f"recycled metal of {amount:.6g} Mt in {y} exceeds the demand of {paths['demand'][y]:.6g} Mt",
            "Lower it, or raise total_metal_mt in tables/demand.csv, which counts recycled metal too.",
        )
        for y, amount in paths["recycled"].items()
        if amount > paths["demand"][y]
    ]


def _steps(table: Table, volume: str, vat: Mapping[str, float], *, dear_first: bool) -> tuple[Step, ...]:
    steps = [Step(row["step"], row[volume], net(row, "price_cny_per_t", vat, "metal")) for row in table]
    return tuple(sorted(steps, key=lambda step: (-step.price if dear_first else step.price, step.key)))
