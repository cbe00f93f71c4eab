"""Two runs beside each other on one screen: what moved, who paid, what was saved, what leaked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from alopt.report.screen import grid, page

if TYPE_CHECKING:
    from alopt.results.compare import Comparison
    from alopt.results.table import ResultTable

#: Regions named on either side of what moved.
_SHOWN = 4

#: Components and sources named; the rest are summed.
_ITEMS = 8

#: Mt of output that is worth naming.
_VISIBLE = 0.05

_LINES = (
    ("output, Mt", "nation", "production", "{:+.2f}", 1.0),
    ("metal imports, Mt", "nation", "imports", "{:+.2f}", 1.0),
    ("AC power, kWh/t", "nation", "ac_kwh_per_t", "{:+,.0f}", 1.0),
    ("renewable share, points", "nation", "renewable_share", "{:+.1f}", 100.0),
    ("metal price, CNY/t", "nation", "metal_price_cny_per_t", "{:+,.0f}", 1.0),
    ("quota rent, CNY/t·a", "nation", "quota_rent_cny_per_t_a", "{:+,.0f}", 1.0),
    ("jobs, thousand", "nation", "employment_persons", "{:+.1f}", 1e-3),
    ("direct, Mt CO2e", "emissions by boundary", "direct", "{:+.1f}", 1.0),
    ("smelter scope 1 2, Mt CO2e", "emissions by boundary", "smelter_scope_1_2", "{:+.1f}", 1.0),
    ("industry, Mt CO2e", "emissions by boundary", "industry", "{:+.1f}", 1.0),
    ("abroad (outside), Mt CO2e", "emissions by boundary", "outside", "{:+.1f}", 1.0),
)

_EFFECTS = {
    "activity": "output",
    "technology": "cells",
    "power_mix": "power mix",
    "location": "location",
    "price": "prices",
    "trade": "trade (imports for own metal)",
}

_TIES = (
    "Regions can differ between plans of almost the same cost: read them as one of several near-best plans."
)


def compare_screen(found: Comparison) -> str:
    """Render a comparison for a terminal.

    Parameters
    ----------
    found : Comparison

    Returns
    -------
    str
    """
    text, console = page()
    console.print(f"[bold]{found.other}[/bold] against [bold]{found.reference}[/bold]: {found.question}")
    console.print("[dim]Differences; + is more than in the reference. Money is real, without VAT.[/dim]")
    for warning in found.warnings:
        console.print(f"[yellow]{warning}[/yellow]")
    for line in _headline(found):
        console.print(line)
    rows = list(found.table.records())
    years = sorted({row["year"] for row in rows})
    console.print(_nation(rows, years))
    console.print(_moved(found, rows, years))
    for line in _largest_move(found, rows):
        console.print(line)
    console.print(f"[dim]{_TIES}[/dim]")
    console.print(_by_item(rows, years, "power by source", "Power by source, TWh", "{:+.1f}"))
    console.print(
        _by_item(rows, years, "cost by component", "Cost by component, bn CNY a year", "{:+.1f}", 1e-3)
    )
    console.print(_paid(rows, years))
    console.print(_attribution(found.attribution, years))
    return text.getvalue().rstrip()


def _headline(found: Comparison) -> Iterator[str]:
    if not found.totals:
        return
    cost = found.totals["system_cost_m_cny"]["difference"] / 1000.0
    paid = found.totals["transfers_m_cny"]["difference"] / 1000.0
    yield (
        f"Present value: resources {cost:+,.1f} bn CNY, payments {paid:+,.1f} bn CNY (these change hands and "
        "are no cost to the country)."
    )
    own, abroad = found.abatement["smelter_scope_1_2"], found.abatement["outside"]
    chain, whole = found.abatement["cradle_to_gate"], found.abatement["cradle_to_gate_with_outside"]
    saved = own["abated_mt"] or 0.0
    word = "less" if saved >= 0 else "more"
    yield (
        f"Smelting emits {abs(saved):,.0f} Mt CO2e {word} over the horizon (scope 1 and 2), "
        f"from mine to gate {-(chain['abated_mt'] or 0.0):+,.0f} Mt; metal made abroad "
        f"{-(abroad['abated_mt'] or 0.0):+,.0f} Mt."
    )
    for name, numbers in (("scope 1 and 2", own), ("mine to gate with abroad", whole)):
        average = numbers["cost_cny_per_t"]
        if average is not None:
            yield (
                f"Average cost of a tonne saved, {name}: {average:,.0f} CNY (present value over discounted "
                "tonnes)."
            )
    inside, out = chain["abated_mt"] or 0.0, -(abroad["abated_mt"] or 0.0)
    if inside > 0 and out > 0:
        yield f"Leaked: {out / inside:.0%} of what is saved at home comes back abroad."


def _nation(rows: list[dict[str, Any]], years: list[int]) -> Any:  # noqa: ANN401
    value = {(row["theme"], row["item"], row["year"]): row["difference"] for row in rows if not row["region"]}
    table = grid("The nation", "", [str(y) for y in years])
    for label, theme, item, form, scale in _LINES:
        found = [value.get((theme, item, y)) for y in years]
        table.add_row(label, *(_shown(amount, form, scale) for amount in found))
    return table


def _shown(amount: float | None, form: str, scale: float = 1.0) -> str:
    if amount is None:
        return "–"
    text = form.format(amount * scale)
    return "·" if not text.strip("+-0.,") else text


def _largest_move(found: Comparison, rows: list[dict[str, Any]]) -> Iterator[str]:
    """Name the regions between which output moves in the year in which most does."""
    change: dict[int, dict[str, float]] = defaultdict(dict)
    for row in rows:
        if row["theme"] == "output by region":
            change[row["year"]][row["region"]] = row["difference"]
    if not change:
        return
    year = max(change, key=lambda y: sum(abs(v) for v in change[y].values()))
    ranked = sorted(change[year].items(), key=lambda item: item[1])
    less = [f"{_name(found, r)} {v:.1f}" for r, v in ranked[:_SHOWN] if v < -_VISIBLE]
    more = [f"{_name(found, r)} {v:+.1f}" for r, v in reversed(ranked[-_SHOWN:]) if v > _VISIBLE]
    if less or more:
        yield f"Most moves in {year}: from {', '.join(less) or 'abroad'} to {', '.join(more) or 'abroad'} Mt."


def _name(found: Comparison, region: str) -> str:
    return found.regions.get(region, region)


def _moved(found: Comparison, rows: list[dict[str, Any]], years: list[int]) -> Any:  # noqa: ANN401
    """Regions whose output changes most over the horizon, losers first."""
    change: dict[str, dict[int, float]] = defaultdict(dict)
    for row in rows:
        if row["theme"] == "output by region":
            change[row["region"]][row["year"]] = row["difference"]
    ranked = sorted(change, key=lambda r: sum(change[r].values()))
    table = grid("What moved: output by region, Mt", "region", [str(y) for y in years])
    losers = [r for r in ranked[:_SHOWN] if sum(change[r].values()) < -0.005]
    gainers = [r for r in ranked[-_SHOWN:] if sum(change[r].values()) > 0.005]
    for region in [*losers, *reversed(gainers)]:
        table.add_row(_name(found, region), *(_shown(change[region].get(y), "{:+.2f}") for y in years))
    rest = [r for r in ranked if r not in {*losers, *gainers}]
    sums = [sum(change[r].get(y, 0.0) for r in rest) for y in years]
    table.add_row(f"{len(rest)} others", *(_shown(amount, "{:+.2f}") for amount in sums))
    return table


def _by_item(
    rows: list[dict[str, Any]], years: list[int], theme: str, title: str, form: str, scale: float = 1.0
) -> Any:  # noqa: ANN401
    """Items of a theme that change visibly, largest change first; small ones are summed."""
    change: dict[str, dict[int, float]] = defaultdict(dict)
    for row in rows:
        if row["theme"] == theme:
            change[row["item"]][row["year"]] = row["difference"]
    table = grid(title, "", [str(y) for y in years])
    ranked = sorted(change, key=lambda name: -sum(abs(v) for v in change[name].values()))
    for item in ranked[:_ITEMS]:
        cells = [_shown(change[item].get(y), form, scale) for y in years]
        if set(cells) - {"·", "–"}:
            table.add_row(item.replace("_", " "), *cells)
    rest = ranked[_ITEMS:]
    if rest:
        sums = [sum(change[item].get(y, 0.0) for item in rest) for y in years]
        table.add_row(f"{len(rest)} others", *(_shown(amount, form, scale) for amount in sums))
    return table


def _paid(rows: list[dict[str, Any]], years: list[int]) -> Any:  # noqa: ANN401
    total: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    made = {
        row["year"]: row["other"] for row in rows if (row["theme"], row["item"]) == ("nation", "production")
    }
    for row in rows:
        if row["theme"] == "who pays whom":
            total[row["item"]][row["year"]] += row["difference"]
    table = grid("Who pays whom, bn CNY a year, and CNY per t of metal made", "", [str(y) for y in years])
    for item, by_year in sorted(total.items()):
        table.add_row(item.replace("_", " "), *(_shown(by_year[y], "{:+.1f}", 1e-3) for y in years))
        each = [by_year[y] / made[y] if made.get(y) else None for y in years]
        table.add_row("  per t", *(_shown(amount, "{:+,.0f}") for amount in each))
    if not total:
        table.add_row("no instrument moves money in either run", *("" for _ in years))
    return table


def _attribution(rows: ResultTable, years: list[int]) -> Any:  # noqa: ANN401
    value = {(row["quantity"], row["effect"], row["year"]): row["change"] for row in rows.records()}
    table = grid("Where the change comes from (Shapley; the parts add up)", "", [str(y) for y in years])
    for quantity, unit, scale in (
        ("emissions", "smelting, Mt CO2e", 1.0),
        ("cost", "cost, bn CNY a year", 1e-3),
    ):
        whole = [sum(value[quantity, effect, y] for effect in _EFFECTS) for y in years]
        table.add_row(unit, *(_shown(amount, "{:+.1f}", scale) for amount in whole))
        for effect, label in _EFFECTS.items():
            cells = [_shown(value[quantity, effect, y], "{:+.1f}", scale) for y in years]
            if set(cells) != {"·"}:
                table.add_row(f"  {label}", *cells)
    return table
