"""The project pricing problem: one site alone, with every shared row priced at its dual.

The columns of a site are kept with the rows that hold no other column; each shared row enters
the cost at its dual. By linear programming duality the site's optimum at those prices is its
part of the whole optimum, so what forcing a project adds there is what it adds to the whole:
the slope of the total cost, as long as the shared prices are those on that side of a kink.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from alopt.errors import InfeasibleError
from alopt.solve.compile import Array, Integers
from alopt.solve.highs import Solver
from alopt.solve.solution import Solution

#: A variable and its index.
Column = tuple[str, Any]

#: Capacity by which a project is forced in or out, Mt/a.
STEP = 1e-4


@dataclass(frozen=True)
class Priced:
    """What forcing one column adds.

    Attributes
    ----------
    slope : float
        Present value of the cost per unit of the column, M CNY per Mt/a.
    terms : float
        Sum of the absolute terms that make it up, in the same unit.
    change : mapping of (variable, index) to float
        Change of every other column of the site per unit.
    """

    slope: float
    terms: float
    change: Mapping[tuple[str, Any], float]


class SitePrices:
    """Pricing problems of the sites of one optimum.

    Parameters
    ----------
    solution : Solution
        Its duals are the prices.
    duals : array, optional
        Duals of the rows instead, as those of a solve on the other side of a kink.
    """

    def __init__(self, solution: Solution, duals: Array | None = None) -> None:
        self.solution = solution
        self.program = solution.program
        self.duals = solution.optimum.duals if duals is None else duals
        self._site_of_column = _sites(solution)
        self._own_site = self._sites_of_rows()

    def _sites_of_rows(self) -> Integers:
        """Number of the site to which each row belongs whole; -1 where it is shared."""
        sites = self._site_of_column[self.program.places]
        row_of_entry = np.repeat(np.arange(len(self.program.rows)), np.diff(self.program.starts))
        low = np.full(len(self.program.rows), np.iinfo(np.int32).max, dtype=np.int32)
        high = np.full(len(self.program.rows), -2, dtype=np.int32)
        np.minimum.at(low, row_of_entry, sites)
        np.maximum.at(high, row_of_entry, sites)
        return np.where((low == high) & (low >= 0), low, -1).astype(np.int32)

    def site(self, key: str) -> SiteProblem:
        """Return the pricing problem of a site."""
        place = list(self.solution.data.fleet.sites).index(key)
        columns = np.flatnonzero(self._site_of_column == place).astype(np.int32)
        rows = np.flatnonzero(self._own_site == place).astype(np.int32)
        return SiteProblem(self, columns, rows)


def _sites(solution: Solution) -> Integers:
    """Number of the site of each column; -1 for columns of no site."""
    number = {key: place for place, key in enumerate(solution.data.fleet.sites)}
    first = {name: names and names[0] == "site" for name, names in solution.index_names.items()}
    return np.array(
        [
            number[index[0]] if first.get(name) and isinstance(index, tuple) else -1
            for name, index in solution.program.columns
        ],
        dtype=np.int32,
    )


class SiteProblem:
    """One site's pricing problem, solved again and again from the last basis."""

    def __init__(self, prices: SitePrices, columns: Integers, rows: Integers) -> None:
        whole = prices.program
        self.columns = columns
        self.names = [whole.columns[c] for c in columns]
        self.place = {name: n for n, name in enumerate(self.names)}
        self.cost, self.spread = _priced_costs(prices, columns, rows)
        self.program = whole.part(rows, columns, self.cost)
        self.solver = Solver(self.program, quick=True)
        self.base = self.solver.solve()
        self.values = prices.solution.optimum.values[columns]
        self._whole = whole
        self._shared = prices.duals.copy()
        self._shared[rows] = 0.0
        self._rise: Mapping[Column, float] = {}

    def forced(self, variable: str, index: Any, *, out: bool = False, step: float = STEP) -> Priced | None:  # noqa: ANN401
        """Force a column above its value in the optimum, or below it.

        Returns
        -------
        Priced or None
            None where the site's own rows leave no room for it.
        """
        column = self.place[variable, index]
        value = float(self.values[column])
        if out:
            bounds = (0.0, max(0.0, value - step))
            step = min(step, value)
        else:
            bounds = (value + step, np.inf)
        try:
            with self.solver.bounds(column, *bounds):
                found = self.solver.solve()
            with self.solver.bounds(column, value, value):  # in the same basis: no tie moves between
                here = self.solver.solve()
        except InfeasibleError:
            return None
        change = (found.values - here.values) / step
        moved = np.flatnonzero(np.abs(change) > 1e-7)
        return Priced(
            slope=(found.objective - self.base.objective) / step,
            terms=float(np.sum(self.spread[moved] * np.abs(change[moved]))),
            change={self.names[n]: float(change[n]) for n in moved},
        )

    def between(
        self,
        variable: str,
        index: Any,  # noqa: ANN401
        *,
        out: bool = False,
        step: float = STEP,
    ) -> Priced | None:
        """Price a step from the optimum's value to just above it (or below it), both ends held.

        At the prices of that side of a kink the column would move by itself; only what lies
        between its two values is the option's own.
        """
        column = self.place[variable, index]
        value = float(self.values[column])
        step = min(step, value) if out else step
        end = value - step if out else value + step
        try:
            with self.solver.bounds(column, value, value):
                here = self.solver.solve()
            with self.solver.bounds(column, end, end):
                there = self.solver.solve()
        except InfeasibleError:
            return None
        change = (there.values - here.values) / step
        return Priced(
            slope=(there.objective - here.objective) / step,
            terms=float(np.sum(self.spread * np.abs(change))),
            change={self.names[n]: float(change[n]) for n in np.flatnonzero(np.abs(change) > 1e-7)},
        )

    def alone(self, variable: str, index: Any, *, step: float = STEP) -> Priced | None:  # noqa: ANN401
        """Price a step with every other column of its variable barred: nothing else makes way for it.

        Returns
        -------
        Priced or None
            None where the site's own rows leave no room for it.
        """
        chosen = self.place[variable, index]
        barred = [n for n, (name, _) in enumerate(self.names) if name == variable and n != chosen]
        upper = self.program.column_upper
        try:
            for n in barred:
                self.solver.set_bounds(n, 0.0, 0.0)
            with self.solver.bounds(chosen, 0.0, 0.0):
                here = self.solver.solve()
            with self.solver.bounds(chosen, step, step):
                there = self.solver.solve()
        except InfeasibleError:
            return None
        finally:
            for n in barred:
                self.solver.set_bounds(n, float(self.program.column_lower[n]), float(upper[n]))
        change = (there.values - here.values) / step
        return Priced(
            slope=(there.objective - here.objective) / step,
            terms=float(np.sum(self.spread * np.abs(change))),
            change={self.names[n]: float(change[n]) for n in np.flatnonzero(np.abs(change) > 1e-7)},
        )

    def rise(self, variable: str, index: Any) -> float:  # noqa: ANN401
        """Rise of a column's cost that :meth:`dearer` has in force, M CNY per unit."""
        return self._rise.get((variable, index), 0.0)

    @contextmanager
    def dearer(self, rise: Mapping[Column, float]) -> Iterator[None]:
        """Raise the costs of columns for a while, M CNY per unit."""
        places = [self.place[name] for name in rise]
        old = [float(self.cost[n]) for n in places]
        kept = self._rise
        try:
            self._rise = {**kept, **{name: kept.get(name, 0.0) + more for name, more in rise.items()}}
            self.solver.set_costs(places, [c + m for c, m in zip(old, rise.values(), strict=True)])
            yield
        finally:
            self._rise = kept
            self.solver.set_costs(places, old)

    def parts(self, change: Mapping[tuple[str, Any], float]) -> tuple[dict[Column, float], dict[str, float]]:
        """Split what a change of the site's columns adds.

        Parameters
        ----------
        change : mapping of (variable, index) to float
            As in :attr:`Priced.change`.

        Returns
        -------
        own : dict of (variable, index) to float
            Each column's own cost, M CNY per unit of what was forced.
        shared : dict of str to float
            What the change takes from shared rows at their duals, by constraint. Both together add
            up to the slope.
        """
        moved = np.zeros(len(self._whole.cost))
        own = {}
        for name, amount in change.items():
            column = self.columns[self.place[name]]
            moved[column] = amount
            own[name] = (float(self._whole.cost[column]) + self._rise.get(name, 0.0)) * amount
        activity = self._whole.activity(moved)
        shared: dict[str, float] = {}
        for r in np.flatnonzero((activity != 0.0) & (self._shared != 0.0)):
            constraint = self._whole.rows[r][0]
            shared[constraint] = shared.get(constraint, 0.0) - float(self._shared[r] * activity[r])
        return own, shared


