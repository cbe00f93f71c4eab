"""From a Pyomo model to matrices, once; names of rows and columns kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyomo.common.gc_manager import PauseGC
from pyomo.core.base import Constraint, Objective, SortComponents, Var, minimize, value
from pyomo.repn.linear import LinearRepnVisitor

from alopt.errors import SolveError

Array = NDArray[np.float64]
Integers = NDArray[np.int32]


@dataclass
class Program:
    """A linear program in matrices: minimise c·x + offset, row_lower ≤ A·x ≤ row_upper, bounds on x.

    ``columns`` and ``rows`` are (component, index) in order; ``senses`` hold -1 for ≥, 0 for =
    and 1 for ≤ (a row with two different bounds counts as ≤). A is kept by rows: the entries of
    row r are ``entries[starts[r]:starts[r + 1]]`` in the columns ``places[...]``.
    """

    name: str
    cost: Array
    offset: float
    starts: Integers
    places: Integers
    entries: Array
    row_lower: Array
    row_upper: Array
    column_lower: Array
    column_upper: Array
    columns: list[tuple[str, Any]]
    rows: list[tuple[str, Any]]
    senses: NDArray[np.int8]

    @property
    def rhs(self) -> Array:
        """Right-hand side of each row (the finite one of its bounds)."""
        return np.where(self.senses < 0, self.row_lower, self.row_upper)

    def activity(self, x: Array) -> Array:
        """A·x, recomputed from the matrix."""
        return np.add.reduceat(np.append(self.entries * x[self.places], 0.0), self.starts[:-1])

    def column_activity(self, y: Array) -> Array:
        """Aᵀ·y, recomputed from the matrix."""
        per_entry = np.repeat(y, np.diff(self.starts)) * self.entries
        return np.bincount(self.places, weights=per_entry, minlength=len(self.cost)).astype(np.float64)

    def part(self, rows: Integers, columns: Integers, cost: Array) -> Program:
        """Return the program of some rows and columns alone.

        Parameters
        ----------
        rows, columns : array of int
            Places of what is kept, in the order of the part; the rows hold no other column.
        cost : array of float
            Of the columns kept; there is no offset.
        """
        place = np.full(len(self.cost), -1, dtype=np.int32)
        place[columns] = np.arange(len(columns), dtype=np.int32)
        counts = np.diff(self.starts)[rows]
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
        entries = np.repeat(self.starts[:-1][rows] - starts[:-1], counts) + np.arange(starts[-1])
        return replace(
            self,
            cost=cost,
            offset=0.0,
            starts=starts,
            places=place[self.places[entries]],
            entries=self.entries[entries],
            row_lower=self.row_lower[rows],
            row_upper=self.row_upper[rows],
            column_lower=self.column_lower[columns],
            column_upper=self.column_upper[columns],
            columns=[self.columns[c] for c in columns],
            rows=[self.rows[r] for r in rows],
            senses=self.senses[rows],
        )

    def row_names(self) -> list[str]:
        """Return names of rows as `constraint[index]`."""
        return [label(name, index) for name, index in self.rows]

    def column_names(self) -> list[str]:
        """Return names of columns as `variable[index]`."""
        return [label(name, index) for name, index in self.columns]


def label(name: str, index: Any) -> str:  # noqa: ANN401
    """Write a component and its index as text.

    >>> label("capacity", ("yunnan", "sy400", 2025))
    'capacity[yunnan,sy400,2025]'
    """
    if index is None:
        return name
    parts = index if isinstance(index, tuple) else (index,)
    return f"{name}[{','.join(str(part) for part in parts)}]"


def compile_program(model: Any) -> Program:  # noqa: ANN401
    """Compile a Pyomo model to matrices.

    Parameters
    ----------
    model : ConcreteModel
        With one active linear objective, to be minimised.

    Returns
    -------
    Program

    Raises
    ------
    SolveError
        If the model is not a linear program to be minimised.
    """
    with PauseGC():
        return _compile(model)


def _compile(model: Any) -> Program:  # noqa: ANN401
    variables = list(_members(model, Var))
    place = {id(variable): index for index, variable in enumerate(variables)}
    visitor = LinearRepnVisitor({})
    objectives = list(model.component_data_objects(Objective, active=True))
    if len(objectives) != 1 or objectives[0].sense != minimize:
        raise SolveError("The model must have one objective, to be minimised.")
    cost = np.zeros(len(variables))
    linear, offset = _linear(visitor, objectives[0].expr, objectives[0].name)
    for key, coefficient in linear.items():
        cost[place[key]] = coefficient
    starts, places, entries = [0], [], []  # type: ignore[var-annotated]
    lower, upper, rows = [], [], []
    for constraint in _members(model, Constraint):
        low, body, high = constraint.to_bounded_expression(True)
        linear, constant = _linear(visitor, body, constraint.name)
        places.extend(place[key] for key in linear)
        entries.extend(linear.values())
        starts.append(len(places))
        lower.append(-np.inf if low is None else low - constant)
        upper.append(np.inf if high is None else high - constant)
        rows.append(_identity(constraint))
    row_lower, row_upper = np.array(lower), np.array(upper)
    return Program(
        name=model.name,
        cost=cost,
        offset=float(offset),
        starts=np.array(starts, dtype=np.int32),
        places=np.array(places, dtype=np.int32),
        entries=np.array(entries, dtype=np.float64),
        row_lower=row_lower,
        row_upper=row_upper,
        column_lower=np.array([_bound(variable, "lb", -np.inf) for variable in variables]),
        column_upper=np.array([_bound(variable, "ub", np.inf) for variable in variables]),
        columns=[_identity(variable) for variable in variables],
        rows=rows,
        senses=np.where(row_lower == row_upper, 0, np.where(np.isinf(row_upper), -1, 1)).astype(np.int8),
    )


def _members(model: Any, kind: type) -> Iterator[Any]:  # noqa: ANN401
    """Members of active components in the order of declaration."""
    return iter(model.component_data_objects(kind, active=True, sort=SortComponents.unsorted))


def _linear(visitor: LinearRepnVisitor, expression: Any, name: str) -> tuple[dict[int, float], float]:  # noqa: ANN401
    """Coefficients by variable identity, and the constant."""
    form = visitor.walk_expression(expression)
    if form.nonlinear is not None:
        raise SolveError(f"{name} is not linear.")
    return {key: c * form.multiplier for key, c in form.linear.items() if c}, form.constant


def _bound(variable: Any, side: str, none: float) -> float:  # noqa: ANN401
    if variable.fixed:
        return float(value(variable))
    bound = getattr(variable, side)
    return none if bound is None else float(bound)


def _identity(component: Any) -> tuple[str, Any]:  # noqa: ANN401
    return component.parent_component().local_name, component.index()
