r"""Power: each site's balance by slice, and supplies that sites share."""

from __future__ import annotations

from typing import Any

from alopt.data.units import kwh_to_mwh
from alopt.model.equations import Model, add, at_least, at_most, equation


def build_power(m: Model) -> None:
    """Add the equations of power."""
    add(m, power_balance, supply_limit)


@equation(
    "site", "year", "slice",
    over=lambda m: m.sets.SITE_SLICES,
    basis="annual",
    unit="CNY/MWh",
    dual="price of power at the site in the slice",
)  # fmt: skip
def power_balance(m: Model, i: str, y: int, h: str) -> Any:
    r"""Power drawn covers what the pots and auxiliaries use.

    .. math:: \sum_e electricity_{i,e,y,h} \ge \sum_k AC_k \, production_{i,k,y,h}
       \quad \forall i,y,h \leftrightarrow \lambda_{i,y,h} \ge 0
    """
    cells = m.data.cells
    used = sum(kwh_to_mwh(cells[k].ac) * m.production[i, k, y, h] for k in m.sets.cells_at[i, y])
    return at_least(sum(m.electricity[i, e, y, h] for e in m.data.power.sources[i]), used)


@equation(
    "pool", "year", "slice",
    over=lambda m: m.sets.POOL_SLICES,
    basis="annual",
    unit="CNY/MWh",
    dual="what one more MWh of this supply would save: its scarcity rent",
    limit="power_volumes.volume_twh",
)  # fmt: skip
def supply_limit(m: Model, p: str, y: int, h: str) -> Any:
    r"""A limited supply gives no more than its volume: GW standing times hours, or a contract's TWh.

    .. math:: \sum_{(i,e) \in p} electricity_{i,e,y,h} \le volume_{p,y,h}
       \quad \forall p,y,h \leftrightarrow \kappa_{p,y,h} \le 0
    """
    pool = m.data.power.pools[p]
    drawn = sum(m.electricity[i, e, y, h] for i, e in pool.members if (i, y) in m.sets.cells_at)
    return at_most(drawn, pool.volume[y, h])
