"""One smelter on one screen: which step pays at which price of power, and why the plan agrees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alopt.report.screen import grid, page
from alopt.report.terms import signed

if TYPE_CHECKING:
    from alopt.results.table import ResultTable

_PARTS = (
    ("capital of measures and rebuilding", "capital"),
    ("works of the step", "works"),
    ("power saved", "power"),
    ("metal that cells as they are would not have made", "staying_open"),
    ("carbon, power tiers, other costs", "other_costs"),
)

_NIL = 1e-7

#: Steps of the power price on the screen, CNY/MWh.
_EVERY = 50

_NOTE = (
    "Power prices are with VAT, values without. An investor's NPV: his own rate, the month's market prices, "
    "the life of the step's longest-lived part. The plan's value: the step alone in the pricing problem of "
    "the site, at the shadow prices of metal, alumina, quota and shared power, capital charged within the "
    "horizon, all power of the site shifted to the price of the row. Both for plants at the central cost."
)


def site_screen(summary: dict[str, Any], packages: ResultTable, plan: ResultTable) -> str:
    """Render one smelter's steps for a terminal.

    Parameters
    ----------
    summary : dict
    packages, plan : ResultTable
        From :func:`alopt.analysis.site_options.site_options`.

    Returns
    -------
    str
    """
    text, console = page()
    stands = ", ".join(f"{amount:.2f} Mt/a {cell}" for cell, amount in summary["stands_mt_per_a"].items())
    console.print(f"[bold]{summary['name']}[/bold]: {stands}; steps of {summary['year']}.")
    console.print(
        f"[dim]{summary['money'][:1].upper()}{summary['money'][1:]} without VAT per t/a; "
        f"prices of {summary['prices']}, plan of {summary['scenario']} to {summary['plan_end'] - 1}.[/dim]"
    )
    rows = list(packages.records())
    console.print(_steps(summary, rows))
    console.print(
        _grid(summary, rows, "investor_npv_cny_per_t_a", "An investor's NPV per t/a, by power price")
    )
    console.print(_grid(summary, rows, "plan_value_cny_per_t_a", "The plan's value per t/a, by power price"))
    console.print(_stands(summary, plan))
    console.print(_sheets(summary))
    console.print(_pricing(summary))
    for line in _answers(summary):
        console.print(line)
    console.print(f"[dim]{_NOTE}[/dim]")
    return text.getvalue().rstrip()


def _step(row: dict[str, Any]) -> str:
    return f"{row['from_cell']} > {row['to_cell']}"


def _shown(value: float | None, form: str = ",.0f") -> str:
    return "–" if value is None else signed(value, form)


def _pays(price: float | None) -> str:
    return "any" if price is not None and price <= 0 else _shown(price)


def _turns(step: dict[str, Any], rows: list[dict[str, Any]]) -> str:
    """Price of power above which a step pays in the plan, or the end of the prices that were tried."""
    here = [r for r in rows if _step(r) == _step(step) and r["plan_value_cny_per_t_a"] is not None]
    if step["plan_pays_above_cny_per_mwh_with_vat"] is not None or not here:
        return _shown(step["plan_pays_above_cny_per_mwh_with_vat"])
    first = min(here, key=lambda r: r["power_cny_per_mwh_with_vat"])
    if first["plan_value_cny_per_t_a"] >= 0:
        return f"under {first['power_cny_per_mwh_with_vat']:.0f}"
    return "never"


def _steps(summary: dict[str, Any], rows: list[dict[str, Any]]) -> Any:  # noqa: ANN401
    price = f"{summary['power_today_cny_per_mwh_with_vat']:.0f}"
    table = grid(
        f"Steps; NPV at today's power price of {price} CNY/MWh, value at the plan's", "step",
        ["kWh/t saved", "capex", "years", "NPV", "pays above", "plan's value", "pays above"],
    )  # fmt: skip
    for row in summary["steps"]:
        table.add_row(
            _step(row), f"{row['saved_kwh_per_t']:+,.0f}", f"{row['capex_cny_per_t_a']:,.0f}",
            str(row["life_a"]), f"{row['investor_npv_cny_per_t_a']:+,.0f}",
            _pays(row["investor_pays_above_cny_per_mwh_with_vat"]), f"{row['plan_value_cny_per_t_a']:+,.0f}",
            _turns(row, rows),
        )  # fmt: skip
    return table


def _few(summary: dict[str, Any], rows: list[dict[str, Any]]) -> list[float]:
    """Prices that the screen has room for: every 50 CNY/MWh, and today's."""
    today = summary["power_today_cny_per_mwh_with_vat"]
    prices = {row["power_cny_per_mwh_with_vat"] for row in rows}
    return sorted(price for price in prices if price % _EVERY == 0 or price == today)


