r"""Bauxite by origin: an embargo, a limit in Mt/a, or a largest share of all ore or of imports.

An embargo meets whole model years, each with all the calendar years that it stands for: from
one model year to another, or for good. For an embargo of a single calendar year a scenario has
model years one apart there, as ``years: [2025, 2026, 2027, 2028, 2030]`` and
``embargo: {guinea: {from_year: 2027, to_year: 2027}}``. A limit, share or volume of the table
``bauxite_values`` holds beside those here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alopt.data.calendar import Calendar
from alopt.data.model_data import ModelData
from alopt.model.equations import Model, add, at_most, equation
from alopt.model.materials import ore_of
from alopt.policies._fields import Fault, one_of, word, yearly_by_key

#: What a share is of.
ALL_ORE, IMPORTS = "all_ore", "imports"

_ORIGIN = "origin of ore"


@dataclass(frozen=True)
class Settings:
    """Limits on the ore of origins.

    Attributes
    ----------
    limit : mapping of (origin, year) to float
        Mt/a where the origin is limited; nil in the years of an embargo.
    share : mapping of (origin, year) to float
        Largest share of the ore that ``share_of`` names.
    share_of : str
        ``all_ore`` or ``imports``.
    """

    limit: Mapping[tuple[str, int], float]
    share: Mapping[tuple[str, int], float]
    share_of: str

    FIELDS = ("embargo", "limit_mt_per_a", "share", "share_of")

    @classmethod
    def read(cls, fields: Mapping[str, Any], data: ModelData) -> tuple[Settings | None, list[Fault]]:
        """Check the fields; each origin must be one whose ore some refinery can take."""
        if not set(fields) & {"embargo", "limit_mt_per_a", "share"}:
            mend = "Give embargo, limit_mt_per_a or share."
            return None, [("embargo", None, "no embargo, limit or share is given", mend)]
        calendar, known = data.calendar, {b for b, _ in data.materials.ore_yield}
        limits: dict[str, dict[int, float]] = {}
        shares: dict[str, dict[int, float]] = {}
        barred: set[tuple[str, int]] = set()
        faults: list[Fault] = []
        if "limit_mt_per_a" in fields:
            limits, found = yearly_by_key(
                "limit_mt_per_a", fields["limit_mt_per_a"], calendar, known, _ORIGIN, high=1e4
            )
            faults += found
        if "embargo" in fields:
            barred, found = _embargo(fields["embargo"], calendar, known)
            faults += found
        if "share" in fields:
            shares, found = yearly_by_key("share", fields["share"], calendar, known, _ORIGIN, high=1.0)
            faults += found
        faults += _share_of(fields, set(shares) & data.materials.domestic)
        if faults:
            return None, faults
        limit = {(b, y): amount for b, by_year in limits.items() for y, amount in by_year.items()}
        return cls(
            limit={**limit, **dict.fromkeys(sorted(barred), 0.0)},
            share={(b, y): part for b, by_year in shares.items() for y, part in by_year.items()},
            share_of=fields.get("share_of", ALL_ORE),  # without shares it is read by nothing
        ), []


def _embargo(value: Any, calendar: Calendar, known: set[str]) -> tuple[set[tuple[str, int]], list[Fault]]:
    form = "Write {guinea: {from_year: 2030, to_year: 2030}}; without to_year it is for good."
    if not isinstance(value, Mapping) or not value:
        return set(), [("embargo", value, "is no embargo by origin", form)]
    barred, faults = set(), []
    for origin, span in value.items():
        faults += one_of("embargo", origin, known, _ORIGIN)
        field = f"embargo.{origin}"
        if not isinstance(span, Mapping) or not {"from_year"} <= set(span) <= {"from_year", "to_year"}:
            faults.append((field, span, "is no span of years", form))
            continue
        first, last = span["from_year"], span.get("to_year", calendar.years[-1])
        wrong = [y for y in (first, last) if isinstance(y, bool) or y not in calendar.years]
        mend = f"An embargo meets model years: {', '.join(map(str, calendar.years))}."
        faults += [(field, y, "is no model year", mend) for y in wrong]
        if not wrong and last < first:
            faults.append((field, last, "ends before it begins", form))
        barred |= {(origin, y) for y in calendar.years if not wrong and first <= y <= last}
    return barred, faults


def _share_of(fields: Mapping[str, Any], domestic: set[str]) -> list[Fault]:
    if "share" not in fields and "share_of" not in fields:
        return []
    if "share" not in fields:
        return [("share", None, "share_of has no meaning without a share", "Give share, or drop share_of.")]
    if "share_of" not in fields:
        return [("share_of", None, "the field is missing", f"Use {ALL_ORE}, {IMPORTS}.")]
    faults = word("share_of", fields["share_of"], (ALL_ORE, IMPORTS))
    if fields["share_of"] == IMPORTS:
        mend = "Limit its share of all_ore."
        faults += [("share", b, "the origin is domestic, no part of imports", mend) for b in sorted(domestic)]
    return faults


def build(m: Model, settings: Settings) -> None:
    """Add the limits and shares where they are set."""
    m.ore_supply = settings
    if settings.limit:
        add(m, ore_origin_limit)
    if settings.share:
        add(m, ore_origin_share)


@equation(
    "origin", "year",
    over=lambda m: sorted(m.ore_supply.limit),
    basis="annual",
    unit="CNY/t",
    dual="what one more t of the origin's ore in the year would save; under an embargo, of the first t",
    limit="limit_mt_per_a",
)  # fmt: skip
def ore_origin_limit(m: Model, b: str, y: int) -> Any:
    r"""An origin ships no more than its limit of the year, and nothing under an embargo.

    .. math:: \sum_a ore_{b,a,y} \le limit_{b,y} \quad \forall b,y: limit_{b,y} \text{ given}
       \leftrightarrow \hat\iota_{b,y} \le 0
    """
    return at_most(ore_of(m, b, y), m.ore_supply.limit[b, y])


@equation(
    "origin", "year",
    over=lambda m: sorted(m.ore_supply.share),
    basis="annual",
    unit="CNY/t",
    dual="what one t of room above the share would save: a t of this ore in place of others' ore",
    limit="share",
)  # fmt: skip
def ore_origin_share(m: Model, b: str, y: int) -> Any:
    r"""An origin gives no more than its share of all ore, or of imported ore, in the year.

    .. math:: \sum_a ore_{b,a,y} \le share_{b,y} \sum_{b' \in of, a} ore_{b',a,y}
       \quad \forall b,y: share_{b,y} \text{ given} \leftrightarrow \hat o_{b,y} \le 0
    """
    domestic = m.data.materials.domestic
    counted = [
        origin
        for origin, t in m.sets.ORE_ORIGINS
        if t == y and not (m.ore_supply.share_of == IMPORTS and origin in domestic)
    ]
    whole = sum(ore_of(m, origin, y) for origin in counted)
    return at_most(ore_of(m, b, y), m.ore_supply.share[b, y] * whole)
