r"""Early retirement by decree: a share of the lines that stand today must be gone by a year.

A decree reaches lines of the base year by site, owner, region, cell class, amperage and AC power
per tonne; what it names must all be met. Of each line it reaches, its share must be closed, relined
or not; only a rebuild replaces it. What leaves by a decided move is outside. The closures stand in
the rows ``closure_date``: their duals are what keeping one more t/a open would save in a year.
Where decrees meet, or the table of closures says more, the greater amount holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from alopt.data.model_data import ModelData
from alopt.model.equations import Model
from alopt.policies._fields import Fault, is_amount, yearly

#: Lists of names that a decree may hold, and numbers.
_LISTS = ("sites", "owners", "regions", "classes")
_NUMBERS = ("below_ka", "above_kwh_per_t")

_FORM = "Write {old: {regions: [shandong], below_ka: 300, share: {2030: 1}}}."


@dataclass(frozen=True)
class Settings:
    """Mt/a of lines that must be gone, by site, state and model year."""

    closures: Mapping[tuple[str, str, int], float]

    FIELDS = ("decrees",)

    @classmethod
    def read(cls, fields: Mapping[str, Any], data: ModelData) -> tuple[Settings | None, list[Fault]]:
        """Check the decrees and find the lines that each of them reaches."""
        decrees = fields.get("decrees")
        if not isinstance(decrees, Mapping) or not decrees:
            return None, [("decrees", decrees, "must be decrees by name", _FORM)]
        closures: dict[tuple[str, str, int], float] = {}
        faults: list[Fault] = []
        for name, decree in decrees.items():
            found, wrong = _closures(f"decrees.{name}", decree, data)
            faults += wrong
            for key, amount in found.items():
                closures[key] = max(amount, closures.get(key, 0.0))
        return cls(closures), faults


def _closures(
    field: str, decree: Any, data: ModelData
) -> tuple[dict[tuple[str, str, int], float], list[Fault]]:
    """Closures of one decree."""
    if not isinstance(decree, Mapping):
        return {}, [(field, decree, "is no decree", _FORM)]
    faults: list[Fault] = [
        (
            f"{field}.{key}",
            None,
            "no such part of a decree",
            f"There are {', '.join((*_LISTS, *_NUMBERS))}, share.",
        )
        for key in decree
        if key not in {*_LISTS, *_NUMBERS, "share"}
    ]
    if "share" not in decree:
        faults.append((f"{field}.share", None, "the share is missing", "Give it by year: {2030: 1}."))
    if not set(decree) & {*_LISTS, *_NUMBERS}:
        faults.append((field, decree, "names no lines", _FORM))
    faults += _wrong_names(field, decree, data) + _wrong_numbers(field, decree)
    share, found = yearly(f"{field}.share", decree.get("share", 1.0), data.calendar, high=1.0, late=True)
    faults += found or _falling(field, decree.get("share"), share)
    if faults:
        return {}, faults
    lines = [line for line in data.fleet.start if _reaches(decree, data, *line)]
    if not lines:
        return {}, [(field, decree, "reaches no line of the base year", "Widen it, or remove it.")]
    leaving: dict[tuple[str, str], float] = {}
    for (i, k, _), amount in data.fleet.departing.items():
        leaving[i, k] = leaving.get((i, k), 0.0) + amount
    return {
        (i, k, y): part * max(0.0, data.fleet.start[i, k] - leaving.get((i, k), 0.0))
        for i, k in lines
        for y, part in share.items()
    }, []


def _falling(field: str, given: Any, share: Mapping[int, float]) -> list[Fault]:
    years = sorted(share)
    if all(share[a] <= share[b] for a, b in pairwise(years)):
        return []
    return [(f"{field}.share", given, "falls: what is closed stays closed", "Let it rise.")]


def _wrong_names(field: str, decree: Mapping[str, Any], data: ModelData) -> list[Fault]:
    """Names that no line has; pooled sites have lost theirs."""
    fleet, faults = data.fleet, []
    known = {
        "sites": {i for i, _ in fleet.start},
        "owners": {fleet.sites[i].owner for i, _ in fleet.start},
        "regions": {fleet.sites[i].region for i, _ in fleet.start},
        "classes": {data.cells[k].cell_class for _, k in fleet.start},
    }
    for kind in _LISTS:
        if kind not in decree:
            continue
        place, names = f"{field}.{kind}", decree[kind]
        if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
            faults.append((place, names, "must be a list of names", _FORM))
        elif kind in {"sites", "owners"} and data.scenario.resolution == "province":
            rule = "sites and owners are pooled at this resolution"
            faults.append((place, names, rule, "Set `resolution: smelter` in the scenario."))
        else:
            faults += [
                (
                    place,
                    name,
                    "is named by no line of the base year",
                    f"Use {', '.join(sorted(known[kind])[:4])}.",
                )
                for name in names
                if name not in known[kind]
            ]
    return faults


def _wrong_numbers(field: str, decree: Mapping[str, Any]) -> list[Fault]:
    return [
        (f"{field}.{name}", decree[name], "is no number above zero", _FORM)
        for name in _NUMBERS
        if name in decree and not (is_amount(decree[name]) and 0.0 < decree[name] < 1e6)
    ]


def _reaches(decree: Mapping[str, Any], data: ModelData, i: str, k: str) -> bool:
    """Whether a decree reaches a state that stands at a site."""
    site, cell = data.fleet.sites[i], data.cells[k]
    has = {"sites": i, "owners": site.owner, "regions": site.region, "classes": cell.cell_class}
    return (
        all(has[kind] in decree[kind] for kind in _LISTS if kind in decree)
        and cell.current_ka < decree.get("below_ka", float("inf"))
        and cell.ac > decree.get("above_kwh_per_t", 0.0)
    )


def build(m: Model, settings: Settings) -> None:
    """Nothing to add: the rows of closures read the decrees."""
