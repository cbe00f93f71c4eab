"""CPU time of solving the compiled program again from the last basis, against solving it from nothing.

    python tests/benchmarks/again.py

steps the carbon price of the abatement curve on the baseline at both resolutions and writes
`again.md` beside this file. Each step after the first is solved twice: again from the basis of the
step before, and by a fresh solver. Both must find the same cost. CPU time rather than wall time, as
it does not hang on what else runs. Building and compiling the model once, as the curve does, stands
beside it: a step on its own would pay for that too.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent

#: Rows of the table: key, label, format.
ROWS = (
    ("steps", "steps after the first", "{:.0f}"),
    ("model", "build and compile once, s", "{:.2f}"),
    ("first", "first solve, s", "{:.2f}"),
    ("cold", "later steps, each from nothing, s", "{:.2f}"),
    ("warm", "later steps, from the last basis, s", "{:.2f}"),
    ("ratio", "warm / cold", "{:.2f}"),
    ("whole", "warm / (cold with building and compiling each step)", "{:.2f}"),
)


def measure(inputs: str | None, scenario: str, resolution: str) -> dict[str, float]:
    """CPU seconds of one curve."""
    import alopt
    from alopt.analysis.abatement import Wish, abatement_curve
    from alopt.solve.again import Again

    data = alopt.load(inputs, scenario, resolution=resolution)
    start = time.process_time()
    Again(alopt.build(data))
    model = time.process_time() - start
    timing = abatement_curve(data, Wish(cold=True)).summary["timing_s"]
    steps, warm, cold = (
        len(timing["iterations"]) - 1,
        timing["later_solves"],
        timing["later_solves_cold"],
    )
    return {
        "steps": steps, "model": model, "first": timing["first_solve"], "cold": cold, "warm": warm,
        "ratio": warm / cold, "whole": warm / (cold + steps * model),
    }  # fmt: skip


def table(found: dict[str, dict[str, float]], scenario: str) -> str:
    """The figures as a page of Markdown."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("pyomo", "highspy"))
    machine = f"{os.cpu_count()} cores ({platform.machine()})"
    command = " ".join(["python tests/benchmarks/again.py", *sys.argv[1:]])
    lines = [
        "# Solving again",
        "",
        f"Scenario `{scenario}`, abatement curve of carbon prices, CPU time; {machine}.",
        f"Python {platform.python_version()}, {packages}.",
        f"Command: `{command}`. What is measured stands at the top of that file.",
        "",
        f"| | {' | '.join(found)} |",
        f"|---|{'---:|' * len(found)}",
    ]
    for key, label, form in ROWS:
        lines.append(f"| {label} | {' | '.join(form.format(figures[key]) for figures in found.values())} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and write the figures."""
    parser = argparse.ArgumentParser(description="Time warm solves against cold ones.")
    parser.add_argument("--inputs", help="folder of the inputs; the shipped ones if not given")
    parser.add_argument("--scenario", default="baseline")
    parser.add_argument("--resolution", action="append", choices=["province", "smelter"])
    parser.add_argument("--out", type=Path, default=HERE / "again.md")
    options = parser.parse_args()
    resolutions = options.resolution or ["province", "smelter"]
    found = {name: measure(options.inputs, options.scenario, name) for name in resolutions}
    text = table(found, options.scenario)
    options.out.write_text(text, encoding="utf-8")
    print(text, end="")


if __name__ == "__main__":
    main()
