"""`alopt compare`: runs beside a reference, solved now or read from their folders."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from alopt.commands.common import settings_of, spinner
from alopt.errors import CheckError, InfeasibleError, SolveError, UsageError
from alopt.results.compare import Comparison, compare
from alopt.results.saved import Run, is_run, of_results, read_run
from alopt.results.table import ResultTable
from alopt.results.write import result_folder, write_json


def compare_runs(options: argparse.Namespace) -> int:
    """Compare each run with the first, show and write the differences.

    Returns
    -------
    int
        0; what is wrong is raised.
    """
    if len(set(options.others)) < len(options.others) or options.reference in options.others:
        raise UsageError("compare takes each run once.")
    settings = settings_of(options.settings)
    with spinner("Solving", quiet=options.quiet or options.json):
        runs = [_run(name, options, settings) for name in (options.reference, *options.others)]
    found = [compare(runs[0], other) for other in runs[1:]]
    out = Path(options.out) if options.out else Path("results") / f"compare-{runs[0].name}"
    _write(out, runs, found)
    if options.json:
        print(json.dumps([_as_json(one) for one in found], ensure_ascii=False, indent=1))
    elif not options.quiet:
        from alopt.report.compare_screen import compare_screen  # noqa: PLC0415

        for one in found:
            print(compare_screen(one))
        print(f"Tables: {out}")
    return 0


def _run(name: str, options: argparse.Namespace, settings: dict[str, Any]) -> Run:
    """Read a folder with a run, or solve a scenario; a path that is no YAML file is such a folder."""
    if is_run(Path(name)) or (Path(name).name != name and not name.endswith((".yaml", ".yml"))):
        if settings or options.resolution or options.inputs:
            raise UsageError(f"{name} is solved already; --set, --resolution and --inputs need scenarios.")
        return read_run(name)
    from alopt.run import run  # noqa: PLC0415

    try:
        results = run(name, inputs=options.inputs, resolution=options.resolution, settings=settings)
    except InfeasibleError as error:
        raise InfeasibleError(
            f"{name}: {error}", unbounded=error.unbounded, diagnosis=error.diagnosis
        ) from None
    except (SolveError, CheckError) as error:
        raise type(error)(f"{name}: {error}") from None
    return of_results(results)


def _as_json(one: Comparison) -> dict[str, Any]:
    return {
        "reference": one.reference,
        "other": one.other,
        "present_value": one.totals,
        "burden_m_cny": one.burden,
        "other_values": list(one.other_values),
        "abatement": one.abatement,
        "warnings": list(one.warnings),
    }


def _write(out: Path, runs: list[Run], found: list[Comparison]) -> None:
    """Write the tables of all comparisons as one, each row with its scenario."""
    tables = [
        _joined("comparison", [(one.other, one.table) for one in found]),
        _joined("attribution", [(one.other, one.attribution) for one in found]),
        _joined(
            "transfers", [(run.name, run.tables["transfers"]) for run in runs if "transfers" in run.tables]
        ),
    ]
    with result_folder(out) as place:
        for table in tables:
            table.write(place)
        write_json(place / "comparison.json", {"comparisons": [_as_json(one) for one in found]})
        write_json(place / "run.json", {"command": "compare", "runs": [dict(run.manifest) for run in runs]})


def _joined(name: str, parts: list[tuple[str, ResultTable]]) -> ResultTable:
    columns = ("scenario", *(parts[0][1].columns if parts else ()))
    return ResultTable(name, columns, [(scenario, *row) for scenario, table in parts for row in table.rows])
