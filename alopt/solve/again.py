"""Solve a compiled model again and again, each time from the basis of the last optimum.

The program is compiled once. A change of costs, limits or bounds is a :class:`Program` with the
same matrix; only what differs is passed on to the solver, which starts from the last basis.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from alopt.errors import InfeasibleError, SolveError
from alopt.solve.compile import Array, Program, compile_program
from alopt.solve.highs import Solver
from alopt.solve.solution import Solution

if TYPE_CHECKING:
    from alopt.data.model_data import ModelData
    from alopt.solve.highs import Optimum


@dataclass
class Again:
    """A model that is solved again with other costs, limits or bounds.

    Parameters
    ----------
    model : ConcreteModel
        From :func:`alopt.build`.
    options : mapping of str to value, optional
        HiGHS options.

    Attributes
    ----------
    program : Program
        As compiled.
    seconds : list of float
        CPU time of each solve, the first one cold.
    """

    model: Any
    options: Mapping[str, Any] | None = None
    program: Program = field(init=False)
    seconds: list[float] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        """Compile the model."""
        self.data: ModelData = self.model.data
        self.index_names = dict(self.model.index_names)
        self.program = compile_program(self.model)
        self._solver = Solver(self.program, self.options)

    def solve(self, program: Program | None = None, data: ModelData | None = None) -> Solution:
        """Solve a program of the same matrix from the last basis.

        Parameters
        ----------
        program : Program, optional
            With other costs, limits or bounds; as compiled if not given.
        data : ModelData, optional
            That the program stands for, if it is not the model's own.

        Returns
        -------
        Solution

        Raises
        ------
        InfeasibleError
            If there is no plan; the next solve goes on all the same.
        SolveError
            If the matrix is another one, or the solver stops.
        """
        program = self.program if program is None else program
        _check_same(self._solver.program, program)
        start = time.process_time()
        _pass_on(self._solver, program)
        optimum = self._solver.solve()
        self.seconds.append(time.process_time() - start)
        return self._solution(program, optimum, self._solver, data, self.seconds[-1])

    def diagnosed(self, error: InfeasibleError) -> InfeasibleError:
        """Return the error of the last solve with what conflicts and what would mend it."""
        from alopt.results.diagnosis import diagnose  # noqa: PLC0415 - only where there is no plan

        return diagnose(self.model, self._solver, error)

    def solve_cold(self, program: Program, data: ModelData | None = None) -> Solution:
        """Solve a program from nothing, for comparison."""
        start = time.process_time()
        solver = Solver(program, self.options)
        optimum = solver.solve()
        return self._solution(program, optimum, solver, data, time.process_time() - start)

    def _solution(
        self, program: Program, optimum: Optimum, solver: Solver, data: ModelData | None, seconds: float
    ) -> Solution:
        found = self.data if data is None else data
        return Solution(found, program, optimum, solver, self.index_names, {"solve": seconds})


def _check_same(one: Program, two: Program) -> None:
    """Raise a SolveError where two programs differ in rows, columns or coefficients."""
    same = (
        one.columns == two.columns
        and one.rows == two.rows
        and np.array_equal(one.starts, two.starts)
        and np.array_equal(one.places, two.places)
        and np.array_equal(one.entries, two.entries)
        and np.array_equal(one.senses, two.senses)
    )
    if not same:
        raise SolveError("The change alters the matrix of the program; build and solve it anew.")


def _pass_on(solver: Solver, program: Program) -> None:
    """Tell the solver what differs from the program that it holds."""
    old = solver.program
    columns = np.flatnonzero(old.cost != program.cost)
    solver.set_costs(columns.tolist(), program.cost[columns].tolist())
    for column in np.flatnonzero(
        (old.column_lower != program.column_lower) | (old.column_upper != program.column_upper)
    ):
        solver.set_bounds(int(column), program.column_lower[column], program.column_upper[column])
    for row in np.flatnonzero((old.row_lower != program.row_lower) | (old.row_upper != program.row_upper)):
        solver.set_row_bounds(int(row), program.row_lower[row], program.row_upper[row])
    if old.offset != program.offset:
        solver.set_offset(program.offset)
    solver.program = program


def with_limit(program: Program, row: int, limit: float) -> Program:
    """Return the program with another limit on a row that is a ≤."""
    upper = program.row_upper.copy()
    upper[row] = limit
    return replace(program, row_upper=upper)


def row_weights(program: Program, row: int) -> Array:
    """Coefficients of a row by column, nil where the row does not hold the column."""
    weights = np.zeros(len(program.cost))
    span = slice(program.starts[row], program.starts[row + 1])
    weights[program.places[span]] = program.entries[span]
    return weights


def blended(base: Program, parts: Sequence[tuple[float, Program]]) -> Program:
    """Return a program moved from a base towards others, by shares of the way to each.

    Parameters
    ----------
    base : Program
    parts : sequence of (share, Program)
        Programs of the same matrix; costs, limits and bounds that depend on a quantity linearly
        come out as if compiled for ``base + Σ share × (other − base)``.

    Raises
    ------
    SolveError
        If a matrix differs.
    """
    for _, other in parts:
        _check_same(base, other)

    def moved(name: str) -> Array:
        start: Array = getattr(base, name)
        total = start.copy()
        for share, other in parts:
            end: Array = getattr(other, name)
            differ = start != end
            total[differ] += share * (end[differ] - start[differ])
        return total

    return replace(
        base,
        offset=base.offset + sum(share * (other.offset - base.offset) for share, other in parts),
        cost=moved("cost"),
        row_lower=moved("row_lower"),
        row_upper=moved("row_upper"),
        column_lower=moved("column_lower"),
        column_upper=moved("column_upper"),
    )
