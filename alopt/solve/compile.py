"""From a Pyomo model to matrices, once; names of rows and columns kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyomo.core.base.constraint import ConstraintData
from pyomo.core.base.var import VarData
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

Array = NDArray[np.float64]


@dataclass
class Program:
    """A linear program in matrices: minimise c·x + offset, row_lower ≤ A·x ≤ row_upper, bounds on x.

    ``columns`` and ``rows`` are (component, index) in order; ``senses`` hold -1 for ≥, 0 for =
    and 1 for ≤; ``matrix`` is a scipy CSC array of shape (rows, columns).
    """

    name: str
    cost: Array
    offset: float
    matrix: Any
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
        With one linear objective to be minimised.

    Returns
    -------
    Program
    """
    form = LinearStandardFormCompiler().write(model, mixed_form=True)
    variables: list[VarData] = form.columns
    lower = np.array([-np.inf if v.lb is None else v.lb for v in variables])
    upper = np.array([np.inf if v.ub is None else v.ub for v in variables])
    senses = np.array([bound for _, bound in form.rows], dtype=np.int8)
    rhs = np.asarray(form.rhs, dtype=float)
    return Program(
        name=model.name,
        cost=np.asarray(form.c.todense(), dtype=float).ravel(),
        offset=float(form.c_offset[0]),
        matrix=form.A,
        row_lower=np.where(senses <= 0, rhs, -np.inf),
        row_upper=np.where(senses >= 0, rhs, np.inf),
        column_lower=lower,
        column_upper=upper,
        columns=[_identity(v) for v in variables],
        rows=[_identity(constraint) for constraint, _ in form.rows],
        senses=senses,
    )


def _identity(component: ConstraintData | VarData) -> tuple[str, Any]:
    return component.parent_component().local_name, component.index()
