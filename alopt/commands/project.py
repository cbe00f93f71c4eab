"""`alopt project`: one investment as a finance department sees it."""

from __future__ import annotations

import argparse
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from alopt.analysis.appraisal import appraise
from alopt.analysis.project import project_data
from alopt.commands.common import settings_of, tell, write_figure
from alopt.data.projects import is_project_key, load_project
from alopt.data.schema import default_inputs
from alopt.results.saved import read_run
from alopt.results.table import ResultTable
from alopt.results.write import result_folder, write_json


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

    def screen() -> str:
        from alopt.report.project_screen import project_screen  # noqa: PLC0415 - for the screen alone

        return project_screen(summary, table)

    return tell(options, summary, screen, out, figure=drawn, what="Sheet")


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
