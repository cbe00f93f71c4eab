"""One run: load, build, solve, account, check, write."""

from __future__ import annotations

import platform
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alopt.data.load import load
from alopt.data.model_data import ModelData
from alopt.data.schema import default_inputs
from alopt.errors import CheckError, InfeasibleError, SolveError
from alopt.staging import check_out

if TYPE_CHECKING:
    import pandas as pd

    from alopt.results.table import ResultTable
    from alopt.solve.solution import Solution


@dataclass
class Results:
    """A checked run: ``summary`` as in `summary.json`, tables as DataFrames by file name.

    ``results["capacity"]`` is the DataFrame of `capacity.csv`; ``solution`` holds the optimum
    and the solver, ``data`` everything it was built from.
    """

    data: ModelData
    solution: Solution
    tables: Mapping[str, ResultTable]
    summary: dict[str, Any]
    manifest: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Return one table as a DataFrame."""
        return self.tables[name].frame()

    def write(self, folder: Path | str) -> None:
        """Write every file of the run into a folder."""
        from alopt.results.write import write_run  # noqa: PLC0415

        write_run(Path(folder), self.tables, self.summary, self.manifest, self.data)


class Stopwatch:
    """Seconds by phase."""

    def __init__(self) -> None:
        self.start = time.perf_counter()
        self.seconds: dict[str, float] = {}

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Time a block."""
        begun = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - begun


def run(
    scenario: str = "baseline",
    *,
    inputs: Path | str | None = None,
    out: Path | str | None = None,
    resolution: str | None = None,
    settings: Mapping[str, Any] | None = None,
    options: Mapping[str, Any] | None = None,
    write_model: Path | str | None = None,
    verify_duals: bool = False,
) -> Results:
    """Run a scenario.

    Parameters
    ----------
    scenario : str
        Name, or path to a YAML file.
    inputs : path, optional
        Folder of the inputs; the shipped ones if not given.
    out : path, optional
        Folder for the results; nothing is written if not given.
    resolution : {"province", "smelter"}, optional
        Instead of the scenario's own.
    settings : mapping, optional
        Changes of scenario keys by dotted name.
    options : mapping, optional
        HiGHS options.
    write_model : path, optional
        Write the program as MPS or LP, with `model_index.csv` beside it.
    verify_duals : bool
        Look at the duals of quota, caps and metal from both sides.

    Returns
    -------
    Results

    Raises
    ------
    UsageError, InputError, InfeasibleError, SolveError, CheckError
        As their names say; nothing is written but, for a solve that stopped, `run.json`, and for
        one without a cheapest plan the diagnosis too, unless the folder holds earlier results.
    """
    watch = Stopwatch()
    folder = default_inputs() if inputs is None else Path(inputs)
    with watch.phase("read"):
        data = load(folder, scenario, resolution=resolution, settings=settings)
    if out is not None:
        check_out(Path(out), folder, None if write_model is None else Path(write_model))
    with watch.phase("build"):
        from alopt.model.build import build  # noqa: PLC0415 - inputs are checked before Pyomo loads

        model = build(data)
    made_by = manifest(data, folder, options)
    try:
        solution = _solve(model, options, watch)
        with watch.phase("results"):
            results = account(solution, made_by, verify=verify_duals)
    except InfeasibleError as error:
        if out is not None:
            _leave_diagnosis(Path(out), made_by, error)
        raise
    except (SolveError, CheckError) as error:
        if out is not None:
            _leave_note(Path(out), {**made_by, "status": str(error)})
        raise
    results.summary["timing_s"] = {**watch.seconds, "total": time.perf_counter() - watch.start}
    results.manifest["timing_s"] = results.summary["timing_s"]
    with nullcontext() if write_model is None else _model_files(solution, Path(write_model)):
        if out is not None:
            results.write(out)
    return results


