"""Reading the fields of policies: numbers by year, names of regions."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

from alopt.data.calendar import Calendar, interpolate

Fault = tuple[str, Any, str, str]


def is_amount(value: object) -> bool:
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
) -> tuple[dict[int, float], list[Fault]]:
    """Read a number or {year: number} as a value for every model year.

    Between listed years the value is interpolated, after them the last one holds; the first
    model year that it is for (``first``, or the first of all) must not lie before them.
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
    if not faults and isinstance(value, Mapping) and min(points) > start:
        rule = f"says nothing of {start}"
        faults.append((field, value, rule, f"Give a value for {start} too."))
    if faults:
        return {}, faults
    return {y: interpolate({int(k): float(v) for k, v in points.items()}, y) for y in calendar.years}, []


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
