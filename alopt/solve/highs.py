"""HiGHS: the only place that knows the solver. Every status is checked."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import highspy
import numpy as np

from alopt.errors import InfeasibleError, SolveError
from alopt.solve.compile import Array, Program

#: Options of every solve; the same bytes come out of the same inputs.
OPTIONS: Mapping[str, bool | int | float | str] = {
    "output_flag": False,
    "threads": 1,
    "random_seed": 0,
    "primal_feasibility_tolerance": 1e-9,
    "dual_feasibility_tolerance": 1e-9,
}

#: Above this number of columns an interior point method with crossover beats the simplex.
SIMPLEX_MOST_COLUMNS = 50_000

#: Options by algorithm: the dual simplex is faster here without presolve, the other with it.
ALGORITHMS: Mapping[str, Mapping[str, str]] = {
    "simplex": {"solver": "simplex", "presolve": "off"},
    "ipx": {"solver": "ipx", "presolve": "on"},
}

#: How often a waiting Ctrl-C is looked for.
_POLL_SECONDS = 0.1

#: Name and package of the solver, for the record of a run.
NAME, PACKAGE = "HiGHS", "highspy"

#: Name by which a Pyomo solver of the same kind is asked for.
PYOMO_NAME = "appsi_highs"

_Status = highspy.HighsModelStatus


@dataclass(frozen=True)
class Optimum:
    """Primal and dual values at an optimum, in the order of the program's columns and rows."""

    objective: float
    dual_objective: float
    values: Array
    duals: Array
    reduced_costs: Array
    algorithm: str
    iterations: int


