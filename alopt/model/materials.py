r"""Materials: alumina at the smelters, refineries, ore, and spent potlining."""

from __future__ import annotations

from typing import Any

from alopt.model.equations import Model, add, at_least, at_most, equation


def build_materials(m: Model) -> None:
    """Add the equations of materials."""
    add(m, alumina_balance, conveyed_limit, refinery_balance, refinery_capacity, ore_balance, ore_limit)
    add(m, ore_share_limit)
    add(m, potlining_balance, potlining_limit)


def ore_of(m: Model, b: str, y: int) -> Any:
    """Ore that an origin ships in a year."""
    return sum(m.ore_shipments[b, a, y] for a in m.sets.refineries_of[b])


def output(m: Model, i: str, y: int) -> Any:
    """Metal that a site makes in a year."""
    return sum(
        m.production[i, k, y, h] for k in m.sets.cells_at.get((i, y), ()) for h in m.data.power.slices_of[i]
    )


@equation(
    "point", "year",
    over=lambda m: m.sets.POINT_YEARS if m.data.materials.refineries else [],
    basis="annual",
    unit="CNY/t",
    dual="price of alumina delivered to the smelter",
)  # fmt: skip
def alumina_balance(m: Model, p: str, y: int) -> Any:
    r"""Alumina shipped and conveyed to a place covers what its pots take.

    .. math:: \sum_a (shipments_{a,p,y} + conveyed_{a,p,y}) \ge \alpha \sum_{i \in p,k,h} production_{i,k,y,h}
       \quad \forall p,y \leftrightarrow \gamma_{p,y} \ge 0

    Where no refinery or port is listed, pots take no alumina (:math:`\alpha = 0`) and there is no row.
    """
    s, refineries = m.sets, m.data.materials.refineries
    arriving = sum(m.alumina_shipments[a, p, y] for a in refineries)
    arriving += sum(m.conveyed_alumina[a, p, y] for a in refineries if (a, p, y) in s.conveyed)
    made = sum(output(m, i, y) for i in s.sites_at[p])
    return at_least(arriving, m.data.parameters["alumina_t_per_t"] * made)


@equation(
    "refinery", "point", "year",
    over=lambda m: m.sets.CONVEYED,
    basis="annual",
    unit="CNY/t",
    dual="freight that one more t of alumina from next door would save",
    limit="co_located.volume_mt_per_a",
)  # fmt: skip
def conveyed_limit(m: Model, a: str, p: str, y: int) -> Any:
    r"""A refinery next door supplies without freight up to what its group has there.

    .. math:: conveyed_{a,p,y} \le volume_{a,p} \quad \forall a,p,y \leftrightarrow \chi_{a,p,y} \le 0
    """
    return at_most(m.conveyed_alumina[a, p, y], m.data.materials.conveyed_limit[a, p])


@equation(
    "refinery", "year",
    over=lambda m: m.sets.REFINERY_YEARS,
    basis="annual",
    unit="CNY/t",
    dual="price of alumina at the refinery's gate",
)  # fmt: skip
def refinery_balance(m: Model, a: str, y: int) -> Any:
    r"""A refinery makes, and a port lands, what they send.

    .. math:: refining_{a,y} \ge \sum_p (shipments_{a,p,y} + conveyed_{a,p,y}) + exported_{a,y}
       \quad \forall a,y \leftrightarrow \eta_{a,y} \ge 0

    Alumina is exported only where the policy ``alumina_trade`` offers it a price.
    """
    s = m.sets
    sent = sum(m.alumina_shipments[a, p, y] for p, t in s.POINT_YEARS if t == y)
    sent += sum(m.conveyed_alumina[a, p, y] for p in s.POINTS if (a, p, y) in s.conveyed)
    if (a, y) in s.exporting:
        sent += m.alumina_exports[a, y]
    return at_least(m.refining[a, y], sent)


@equation(
    "refinery", "year",
    over=lambda m: m.sets.REFINERY_YEARS,
    basis="annual",
    unit="CNY/t",
    dual="what one more t/a of refining capacity would save",
    limit="refinery_values.capacity_mt_per_a",
)  # fmt: skip
def refinery_capacity(m: Model, a: str, y: int) -> Any:
    r"""A refinery makes no more than its capacity, a port lands no more than its volume.

    .. math:: refining_{a,y} \le capacity_a \quad \forall a,y \leftrightarrow \epsilon_{a,y} \le 0
    """
    return at_most(m.refining[a, y], m.data.materials.refineries[a].capacity)


