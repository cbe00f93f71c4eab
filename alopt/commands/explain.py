"""`alopt explain`: why the optimum is so; where there is none, what conflicts or earns without end."""

from __future__ import annotations

import argparse
import json
from typing import Any

from alopt.commands.common import settings_of, spinner
from alopt.data.load import load
from alopt.errors import InfeasibleError


def explain(options: argparse.Namespace) -> int:
    """Solve a scenario and print why its plan is so, or why it has none.

    Returns
    -------
    int
        0 where there is an optimum, 3 where the scenario is infeasible or unbounded: its
        diagnosis is what was asked for, and goes to the same place as an explanation.
    """
    settings = settings_of(options.settings)
    data = load(options.inputs, options.scenario, resolution=options.resolution, settings=settings)
    from alopt.model.build import build  # noqa: PLC0415 - inputs are checked before Pyomo loads
    from alopt.results.explanation import explain as explained  # noqa: PLC0415
    from alopt.solve import solve  # noqa: PLC0415

    try:
        with spinner(f"Explaining {data.scenario.name}", quiet=options.quiet or options.json):
            solution = solve(build(data))
    except InfeasibleError as error:
        found: Any = error.diagnosis
        _print(options, found.as_json() | {"scenario": data.scenario.name}, f"{data.scenario.name}: {error}")
        return error.exit_code
    why = explained(solution, options.about)
    about = f", about {why.about}" if why.about else ""
    title = f"{data.scenario.name}{about}: why the cheapest plan under these assumptions is so."
    _print(options, why.as_json() | {"scenario": data.scenario.name}, "\n".join([title, *why.lines]))
    return 0


def _print(options: argparse.Namespace, content: dict[str, Any], text: str) -> None:
    if options.json:
        print(json.dumps(content, ensure_ascii=False, indent=1))
    elif not options.quiet:
        print(text)
