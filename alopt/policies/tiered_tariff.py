r"""A tiered tariff: a surcharge on all power of a smelter that uses more than a threshold per tonne.

A ladder sets the surcharge s(e) at an intensity e: nothing up to the threshold, more with every
step that is begun above it. Per tonne of metal the payment is c(e) = e · s(e); the grid company
collects it for the state. The rule counts all power of an enterprise, its own included, and knows
no other mean than the enterprise's.

- ``basis: site`` is that rule: site i pays :math:`P \cdot c(E/P)` on its output P and power E. A
  linear program can hold it to the lower convex envelope of the steps alone, which meets every
  point where a step is completed and lies below the payment of a step only begun (by less than
  one step on all power, 133 CNY/t for 0.01 CNY/kWh). Its chords are thinned until they lie at most
  1.3 CNY/t above it: about one in 100 kWh/t for an even ladder of 0.01 CNY/kWh a step of 20 kWh/t.
  A `province` site is the mean of a province's smelters; resolution `smelter` comes nearer to an
  enterprise.
- ``basis: cell`` lets each cell state pay by its own intensity, with exact steps. No rule says so;
  it shows what a mean hides.

The intensity is that of the model's AC power, auxiliaries included, as in the national figure that
the fleet is set to; where a rule measures liquid metal without auxiliaries, raise its thresholds.

Ladders are rows of tables/tariff_ladders.csv, or a path in the scenario. Surcharges given in a
scenario are without value-added tax. Rebates for renewable power are left out.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from alopt.data.model_data import ModelData
from alopt.data.units import kwh_to_mwh, without_vat
from alopt.model.equations import Model, add, add_variable, at_least, equation
from alopt.model.materials import output
from alopt.policies import Payment
from alopt.policies._fields import Fault, number, word, yearly

BASES = ("site", "cell")
RECEIVER = "grid company"

#: Steps above a threshold in kWh/t: (intensity above which it holds, CNY/MWh), in order.
Steps = tuple[tuple[float, float], ...]

#: A chord of the envelope: name, CNY per MWh of power, CNY per t of metal.
Chord = tuple[str, float, float]

#: How far chords may lie above the envelope, CNY per t of metal.
_THINNING = 1.3

#: A site whose mean stands just on the threshold pays nothing but rounding, M CNY.
_ROUNDING = 1e-6

_PATH = ("thresholds_kwh_per_t", "step_kwh_per_t", "surcharge_cny_per_kwh_per_step")


@dataclass(frozen=True)
class Settings:
    """Steps of the ladder in force by model year, and whose intensity they meet (site or cell)."""

    steps: Mapping[int, Steps]
    basis: str

    FIELDS = ("ladder", *_PATH, "basis")

    @classmethod
    def read(cls, fields: Mapping[str, Any], data: ModelData) -> tuple[Settings | None, list[Fault]]:
        """Check the fields; either a ladder of the table or a whole path must be given."""
        if "basis" in fields:
            faults = word("basis", fields["basis"], BASES)
        else:
            faults = [("basis", None, "the field is missing", f"Use one of {', '.join(BASES)}.")]
        steps, found = _from_table(fields, data) if "ladder" in fields else _from_path(fields, data)
        faults += found
        return (None, faults) if faults else (cls(steps, fields["basis"]), [])


def _highest(data: ModelData) -> float:
    """Highest intensity of any state, up to which steps are listed."""
    return max(cell.ac for cell in data.cells.values())


def _even(threshold: float, width: float, rise: float, highest: float) -> Steps:
    """Steps of one width and rise, up to the highest intensity; a step begun counts whole."""
    count = max(1, int((highest - threshold) / width) + 1)
    return tuple((threshold + n * width, (n + 1) * rise) for n in range(count))


def _from_table(fields: Mapping[str, Any], data: ModelData) -> tuple[dict[int, Steps], list[Fault]]:
    ladder, table = fields["ladder"], data.tables["tariff_ladders"]
    twice: list[Fault] = [
        (name, None, "a ladder of the table is named too", "Keep the ladder, or the path.")
        for name in _PATH
        if name in fields
    ]
    if twice:
        return {}, twice
    rows = [row for row in table if row["ladder"] == str(ladder)]
    if not rows:
        known = ", ".join(sorted({row["ladder"] for row in table})) or "none"
        return {}, [("ladder", ladder, "no such ladder", f"The table has {known}.")]
    if "power" not in data.vat and any(row["vat"] == "included" for row in rows):
        mend = "Add its row to tables/vat_rates.csv."
        return {}, [("ladder", ladder, "its surcharges hold VAT, and the rate of power is missing", mend)]
    steps = {}
    for y in data.calendar.years:
        since = max((row["from_year"] for row in rows if row["from_year"] <= y), default=None)
        if since is None:
            rule = f"the ladder says nothing of {y}"
            return {}, [("ladder", ladder, rule, "Add its row to tables/tariff_ladders.csv.")]
        found: list[tuple[float, float]] = []
        for row in sorted(rows, key=lambda row: row["threshold_kwh_per_t"]):
            if row["from_year"] == since:
                net = without_vat(data.vat["power"]) if row["vat"] == "included" else 1.0
                surcharge = row["surcharge_cny_per_kwh"] * 1000.0 * net
                if row["step_kwh_per_t"] is None:
                    found.append((row["threshold_kwh_per_t"], surcharge))
                else:
                    found += _even(
                        row["threshold_kwh_per_t"], row["step_kwh_per_t"], surcharge, _highest(data)
                    )
        if any(later[1] < earlier[1] for earlier, later in pairwise(found)):
            rule = f"the ladder of {since} falls with intensity"
            return {}, [("ladder", ladder, rule, "Let each step cost no less than the one below.")]
        steps[y] = tuple(found)
    return steps, []


def _from_path(fields: Mapping[str, Any], data: ModelData) -> tuple[dict[int, Steps], list[Fault]]:
    missing: list[Fault] = [
        (name, None, "the field is missing", "Give it, or name a ladder of the table.")
        for name in _PATH
        if name not in fields
    ]
    if missing:
        return {}, missing
    path, faults = yearly(_PATH[0], fields[_PATH[0]], data.calendar, low=10_000.0, high=20_000.0)
    faults += number(_PATH[1], fields[_PATH[1]], low=1.0, high=10_000.0)
    faults += number(_PATH[2], fields[_PATH[2]], low=0.0, high=1.0)
    if faults:
        return {}, faults
    width, rise = float(fields[_PATH[1]]), float(fields[_PATH[2]]) * 1000.0
    return {y: _even(threshold, width, rise, _highest(data)) for y, threshold in path.items()}, []


def payment_per_tonne(intensity: float, steps: Steps) -> float:
    """Payment in CNY/t at an intensity in kWh/t: power times the surcharge of its step.

    >>> payment_per_tonne(13420.0, ((13300.0, 10.0), (13400.0, 20.0)))
    268.4
    >>> payment_per_tonne(13300.0, ((13300.0, 10.0), (13400.0, 20.0)))
    0.0
    """
    begun = bisect_left(steps, intensity - 1e-6, key=lambda step: step[0])
    return kwh_to_mwh(intensity) * steps[begun - 1][1] if begun else 0.0


def chords(low: float, high: float, steps: Steps) -> list[Chord]:
    """Chords of the lower convex envelope of the payment between two intensities in kWh/t.

    Returns
    -------
    list of (name, CNY/MWh, CNY/t)
        Chords that are nil everywhere are left out.
    """
    if not steps or high <= steps[0][0]:
        return []
    ends = [low, *(threshold for threshold, _ in steps if low < threshold < high), high]
    points = _hull([(kwh_to_mwh(e), payment_per_tonne(e, steps)) for e in dict.fromkeys(ends)])
    if len(points) == 1:
        ((mwh, paid),) = points
        return [(f"{1000.0 * mwh:.0f}", paid / mwh, 0.0)] if paid else []
    found = []
    for (left, below), (right, above) in pairwise(points):
        slope = (above - below) / (right - left)
        if above or below:
            found.append((f"{1000.0 * left:.0f}-{1000.0 * right:.0f}", slope, below - slope * left))
    return found


def _hull(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Lower convex hull of points in order, thinned to the error that is allowed."""
    hull: list[tuple[float, float]] = []
    for point in points:
        while len(hull) > 1 and _above(hull[-1], hull[-2], point) >= 0:
            hull.pop()
        hull.append(point)
    kept, start = hull[:1], 0
    for n in range(1, len(hull)):
        ahead = hull[n + 1 :][:1]
        if not ahead or any(-_above(p, hull[start], ahead[0]) > _THINNING for p in hull[start + 1 : n + 1]):
            kept.append(hull[n])
            start = n
    return kept


