"""A solved model: values and duals as tidy frames."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from alopt.errors import InfeasibleError
from alopt.model.equations import EQUATIONS
from alopt.solve.compile import Program, compile_program
from alopt.solve.highs import Optimum, Solver

if TYPE_CHECKING:
    import pandas as pd

    from alopt.data.model_data import ModelData

#: Values this small are rounding of the solver's tolerances, not decisions.
NOISE = 1e-9


@dataclass
class Solution:
    """An optimum of a model, with the instance that found it.

    Attributes
    ----------
    data : ModelData
    program : Program
    optimum : Optimum
    solver : Solver
        Holds the last basis; use it to solve again with changed costs or right-hand sides.
    index_names : mapping of str to tuple of str
        Names of the index members of each variable and constraint.
    timing : dict of str to float
        Seconds spent on compile and solve.
    """

    data: ModelData
    program: Program
    optimum: Optimum
    solver: Solver
    index_names: Mapping[str, tuple[str, ...]]
    timing: dict[str, float] = field(default_factory=dict)
    _values: dict[str, dict[Any, float]] = field(default_factory=dict, repr=False)

    @property
    def objective(self) -> float:
        """Present value of all costs and transfers, M CNY."""
        return self.optimum.objective

    @cached_property
    def column_places(self) -> dict[str, dict[Any, int]]:
        """Place of each column by variable and index."""
        return _places(self.program.columns)

    @cached_property
    def row_places(self) -> dict[str, dict[Any, int]]:
        """Place of each row by constraint and index."""
        return _places(self.program.rows)

    def values(self, variable: str) -> dict[Any, float]:
        """Return values of a variable by index; rounding below 1e-9 is nil.

        An empty mapping where the model has no such variable.
        """
        if variable not in self._values:
            places = self.column_places.get(variable, {})
            x = self.optimum.values[list(places.values())] if places else np.zeros(0)
            self._values[variable] = dict(
                zip(places, np.where(np.abs(x) < NOISE, 0.0, x).tolist(), strict=True)
            )
        return self._values[variable]

    def duals(self, constraint: str) -> dict[Any, float]:
        """Duals of a constraint by index, not undiscounted."""
        prices = self.optimum.duals
        return {index: float(prices[place]) for index, place in self.row_places.get(constraint, {}).items()}

    def shadow_price(self, constraint: str, index: Any, year: int | None) -> float:  # noqa: ANN401
        """Dual in money of its year: divided by the weight of annual rows, the discount of events."""
        place = self.row_places[constraint][index]
        return float(self.optimum.duals[place]) / self.undiscount(constraint, year)

    def undiscount(self, constraint: str, year: int | None) -> float:
        """What a dual of this constraint is divided by to be in money of its year."""
        if year is None:
            return 1.0
        calendar = self.data.calendar
        known = EQUATIONS.get(constraint)
        annual = known is None or known.basis == "annual"
        return calendar.weight[year] if annual else calendar.discount[year]

    def frame(self, variable: str) -> pd.DataFrame:
        """Values of a variable as a table with one column per index member and ``value``."""
        import pandas as pd  # noqa: PLC0415 - heavy, and not needed to solve

        values = self.values(variable)
        names = self.index_names.get(variable, ())
        keys = [index if isinstance(index, tuple) else (index,) for index in values]
        table = pd.DataFrame(keys, columns=list(names))
        table["value"] = np.fromiter(values.values(), float, len(values))
        return table


def _places(pairs: list[tuple[str, Any]]) -> dict[str, dict[Any, int]]:
    places: dict[str, dict[Any, int]] = defaultdict(dict)
    for place, (name, index) in enumerate(pairs):
        places[name][index] = place
    return dict(places)


def solve(model: Any, options: Mapping[str, Any] | None = None) -> Solution:  # noqa: ANN401
    """Compile a built model and solve it.

    Parameters
    ----------
    model : ConcreteModel
        From :func:`alopt.build`, with any constraints added since.
    options : mapping of str to value, optional
        HiGHS options, as ``{"time_limit": 60.0}``.

    Returns
    -------
    Solution

    Raises
    ------
    InfeasibleError
        With the diagnosis: what conflicts and what would mend it, or what earns without end.
    SolveError
        If the solver stops before an optimum or refuses an option.
    """
    start = time.perf_counter()
    program = compile_program(model)
    compiled = time.perf_counter()
    solver = Solver(program, options)
    try:
        optimum = solver.solve()
    except InfeasibleError as error:
        from alopt.results.diagnosis import diagnose  # noqa: PLC0415 - only where there is no plan

        raise diagnose(model, solver, error) from None
    timing = {"compile": compiled - start, "solve": time.perf_counter() - compiled}
    return Solution(model.data, program, optimum, solver, dict(model.index_names), timing)
