"""`alopt list`: the scenarios of the inputs by theme, each with its question."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from alopt.analysis.scenario_list import by_theme
from alopt.data.scenario import read_yaml, scenario_names
from alopt.data.schema import default_inputs
from alopt.errors import UsageError

Listed = dict[str, str]


def list_scenarios(options: argparse.Namespace) -> int:
    """Print name, question and parent of each scenario, or of those that hold a word.

    Returns
    -------
    int
        0.

    Raises
    ------
    UsageError
        If there is no scenario, or none that holds the word.
    ScenarioError
        If a file cannot be read.
    """
    folder = Path(options.inputs) if options.inputs else default_inputs()
    found = [one for one in _scenarios(folder) if _holds(one, options.word)]
    if not found:
        if options.word:
            raise UsageError(f"No scenario holds the word {options.word}; alopt list without it names all.")
        raise UsageError("There are no scenarios; name a folder made by `alopt init DIR`.")
    if options.json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        print(_screen(found))
    return 0


def _scenarios(folder: Path) -> Iterator[Listed]:
    for theme, names in by_theme(scenario_names(folder)):
        for name in names:
            own = read_yaml(folder / "scenarios" / f"{name}.yaml", f"scenarios/{name}.yaml")
            texts = {key: " ".join(str(own.get(key, "")).split()) for key in ("question", "description")}
            yield {"scenario": name, "theme": theme, **texts, "extends": str(own.get("extends", ""))}


def _holds(one: Listed, word: str | None) -> bool:
    texts = (one[key] for key in ("scenario", "question", "description", "extends"))
    return word is None or any(word.casefold() in text.casefold() for text in texts)


def _screen(found: list[Listed]) -> str:
    from alopt.report.screen import grid, page  # noqa: PLC0415

    text, console = page()
    table = grid("", "scenario", [])
    table.add_column("question", overflow="fold")
    table.add_column("compare with", no_wrap=True)
    theme = ""
    for one in found:
        if one["theme"] != theme:
            theme = one["theme"]
            table.add_section()
            table.add_row("", f"[bold]{theme}[/bold]")
        table.add_row(one["scenario"], one["question"], one["extends"])
    console.print(table)
    console.print("alopt run SCENARIO solves one; alopt compare REFERENCE SCENARIO says what it changes.")
    return text.getvalue().rstrip()
