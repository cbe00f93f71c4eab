"""`alopt report`: one HTML file of one or more solved runs."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from alopt.errors import AloptError, SolveError, UsageError
from alopt.report import style
from alopt.results.compare import compare
from alopt.results.saved import Run, is_run, read_run
from alopt.results.table import ResultTable
from alopt.results.write import input_hashes

Curve = tuple[ResultTable, dict[str, Any]]


def make_report(options: argparse.Namespace) -> int:
    """Read the runs, write the report and say where it is.

    Returns
    -------
    int
        0; what is wrong is raised.
    """
    folders = [_folder(name) for name in options.runs]
    if len({folder.resolve() for folder in folders}) < len(folders):
        raise UsageError("report takes each run once.")
    reference = _folder(options.compare) if options.compare else None
    out = _target(options, folders)
    with _renderer() as pool:
        text = _page(folders, reference, options.lang, pool)
    write_page(out, text)
    if options.json:
        print(json.dumps({"report": str(out), "bytes": len(text.encode())}))
    elif not options.quiet:
        print(f"Report: {out} ({len(text.encode()) / 1e6:.1f} MB)")
    return 0


@contextmanager
def _renderer() -> Iterator[Executor | None]:
    """Start a process that draws, which gets ready while the tables are read; None where none can start."""
    try:
        # a process of its own kind: a copy of one in which the renderer runs would wait for ever
        pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
        pool.submit(style.warm)
    except (OSError, NotImplementedError, ImportError):  # no semaphores or no memory here
        yield None
        return
    with pool:
        yield pool


def _folder(name: str) -> Path:
    """Return the folder of a run: the one named, or that of a scenario in `results/`."""
    for folder in (Path(name), Path("results") / name):
        if is_run(folder):
            return folder
    raise UsageError(
        f"{name} is no run: name a folder that alopt run wrote, or solve it first with `alopt run {name}`."
    )


def _target(options: argparse.Namespace, folders: list[Path]) -> Path:
    """Return the file to write: beside the folder of the run, which a later run replaces whole."""
    ending = "report.html" if options.lang == "en" else f"report.{options.lang}.html"
    if options.out is not None:
        return Path(options.out)
    first = folders[0].resolve()
    name = f"{first.name}-{ending}" if len(folders) == 1 else ending
    return folders[0].parent / name if first.name == folders[0].name else first.parent / name


def _page(folders: list[Path], reference: Path | None, language: str, pool: Executor | None) -> str:
    from alopt.report.page import Chapter, report  # noqa: PLC0415

    runs = [read_run(folder) for folder in folders]
    beside = None if reference is None else read_run(reference)
    chapters = []
    for run in runs:
        curve, why = standing_curve(run)
        differs = beside is not None and beside.manifest != run.manifest
        found = compare(beside, run) if beside is not None and differs else None
        chapters.append(Chapter(run, found, curve, why))
    return report(chapters, language, pool)


def standing_curve(run: Run) -> tuple[Curve | None, str]:
    """Cost the standing fleet at the month of market prices that the run names.

    Returns
    -------
    curve : (ResultTable, dict) or None
        Table and summary; None where the scenario names no month or starts from another fleet, or where
        the shipped inputs are no longer those of the run.
    why : str
        Term that says why there is none.
    """
    from alopt.analysis.cost_curve import cost_curve  # noqa: PLC0415
    from alopt.commands.curve import STANDING  # noqa: PLC0415
    from alopt.data.load import load  # noqa: PLC0415
    from alopt.data.schema import default_inputs  # noqa: PLC0415

    month = run.manifest["scenario"].get("market_prices")
    if not isinstance(month, str):
        return None, "curve.no_month"
    inputs = default_inputs()
    mine, theirs = input_hashes(inputs), run.manifest.get("inputs", {})
    if any(mine.get(name) != digest for name, digest in theirs.items() if name.startswith("tables/")):
        return None, "curve.changed"
    try:
        data = load(inputs, STANDING, resolution="smelter", settings={"market_prices": month})
        if data.scenario.fleet != run.manifest["scenario"]["fleet"]:
            return None, "curve.other_fleet"
        curve = cost_curve(data)
    except AloptError:
        return None, "curve.changed"
    return (curve.table, curve.summary), ""


def write_page(path: Path, text: str) -> None:
    """Write a page whole or not at all.

    Raises
    ------
    SolveError
        If it cannot be written.
    """
    draft = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise SolveError(f"The report could not be written to {path}: {error.strerror or error}.") from None
