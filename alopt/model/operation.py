r"""Operation: pots that run in each season, restarts, and output by slice."""

from __future__ import annotations

from typing import Any

from alopt.model.equations import Model, add, at_least, at_most, equation


def build_operation(m: Model) -> None:
    """Add the equations of operation."""
    add(m, running_limit, season_restart, year_reopening, season_output, slice_output_high, slice_output_low)


def running_at(m: Model, i: str, y: int, q: str) -> Any:
    """Capacity that runs at a site in a season."""
    return sum(m.running[i, k, y, q] for k in m.sets.cells_at.get((i, y), ()))


@equation(
    "site", "cell", "year", "season",
    over=lambda m: m.sets.SITE_CELL_SEASONS,
    basis="annual",
    unit="CNY/t·a",
    dual="margin of one t/a of running capacity in the season, over a year",
)  # fmt: skip
def running_limit(m: Model, i: str, k: str, y: int, q: str) -> Any:
    r"""Pots that run are pots that stand and are available.

    .. math:: running_{i,k,y,q} \le availability \cdot capacity_{i,k,y}
       \quad \forall i,k,y,q \leftrightarrow \phi_{i,k,y,q} \le 0
    """
    return at_most(m.running[i, k, y, q], m.data.parameters["availability"] * m.capacity[i, k, y])


@equation(
    "site", "year", "season",
    over=lambda m: m.sets.RESTARTING,
    basis="annual",
    unit="CNY per t/a",
    dual="cost of the last t/a restarted for the season",
)  # fmt: skip
def season_restart(m: Model, i: str, y: int, q: str) -> Any:
    r"""Pots that run in a season but not in the one before are restarted, year after year.

    .. math:: restarted_{i,y,q} \ge \sum_k running_{i,k,y,q} - \sum_k running_{i,k,y,q^-}
       \quad \forall i,y,q \leftrightarrow \theta_{i,y,q} \ge 0

    The season before the first is the last. Restarts count by site: a relined or rebuilt pot
    that changes its state is not started twice.
    """
    seasons = m.data.power.seasons_of[i]
    before = seasons[seasons.index(q) - 1]
    return at_least(m.restarted[i, y, q], running_at(m, i, y, q) - running_at(m, i, y, before))


@equation(
    "site", "year", "season",
    over=lambda m: m.sets.SITE_SEASONS,
    basis="event",
    unit="CNY per t/a",
    dual="cost of the last idle t/a brought back",
)  # fmt: skip
def year_reopening(m: Model, i: str, y: int, q: str) -> Any:
    r"""Idle pots that come back in a model year are restarted once; new ones are not.

    .. math:: reopened_{i,y} \ge \sum_k running_{i,k,y,q} - \sum_k running_{i,k,y^-,q}
       - availability \sum_k \Big( new_{i,k,y} + arriving_{i,k,y}
       + \sum_j (gain_{j,k} - 1) \, retrofitted_{i,j,k,y} \Big)
       \quad \forall i,y,q \leftrightarrow \omega_{i,y,q} \ge 0

    In the base year every pot of the fleet counts as running.
    """
    data, s = m.data, m.sets
    availability, before = data.parameters["availability"], data.calendar.previous[y]
    if before == data.calendar.base_year:
        ran: Any = availability * sum(v for (a, _), v in data.fleet.start.items() if a == i)
    else:
        ran = running_at(m, i, before, q)
    added: Any = sum(m.new_capacity[i, k, y] for k in s.cells_at[i, y] if (i, k, y) in s.built)
    added += sum(v for (a, _, t), v in data.fleet.arriving.items() if (a, t) == (i, y))
    added += sum(
        (data.arcs[j, k].gain - 1.0) * m.retrofitted_capacity[i, j, k, y]
        for k in s.cells_at[i, y]
        for j in s.steps_into.get((i, k, y), ())
        if data.arcs[j, k].gain != 1.0
    )
    return at_least(m.reopened[i, y], running_at(m, i, y, q) - ran - availability * added)


@equation(
    "site", "cell", "year", "season",
    over=lambda m: m.sets.SWINGING,
    basis="annual",
    unit="CNY/t",
    dual="what one more t from the season's pots would save",
)  # fmt: skip
def season_output(m: Model, i: str, k: str, y: int, q: str) -> Any:
    r"""Over a season, output is at most what the running pots make at their rated current.

    .. math:: \sum_{h \in q} production_{i,k,y,h} \le w_q \, running_{i,k,y,q}
       \quad \forall i,k,y,q: |q| > 1 \leftrightarrow \pi_{i,k,y,q} \le 0

    Where a season has one slice, output equals :math:`w_q \, running` and there is no row.
    """
    calendar = m.data.calendar
    made = sum(m.production[i, k, y, h] for h in calendar.slices_in[q])
    return at_most(made, calendar.season_share[q] * m.running[i, k, y, q])


def _rated(m: Model, i: str, k: str, y: int, h: str) -> Any:
    """Output of a slice at rated current."""
    return m.data.calendar.share[h] * m.running[i, k, y, m.sets.season_of[h]]


@equation(
    "site", "cell", "year", "slice",
    over=lambda m: m.sets.SWING_SLICES,
    basis="annual",
    unit="CNY/t",
    dual="what one more t of upward swing would save",
)  # fmt: skip
def slice_output_high(m: Model, i: str, k: str, y: int, h: str) -> Any:
    r"""In a slice a cell can be pushed above its rated current by its swing, and no further.

    .. math:: production_{i,k,y,h} \le (1 + \delta_k) \, w_h \, running_{i,k,y,q(h)}
       \quad \forall i,k,y,h \leftrightarrow \psi^{+}_{i,k,y,h} \le 0

    The swing :math:`\delta` is nil where the season has one slice.
    """
    return at_most(m.production[i, k, y, h], (1.0 + m.data.cells[k].swing) * _rated(m, i, k, y, h))


@equation(
    "site", "cell", "year", "slice",
    over=lambda m: m.sets.SWING_SLICES,
    basis="annual",
    unit="CNY/t",
    dual="what one t of downward swing costs",
)  # fmt: skip
def slice_output_low(m: Model, i: str, k: str, y: int, h: str) -> Any:
    r"""In a slice a running cell cannot be cooled below its rated current less its swing.

    .. math:: production_{i,k,y,h} \ge (1 - \delta_k) \, w_h \, running_{i,k,y,q(h)}
       \quad \forall i,k,y,h \leftrightarrow \psi^{-}_{i,k,y,h} \ge 0
    """
    return at_least(m.production[i, k, y, h], (1.0 - m.data.cells[k].swing) * _rated(m, i, k, y, h))
