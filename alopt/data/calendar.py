"""Time: model years, the weights of money in them, and the parts of a year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from alopt.data.scenario import SCENARIO_FILE, Scenario
from alopt.data.tables import Table
from alopt.errors import Problem
from alopt.finance import discount_factor

#: Season and slice of sites whose power is the same all year round.
WHOLE_YEAR = "year"

#: Days of each month of a common year.
DAYS = {1: 31, 2: 28, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30, 12: 31}


@dataclass(frozen=True)
class Calendar:
    """Model years and slices.

    Attributes
    ----------
    base_year : int
        Year of the starting fleet.
    years : tuple of int
        Model years.
    rate : float
        Discount rate.
    previous : mapping of int to int
        The model year before each (the base year before the first).
    elapsed : mapping of int to int
        Years since the previous model year: limits on changes of stock use these.
    represented : mapping of int to int
        Calendar years each model year stands for.
    discount : mapping of int to float
        Present value of one unit paid in the year (event rows are divided by it).
    weight : mapping of int to float
        Present value of one unit paid in each represented year (annual rows).
    end : int
        First calendar year after the horizon.
    seasons, slices : tuple of str
        Seasons and slices in order of the first month.
    share, season_share : mapping of str to float
        Share of the year by slice and by season; :data:`WHOLE_YEAR` has the share 1 in both.
    slices_in : mapping of str to tuple of str
        Slices of each season, and of the whole year its one slice of that name.
    months : mapping of str to tuple of int
        Calendar months of each slice.
    """

    base_year: int
    years: tuple[int, ...]
    rate: float
    previous: Mapping[int, int]
    elapsed: Mapping[int, int]
    represented: Mapping[int, int]
    discount: Mapping[int, float]
    weight: Mapping[int, float]
    end: int
    seasons: tuple[str, ...]
    slices: tuple[str, ...]
    share: Mapping[str, float]
    season_share: Mapping[str, float]
    slices_in: Mapping[str, tuple[str, ...]]
    months: Mapping[str, tuple[int, ...]]

    def charge_weights(self, first: int, life: float) -> dict[int, float]:
        """Present value of a yearly charge of one, by the model year in which it falls.

        The charge is paid at the start of each calendar year from ``first`` until the life or
        the horizon ends; the part year of a broken life is paid in proportion.

        Parameters
        ----------
        first : int
            Model year of the investment.
        life : float
            Years over which it is charged.

        Returns
        -------
        dict of int to float
            Weight by model year; they sum to the present value of the charge.
        """
        weights: dict[int, float] = {}
        for year in self.years:
            total = 0.0
            for t in range(max(year, first), year + self.represented[year]):
                part = min(1.0, first + life - t)
                if part > 0:
                    total += part * discount_factor(self.rate, t - self.base_year)
            if total > 0 and year >= first:
                weights[year] = total
        return weights


def build_calendar(scenario: Scenario, slices: Table) -> tuple[Calendar | None, list[Problem]]:
    """Make the calendar of a scenario; problems are a missing or inconsistent slice set."""
    rows = [row for row in slices if row["slice_set"] == scenario.slices]
    if not rows and scenario.slices == WHOLE_YEAR:
        months_of_year = ";".join(str(month) for month in DAYS)
        rows = [{"slice": WHOLE_YEAR, "season": WHOLE_YEAR, "months": months_of_year, "share": 1.0}]
    if not rows:
        known = sorted({row["slice_set"] for row in slices} | {WHOLE_YEAR})
        rule, mend = "no such slice set", f"Use one of {', '.join(known)}."
        return None, [Problem(SCENARIO_FILE, None, "slices", scenario.slices, rule, mend)]
    problems = []
    months = {}
    for row in rows:
        parsed = parse_months(row["months"])
        if parsed is None:
            where = slices.find(slice_set=scenario.slices, slice=row["slice"])
            problems.append(
                slices.problem(where, "months", "is no list of months 1 to 12", "Write months as 5;6;7.")
            )
        months[row["slice"]] = parsed or ()
    uncovered = sorted(set(DAYS) - {month for listed in months.values() for month in listed})
    if uncovered and not problems:
        rule = f"no slice of the set {scenario.slices} holds the months {', '.join(map(str, uncovered))}"
        problems.append(slices.problem(None, "months", rule, "Let the slices cover the year."))
    total = sum(row["share"] for row in rows)
    if abs(total - 1.0) > 1e-9:
        rule = f"the shares of slice set {scenario.slices} add to {total:.12g}, not 1"
        problems.append(slices.problem(None, "share", rule, "Mend the shares."))
    problems += [
        slices.problem(
            slices.find(slice_set=scenario.slices, slice=row["slice"]),
            "slice",
            f"{WHOLE_YEAR!r} names the whole year, and here is a part of it",
            "Rename the slice and its season.",
        )
        for row in rows
        if len(rows) > 1 and WHOLE_YEAR in {row["slice"], row["season"]}
    ]
    if problems:
        return None, problems
    rows.sort(key=lambda row: (months[row["slice"]][0], row["slice"]))
    seasons = tuple(dict.fromkeys(row["season"] for row in rows))
    share = {row["slice"]: row["share"] / total for row in rows}
    slices_in = {q: tuple(row["slice"] for row in rows if row["season"] == q) for q in seasons}
    years = scenario.years
    previous = dict(zip(years, (scenario.base_year, *years), strict=False))
    represented = {a: b - a for a, b in pairwise(years)}
    represented[years[-1]] = scenario.last_period_years
    discount = {y: discount_factor(scenario.discount_rate, y - scenario.base_year) for y in years}
    weight = {
        y: sum(
            discount_factor(scenario.discount_rate, y + s - scenario.base_year) for s in range(represented[y])
        )
        for y in years
    }
    return Calendar(
        base_year=scenario.base_year,
        years=years,
        rate=scenario.discount_rate,
        previous=previous,
        elapsed={y: y - previous[y] for y in years},
        represented=represented,
        discount=discount,
        weight=weight,
        end=years[-1] + scenario.last_period_years,
        seasons=seasons,
        slices=tuple(share),
        share={**share, WHOLE_YEAR: 1.0},
        season_share={**{q: sum(share[h] for h in slices_in[q]) for q in seasons}, WHOLE_YEAR: 1.0},
        slices_in={**slices_in, WHOLE_YEAR: (WHOLE_YEAR,)},
        months=months,
    ), []


def parse_months(text: str) -> tuple[int, ...] | None:
    """Parse months written as 5;6;7; None if they are not distinct months.

    >>> parse_months("11;12;1")
    (11, 12, 1)
    >>> parse_months("13") is None
    True
    """
    parts = [part.strip() for part in text.split(";")]
    if not all(part.isascii() and part.isdigit() and 1 <= int(part) <= 12 for part in parts):
        return None
    months = tuple(int(part) for part in parts)
    return months if len(set(months)) == len(months) else None


def interpolate(points: Mapping[int, float], year: int) -> float:
    """Interpolate linearly between listed years; outside them hold the nearest value.

    >>> interpolate({2030: 4.0, 2035: 8.0}, 2032)
    5.6
    >>> interpolate({2030: 4.0, 2035: 8.0}, 2060)
    8.0
    """
    known = sorted(points)
    if year <= known[0]:
        return points[known[0]]
    if year >= known[-1]:
        return points[known[-1]]
    after = next(y for y in known if y >= year)
    before = max(y for y in known if y <= year)
    if after == before:
        return points[after]
    return points[before] + (points[after] - points[before]) * (year - before) / (after - before)
