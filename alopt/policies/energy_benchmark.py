r"""Energy benchmarks: capacity counted by its AC power per tonne, as its cell state uses it.

Three rules, each alone or together: a least share of capacity at or better than a benchmark; a
most share worse than a baseline, which at nil is a phase-out; no new build and no rebuild worse
than a limit. What is worse can be retrofitted as fast as cells are relined, rebuilt or closed.
Capacity that a decided move takes away later is let stand until then, outside the shares.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from alopt.data.model_data import ModelData
from alopt.model.equations import Model, add, at_least, at_most, equation
from alopt.policies._areas import Areas, by_area, idle_groups, named, read_groups
from alopt.policies._fields import Fault, is_amount, smelter_regions, yearly

#: Rules of which each field needs the other.
_PAIRS = (("benchmark_kwh_per_t", "least_share"), ("baseline_kwh_per_t", "most_worse_share"))

#: What a cell may use, kWh/t: beyond any cell.
_MOST = 100_000.0

#: Powers per tonne are the same up to this many kWh/t.
_SAME = 1e-6


@dataclass(frozen=True)
class Settings:
    """Rules on power per tonne.

    Attributes
    ----------
    benchmark, baseline : float
        AC kWh/t; nil where the rule is not set.
    least, most : Areas
        Share of standing capacity at or better than the benchmark, and worse than the baseline.
    limit : mapping of int to float
        AC kWh/t that new and rebuilt lines may use, by year from its first.
    """

    benchmark: float
    least: Areas
    baseline: float
    most: Areas
    limit: Mapping[int, float]

    FIELDS = (
        "benchmark_kwh_per_t", "least_share", "baseline_kwh_per_t", "most_worse_share",
        "new_limit_kwh_per_t", "groups",
    )  # fmt: skip

    def better(self, data: ModelData, k: str) -> bool:
        """Whether a state is at or better than the benchmark."""
        return data.cells[k].ac <= self.benchmark + _SAME

    def worse(self, data: ModelData, k: str) -> bool:
        """Whether a state is worse than the baseline."""
        return data.cells[k].ac > self.baseline + _SAME

    @classmethod
    def read(cls, fields: Mapping[str, Any], data: ModelData) -> tuple[Settings | None, list[Fault]]:
        """Check the fields; a share needs its kWh/t, and each rule something that it can meet."""
        known = smelter_regions(data.fleet)
        groups, faults = read_groups(fields.get("groups", {}), known)
        faults += _incomplete(fields)
        level: dict[str, float] = {}
        shares: dict[str, dict[str, dict[int, float]]] = {}
        for name, share in _PAIRS:
            level[name], found = _level(name, fields.get(name, 0.0))
            shares[share] = {}
            faults += found
            if share in fields:
                shares[share], found = by_area(share, fields[share], groups, known, data.calendar, high=1.0)
                faults += found
        limit: dict[int, float] = {}
        if "new_limit_kwh_per_t" in fields:
            given = fields["new_limit_kwh_per_t"]
            limit, found = yearly("new_limit_kwh_per_t", given, data.calendar, high=_MOST, late=True)
            faults += found
        faults += idle_groups(groups, *shares.values())
        least, most = (Areas(shares[share], groups) for _, share in _PAIRS)
        settings = cls(level["benchmark_kwh_per_t"], least, level["baseline_kwh_per_t"], most, limit)
        return settings, faults or _empty(settings, fields, data)


def _incomplete(fields: Mapping[str, Any]) -> list[Fault]:
    """Halves of a rule without the other, or no rule at all."""
    faults: list[Fault] = []
    for pair in _PAIRS:
        missing = [name for name in pair if name not in fields]
        if len(missing) == 1:
            rule = "is missing beside the other field of its rule"
            faults.append((missing[0], None, rule, f"Give both {pair[0]} and {pair[1]}, or neither."))
    if not {*_PAIRS[0], *_PAIRS[1], "new_limit_kwh_per_t"} & set(fields):
        faults.append(("least_share", None, "no rule is given", "Give a share or a limit for new lines."))
    return faults


def _level(name: str, value: Any) -> tuple[float, list[Fault]]:
    if is_amount(value) and 0.0 <= value <= _MOST:
        return float(value), []
    return 0.0, [(name, value, "is no power per tonne", "Give AC kWh/t, as 13000.")]


def _empty(settings: Settings, fields: Mapping[str, Any], data: ModelData) -> list[Fault]:
    """Rules that no state of the inputs can meet or break."""
    faults: list[Fault] = []
    for area, path in settings.least.values.items():
        asked = named(fields["least_share"], area) and any(path.values())
        if asked and not _reaches(data, settings.least, area, settings.better):
            rule = f"no state within reach of {area} is as good"
            mend = "Raise it, or set the share elsewhere."
            faults.append(("benchmark_kwh_per_t", fields["benchmark_kwh_per_t"], rule, mend))
    for area in settings.most.values:
        asked = named(fields["most_worse_share"], area)
        if asked and not _reaches(data, settings.most, area, settings.worse):
            rule = f"no state within reach of {area} is worse"
            mend = "Lower it, or set the share elsewhere."
            faults.append(("baseline_kwh_per_t", fields["baseline_kwh_per_t"], rule, mend))
    built = {k for _, k in data.fleet.new_build}
    built |= {k for _, j, k in data.fleet.site_arcs if data.arcs[j, k].kind == "rebuild"}
    if settings.limit and not any(data.cells[k].ac > min(settings.limit.values()) + _SAME for k in built):
        rule = "bars nothing: no state that can be built is worse"
        given = fields["new_limit_kwh_per_t"]
        faults.append(("new_limit_kwh_per_t", given, rule, "Lower it, or leave it out."))
    return faults


def _reaches(data: ModelData, areas: Areas, area: str, judge: Callable[[ModelData, str], bool]) -> bool:
    sites = set(areas.sites(data.fleet, area))
    return any(i in sites and judge(data, k) for i, k in data.fleet.site_cells)


def build(m: Model, settings: Settings) -> None:
    """Add the rules that are set."""
    m.energy_benchmarks = settings
    add(m, benchmark_share, baseline_share, new_line_limit)


def _standing(m: Model, areas: Areas, r: str, y: int) -> list[tuple[str, Any]]:
    """State and capacity of all that can stand in an area in a year."""
    return [
        (k, m.capacity[i, k, y])
        for i in areas.sites(m.data.fleet, r)
        for k in m.sets.cells_at.get((i, y), ())
    ]


@equation(
    "region", "year",
    over=lambda m: [
        (r, y)
        for r, y in m.energy_benchmarks.least.rows()
        if _standing(m, m.energy_benchmarks.least, r, y)
    ],
    basis="annual",
    unit="CNY/t·a",
    dual="what asking for one t/a less of good capacity would save in a year",
    limit="least_share",
)  # fmt: skip
def benchmark_share(m: Model, r: str, y: int) -> Any:
    r"""At least a share of an area's capacity is at or better than the benchmark.

    .. math:: \sum_{i \in r} \sum_{k: AC_k \le benchmark} capacity_{i,k,y} \ge least_{r,y} \Big(
       \sum_{i \in r,k} capacity_{i,k,y} - \sum_{i \in r} \sum_{k: AC_k > benchmark} \sum_{y' > y}
       departing_{i,k,y'} \Big) \quad \forall r,y \leftrightarrow \pi^{benchmark}_{r,y} \ge 0

    What a decided move takes away later, and is not as good, does not count.
    """
    settings, data = m.energy_benchmarks, m.data
    standing = _standing(m, settings.least, r, y)
    good = sum(amount for k, amount in standing if settings.better(data, k))
    leaving = _leaving(data, settings.least, r, y, lambda k: not settings.better(data, k))
    return at_least(good, settings.least.values[r][y] * (sum(amount for _, amount in standing) - leaving))


def _leaving(data: ModelData, areas: Areas, r: str, y: int, poor: Callable[[str], bool]) -> float:
    """Capacity of poor states in an area that a decided move takes away after a year, Mt/a."""
    sites = set(areas.sites(data.fleet, r))
    return sum(
        amount for (i, k, t), amount in data.fleet.departing.items() if t > y and i in sites and poor(k)
    )


def _worse(m: Model, r: str, y: int) -> list[Any]:
    settings = m.energy_benchmarks
    return [amount for k, amount in _standing(m, settings.most, r, y) if settings.worse(m.data, k)]


@equation(
    "region", "year",
    over=lambda m: [(r, y) for r, y in m.energy_benchmarks.most.rows() if _worse(m, r, y)],
    basis="annual",
    unit="CNY/t·a",
    dual="what letting one more t/a of poor capacity stand would save in a year",
    limit="most_worse_share",
)  # fmt: skip
def baseline_share(m: Model, r: str, y: int) -> Any:
    r"""At most a share of an area's capacity is worse than the baseline.

    .. math:: \sum_{i \in r} \sum_{k: AC_k > baseline} capacity_{i,k,y} \le most_{r,y}
       \sum_{i \in r,k} capacity_{i,k,y} + \sum_{i \in r} \sum_{k: AC_k > baseline} \sum_{y' > y}
       departing_{i,k,y'} \quad \forall r,y \leftrightarrow \pi^{baseline}_{r,y} \le 0

    Only what a decided move takes away later may stand beside the share.
    """
    settings, data = m.energy_benchmarks, m.data
    leaving = _leaving(data, settings.most, r, y, lambda k: settings.worse(data, k))
    standing = sum(amount for _, amount in _standing(m, settings.most, r, y))
    return at_most(sum(_worse(m, r, y)), settings.most.values[r][y] * standing + leaving)


def _barred(m: Model, r: str, y: int) -> list[Any]:
    """Building in a region in a year that is worse than the limit."""
    limit = m.energy_benchmarks.limit.get(y)
    if limit is None:
        return []
    sites, data = set(m.sets.sites_in[r]), m.data
    poor = {k for k, cell in data.cells.items() if cell.ac > limit + _SAME}
    new = [
        m.new_capacity[i, k, t] for i, k, t in m.sets.NEW_BUILD_YEARS if t == y and i in sites and k in poor
    ]
    rebuilt = [
        data.arcs[j, k].gain * m.retrofitted_capacity[i, j, k, t]
        for i, j, k, t in m.sets.REBUILDS
        if t == y and i in sites and k in poor
    ]
    return new + rebuilt


@equation(
    "region", "year",
    over=lambda m: [(r, y) for r in m.sets.REGIONS for y in m.sets.YEARS if _barred(m, r, y)],
    basis="event",
    unit="CNY per t/a",
    dual="what one t/a of new or rebuilt lines worse than the limit would save, once",
    limit="new_limit_kwh_per_t",
)  # fmt: skip
def new_line_limit(m: Model, r: str, y: int) -> Any:
    r"""No line is built or rebuilt that uses more than the limit.

    .. math:: \sum_{i \in r} \sum_{k: AC_k > limit_y} \Big( new_{i,k,y} + \sum_{(j,k) \in rebuild}
       gain_{j,k} \, retrofitted_{i,j,k,y} \Big) \le 0
       \quad \forall r,y \leftrightarrow \pi^{line}_{r,y} \le 0
    """
    return at_most(sum(_barred(m, r, y)), 0.0)