def _grid(summary: dict[str, Any], rows: list[dict[str, Any]], key: str, title: str) -> Any:  # noqa: ANN401
    prices = _few(summary, rows)
    table = grid(title, "step", [f"{price:.0f}" for price in prices])
    for step in summary["steps"]:
        cells = {r["power_cny_per_mwh_with_vat"]: r[key] for r in rows if _step(r) == _step(step)}
        table.add_row(_step(step), *(_shown(cells[price], "+,.0f") for price in prices))
    best = []
    for price in prices:
        here = [r for r in rows if r["power_cny_per_mwh_with_vat"] == price and r[key] is not None]
        found = max(here, key=lambda r: r[key], default=None)
        best.append(found["to_cell"] if found and found[key] > 0 else "none")
    if len(summary["stands_mt_per_a"]) == 1:
        table.add_row("best", *(name.partition("_")[2] or name for name in best))
    return table


def _stands(summary: dict[str, Any], plan: ResultTable) -> Any:  # noqa: ANN401
    rows = list(plan.records())
    prices = _few(summary, rows)
    year = rows[0]["year"]
    table = grid(
        f"What the plan has at the site in {year}, Mt/a, if its power costs", "cells",
        [f"{price:.0f}" for price in prices],
    )  # fmt: skip
    for cell in sorted({row["cell"] for row in rows}, key=lambda name: (name == "closed", name)):
        cells = {r["power_cny_per_mwh_with_vat"]: r["capacity_mt_per_a"] for r in rows if r["cell"] == cell}
        if any(amount > _NIL for amount in cells.values()):
            table.add_row(cell, *(f"{cells.get(price, 0.0):.2f}" for price in prices))
    return table


def _sheets(summary: dict[str, Any]) -> Any:  # noqa: ANN401
    best, end = summary["best"], summary["plan_end"] - 1
    years = end + 1 - best["year"]
    life = next(r["life_a"] for r in summary["steps"] if _step(r) == _step(best))
    columns = {
        f"investor, {life} years": "investor",
        f"same, {years} years": "investor_at_plan_terms",
        "plan, today's power": "plan_at_todays_power",
        "plan": "plan",
    }
    table = grid(f"Why the plan agrees on {_step(best)}: present value per t/a", "", list(columns))
    parts = best["parts"]
    for label, key in _PARTS:
        cells = [parts[name].get(key) for name in columns.values()]
        if any(cell and abs(cell) > 0.5 for cell in cells):
            table.add_row(label, *(_shown(cell, "+,.0f") for cell in cells))
    sums = [sum(parts[name].values()) if parts[name] else None for name in columns.values()]
    table.add_row("all", *(_shown(value, "+,.0f") for value in sums))
    return table


def _pricing(summary: dict[str, Any]) -> Any:  # noqa: ANN401
    found, best = summary["pricing"], summary["best"]
    less = "less" if found["forced"] == "out" else "more"
    table = grid(
        f"Its pricing: one t/a {less} of {_step(best)} in {best['year']}, and what the site does", "",
        ["amount", "", "cost per t/a"],
    )  # fmt: skip
    for line in found["lines"]:
        table.add_row(
            line["what"], _shown(line["amount"], "+,.2f" if line["unit"] == "t/a" else "+,.0f"),
            line["unit"], f"{line['cny_per_t_a']:+,.1f}",
        )  # fmt: skip
    table.add_row("all", "", "", f"{sum(line['cny_per_t_a'] for line in found['lines']):+,.1f}")
    return table


def _answers(summary: dict[str, Any]) -> list[str]:
    found, lines = summary["pricing"], []
    if not any(line["what"].startswith("shared") for line in found["lines"]):
        lines.append(
            "No shared good changes hands: output stays, so quota, metal and alumina at their shadow prices "
            "cost nothing."
        )
    if found["held"]:
        held = found["held"]
        lines.append(
            f"The whole model, solved again with the step forced {held['forced']}, costs "
            f"{held['whole_cny_per_t_a']:+,.4f} per t/a; the pricing problem says "
            f"{held['priced_cny_per_t_a']:+,.4f}, a gap of {held['gap']:.0e} of the sum of its terms."
        )
    spread = summary["capex_spread"]
    if spread:
        shares = ", ".join(f"{s['share']:.0%} at {s['multiplier']:g}" for s in spread)
        lines.append(f"Plants differ: {shares} times the central cost; the plan starts with the cheap ones.")
    today = summary["power_today_cny_per_mwh_with_vat"]
    plan = summary["power_in_the_plan_cny_per_mwh_with_vat"]
    lines.append(
        f"A MWh saved is worth {plan:.0f} CNY with VAT in the plan, the price of the source drawn last; at "
        f"market prices the site pays {today:.0f} on the mean of its sources, and emits as their mean."
    )
    return lines
