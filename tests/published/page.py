"""The published figures and the model's, as a page.

    python -m tests.published.page            prints it
    python -m tests.published.page --write    writes README.md beside this file

Run it from the top of the repository.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from math import isclose
from pathlib import Path

from alopt.pages import page_command

from .cell_figures import GAO, GAO_BARS
from .emission_figures import AN, CLIMATE_TRACE, CLIMATE_TRACE_2023, MEE_DRAFT, MPP
from .figure import CNIA, CNIA_2023, CNIA_2024, NBS_2020, SMM_DECEMBER, WANG, Figure, Tolerance
from .industry_figures import SMM_2025
from .material_figures import SMM_ALUMINA, SMM_IMPORTS
from .money_figures import REUTERS_2020, SMM_COST
from .published_figures import FIGURES
from .runs import run

PAGE = Path(__file__).with_name("README.md")

#: Digits after the point, by unit: few enough to be the same on every machine. A share is in per cent.
DECIMALS = {
    "1": 1,
    "1/a": 1,
    "1/kt": 2,
    "CNY per MWh with VAT": 0,
    "CNY per t with VAT": 0,
    "CNY per t/a": 0,
    "Mt": 1,
    "Mt CO2e": 0,
    "Mt more": 2,
    "Mt/a": 1,
    "TWh": 0,
    "kWh AC per t": 0,
    "kWh DC per kg": 3,
    "t CO2e/t": 2,
    "t per cell-day": 2,
}

#: Long citations and what the tables print instead.
SHORT = {
    CNIA: "CNIA, 2025",
    CNIA_2023: "CNIA, 2024 (Argus)",
    CNIA_2024: "CNIA, 2025 (Mysteel)",
    WANG: "Wang et al., 2025",
    GAO_BARS: "Gao et al., 2017, section 4.2",
    GAO: "Gao et al., 2017, Table 2",
    CLIMATE_TRACE: "Climate TRACE, 2025",
    CLIMATE_TRACE_2023: "Climate TRACE, 2024",
    MEE_DRAFT: "MEE, draft of 2024",
    MPP: "MPP, 2022",
    AN: "An et al., 2024",
    NBS_2020: "NBS, 2021",
    SMM_DECEMBER: "SMM, January 2025",
    SMM_IMPORTS: "SMM, 21 March 2025",
    SMM_ALUMINA: "SMM, 4 September 2025",
    SMM_COST: "SMM, 1 December 2025",
    SMM_2025: "SMM, 24 November 2025",
    REUTERS_2020: "Reuters, 2020",
}

SHARES = {"1": " %", "1/a": " %/a"}

HEAD = """# The model beside published figures

Made by `python -m tests.published.page --write`; the tests fail when it is stale. To see the figures as the
model gives them now, run `python -m tests.published.page`; to test them, `pytest tests/published -q`. Both
from the top of a clone. Full citations stand at the end.

{counts}

Two of the model's misses, the output of two designs under *Cells*, are slips of their source. The ladder
holds every rung against one model: its misses say how far apart the sources' factors and boundaries are.

{themes}

A tolerance follows one of four rules, fixed before the model was asked, the same for every figure:

- *printed digit*: a figure that must follow from others by arithmetic may differ by half of its last digit;
- *printed range*: between the lowest and the highest figure that sources print, all agree;
- *two per cent*: a national total or mean may differ by 2 %, as compilers do about the same year;
- *two points*: a share may differ by 2 percentage points, or a tenth of itself where that is less.

*Calibrated* means that inputs were set with the figure in view; only the other rows test the model. A value
marked "by arithmetic" comes from the source's own figures, and tests the source. The model's values are of
the scenario `base-2024`, the fleet of end-2024 dispatched for 2024; a row of another scenario says so, and is
of its first model year.
"""

COLUMNS = ("figure", "published", "source", "model", "tolerance", "verdict", "calibrated", "cause or note")


def number(value: float, unit: str) -> str:
    """A number in its unit's digits."""
    scale = 100.0 if unit in SHARES else 1.0
    text = f"{value * scale:,.{DECIMALS[unit]}f}"
    return text.replace("-", "−") if text.strip("-0.") else "0"


def quantity(value: float, unit: str) -> str:
    """A number with its unit."""
    return number(value, unit) + SHARES.get(unit, f" {unit}")


def published(figure: Figure) -> str:
    """The published number, or the range of which it is the middle."""
    low, high = figure.tolerance.low, figure.tolerance.high
    if (
        figure.tolerance.rule == "printed range"
        and low < high
        and isclose(figure.published, (low + high) / 2)
    ):
        return f"{number(low, figure.unit)} to {quantity(high, figure.unit)}"
    return quantity(figure.published, figure.unit)