def _above(point: tuple[float, float], left: tuple[float, float], right: tuple[float, float]) -> float:
    """How far a point lies above the line through two others."""
    slope = (right[1] - left[1]) / (right[0] - left[0])
    return point[1] - left[1] - slope * (point[0] - left[0])


def chords_of(data: ModelData, settings: Settings) -> dict[tuple[str, int], list[Chord]]:
    """Chords by site and year, where some state that can stand there lies above the threshold."""
    found = {}
    reach: dict[tuple[str, int], list[float]] = defaultdict(list)
    for (i, k), first in data.fleet.site_cells.items():
        for y in data.calendar.years:
            if y >= first:
                reach[i, y].append(data.cells[k].ac)
    for (i, y), intensities in reach.items():
        lines = chords(min(intensities), max(intensities), settings.steps[y])
        if lines:
            found[i, y] = lines
    return found


def build(m: Model, settings: Settings) -> None:
    """Add the surcharge of each site, or of each cell state, as a transfer."""
    weight = m.data.calendar.weight
    if settings.basis == "cell":
        cells = m.data.cells
        m.transfers["tiered_tariff"] = sum(
            weight[y] * paid * m.production[i, k, y, h]
            for i, k, y, h in m.sets.SITE_CELL_SLICES
            if (paid := payment_per_tonne(cells[k].ac, settings.steps[y]))
        )
        return
    lines = chords_of(m.data, settings)
    m.tier_chords = {
        (i, y, name): (slope, offset) for (i, y), found in lines.items() for name, slope, offset in found
    }
    m.sets.TIERED = sorted(lines)
    add_variable(m, "tariff_surcharge", ("site", "year"), m.sets.TIERED)
    add(m, tier_line)
    m.transfers["tiered_tariff"] = sum(weight[y] * m.tariff_surcharge[i, y] for i, y in m.sets.TIERED)


