"""The cost curve of a month on one screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alopt.report.screen import grid, page

if TYPE_CHECKING:
    from alopt.results.table import ResultTable

#: Why plants differ by more than the tables can show.
_NOT_IN_TABLES = (
    "Not in the tables, and so not in the spread: contracts, coal mines and dispatch of single plants, "
    "alumina on long contract, interest and age of each owner's plant, idle pots that share fixed cost."
)


def curve_screen(table: ResultTable, summary: dict[str, Any]) -> str:
    """Render a cost curve for a terminal.

    Parameters
    ----------
    table : ResultTable
        `cost_curve`.
    summary : dict
        Of the same curve.

    Returns
    -------
    str
    """
    text, console = page()
    console.print(
        f"[bold]Cost curve at the prices of {summary['month']}[/bold]: {summary['smelters']} smelters of "
        f"{summary['scenario']}, {summary['output_mt']:.1f} Mt; CNY/t with VAT"
    )
    console.print(_provinces(summary))
    console.print(_stack(table, summary))
    console.print(_bands(summary))
    for line in _answers(summary):
        console.print(line)
    return text.getvalue().rstrip()


def _provinces(summary: dict[str, Any]) -> Any:  # noqa: ANN401
    table = grid("Full cost by province", "province", ["smelters", "output, Mt", "lowest", "mean", "highest"])
    for row in summary["provinces"]:
        costs = (row[f"{key}_cny_per_t"] for key in ("lowest", "mean", "highest"))
        table.add_row(
            row["province"], str(row["smelters"]), f"{row['output_mt']:.2f}", *(f"{c:,.0f}" for c in costs)
        )
    return table


def _stack(rows: ResultTable, summary: dict[str, Any]) -> Any:  # noqa: ANN401
    listed = list(rows.records())
    table = grid(
        "What it is made of", "component", ["mean", "of it VAT", "cheapest", "dearest", "difference"]
    )
    for name, mean in summary["components_cny_per_t"].items():
        key, vat = f"{name}_cny_per_t", summary["vat_cny_per_t"].get(name, 0.0)
        low, high = listed[0][key], listed[-1][key]
        cells = (mean, vat, low, high, high - low)
        table.add_row(name.replace("_", " "), *(f"{round(cell):,}" for cell in cells))
    return table


def _bands(summary: dict[str, Any]) -> Any:  # noqa: ANN401
    table = grid("Capacity by full cost", "CNY/t", ["Mt/a"])
    for band in summary["bands"]:
        name = f"{band['from_cny_per_t']:,.0f} to {band['to_cny_per_t']:,.0f}"
        table.add_row(name, f"{band['capacity_mt_per_a']:.2f}")
    return table


def _answers(summary: dict[str, Any]) -> list[str]:
    low, high = summary["lowest"], summary["highest"]
    lines = [
        (
            f"Mean {summary['mean_full_cost_cny_per_t']:,.0f} "
            f"(cash {summary['mean_cash_cost_cny_per_t']:,.0f}); "
            f"lowest {low['full_cost_cny_per_t']:,.0f} ({low['name']}), "
            f"highest {high['full_cost_cny_per_t']:,.0f} ({high['name']})."
        )
    ]
    if summary["metal_price_cny_per_t"] is not None:
        lines.append(
            f"At a metal price of {summary['metal_price_cny_per_t']:,.0f}, {summary['profitable_share']:.0%} "
            f"of output covers its full cost and {summary['cash_positive_share']:.0%} its cash cost."
        )
    margin = low["own_alumina_margin_cny_per_t"]
    if margin:
        verb = "earns" if margin > 0 else "loses"
        lines.append(
            f"Own alumina stands at its market price; {low['name']} {verb} {abs(margin):,.0f} CNY/t "
            "of metal on it in its refinery."
        )
    return lines + _published(summary)


def _published(summary: dict[str, Any]) -> list[str]:
    found = summary.get("published")
    if not found:
        return []
    misses = summary["against_published"]
    parts = [
        f"{key.partition('_')[0]} {value:,.0f} (model {misses[key]:+,.0f})" for key, value in found.items()
    ]
    lines = [f"Published: {', '.join(parts)}. Nothing is tuned to them."]
    if "spread_share" in misses:
        by_part = sorted(summary["spread_by_component_cny_per_t"].items(), key=lambda item: -abs(item[1]))
        shown = ", ".join(f"{name.replace('_', ' ')} {value:+,.0f}" for name, value in by_part[:2])
        lines.append(
            f"The model's spread is {misses['spread_cny_per_t']:,.0f} of "
            f"{misses['published_spread_cny_per_t']:,.0f} ({misses['spread_share']:.0%}): {shown}. "
            f"{_NOT_IN_TABLES}"
        )
    return lines
