r"""Capacity replacement: at which ratio quota moves, where it may not go, who may not reuse it.

A region may hold quota up to a ceiling: what is over must move. Quota that stands unused for longer
than its life lapses. The oldest is used first; what moves is used where it arrives, so moving does
not renew it. Only closing capacity and issues make quota that may wait, each for its life.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from alopt.data.model_data import ModelData
from alopt.model.equations import Model, add, at_most, equation
from alopt.policies._areas import EACH, NATION, by_area
from alopt.policies._fields import Fault, is_amount, regions, smelter_regions

#: Stands for every region in a pair.
ANY = "any"


@dataclass(frozen=True)
class Settings:
    """Rules of replacement.

    Attributes
    ----------
    base_ratio : float
        Quota given up per quota gained where no pair says otherwise.
    pairs : mapping of (from_region, to_region) to float
        Ratios of single pairs; `any` stands for every region. A ratio for one pair alone can be
        avoided through a third region; one from or to `any` cannot.
    no_inflow, no_outflow : tuple of str
        Regions that quota may not enter, or leave.
    no_reuse : tuple of str
        Regions whose newcomers may use only quota that came in or was issued. What the region's
        own closures release lapses: it is neither reused nor sent away, so it cannot come back.
    ceilings : mapping of str to mapping of int to float
        Quota that a region may hold, Mt/a, by model year from the first that the scenario lists.
    life : float or None
        Years for which quota may stand unused; None where it is kept for ever.
    """

    base_ratio: float
    pairs: Mapping[tuple[str, str], float]
    no_inflow: tuple[str, ...]
    no_outflow: tuple[str, ...]
    no_reuse: tuple[str, ...]
    ceilings: Mapping[str, Mapping[int, float]] = field(default_factory=dict)
    life: float | None = None

    FIELDS = (
        "ratio", "ratios", "no_inflow", "no_outflow", "no_reuse", "ceilings_mt_per_a", "quota_life_a",
    )  # fmt: skip

    @classmethod
    def read(cls, fields: Mapping[str, Any], data: ModelData) -> tuple[Settings | None, list[Fault]]:
        """Check the fields; replacement has no meaning without a cap."""
        faults: list[Fault] = []
        if "capacity_cap" not in data.scenario.policies:
            mend = "Add the policy capacity_cap, or drop this one."
            faults.append(("ratio", None, "replacement has no meaning without a cap", mend))
        base = fields.get("ratio")
        if "ratio" not in fields:
            faults.append(
                ("ratio", None, "the field is missing", "Give quota given up per quota gained: 1.0.")
            )
        elif not _is_ratio(base):
            faults.append(("ratio", base, "is no ratio from 1 to 10", "Write 1.0 for equal replacement."))
        known = smelter_regions(data.fleet) | set(data.fleet.registered_quota)
        lists = {}
        for name in ("no_inflow", "no_outflow", "no_reuse"):
            lists[name], found = regions(name, fields.get(name, []), known)
            faults += found
        pairs, found = _pairs(fields.get("ratios", []), known)
        faults += found
        ceilings, found = _ceilings(fields, known, data)
        faults += found
        life = fields.get("quota_life_a")
        if "quota_life_a" in fields and not _is_life(life):
            faults.append(("quota_life_a", life, "is no number of years", "Write years, as 5."))
        if faults:
            return None, faults
        settings = cls(float(base), pairs, **lists, ceilings=ceilings, life=life)  # type: ignore[arg-type]
        return settings, settings.stuck(data)

    def ratio(self, r: str, to: str) -> float:
        """Quota given up in one region per quota gained in another."""
        for pair in ((r, to), (r, ANY), (ANY, to)):
            if pair in self.pairs:
                return self.pairs[pair]
        return self.base_ratio

    def allows(self, r: str, to: str) -> bool:
        """Whether quota may move from one region to another."""
        return to not in self.no_inflow and r not in self.no_outflow and r not in self.no_reuse

    def lapsing(self, data: ModelData, quota: list[tuple[str, int]]) -> list[tuple[str, int]]:
        """Regions and years in which quota can have outlived its life."""
        if self.life is None:
            return []
        return [(r, y) for r, y in quota if y - self.life > data.calendar.base_year]

    def stuck(self, data: ModelData) -> list[Fault]:
        """Regions that hold more than their ceiling from the start, and may send none away."""
        cap = data.scenario.policies["capacity_cap"].get("cap_mt_per_a")
        caps = list(cap.values()) if isinstance(cap, Mapping) else [cap]
        held = data.fleet.registered_quota
        surrenders = any(isinstance(c, int | float) and c < sum(held.values()) for c in caps)
        if self.life is not None or surrenders:
            return []
        mend = "Raise the ceiling, or let the region send quota."
        rule = "is below the registered quota of a region that may send none"
        return [
            (f"ceilings_mt_per_a.{r}", min(path.values()), rule, mend)
            for r, path in self.ceilings.items()
            if (r in self.no_outflow or r in self.no_reuse) and min(path.values()) < held.get(r, 0.0) - 1e-9
        ]


def _ceilings(
    fields: Mapping[str, Any], known: set[str], data: ModelData
) -> tuple[dict[str, dict[int, float]], list[Fault]]:
    """Read ceilings by region; the nation's ceiling is the cap itself."""
    name = "ceilings_mt_per_a"
    if name not in fields:
        return {}, []
    ceilings, faults = by_area(name, fields[name], {}, known, data.calendar, high=1000.0)
    if NATION in ceilings:
        mend = f"Write it by region or `{EACH}`; the nation's is capacity_cap."
        faults.append((name, fields[name], "sets a ceiling for the nation", mend))
    return ceilings, faults


