r"""A moratorium: no new lines in an area between two years, and no rebuilds either if it says so.

A model year stands under the moratorium if it lies between the two, both included. Moves that
are decided go on. What may be built at which speed is the policy build_speed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alopt.data.calendar import Calendar
from alopt.data.model_data import ModelData
from alopt.model.equations import Model, add, at_most, equation
from alopt.policies._areas import Areas, for_each, idle_groups, named, no_area, read_groups
from alopt.policies._fields import Fault, smelter_regions, word

REBUILDS = ("barred", "allowed")


@dataclass(frozen=True)
class Settings:
    """Areas with the model years of their bans, and whether rebuilds are barred as well."""

    bans: Areas
    rebuilds: bool

    FIELDS = ("bans", "rebuilds", "groups")

    @classmethod
    def read(cls, fields: Mapping[str, Any], data: ModelData) -> tuple[Settings | None, list[Fault]]:
        """Check the fields; bans and the word on rebuilds must be given."""
        known = smelter_regions(data.fleet)
        groups, faults = read_groups(fields.get("groups", {}), known)
        if "rebuilds" not in fields:
            faults.append(("rebuilds", None, "the field is missing", "Use barred, allowed."))
        else:
            faults += word("rebuilds", fields["rebuilds"], REBUILDS)
        bans, found = _bans(fields.get("bans"), groups, known, data.calendar)
        faults += found + idle_groups(groups, bans)
        settings = cls(Areas(bans, groups), fields.get("rebuilds") == "barred")
        return settings, faults or _empty(settings, fields["bans"], data)


def _bans(
    value: Any, groups: Mapping[str, Any], known: set[str], calendar: Calendar
) -> tuple[dict[str, dict[int, float]], list[Fault]]:
    """Read {area: {from: year, to: year}} as the model years that lie between."""
    form = "Write {shandong: {from: 2026, to: 2035}}."
    if not isinstance(value, Mapping) or not value:
        return {}, [("bans", value, "must be years by area", form)]
    bans: dict[str, dict[int, float]] = {}
    faults: list[Fault] = []
    for area, span in value.items():
        field = f"bans.{area}"
        if wrong := no_area("bans", area, groups, known):
            faults += wrong
        elif not isinstance(span, Mapping) or set(span) != {"from", "to"}:
            faults.append((field, span, "must have a first and a last year", form))
        elif not all(isinstance(y, int) and not isinstance(y, bool) for y in span.values()):
            faults.append((field, span, "must be years", form))
        elif span["from"] > span["to"]:
            faults.append((field, span, "ends before it begins", form))
        elif not calendar.base_year <= span["from"] <= span["to"] < calendar.end:
            rule = f"the year is outside the horizon {calendar.base_year} to {calendar.end - 1}"
            faults.append((field, span, rule, "Name years within it."))
        else:
            bans[area] = {y: 0.0 for y in calendar.years if span["from"] <= y <= span["to"]}
            if not bans[area]:
                years = ", ".join(map(str, calendar.years))
                faults.append((field, span, "covers no model year", f"The model years are {years}."))
    return for_each(bans, known), faults


def _empty(settings: Settings, given: Any, data: ModelData) -> list[Fault]:
    """Areas in which nothing could be built."""
    fleet = data.fleet
    sites = {i for i, _ in fleet.new_build}
    if settings.rebuilds:
        sites |= {i for i, j, k in fleet.site_arcs if data.arcs[j, k].kind == "rebuild"}
    return [
        (f"bans.{area}", None, "bars nothing: nothing can be built there", "Remove the area.")
        for area in settings.bans.values
        if named(given, area) and not sites & set(settings.bans.sites(fleet, area))
    ]


def build(m: Model, settings: Settings) -> None:
    """Add the ban."""
    m.moratorium_settings = settings
    add(m, moratorium)


def _barred(m: Model, r: str, y: int) -> list[Any]:
    settings = m.moratorium_settings
    sites, arcs = set(settings.bans.sites(m.data.fleet, r)), m.data.arcs
    new = [m.new_capacity[i, k, t] for i, k, t in m.sets.NEW_BUILD_YEARS if t == y and i in sites]
    if not settings.rebuilds:
        return new
    return new + [
        arcs[j, k].gain * m.retrofitted_capacity[i, j, k, t]
        for i, j, k, t in m.sets.REBUILDS
        if t == y and i in sites
    ]


@equation(
    "region", "year",
    over=lambda m: [(r, y) for r, y in m.moratorium_settings.bans.rows() if _barred(m, r, y)],
    basis="event",
    unit="CNY per t/a",
    dual="what building one more t/a in the area in this period would save, once",
    limit="bans",
)  # fmt: skip
def moratorium(m: Model, r: str, y: int) -> Any:
    r"""Under a moratorium nothing is built, nor rebuilt where it bars that too.

    .. math:: \sum_{i \in r} \Big( \sum_k new_{i,k,y} + \sum_{(j,k) \in barred}
       gain_{j,k} \, retrofitted_{i,j,k,y} \Big) \le 0
       \quad \forall r,y \leftrightarrow \pi^{moratorium}_{r,y} \le 0

    ``barred`` are the rebuilds, or no steps where rebuilds are allowed.
    """
    return at_most(sum(_barred(m, r, y)), 0.0)