@equation(
    "site", "year", "step",
    over=lambda m: sorted(m.tier_chords),
    basis="annual",
    unit="1",
    dual="part of the site's surcharge that this chord sets; the chords of a site that pays add to one",
    limit="",
)  # fmt: skip
def tier_line(m: Model, i: str, y: int, s: str) -> Any:
    r"""A site pays at least what every chord of the ladder's envelope says of its power and output.

    .. math:: surcharge_{i,y} \ge slope_{i,y,s} \sum_{e,h} electricity_{i,e,y,h}
       + intercept_{i,y,s} \sum_{k,h} production_{i,k,y,h}
       \quad \forall i,y,s \leftrightarrow \tau^{tier}_{i,y,s} \ge 0
    """
    slope, intercept = m.tier_chords[i, y, s]
    power = m.data.power
    drawn = sum(m.electricity[i, e, y, h] for e in power.sources[i] for h in power.slices_of[i])
    return at_least(m.tariff_surcharge[i, y], slope * drawn + intercept * output(m, i, y))


def payments(data: ModelData, settings: Settings, tables: Mapping[str, Any]) -> Iterator[Payment]:
    """Payments by year and site, M CNY a year, from the tables of power and output."""
    if settings.basis == "cell":
        made = tables["production"].totals("production_mt", "year", "region", "site", "cell")
        for (year, region, site, cell), amount in made.items():
            paid = amount * payment_per_tonne(data.cells[cell].ac, settings.steps[year])
            yield Payment(year, "tiered_tariff", paid, region, site, receiver=RECEIVER)
        return
    lines = chords_of(data, settings)
    made = tables["production"].totals("production_mt", "year", "site")
    power = tables["electricity"].totals("electricity_twh", "year", "region", "site")
    for (year, region, site), drawn in power.items():
        metal = made.get((year, site), 0.0)
        paid = [slope * drawn + rest * metal for _, slope, rest in lines.get((site, year), [])]
        if max(paid, default=0.0) > _ROUNDING:
            yield Payment(year, "tiered_tariff", max(paid), region, site, receiver=RECEIVER)
