"""The summary of a run on one screen."""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.table import Table

from alopt.results.scarcity import rent_in_words, scarce_years

if TYPE_CHECKING:
    from alopt.run import Results

#: Regions shown by name; the rest are summed.
_SHOWN_REGIONS = 12

#: Share of the need for primary metal by which quota may exceed it and still decide: some two years'
#: growth of demand.
_CLOSE = 0.02

#: Mt that show.
_VISIBLE = 0.05

#: Mt that rounding can leave of a balance.
_UNSEEN = 1e-6

_ROWS = (
    ("capacity, Mt/a", "capacity_mt_per_a", "{:.1f}"),
    ("output, Mt", "production_mt", "{:.1f}"),
    ("metal price, CNY/t", "metal_price_cny_per_t", "{:,.0f}"),
    ("AC power, kWh/t", "ac_kwh_per_t", "{:,.0f}"),
    ("renewable share of power", "renewable_share", "{:.1%}"),
    ("coal share of power", "coal_share", "{:.1%}"),
    ("resource cost, CNY/t", "resource_cost_cny_per_t", "{:,.0f}"),
    ("full cost with VAT, CNY/t", "full_cost_cny_per_t_with_vat", "{:,.0f}"),
    ("quota rent, CNY/t·a", "quota_rent_cny_per_t_a", "{:,.0f}"),
    ("quota price, CNY per t/a", "quota_price_cny_per_t", "{:,.0f}"),
    ("bauxite imported", "bauxite_import_share", "{:.0%}"),
    ("jobs, thousand", "employment_persons", "{:,.0f}"),
)


def screen(results: Results, out: Path | None = None) -> str:
    """Render the summary of a run for a terminal.

    Parameters
    ----------
    results : Results
    out : Path, optional
        Folder that holds the files, named in the last line.

    Returns
    -------
    str
    """
    text, console = page()
    summary = results.summary
    console.print(f"[bold]{summary['scenario']}[/bold]: {summary['question']}")
    money = f"{results.data.scenario.price_year} {results.data.scenario.currency}"
    console.print(
        "[dim]The cost-minimising plan under these assumptions, not a forecast. "
        f"Money is real {money} without VAT unless said.[/dim]"
    )
    console.print(_years(summary, results.data.scenario.currency))
    console.print(_regions(results))
    for line in [*_moves(results), *_hinges(summary, results), _balance(summary), _checks(summary)]:
        console.print(line)
    console.print(_timing(summary))
    if out is not None:
        console.print(f"Tables: {out}")
    return text.getvalue().rstrip()


def page() -> tuple[io.StringIO, Console]:
    """Return a text and a console that writes to it, as wide as the terminal within reason."""
    width = max(100, min(shutil.get_terminal_size((120, 40)).columns, 140))
    text = io.StringIO()
    return text, Console(file=text, width=width, force_terminal=None, highlight=False)


