"""The small case as a linear program written from the formulas, for scipy.

Every site decides in every season here; nothing is left out because it could be shown to be
needless. Rows keep their sense; a dual is the slope of the cost in the row's right-hand side.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import asin, cos, inf, radians, sin, sqrt
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

from . import small_case as c


class Program:
    """Variables and rows by name."""

    def __init__(self) -> None:
        self.place: dict[tuple, int] = {}
        self.cost: list[float] = []
        self.upper: list[float] = []
        self.rows: dict[tuple, tuple[Mapping[tuple, float], str, float]] = {}

    def variable(self, *name: Any, upper: float = inf) -> tuple:
        """A decision from nil to its upper bound."""
        self.place[name] = len(self.cost)
        self.cost.append(0.0)
        self.upper.append(upper)
        return name

    def pay(self, amount: float, *name: Any) -> None:
        """Add to the cost of one unit of a decision, at present value."""
        self.cost[self.place[name]] += amount

    def row(self, name: tuple, terms: Mapping[tuple, float], sense: str, limit: float) -> None:
        """State Σ terms (<=, >=, =) limit."""
        assert name not in self.rows
        self.rows[name] = (terms, sense, limit)

    def solve(self) -> tuple[float, dict[tuple, float], dict[tuple, float]]:
        """Cost, decisions by name, duals by row."""
        equal = [name for name, (_, sense, _) in self.rows.items() if sense == "="]
        other = [name for name, (_, sense, _) in self.rows.items() if sense != "="]
        sign = {name: -1.0 if self.rows[name][1] == ">=" else 1.0 for name in self.rows}
        (a_eq, b_eq), (a_ub, b_ub) = (self._matrix(names, sign) for names in (equal, other))
        bounds = np.array([(0.0, upper) for upper in self.upper])
        found = linprog(
            self.cost,
            A_ub=a_ub,
            b_ub=b_ub,
            A_eq=a_eq,
            b_eq=b_eq,
            bounds=bounds,
            method="highs-ds",
            options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
        )
        assert found.status == 0, found.message
        duals = dict(zip(equal, found.eqlin.marginals.tolist(), strict=True))
        duals |= {
            name: sign[name] * dual
            for name, dual in zip(other, found.ineqlin.marginals.tolist(), strict=True)
        }
        values = {name: float(found.x[place]) for name, place in self.place.items()}
        return float(found.fun), values, duals

    def _matrix(self, names: list[tuple], sign: Mapping[tuple, float]) -> tuple[csr_array, np.ndarray]:
        entries, rows, columns, limits = [], [], [], []
        for number, name in enumerate(names):
            terms, _, limit = self.rows[name]
            limits.append(sign[name] * limit)
            for variable, coefficient in terms.items():
                entries.append(sign[name] * coefficient)
                rows.append(number)
                columns.append(self.place[variable])
        return csr_array((entries, (rows, columns)), shape=(len(names), len(self.cost))), np.array(limits)


def discount(year: float) -> float:
    return (1.0 + c.RATE) ** -(year - c.BASE_YEAR)


END = c.YEARS[-1] + c.LAST_PERIOD
BEFORE = dict(zip(c.YEARS, (c.BASE_YEAR, *c.YEARS), strict=False))
STANDS_FOR = {y: after - y for y, after in zip(c.YEARS, (*c.YEARS[1:], END), strict=True)}
#: Present value of one a year over the years that a model year stands for.
WEIGHT = {y: sum(discount(t) for t in range(y, y + STANDS_FOR[y])) for y in c.YEARS}


def annuity(capex: float, life: float) -> float:
    """Paid at the start of each year of a life."""
    return capex / sum((1.0 + c.RATE) ** -s for s in range(int(life)))


def charged(capex: float, life: float, year: int) -> float:
    """Present value of the annuity's charges within the horizon."""
    return annuity(capex, life) * sum(discount(t) for t in range(year, min(year + int(life), END)))


