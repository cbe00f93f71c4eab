r"""Capacity: what stands, what is built, retired, retrofitted, and how fast that can go."""

from __future__ import annotations

from typing import Any

from alopt.model.equations import Model, add, at_least, at_most, equal, equation


def build_capacity(m: Model) -> None:
    """Add the equations of capacity."""
    add(m, capacity_balance, relining_limit, closure_date, regional_build_rate, national_build_rate)
    add(m, retrofit_rent_balance, retrofit_rent_step)


def standing_before(m: Model, i: str, k: str, y: int) -> Any:
    """Capacity of the previous model year, or of the base year's fleet."""
    before = m.data.calendar.previous[y]
    if before == m.data.calendar.base_year:
        return m.data.fleet.start.get((i, k), 0.0)
    return m.capacity[i, k, before] if (i, k, before) in m.sets.stands else 0.0


def built(m: Model, i: str, k: str, y: int) -> Any:
    """New capacity of a state where it may be built, else nothing."""
    return m.new_capacity[i, k, y] if (i, k, y) in m.sets.built else 0.0


@equation(
    "site", "cell", "year",
    over=lambda m: m.sets.SITE_CELL_YEARS,
    basis="event",
    unit="CNY per t/a",
    dual="what one more t/a standing in this state is worth, once, in money of the year",
)  # fmt: skip
def capacity_balance(m: Model, i: str, k: str, y: int) -> Any:
    r"""Capacity is what stood, plus what came by building or retrofit, less what went.

    .. math:: capacity_{i,k,y} = capacity_{i,k,y^-} + new_{i,k,y} + arriving_{i,k,y} - departing_{i,k,y}
       - retired_{i,k,y} - \sum_{l} retrofitted_{i,k,l,y} + \sum_{j} gain_{j,k} \, retrofitted_{i,j,k,y}
       \quad \forall i,k,y \leftrightarrow \nu_{i,k,y}
    """
    fleet, s = m.data.fleet, m.sets
    gained = sum(
        m.data.arcs[j, k].gain * m.retrofitted_capacity[i, j, k, y] for j in s.steps_into.get((i, k, y), ())
    )
    lost = sum(m.retrofitted_capacity[i, k, to, y] for to in s.steps_from.get((i, k, y), ()))
    decided = fleet.arriving.get((i, k, y), 0.0) - fleet.departing.get((i, k, y), 0.0)
    stood = standing_before(m, i, k, y) + built(m, i, k, y) + decided
    return equal(m.capacity[i, k, y], stood - m.retired_capacity[i, k, y] - lost + gained)


@equation(
    "site", "cell", "year",
    over=lambda m: m.sets.RELINED,
    basis="event",
    unit="CNY per t/a",
    dual="what relining one more t/a of this state by the year would save",
)  # fmt: skip
def relining_limit(m: Model, i: str, j: str, y: int) -> Any:
    r"""Cells are relined as they age: a cohort of life L is renewed evenly over L years.

    .. math:: \sum_{y' \le y} \sum_{k \in relining(j)} retrofitted_{i,j,k,y'} \le
       \min\!\left(1, \tfrac{y - y_0}{L}\right) start_{i,j}
       + \sum_{y' \le y} \min\!\left(1, \tfrac{y - y'}{L}\right) into_{i,j,y'}
       \quad \forall i,j,y \leftrightarrow \rho_{i,j,y} \le 0

    ``start`` is net of decided departures; ``into`` is what was built, arrived or was retrofitted
    into the state. The limit is cumulative, so it does not depend on the length of a step.
    """
    data, s = m.data, m.sets
    life, base = data.parameters["cell_life_a"], data.calendar.base_year
    done = sum(
        m.retrofitted_capacity[i, j, k, t]
        for t in s.YEARS
        if t <= y
        for k in s.steps_from.get((i, j, t), ())
        if data.arcs[j, k].kind == "relining"
    )
    left = sum(v for (a, b, t), v in data.fleet.departing.items() if (a, b) == (i, j) and t <= y)
    due = min(1.0, (y - base) / life) * max(0.0, data.fleet.start.get((i, j), 0.0) - left)
    for t in s.YEARS:
        if t < y:
            part = min(1.0, (y - t) / life)
            due = due + part * (built(m, i, j, t) + data.fleet.arriving.get((i, j, t), 0.0))
            due = due + part * sum(
                data.arcs[b, j].gain * m.retrofitted_capacity[i, b, j, t]
                for b in s.steps_into.get((i, j, t), ())
            )
    return at_most(done, due)


@equation(
    "site", "cell", "year",
    over=lambda m: m.sets.CLOSURES,
    basis="annual",
    unit="CNY/t·a",
    dual="what keeping one more t/a of this state open would save in a year",
)  # fmt: skip
def closure_date(m: Model, i: str, k: str, y: int) -> Any:
    r"""A state that a decree closes is gone by its date; it may have been rebuilt before.

    .. math:: capacity_{i,k,y} \le start_{i,k} - closed_{i,k,y}
       \quad \forall (i,k,y) \in CLOSURES \leftrightarrow \xi_{i,k,y} \le 0
    """
    fleet = m.data.fleet
    return at_most(m.capacity[i, k, y], max(0.0, fleet.start.get((i, k), 0.0) - fleet.closures[i, k, y]))