def _solve(model: Any, options: Mapping[str, Any] | None, watch: Stopwatch) -> Solution:  # noqa: ANN401
    from alopt.solve.solution import solve  # noqa: PLC0415 - inputs are checked before HiGHS loads

    solution = solve(model, options)
    watch.seconds |= solution.timing
    return solution


def account(solution: Solution, made_by: dict[str, Any], *, verify: bool = False) -> Results:
    """Make tables, checks and summary of an optimum.

    Parameters
    ----------
    solution : Solution
    made_by : dict
        From :func:`manifest`.
    verify : bool
        Look at key duals from both sides.

    Raises
    ------
    CheckError
        If a check of the run fails.
    """
    from alopt.results.build import build_tables, report_on  # noqa: PLC0415
    from alopt.results.prices import verify_duals  # noqa: PLC0415

    tables = build_tables(solution, verify_duals(solution) if verify else None)
    summary = report_on(solution, tables)
    failed = [check for check in summary["checks"] if not check["ok"]]
    if failed:
        lines = [f"  {check['name']}: relative error {check['relative_error']:.3g}" for check in failed]
        raise CheckError("\n".join(["The run failed its own checks; no table is written:", *lines]))
    return Results(solution.data, solution, tables, summary, {**made_by, "status": "optimal"})


def _leave_note(out: Path, made_by: dict[str, Any]) -> None:
    from alopt.results.write import write_stopped  # noqa: PLC0415

    write_stopped(out, made_by)


def _leave_diagnosis(out: Path, made_by: dict[str, Any], error: InfeasibleError) -> None:
    from alopt.results.write import write_stopped  # noqa: PLC0415

    status = "unbounded" if error.unbounded else "infeasible"
    found: Any = error.diagnosis
    content = {"status": status, "lead": str(error)} if found is None else found.as_json()
    write_stopped(out, {**made_by, "status": status}, (str(error), content))


@contextmanager
def _model_files(solution: Solution, path: Path) -> Iterator[None]:
    """Write the program, and put it in place when the results are."""
    from alopt.results.write import model_files  # noqa: PLC0415

    with model_files(path) as place:
        _write_model(solution, place)
        yield


def _write_model(solution: Solution, path: Path) -> None:
    from alopt.results.table import ResultTable  # noqa: PLC0415
    from alopt.solve import plain_name  # noqa: PLC0415

    solution.solver.write(str(path))
    program = solution.program
    rows: list[tuple[Any, ...]] = []
    for kind, names, members in (
        ("row", program.row_names(), program.rows),
        ("column", program.column_names(), program.columns),
    ):
        for name, (component, index) in zip(names, members, strict=True):
            rows.append((kind, plain_name(name), component, *_indices(solution, component, index)))
    table = ResultTable("model_index", ("kind", "name", "component", "members", "indices"), rows)
    table.write(path.parent)


def _indices(solution: Solution, component: str, index: Any) -> tuple[str, str]:  # noqa: ANN401
    names = solution.index_names.get(component, ())
    members = index if isinstance(index, tuple) else (index,) if index is not None else ()
    return ";".join(names), ";".join(str(member) for member in members)


def manifest(data: ModelData, folder: Path, options: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Who ran what on which inputs: `run.json`."""
    from alopt.results.write import input_hashes  # noqa: PLC0415
    from alopt.solve import NAME, OPTIONS, PACKAGE  # noqa: PLC0415

    return {
        "alopt": version("alopt"),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in ("pyomo", PACKAGE, "numpy")},
        "commit": _commit(),
        "scenario": data.scenario.settings(),
        "inputs": input_hashes(folder),
        "solver": {"name": NAME, "options": {**OPTIONS, **(options or {})}},
        "written": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def _commit() -> str | None:
    """Commit of the checkout that the package runs from, with a mark if it is changed."""
    top = Path(__file__).resolve().parent.parent
    if not (top / ".git").exists():
        return None
    try:
        done = subprocess.run(
            ["git", "describe", "--always", "--abbrev=40", "--dirty"],  # noqa: S607
            cwd=top,
            capture_output=True,
            text=True,
            timeout=5,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
