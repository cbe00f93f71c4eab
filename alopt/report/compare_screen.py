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

#: Theme, title, form and scale of what is shown item by item.
_BY_ITEM = (
    ("power by source", "Power by source, TWh", "{:+.1f}", 1.0),
    ("cost by component", "Cost by component, bn CNY a year", "{:+.1f}", 1e-3),
    ("emissions by source", "Emissions by source, Mt CO2e", "{:+.1f}", 1.0),
    ("capacity by cell", "Capacity by cell, Mt/a", "{:+.2f}", 1.0),
)

#: Where metal comes from, or is missing, besides smelters: words, item, sign of what replaces output.
_INSTEAD = (
    ("imports", "imports", 1.0),
    ("users who go without", "unserved", 1.0),
    ("recycled metal", "recycled", 1.0),
    ("less exports", "exports", -1.0),
    ("less demand", "demand", -1.0),
)

_METHODS = (
    "Where the change comes from: a Shapley decomposition (Albrecht, François and Schoors 2002, Energy "
    "Policy 30, 727-736). Prices by market and every region, cell and component stand in comparison.csv."
)

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
    if found.burden:
        console.print(_bearers(rows, years))
    console.print(
        _moved(found, rows, years, "output by region", "What moved: output by region, Mt", "{:+.2f}")
    )
    for line in _largest_move(found, rows):
        console.print(line)
    console.print(f"[dim]{_TIES}[/dim]")
    console.print(_attribution(found.attribution, years))
    console.print(_paid(rows, years))
    for theme, title, form, scale in _BY_ITEM:
        console.print(_by_item(rows, years, theme, title, form, scale))
    console.print(_moved(found, rows, years, "jobs by region", "Jobs by region, thousand", "{:+.1f}", 1e-3))
    console.print(f"[dim]{_METHODS}[/dim]")
    return text.getvalue().rstrip()


def _headline(found: Comparison) -> Iterator[str]:
    if not found.totals:
        return
    cost = found.totals["system_cost_m_cny"]["difference"] / 1000.0
    paid = found.totals["transfers_m_cny"]["difference"] / 1000.0
    away = found.totals["paid_abroad_m_cny"]["difference"] / 1000.0
    leaves = f"but {_bn(away)} go abroad" if _bn(away) != "0.0" else "and are no cost to the country"
    yield (
        f"Present value: resources {_bn(cost)} bn CNY, payments {_bn(paid)} bn CNY (these change hands, "
        f"{leaves})."
    )
    if found.burden:
        parts = [f"{group} {_bn(gain / 1000.0)}" for group, gain in found.burden.items()]
        yield f"Who gains or loses, bn CNY of present value: {', '.join(parts)}."
        if "demand" in found.other_values:
            yield "Demand differs: what more or less metal is worth to its users is not in their figure."
    own, abroad = found.abatement["smelter_scope_1_2"], found.abatement["outside"]
    chain, whole = found.abatement["cradle_to_gate"], found.abatement["cradle_to_gate_with_outside"]
    yield (
        f"Emissions over the horizon, Mt CO2e: smelting (scope 1 and 2) {_mt(own)}, from mine to gate "
        f"{_mt(chain)}, metal made abroad {_mt(abroad)}."
    )
    yield from _saving(found, own, whole)
    if found.leaked is not None:
        yield f"Leaked: {found.leaked:.0%} of what is saved at home comes back abroad."


def _bn(amount: float) -> str:
    return "0.0" if abs(amount) < 0.05 else f"{amount:+,.1f}"


def _mt(numbers: dict[str, float | None]) -> str:
    change = -(numbers["abated_mt"] or 0.0)
    return "0" if abs(change) < 0.5 else f"{change:+,.0f}"


