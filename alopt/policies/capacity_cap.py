r"""The capacity cap: one stock of quota per region, used by standing capacity, moved by transfers.

The stock starts at the registered quota. It is banked while it is not used, moves between
regions under the rules of capacity replacement, and grows only where a table issues quota.
The national cap itself is a row only in years in which a scenario sets it below the stock;
what is over must then be surrendered. Quota issued above the cap is matched the same way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alopt.data.fleet import Fleet
from alopt.data.model_data import ModelData
from alopt.model.equations import Model, add, add_variable, at_most, equal, equation
from alopt.policies._fields import Fault, smelter_regions, yearly


@dataclass(frozen=True)
class Settings:
    """``cap_mt_per_a``: national cap by year, Mt/a."""

    cap: Mapping[int, float]

    FIELDS = ("cap_mt_per_a",)

    @classmethod
    def read(cls, fields: Mapping[str, Any], data: ModelData) -> tuple[Settings | None, list[Fault]]:
        """Check the fields; a fleet without registered quota cannot be capped."""
        if "cap_mt_per_a" not in fields:
            return None, [("cap_mt_per_a", None, "the field is missing", "Give the cap in Mt/a.")]
        cap, faults = yearly("cap_mt_per_a", fields["cap_mt_per_a"], data.calendar, high=1000.0)
        if not data.fleet.registered_quota:
            mend = "Fill tables/quota.csv for the scenario's fleet, or drop the policy."
            faults.append(("cap_mt_per_a", None, "the fleet has no registered quota", mend))
        return cls(cap), faults


def quota_regions(fleet: Fleet) -> list[str]:
    """Regions that hold quota or could use it."""
    return sorted(smelter_regions(fleet) | set(fleet.registered_quota))


def stock_without_cap(fleet: Fleet, y: int) -> float:
    """Quota that stands in a year if none is lost: registered and issued, Mt/a."""
    issued = sum(amount for (_, t), amount in fleet.quota_issues.items() if t <= y)
    return sum(fleet.registered_quota.values()) + issued


def build(m: Model, settings: Settings) -> None:
    """Add the quota stock, its use, transfers, and the national cap where it bites."""
    fleet, years = m.data.fleet, m.sets.YEARS
    regions = quota_regions(fleet)
    m.sets.QUOTA = [(r, y) for r in regions for y in years]
    m.sets.CAPPED_YEARS = [y for y in years if settings.cap[y] < stock_without_cap(fleet, y) - 1e-9]
    m.quota_cap = settings.cap
    replacement = m.data.policies.get("capacity_replacement")
    m.sets.TRANSFERS = [
        (r, to, y)
        for r in regions
        for to in regions
        if r != to and (replacement is None or replacement.allows(r, to))
        for y in years
    ]
    m.sets.transfers_from = {}
    m.sets.transfers_to = {}
    for r, to, y in m.sets.TRANSFERS:
        m.sets.transfers_from.setdefault((r, y), []).append(to)
        m.sets.transfers_to.setdefault((to, y), []).append(r)
    surrendered = [(r, y) for r in regions for y in _years_of_cuts(m, settings)]
    m.sets.surrendered = set(surrendered)
    add_variable(m, "quota_stock", ("region", "year"), m.sets.QUOTA)
    add_variable(m, "quota_transfer", ("from_region", "to_region", "year"), m.sets.TRANSFERS)
    add_variable(m, "surrendered_quota", ("region", "year"), surrendered)
    m.sets.LAPSING = [] if replacement is None else replacement.lapsing(m.data, m.sets.QUOTA)
    m.sets.lapsing = set(m.sets.LAPSING)
    if m.sets.LAPSING:
        add_variable(m, "lapsed_quota", ("region", "year"), m.sets.LAPSING)
    add(m, quota_balance, quota_use, national_cap)


def _years_of_cuts(m: Model, settings: Settings) -> list[int]:
    """Capped years in which more must be gone than before; only then is quota surrendered."""
    cuts, gone = [], 0.0
    for y in m.sets.CAPPED_YEARS:
        over = stock_without_cap(m.data.fleet, y) - settings.cap[y]
        if over > gone + 1e-9:
            cuts.append(y)
            gone = over
    return cuts


def transfer_ratio(m: Model, r: str, to: str) -> float:
    """Quota given up in a region per quota gained in another."""
    replacement = m.data.policies.get("capacity_replacement")
    return 1.0 if replacement is None else replacement.ratio(r, to)


@equation(
    "region", "year",
    over=lambda m: m.sets.QUOTA,
    basis="event",
    unit="CNY per t/a",
    dual="not the quota price: quota once surrendered or barred from moving has no value here",
    limit="quota.registered_mt_per_a",
)  # fmt: skip
def quota_balance(m: Model, r: str, y: int) -> Any:
    r"""A region's quota is last year's, with what moves in and out, is issued and surrendered.

    .. math:: S_{r,y} = S_{r,y^-} - \sum_{r'} ratio_{r,r'} \, transfer_{r,r',y} + \sum_{r'} transfer_{r',r,y}
       + issued_{r,y} + moved_{r,y} - surrendered_{r,y} - lapsed_{r,y}
       \quad \forall r,y \leftrightarrow \varsigma_{r,y}

    ``moved`` is the quota of moves that are decided; quota lapses only where the rules of capacity
    replacement give it a life.
    """
    fleet, s = m.data.fleet, m.sets
    before = m.data.calendar.previous[y]
    if before == m.data.calendar.base_year:
        stock: Any = fleet.registered_quota.get(r, 0.0)
    else:
        stock = m.quota_stock[r, before]
    sent = sum(
        transfer_ratio(m, r, to) * m.quota_transfer[r, to, y] for to in s.transfers_from.get((r, y), ())
    )
    received = sum(m.quota_transfer[origin, r, y] for origin in s.transfers_to.get((r, y), ()))
    given = fleet.quota_issues.get((r, y), 0.0) + fleet.quota_moves.get((r, y), 0.0)
    lost = m.surrendered_quota[r, y] if (r, y) in s.surrendered else 0.0
    lapsed = m.lapsed_quota[r, y] if (r, y) in s.lapsing else 0.0
    return equal(m.quota_stock[r, y], stock - sent + received + given - lost - lapsed)


@equation(
    "region", "year",
    over=lambda m: m.sets.QUOTA,
    basis="annual",
    unit="CNY/t·a",
    dual="quota rent: what one more t/a of quota in the region would save in a year",
    limit="",
)  # fmt: skip
def quota_use(m: Model, r: str, y: int) -> Any:
    r"""Capacity that stands uses quota.

    .. math:: \sum_{i \in r, k} capacity_{i,k,y} \le S_{r,y} \quad \forall r,y \leftrightarrow q_{r,y} \le 0
    """
    standing = sum(
        m.capacity[i, k, y] for i in m.sets.sites_in.get(r, ()) for k in m.sets.cells_at.get((i, y), ())
    )
    return at_most(standing, m.quota_stock[r, y])


@equation(
    "year",
    over=lambda m: m.sets.CAPPED_YEARS,
    basis="annual",
    unit="CNY/t·a",
    dual="what one more t/a under the cap in this year alone would save",
    limit="cap_mt_per_a",
)  # fmt: skip
def national_cap(m: Model, y: int) -> Any:
    r"""Where the cap is set below the stock, the stock comes down to it.

    .. math:: \sum_r S_{r,y} \le cap_y \quad \forall y: cap_y < \textstyle\sum registered + issued
       \leftrightarrow \bar q_y \le 0
    """
    return at_most(sum(m.quota_stock[r, t] for r, t in m.sets.QUOTA if t == y), m.quota_cap[y])