def kilometres(a: str, b: str) -> float:
    (lat_a, lon_a), (lat_b, lon_b) = c.PLACE[a], c.PLACE[b]
    half = sin(radians(lat_b - lat_a) / 2) ** 2
    half += cos(radians(lat_a)) * cos(radians(lat_b)) * sin(radians(lon_b - lon_a) / 2) ** 2
    return c.CIRCUITY * 2.0 * 6371.0 * asin(sqrt(half))


def freight(material: str, a: str, b: str) -> float:
    """CNY/t; nothing where both are one place."""
    handling, rate = c.FREIGHT[material]
    return 0.0 if c.PLACE[a] == c.PLACE[b] else handling + rate * kilometres(a, b)


class State:
    """A cell state: class values with what its package changes."""

    def __init__(self, cell_class: str, *, package: bool) -> None:
        values = c.CLASSES[cell_class]
        change = c.PACKAGE if package else {}
        volts = values["voltage_v"] + change.get("voltage_change_v", 0.0)
        self.mwh = (2980.0 * volts / values["current_efficiency"] / c.RECTIFIER + c.AUXILIARY_KWH) / 1000.0
        self.anode = values["anode_t_per_t"] + change.get("anode_change_t_per_t", 0.0)
        gases = sum(values[f"{gas}_kg_per_t"] / 1000.0 * gwp for gas, gwp in c.GWP.items())
        self.direct = values["anode_co2_t_per_t"] + gases * (1.0 + change.get("pfc_change_share", 0.0))
        wages = values["employees_per_kt"] / 1000.0 * c.WAGE
        self.fixed = wages + values["maintenance_cny_per_t_a"] + c.OVERHEAD + c.SUSTAINING
        self.per_tonne = self.anode * c.ANODE + c.FLUORIDE
        self.rent = 0.0
        for part in ("recurring", "durable") if package else ():
            self.rent += annuity(change[f"{part}_capex_cny_per_t_a"], change[f"{part}_life_a"])


STATES = {
    "pot": State("pot", package=False),
    "pot_package": State("pot", package=True),
    "big": State("big", package=False),
}
OLD = [site for site in c.SITES if site.startswith("old")]
CELLS = {site: ["pot", "pot_package"] if site in OLD else ["big"] for site in c.SITES}
REGIONS = list(c.QUOTA)


def small_program() -> Program:
    """The whole case."""
    p = Program()
    fleet(p)
    stock_of_capacity(p)
    limits_of_change(p)
    operation(p)
    power(p)
    materials(p)
    potlining(p)
    trade(p)
    metal(p)
    quota(p)
    carbon(p)
    return p


def fleet(p: Program) -> None:
    """What stands, is built, retired and retrofitted, with its costs."""
    for i, cells in CELLS.items():
        for y in c.YEARS:
            for k in cells:
                p.variable("capacity", i, k, y)
                p.variable("retired", i, k, y)
                p.pay(WEIGHT[y] * STATES[k].fixed, "capacity", i, k, y)
                p.pay(discount(y) * c.CLOSURE, "retired", i, k, y)
            if i in OLD:
                p.variable("retrofitted", i, y)
                p.pay(discount(y) * c.WORKS, "retrofitted", i, y)
                for step, (_, multiplier) in c.SPREAD.items():
                    p.variable("rent", i, step, y)
                    p.pay(WEIGHT[y] * multiplier, "rent", i, step, y)
            else:
                p.variable("new", i, y)
                capex = c.CLASSES["big"]["new_capex_cny_per_t_a"]
                p.pay(charged(capex, c.NEW_LIFE, y), "new", i, y)


def stock_of_capacity(p: Program) -> None:
    """Capacity of a year is the last year's, less what is retired or retrofitted, plus what arrives."""
    for i, cells in CELLS.items():
        for y in c.YEARS:
            for k in cells:
                terms = {("capacity", i, k, y): 1.0, ("retired", i, k, y): 1.0}
                if BEFORE[y] in c.YEARS:
                    terms["capacity", i, k, BEFORE[y]] = -1.0
                if k == "pot":
                    terms["retrofitted", i, y] = 1.0
                elif k == "pot_package":
                    terms["retrofitted", i, y] = -c.GAIN
                else:
                    terms["new", i, y] = -1.0
                stood = c.FLEET.get((i, k), 0.0) if BEFORE[y] == c.BASE_YEAR else 0.0
                p.row(("capacity_balance", i, k, y), terms, "=", stood)


