"""`alopt curve`: cost curves."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from alopt.analysis.cost_curve import CostCurve, cost_curve
from alopt.commands.common import settings_of
from alopt.data.load import load
from alopt.data.schema import default_inputs
from alopt.errors import UsageError
from alopt.results.write import result_folder, write_json

if TYPE_CHECKING:
    from alopt.data.model_data import ModelData

#: Scenario whose standing fleet is costed where none is named.
STANDING = "base-2024"


def curve_cost(options: argparse.Namespace) -> int:
    """Cost the standing fleet at the prices of a month, write the curve and show it.

    Returns
    -------
    int
        0; bad inputs and usage are raised.
    """
    if options.prices is None:
        raise UsageError("curve cost needs --prices: a month such as 2025-11, or a YAML file of prices.")
    inputs = Path(options.inputs) if options.inputs else default_inputs()
    data = load(
        inputs, options.scenario, resolution=options.resolution or "smelter",
        settings={**settings_of(options.settings), "market_prices": options.prices},
    )  # fmt: skip
    curve = cost_curve(data)
    stem = f"cost-curve-{Path(options.prices).stem}"
    out = Path(options.out) if options.out else Path("results") / stem
    figure = write_curve(out, curve, data, inputs)
    if options.json:
        print(json.dumps(curve.summary, ensure_ascii=False, indent=1))
    elif not options.quiet:
        from alopt.report.curve_screen import curve_screen  # noqa: PLC0415

        print(curve_screen(curve.table, curve.summary))
        print(f"Table{' and figure' if figure else ''}: {out}")
        if not figure:
            print("No figure: pip install 'alopt[report]' draws it.")
    return 0


def write_curve(out: Path, curve: CostCurve, data: ModelData, inputs: Path) -> bool:
    """Write table, summary, figure and manifest as one; returns whether there is a figure.

    Raises
    ------
    SolveError
        If the folder cannot be written or holds something else.
    """
    from alopt.report import figures, style  # noqa: PLC0415
    from alopt.run import manifest  # noqa: PLC0415

    try:
        chart = figures.cost_curve(curve.table, curve.summary)
    except UsageError:
        chart = None
    with result_folder(out) as place:
        curve.table.write(place)
        write_json(place / "cost_curve.json", curve.summary)
        write_json(place / "run.json", {"command": "curve cost", **manifest(data, inputs)})
        if chart is not None:
            style.save(chart, place, "cost_curve")
    return chart is not None
