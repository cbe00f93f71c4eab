"""`alopt project`: one investment as a finance department sees it."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from alopt.analysis.appraisal import appraise
from alopt.commands.common import NO_FIGURE, settings_of, write_figure
from alopt.data.load import load
from alopt.data.projects import Project, is_project_key, load_project
from alopt.data.schema import default_inputs
from alopt.errors import UsageError
from alopt.results.saved import read_run
from alopt.results.table import ResultTable
from alopt.results.write import result_folder, write_json

#: Scenario whose inputs a project uses where it names none.
SCENARIO = "baseline"


def project(options: argparse.Namespace) -> int:
    """Appraise one investment, write its sheet and show it.

    Returns
    -------
    int
        0; bad inputs and usage are raised.
    """
    from alopt.run import manifest  # noqa: PLC0415

    settings = settings_of(options.settings)
    inputs = Path(options.inputs) if options.inputs else default_inputs()
    own = {key: value for key, value in settings.items() if is_project_key(key)}
    found = load_project(options.name, inputs, own)
    if options.run:
        found = replace(found, paths={"metal_cny_per_t": metal_path(options.run)})
    rest = {key: value for key, value in settings.items() if key not in own}
    data = project_data(found, inputs, rest, options.scenario)
    summary, table = appraise(found, data)
    out = Path(options.out) if options.out else Path("results") / f"project-{Path(options.name).stem}"
    with result_folder(out) as place:
        table.write(place)
        drawn = write_figure(partial(_figure, summary, table), place / "project.svg")
        write_json(place / "project.json", summary)
        write_json(place / "run.json", {"command": "project", **manifest(data, inputs)})
    if options.json:
        print(json.dumps(summary, ensure_ascii=False, indent=1))
    elif not options.quiet:
        from alopt.report.project_screen import project_screen  # noqa: PLC0415

        print(project_screen(summary, table))
        print(f"Sheet{' and figure' if drawn else ''}: {out}")
        if not drawn:
            print(NO_FIGURE)
    return 0


def _figure(summary: dict[str, Any], table: ResultTable) -> Any:  # noqa: ANN401
    from alopt.report import investments  # noqa: PLC0415

    return investments.project_value(summary, table)


def metal_path(run: str) -> dict[int, float]:
    """Metal price by model year of a solved run, CNY/t without VAT.

    Raises
    ------
    UsageError
        If the folder holds no run.
    """
    return {
        int(y): float(found["metal_price_cny_per_t"]) for y, found in read_run(run).summary["years"].items()
    }


def project_data(found: Project, inputs: Path, settings: dict[str, Any], scenario: str | None) -> Any:  # noqa: ANN401
    """Inputs of the scenario and the prices that a project names, at smelter resolution.

    Raises
    ------
    UsageError
        If neither the project nor its scenario names market prices.
    """
    settings = {**found.scenario_settings, **settings}
    name = scenario or found.values.get("scenario", SCENARIO)
    data = load(inputs, name, resolution="smelter", settings=settings)
    if data.market_prices is None:
        raise UsageError(f"The project {found.name} names no prices; give it a month, as prices: 2025-11.")
    return data