def _is_life(value: object) -> bool:
    return is_amount(value) and 0.0 <= value <= 100.0


def _is_ratio(value: object) -> bool:
    return is_amount(value) and 1.0 <= value <= 10.0


def _pairs(value: Any, known: set[str]) -> tuple[dict[tuple[str, str], float], list[Fault]]:
    form = "Write [{from: shandong, to: yunnan, ratio: 1.25}]."
    if not isinstance(value, list):
        return {}, [("ratios", value, "must be a list", form)]
    pairs, faults = {}, []
    for place, entry in enumerate(value):
        here = f"ratios[{place}]"
        if not isinstance(entry, dict) or set(entry) != {"from", "to", "ratio"}:
            faults.append((here, entry, "is no pair with its ratio", form))
        elif not all(isinstance(entry[end], str) and entry[end] in known | {ANY} for end in ("from", "to")):
            faults.append((here, entry, "names no region with smelters", form))
        elif not _is_ratio(entry["ratio"]):
            faults.append((f"{here}.ratio", entry["ratio"], "is no ratio from 1 to 10", form))
        else:
            pairs[entry["from"], entry["to"]] = float(entry["ratio"])
    return pairs, faults


def build(m: Model, settings: Settings) -> None:
    """Add ceilings, quota's life and the bar on reuse; ratios and bans act on the cap's transfers."""
    m.quota_rules = settings
    newcomers = {site.region for site in m.data.fleet.sites.values() if site.kind == "newcomer"}
    m.sets.NO_REUSE = [
        (r, y) for r in settings.no_reuse if r in newcomers for y in m.sets.YEARS if _new_states(m, r, y)
    ]
    add(m, quota_reuse_bar)
    if settings.ceilings:
        add(m, quota_ceiling)
    if settings.life is not None:
        add(m, quota_life)


def _new_states(m: Model, r: str, y: int) -> list[tuple[str, str]]:
    return [
        (i, k)
        for i in m.sets.sites_in[r]
        if m.data.fleet.sites[i].kind == "newcomer"
        for k in m.sets.cells_at.get((i, y), ())
    ]


