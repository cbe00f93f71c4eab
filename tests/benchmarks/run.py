"""Time a run phase by phase, and linopy building and solving the same linear program beside it.

    python tests/benchmarks/run.py

times the baseline at both resolutions, three times, each in a process of its own, keeps the
fastest of each row and writes `figures.md` beside this file. Rows of the table:

- ``alopt run``: wall time and peak memory of the whole command, imports and files included;
- read, build, compile, solve, results: seconds of each phase within one process, imports apart;
- besides HiGHS / HiGHS: all other phases together, over the phase ``solve``;
- linopy: builds the program from the compiled rows, handed over in bulk, one array of coefficients
  and one of columns per constraint of the model. The coefficients are thus worked out already, which
  Pyomo has to do from expressions: the comparison flatters linopy. It solves with the same options
  of HiGHS and must find the same cost.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent

#: Rows of the table: key, label, format.
ROWS = (
    ("columns", "columns", "{:,.0f}"),
    ("rows", "rows", "{:,.0f}"),
    ("nonzeros", "nonzeros", "{:,.0f}"),
    ("command", "`alopt run`, whole process, s", "{:.2f}"),
    ("command_mb", "`alopt run`, peak memory, MB", "{:,.0f}"),
    ("imports", "imports, s", "{:.2f}"),
    ("read", "read, s", "{:.2f}"),
    ("build", "build, s", "{:.2f}"),
    ("compile", "compile, s", "{:.2f}"),
    ("solve", "solve (HiGHS), s", "{:.2f}"),
    ("results", "results, s", "{:.2f}"),
    ("ratio", "all besides HiGHS / HiGHS", "{:.2f}"),
    ("linopy_build", "linopy: build, s", "{:.2f}"),
    ("linopy_solve", "linopy: hand over and solve (HiGHS), s", "{:.2f}"),
    ("linopy_mb", "peak memory with linopy's model beside ours, MB", "{:,.0f}"),
    ("difference", "linopy's cost over ours, less one", "{:.0e}"),
)

PHASES = ("read", "build", "compile", "solve", "results")


def timed(seconds: dict[str, float], phase: str, work: Callable[[], Any]) -> Any:
    """Do some work and note its seconds."""
    start = time.perf_counter()
    result = work()
    seconds[phase] = time.perf_counter() - start
    return result


def peak_megabytes(who: int = resource.RUSAGE_SELF) -> float:
    """Largest resident memory so far; Linux counts in KB, macOS in bytes."""
    unit = 1024.0 if sys.platform != "darwin" else 1024.0**2
    return resource.getrusage(who).ru_maxrss / unit


def time_command(inputs: str | None, scenario: str, resolution: str, figures: dict[str, float]) -> None:
    """Run the command in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "alopt", "run", scenario, "--resolution", resolution, "--quiet"]
        command += ["--out", str(Path(folder) / "run"), *([] if inputs is None else ["--inputs", inputs])]
        timed(figures, "command", lambda: subprocess.run(command, check=True, capture_output=True))
    figures["command_mb"] = peak_megabytes(resource.RUSAGE_CHILDREN)


def time_phases(inputs: str | None, scenario: str, resolution: str, figures: dict[str, float]) -> Any:
    """Run each phase in this process; return the solution."""

    def imports() -> None:
        import alopt.data
        import alopt.policies
        import alopt.results
        import alopt.solve  # noqa: F401

    timed(figures, "imports", imports)
    from alopt.data import load
    from alopt.model import build
    from alopt.results.build import build_tables, report_on
    from alopt.solve import solve

    data = timed(figures, "read", lambda: load(inputs, scenario, resolution=resolution))
    model = timed(figures, "build", lambda: build(data))
    solution = solve(model)
    figures |= solution.timing
    timed(figures, "results", lambda: report_on(solution, build_tables(solution)))
    program = solution.program
    figures |= {"columns": len(program.cost), "rows": len(program.rows), "nonzeros": len(program.entries)}
    return solution


