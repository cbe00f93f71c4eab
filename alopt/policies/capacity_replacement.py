r"""Capacity replacement: at which ratio quota moves, where it may not go, who may not reuse it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alopt.data.model_data import ModelData
from alopt.model.equations import Model, add, at_most, equation
from alopt.policies._fields import Fault, regions

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
    """

    base_ratio: float
    pairs: Mapping[tuple[str, str], float]
    no_inflow: tuple[str, ...]
    no_outflow: tuple[str, ...]
    no_reuse: tuple[str, ...]

    FIELDS = ("ratio", "ratios", "no_inflow", "no_outflow", "no_reuse")

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
        known = {site.region for site in data.fleet.sites.values()} | set(data.fleet.registered_quota)
        lists = {}
        for name in ("no_inflow", "no_outflow", "no_reuse"):
            lists[name], found = regions(name, fields.get(name, []), known)
            faults += found
        pairs, found = _pairs(fields.get("ratios", []), known)
        faults += found
        if faults:
            return None, faults
        return cls(float(base), pairs, **lists), []  # type: ignore[arg-type]

    def ratio(self, r: str, to: str) -> float:
        """Quota given up in one region per quota gained in another."""
        for pair in ((r, to), (r, ANY), (ANY, to)):
            if pair in self.pairs:
                return self.pairs[pair]
        return self.base_ratio

    def allows(self, r: str, to: str) -> bool:
        """Whether quota may move from one region to another."""
        return to not in self.no_inflow and r not in self.no_outflow and r not in self.no_reuse


def _is_ratio(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 1.0 <= value <= 10.0


def _pairs(value: Any, known: set[str]) -> tuple[dict[tuple[str, str], float], list[Fault]]:
    form = "Write [{from: shandong, to: yunnan, ratio: 1.25}]."
    if not isinstance(value, list):
        return {}, [("ratios", value, "must be a list", form)]
    pairs, faults = {}, []
    for entry in value:
        if not isinstance(entry, dict) or set(entry) != {"from", "to", "ratio"}:
            faults.append(("ratios", entry, "is no pair with its ratio", form))
        elif not all(isinstance(entry[end], str) and entry[end] in known | {ANY} for end in ("from", "to")):
            faults.append(("ratios", entry, "names no region with smelters", form))
        elif not _is_ratio(entry["ratio"]):
            faults.append(("ratios", entry["ratio"], "is no ratio from 1 to 10", form))
        else:
            pairs[entry["from"], entry["to"]] = float(entry["ratio"])
    return pairs, faults


def build(m: Model, settings: Settings) -> None:
    """Add the bar on reuse; ratios and bans act on the transfers of the cap itself."""
    newcomers = {site.region for site in m.data.fleet.sites.values() if site.kind == "newcomer"}
    m.sets.NO_REUSE = [
        (r, y) for r in settings.no_reuse if r in newcomers for y in m.sets.YEARS if _new_states(m, r, y)
    ]
    add(m, quota_reuse_bar)


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
