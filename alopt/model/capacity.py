r"""Capacity: what stands, what is built, retired, retrofitted, and how fast that can go."""

from __future__ import annotations

from typing import Any

from alopt.model.equations import Model, add, at_most, equal, equation


def build_capacity(m: Model) -> None:
    """Add the equations of capacity."""
    add(m, capacity_balance, relining_limit, closure_date, regional_build_rate, national_build_rate)
    add(m, retrofit_spread, spread_step)


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
    limit="parameters.cell_life_a",
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
    dual="what keeping one more t/a of these lines open would save in a year",
    limit="closures.year",
)  # fmt: skip
def closure_date(m: Model, i: str, k: str, y: int) -> Any:
    r"""Lines that a decree closes are gone by its date, relined or not; only a rebuild replaces them.

    .. math:: \sum_{l \in family(k)} capacity_{i,l,y} \le \sum_{l \in family(k)} \Big( start_{i,l}
       + \sum_{y' \le y} \big( arriving_{i,l,y'} - departing_{i,l,y'} + \sum_{j: (j,l) \in entry(k)}
       gain_{j,l} \, retrofitted_{i,j,l,y'} \big) - closed_{i,l,y} \Big)
       \quad \forall (i,k,y) \in CLOSURES \leftrightarrow \xi_{i,k,y} \le 0

    The family of a state is what relining can make of it. Rebuilds enter it, and relining of states
    outside it. ``closed`` is what decrees close, net of decided departures: by the table of closures,
    or by the policy early_retirement where that takes more.
    """
    data, s = m.data, m.sets
    family = s.family[k]
    standing = sum(m.capacity[i, cell, y] for cell in s.cells_at[i, y] if cell in family)
    left: Any = sum(v for (a, cell), v in data.fleet.start.items() if a == i and cell in family)
    left += sum(v for (a, cell, t), v in data.fleet.arriving.items() if a == i and cell in family and t <= y)
    left -= sum(v for (a, cell, t), v in data.fleet.departing.items() if a == i and cell in family and t <= y)
    left += sum(
        data.arcs[j, cell].gain * m.retrofitted_capacity[i, j, cell, t]
        for (a, j, cell, t) in s.SITE_ARC_YEARS
        if a == i and cell in family and t <= y and (j not in family or data.arcs[j, cell].kind == "rebuild")
    )
    closed = sum(s.closed.get((i, cell, y), 0.0) for cell in family)
    return at_most(standing, left - closed)


def _building(m: Model, sites: list[str], y: int) -> Any:
    """New and rebuilt capacity at sites in a year."""
    s, chosen = m.sets, set(sites)
    new = sum(m.new_capacity[i, k, t] for i, k, t in s.NEW_BUILD_YEARS if t == y and i in chosen)
    rebuilt = sum(
        m.data.arcs[j, k].gain * m.retrofitted_capacity[i, j, k, t]
        for i, j, k, t in s.REBUILDS
        if t == y and i in chosen
    )
    return new + rebuilt


def build_rate(m: Model, area: str, y: int) -> float:
    """Mt/a that may be built a year in a region or the `nation`: a policy's limit, or the parameter."""
    speed = m.data.policies.get("build_speed")
    limit = None if speed is None else speed.limit(area, y)
    if limit is not None:
        return float(limit)
    scale = "national" if area == "nation" else "regional"
    return float(m.data.parameters[f"{scale}_build_rate_mt_per_a"])


def _building_years(m: Model) -> list[tuple[str, int]]:
    s = m.sets
    region = {i: site.region for i, site in m.data.fleet.sites.items()}
    found = {(region[i], y) for i, _, y in s.NEW_BUILD_YEARS} | {(region[i], y) for i, _, _, y in s.REBUILDS}
    return sorted(found)