@equation(
    "refinery", "year",
    over=lambda m: m.sets.ORE_REFINERIES,
    basis="annual",
    unit="CNY/t",
    dual="cost of the ore in a t of alumina",
)  # fmt: skip
def ore_balance(m: Model, a: str, y: int) -> Any:
    r"""Ore of each origin yields alumina at its own rate.

    .. math:: \sum_b ore_{b,a,y} / yield_{b,a} \ge refining_{a,y}
       \quad \forall a,y \leftrightarrow \zeta_{a,y} \ge 0
    """
    ore_yield = m.data.materials.ore_yield
    made = sum(m.ore_shipments[b, a, y] / ore_yield[b, a] for b in m.sets.origins_of[a])
    return at_least(made, m.refining[a, y])


@equation(
    "origin", "year",
    over=lambda m: m.sets.ORE_ORIGINS,
    basis="annual",
    unit="CNY/t",
    dual="what one more t of this ore would save",
    limit="bauxite_values.volume_mt_per_a",
)  # fmt: skip
def ore_limit(m: Model, b: str, y: int) -> Any:
    r"""An origin ships no more than its volume.

    .. math:: \sum_a ore_{b,a,y} \le volume_b \quad \forall b,y \leftrightarrow \iota_{b,y} \le 0
    """
    return at_most(ore_of(m, b, y), m.data.materials.ore_volume[b])


@equation(
    "origin", "year",
    over=lambda m: [(b, y) for b, y in m.sets.ORE_ORIGINS if b in m.data.materials.ore_share],
    basis="annual",
    unit="CNY/t",
    dual="what a limit on the origin's share costs per t of its ore",
    limit="bauxite_values.share_limit",
)  # fmt: skip
def ore_share_limit(m: Model, b: str, y: int) -> Any:
    r"""An origin gives no more than its share of all ore.

    .. math:: \sum_a ore_{b,a,y} \le share_b \sum_{b',a} ore_{b',a,y}
       \quad \forall b: share_b \text{ given}, y \leftrightarrow o_{b,y} \le 0
    """
    all_ore = sum(m.ore_shipments[origin, a, t] for origin, a, t in m.sets.ORE if t == y)
    return at_most(ore_of(m, b, y), m.data.materials.ore_share[b] * all_ore)


@equation(
    "year",
    over=lambda m: m.sets.POTLINING_YEARS,
    basis="annual",
    unit="CNY/t",
    dual="cost of treating the last t of spent potlining",
)  # fmt: skip
def potlining_balance(m: Model, y: int) -> Any:
    r"""Spent potlining is treated as it arises.

    .. math:: \sum_{route} treated_{route,y} \ge potlining \sum_{i,k,h} production_{i,k,y,h}
       \quad \forall y \leftrightarrow \tau_y \ge 0
    """
    arising = m.data.parameters["spent_potlining_kg_per_t"] / 1000.0
    made = sum(output(m, i, y) for i in m.sets.SITES)
    return at_least(sum(m.potlining_treated[route, y] for route in m.data.spent_potlining), arising * made)


@equation(
    "route", "year",
    over=lambda m: [(r, y) for r, y in m.sets.POTLINING if m.data.spent_potlining[r][1] < 1.0],
    basis="annual",
    unit="CNY/t",
    dual="what one more t of room on this route would save",
    limit="spent_potlining.share_limit",
)  # fmt: skip
def potlining_limit(m: Model, route: str, y: int) -> Any:
    r"""A route takes no more than its share of the spent potlining.

    .. math:: treated_{route,y} \le share_{route} \, potlining \sum_{i,k,h} production_{i,k,y,h}
       \quad \forall route,y: share_{route} < 1 \leftrightarrow \upsilon_{route,y} \le 0
    """
    arising = m.data.parameters["spent_potlining_kg_per_t"] / 1000.0
    made = sum(output(m, i, y) for i in m.sets.SITES)
    return at_most(m.potlining_treated[route, y], m.data.spent_potlining[route][1] * arising * made)
