"""What commands share: settings from the command line, names of scenarios, signs of life."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from alopt.data.scenario import parse_yaml, scenario_names
from alopt.data.schema import default_inputs
from alopt.errors import Problem, ScenarioError, UsageError


def settings_of(pairs: Sequence[str]) -> dict[str, Any]:
    """Read KEY=VALUE pairs; the value is YAML, so 40, true and {2030: 40} work."""
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


def scenarios_of(options: argparse.Namespace) -> list[str]:
    """Names of the scenarios that a command is about: given, all, or the baseline."""
    if options.all:
        names = scenario_names(Path(options.inputs) if options.inputs else default_inputs())
        if not names:
            raise UsageError("There are no scenarios; name a folder made by `alopt init DIR`.")
        return names
    return options.scenarios or ["baseline"]


def spinner(text: str, *, quiet: bool) -> Any:  # noqa: ANN401
    """Show a spinner on a terminal, nothing when output is piped."""
    if quiet or not sys.stderr.isatty():
        return nullcontext()
    from rich.console import Console  # noqa: PLC0415

    return Console(stderr=True).status(text)


@contextmanager
def bar(total: int, *, quiet: bool) -> Iterator[Callable[[str], None]]:
    """Show a progress bar on a terminal, nothing when output is piped."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=total)
        yield lambda name: progress.update(task, advance=1, description=f"{name} done")


#: Said where the plotting library is not installed.
NO_FIGURE = "No figure: pip install 'alopt[report]' draws it."


def tell(
    options: argparse.Namespace,
    summary: dict[str, Any],
    screen: Callable[[], str],
    out: Path,
    *,
    figure: bool,
    what: str = "Tables",
) -> int:
    """Show the summary as JSON, or the screen and where the tables are; return 0."""
    if options.json:
        print(json.dumps(summary, ensure_ascii=False, indent=1))
    elif not options.quiet:
        print(screen())
        print(f"{what}{' and figure' if figure else ''}: {out}")
        if not figure:
            print(NO_FIGURE)
    return 0


def write_figure(chart: Callable[[], Any], file: Path) -> bool:
    """Draw a chart into an SVG file; False, and nothing written, where the plotting library is missing."""
    from alopt.report import style  # noqa: PLC0415

    try:
        svg = style.picture(style.specification(chart))
    except UsageError:
        return False
    file.write_text(svg, encoding="utf-8")
    return True
