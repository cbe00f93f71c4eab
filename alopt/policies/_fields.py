"""Reading the fields of policies: numbers by year, names of regions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from math import isfinite
from typing import Any, TypeGuard

from alopt.data.calendar import Calendar, interpolate
from alopt.data.fleet import Fleet

Fault = tuple[str, Any, str, str]


def is_amount(value: object) -> TypeGuard[int | float]:
    """Whether a value is a finite number (whole ones of any length are)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return isinstance(value, int) or isfinite(value)


def yearly(
    field: str,
    value: Any,
    calendar: Calendar,
    *,
    low: float = 0.0,
    high: float = 1e9,
    first: int | None = None,
    late: bool = False,
) -> tuple[dict[int, float], list[Fault]]:
    """Read a number or {year: number} as a value for every model year.

    Between listed years the value is interpolated, after them the last one holds; the first
    model year that it is for (``first``, or the first of all) must not lie before them, unless
    ``late``: then there is no value before them.
    """
    start = calendar.years[0] if first is None else first
    points = value if isinstance(value, Mapping) else {calendar.years[0]: value}
    form = "Write a number, or {2025: number, 2030: number}."
    if not points:
        return {}, [(field, value, "is empty", form)]
    faults: list[Fault] = []
    for year, number in points.items():
        if not isinstance(year, int) or isinstance(year, bool):
            faults.append((field, year, "is no year", form))
        elif isinstance(value, Mapping) and not calendar.base_year <= year < calendar.end:
            rule = f"the year is outside the horizon {calendar.base_year} to {calendar.end - 1}"
            faults.append((field, year, rule, "Name a year within it."))
        if not is_amount(number):
            faults.append((field, number, "is no number", form))
        elif not low <= number <= high:
            faults.append((field, number, f"is outside {low:g} to {high:g}", "Give a value within."))
    if not faults and late and isinstance(value, Mapping) and min(points) > calendar.years[-1]:
        rule = f"reaches no model year: the last is {calendar.years[-1]}"
        faults.append((field, value, rule, "Name an earlier year."))
    if not faults and not late and isinstance(value, Mapping) and min(points) > start:
        rule = f"says nothing of {start}"
        faults.append((field, value, rule, f"Give a value for {start} too."))
    if faults:
        return {}, faults
    known = {int(k): float(v) for k, v in points.items()}
    covered = (y for y in calendar.years if not late or not isinstance(value, Mapping) or y >= min(known))
    return {y: interpolate(known, y) for y in covered}, []


def yearly_by_key(
    field: str, value: Any, calendar: Calendar, known: Collection[str], kind: str, *, high: float = 1e9
) -> tuple[dict[str, dict[int, float]], list[Fault]]:
    """Read {key: number or {year: number}} as values for every model year, by known keys.

    ``kind`` says what a key is, as "origin of ore".
    """
    if not isinstance(value, Mapping) or not value:
        form = f"Write {{key: number}} or {{key: {{2025: number}}}}, by {kind}."
        return {}, [(field, value, "must be a mapping with at least one key", form)]
    result: dict[str, dict[int, float]] = {}
    faults: list[Fault] = []
    for key, points in value.items():
        faults += one_of(field, key, known, kind)
        result[key], found = yearly(f"{field}.{key}", points, calendar, high=high)
        faults += found
    return result, faults


def one_of(field: str, key: Any, known: Collection[str], kind: str) -> list[Fault]:
    """Check that a key is one of a table's; ``kind`` says what it is."""
    if key in known:
        return []
    mend = f"There are {', '.join(sorted(known))}." if known else "The tables hold none."
    return [(field, key, f"no such {kind}", mend)]


def smelter_regions(fleet: Fleet) -> set[str]:
    """Regions that have smelters or newcomers' sites."""
    return {site.region for site in fleet.sites.values()}


def regions(field: str, value: Any, known: set[str]) -> tuple[tuple[str, ...], list[Fault]]:
    """Read a list of regions that have smelters or newcomers' sites."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        return (), [(field, value, "must be a list of regions", "Write it as [yunnan, shanxi].")]
    faults = [
        (field, item, "no such region with smelters", f"Use keys such as {', '.join(sorted(known)[:4])}.")
        for item in value
        if item not in known
    ]
    return tuple(value), faults


def word(field: str, value: Any, allowed: tuple[str, ...]) -> list[Fault]:
    """Check that a field holds one of the allowed words."""
    if value in allowed:
        return []
    return [(field, value, "is not one of the allowed words", f"Use {', '.join(allowed)}.")]


def number(field: str, value: Any, *, low: float, high: float) -> list[Fault]:
    """Check that a field holds a number within bounds."""
    if not is_amount(value):
        return [(field, value, "is no number", f"Write a number from {low:g} to {high:g}.")]
    if not low <= value <= high:
        return [(field, value, f"is outside {low:g} to {high:g}", "Give a value within.")]
    return []


def model_year(field: str, value: Any, calendar: Calendar) -> list[Fault]:
    """Check that a field holds a year from which some model year is left."""
    first, last = calendar.base_year, calendar.years[-1]
    if isinstance(value, bool) or not isinstance(value, int):
        return [(field, value, "is no year", f"Write a year from {first} to {last}.")]
    if not first <= value <= last:
        rule = f"no model year follows within {first} to {last}"
        return [(field, value, rule, "Name a year within it.")]
    return []


def mapping(field: str, value: Any, needed: tuple[str, ...], allowed: tuple[str, ...] = ()) -> list[Fault]:
    """Check that a field holds a mapping with all keys that it needs, and no others than allowed."""
    form = f"Write it with {', '.join((*needed, *allowed))}."
    if not isinstance(value, Mapping):
        return [(field, value, "is no mapping", form)]
    faults: list[Fault] = [
        (f"{field}.{key}", None, "the field is missing", form) for key in needed if key not in value
    ]
    known = {*needed, *allowed}
    faults += [(f"{field}.{key}", None, "no such field", form) for key in value if key not in known]
    return faults


def some_names(field: str, value: Any, known: set[str], rule: str) -> tuple[tuple[str, ...], list[Fault]]:
    """Read a list of one or more names out of the known ones; `rule` is said of any other."""
    form = f"Use keys such as {', '.join(sorted(known)[:4])}."
    if not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value):
        return (), [(field, value, "is no list of names", form)]
    faults: list[Fault] = [(field, item, rule, form) for item in value if item not in known]
    return tuple(dict.fromkeys(value)), faults


def by_region(
    field: str,
    value: Any,
    calendar: Calendar,
    known: set[str],
    *,
    low: float,
    high: float,
    rule: str = "no such region with smelters",
) -> tuple[dict[tuple[str, int], float], list[Fault]]:
    """Read a number, {year: number} or {region: number or {year: number}} by region and model year.

    A value without regions holds in every known one; `rule` is said of a region that is not known.
    """
    if not (isinstance(value, Mapping) and any(isinstance(key, str) for key in value)):
        found, faults = yearly(field, value, calendar, low=low, high=high)
        return {(r, y): amount for r in sorted(known) for y, amount in found.items()}, faults
    result: dict[tuple[str, int], float] = {}
    faults = []
    for region, path in value.items():
        if not isinstance(region, str):
            mend = "Name regions alone, or years alone."
            faults.append((field, region, "stands beside names of regions", mend))
        elif region not in known:
            faults.append((field, region, rule, f"Use keys such as {', '.join(sorted(known)[:4])}."))
        found, wrong = yearly(f"{field}.{region}", path, calendar, low=low, high=high)
        faults += wrong
        result |= {(str(region), y): amount for y, amount in found.items()}
    return result, faults