def linopy_model(program: Any) -> Any:
    """Build a linopy model from a compiled program: the columns at once, the rows by constraint."""
    import linopy
    import numpy as np
    import xarray as xr

    model = linopy.Model()
    columns = np.arange(len(program.cost))
    x = model.add_variables(
        xr.DataArray(program.column_lower, {"column": columns}, ["column"]),
        xr.DataArray(program.column_upper, {"column": columns}, ["column"]),
        name="x",
    )
    names = np.array([name for name, _ in program.rows])
    lengths = np.diff(program.starts)
    signs = {-1: ">=", 0: "=", 1: "<="}
    for name in dict.fromkeys(names.tolist()):
        places = np.flatnonzero(names == name)
        width = int(lengths[places].max())
        inside = np.arange(width) < lengths[places, None]
        at = np.minimum(program.starts[places, None] + np.arange(width), len(program.entries) - 1)
        terms = xr.Dataset(
            {
                "coeffs": (("row", "_term"), np.where(inside, program.entries[at], np.nan)),
                "vars": (("row", "_term"), np.where(inside, program.places[at], -1)),
                "const": (("row",), np.zeros(len(places))),
            },
            coords={"row": places},
        )
        sense = xr.DataArray([signs[int(s)] for s in program.senses[places]], {"row": places}, ["row"])
        limit = xr.DataArray(program.rhs[places], {"row": places}, ["row"])
        model.add_constraints(linopy.LinearExpression(terms, model), sense, limit, name=name)
    model.add_objective((x * xr.DataArray(program.cost, {"column": columns}, ["column"])).sum())
    return model


def time_linopy(solution: Any, figures: dict[str, float]) -> None:
    """Build and solve the same program with linopy, with the options of our own solve."""
    import linopy  # noqa: F401 - its import is no part of the building

    from alopt.solve.highs import OPTIONS

    options = {name: value for name, value in OPTIONS.items() if name != "output_flag"}
    options["solver"] = solution.solver.algorithm
    program = solution.program
    model = timed(figures, "linopy_build", lambda: linopy_model(program))

    def solve() -> None:
        model.solve(solver_name="highs", io_api="direct", output_flag=False, **options)

    timed(figures, "linopy_solve", solve)
    figures["linopy_mb"] = peak_megabytes()
    cost = float(model.objective.value) + program.offset
    figures["difference"] = abs(cost / solution.objective - 1.0)


def measure(inputs: str | None, scenario: str, resolution: str) -> dict[str, float]:
    """All figures of one resolution."""
    figures: dict[str, float] = {}
    time_command(inputs, scenario, resolution, figures)
    time_linopy(time_phases(inputs, scenario, resolution, figures), figures)
    return figures


def fastest(runs: list[dict[str, float]]) -> dict[str, float]:
    """Least of each figure over some runs, and the ratio of what is left."""
    figures = {key: min(run[key] for run in runs) for key in runs[0]}
    figures["difference"] = max(run["difference"] for run in runs)
    figures["ratio"] = sum(figures[phase] for phase in PHASES if phase != "solve") / figures["solve"]
    return figures


def table(
    found: dict[str, dict[str, float]], command: str, options: argparse.Namespace, others: float
) -> str:
    """The figures as a page of Markdown."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("pyomo", "highspy", "linopy"))
    machine = f"{os.cpu_count()} cores ({platform.machine()})"
    lines = [
        "# Speed and memory",
        "",
        f"Scenario `{options.scenario}`, fastest of {options.repeat}; {machine}.",
        f"Python {platform.python_version()}, {packages}.",
        f"Processes running when it began, itself not among them: {others:.1f} (mean of five minutes).",
        f"Command: `{command}`. What each row means stands at the top of that file.",
        "",
        f"| | {' | '.join(found)} |",
        f"|---|{'---:|' * len(found)}",
    ]
    for key, label, form in ROWS:
        lines.append(f"| {label} | {' | '.join(form.format(figures[key]) for figures in found.values())} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and write the figures."""
    parser = argparse.ArgumentParser(description="Time a run phase by phase, with linopy beside it.")
    parser.add_argument("--inputs", help="folder of the inputs; the shipped ones if not given")
    parser.add_argument("--scenario", default="baseline")
    parser.add_argument("--resolution", action="append", choices=["province", "smelter"])
    parser.add_argument("--out", type=Path, default=HERE / "figures.md")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    others = os.getloadavg()[1]
    resolutions = options.resolution or ["province", "smelter"]
    if options.worker:
        print(json.dumps(measure(options.inputs, options.scenario, resolutions[0])))
        return
    found = {}
    for resolution in resolutions:
        worker = [sys.executable, str(HERE / "run.py"), "--worker", "--scenario", options.scenario]
        worker += ["--resolution", resolution, *(["--inputs", options.inputs] if options.inputs else [])]
        runs = []
        for _ in range(options.repeat):
            done = subprocess.run(worker, check=True, stdout=subprocess.PIPE, text=True)
            runs.append(json.loads(done.stdout.splitlines()[-1]))
        found[resolution] = fastest(runs)
    command = " ".join(["python tests/benchmarks/run.py", *sys.argv[1:]])
    text = table(found, command, options, others)
    options.out.write_text(text, encoding="utf-8")
    print(text, end="")


if __name__ == "__main__":
    main()