def _priced_costs(prices: SitePrices, columns: Integers, rows: Integers) -> tuple[Array, Array]:
    """Costs less shared rows at their duals, and the sum of the absolute terms of each."""
    program = prices.program
    shared = prices.duals.copy()
    shared[rows] = 0.0
    total = program.column_activity(shared)
    absolute = replace(program, entries=np.abs(program.entries)).column_activity(np.abs(shared))
    return (program.cost - total)[columns], (np.abs(program.cost) + absolute)[columns]


def finite_difference(
    solution: Solution,
    variable: str,
    index: Any,  # noqa: ANN401
    *,
    out: bool = False,
    step: float = STEP,
) -> tuple[float, Array] | None:
    """Slope of the whole model's cost when a column is forced, and the duals on that side.

    Returns
    -------
    (slope, duals) or None
        M CNY per unit; None where no plan has room for it.

    Notes
    -----
    Summed over the columns that move: the whole objective is a thousand million times what a step
    of :data:`STEP` changes, so that a difference of two objectives would be their rounding.
    """
    column = solution.column_places[variable][index]
    value = float(solution.optimum.values[column])
    bounds = (0.0, max(0.0, value - step)) if out else (value + step, np.inf)
    step = min(step, value) if out else step
    try:
        with solution.solver.bounds(column, *bounds):
            found = solution.solver.solve()
    except InfeasibleError:
        return None
    moved = solution.program.cost * (found.values - solution.optimum.values)
    return math.fsum(moved) / step, found.duals