class Solver:
    """A HiGHS instance that holds a program and solves it again from the last basis.

    Parameters
    ----------
    program : Program
    options : mapping of str to value, optional
        HiGHS options besides :data:`OPTIONS`; an unknown one or a value that HiGHS refuses is
        a SolveError.
    quick : bool
        Solve in this thread: faster for thousands of small programs, deaf to Ctrl-C within one.
    """

    def __init__(
        self,
        program: Program,
        options: Mapping[str, bool | int | float | str] | None = None,
        *,
        quick: bool = False,
    ) -> None:
        self.program = program
        self.quick = quick
        self._highs = highspy.Highs()
        self._highs.HandleUserInterrupt = True
        algorithm = "simplex" if len(program.cost) <= SIMPLEX_MOST_COLUMNS else "ipx"
        chosen = {**OPTIONS, **ALGORITHMS[algorithm], **(options or {})}
        for name, value in chosen.items():
            if self._highs.setOptionValue(name, value) != highspy.HighsStatus.kOk:
                raise SolveError(f"HiGHS refuses the option {name} = {value!r}.")
        self.algorithm = str(chosen["solver"])
        self._pass(program)

    def _pass(self, program: Program) -> None:
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(program.cost), len(program.rows)
        lp.col_cost_, lp.offset_ = program.cost, program.offset
        lp.col_lower_, lp.col_upper_ = program.column_lower, program.column_upper
        lp.row_lower_, lp.row_upper_ = program.row_lower, program.row_upper
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = program.starts
        lp.a_matrix_.index_ = program.places
        lp.a_matrix_.value_ = program.entries
        self._check(self._highs.passModel(lp), "take the model")

    @staticmethod
    def _check(status: highspy.HighsStatus, deed: str) -> None:
        if status == highspy.HighsStatus.kError:
            raise SolveError(f"HiGHS could not {deed}.")

    def solve(self) -> Optimum:
        """Solve from the last basis if there is one.

        Returns
        -------
        Optimum

        Raises
        ------
        InfeasibleError
            If no point meets all rows, or the cost has no lower bound.
        SolveError
            If HiGHS stops for another reason (time, iterations, interrupt, error).
        """
        highs = self._highs
        self._check(self._run(), "solve the model")
        state = highs.getModelStatus()
        if state == _Status.kUnboundedOrInfeasible:
            state = self._settle()
        if state == _Status.kInfeasible:
            raise InfeasibleError("No plan meets all constraints.")
        if state in {_Status.kUnbounded, _Status.kUnboundedOrInfeasible}:
            text = "The cost has no lower bound: something pays for itself without end."
            raise InfeasibleError(text, unbounded=True)
        if state != _Status.kOptimal:
            raise SolveError(self._stopped(highs.modelStatusToString(state)))
        optimum = self._optimum()
        for name, value in ALGORITHMS["simplex"].items():  # a further solve starts from this basis
            highs.setOptionValue(name, value)
        return optimum

    def _stopped(self, state: str) -> str:
        """Say how far a solve came that stopped before an optimum, and how to get further."""
        highs, info = self._highs, self._highs.getInfo()
        steps = int(max(info.simplex_iteration_count, 0) + max(info.ipm_iteration_count, 0))
        solution = highs.getSolution()
        bound, best = -np.inf, np.inf
        if solution.dual_valid:
            bound = lower_bound(self.program, np.asarray(solution.row_dual))
        if solution.value_valid and info.num_primal_infeasibilities == 0:
            best = float(info.objective_function_value)
        spent = f"after {highs.getRunTime():.2f} s and {steps:,} iterations"
        lines = [f"HiGHS stopped before an optimum: {state}, {spent}. Nothing is reported."]
        if np.isfinite(bound):
            lines.append(f"No plan costs less than {bound:,.0f} M in present value: the best bound known.")
        if np.isfinite(best):
            known = np.isfinite(bound) and bound != 0
            above = f", at most {(best - bound) / abs(bound):.2%} too much" if known else ""
            lines.append(f"The best plan met so far costs {best:,.0f} M{above}; it is not written.")
        if not np.isfinite(bound) and not np.isfinite(best):
            lines.append("Neither a plan nor a bound on its cost was known yet.")
        lines.append(
            "Raise --time-limit or the iteration limit, or solve a smaller model: --resolution province, "
            "fewer slices, fewer years."
        )
        return "\n".join(lines)

    def _run(self) -> highspy.HighsStatus:
        """Run HiGHS in a thread of its own, so that Ctrl-C stops it between two iterations."""
        highs = self._highs
        if self.quick:
            status_now: highspy.HighsStatus = highs.run()
            return status_now
        highs.startSolve()
        interrupted, done = False, False
        status = highspy.HighsStatus.kError
        while not done:
            try:
                done, status = highs.wait(_POLL_SECONDS)
            except KeyboardInterrupt:
                interrupted = True
                highs.cancelSolve()
        if interrupted:
            raise SolveError("The solve was interrupted; nothing is reported.")
        return status

    def _settle(self) -> highspy.HighsModelStatus:
        """Tell infeasible from unbounded by solving without presolve."""
        with self.options({"presolve": "off"}):
            self._highs.clearSolver()
            self._run()
            state: highspy.HighsModelStatus = self._highs.getModelStatus()
            return state

    def _optimum(self) -> Optimum:
        highs, program = self._highs, self.program
        solution, info = highs.getSolution(), highs.getInfo()
        duals, reduced = np.asarray(solution.row_dual), np.asarray(solution.col_dual)
        return Optimum(
            objective=float(info.objective_function_value),
            dual_objective=dual_objective(program, duals, reduced),
            values=np.asarray(solution.col_value),
            duals=duals,
            reduced_costs=reduced,
            algorithm=self.algorithm,
            iterations=int(max(info.simplex_iteration_count, 0) + max(info.ipm_iteration_count, 0)),
        )

    @contextlib.contextmanager
    def options(self, changes: Mapping[str, bool | int | float | str]) -> Iterator[None]:
        """Change options for a while."""
        old = {name: self._highs.getOptionValue(name)[1] for name in changes}
        try:
            for name, value in changes.items():
                self._check(self._highs.setOptionValue(name, value), f"set {name} to {value!r}")
            yield
        finally:
            for name, value in old.items():
                self._highs.setOptionValue(name, value)

    def set_rhs(self, rows: Sequence[int], values: Sequence[float]) -> None:
        """Change right-hand sides of rows, keeping their senses; the next solve starts from the basis."""
        for row, value in zip(rows, values, strict=True):
            sense = self.program.senses[row]
            lower = value if sense <= 0 else -np.inf
            upper = value if sense >= 0 else np.inf
            self._check(self._highs.changeRowBounds(int(row), lower, upper), "change a row")

    def set_costs(self, columns: Sequence[int], values: Sequence[float]) -> None:
        """Change costs of columns; the next solve starts from the last basis."""
        for column, value in zip(columns, values, strict=True):
            self._check(self._highs.changeColCost(int(column), float(value)), "change a cost")

    def set_offset(self, offset: float) -> None:
        """Change the constant of the cost; the next solve starts from the last basis."""
        self._check(self._highs.changeObjectiveOffset(float(offset)), "change the constant")

    def set_bounds(self, column: int, lower: float, upper: float) -> None:
        """Change the bounds of a column; the next solve starts from the last basis."""
        self._check(self._highs.changeColBounds(int(column), lower, upper), "change a column")

    def set_row_bounds(self, row: int, lower: float, upper: float) -> None:
        """Change both sides of a row, whatever its sense; the next solve starts from the last basis."""
        self._check(self._highs.changeRowBounds(int(row), lower, upper), "change a row")

    def dual_ray(self) -> Array | None:
        """Weights of rows that prove the last solve infeasible, or None where HiGHS has none."""
        status, there, weights = self._highs.getDualRay()
        if status == highspy.HighsStatus.kError or not there or not len(weights):
            return None
        found = np.asarray(weights, dtype=float)
        return found if np.any(found) else None

    @contextlib.contextmanager
    def bounds(self, column: int, lower: float, upper: float) -> Iterator[None]:
        """Change the bounds of a column for a while; solves start from the last basis."""
        try:
            self._check(self._highs.changeColBounds(int(column), lower, upper), "change a bound")
            yield
        finally:
            program = self.program
            old = float(program.column_lower[column]), float(program.column_upper[column])
            self._highs.changeColBounds(int(column), *old)

    def irreducible_conflict(self) -> tuple[list[int], list[int]]:
        """Rows and columns (by their bounds) of a smallest set that cannot hold together."""
        # kFromLp with the elasticity filter and irreducibility; the strategy is a bit mask.
        strategy = highspy.IisStrategy
        mask = int(strategy.kIisStrategyFromLp) + int(strategy.kIisStrategyIrreducible)
        self._check(self._highs.setOptionValue("iis_strategy", mask), "choose how to find a conflict")
        result = self._highs.getIis()
        iis = result[1] if isinstance(result, tuple) else result
        return [int(i) for i in iis.row_index_], [int(i) for i in iis.col_index_]

    def write(self, path: str) -> None:
        """Write the program, with its names, as MPS or LP by the ending of the path."""
        highs = self._highs
        for i, name in enumerate(self.program.row_names()):
            highs.passRowName(i, plain_name(name))
        for i, name in enumerate(self.program.column_names()):
            highs.passColName(i, plain_name(name))
        self._check(highs.writeModel(path), f"write {path}")


