r"""A capex subsidy: the state pays a part of the capital of new lines, rebuilds or retrofits.

A grant is a share of the capex or an amount per t/a (never more than the capex), by kind, region
and the year in which the capital is spent. It is paid as the capital is charged: over the same
life, within the horizon. Capital of new lines and rebuilds is sunk once decided, and so is its
grant. What the measures of a retrofit cost is charged while the capacity stands, so its grant is
paid for their first life as long as the capacity stands in that state, at the list's cost (the
spread of costs over plants does not count). Works, later renewals, and measures with which a new
or rebuilt line starts are outside.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from alopt.data.calendar import Calendar
from alopt.data.model_data import ModelData
from alopt.data.tables import pivot
from alopt.finance import annuity_due
from alopt.model.costs import capital_present_value
from alopt.model.equations import Model, add, add_variable, at_most, equation
from alopt.policies import Payment
from alopt.policies._fields import Fault, regions, smelter_regions, yearly

KINDS = ("new_build", "rebuild", "retrofit")

_FORM = "Write {green: {kinds: [rebuild], regions: [shandong], share: {2026: 0.2}}}."

#: (capex in CNY per t/a, life in years).
Charge = tuple[float, float]


@dataclass(frozen=True)
class Settings:
    """Grants.

    Attributes
    ----------
    shares, amounts : mapping of (kind, region, year) to float
        Share of the capex, and CNY per t/a, that the state pays.
    measures : mapping of (from_cell, to_cell) to tuple of (capex, life)
        What the measures that a relining adds cost, charged while they stand.
    """

    shares: Mapping[tuple[str, str, int], float]
    amounts: Mapping[tuple[str, str, int], float]
    measures: Mapping[tuple[str, str], tuple[Charge, ...]]

    FIELDS = ("grants",)

    @classmethod
    def read(cls, fields: Mapping[str, Any], data: ModelData) -> tuple[Settings | None, list[Fault]]:
        """Check the grants; shares of grants that meet add up, to the whole at most."""
        grants = fields.get("grants")
        if not isinstance(grants, Mapping) or not grants:
            return None, [("grants", grants, "must be grants by name", _FORM)]
        totals: dict[str, dict[tuple[str, str, int], float]] = {
            "share": defaultdict(float), "cny_per_t_a": defaultdict(float)
        }  # fmt: skip
        faults: list[Fault] = []
        for name, grant in grants.items():
            faults += _read(f"grants.{name}", grant, data, totals)
        for (kind, region, y), share in totals["share"].items():
            if share > 1.0 + 1e-9:
                rule = f"shares for {kind} in {region} add to more than the whole in {y}"
                faults.append(("grants", f"{share:g}", rule, "Lower a share."))
        return cls(dict(totals["share"]), dict(totals["cny_per_t_a"]), _measures(data)), faults

    def part(self, kind: str, region: str, y: int, capex: float) -> float:
        """Part of a capex that the state pays."""
        key = (kind, region, y)
        if not capex:
            return 0.0
        return min(1.0, self.shares.get(key, 0.0) + self.amounts.get(key, 0.0) / capex)


def _read(
    field: str, grant: Any, data: ModelData, totals: Mapping[str, dict[tuple[str, str, int], float]]
) -> list[Fault]:
    """Read one grant into the totals."""
    if not isinstance(grant, Mapping):
        return [(field, grant, "is no grant", _FORM)]
    faults: list[Fault] = [
        (f"{field}.{key}", None, "no such part of a grant", "There are kinds, regions, share, cny_per_t_a.")
        for key in grant
        if key not in {"kinds", "regions", *totals}
    ]
    kinds, known = grant.get("kinds"), smelter_regions(data.fleet)
    if not isinstance(kinds, list) or not kinds or any(kind not in KINDS for kind in kinds):
        faults.append((f"{field}.kinds", kinds, "must be a list of kinds", f"Use {', '.join(KINDS)}."))
        kinds = []
    places, found = regions(f"{field}.regions", grant.get("regions", sorted(known)), known)
    faults += found
    if len(set(grant) & set(totals)) != 1:
        faults.append((field, grant, "needs either a share or an amount", _FORM))
        return faults
    (unit,) = set(grant) & set(totals)
    high = 1.0 if unit == "share" else 100_000.0
    path, found = yearly(f"{field}.{unit}", grant[unit], data.calendar, high=high, late=True)
    faults += found
    met = False
    for kind in dict.fromkeys(kinds):
        for region in dict.fromkeys(places):
            met = met or _meets(data, kind, region)
            for y, value in path.items():
                totals[unit][kind, region, y] += value
    if not faults and not met:
        faults.append((field, grant, "meets no investment that is possible", "Widen it, or remove it."))
    return faults


def _meets(data: ModelData, kind: str, region: str) -> bool:
    fleet = data.fleet
    if kind == "new_build":
        return any(fleet.sites[i].region == region for i, _ in fleet.new_build)
    wanted = "rebuild" if kind == "rebuild" else "relining"
    return any(
        fleet.sites[i].region == region and data.arcs[j, k].kind == wanted for i, j, k in fleet.site_arcs
    )


def _measures(data: ModelData) -> dict[tuple[str, str], tuple[Charge, ...]]:
    """Capex and life of each measure that a relining adds and its target holds."""
    values = pivot(data.tables["measure_values"], "measure")
    added: dict[tuple[str, str], tuple[Charge, ...]] = {}
    for (j, k), arc in data.arcs.items():
        if arc.kind == "relining":
            new = [x for x in data.cells[k].measures if x not in data.cells[j].measures]
            added[j, k] = tuple(
                (values[x][f"{part}_capex_cny_per_t_a"], values[x][f"{part}_life_a"])
                for x in new
                for part in ("recurring", "durable")
                if values.get(x, {}).get(f"{part}_capex_cny_per_t_a", 0.0) > 0
            )
    return added


def _granted(
    data: ModelData, settings: Settings, i: str, j: str, k: str, y: int
) -> tuple[list[Charge], list[Charge]]:
    """Charges of a step that the state bears: sunk once it is taken, and paid while capacity stands."""
    arc = data.arcs[j, k]
    kind = "rebuild" if arc.kind == "rebuild" else "retrofit"
    measures = settings.measures.get((j, k), ()) if kind == "retrofit" else ()
    whole = sum(capex for capex, _ in (*arc.charges, *measures))
    part = settings.part(kind, data.fleet.sites[i].region, y, whole)
    if not part:
        return [], []
    return [(part * capex, life) for capex, life in arc.charges], [
        (part * capex, life) for capex, life in measures
    ]


def _paid(calendar: Calendar, charges: list[Charge], y: int) -> dict[int, float]:
    """Present value of charges spent in a year, by the model year in which they are paid."""
    paid: dict[int, float] = defaultdict(float)
    for capex, life in charges:
        for t, weight in calendar.charge_weights(y, life).items():
            paid[t] += annuity_due(capex, calendar.rate, life) * weight
    return dict(paid)


def build(m: Model, settings: Settings) -> None:
    """Add the grants to the objective, and the capacity for which those of retrofits are paid."""
    data, s = m.data, m.sets
    granted = {step: _granted(data, settings, *step) for step in s.SITE_ARC_YEARS}
    retrofits = {step: _paid(data.calendar, paid, step[3]) for step, (_, paid) in granted.items()}
    s.GRANTED = [(*step, t) for step, paid in retrofits.items() for t in paid]
    s.granted_at = defaultdict(list)
    for i, j, k, y, t in s.GRANTED:
        s.granted_at[i, k, t].append((j, y))
    if s.GRANTED:
        add_variable(m, "granted_capacity", ("site", "from_cell", "to_cell", "vintage", "year"), s.GRANTED)
        add(m, grant_standing, grant_vintage)
    total: Any = 0.0
    for i, k, y in s.NEW_BUILD_YEARS:
        capex = data.cells[k].new_capex
        part = settings.part("new_build", data.fleet.sites[i].region, y, capex)
        if part:
            life = data.parameters["new_build_life_a"]
            total = total - capital_present_value(m, part * capex, life, y) * m.new_capacity[i, k, y]
    for i, j, k, y in s.SITE_ARC_YEARS:
        value = sum(capital_present_value(m, *charge, y) for charge in granted[i, j, k, y][0])
        if value:
            total = total - value * m.retrofitted_capacity[i, j, k, y]
    for i, j, k, y, t in s.GRANTED:
        total = total - retrofits[i, j, k, y][t] * m.granted_capacity[i, j, k, y, t]
    m.transfers["capex_subsidy"] = total


@equation(
    "site", "cell", "year",
    over=lambda m: sorted(m.sets.granted_at),
    basis="annual",
    unit="CNY/t·a",
    dual="what the state pays in a year for one more t/a that stands retrofitted",
    limit="",
)  # fmt: skip
def grant_standing(m: Model, i: str, k: str, y: int) -> Any:
    r"""Grants for retrofits are paid for capacity that stands.

    .. math:: \sum_{j, y'} granted_{i,j,k,y',y} \le capacity_{i,k,y}
       \quad \forall i,k,y \leftrightarrow \pi^{standing}_{i,k,y} \le 0
    """
    granted = sum(m.granted_capacity[i, j, k, t, y] for j, t in m.sets.granted_at[i, k, y])
    return at_most(granted, m.capacity[i, k, y])


@equation(
    "site", "from_cell", "to_cell", "vintage", "year",
    over=lambda m: m.sets.GRANTED,
    basis="annual",
    unit="CNY/t·a",
    dual="what the state pays in a year for one more t/a retrofitted in the vintage's year",
    limit="",
)  # fmt: skip
def grant_vintage(m: Model, i: str, j: str, k: str, y: int, t: int) -> Any:
    r"""And for no more of it than was retrofitted in a year with a grant, for its measures' lives.

    .. math:: granted_{i,j,k,y',y} \le gain_{j,k} \, retrofitted_{i,j,k,y'}
       \quad \forall i,j,k,y',y: y' \le y < y' + life \leftrightarrow \pi^{vintage}_{i,j,k,y',y} \le 0
    """
    return at_most(
        m.granted_capacity[i, j, k, y, t], m.data.arcs[j, k].gain * m.retrofitted_capacity[i, j, k, y]
    )


def payments(data: ModelData, settings: Settings, tables: Mapping[str, Any]) -> Iterator[Payment]:
    """Grants by calendar year and site, M CNY a year, from the tables of capacity and retrofits."""
    calendar = data.calendar
    due: dict[tuple[str, str, int], float] = defaultdict(float)
    for row in tables["capacity"].records():
        i, k, y = row["site"], row["cell"], row["year"]
        built = row["new"] - data.fleet.arriving.get((i, k, y), 0.0)
        capex = data.cells[k].new_capex or 0.0
        if built > 0 and capex:
            part = settings.part("new_build", row["region"], y, capex)
            life = data.parameters["new_build_life_a"]
            for t, value in _paid(calendar, [(part * capex, life)] if part else [], y).items():
                due[row["region"], i, t] += value * built
    retrofits: dict[Any, list[tuple[float, float]]] = defaultdict(list)
    for row in tables["retrofits"].records():
        i, j, k, y, amount = (row[c] for c in ("site", "from_cell", "to_cell", "year", "capacity_mt_per_a"))
        sunk, paid = _granted(data, settings, i, j, k, y)
        for t, value in _paid(calendar, sunk, y).items():
            due[row["region"], i, t] += value * amount
        for t, value in _paid(calendar, paid, y).items():
            retrofits[row["region"], i, k, t].append((value, amount * row["gain"]))
    standing = tables["capacity"].totals("capacity_mt_per_a", "site", "cell", "year")
    for (region, i, k, t), vintages in retrofits.items():
        left = standing.get((i, k, t), 0.0)
        for value, amount in sorted(vintages, reverse=True):
            due[region, i, t] += value * min(amount, left)
            left -= min(amount, left)
    for (region, i, t), value in due.items():
        yield Payment(t, "capex_subsidy", -value / calendar.weight[t], region, i)
