"""`alopt run` and `alopt check`: one scenario or a batch of them."""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alopt.commands.common import bar, scenarios_of, settings_of, spinner
from alopt.errors import AloptError, UsageError

if TYPE_CHECKING:
    from alopt.run import Results

#: Exit codes from the least to the most serious; a batch returns its worst.
SEVERITY = (0, 3, 4, 2, 1)

#: Exit code, message, summary, screen.
Outcome = tuple[int, str, dict[str, Any] | None, str]

Job = tuple[str, Path, argparse.Namespace, dict[str, Any]]


def _check_usage(options: argparse.Namespace, names: Sequence[str]) -> None:
    if options.write_model and (len(names) > 1 or not options.write_model.endswith((".mps", ".lp"))):
        raise UsageError("--write-model takes one scenario and a file that ends in .mps or .lp.")
    if options.write_model and not Path(options.write_model).resolve().parent.is_dir():
        raise UsageError(f"--write-model {options.write_model}: there is no such folder; make it first.")
    stems = [_out(options, name, many=True) for name in names]
    if len(set(stems)) < len(stems):
        raise UsageError("Two scenarios would write the same folder; rename one file.")
    if options.workers is not None and options.workers < 1:
        raise UsageError("--workers takes a whole number of 1 or more.")
    if options.time_limit is not None and not 0 <= options.time_limit < float("inf"):
        raise UsageError("--time-limit takes seconds, 0 or more.")


def run_scenarios(options: argparse.Namespace) -> int:
    """Solve each scenario, write its tables and show its summary; the worst exit code of all.

    A scenario that fails stops no other; what is wrong with it is printed as it is found.
    """
    names = scenarios_of(options)
    _check_usage(options, names)
    settings = settings_of(options.settings)
    jobs = [(name, _out(options, name, many=len(names) > 1), options, settings) for name in names]
    codes, summaries = [], []
    for name, (code, message, summary, screen) in _outcomes(jobs, options):
        codes.append(code)
        if message:
            print(message if len(jobs) == 1 else f"{name}: {message}", file=sys.stderr)
        if summary is not None:
            summaries.append(summary)
        if screen and not options.quiet and not options.json:
            print(screen)
        if code == 1:
            raise RuntimeError(message)
    if options.json:
        shown: Any = summaries[0] if len(names) == 1 and summaries else summaries
        print(json.dumps(shown, ensure_ascii=False, indent=1))
    return max(codes, key=SEVERITY.index)


def _outcomes(jobs: list[Job], options: argparse.Namespace) -> Iterator[tuple[str, Outcome]]:
    """Yield each scenario's name and outcome in order, solved side by side where there are several."""
    workers = options.workers or (os.cpu_count() or 1)
    quiet = options.quiet or options.json
    if len(jobs) == 1 or workers == 1:
        for number, job in enumerate(jobs, 1):
            of_all = f" ({number} of {len(jobs)})" if len(jobs) > 1 else ""
            with spinner(f"Solving {job[0]}{of_all}", quiet=quiet):
                outcome = _job(job)
            yield job[0], outcome
        return
    with ExitStack() as stack:
        pool = stack.enter_context(ProcessPoolExecutor(min(workers, len(jobs))))
        advance = stack.enter_context(bar(len(jobs), quiet=quiet))
        for job, outcome in zip(jobs, pool.map(_job, jobs), strict=True):
            advance(job[0])
            yield job[0], outcome


def _job(job: Job) -> Outcome:
    """Run one scenario of a batch: exit code, message, summary, screen."""
    from alopt.run import run  # noqa: PLC0415

    name, out, options, settings = job
    gc.collect()  # the model of the scenario before is one large cycle
    gc.disable()  # a run makes a million objects that live until it ends
    try:
        results = run(
            name,
            inputs=options.inputs,
            out=out,
            resolution=options.resolution,
            settings=settings,
            options=None if options.time_limit is None else {"time_limit": options.time_limit},
            write_model=options.write_model,
            verify_duals=options.verify_duals,
        )
    except AloptError as error:
        return error.exit_code, str(error), None, ""
    finally:
        gc.enable()
    return 0, "", results.summary, "" if options.quiet or options.json else _screen(results, out)


def _out(options: argparse.Namespace, name: str, *, many: bool) -> Path:
    stem = Path(name).stem if name.endswith((".yaml", ".yml")) else name
    if options.out is None:
        return Path("results") / stem
    return Path(options.out) / stem if many else Path(options.out)


def _screen(results: Results, out: Path) -> str:
    from alopt.report.screen import screen  # noqa: PLC0415

    return screen(results, out)


def check_scenarios(options: argparse.Namespace) -> int:
    """Validate inputs and scenarios, solve nothing; the worst exit code of all."""
    from alopt.data.load import load  # noqa: PLC0415

    settings, worst, report = settings_of(options.settings), 0, []
    for name in scenarios_of(options):
        try:
            load(options.inputs, name, resolution=options.resolution, settings=settings)
            report.append({"scenario": name, "ok": True, "problems": []})
            if not options.quiet and not options.json:
                print(f"{name}: the inputs are sound.")
        except AloptError as error:
            worst = max(worst, error.exit_code, key=SEVERITY.index)
            problems = [str(problem) for problem in getattr(error, "problems", [])]
            report.append({"scenario": name, "ok": False, "problems": problems})
            print(f"{name}: {error}", file=sys.stderr)
    if options.json:
        print(json.dumps(report, ensure_ascii=False, indent=1))
    return worst