@equation(
    "region", "year",
    over=_building_years,
    basis="event",
    unit="CNY per t/a",
    dual="what building one more t/a in the region in this period would save, once",
    limit="parameters.regional_build_rate_mt_per_a",
)  # fmt: skip
def regional_build_rate(m: Model, r: str, y: int) -> Any:
    r"""A region can build and rebuild only so much a year.

    .. math:: \sum_{i \in r} \Big( \sum_k new_{i,k,y}
       + \sum_{(j,k) \in rebuild} gain_{j,k} \, retrofitted_{i,j,k,y} \Big)
       \le (y - y^-) \, rate_{r,y} \quad \forall r,y \leftrightarrow \beta_{r,y} \le 0

    The rate is the parameter's unless the policy build_speed sets another.
    """
    return at_most(_building(m, m.sets.sites_in[r], y), m.data.calendar.elapsed[y] * build_rate(m, r, y))


@equation(
    "year",
    over=lambda m: sorted({y for _, y in _building_years(m)}),
    basis="event",
    unit="CNY per t/a",
    dual="what building one more t/a anywhere in this period would save, once",
    limit="parameters.national_build_rate_mt_per_a",
)  # fmt: skip
def national_build_rate(m: Model, y: int) -> Any:
    r"""The nation's builders can build and rebuild only so much a year.

    .. math:: \sum_i \Big( \sum_k new_{i,k,y}
       + \sum_{(j,k) \in rebuild} gain_{j,k} \, retrofitted_{i,j,k,y} \Big)
       \le (y - y^-) \, rate_y \quad \forall y \leftrightarrow \bar\beta_y \le 0

    The rate is the parameter's unless the policy build_speed sets another.
    """
    rate = build_rate(m, "nation", y)
    return at_most(_building(m, m.sets.SITES, y), m.data.calendar.elapsed[y] * rate)


@equation(
    "site", "cell", "year",
    over=lambda m: sorted({(i, k, y) for i, k, _, y in m.sets.SPREAD}),
    basis="annual",
    unit="CNY/t·a",
    dual="retrofit rent of the site's marginal plant with such a state",
)  # fmt: skip
def retrofit_spread(m: Model, i: str, k: str, y: int) -> Any:
    r"""Capacity in states that pay a rent is spread over plants for which it costs less or more.

    .. math:: \sum_s plants_{i,k,s,y} = \sum_{l: rent_l = rent_k} capacity_{i,l,y}
       \quad \forall i,k,y \leftrightarrow \mu_{i,k,y}

    One state k stands for all states of the site with the same rent.
    """
    s = m.sets
    alike = sum(m.capacity[i, cell, y] for cell in s.cells_at[i, y] if s.rent_level[cell] == s.rent_level[k])
    return equal(sum(m.retrofitted_plants[i, k, step, y] for step, _, _ in m.data.capex_spread), alike)


def _spread_steps(m: Model) -> list[tuple[str, str, int]]:
    """All steps but the dearest, which takes what is left."""
    if not m.data.capex_spread:
        return []
    last = m.data.capex_spread[-1][0]
    return sorted({(i, step, y) for i, _, step, y in m.sets.SPREAD if step != last})


@equation(
    "site", "step", "year",
    over=_spread_steps,
    basis="annual",
    unit="CNY/t·a",
    dual="what one more t/a of plants at this step's cost would save",
)  # fmt: skip
def spread_step(m: Model, i: str, step: str, y: int) -> Any:
    r"""Each cost step holds its share of the site's plants: of the capacity that stands by decision.

    .. math:: \sum_k plants_{i,k,s,y} \le share_s \sum_k \Big( start_{i,k} + \sum_{y' \le y}
       (arriving_{i,k,y'} - departing_{i,k,y'}) \Big) \quad \forall i,s,y \leftrightarrow \sigma_{i,s,y} \le 0
    """
    fleet = m.data.fleet
    share = next(part for name, part, _ in m.data.capex_spread if name == step)
    standing = sum(value for (a, _), value in fleet.start.items() if a == i)
    standing += sum(value for (a, _, t), value in fleet.arriving.items() if a == i and t <= y)
    standing -= sum(value for (a, _, t), value in fleet.departing.items() if a == i and t <= y)
    plants = sum(m.retrofitted_plants[i, k, step, y] for k in m.sets.spread_states[i, y])
    return at_most(plants, share * standing)
