"""The expert abatement curve: each measure alone against the standing fleet, cheapest first.

Every step between cell states that the tables declare, and power from the grid instead of a
smelter's own coal, is put to the fleet that stands in the base year as if it were the only one:
t CO2e a year less, CNY a year more, CNY/t. Nothing reacts: output, places, prices and the other
measures stay. So measures that exclude each other are all counted, saved power keeps the
emissions of the coal that another measure would replace, and a measure that pays for itself
stands there although no plan would leave it out. What the same measures do together is worked
out beside it, pot by pot and without an order: the step that abates most, on the power that is
left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from alopt.analysis.cost_curve import site_power
from alopt.analysis.project import fleet_need
from alopt.data.cells import Cell, split_list
from alopt.data.model_data import ModelData
from alopt.data.prices import MarketPrices
from alopt.data.units import CAPTIVE, SHARED_CAPTIVE, kwh_to_mwh
from alopt.finance import annuity_due
from alopt.results.table import ResultTable

#: Key of the measure that is no step between cell states.
GRID_POWER = "grid_power"

#: Amounts below this are rounding, Mt and Mt CO2e.
_NIL = 1e-12

COLUMNS = (
    "rank", "measure", "name", "kind", "capacity_mt_per_a", "abated_mt_per_a", "cost_m_cny_per_a",
    "cost_cny_per_t", "from_mt_per_a", "to_mt_per_a",
)  # fmt: skip


@dataclass(frozen=True)
class Option:
    """One measure at one place, alone: Mt CO2e less and M CNY more a year.

    ``cell`` is the state that stands there, ``target`` the one that a step leads to (none for
    grid power).
    """

    measure: str
    kind: str
    site: str
    cell: str
    target: str
    capacity: float
    abated: float
    cost: float

    @property
    def unit_cost(self) -> float:
        """CNY per t CO2e."""
        return self.cost / self.abated


@dataclass(frozen=True)
class SitePower:
    """Mean power of a standing smelter and what the grid would give: CNY/MWh and t CO2/MWh."""

    price: float
    factor: float
    captive_share: float
    captive_price: float
    captive_factor: float
    grid_price: float
    grid_factor: float

    def on_grid(self) -> tuple[float, float]:
        """Price and factor once the grid has taken the place of the captive units."""
        part = self.captive_share
        return (
            self.price + part * (self.grid_price - self.captive_price),
            self.factor + part * (self.grid_factor - self.captive_factor),
        )


def options(data: ModelData, year: int, boundary: str) -> list[Option]:
    """List every measure at every standing smelter and cell state, each alone.

    Parameters
    ----------
    data : ModelData
    year : int
        Model year whose captive units, volumes, emission factors and cell states hold.
    boundary : str
        One of the nested boundaries; from ``electrolysis`` on anode baking counts, nothing beyond.

    Returns
    -------
    list of Option
        Only those that abate something.
    """
    power = powers(data, year)
    named = {(row["from_cell"], row["to_cell"]): row["measures"] for row in data.tables["retrofits"]}
    found: list[Option] = []
    for (i, j), standing in sorted(data.fleet.start.items()):
        if standing <= _NIL:
            continue
        found += _steps(data, power[i], boundary, (i, j, standing), year, named)
        if boundary != "direct":
            found += _grid(data, power[i], (i, j, standing))
    return [one for one in found if one.abated > _NIL]


def _steps(
    data: ModelData,
    power: SitePower,
    boundary: str,
    place: tuple[str, str, float],
    year: int,
    named: Mapping[tuple[str, str], str],
) -> Iterator[Option]:
    i, j, standing = place
    made = standing * data.parameters["availability"]
    for (start, k), arc in data.arcs.items():
        if start != j or max(arc.earliest_year, data.cells[k].earliest_year) > year:
            continue
        before, after = data.cells[j], data.cells[k]
        less = emitted(data, before, power.factor, boundary) - emitted(data, after, power.factor, boundary)
        cost = made * _running_cost(data, before, after, power.price) + standing * _capital(
            data, before, after, (j, k)
        )
        key = ";".join(split_list(named[j, k]))
        yield Option(key, arc.kind, i, j, k, standing, made * less, cost)


def _grid(data: ModelData, power: SitePower, place: tuple[str, str, float]) -> Iterator[Option]:
    i, j, standing = place
    drawn = standing * data.parameters["availability"] * kwh_to_mwh(data.cells[j].ac)
    own = drawn * power.captive_share
    if own > _NIL:
        less = own * (power.captive_factor - power.grid_factor)
        cost = own * (power.grid_price - power.captive_price)
        yield Option(GRID_POWER, "power", i, j, "", standing, less, cost)


def emitted(data: ModelData, cell: Cell, factor: float, boundary: str) -> float:
    """T CO2e per tonne of metal of a cell state on power of a factor, within a boundary."""
    total = cell.anode_co2 + data.pfc_co2e(cell.key)
    if boundary == "direct":
        return total
    total += kwh_to_mwh(cell.ac) * factor
    if boundary != "smelter_scope_1_2":
        total += cell.anode * data.parameters.get("anode_baking_emission_t_per_t_anode", 0.0)
    return total


def _running_cost(data: ModelData, before: Cell, after: Cell, price: float) -> float:
    """CNY per tonne of metal more: power, anodes, what measures cost per tonne."""
    anode = data.parameters.get("anode_price_cny_per_t", 0.0)
    return (
        kwh_to_mwh(after.ac - before.ac) * price
        + (after.anode - before.anode) * anode
        + after.variable_cost
        - before.variable_cost
    )


def _capital(data: ModelData, before: Cell, after: Cell, step: tuple[str, str]) -> float:
    """CNY per t/a and year more: measures renewed, charges, works over a cell's life, people, upkeep."""
    rate, p = data.calendar.rate, data.parameters
    charges = sum(annuity_due(capex, rate, life) for capex, life in data.arcs[step].charges)
    works = p.get("retrofit_works_cny_per_t_a", 0.0)
    yearly = annuity_due(works, rate, p["cell_life_a"]) if works else 0.0
    people = (after.employees_per_kt - before.employees_per_kt) / 1000.0 * p["wage_cny_per_a"]
    return after.rent - before.rent + charges + yearly + people + after.maintenance - before.maintenance