def limits_of_change(p: Program) -> None:
    """Relining by cohort, rents carried by cost steps, building rates."""
    for i in OLD:
        start = c.FLEET[i, "pot"]
        for y in c.YEARS:
            due = min(1.0, (y - c.BASE_YEAR) / c.CELL_LIFE) * start
            done = {("retrofitted", i, t): 1.0 for t in c.YEARS if t <= y}
            p.row(("relining_limit", i, y), done, "<=", due)
            rent = STATES["pot_package"].rent
            carried = {("rent", i, step, y): 1.0 for step in c.SPREAD}
            p.row(("rent_balance", i, y), carried | {("capacity", i, "pot_package", y): -rent}, ">=", 0.0)
            p.row(
                ("rent_step", i, y), {("rent", i, "cheap", y): 1.0}, "<=", c.SPREAD["cheap"][0] * rent * start
            )
    for y in c.YEARS:
        elapsed = y - BEFORE[y]
        p.row(("regional_rate", y), {("new", "new_south", y): 1.0}, "<=", elapsed * c.REGIONAL_RATE)
        p.row(("national_rate", y), {("new", "new_south", y): 1.0}, "<=", elapsed * c.NATIONAL_RATE)


def operation(p: Program) -> None:
    """Pots that run by season, restarts within a year and between years."""
    for i, cells in CELLS.items():
        for y in c.YEARS:
            p.variable("reopened", i, y)
            p.pay(discount(y) * c.RESTART, "reopened", i, y)
            for q, share in c.SEASONS.items():
                p.variable("restarted", i, y, q)
                p.pay(WEIGHT[y] * c.RESTART, "restarted", i, y, q)
                for k in cells:
                    p.variable("running", i, k, y, q)
                    p.pay(WEIGHT[y] * share * STATES[k].per_tonne, "running", i, k, y, q)
                    terms = {("running", i, k, y, q): 1.0, ("capacity", i, k, y): -c.AVAILABILITY}
                    p.row(("running_limit", i, k, y, q), terms, "<=", 0.0)
    other = {"wet": "dry", "dry": "wet"}
    for i, cells in CELLS.items():
        for y in c.YEARS:
            for q in c.SEASONS:
                terms = {("restarted", i, y, q): 1.0}
                terms |= {("running", i, k, y, q): -1.0 for k in cells}
                terms |= {("running", i, k, y, other[q]): 1.0 for k in cells}
                p.row(("season_restart", i, y, q), terms, ">=", 0.0)
                terms = {("reopened", i, y): 1.0} | {("running", i, k, y, q): -1.0 for k in cells}
                ran = 0.0
                if BEFORE[y] in c.YEARS:
                    terms |= {("running", i, k, BEFORE[y], q): 1.0 for k in cells}
                else:
                    ran = c.AVAILABILITY * c.FLEET.get((i, "pot"), 0.0)
                if i in OLD:
                    terms["retrofitted", i, y] = c.AVAILABILITY * (c.GAIN - 1.0)
                else:
                    terms["new", i, y] = c.AVAILABILITY
                p.row(("year_reopening", i, y, q), terms, ">=", -ran)


def made(sites: list[str], y: int, per_tonne: Mapping[str, float] | float, factor: float = 1.0) -> dict:
    """Terms of Σ coefficient × w_q × running over sites, cells and seasons."""
    return {
        ("running", i, k, y, q): factor
        * share
        * (per_tonne if isinstance(per_tonne, float) else per_tonne[k])
        for i in sites
        for k in CELLS[i]
        for q, share in c.SEASONS.items()
    }