def plain_name(name: str) -> str:
    """Write a name as model files hold it: without spaces and square brackets.

    >>> plain_name("capacity[yunnan,sy400,2025]")
    'capacity(yunnan,sy400,2025)'
    """
    return name.replace(" ", "_").replace("[", "(").replace("]", ")")


def lower_bound(program: Program, duals: Array) -> float:
    """Bound on the optimum that any duals give, feasible or not; minus infinity where they give none.

    Lagrangian duality: with reduced costs z = c - Aᵀ·y, each column costs at least z times the
    bound that z points to. Rounding of z on columns without one is left out.
    """
    reduced = program.cost - program.column_activity(duals)
    total = program.offset
    for prices, lower, upper in (
        (duals, program.row_lower, program.row_upper),
        (reduced, program.column_lower, program.column_upper),
    ):
        bound = np.where(prices > 0, lower, upper)
        rounding = 1e-9 * max(1.0, float(np.abs(prices).max(initial=0.0)))
        if np.any(~np.isfinite(bound) & (np.abs(prices) > rounding)):
            return -np.inf
        held = np.isfinite(bound)
        total += float(np.sum(prices[held] * bound[held]))
    return total


def dual_objective(program: Program, duals: Array, reduced_costs: Array) -> float:
    """Value of the dual solution: each dual times the bound that it prices.

    A dual above zero prices the lower bound of its row or column, one below the upper.
    """
    total = program.offset
    for prices, lower, upper in (
        (duals, program.row_lower, program.row_upper),
        (reduced_costs, program.column_lower, program.column_upper),
    ):
        bound = np.where(prices > 0, lower, upper)
        held = prices != 0
        finite = np.where(np.isfinite(bound), bound, 0.0)
        total += float(np.sum(prices[held] * finite[held]))
    return total
