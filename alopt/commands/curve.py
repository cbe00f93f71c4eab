"""`alopt curve`: the cost curve of the industry, of abatement, and what quota is worth."""

from __future__ import annotations

import argparse
import math
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from alopt.analysis.cost_curve import CostCurve, cost_curve
from alopt.commands.common import bar, settings_of, spinner, tell
from alopt.data.load import load
from alopt.data.scenario import scenario_names
from alopt.data.schema import default_inputs
from alopt.errors import UsageError
from alopt.report import style
from alopt.results.saved import is_run, read_run
from alopt.results.write import input_hashes, result_folder, write_json

if TYPE_CHECKING:
    from alopt.analysis.abatement import Wish
    from alopt.data.model_data import ModelData
    from alopt.results.saved import Run
    from alopt.results.table import ResultTable

#: Scenario whose standing fleet is costed where none is named.
STANDING = "base-2024"


def curve(options: argparse.Namespace) -> int:
    """Draw the curve of the kind that is asked for.

    Returns
    -------
    int
        0; what is wrong is raised.
    """
    if options.figure is not None and Path(options.figure).suffix not in style.ENDINGS:
        raise UsageError(
            f"--figure takes a file that ends in {', '.join(style.ENDINGS)}; found {options.figure}."
        )
    return KINDS[options.kind](options)


def curve_cost(options: argparse.Namespace) -> int:
    """Cost the standing fleet at the prices of a month, or that of a plan beside it; write and show it.

    Returns
    -------
    int
        0; what is wrong is raised.
    """
    named = options.scenario
    if options.prices is None or options.year is not None or (named and is_run(Path(named))):
        return _planned(options)
    from alopt.report.curve_screen import curve_screen  # noqa: PLC0415

    inputs = Path(options.inputs) if options.inputs else default_inputs()
    data = load(
        inputs, named or _standing(inputs), resolution=options.resolution or "smelter",
        settings={**settings_of(options.settings), "market_prices": options.prices},
    )  # fmt: skip
    curve = cost_curve(data)
    stem = f"cost-curve-{Path(options.prices).stem}"
    out = Path(options.out) if options.out else Path("results") / stem
    figure = write_curve(out, curve, data, inputs, options.figure)
    return tell(options, curve.summary, lambda: curve_screen(curve.table, curve.summary), out, figure=figure)


def _standing(inputs: Path) -> str:
    """Scenario whose fleet is costed: the base year's, or the baseline where the inputs have no other."""
    return STANDING if STANDING in scenario_names(inputs) else "baseline"


def _planned(options: argparse.Namespace) -> int:
    """Set the cost curve of a plan's fleet beside that of the standing one."""
    from alopt.analysis.planned_curve import planned_curve, year_of  # noqa: PLC0415
    from alopt.report import curves  # noqa: PLC0415
    from alopt.report.planned_screen import planned_screen  # noqa: PLC0415

    inputs = Path(options.inputs) if options.inputs else default_inputs()
    name = options.scenario or "baseline"
    if is_run(Path(name)):
        if options.settings or options.resolution:
            raise UsageError(f"{name} is solved already; --set and --resolution need a scenario.")
        run, data = _saved(Path(name), inputs, options.prices)
        year_of(data, options.year)
    else:
        settings = settings_of(options.settings)
        settings |= {"market_prices": options.prices} if options.prices else {}
        data = load(inputs, name, resolution=options.resolution or "smelter", settings=settings)
        year_of(data, options.year)
        run = _solved(data, inputs, quiet=options.quiet or options.json)
    found = planned_curve(data, run, options.year)
    year = found.summary["year"]
    out = Path(options.out) if options.out else Path("results") / f"cost-curve-{data.scenario.name}-{year}"
    figure = _write(
        out, "cost_curve", [found.table], found.summary, ("curve cost", data, inputs),
        lambda: curves.planned(found.table, found.summary), options.figure,
    )  # fmt: skip
    return tell(options, found.summary, lambda: planned_screen(found), out, figure=figure)


def _saved(folder: Path, inputs: Path, prices: str | None) -> tuple[Run, ModelData]:
    """Read a run, and the inputs from which it was solved."""
    run = read_run(folder)
    mine, theirs = input_hashes(inputs), run.manifest.get("inputs", {})
    if any(mine.get(name) != digest for name, digest in theirs.items() if name.startswith("tables/")):
        raise UsageError(
            f"{inputs} holds other tables than {folder} was solved from; name them with --inputs, or run the "
            "scenario again."
        )
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "scenario.yaml"
        file.write_text(yaml.safe_dump(dict(run.manifest["scenario"])), encoding="utf-8")
        return run, load(inputs, str(file), settings={"market_prices": prices} if prices else {})


def _solved(data: ModelData, inputs: Path, *, quiet: bool) -> Run:
    from alopt.model.build import build  # noqa: PLC0415 - inputs are checked before Pyomo loads
    from alopt.results.saved import of_results  # noqa: PLC0415
    from alopt.run import account, manifest  # noqa: PLC0415
    from alopt.solve import solve  # noqa: PLC0415

    with spinner(f"Solving {data.scenario.name}", quiet=quiet):
        return of_results(account(solve(build(data)), manifest(data, inputs)))


