r"""What a change in emissions and cost comes from: a Shapley decomposition that closes.

Smelting's emissions of a year are :math:`P \sum_r s_r (d_r + a_r f_r)` and its cost is
:math:`P \sum_r s_r (a_r \sum_e m_{r,e} p_{r,e}) + P \sum_c u_c` with output P, regions' shares s,
direct emissions d and power a per tonne, the emission factor f, sources' shares m and prices p of
power, and all other cost u per tonne by component. Each effect is the mean, over all orders in
which the groups of factors can change, of what changing its group adds; the effects add to the
whole change without a rest. Method: Albrecht J., François D., Schoors K.: A Shapley decomposition
of carbon emissions without residuals, Energy Policy 30 (2002) 727-736.

Activity is P, location s, technology d and a (with the own cost of potlines), power mix f and m,
price p (with alumina and ore). Trade, which is no cost of making metal, and freight, which is
location's, come from their components whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from math import factorial
from typing import Any

from alopt.results.saved import Run
from alopt.results.table import ResultTable

#: Groups of factors, in the order of the tables.
EFFECTS = ("activity", "technology", "power_mix", "location", "price", "trade")

_FACTORS = ("activity", "technology", "power_mix", "location", "price")

#: Effect of each cost component besides electricity; those not named are the potlines' own.
_EFFECT_OF = {
    "alumina": "price",
    "ore": "price",
    "alumina_freight": "location",
    "metal_freight": "location",
    "casting": "location",
    "imports": "trade",
    "exports": "trade",
    "unserved": "trade",
}

_Key = tuple[str, str]


@dataclass
class _Year:
    """Factors of one run in one year; ratios are missing where there is nothing to divide by."""

    output: float = 0.0
    share: dict[str, float] = field(default_factory=dict)
    power: dict[str, float] = field(default_factory=dict)
    direct: dict[str, float] = field(default_factory=dict)
    factor: dict[str, float] = field(default_factory=dict)
    mix: dict[str, dict[str, float]] = field(default_factory=dict)
    price: dict[_Key, float] = field(default_factory=dict)
    unit_cost: dict[str, float] = field(default_factory=dict)
    trade: float = 0.0


def attribution(reference: Run, other: Run, year: int) -> dict[tuple[str, str], float]:
    """Attribute the change of a year.

    Parameters
    ----------
    reference, other : Run
    year : int
        A model year of both.

    Returns
    -------
    dict of (quantity, effect) to float
        ``emissions`` of smelting in Mt CO2e (scope 1 and 2) and ``cost`` in M CNY a year without
        transfers; the effects of each add to its change.
    """
    one, two = _factors(reference, year), _factors(other, year)
    _fill(one, two)
    effects = dict.fromkeys(((q, e) for q in ("emissions", "cost") for e in EFFECTS), 0.0)
    for effect, value in _shapley(one, two, _emissions).items():
        effects["emissions", effect] = value
    for effect, value in _shapley(one, two, _cost).items():
        effects["cost", effect] = value
    effects["cost", "trade"] = two.trade - one.trade
    return effects


def _factors(run: Run, year: int) -> _Year:
    tables = run.tables
    made = {
        r: v
        for (y, r), v in tables["production"].totals("production_mt", "year", "region").items()
        if y == year
    }
    factors = _Year(output=sum(made.values()))
    drawn, spent, emitted = _power(tables["electricity"], year)
    direct: dict[str, float] = defaultdict(float)
    for row in tables["emissions"].records():
        if row["year"] == year and row["boundary"] == "direct":
            direct[row["region"]] += row["emissions_mt_co2e"]
    for r, amount in made.items():
        if amount <= 0:
            continue
        energy = sum(v for (region, _), v in drawn.items() if region == r)
        factors.share[r] = amount / factors.output
        factors.power[r] = energy / amount
        factors.direct[r] = direct[r] / amount
        if energy:
            factors.factor[r] = emitted[r] / energy
            factors.mix[r] = {e: v / energy for (region, e), v in drawn.items() if region == r}
    factors.price = {key: spent[key] / v for key, v in drawn.items() if v}
    for (y, component, kind), cost in (
        tables["costs"].totals("cost_m_cny", "year", "component", "kind").items()
    ):
        if y != year or kind != "resource" or component == "electricity":
            continue
        if _EFFECT_OF.get(component) == "trade" or not factors.output:
            factors.trade += cost
        else:
            factors.unit_cost[component] = cost / factors.output
    return factors


def _power(table: ResultTable, year: int) -> tuple[dict[_Key, float], dict[_Key, float], dict[str, float]]:
    """TWh and M CNY by region and source, and Mt CO2 by region."""
    drawn: dict[_Key, float] = defaultdict(float)
    spent: dict[_Key, float] = defaultdict(float)
    emitted: dict[str, float] = defaultdict(float)
    for row in table.records():
        if row["year"] == year:
            key = (row["region"], row["source"])
            drawn[key] += row["electricity_twh"]
            spent[key] += row["electricity_twh"] * row["price_cny_per_mwh"]
            emitted[row["region"]] += row["emissions_mt_co2e"]
    return drawn, spent, emitted


def _fill(one: _Year, two: _Year) -> None:
    """Give a ratio that one run has nothing to make of the value of the other: it did not change."""
    for name in ("power", "direct", "factor", "mix", "price"):
        mine, yours = getattr(one, name), getattr(two, name)
        for key in set(mine) | set(yours):
            mine.setdefault(key, yours.get(key))
            yours.setdefault(key, mine.get(key))
    for year in (one, two):
        for r in set(one.share) | set(two.share):
            year.share.setdefault(r, 0.0)
        for component in set(one.unit_cost) | set(two.unit_cost):
            year.unit_cost.setdefault(component, 0.0)


def _emissions(of: Mapping[str, _Year]) -> float:
    output, share = of["activity"].output, of["location"].share
    technology, mix = of["technology"], of["power_mix"]
    return output * sum(
        part * (technology.direct[r] + technology.power[r] * mix.factor.get(r, 0.0))
        for r, part in share.items()
    )


def _cost(of: Mapping[str, _Year]) -> float:
    output, share = of["activity"].output, of["location"].share
    power = sum(
        part
        * of["technology"].power[r]
        * sum(m * of["price"].price[r, e] for e, m in of["power_mix"].mix.get(r, {}).items())
        for r, part in share.items()
    )
    own = sum(
        of[effect].unit_cost[component]
        for component in of["technology"].unit_cost
        if (effect := _EFFECT_OF.get(component, "technology")) != "trade"
    )
    return output * (power + own)


def _shapley(one: _Year, two: _Year, total: Callable[[Mapping[str, _Year]], float]) -> dict[str, float]:
    """Mean, over all orders of the groups, of what changing each adds."""
    values: dict[frozenset[str], float] = {}
    for size in range(len(_FACTORS) + 1):
        for changed in combinations(_FACTORS, size):
            chosen = {name: two if name in changed else one for name in _FACTORS}
            values[frozenset(changed)] = total(chosen)
    n = len(_FACTORS)
    effects: dict[str, float] = {}
    for name in _FACTORS:
        effects[name] = sum(
            factorial(len(before)) * factorial(n - len(before) - 1) / factorial(n)
            * (values[before | {name}] - values[before])
            for before in values
            if name not in before
        )  # fmt: skip
    return effects


def attribution_table(reference: Run, other: Run, years: list[int]) -> ResultTable:
    """`attribution.csv`: year, quantity, effect, change and its unit."""
    units = {"emissions": "Mt CO2e", "cost": "M CNY"}
    rows: list[tuple[Any, ...]] = [
        (year, quantity, effect, value, units[quantity])
        for year in years
        for (quantity, effect), value in attribution(reference, other, year).items()
    ]
    return ResultTable("attribution", ("year", "quantity", "effect", "change", "unit"), rows)
