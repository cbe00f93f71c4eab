"""The smallest change that makes a program feasible: right-hand sides that may move, at a price.

A lever moves right-hand sides together: by so much per unit in each of its rows. The elastic
program keeps every row and column, costs nothing but the levers, and holds a lever at zero
unless it may move; each question is a re-solve from the last basis (the elastic programming of
G. Brown and G. Graves, in J. Chinneck, Feasibility and Infeasibility in Optimization, 2008, ch. 6).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from alopt.errors import InfeasibleError
from alopt.solve.compile import Array, Program
from alopt.solve.highs import Optimum, Solver

#: Changes this small, in the lever's own unit, are rounding of the solver's tolerance.
NOISE = 1e-8

Lever = Mapping[int, float]


@dataclass(frozen=True)
class Change:
    """The least change of some levers, and why it takes as much.

    Attributes
    ----------
    amounts : mapping of int to float
        Change of each lever that moves, in its unit.
    weights : mapping of int to float
        Weight of each row in a sum that proves that less will not do: what a unit of its
        right-hand side is worth in units of what is least, above zero on the row's lower side.
    bounds : mapping of int to float
        The same for the bounds of columns other than nil.
    held : tuple of int
        Columns of which a bound, nil or not, is part of the proof.
    """

    amounts: Mapping[int, float]
    weights: Mapping[int, float]
    bounds: Mapping[int, float]
    held: tuple[int, ...]


class Elastic:
    """A program whose right-hand sides can be moved by levers.

    Parameters
    ----------
    program : Program
        That no point meets.
    levers : sequence of mapping of int to float
        Of each lever: row → change of its right-hand side per unit.
    most : sequence of float
        How far each lever can move at most.
    time_limit : float
        Seconds for all questions together.
    """

    def __init__(
        self, program: Program, levers: Sequence[Lever], most: Sequence[float], time_limit: float = 60.0
    ) -> None:
        self._first = len(program.cost)
        self._most = list(most)
        self._program = _with_levers(program, levers)
        options: dict[str, float | str] = {"solver": "simplex", "presolve": "off", "time_limit": time_limit}
        self._solver = Solver(self._program, options)
        self._open: dict[int, tuple[float, float]] = {}

    def least(self, allowed: Mapping[int, float], free: Mapping[int, float] | None = None) -> Change | None:
        """Return the least change of some levers that makes the program feasible.

        Parameters
        ----------
        allowed : mapping of int to float
            Levers that may move, with what a unit of each counts in the sum that is least.
        free : mapping of int to float, optional
            Levers that may move up to an amount without counting.

        Returns
        -------
        Change or None
            None where no change of these levers is enough.
        """
        free = free or {}
        wanted = {
            lever: (float(allowed.get(lever, 0.0)), min(free.get(lever, np.inf), self._most[lever]))
            for lever in {*allowed, *free}
        }
        for lever in sorted({*self._open, *wanted}):
            cost, most = wanted.get(lever, (0.0, 0.0))
            if self._open.get(lever, (0.0, 0.0)) != (cost, most):
                self._solver.set_bounds(self._first + lever, 0.0, most)
                self._solver.set_costs([self._first + lever], [cost])
        self._open = wanted
        try:
            optimum = self._solver.solve()
        except InfeasibleError:
            return None
        moved, count = optimum.values[self._first :], self._first
        return Change(
            {lever: float(x) for lever, x in enumerate(moved) if x > NOISE},
            _nonzero(optimum.duals),
            _nonzero(np.where(_bounded(self._program, optimum), optimum.reduced_costs, 0.0)[:count]),
            tuple(_nonzero(optimum.reduced_costs[:count])),
        )

    def holds_without(self, rows: Iterable[int]) -> bool:
        """Whether the program is feasible when some rows are dropped and no lever moves."""
        dropped = list(rows)
        for row in dropped:
            self._solver.set_row_bounds(row, -np.inf, np.inf)
        try:
            return self.least({}) is not None
        finally:
            for row in dropped:
                lower, upper = self._program.row_lower[row], self._program.row_upper[row]
                self._solver.set_row_bounds(row, float(lower), float(upper))


def _nonzero(values: Array) -> dict[int, float]:
    largest = float(np.abs(values).max(initial=0.0))
    return {int(place): float(values[place]) for place in np.flatnonzero(np.abs(values) > 1e-9 * largest)}


def _bounded(program: Program, optimum: Optimum) -> NDArray[np.bool_]:
    """Columns whose reduced cost prices a bound other than zero."""
    bound = np.where(optimum.reduced_costs > 0, program.column_lower, program.column_upper)
    counted: NDArray[np.bool_] = np.isfinite(bound) & (bound != 0)
    return counted


def _with_levers(program: Program, levers: Sequence[Lever]) -> Program:
    """Add one column per lever, free of cost and held at zero."""
    moved = sorted((row, lever, amount) for lever, rows in enumerate(levers) for row, amount in rows.items())
    rows = np.array([row for row, _, _ in moved], dtype=int)
    places = np.array([len(program.cost) + lever for _, lever, _ in moved], dtype=np.int32)
    entries = np.array([-amount for _, _, amount in moved], dtype=float)
    ends = program.starts[1:][rows]
    added = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(program.rows)))])
    nothing = np.zeros(len(levers))
    return replace(
        program,
        cost=np.concatenate([np.zeros(len(program.cost)), nothing]),
        offset=0.0,
        starts=(program.starts + added).astype(np.int32),
        places=np.insert(program.places, ends, places).astype(np.int32),
        entries=np.insert(program.entries, ends, entries),
        column_lower=np.concatenate([program.column_lower, nothing]),
        column_upper=np.concatenate([program.column_upper, nothing]),
        columns=[*program.columns, *(("lever", lever) for lever in range(len(levers)))],
    )


def bounds_as_rows(program: Program, columns: Sequence[int]) -> Program:
    """Write the bounds of some columns as rows, last in the program, so that levers can move them."""
    chosen = np.asarray(columns, dtype=int)
    lower, upper = program.column_lower.copy(), program.column_upper.copy()
    low, high = lower[chosen].copy(), upper[chosen].copy()
    lower[chosen], upper[chosen] = np.minimum(0.0, low), np.inf
    return replace(
        program,
        starts=np.concatenate([program.starts, program.starts[-1] + 1 + np.arange(len(chosen))]).astype(
            np.int32
        ),
        places=np.concatenate([program.places, chosen]).astype(np.int32),
        entries=np.concatenate([program.entries, np.ones(len(chosen))]),
        row_lower=np.concatenate([program.row_lower, low]),
        row_upper=np.concatenate([program.row_upper, high]),
        column_lower=lower,
        column_upper=upper,
        rows=[*program.rows, *((f"bound of {program.columns[c][0]}", program.columns[c][1]) for c in chosen)],
        senses=np.concatenate(
            [program.senses, np.where(low == high, 0, np.where(np.isinf(high), -1, 1))]
        ).astype(np.int8),
    )