def write_curve(
    out: Path, curve: CostCurve, data: ModelData, inputs: Path, figure: str | None = None
) -> bool:
    """Write table, summary, figure and manifest as one; returns whether there is a figure.

    Raises
    ------
    SolveError
        If the folder cannot be written or holds something else.
    """
    from alopt.report import figures  # noqa: PLC0415

    return _write(
        out, "cost_curve", [curve.table], curve.summary, ("curve cost", data, inputs),
        lambda: figures.cost_curve(curve.table, curve.summary), figure,
    )  # fmt: skip


def curve_abatement(options: argparse.Namespace) -> int:
    """Step the carbon price or a budget, set the expert curve beside it, write and show both.

    Returns
    -------
    int
        0; what is wrong is raised.
    """
    wish = _wish(options)
    inputs, data = _loaded(options)
    from alopt.analysis.abatement import abatement_curve  # noqa: PLC0415 - inputs are checked first
    from alopt.report import curves  # noqa: PLC0415
    from alopt.report.abatement_screen import abatement_screen  # noqa: PLC0415
    from alopt.run import manifest  # noqa: PLC0415

    made_by = manifest(data, inputs)
    steps = 2 + len(wish.budgets) if wish.budgets else 1 + len(wish.prices)
    with bar(steps, quiet=options.quiet or options.json) as progress:
        found = abatement_curve(data, wish, made_by, progress)
    out = Path(options.out) if options.out else Path("results") / f"abatement-{data.scenario.name}"
    figure = _write(
        out, "abatement_curve", [found.steps, found.years, found.measures], found.summary,
        ("curve abatement", data, inputs),
        lambda: curves.abatement(found.steps, found.measures, found.summary), options.figure,
    )  # fmt: skip
    return tell(options, found.summary, lambda: abatement_screen(found), out, figure=figure)


def _wish(options: argparse.Namespace) -> Wish:
    from alopt.analysis.abatement import PRICES, Wish  # noqa: PLC0415

    if options.carbon_prices and options.budgets:
        raise UsageError("Give --carbon-prices or --budgets, not both: a curve steps one of them.")
    prices = _numbers("--carbon-prices", options.carbon_prices) if options.carbon_prices else PRICES
    budgets = tuple(share / 100.0 for share in _numbers("--budgets", options.budgets or ""))
    return Wish(options.boundary, () if budgets else prices, budgets, options.year)


def curve_quota(options: argparse.Namespace) -> int:
    """Work out what quota is worth by year, demand and import parity; write and show it beside deals.

    Returns
    -------
    int
        0; what is wrong is raised.
    """
    inputs, data = _loaded(options)
    from alopt.analysis.quota_value import DEMAND, PARITY, quota_value  # noqa: PLC0415
    from alopt.report import curves  # noqa: PLC0415
    from alopt.report.quota_screen import quota_screen  # noqa: PLC0415
    from alopt.run import manifest  # noqa: PLC0415

    with bar(len(DEMAND) * len(PARITY) + 1, quiet=options.quiet or options.json) as progress:
        found = quota_value(data, manifest(data, inputs), options.year, progress)
    out = Path(options.out) if options.out else Path("results") / f"quota-{data.scenario.name}"
    figure = _write(
        out, "quota_value", [found.table], found.summary, ("curve quota", data, inputs),
        lambda: curves.quota(found.summary), options.figure,
    )  # fmt: skip
    return tell(options, found.summary, lambda: quota_screen(found.summary), out, figure=figure)


def _numbers(name: str, text: str) -> tuple[float, ...]:
    """Read numbers between commas."""
    parts = [part.strip() for part in text.split(",")] if text else []
    try:
        found = tuple(float(part) for part in parts)
    except ValueError:
        found = (math.nan,)
    if not all(math.isfinite(number) for number in found):
        raise UsageError(f"{name} takes numbers with commas between them, as 0,50,100; found {text!r}.")
    return found


def _loaded(options: argparse.Namespace) -> tuple[Path, ModelData]:
    """Inputs and data of a scenario with the settings of the command line."""
    inputs = Path(options.inputs) if options.inputs else default_inputs()
    settings = settings_of(options.settings)
    return inputs, load(inputs, options.scenario, resolution=options.resolution, settings=settings)


def _write(
    out: Path,
    name: str,
    tables: Sequence[ResultTable],
    summary: dict[str, Any],
    origin: tuple[str, ModelData, Path],
    draw: Callable[[], Any],
    figure: str | None = None,
) -> bool:
    """Write tables, summary, manifest and, where the plotting library is there, the figure, as one.

    With ``figure`` the figure goes to that file as well, and must be there.
    """
    from alopt.run import manifest  # noqa: PLC0415

    command, data, inputs = origin
    try:
        chart = draw()
    except UsageError:
        if figure is not None:
            raise
        chart = None
    if figure is not None:
        style.save_as(chart, Path(figure))
    with result_folder(out) as place:
        for table in tables:
            table.write(place)
        write_json(place / f"{name}.json", summary)
        write_json(place / "run.json", {"command": command, **manifest(data, inputs)})
        if chart is not None:
            style.save(chart, place, name)
    return chart is not None


KINDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "cost": curve_cost,
    "abatement": curve_abatement,
    "quota": curve_quota,
}