@equation(
    "region", "year",
    over=lambda m: m.sets.NO_REUSE,
    basis="annual",
    unit="CNY/t·a",
    dual="what one t/a of fresh quota would be worth to the newcomer in a year, above the region's rent",
    limit="no_reuse",
)  # fmt: skip
def quota_reuse_bar(m: Model, r: str, y: int) -> Any:
    r"""Where reuse is barred, newcomers stand on quota that came in or was issued.

    .. math:: \sum_{i \in new(r), k} capacity_{i,k,y} \le \sum_{y' \le y} \Big( issued_{r,y'}
       + \max(0, moved_{r,y'}) + \sum_{r'} transfer_{r',r,y'} \Big)
       \quad \forall r \in barred, y \leftrightarrow u_{r,y} \le 0
    """
    s, fleet = m.sets, m.data.fleet
    fresh: Any = 0.0
    for t in s.YEARS:
        if t <= y:
            fresh = fresh + fleet.quota_issues.get((r, t), 0.0) + max(0.0, fleet.quota_moves.get((r, t), 0.0))
            fresh = fresh + sum(m.quota_transfer[origin, r, t] for origin in s.transfers_to.get((r, t), ()))
    return at_most(sum(m.capacity[i, k, y] for i, k in _new_states(m, r, y)), fresh)


@equation(
    "region", "year",
    over=lambda m: [(r, y) for r, path in sorted(m.quota_rules.ceilings.items()) for y in sorted(path)],
    basis="annual",
    unit="CNY/t·a",
    dual="what letting the region hold one more t/a of quota would save in a year",
    limit="ceilings_mt_per_a",
)  # fmt: skip
def quota_ceiling(m: Model, r: str, y: int) -> Any:
    r"""A region holds quota up to its ceiling.

    .. math:: S_{r,y} \le ceiling_{r,y} \quad \forall r,y \leftrightarrow \pi^{quota}_{r,y} \le 0
    """
    return at_most(m.quota_stock[r, y], m.quota_rules.ceilings[r][y])


@equation(
    "region", "year",
    over=lambda m: m.sets.LAPSING,
    basis="event",
    unit="CNY per t/a",
    dual="what one more t/a of old quota that need not lapse would save, once",
    limit="quota_life_a",
)  # fmt: skip
def quota_life(m: Model, r: str, y: int) -> Any:
    r"""Quota that stood unused has come free within its life, or it lapses.

    .. math:: S_{r,y^-} - \sum_{i \in r,k} capacity_{i,k,y^-} - lapsed_{r,y} \le
       \sum_{y - life \le y' < y} \Big( issued_{r,y'} + \sum_{i \in r,k} retired_{i,k,y'}
       + \sum_{i \in r,(j,k)} \max(0, 1 - gain_{j,k}) \, retrofitted_{i,j,k,y'} \Big)
       \quad \forall r,y: y - life > y_0 \leftrightarrow \pi^{life}_{r,y} \le 0

    In the base year what stands unused is the registered quota over the fleet's capacity. With the
    oldest used first, exactly what is more than came free within the life has outlived it. All
    happens in model years: where a step is longer than the life, quota lapses that is not used in
    the year in which it comes free. A holder may also give quota up before it must. What moves with
    decided moves is in use at both ends.
    """
    s, data = m.sets, m.data
    sites, before = s.sites_in.get(r, []), data.calendar.previous[y]
    free: Any = 0.0
    for t in (t for t in s.YEARS if y - m.quota_rules.life <= t < y):
        free = free + data.fleet.quota_issues.get((r, t), 0.0)
        free = free + sum(m.retired_capacity[i, k, t] for i in sites for k in s.cells_at.get((i, t), ()))
        free = free + sum(
            (1.0 - data.arcs[j, k].gain) * m.retrofitted_capacity[i, j, k, t]
            for i, j, k, u in s.SITE_ARC_YEARS
            if u == t and i in sites and data.arcs[j, k].gain < 1.0
        )
    if before == data.calendar.base_year:
        started = sum(amount for (i, _), amount in data.fleet.start.items() if i in sites)
        unused: Any = max(0.0, data.fleet.registered_quota.get(r, 0.0) - started)
    else:
        standing = sum(m.capacity[i, k, before] for i in sites for k in s.cells_at.get((i, before), ()))
        unused = m.quota_stock[r, before] - standing
    return at_most(unused - m.lapsed_quota[r, y], free)