def powers(data: ModelData, year: int) -> dict[str, SitePower]:
    """Power of each standing smelter in a year, by rule: captive units, contracts, grid."""
    prices = MarketPrices(str(year), 0.0, 0.0, None, None, 1.0, {})
    mixes = site_power(data, prices, year, fleet_need(data))
    return {i: _power(data, i, year, mix) for i, mix in mixes.items()}


def _power(data: ModelData, i: str, year: int, mix: Any) -> SitePower:  # noqa: ANN401
    def mean(e: str) -> tuple[float, float]:
        share = data.calendar.share
        cost = sum(share[h] * data.power.price[i, e, h] for h in data.power.slices_of[i])
        whole = sum(share[h] for h in data.power.slices_of[i])
        return cost / whole, data.power.emission_factor[i, e, year]

    pools = {member for pool in data.power.pools.values() for member in pool.members}
    own = [e for e in data.power.sources[i] if e in {CAPTIVE, SHARED_CAPTIVE}]
    free = sorted(mean(e) for e in data.power.sources[i] if (i, e) not in pools)
    captive = mean(own[0]) if own else (0.0, 0.0)
    grid = free[0] if free else captive
    share = mix.captive_share if free else 0.0
    return SitePower(mix.price, mix.emission_factor[year], share, *captive, *grid)


def expert_table(data: ModelData, found: list[Option]) -> ResultTable:
    """`abatement_measures.csv`: one row per measure, cheapest first."""
    by_measure: dict[str, list[Option]] = defaultdict(list)
    for one in found:
        by_measure[one.measure].append(one)
    amounts = {
        measure: (sum(one.abated for one in own), sum(one.cost for one in own))
        for measure, own in by_measure.items()
    }
    ranked = sorted(amounts, key=lambda measure: (amounts[measure][1] / amounts[measure][0], measure))
    reached, rows = 0.0, []
    for rank, measure in enumerate(ranked, 1):
        own, (abated, cost) = by_measure[measure], amounts[measure]
        capacity = sum(one.capacity for one in own)
        name, kind = measure_name(data, measure), own[0].kind
        rows.append(
            (rank, measure, name, kind, capacity, abated, cost, cost / abated, reached, reached + abated)
        )
        reached += abated
    return ResultTable("abatement_measures", COLUMNS, rows)


def measure_name(data: ModelData, measure: str) -> str:
    """Name of a measure, or of several that are taken at once."""
    if measure == GRID_POWER:
        return "Grid power instead of own coal units"
    names = {row["measure"]: row["name"] for row in data.tables["measures"]}
    return " + ".join(names.get(part, part) for part in measure.split(";"))


@dataclass(frozen=True)
class Together:
    """What measures save: the sum of each alone, and all of them at once; Mt CO2e a year.

    ``overlap`` is what measures that exclude each other are counted twice for, ``cleaner`` what
    saved power no longer saves because it is cleaner; alone = joint + overlap + cleaner.
    """

    alone: float
    joint: float
    overlap: float
    cleaner: float


def together(data: ModelData, found: list[Option], year: int, boundary: str, price: float) -> Together:
    """Set the sum of measures alone beside their joint effect, for all that cost up to a price.

    Parameters
    ----------
    data, year, boundary
        As for :func:`options`.
    found : list of Option
    price : float
        CNY/t CO2e; options at a place that cost more alone are left out.

    Returns
    -------
    Together
        Jointly each pot takes the step that abates most, and grid power if that is among them.
    """
    power = powers(data, year)
    chosen: dict[tuple[str, str], list[Option]] = defaultdict(list)
    for one in found:
        if one.unit_cost <= price:
            chosen[one.site, one.cell].append(one)
    alone = joint = overlap = 0.0
    for (i, j), own in chosen.items():
        made = data.fleet.start[i, j] * data.parameters["availability"]
        steps = [one for one in own if one.target]
        best = max(steps, key=lambda one: (one.abated, one.target), default=None)
        grid = any(not one.target for one in own)
        mix = power[i]
        factor = mix.on_grid()[1] if grid else mix.factor
        after = data.cells[best.target if best else j]
        joint += made * (
            emitted(data, data.cells[j], mix.factor, boundary) - emitted(data, after, factor, boundary)
        )
        alone += sum(one.abated for one in own)
        overlap += sum(one.abated for one in steps) - (best.abated if best else 0.0)
    return Together(alone, joint, overlap, alone - joint - overlap)