def grid(title: str, first: str, columns: list[str]) -> Table:
    """Return an empty table of the house: one column of names, the others of numbers."""
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False, padding=(0, 1))
    table.add_column(first, no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _years(summary: dict[str, Any], currency: str) -> Table:
    years = summary["years"]
    table = grid("", "", list(years))
    for label, key, form in _ROWS:
        scale = 1e-3 if key == "employment_persons" else 1.0
        cells = [_shown(numbers[key], form, scale) for numbers in years.values()]
        table.add_row(label.replace("CNY", currency), *cells)
    for boundary in ("direct", "smelter_scope_1_2", "industry", "outside"):
        cells = [
            f"{numbers['emissions_mt_co2e']['by_boundary'][boundary]:,.0f}" for numbers in years.values()
        ]
        table.add_row(f"{boundary.replace('_', ' ')}, Mt CO2e", *cells)
    return table


def _shown(value: float | None, form: str, scale: float = 1.0) -> str:
    return "–" if value is None else form.format(value * scale)


def _regions(results: Results) -> Table:
    years = list(results.data.calendar.years)
    totals = results.tables["capacity"].totals("capacity_mt_per_a", "region", "year")
    start: dict[str, float] = {}
    for (i, _), amount in results.data.fleet.start.items():
        region = results.data.fleet.sites[i].region
        start[region] = start.get(region, 0.0) + amount
    names = {row["region"]: row["name"] for row in results.data.tables["regions"]}
    ranked = sorted({r for r, _ in totals} | set(start), key=lambda r: (-start.get(r, 0.0), r))
    base = str(results.data.calendar.base_year)
    table = grid("Where capacity stands, Mt/a", "region", [base, *(str(y) for y in years)])
    for region in ranked[:_SHOWN_REGIONS]:
        cells = [start.get(region, 0.0), *(totals.get((region, y), 0.0) for y in years)]
        table.add_row(names[region], *(f"{cell:.2f}" for cell in cells))
    rest = ranked[_SHOWN_REGIONS:]
    if rest:
        cells = [sum(start.get(r, 0.0) for r in rest)]
        cells += [sum(totals.get((r, y), 0.0) for r in rest) for y in years]
        table.add_row(f"{len(rest)} others", *(f"{cell:.2f}" for cell in cells))
    return table


def _moves(results: Results) -> list[str]:
    capacity, retrofits = results.tables["capacity"], results.tables["retrofits"]
    last = results.data.calendar.years[-1]
    built, gone = capacity.sum("new"), capacity.sum("retired")
    relined = retrofits.sum("capacity_mt_per_a", kind="relining")
    rebuilt = retrofits.sum("capacity_mt_per_a", kind="rebuild")
    moved = results.tables["quota_transfers"].sum("mt_per_a")
    moves = (
        f"To {last}: {built:.1f} Mt/a built or arrived, {gone:.1f} closed or left, {relined:.1f} retrofitted "
        f"at relining, {rebuilt:.1f} rebuilt; {moved:.1f} Mt/a of quota moved between regions."
    )
    warning = "Regions can differ between plans of almost the same cost; national totals are the result."
    return [moves, f"[dim]{warning}[/dim]"]


def _hinges(summary: dict[str, Any], results: Results) -> list[str]:
    """What the answer hangs on: how far the cap is from binding, and what sets the metal price."""
    cap = _cap(summary, results)
    steps, currency = results.data.markets.import_steps, results.data.scenario.currency
    parity = []
    if len(steps) > 1:
        costs = (
            f"after {steps[0].volume:g} Mt at {steps[0].price:,.0f} {currency}/t, "
            f"imports cost {steps[1].price:,.0f} {currency}/t and more."
        )
        parity = [f"And on import parity: {costs}" if cap else f"Import parity: {costs}"]
    rent = rent_in_words(summary["years"], summary["scenario"])
    return [*cap, *parity, *rent, *_shortages(summary, results), *_surplus(summary)]


def _cap(summary: dict[str, Any], results: Results) -> list[str]:
    """Quota against the need for primary metal where it is short, or nearly so; nothing where it is not.

    The need is what smelters must make where imports are no more than their first, cheapest step.
    """
    margins = {y: _margin(summary, results, y) for y in summary["years"]}
    margins = {y: margin for y, margin in margins.items() if margin[0]}
    if not margins:
        return []
    scarce = scarce_years(summary["years"])
    year = str(scarce[0]) if scarce else min(margins, key=lambda y: margins[y][0] - margins[y][1])
    can, need = margins[year]
    amounts = f"the quota's output of {can:.1f} Mt {{}} the need for primary metal of {need:.1f} Mt"
    room = can - need
    hinge = "It hangs on demand against the cap"
    if not scarce:
        over = (
            amounts.format("exceeds") + f" by {room:.1f} Mt" if room >= _VISIBLE else amounts.format("meets")
        )
        return [f"{hinge}: in {year} {over}."] if room <= _CLOSE * need else []
    head = f"{hinge}, quota being scarce in {', '.join(map(str, scarce))}: in {year}"
    if room > -_VISIBLE:
        return [f"{head} {amounts.format('meets')}, and no more."]
    return [f"{head} {amounts.format('falls short of')} by {-room:.1f} Mt{_instead(summary, results, year)}."]


def _margin(summary: dict[str, Any], results: Results, year: str) -> tuple[float, float]:
    """What the quota of a year can make, and what is needed of it, Mt."""
    stock = sum(row["stock"] for row in results.tables["quota"].records() if row["year"] == int(year))
    numbers = summary["years"][year]
    need = numbers["demand_mt"] + numbers["exports_mt"] - numbers["recycled_mt"]
    can = stock * results.data.parameters["availability"]
    return can, need - numbers["imports_mt"] + _dear_imports(numbers, results)


def _dear_imports(numbers: dict[str, Any], results: Results) -> float:
    """Imports beyond the first step, Mt."""
    steps = results.data.markets.import_steps
    return max(0.0, float(numbers["imports_mt"]) - (steps[0].volume if steps else 0.0))


def _instead(summary: dict[str, Any], results: Results, year: str) -> str:
    """What stands in for metal that quota does not allow."""
    numbers = summary["years"][year]
    parts = [
        f"{words} {amount:.1f}"
        for words, amount in (
            ("dearer imports", _dear_imports(numbers, results)),
            ("users who go without", numbers["unserved_mt"]),
        )
        if amount >= _VISIBLE
    ]
    return f" ({', '.join(parts)})" if parts else ""


def _shortages(summary: dict[str, Any], results: Results) -> list[str]:
    """Years in which users go without more metal than rounding explains, and whether the last ones do."""
    short = {y: n for y, n in summary["years"].items() if n["unserved_mt"] > 1e-6 * n["demand_mt"]}
    if not short:
        return []
    year, numbers = next(iter(short.items()))
    line = (
        f"Users go without metal in {', '.join(short)}: in {year} {numbers['unserved_mt']:.4g} of "
        f"{numbers['demand_mt']:.4g} Mt, where more cannot be made or costs more than they would pay."
    )
    last = results.data.markets.demand_steps[0]
    dire = [y for y, n in short.items() if n["unserved_mt"] > (1.0 - last.volume + 1e-6) * n["demand_mt"]]
    if not dire:
        return [line]
    warning = (
        f"In {', '.join(dire)} even users who would pay {last.price:,.0f} {results.data.scenario.currency}/t "
        "go without: the rules leave no plan that can be lived with, and alopt explain says which bind most."
    )
    return [line, f"[yellow]{warning}[/yellow]"]


def _surplus(summary: dict[str, Any]) -> list[str]:
    """Years in which metal is made that nobody uses: balances let it go to waste."""
    left = {
        y: sum(n[f"{source}_mt"] for source in ("production", "imports", "recycled", "unserved"))
        - n["exports_mt"]
        - n["demand_mt"]
        for y, n in summary["years"].items()
    }
    wasted = {y: amount for y, amount in left.items() if amount > _UNSEEN}
    if not wasted:
        return []
    most = max(wasted, key=wasted.__getitem__)
    warning = (
        f"More metal is made than anybody uses in {', '.join(wasted)}, {wasted[most]:.4g} Mt of it in "
        f"{most}: what is paid for making it outweighs its cost."
    )
    return [f"[yellow]{warning}[/yellow]"]


def _balance(summary: dict[str, Any]) -> str:
    base = summary["base_year"]
    at = "" if base["ac_kwh_per_t"] is None else f" at {base['ac_kwh_per_t']:,.0f} kWh/t AC"
    return (
        f"Base year {base['year']}: {base['capacity_mt_per_a']:.2f} Mt/a net of double counts{at}; "
        f"metal supply {base['metal_supply_mt']:.2f}, use "
        f"{base['metal_use_mt']:.2f}, residual {base['metal_residual_mt']:+.2f} Mt."
    )


def _checks(summary: dict[str, Any]) -> str:
    checks = summary["checks"]
    worst = max(checks, key=lambda check: check["relative_error"])
    held = sum(check["ok"] for check in checks)
    return (
        f"[green]{held} of {len(checks)} checks hold[/green]; largest relative error "
        f"{worst['relative_error']:.1e} ({worst['name']})."
    )


def _timing(summary: dict[str, Any]) -> str:
    size, seconds = summary["lp"], summary["timing_s"]
    phases = ", ".join(f"{name} {value:.2f}" for name, value in seconds.items() if name != "total")
    return (
        f"{size['columns']:,} columns, {size['rows']:,} rows, {size['nonzeros']:,} nonzeros; "
        f"{summary['solver']['algorithm']}; {seconds['total']:.2f} s ({phases})."
    )
