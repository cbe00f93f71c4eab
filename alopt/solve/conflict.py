"""Which rows cannot hold together: an irreducible conflict and the weights that add it up to nonsense.

Farkas' lemma: a program is infeasible exactly if some weighted sum of its rows says that a sum
over the columns, which their bounds hold at or below zero, must be above zero. The rows with a
weight are a conflict. A ray of the dual simplex gives such weights at once; the rows it names are
few, and only among them HiGHS looks for a set of which every member is needed (J. Gleeson,
J. Ryan, Identifying minimally infeasible subsystems of inequalities, ORSA J. Computing 2, 1990).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from alopt.errors import InfeasibleError
from alopt.solve.compile import Array, Program
from alopt.solve.highs import Solver

#: Weights below this part of the largest are rounding.
_NOISE = 1e-9


@dataclass(frozen=True)
class Conflict:
    """Rows, and bounds of columns, that cannot hold together.

    Attributes
    ----------
    rows : tuple of int
        Rows of the program; each is needed for the conflict.
    columns : tuple of int
        Columns whose bounds are part of it.
    weights : mapping of int to float
        Weight of each row in the sum that cannot hold, above zero on its lower side, below on
        its upper; up to one factor there is only one. Empty where none was found.
    violation : float
        By how much the weighted sum fails: relaxing a row alone by violation / abs(weight) resolves
        this conflict. 0 where there are no weights.
    """

    rows: tuple[int, ...]
    columns: tuple[int, ...]
    weights: dict[int, float]
    violation: float


def restrict(program: Program, rows: Sequence[int]) -> tuple[Program, list[int]]:
    """Return the program of some rows alone, with no cost, and the places of its columns."""
    kept = np.asarray(rows, dtype=np.int32)
    held = np.zeros(len(program.rows), dtype=bool)
    held[kept] = True
    columns = np.unique(program.places[np.repeat(held, np.diff(program.starts))])
    part = program.part(kept, columns, np.zeros(len(columns)))
    return part, [int(c) for c in columns]


def find_conflict(solver: Solver) -> Conflict:
    """Find an irreducible conflict of a program that was just found infeasible.

    Parameters
    ----------
    solver : Solver
        Whose last solve raised InfeasibleError.

    Returns
    -------
    Conflict
        In places of the solver's program.
    """
    program = solver.program
    empty = _broken_alone(program)
    if empty is not None:
        return empty
    ray = solver.dual_ray()
    if ray is None:
        rows, columns = solver.irreducible_conflict()
    else:
        rows, columns = _reduced(program, _support(ray))
    weights, violation = _weights(program, rows)
    if weights:
        columns = _held(program, weights)
    return Conflict(tuple(rows), tuple(columns), weights, violation)


def conflicting_rows(solver: Solver) -> dict[int, float]:
    """Rows of a conflict, most of whose members are needed, with their weights where a ray has them."""
    empty, ray = _broken_alone(solver.program), solver.dual_ray()
    if empty is not None:
        return dict(empty.weights)
    if ray is None:
        return dict.fromkeys(solver.irreducible_conflict()[0], 0.0)
    return {row: float(ray[row]) for row in _support(ray)}


def _support(ray: Array) -> list[int]:
    return [int(r) for r in np.flatnonzero(np.abs(ray) > _NOISE * np.abs(ray).max())]


def _broken_alone(program: Program) -> Conflict | None:
    """Row without columns, as fixed variables leave it, that asks for what is not nil."""
    for row in np.flatnonzero(np.diff(program.starts) == 0):
        low, high = float(program.row_lower[row]), float(program.row_upper[row])
        if low > 0 or high < 0:
            weight, violation = (1.0, low) if low > 0 else (-1.0, -high)
            return Conflict((int(row),), (), {int(row): weight}, violation)
    return None


def _reduced(program: Program, rows: list[int]) -> tuple[list[int], list[int]]:
    """Of rows that conflict, a set of which each is needed, with the columns whose bounds are."""
    part, places = restrict(program, rows)
    found, columns = Solver(part).irreducible_conflict()
    if not found and not columns:
        return rows, []
    return [rows[r] for r in found], [places[c] for c in columns]


def _weights(program: Program, rows: list[int]) -> tuple[dict[int, float], float]:
    """Weights of the rows of a conflict, and by how much their sum fails."""
    if not rows:
        return {}, 0.0
    part, _ = restrict(program, rows)
    solver = Solver(part)
    try:
        solver.solve()
    except InfeasibleError:
        ray = solver.dual_ray()
    else:
        return {}, 0.0
    if ray is None:
        return {}, 0.0
    violation = _failing(part, ray)
    if violation < 0:
        ray, violation = -ray, _failing(part, -ray)
    if not violation > 0:
        return {}, 0.0
    return {rows[r]: float(ray[r]) for r in _support(ray)}, violation


def _failing(part: Program, weights: Array) -> float:
    """What the weighted rows ask of the columns less the most that their bounds allow."""
    sides = np.where(weights > 0, part.row_lower, part.row_upper)
    held = np.abs(weights) > _NOISE * np.abs(weights).max()
    pull = part.column_activity(np.where(held, weights, 0.0))
    pull[np.abs(pull) < _NOISE * max(1.0, float(np.abs(pull).max(initial=0.0)))] = 0.0
    most = np.where(pull > 0, part.column_upper, part.column_lower)
    asked = float(np.sum(weights[held] * sides[held]))
    allowed = float(np.sum(pull[pull != 0] * most[pull != 0]))
    return asked - allowed if np.isfinite(asked) and np.isfinite(allowed) else -np.inf


def _held(program: Program, weights: dict[int, float]) -> list[int]:
    """Columns whose bounds keep the weighted sum from being met."""
    full = np.zeros(len(program.rows))
    full[list(weights)] = list(weights.values())
    pull = program.column_activity(full)
    return [int(c) for c in np.flatnonzero(np.abs(pull) > _NOISE * max(1.0, float(np.abs(pull).max())))]
