r"""Metal markets: liquid metal next door, ingot everywhere, imports and exports in steps."""

from __future__ import annotations

from typing import Any

from alopt.model.equations import Model, add, at_least, at_most, equation
from alopt.model.materials import output


def build_markets(m: Model) -> None:
    """Add the equations of metal markets."""
    add(m, metal_supply, liquid_market, ingot_market, import_step, export_step)


@equation(
    "region", "year",
    over=lambda m: m.sets.REGION_YEARS,
    basis="annual",
    unit="CNY/t",
    dual="price of metal at the region's smelters",
)  # fmt: skip
def metal_supply(m: Model, r: str, y: int) -> Any:
    r"""Metal made in a region leaves as liquid for next door, as ingot, or abroad.

    .. math:: \sum_{i \in r,k,h} production_{i,k,y,h} \ge liquid_{r,y} + \sum_d ingots_{r,d,y}
       + \sum_s exports_{r,s,y} \quad \forall r,y \leftrightarrow p_{r,y} \ge 0
    """
    s, markets = m.sets, m.data.markets
    sent = sum(m.ingot_shipments[r, d, y] for d in markets.ingot_market.values())
    sent += sum(m.exports[r, step.key, y] for step in markets.export_steps)
    if (r, y) in s.liquid:
        sent += m.liquid_metal[r, y]
    return at_least(sum(output(m, i, y) for i in s.sites_in[r]), sent)


def net_demand(m: Model, d: str, y: int) -> Any:
    """Demand of a market less recycled metal, which it takes in proportion, and what goes unserved."""
    markets = m.data.markets
    primary = markets.markets[d].share * (markets.demand[y] - markets.recycled[y])
    return primary - sum(m.unserved_demand[d, step.key, y] for step in markets.demand_steps)


@equation(
    "market", "year",
    over=lambda m: m.sets.LIQUID_MARKETS,
    basis="annual",
    unit="CNY/t",
    dual="price of liquid metal",
    limit="demand.total_metal_mt",
)  # fmt: skip
def liquid_market(m: Model, d: str, y: int) -> Any:
    r"""A liquid market is served by its region's smelters, or by remelted ingot.

    .. math:: liquid_{r(d),y} + remelted_{r(d),y} \ge share_d (demand_y - recycled_y)
       - \sum_s unserved_{d,s,y} \quad \forall d \in liquid, y \leftrightarrow p^{liquid}_{d,y} \ge 0
    """
    s, region = m.sets, m.data.markets.markets[d].region
    served = m.liquid_metal[region, y] if (region, y) in s.liquid else 0.0
    if (region, y) in s.remelted:
        served = served + m.remelted_metal[region, y]
    return at_least(served, net_demand(m, d, y))


@equation(
    "market", "year",
    over=lambda m: m.sets.INGOT_MARKETS,
    basis="annual",
    unit="CNY/t",
    dual="price of ingot",
    limit="demand.total_metal_mt",
)  # fmt: skip
def ingot_market(m: Model, d: str, y: int) -> Any:
    r"""An ingot market is served by any region and by imports at ports.

    .. math:: \sum_r ingots_{r,d,y} + \sum_s imports_{d,s,y} \ge share_d (demand_y - recycled_y)
       - \sum_s unserved_{d,s,y} + remelted_{r(d),y}
       \quad \forall d \in ingot, y \leftrightarrow p^{ingot}_{d,y} \ge 0
    """
    s, markets = m.sets, m.data.markets
    arriving: Any = sum(m.ingot_shipments[r, d, t] for r, t in s.REGION_YEARS if t == y)
    if d in s.import_markets:
        arriving += sum(m.imports[d, step.key, y] for step in markets.import_steps)
    region = markets.markets[d].region
    away = m.remelted_metal[region, y] if (region, y) in s.remelted else 0.0
    return at_least(arriving, net_demand(m, d, y) + away)


@equation(
    "step", "year",
    over=lambda m: m.sets.IMPORT_STEPS,
    basis="annual",
    unit="CNY/t",
    dual="what one more t of imports at this step's price would save",
    limit="import_steps.volume_mt_per_a",
)  # fmt: skip
def import_step(m: Model, step: str, y: int) -> Any:
    r"""Imports at a price are limited in volume.

    .. math:: \sum_d imports_{d,s,y} \le volume_s \quad \forall s,y \leftrightarrow \varpi_{s,y} \le 0
    """
    markets = m.data.markets
    volume = next(part.volume for part in markets.import_steps if part.key == step)
    return at_most(sum(m.imports[d, step, y] for d in markets.import_markets), volume)


@equation(
    "step", "year",
    over=lambda m: m.sets.EXPORT_STEPS,
    basis="annual",
    unit="CNY/t",
    dual="what one more t of exports at this step's price would earn",
    limit="export_steps.volume_mt_per_a",
)  # fmt: skip
def export_step(m: Model, step: str, y: int) -> Any:
    r"""Exports at a price are limited in volume.

    .. math:: \sum_r exports_{r,s,y} \le volume_s \quad \forall s,y \leftrightarrow \varrho_{s,y} \le 0
    """
    volume = next(part.volume for part in m.data.markets.export_steps if part.key == step)
    return at_most(sum(m.exports[r, step, y] for r, t in m.sets.REGION_YEARS if t == y), volume)
