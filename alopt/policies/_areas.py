"""Values by area: the nation, a region, each region, or a group that the policy names.

A field by area takes a number or {year: number} for the nation, or {area: number or {year:
number}}. An area is a region with smelters, `nation`, a key of the policy's field `groups`, or
`each`, which stands for every region that is not named itself. A value by year starts in the
first year listed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alopt.data.calendar import Calendar
from alopt.data.fleet import Fleet
from alopt.policies._fields import Fault, regions, smelter_regions, yearly

NATION = "nation"
EACH = "each"


@dataclass(frozen=True)
class Areas:
    """Values by area and model year, and the regions of each group."""

    values: Mapping[str, Mapping[int, float]]
    groups: Mapping[str, tuple[str, ...]]

    def rows(self) -> list[tuple[str, int]]:
        """Every area with every model year for which it has a value."""
        return [(area, y) for area, path in sorted(self.values.items()) for y in sorted(path)]

    def holds(self, area: str, region: str) -> bool:
        """Whether a region belongs to an area."""
        return area in {NATION, region} or region in self.groups.get(area, ())

    def sites(self, fleet: Fleet, area: str) -> list[str]:
        """Sites of an area."""
        return [i for i, site in fleet.sites.items() if self.holds(area, site.region)]


def read_groups(value: Any, known: set[str]) -> tuple[dict[str, tuple[str, ...]], list[Fault]]:
    """Read {group: [region, …]}; a group has a name of its own and at least one region."""
    form = "Write {north: [shandong, henan]}."
    if not isinstance(value, Mapping):
        return {}, [("groups", value, "must be regions by the name of a group", form)]
    groups: dict[str, tuple[str, ...]] = {}
    faults: list[Fault] = []
    for name, members in value.items():
        field = f"groups.{name}"
        found, wrong = regions(field, members, known)
        faults += wrong
        if not isinstance(name, str) or name in known | {NATION, EACH}:
            faults.append((field, None, "is no name of its own for a group", form))
        elif not wrong and (not found or len(set(found)) < len(found)):
            faults.append((field, members, "names no region, or one twice", form))
        else:
            groups[name] = found
    return groups, faults


def by_area(
    field: str,
    value: Any,
    groups: Mapping[str, tuple[str, ...]],
    known: set[str],
    calendar: Calendar,
    *,
    high: float = 1e9,
) -> tuple[dict[str, dict[int, float]], list[Fault]]:
    """Read a field by area.

    Parameters
    ----------
    field : str
    value : number, {year: number} or {area: either}
    groups : mapping of str to tuple of str
        Groups that the policy names.
    known : set of str
        Regions with smelters.
    calendar : Calendar
    high : float
        Largest value allowed.

    Returns
    -------
    dict of str to dict of int to float
        Value by area and model year, from the first year listed.
    list of Fault
    """
    if not isinstance(value, Mapping) or not any(isinstance(key, str) for key in value):
        path, faults = yearly(field, value, calendar, high=high, late=True)
        return {NATION: path}, faults
    paths: dict[str, dict[int, float]] = {}
    faults = []
    for area, given in value.items():
        if wrong := no_area(field, area, groups, known):
            faults += wrong
            continue
        paths[area], found = yearly(f"{field}.{area}", given, calendar, high=high, late=True)
        faults += found
    return for_each(paths, known), faults


def no_area(field: str, area: object, groups: Mapping[str, Any], known: set[str]) -> list[Fault]:
    """Fault of a key that is no area."""
    if area in known | set(groups) | {NATION, EACH}:
        return []
    mend = f"Use nation, each, a group, or keys such as {', '.join(sorted(known)[:4])}."
    return [(field, area, "is no area: no region with smelters and no group", mend)]


def for_each(paths: dict[str, dict[int, float]], known: set[str]) -> dict[str, dict[int, float]]:
    """Give what stands for `each` to every region that is not named itself."""
    if EACH not in paths:
        return paths
    rest = dict.fromkeys(sorted(known), paths[EACH])
    return rest | {area: path for area, path in paths.items() if area != EACH}


def read_areas(
    fields: Mapping[str, Any], field: str, fleet: Fleet, calendar: Calendar, *, high: float = 1e9
) -> tuple[Areas, list[Fault]]:
    """Read the one field by area of a policy with its groups; the field must be given."""
    known = smelter_regions(fleet)
    groups, faults = read_groups(fields.get("groups", {}), known)
    if field not in fields:
        return Areas({}, groups), [*faults, (field, None, "the field is missing", "Give it.")]
    values, found = by_area(field, fields[field], groups, known, calendar, high=high)
    return Areas(values, groups), faults + found + idle_groups(groups, values)


def named(value: Any, area: str) -> bool:
    """Whether a field by area names an area itself, not by `each`."""
    return area == NATION or (isinstance(value, Mapping) and area in value)


def idle_groups(groups: Mapping[str, Any], *used: Mapping[str, Any]) -> list[Fault]:
    """Groups that no field of the policy speaks of."""
    spoken = {area for values in used for area in values}
    return [
        (f"groups.{name}", None, "no field speaks of this group", "Give it a value, or remove it.")
        for name in groups
        if name not in spoken
    ]