def _building(m: Model, sites: list[str], y: int) -> Any:
    """New and rebuilt capacity at sites in a year."""
    s, chosen = m.sets, set(sites)
    new = sum(m.new_capacity[i, k, t] for i, k, t in s.NEW_BUILD_YEARS if t == y and i in chosen)
    rebuilt = sum(
        m.retrofitted_capacity[i, j, k, t]
        for i, j, k, t in s.SITE_ARC_YEARS
        if t == y and i in chosen and m.data.arcs[j, k].kind == "rebuild"
    )
    return new + rebuilt


def _building_years(m: Model) -> list[tuple[str, int]]:
    s, arcs = m.sets, m.data.arcs
    region = {i: site.region for i, site in m.data.fleet.sites.items()}
    found = {(region[i], y) for i, _, y in s.NEW_BUILD_YEARS}
    found |= {(region[i], y) for i, j, k, y in s.SITE_ARC_YEARS if arcs[j, k].kind == "rebuild"}
    return sorted(found)


@equation(
    "region", "year",
    over=_building_years,
    basis="event",
    unit="CNY per t/a",
    dual="what building one more t/a in the region in this period would save, once",
)  # fmt: skip
def regional_build_rate(m: Model, r: str, y: int) -> Any:
    r"""A region can build and rebuild only so much a year.

    .. math:: \sum_{i \in r} \Big( \sum_k new_{i,k,y} + \sum_{(j,k) \in rebuild} retrofitted_{i,j,k,y} \Big)
       \le (y - y^-) \, rate^{region} \quad \forall r,y \leftrightarrow \beta_{r,y} \le 0
    """
    rate = m.data.parameters["regional_build_rate_mt_per_a"]
    return at_most(_building(m, m.sets.sites_in[r], y), m.data.calendar.elapsed[y] * rate)


@equation(
    "year",
    over=lambda m: sorted({y for _, y in _building_years(m)}),
    basis="event",
    unit="CNY per t/a",
    dual="what building one more t/a anywhere in this period would save, once",
)  # fmt: skip
def national_build_rate(m: Model, y: int) -> Any:
    r"""The nation's builders can build and rebuild only so much a year.

    .. math:: \sum_i \Big( \sum_k new_{i,k,y} + \sum_{(j,k) \in rebuild} retrofitted_{i,j,k,y} \Big)
       \le (y - y^-) \, rate^{nation} \quad \forall y \leftrightarrow \bar\beta_y \le 0
    """
    rate = m.data.parameters["national_build_rate_mt_per_a"]
    return at_most(_building(m, m.sets.SITES, y), m.data.calendar.elapsed[y] * rate)


@equation(
    "site", "year",
    over=lambda m: sorted({(i, y) for i, _, y in m.sets.SPREAD_YEARS}),
    basis="annual",
    unit="1",
    dual="multiple of the central retrofit rent that the site's marginal plant pays",
)  # fmt: skip
def retrofit_rent_balance(m: Model, i: str, y: int) -> Any:
    r"""The rent of a site's retrofitted states is carried by cost steps that stand for its plants.

    .. math:: \sum_{s} rent_{i,s,y} \ge \sum_k rent_k \, capacity_{i,k,y}
       \quad \forall i,y \leftrightarrow \mu_{i,y} \ge 0
    """
    cells = m.data.cells
    due = sum(cells[k].rent * m.capacity[i, k, y] for k in m.sets.cells_at[i, y] if cells[k].rent > 0)
    return at_least(sum(m.retrofit_rent[i, step, y] for step, _, _ in m.data.capex_spread), due)


def _spread_steps(m: Model) -> list[tuple[str, str, int]]:
    """All steps but the dearest, which takes what is left."""
    if not m.data.capex_spread:
        return []
    last = m.data.capex_spread[-1][0]
    return [(i, step, y) for i, step, y in m.sets.SPREAD_YEARS if step != last]


@equation(
    "site", "step", "year",
    over=_spread_steps,
    basis="annual",
    unit="1",
    dual="what one more CNY of rent at this step's cost would save",
)  # fmt: skip
def retrofit_rent_step(m: Model, i: str, step: str, y: int) -> Any:
    r"""Each cost step holds its share of the site: of its first fleet at the dearest rent within reach.

    .. math:: rent_{i,s,y} \le share_s \, \max_k rent_k \sum_k \Big( start_{i,k} + \sum_{y' \le y}
       (arriving_{i,k,y'} - departing_{i,k,y'}) \Big) \quad \forall i,s,y \leftrightarrow \sigma_{i,s,y} \le 0
    """
    data = m.data
    share = next(part for name, part, _ in data.capex_spread if name == step)
    return at_most(m.retrofit_rent[i, step, y], share * site_rent_base(m, i, y))


def site_rent_base(m: Model, i: str, y: int) -> float:
    """Dearest rent within reach of a site times the capacity that stands by decision, M CNY a year."""
    fleet, cells = m.data.fleet, m.data.cells
    standing = sum(value for (a, _), value in fleet.start.items() if a == i)
    standing += sum(value for (a, _, t), value in fleet.arriving.items() if a == i and t <= y)
    standing -= sum(value for (a, _, t), value in fleet.departing.items() if a == i and t <= y)
    return float(standing * max(cells[k].rent for k in m.sets.cells_at[i, y]))
