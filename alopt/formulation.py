"""The formulation page, made from the docstrings of the equations that run.

`python -m alopt.formulation` prints it; `python -m alopt.formulation --write` renews
`alopt/formulation.md`. A test fails when that file is stale.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from alopt.model.costs import COMPONENTS
from alopt.model.equations import EQUATIONS, Equation
from alopt.pages import page_command
from alopt.policies import instruments

#: Parts of the model in the order of the page.
PARTS = ("capacity", "operation", "power", "materials", "markets")

PAGE = Path(__file__).with_name("formulation.md")

_INTRODUCTION = """# Formulation

This page is made from the docstrings of the equations that run; `python -m alopt.formulation
--write` renews it. Masses are Mt, power TWh, emissions Mt CO2e, money M CNY without VAT, so a
dual is a price. All decisions are non-negative. An *annual* row's dual is divided by the present
value of the years that its model year stands for, an *event* row's by the discount factor of the
year; the shadow price is then money of that year. Rows of supply and use are written ≥ (dual never
below zero), rows of use and limit ≤ (never above), stocks as equalities.

The objective is the present value of the resource costs listed at the end, plus the payments of
policies, which are transfers and stand apart in every table.
"""


def formulation_page() -> str:
    """Return the whole page as Markdown."""
    modules = [f"alopt.model.{part}" for part in PARTS] + list(instruments().values())
    parts = [_INTRODUCTION]
    for name in modules:
        module = import_module(name)
        equations = [eq for eq in EQUATIONS.values() if eq.module == name]
        heading, _, rest = (inspect.getdoc(module) or "").partition("\n")
        title = name.rsplit(".", 1)[1].replace("_", " ").capitalize()
        parts.append(f"\n## {title}\n\n{heading}\n{rest}".rstrip() + "\n")
        parts += [_equation(eq) for eq in equations]
    parts.append("\n## Cost components\n\n| component | what |\n|---|---|\n" + "".join(_components()))
    return "".join(parts)


def _equation(eq: Equation) -> str:
    index = ", ".join(eq.index) if eq.index else "one row"
    body = _markdown(eq.text)
    facts = {"Index": index, "Basis": eq.basis, "Units": eq.unit, "Dual": eq.dual}
    listed = "".join(f"- {name}: {fact}\n" for name, fact in facts.items())
    return f"\n### {eq.name}\n\n{body}\n\n{listed}"


def _markdown(text: str) -> str:
    """Turn the docstring's math directives into Markdown's."""
    text = re.sub(r":math:`([^`]+)`", r"$\1$", text)
    text = re.sub(r"^\.\. math:: (.+?)(?=\n\n|\Z)", _block, text, flags=re.DOTALL | re.MULTILINE)
    return text.strip()


def _block(match: re.Match[str]) -> str:
    lines = [line.strip() for line in match.group(1).splitlines()]
    return "$$\n" + "\n".join(lines) + "\n$$"


def _components() -> Iterator[str]:
    for component in COMPONENTS:
        text = " ".join((inspect.getdoc(component) or "").split())
        yield f"| {component.__name__} | {text} |\n"


def main() -> int:
    """Print the page, or write it into the package."""
    return page_command("alopt.formulation", PAGE, formulation_page)


if __name__ == "__main__":
    raise SystemExit(main())