def power(p: Program) -> None:
    """Power drawn covers what the pots use; limited sources give no more than they have."""
    for source, (prices, _, _, sites) in c.POWER.items():
        for i in sites:
            for y in c.YEARS:
                for q, price in prices.items():
                    p.variable("electricity", i, source, y, q)
                    p.pay(WEIGHT[y] * price, "electricity", i, source, y, q)
    for y in c.YEARS:
        for q, share in c.SEASONS.items():
            for i, cells in CELLS.items():
                drawn = {
                    ("electricity", i, e, y, q): 1.0 for e, (_, _, _, sites) in c.POWER.items() if i in sites
                }
                used = {("running", i, k, y, q): -share * STATES[k].mwh for k in cells}
                p.row(("power_balance", i, y, q), drawn | used, ">=", 0.0)
            for source, (_, volume, _, sites) in c.POWER.items():
                if volume is not None:
                    drawn = {("electricity", i, source, y, q): 1.0 for i in sites}
                    p.row(("supply_limit", source, y, q), drawn, "<=", volume[q])


def materials(p: Program) -> None:
    """Alumina from the refinery and the port, and ore."""
    neighbour, next_door, conveyed = c.CONVEYED
    for y in c.YEARS:
        for a, (cost, capacity) in c.REFINERIES.items():
            p.variable("refining", a, y)
            p.pay(WEIGHT[y] * cost, "refining", a, y)
            p.row(("refinery_capacity", a, y), {("refining", a, y): 1.0}, "<=", capacity)
            for i, region in c.SITES.items():
                p.variable("alumina", a, i, y)
                p.pay(WEIGHT[y] * freight("alumina", a, region), "alumina", a, i, y)
        p.variable("conveyed", y)
        p.row(("conveyed_limit", y), {("conveyed", y): 1.0}, "<=", conveyed)
        for i in c.SITES:
            arriving = {("alumina", a, i, y): 1.0 for a in c.REFINERIES}
            if i == next_door:
                arriving["conveyed", y] = 1.0
            p.row(("alumina_balance", i, y), arriving | made([i], y, c.ALUMINA_PER_T, -1.0), ">=", 0.0)
        for a in c.REFINERIES:
            sent = {("alumina", a, i, y): -1.0 for i in c.SITES}
            if a == neighbour:
                sent["conveyed", y] = -1.0
            p.row(("refinery_balance", a, y), {("refining", a, y): 1.0} | sent, ">=", 0.0)
        from_ore = {("refining", "works", y): -1.0}
        for b, (price, volume, ratio) in c.ORE.items():
            p.variable("ore", b, y)
            p.pay(WEIGHT[y] * (price + freight("ore", b, "works")), "ore", b, y)
            p.row(("ore_limit", b, y), {("ore", b, y): 1.0}, "<=", volume)
            from_ore["ore", b, y] = 1.0 / ratio
        p.row(("ore_balance", y), from_ore, ">=", 0.0)


def potlining(p: Program) -> None:
    """Spent potlining arises with output; each route takes its share of it at most."""
    for y in c.YEARS:
        treated = {}
        for route, (cost, credit, share) in c.ROUTES.items():
            p.variable("treated", route, y)
            p.pay(WEIGHT[y] * (cost - credit), "treated", route, y)
            treated["treated", route, y] = 1.0
            if share < 1.0:
                arising = made(list(c.SITES), y, share * c.POTLINING_PER_T, -1.0)
                p.row(("potlining_limit", route, y), {("treated", route, y): 1.0} | arising, "<=", 0.0)
        p.row(("potlining", y), treated | made(list(c.SITES), y, c.POTLINING_PER_T, -1.0), ">=", 0.0)


