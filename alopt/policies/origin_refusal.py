r"""Refusal of origin: a segment of buyers takes no metal from listed regions.

In each market that refuses, ``share`` of the primary metal wanted is for buyers who take none from
the listed regions. They are the same slice of every step of demand, take accepted ingot, accepted
liquid metal or imports, and go unserved where none is worth its price. A liquid market next door to
listed smelters gets accepted metal as remelted ingot. Buyers do not move between markets: name the
``markets`` that refuse, or those that do not (``except_markets``), where refusers sit elsewhere.
Recycled metal is accepted by all and spread evenly. Metal is told apart by where it was made, at no
cost. With ``share_of_exports`` buyers of exported metal refuse too. Nothing is paid to the state.

The duals are premiums: accepted metal costs the price of the market and its premium. The price
of a market is what those pay who take all; where nearly everyone refuses, it is what refused metal
fetches, and falls as the premium rises.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alopt.data.model_data import ModelData
from alopt.model.equations import Model, add, add_variable, at_least, at_most, equation
from alopt.policies._fields import Fault, regions, smelter_regions, yearly


@dataclass(frozen=True)
class Settings:
    """Who refuses what.

    Attributes
    ----------
    refused : tuple of str
        Regions whose metal is refused.
    share : mapping of int to float
        Share of the primary metal of each refusing market that is for refusers, by year.
    markets : tuple of str
        Markets that refuse.
    export_share : mapping of int to float, or None
        Share of exported metal that is for refusers, by year; None where exports do not refuse.
    """

    refused: tuple[str, ...]
    share: Mapping[int, float]
    markets: tuple[str, ...]
    export_share: Mapping[int, float] | None = None

    FIELDS = ("regions", "share", "markets", "except_markets", "share_of_exports")

    @classmethod
    def read(cls, fields: Mapping[str, Any], data: ModelData) -> tuple[Settings | None, list[Fault]]:
        """Check the fields; regions and share must be given, and some market must refuse."""
        faults: list[Fault] = [
            (name, None, "the field is missing", "Give it.")
            for name in ("regions", "share")
            if name not in fields
        ]
        if faults:
            return None, faults
        known = smelter_regions(data.fleet)
        refused, faults = regions("regions", fields["regions"], known)
        if not faults and not refused:
            faults.append(("regions", fields["regions"], "lists no region", "Name at least one."))
        share, found = yearly("share", fields["share"], data.calendar, high=1.0)
        faults += found
        markets, found = _markets(fields, data)
        faults += found
        exports = None
        if "share_of_exports" in fields:
            name = "share_of_exports"
            exports, found = yearly(name, fields[name], data.calendar, high=1.0)
            faults += found
            if not data.markets.export_steps:
                mend = "Fill tables/export_steps.csv, or drop the field."
                faults.append((name, fields[name], "no metal is exported in these inputs", mend))
        return cls(tuple(dict.fromkeys(refused)), share, markets, exports), faults


def _markets(fields: Mapping[str, Any], data: ModelData) -> tuple[tuple[str, ...], list[Fault]]:
    """Markets that refuse: those named, or all but those excepted."""
    every = tuple(data.markets.markets)
    given = [name for name in ("markets", "except_markets") if name in fields]
    if not given:
        return every, []
    if len(given) == 2:
        rule = "both the markets that refuse and those that do not are named"
        return (), [("except_markets", fields["except_markets"], rule, "Name one of both.")]
    name, value = given[0], fields[given[0]]
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        return (), [(name, value, "must be a list of markets", "Write it as [shandong_ingot].")]
    mend = f"Use keys such as {', '.join(sorted(every)[:4])}."
    faults = [(name, item, "no such market", mend) for item in value if item not in every]
    chosen = tuple(d for d in every if (d in value) == (name == "markets"))
    if not faults and not chosen:
        faults.append((name, value, "leaves no market that refuses", "Let at least one refuse."))
    return chosen, faults


def build(m: Model, settings: Settings) -> None:
    """Add what refusers take and leave, and the rows that serve them with accepted metal."""
    s, markets = m.sets, m.data.markets
    m.refusal = settings
    refusing = set(settings.markets)
    s.refusing = refusing
    s.REFUSING_LIQUID = [(d, y) for d, y in s.LIQUID_MARKETS if d in refusing]
    s.ACCEPTED_REMELTED = [(r, y) for r, y in s.REMELTED if markets.liquid_market[r] in refusing]
    s.accepted_remelted = set(s.ACCEPTED_REMELTED)
    s.REFUSING_INGOT = [
        (d, y)
        for d, y in s.INGOT_MARKETS
        if d in refusing or (markets.markets[d].region, y) in s.accepted_remelted
    ]
    s.REFUSERS_UNSERVED = [(d, step, y) for d, step, y in s.UNSERVED if d in refusing]
    add_variable(m, "accepted_remelted", ("region", "year"), s.ACCEPTED_REMELTED)
    steps = {step.key: step.volume for step in markets.demand_steps}
    add_variable(
        m,
        "refusers_unserved",
        ("market", "step", "year"),
        s.REFUSERS_UNSERVED,
        bounds=lambda _, d, step, y: (
            0.0,
            settings.share[y] * steps[step] * markets.markets[d].share * markets.demand[y],
        ),
    )
    add(m, accepted_liquid, accepted_ingot, accepted_remelting, refusers_left)
    if settings.export_share is not None:
        add(m, accepted_exports)


def _wanted(m: Model, d: str, y: int) -> Any:
    """Primary metal that the refusers of a market still want; nothing where the market takes all."""
    if d not in m.sets.refusing:
        return 0.0
    markets = m.data.markets
    primary = markets.markets[d].share * (markets.demand[y] - markets.recycled[y])
    left = sum(m.refusers_unserved[d, step.key, y] for step in markets.demand_steps)
    return m.refusal.share[y] * primary - left


@equation(
    "market", "year",
    over=lambda m: m.sets.REFUSING_LIQUID,
    basis="annual",
    unit="CNY/t",
    dual="premium of accepted liquid metal over the market's price",
    limit="share",
)  # fmt: skip
def accepted_liquid(m: Model, d: str, y: int) -> Any:
    r"""Refusers in a liquid market take its smelters' metal where that is accepted, or accepted ingot.

    .. math:: liquid_{r(d),y} [r(d) \notin refused] + accepted_{r(d),y} \ge share_y \, share_d
       (demand_y - recycled_y) - \sum_s left_{d,s,y}
       \quad \forall d \in liquid, y \leftrightarrow \psi^{liquid}_{d,y} \ge 0
    """
    s, region = m.sets, m.data.markets.markets[d].region
    served: Any = 0.0
    if (region, y) in s.liquid and region not in m.refusal.refused:
        served = served + m.liquid_metal[region, y]
    if (region, y) in s.accepted_remelted:
        served = served + m.accepted_remelted[region, y]
    return at_least(served, _wanted(m, d, y))


@equation(
    "market", "year",
    over=lambda m: m.sets.REFUSING_INGOT,
    basis="annual",
    unit="CNY/t",
    dual="premium of accepted ingot over the market's price",
    limit="share",
)  # fmt: skip
def accepted_ingot(m: Model, d: str, y: int) -> Any:
    r"""Accepted ingot and imports serve an ingot market's refusers and what is remelted for others.

    .. math:: \sum_{r \notin refused} ingots_{r,d,y} + \sum_s imports_{d,s,y} \ge share_y \, share_d
       (demand_y - recycled_y) - \sum_s left_{d,s,y} + accepted_{r(d),y}
       \quad \forall d \in ingot, y \leftrightarrow \psi^{ingot}_{d,y} \ge 0

    Where the ingot market takes all metal and only the liquid one next to it refuses, nothing but
    ``accepted`` stands on the right.
    """
    s, markets = m.sets, m.data.markets
    arriving: Any = sum(
        m.ingot_shipments[r, d, t] for r, t in s.REGION_YEARS if t == y and r not in m.refusal.refused
    )
    if d in s.import_markets:
        arriving += sum(m.imports[d, step.key, y] for step in markets.import_steps)
    region = markets.markets[d].region
    away = m.accepted_remelted[region, y] if (region, y) in s.accepted_remelted else 0.0
    return at_least(arriving, _wanted(m, d, y) + away)


@equation(
    "region", "year",
    over=lambda m: m.sets.ACCEPTED_REMELTED,
    basis="annual",
    unit="CNY/t",
    dual="what one more t of remelting for refusers would save",
    limit="",
)  # fmt: skip
def accepted_remelting(m: Model, r: str, y: int) -> Any:
    r"""Accepted metal that is remelted is part of all that is remelted.

    .. math:: accepted_{r,y} \le remelted_{r,y} \quad \forall r,y \leftrightarrow \psi^{remelted}_{r,y} \le 0
    """
    return at_most(m.accepted_remelted[r, y], m.remelted_metal[r, y])


@equation(
    "market", "step", "year",
    over=lambda m: m.sets.REFUSERS_UNSERVED,
    basis="annual",
    unit="CNY/t",
    dual="premium that refusers of the step who go without would pay at most",
    limit="",
)  # fmt: skip
def refusers_left(m: Model, d: str, step: str, y: int) -> Any:
    r"""Refusers who go without are part of all who do; they are the same slice of every step.

    .. math:: left_{d,s,y} \le unserved_{d,s,y} \quad \forall d,s,y \leftrightarrow \psi^{left}_{d,s,y} \le 0
    """
    return at_most(m.refusers_unserved[d, step, y], m.unserved_demand[d, step, y])


@equation(
    "year",
    over=lambda m: m.sets.YEARS if m.data.markets.export_steps else [],
    basis="annual",
    unit="CNY/t",
    dual="premium of accepted metal in exports",
    limit="share_of_exports",
)  # fmt: skip
def accepted_exports(m: Model, y: int) -> Any:
    r"""Of exported metal no more than what others take comes from the listed regions.

    .. math:: \sum_{r \in refused, s} exports_{r,s,y} \le (1 - share^{exports}_y) \sum_{r,s} exports_{r,s,y}
       \quad \forall y \leftrightarrow \psi^{exports}_y \le 0
    """
    refused, every = set(m.refusal.refused), 0.0
    listed: Any = 0.0
    for r, step, t in m.sets.EXPORTS:
        if t == y:
            every = every + m.exports[r, step, y]
            listed = listed + (m.exports[r, step, y] if r in refused else 0.0)
    return at_most(listed, (1.0 - m.refusal.export_share[y]) * every)