def _saving(found: Comparison, own: dict[str, float | None], whole: dict[str, float | None]) -> Iterator[str]:
    """Tell what a tonne saved costs on average, where it is the scenario's rules that save it."""
    if not _mt(own).startswith("-"):
        return
    if found.other_values:
        yield (
            f"The runs differ in {', '.join(found.other_values)} too, so the change in cost is not that of "
            "saving: no cost per tonne is given."
        )
    for name, numbers in (("scope 1 and 2", own), ("mine to gate with abroad", whole)):
        if numbers["cost_cny_per_t"] is not None:
            yield (
                f"Average cost of a tonne saved, {name}: {numbers['cost_cny_per_t']:,.0f} CNY (present value "
                "over discounted tonnes)."
            )
    if _mt(whole).startswith("+"):
        yield f"Counted with abroad nothing is saved: from mine to gate and abroad {_mt(whole)} Mt."


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
    """Name what output moves between in the year in which most does, and what takes its place."""
    change: dict[int, dict[str, float]] = defaultdict(dict)
    instead: dict[tuple[str, int], float] = {}
    for row in rows:
        if row["theme"] == "output by region":
            change[row["year"]][_name(found, row["region"])] = row["difference"]
        elif row["theme"] == "nation" and row["difference"] is not None:
            instead[row["item"], row["year"]] = row["difference"]
    if not change:
        return
    year = max(change, key=lambda y: sum(abs(v) for v in change[y].values()))
    ranked = sorted(change[year].items(), key=lambda item: item[1])
    less = [f"{place} {v:.1f}" for place, v in ranked[:_SHOWN] if v < -_VISIBLE]
    more = [f"{place} {v:+.1f}" for place, v in reversed(ranked[-_SHOWN:]) if v > _VISIBLE]
    others = [
        f"{words} {sign * amount:+.1f}"
        for words, item, sign in _INSTEAD
        if abs(amount := instead.get((item, year), 0.0)) > _VISIBLE
    ]
    if less or more:
        ends = " to ".join(joined for joined in (", ".join(less), ", ".join(more)) if joined)
        beside = f"; beside the smelters: {', '.join(others)}" if others else ""
        yield f"Most moves in {year}: {'from ' if less else 'to '}{ends} Mt{beside}."


def _name(found: Comparison, region: str) -> str:
    return found.regions.get(region, region)


def _moved(
    found: Comparison,
    rows: list[dict[str, Any]],
    years: list[int],
    theme: str,
    title: str,
    form: str,
    scale: float = 1.0,
) -> Any:  # noqa: ANN401
    """Regions of which a theme changes most over the horizon, losers first."""
    change: dict[str, dict[int, float]] = defaultdict(dict)
    for row in rows:
        if row["theme"] == theme:
            change[row["region"]][row["year"]] = row["difference"]
    ranked = sorted(change, key=lambda r: sum(change[r].values()))
    table = grid(title, "region", [str(y) for y in years])
    losers = [r for r in ranked[:_SHOWN] if scale * sum(change[r].values()) < -0.005]
    gainers = [r for r in ranked[-_SHOWN:] if scale * sum(change[r].values()) > 0.005]
    lines = [(_name(found, r), change[r]) for r in (*losers, *reversed(gainers))]
    rest = [r for r in ranked if r not in {*losers, *gainers}]
    lines.append((f"{len(rest)} others", {y: sum(change[r].get(y, 0.0) for r in rest) for y in years}))
    return _filled(table, lines, years, form, scale)


def _filled(
    table: Any,  # noqa: ANN401
    lines: list[tuple[str, dict[int, float]]],
    years: list[int],
    form: str,
    scale: float,
) -> Any:  # noqa: ANN401
    """Add the lines in which something shows, or say that nothing does."""
    for name, by_year in lines:
        cells = [_shown(by_year.get(y), form, scale) for y in years]
        if set(cells) - {"·", "–"}:
            table.add_row(name, *cells)
    if not table.rows:
        table.add_row("no change that shows", *("" for _ in years))
    return table


def _bearers(rows: list[dict[str, Any]], years: list[int]) -> Any:  # noqa: ANN401
    """What each group gains in a year, and all together: the resource cost with its sign turned."""
    gain: dict[str, dict[int, float]] = defaultdict(dict)
    for row in rows:
        if row["theme"] == "who bears it":
            gain[row["item"]][row["year"]] = row["difference"]
    table = grid("Whom it costs, bn CNY a year (+ gains, - loses)", "", [str(y) for y in years])
    lines = [
        *gain.items(),
        ("all together", {y: sum(by_year.get(y, 0.0) for by_year in gain.values()) for y in years}),
    ]
    return _filled(table, lines, years, "{:+.1f}", 1e-3)


def _by_item(
    rows: list[dict[str, Any]], years: list[int], theme: str, title: str, form: str, scale: float = 1.0
) -> Any:  # noqa: ANN401
    """Items of a theme that change visibly, largest change first; small ones are summed."""
    change: dict[str, dict[int, float]] = defaultdict(dict)
    for row in rows:
        if row["theme"] == theme:
            change[row["item"]][row["year"]] = row["difference"]
    ranked = sorted(change, key=lambda name: -sum(abs(v) for v in change[name].values()))
    lines = [(item.replace("_", " "), change[item]) for item in ranked[:_ITEMS]]
    rest = ranked[_ITEMS:]
    lines.append((f"{len(rest)} others", {y: sum(change[item].get(y, 0.0) for item in rest) for y in years}))
    return _filled(grid(title, "", [str(y) for y in years]), lines, years, form, scale)


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
