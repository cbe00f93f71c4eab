"""The page of the shipped scenarios: what each asks and what it sets, by theme."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from alopt.data.scenario import read_yaml, scenario_names
from alopt.data.schema import default_inputs
from alopt.pages import page_command

_PAGE = "scenarios/README.md"

#: Names by theme, in the order of the page; what is named in none stands under the last heading.
THEMES: dict[str, tuple[str, ...]] = {
    "Where comparisons start": ("baseline", "baseline-single-years", "base-2024"),
    "Cap and quota": ("no-cap", "cap-40", "quota-free", "quota-1.25"),
    "Carbon prices": (
        "carbon-direct-100", "carbon-direct-200", "carbon-direct-500",
        "carbon-wide-100", "carbon-wide-200", "carbon-wide-500",
        "carbon-market", "carbon-market-captive",
    ),
    "Carbon budgets": ("budget-30", "budget-60", "budget-95", "emissions-95-2050"),
    "Power rules": (
        "tiers-2025", "renewable-30-2027", "renewable-50-2030", "captive-out-2040", "captive-new",
        "cheap-wind-solar",
    ),
    "Droughts, dear coal and alumina": (
        "yunnan-drought", "yunnan-drought-once", "yunnan-drought-each-fourth-year", "sichuan-2022",
        "coal-plus-50", "alumina-january-2025",
    ),
    "Trade": (
        "guinea-embargo", "guinea-embargo-one-year", "xinjiang-refused", "cbam-full", "ets-tiers-cbam",
    ),
    "Demand and recycled metal": ("demand-low", "demand-high", "recycled-15-2027"),
    "Technology and capital": ("inert-anode-2035", "life-10", "life-30"),
    "The fleet of 2016": ("fleet-2016", "fleet-2016-ladder", "fleet-2016-phase-out"),
}  # fmt: skip

_OTHERS = "Others"
_TEXTS = {"name", "description", "question", "sources", "extends", "policies", "overrides"}
_MOST_OVERRIDES = 4

_HEAD = """\
# Scenarios

{count} scenarios, each a file of this folder: a question, what is set, how that stands to the facts, and its
sources. All but `baseline` extend another one and hold only what differs. `alopt run NAME` solves one,
`alopt run --all` all; `alopt compare REFERENCE NAME` shows what moved, who paid, and what it saved: take as
reference what a scenario extends.

Values that no source gives are assumed; the description in the file says which. Results are plans of least
cost under the assumptions, not forecasts. `python -m alopt.analysis.scenario_list --write` renews this page.
"""


def page(inputs: Path | None = None) -> str:
    """Return the page: a table of scenarios for each theme.

    Parameters
    ----------
    inputs : Path, optional
        Folder of the inputs; the shipped ones if not given.

    Raises
    ------
    ScenarioError
        If a file cannot be read.
    """
    folder = default_inputs() if inputs is None else inputs
    names = scenario_names(folder)
    content = {name: read_yaml(folder / "scenarios" / f"{name}.yaml", f"{name}.yaml") for name in names}
    lines = [_HEAD.format(count=len(names))]
    for theme, members in by_theme(names):
        lines += [f"## {theme}\n", "| Scenario | Question | Extends | What is set |", "|---|---|---|---|"]
        for name in members:
            own = content[name]
            parent = f"`{own['extends']}`" if "extends" in own else "–"
            row = (f"[{name}]({name}.yaml)", own["question"], parent, "; ".join(_settings(own)) or "–")
            lines.append("| " + " | ".join(" ".join(str(cell).split()) for cell in row) + " |")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def by_theme(names: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield themes with those of their scenarios that are there; what has no theme comes last."""
    left = set(names)
    for theme, members in THEMES.items():
        found = [name for name in members if name in left]
        left -= set(found)
        if found:
            yield theme, found
    if left:
        yield _OTHERS, sorted(left)


def _settings(own: Mapping[str, Any]) -> Iterator[str]:
    """What a file sets itself: keys, policies, and overrides of tables."""
    if "extends" in own:
        for key, value in own.items():
            if key not in _TEXTS:
                yield f"{key} {_plain(value)}"
    for policy, fields in own.get("policies", {}).items():
        yield f"`{policy}`: " + ("none" if fields is None else _plain(fields))
    overrides = own.get("overrides", [])
    for change in overrides[:_MOST_OVERRIDES]:
        where = ", ".join(_plain(value) for value in change["where"].values())
        (operation,) = {"set", "multiply", "add"} & change.keys()
        sign = {"set": "to", "multiply": "×", "add": "plus"}[operation]
        yield f"`{change['table']}`: {change['column']} of {where} {sign} {_plain(change[operation])}"
    if len(overrides) > _MOST_OVERRIDES:
        yield f"and {len(overrides) - _MOST_OVERRIDES} more overrides"


def _plain(value: Any) -> str:  # noqa: ANN401
    """Write a value of a file in one line without quotes."""
    if isinstance(value, Mapping):
        return ", ".join(
            f"{key}: {_plain(one)}" if isinstance(key, int) else f"{key} {_bracketed(one)}"
            for key, one in value.items()
        )
    if isinstance(value, list):
        return " ".join(_plain(one) for one in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _bracketed(value: Any) -> str:  # noqa: ANN401
    return f"({_plain(value)})" if isinstance(value, Mapping) else _plain(value)


def main() -> int:
    """Print the page, or write it beside the scenarios."""
    return page_command("alopt.analysis.scenario_list", default_inputs() / _PAGE, page)


if __name__ == "__main__":
    raise SystemExit(main())
