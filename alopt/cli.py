"""The commands. Exit codes: 0 solved, 2 bad input, 3 infeasible, 4 stopped or failed a check, 1 a bug."""

from __future__ import annotations

import argparse
import gc
import json
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alopt.errors import AloptError, Problem, ScenarioError, UsageError

if TYPE_CHECKING:
    from alopt.run import Results

#: Exit codes from the least to the most serious; a batch returns its worst.
_SEVERITY = (0, 3, 4, 2, 1)

_INTERRUPTED = 4


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the command line if not given.

    Returns
    -------
    int
        Exit code.
    """
    options = _parser().parse_args(arguments)
    if options.command is None:
        _parser().print_help()
        return 2
    try:
        return int(_COMMANDS[options.command](options))
    except AloptError as error:
        print(str(error), file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("Interrupted; nothing more is written.", file=sys.stderr)
        return _INTERRUPTED
    except BrokenPipeError:
        return 0


def _parser() -> argparse.ArgumentParser:
    from alopt import __version__  # noqa: PLC0415

    parser = argparse.ArgumentParser(
        prog="alopt", description="China's aluminium: where, how, at what cost and carbon."
    )
    parser.add_argument("--version", action="version", version=f"alopt {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    run = commands.add_parser("run", help="solve scenarios, write tables, print the summary")
    _common(run)
    run.add_argument("--all", action="store_true", help="every scenario of the inputs")
    run.add_argument("--out", metavar="DIR", help="folder of the results (default results/SCENARIO)")
    run.add_argument(
        "--write-model", metavar="FILE", help="also write the program as .mps or .lp, with its index"
    )
    run.add_argument("--verify-duals", action="store_true", help="look at the key duals from both sides")
    run.add_argument("--time-limit", type=float, metavar="S", help="stop the solver after this many seconds")
    run.add_argument("--workers", type=int, default=1, metavar="N", help="scenarios solved at the same time")

    check = commands.add_parser("check", help="validate inputs and scenarios, solve nothing")
    _common(check)
    check.add_argument("--all", action="store_true", help="every scenario of the inputs")

    compare = commands.add_parser(
        "compare", help="differences between runs: what moved, who paid, what it saved"
    )
    compare.add_argument("reference", metavar="REF", help="scenario, or folder of a run")
    compare.add_argument("others", nargs="+", metavar="OTHER", help="scenarios or folders set beside it")
    compare.add_argument("--out", metavar="DIR", help="folder of the tables (default results/compare-REF)")
    _shared(compare)

    curve = commands.add_parser("curve", help="the cost curve of the industry")
    kinds = curve.add_subparsers(dest="kind", metavar="KIND", required=True)
    cost = kinds.add_parser("cost", help="cost every standing smelter at the market prices of a month")
    cost.add_argument("scenario", nargs="?", default="base-2024", metavar="SCENARIO", help="whose fleet")
    cost.add_argument("--prices", metavar="FILE", help="a month such as 2025-11, or a YAML file of prices")
    cost.add_argument("--out", metavar="DIR", help="folder of the table (default results/cost-curve-MONTH)")
    _shared(cost)
    _audit_parser(commands)

    init = commands.add_parser("init", help="copy the shipped inputs to a folder to edit")
    init.add_argument("folder", metavar="DIR")
    init.add_argument("--minimal", action="store_true", help="the smallest legal set")
    return parser


def _audit_parser(commands: Any) -> None:  # noqa: ANN401
    audit = commands.add_parser("audit", help="trace every value to its source, and name the weak ones")
    audit.add_argument("--sources", action="store_true", help="values, sources, totals, licences (default)")
    audit.add_argument(
        "--fleets", nargs=2, metavar=("FROM", "TO"), help="how one fleet became another, as 2016 2024"
    )
    audit.add_argument("--table", metavar="NAME", help="list every value of one table with its source")
    audit.add_argument("--inputs", metavar="DIR", help="folder of the inputs (default: the shipped ones)")
    audit.add_argument("--out", metavar="DIR", help="also write the tables of the audit as CSV")
    audit.add_argument("--quiet", action="store_true", help="print nothing but errors")
    audit.add_argument("--json", action="store_true", help="print the audit as JSON and nothing else")


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "scenarios", nargs="*", metavar="SCENARIO", help="name or YAML file (default baseline)"
    )
    _shared(parser)


def _shared(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--inputs", metavar="DIR", help="folder of the inputs (default: the shipped ones)")
    parser.add_argument("--resolution", choices=("province", "smelter"))
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", dest="settings",
        help="a scenario or policy field, dotted, as policies.capacity_cap.cap_mt_per_a=40",
    )  # fmt: skip
    parser.add_argument("--quiet", action="store_true", help="print nothing but errors")
    parser.add_argument("--json", action="store_true", help="print the summary as JSON and nothing else")


def _settings(pairs: Sequence[str]) -> dict[str, Any]:
    """Read KEY=VALUE pairs; the value is YAML, so 40, true and {2030: 40} work."""
    from alopt.data.scenario import parse_yaml  # noqa: PLC0415

    settings, problems = {}, []
    for pair in pairs:
        key, equals, text = pair.partition("=")
        value, fault = parse_yaml(text)
        mend = "Write --set KEY=VALUE, as --set discount_rate=0.06."
        if not equals or not key.strip():
            problems.append(Problem("--set", None, None, pair, "is no KEY=VALUE", mend))
        elif fault is not None:
            problems.append(Problem("--set", None, key.strip(), text, fault[1], mend))
        settings[key.strip()] = value
    if problems:
        raise ScenarioError(problems)
    return settings


def _scenarios(options: argparse.Namespace) -> list[str]:
    from alopt.data.schema import default_inputs  # noqa: PLC0415

    if options.all:
        from alopt.data.scenario import scenario_names  # noqa: PLC0415

        names = scenario_names(Path(options.inputs) if options.inputs else default_inputs())
        if not names:
            raise UsageError("There are no scenarios; name a folder made by `alopt init DIR`.")
        return names
    return options.scenarios or ["baseline"]


def _check_usage(options: argparse.Namespace, names: Sequence[str]) -> None:
    if options.write_model and (len(names) > 1 or not options.write_model.endswith((".mps", ".lp"))):
        raise UsageError("--write-model takes one scenario and a file that ends in .mps or .lp.")
    if options.write_model and not Path(options.write_model).resolve().parent.is_dir():
        raise UsageError(f"--write-model {options.write_model}: there is no such folder; make it first.")
    stems = [_out(options, name, many=True) for name in names]
    if len(set(stems)) < len(stems):
        raise UsageError("Two scenarios would write the same folder; rename one file.")
    if options.workers < 1:
        raise UsageError("--workers takes a whole number of 1 or more.")
    if options.time_limit is not None and not 0 <= options.time_limit < float("inf"):
        raise UsageError("--time-limit takes seconds, 0 or more.")


def _run(options: argparse.Namespace) -> int:
    names = _scenarios(options)
    _check_usage(options, names)
    settings = _settings(options.settings)
    jobs = [(name, _out(options, name, many=len(names) > 1), options, settings) for name in names]
    if options.workers > 1 and len(jobs) > 1:
        from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415

        with ProcessPoolExecutor(min(options.workers, len(jobs))) as pool:
            outcomes = list(pool.map(_job, jobs))
    else:
        outcomes = [_job(job) for job in jobs]
    summaries = []
    for (name, *_), (code, message, summary, screen) in zip(jobs, outcomes, strict=True):
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
    return max((code for code, *_ in outcomes), key=_SEVERITY.index)


Outcome = tuple[int, str, dict[str, Any] | None, str]


def _job(job: tuple[str, Path, argparse.Namespace, dict[str, Any]]) -> Outcome:
    """Run one scenario of a batch: exit code, message, summary, screen."""
    from alopt.run import run  # noqa: PLC0415

    name, out, options, settings = job
    gc.collect()  # the model of the scenario before is one large cycle
    gc.disable()  # a run makes a million objects that live until it ends
    try:
        with _progress(f"Solving {name}", quiet=options.quiet or options.json):
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


def _progress(text: str, *, quiet: bool) -> Any:  # noqa: ANN401
    """Show a spinner on a terminal, nothing when output is piped."""
    if quiet or not sys.stderr.isatty():
        return nullcontext()
    from rich.console import Console  # noqa: PLC0415

    return Console(stderr=True).status(text)


def _check(options: argparse.Namespace) -> int:
    from alopt.data.load import load  # noqa: PLC0415

    settings, worst, report = _settings(options.settings), 0, []
    for name in _scenarios(options):
        try:
            load(options.inputs, name, resolution=options.resolution, settings=settings)
            report.append({"scenario": name, "ok": True, "problems": []})
            if not options.quiet and not options.json:
                print(f"{name}: the inputs are sound.")
        except AloptError as error:
            worst = error.exit_code
            problems = [str(problem) for problem in getattr(error, "problems", [])]
            report.append({"scenario": name, "ok": False, "problems": problems})
            print(f"{name}: {error}", file=sys.stderr)
    if options.json:
        print(json.dumps(report, ensure_ascii=False, indent=1))
    return worst


def _compare(options: argparse.Namespace) -> int:
    from alopt.commands.compare import compare_runs  # noqa: PLC0415

    with _progress("Solving", quiet=options.quiet or options.json):
        return compare_runs(options, _settings(options.settings))


def _curve(options: argparse.Namespace) -> int:
    from alopt.commands.curve import curve_cost  # noqa: PLC0415

    return curve_cost(options, _settings(options.settings))


def _audit(options: argparse.Namespace) -> int:
    from alopt.commands.audit import audit  # noqa: PLC0415

    return audit(options)


def _init(options: argparse.Namespace) -> int:
    from alopt.init import init  # noqa: PLC0415

    folder = init(options.folder, minimal=options.minimal)
    print(f"The inputs are in {folder}. Edit them, then: alopt run --inputs {folder}")
    return 0


_COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "run": _run,
    "check": _check,
    "compare": _compare,
    "curve": _curve,
    "audit": _audit,
    "init": _init,
}
