"""The commands. Exit codes: 0 solved, 2 bad input, 3 infeasible, 4 stopped or failed a check, 1 a bug."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from alopt.errors import AloptError

if TYPE_CHECKING:
    pass

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
    run.add_argument(
        "--workers", type=int, metavar="N", help="scenarios solved at the same time (default: processors)"
    )

    check = commands.add_parser("check", help="validate inputs and scenarios, solve nothing")
    _common(check)
    check.add_argument("--all", action="store_true", help="every scenario of the inputs")

    listing = commands.add_parser("list", help="the scenarios of the inputs, each with its question")
    listing.add_argument("word", nargs="?", metavar="WORD", help="only those that hold it, as carbon")
    listing.add_argument("--inputs", metavar="DIR", help="folder of the inputs (default: the shipped ones)")
    listing.add_argument("--json", action="store_true", help="print the list as JSON and nothing else")

    compare = commands.add_parser(
        "compare", help="differences between runs: what moved, who paid, what it saved"
    )
    compare.add_argument("reference", metavar="REF", help="scenario, or folder of a run")
    compare.add_argument("others", nargs="+", metavar="OTHER", help="scenarios or folders set beside it")
    compare.add_argument("--out", metavar="DIR", help="folder of the tables (default results/compare-REF)")
    _shared(compare)

    _curve_parser(commands)
    _project_parser(commands)
    _audit_parser(commands)
    _report_parser(commands)

    _retrofit_parser(commands)

    explain = commands.add_parser("explain", help="why the optimum is so; where infeasible, what conflicts")
    _scenario(explain)
    explain.add_argument(
        "--about", metavar="WORD", help="a region, site, cell, policy, constraint, source or market"
    )
    _shared(explain)

    init = commands.add_parser("init", help="copy the shipped inputs to a folder to edit")
    init.add_argument("folder", metavar="DIR")
    init.add_argument("--minimal", action="store_true", help="the smallest legal set")
    return parser


def _curve_parser(commands: Any) -> None:  # noqa: ANN401
    curve = commands.add_parser(
        "curve", help="curves: cost of the industry, cost of abatement, worth of quota"
    )
    kinds = curve.add_subparsers(dest="kind", metavar="KIND", required=True)
    cost = kinds.add_parser(
        "cost", help="the fleet of a plan beside the standing one; with --prices: the standing one alone"
    )
    cost.add_argument(
        "scenario", nargs="?", metavar="SCENARIO",
        help="scenario, or folder of a run (default baseline; with --prices base-2024)",
    )  # fmt: skip
    cost.add_argument("--prices", metavar="FILE", help="a month such as 2025-11, or a YAML file of prices")
    cost.add_argument(
        "--year",
        type=int,
        metavar="Y",
        help="model year of the planned fleet (default: that nearest to eleven years on)",
    )
    cost.add_argument(
        "--out", metavar="DIR", help="folder (default results/cost-curve-MONTH or -SCENARIO-YEAR)"
    )
    _drawn(cost)
    _shared(cost)
    abatement = kinds.add_parser("abatement", help="what a tonne of CO2e less costs, from the model")
    _scenario(abatement)
    abatement.add_argument(
        "--carbon-prices", metavar="LIST", help="steps in CNY/t from 0 on, as 0,50,100,200"
    )
    abatement.add_argument(
        "--budgets",
        metavar="LIST",
        help="instead: percent of the emissions without carbon policy, as 95,90,80",
    )
    abatement.add_argument(
        "--boundary", choices=("direct", "smelter_scope_1_2"), default="smelter_scope_1_2",
        help="which emissions (default smelter_scope_1_2)",
    )  # fmt: skip
    abatement.add_argument(
        "--year", type=int, metavar="Y", help="model year of the expert curve (the second)"
    )
    abatement.add_argument("--out", metavar="DIR", help="folder (default results/abatement-SCENARIO)")
    _drawn(abatement)
    _shared(abatement)
    quota = kinds.add_parser("quota", help="what a tonne of smelting quota is worth, beside published deals")
    _scenario(quota)
    quota.add_argument("--year", type=int, metavar="Y", help="model year whose price is compared (the first)")
    quota.add_argument("--out", metavar="DIR", help="folder (default results/quota-SCENARIO)")
    _drawn(quota)
    _shared(quota)


def _drawn(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--figure", metavar="FILE", help="also write the figure to this .svg, .png or .html")


def _project_parser(commands: Any) -> None:  # noqa: ANN401
    project = commands.add_parser("project", help="one investment: cash flow, returns, break-evens, CO2")
    project.add_argument("name", metavar="NAME", help="one of the inputs' projects, or a YAML file")
    project.add_argument("--scenario", metavar="SCENARIO", help="instead of the one that the project names")
    project.add_argument("--run", metavar="DIR", help="metal price by year of a solved run")
    project.add_argument("--inputs", metavar="DIR", help="folder of the inputs (default: the shipped ones)")
    project.add_argument("--out", metavar="DIR", help="folder of the sheet (default results/project-NAME)")
    project.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", dest="settings",
        help="a field of the project (rates.investor=0.1) or else of its scenario, dotted",
    )  # fmt: skip
    project.add_argument("--quiet", action="store_true", help="print nothing but errors")
    project.add_argument("--json", action="store_true", help="print the summary as JSON and nothing else")


def _retrofit_parser(commands: Any) -> None:  # noqa: ANN401
    retrofit = commands.add_parser("retrofit", help="every retrofit and rebuild: taken or left, by how much")
    _scenario(retrofit)
    retrofit.add_argument("--owner", metavar="NAME", help="one owner's smelters, smelter by smelter")
    retrofit.add_argument(
        "--site", metavar="SITE", help="one smelter: what pays at which power price, and why"
    )
    contract = "the owner's power, as {price_cny_per_mwh: 380, vat: included}"
    retrofit.add_argument("--contract", metavar="YAML", help=contract)
    retrofit.add_argument(
        "--audit", type=int, default=24, metavar="N", help="options held against the whole model (24)"
    )
    retrofit.add_argument("--out", metavar="DIR", help="folder (default results/retrofit-SCENARIO)")
    _shared(retrofit)


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


def _report_parser(commands: Any) -> None:  # noqa: ANN401
    report = commands.add_parser("report", help="one HTML file of solved runs, to mail or print")
    report.add_argument("runs", nargs="+", metavar="RUN", help="folder of a run, or a scenario in results/")
    report.add_argument("--compare", metavar="REF", help="a run beside which each is set")
    report.add_argument("--lang", choices=("en", "zh"), default="en", help="language (default en)")
    report.add_argument("--out", metavar="FILE", help="file (default results/RUN-report.html)")
    report.add_argument("--quiet", action="store_true", help="print nothing but errors")
    report.add_argument("--json", action="store_true", help="print file and size as JSON and nothing else")


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "scenarios", nargs="*", metavar="SCENARIO", help="name or YAML file (default baseline)"
    )
    _shared(parser)


def _scenario(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "scenario", nargs="?", default="baseline", metavar="SCENARIO", help="name or YAML file"
    )


def _shared(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--inputs", metavar="DIR", help="folder of the inputs (default: the shipped ones)")
    parser.add_argument("--resolution", choices=("province", "smelter"))
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", dest="settings",
        help="a scenario or policy field, dotted, as policies.capacity_cap.cap_mt_per_a=40",
    )  # fmt: skip
    parser.add_argument("--quiet", action="store_true", help="print nothing but errors")
    parser.add_argument("--json", action="store_true", help="print the summary as JSON and nothing else")


def _run(options: argparse.Namespace) -> int:
    from alopt.commands.run import run_scenarios  # noqa: PLC0415

    return run_scenarios(options)


def _check(options: argparse.Namespace) -> int:
    from alopt.commands.run import check_scenarios  # noqa: PLC0415

    return check_scenarios(options)


def _list(options: argparse.Namespace) -> int:
    from alopt.commands.list import list_scenarios  # noqa: PLC0415

    return list_scenarios(options)


def _compare(options: argparse.Namespace) -> int:
    from alopt.commands.compare import compare_runs  # noqa: PLC0415

    return compare_runs(options)


def _curve(options: argparse.Namespace) -> int:
    from alopt.commands.curve import curve  # noqa: PLC0415

    return curve(options)


def _project(options: argparse.Namespace) -> int:
    from alopt.commands.project import project  # noqa: PLC0415

    return project(options)


def _retrofit(options: argparse.Namespace) -> int:
    from alopt.commands.retrofit import retrofit  # noqa: PLC0415

    return retrofit(options)


def _audit(options: argparse.Namespace) -> int:
    from alopt.commands.audit import audit  # noqa: PLC0415

    return audit(options)


def _explain(options: argparse.Namespace) -> int:
    from alopt.commands.explain import explain  # noqa: PLC0415

    return explain(options)


def _report(options: argparse.Namespace) -> int:
    from alopt.commands.report import make_report  # noqa: PLC0415

    return make_report(options)


def _init(options: argparse.Namespace) -> int:
    from alopt.init import init  # noqa: PLC0415

    folder = init(options.folder, minimal=options.minimal)
    print(f"The inputs are in {folder}. Edit them, then: alopt run --inputs {folder}")
    return 0


_COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "run": _run,
    "check": _check,
    "list": _list,
    "compare": _compare,
    "curve": _curve,
    "project": _project,
    "retrofit": _retrofit,
    "audit": _audit,
    "explain": _explain,
    "report": _report,
    "init": _init,
}