def deviation(value: float, printed: float) -> str:
    """Computed over published, less one, in whole per cent, or tenths of one below one."""
    per_cent = 100 * (value / printed - 1)
    return f"{per_cent:+.{1 if abs(per_cent) < 1 else 0}f} %".replace("-", "−")


def bounds(tolerance: Tolerance, unit: str) -> str:
    """A tolerance and its rule; a digit more, as a bound has one more than its figure."""
    scale = 100.0 if unit in SHARES else 1.0
    digits = DECIMALS[unit] + (2 if tolerance.rule == "printed digit" else 1)
    low, high = (
        f"{scale * bound:,.{digits}f}".rstrip("0").rstrip(".") for bound in (tolerance.low, tolerance.high)
    )
    return f"{low} to {high} ({tolerance.rule})".replace("-", "−")


def short(citation: str) -> str:
    """A citation with long ones replaced by their short forms."""
    for long, brief in SHORT.items():
        citation = citation.replace(long, brief)
    return citation


def computed(figure: Figure) -> float | None:
    """The model's number, or the arithmetic's; None where no run can be asked."""
    if figure.computed is None:
        return None
    return figure.computed(run(figure.scenario) if figure.scenario else None)


def row(figure: Figure) -> str:
    """A line of the table."""
    value = computed(figure)
    model, verdict = "–", figure.kind
    if value is not None:
        model = number(value, figure.unit) + SHARES.get(figure.unit, "")
        if figure.scenario is None:
            model += " by arithmetic"
        elif figure.scenario != "base-2024":
            model += f" (`{figure.scenario}`)"
    if value is not None and figure.hit is not None:
        agrees = figure.tolerance.low <= value <= figure.tolerance.high
        verdict = "hit" if agrees else f"**miss**, {deviation(value, figure.published)}"
    cells = (
        figure.name,
        published(figure),
        short(figure.citation),
        model,
        "–" if verdict == "information" else bounds(figure.tolerance, figure.unit),
        verdict,
        "yes" if figure.calibrated else "no" if figure.kind == "model" else "–",
        figure.cause or figure.note or "",
    )
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"


def counts(figures: Iterable[Figure]) -> str:
    """How many rows hit, miss, and are calibrated."""
    figures = list(figures)
    model = [figure for figure in figures if figure.kind == "model"]
    source = [figure for figure in figures if figure.kind == "source"]
    lines = ["| | rows | hits | misses |", "|---|---|---|---|"]
    for label, rows in (
        ("model against a figure that inputs were set with", [f for f in model if f.calibrated]),
        ("model against a figure that they were not", [f for f in model if not f.calibrated]),
        ("a source's figures against each other", source),
    ):
        hits = sum(figure.hit is True for figure in rows)
        lines.append(f"| {label} | {len(rows)} | {hits} | {len(rows) - hits} |")
    kinds = Counter(figure.kind for figure in figures)
    lines += [f"| {label} | {kinds[label]} | – | – |" for label in ("information", "not modelled")]
    return "\n".join(lines)


def themes(figures: Iterable[Figure]) -> str:
    """Hits and misses by theme."""
    tally = Counter((figure.theme, figure.hit) for figure in figures)
    lines = ["| theme | hits | misses | no verdict |", "|---|---|---|---|"]
    lines += [
        f"| {theme} | {tally[theme, True]} | {tally[theme, False]} | {tally[theme, None]} |"
        for theme in dict.fromkeys(theme for theme, _ in tally)
    ]
    return "\n".join(lines)


def page(figures: Iterable[Figure] = FIGURES) -> str:
    """The whole page, one table per theme."""
    figures = list(figures)
    parts = [HEAD.format(counts=counts(figures), themes=themes(figures))]
    for theme in dict.fromkeys(figure.theme for figure in figures):
        lines = [f"## {theme}", "", "| " + " | ".join(COLUMNS) + " |", "|---" * len(COLUMNS) + "|"]
        lines += [row(figure) for figure in figures if figure.theme == theme]
        parts.append("\n".join(lines) + "\n")
    lines = [f"- {brief}: {long}." for long, brief in SHORT.items()]
    parts.append("\n".join(["## Sources", "", *lines]) + "\n")
    return "\n".join(parts)


def main(arguments: list[str] | None = None) -> int:
    """Print the page, or write it beside this file."""
    return page_command("tests.published.page", PAGE, page, arguments)


if __name__ == "__main__":
    raise SystemExit(main())