def trade(p: Program) -> None:
    """Liquid metal, ingot, imports and exports in steps, and demand that goes unserved."""
    for y in c.YEARS:
        p.variable("liquid", y)
        port = "south"
        for r in REGIONS:
            p.variable("ingot", r, y)
            p.pay(WEIGHT[y] * (c.CASTING + freight("ingot", r, "south")), "ingot", r, y)
            for step, (_, price) in c.EXPORT_STEPS.items():
                p.variable("exports", r, step, y)
                p.pay(WEIGHT[y] * (c.CASTING + freight("ingot", r, port) - price), "exports", r, step, y)
        for step, (volume, _) in c.EXPORT_STEPS.items():
            p.row(("export_step", step, y), {("exports", r, step, y): 1.0 for r in REGIONS}, "<=", volume)
        for step, (volume, price) in c.IMPORT_STEPS.items():
            p.variable("imports", step, y)
            p.pay(WEIGHT[y] * price, "imports", step, y)
            p.row(("import_step", step, y), {("imports", step, y): 1.0}, "<=", volume)
        for market, share in c.SHARE.items():
            for step, (part, price) in c.DEMAND_STEPS.items():
                p.variable("unserved", market, step, y, upper=part * share * c.DEMAND[y])
                p.pay(WEIGHT[y] * price, "unserved", market, step, y)


def metal(p: Program) -> None:
    """Metal made leaves its region; the north uses liquid metal, the south ingot and imports."""
    for y in c.YEARS:
        for r in REGIONS:
            output = made([i for i, region in c.SITES.items() if region == r], y, 1.0)
            sent = {("ingot", r, y): -1.0} | {("exports", r, step, y): -1.0 for step in c.EXPORT_STEPS}
            if r == "north":
                sent["liquid", y] = -1.0
            p.row(("metal_supply", r, y), output | sent, ">=", 0.0)
        served = {
            "river": {("liquid", y): 1.0},
            "harbour": {("ingot", r, y): 1.0 for r in REGIONS}
            | {("imports", step, y): 1.0 for step in c.IMPORT_STEPS},
        }
        for market, share in c.SHARE.items():
            unserved = {("unserved", market, step, y): 1.0 for step in c.DEMAND_STEPS}
            p.row(
                ("market", market, y), served[market] | unserved, ">=", share * (c.DEMAND[y] - c.RECYCLED[y])
            )


def quota(p: Program) -> None:
    """One stock of quota per region; the cap where it is below what was registered."""
    other = {"north": "south", "south": "north"}
    for y in c.YEARS:
        for r in REGIONS:
            p.variable("stock", r, y)
            p.variable("surrendered", r, y)
        for r, to in other.items():
            p.variable("transfer", r, to, y)
            p.pay(discount(y) * c.QUOTA_FEE, "transfer", r, to, y)
    for y in c.YEARS:
        for r in REGIONS:
            terms = {
                ("stock", r, y): 1.0,
                ("surrendered", r, y): 1.0,
                ("transfer", r, other[r], y): c.RATIO,
                ("transfer", other[r], r, y): -1.0,
            }
            if BEFORE[y] in c.YEARS:
                terms["stock", r, BEFORE[y]] = -1.0
            first = c.QUOTA[r] if BEFORE[y] == c.BASE_YEAR else 0.0
            p.row(("quota_balance", r, y), terms, "=", first)
            sites = [i for i, region in c.SITES.items() if region == r]
            standing = {("capacity", i, k, y): 1.0 for i in sites for k in CELLS[i]}
            p.row(("quota_use", r, y), standing | {("stock", r, y): -1.0}, "<=", 0.0)
        if c.CAP[y] < sum(c.QUOTA.values()):
            p.row(("national_cap", y), {("stock", r, y): 1.0 for r in REGIONS}, "<=", c.CAP[y])


def carbon(p: Program) -> None:
    """Price × (direct and power emissions − benchmark × output)."""
    for y in c.YEARS:
        paid = {k: c.CARBON_PRICE * (state.direct - c.BENCHMARK) for k, state in STATES.items()}
        for name, amount in made(list(c.SITES), y, paid).items():
            p.pay(WEIGHT[y] * amount, *name)
        for source, (_, _, factor, sites) in c.POWER.items():
            for i in sites:
                for q in c.SEASONS:
                    p.pay(WEIGHT[y] * c.CARBON_PRICE * factor, "electricity", i, source, y, q)
