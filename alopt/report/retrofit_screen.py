"""Retrofits on one screen: taken, nearly taken, and whether model and pricing agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alopt.report.screen import grid, page

if TYPE_CHECKING:
    from alopt.results.table import ResultTable

#: Rows of each list.
_SHOWN = 15

_NIL = 1e-7

_FIGURES = (
    ("bound", "reduced_cost", "{:,.0f}"),
    ("capex", "capex_cny_per_t_a", "{:,.0f}"),
    ("capex*", "turns_at_capex_cny_per_t_a", "{:,.0f}"),
    ("power*", "turns_at_power_change_cny_per_mwh", "{:+,.0f}"),
    ("CO2*", "turns_at_carbon_cny_per_t", "{:+,.0f}"),
    ("NPV", "npv_cny_per_t_a", "{:+,.0f}"),
    ("IRR", "irr", "{:.0%}"),
    ("years", "payback_years", "{:.1f}"),
)

_NOTE = (
    "Worth: what the last t/a of a taken step saves; miss: what one more t/a of it would cost, both per t/a "
    "at the scenario's rate, with quota, metal, alumina, hydropower and building at their shadow prices; "
    "bound is the plain reduced cost, a lower bound of the miss. *: the capex, the change of the power price "
    "(CNY/MWh) or of a carbon price (CNY/t) at which the step breaks even, all else at the site unchanged. "
    "NPV, IRR and years of payback are an investor's at market prices and his own rate, before tax and "
    "debt: they know no shadow price, so they can be good where the plan has a better use of the relining."
)


def retrofit_screen(
    table: ResultTable, audited: list[dict[str, Any]], scenario: str, plants: ResultTable | None
) -> str:
    """Render the options for a terminal.

    Parameters
    ----------
    table : ResultTable
        `retrofit_options`.
    audited : list of dict
        From :func:`alopt.analysis.retrofit_options.audit`.
    scenario : str
    plants : ResultTable or None
        Of one owner: its smelters with cost and exposure.

    Returns
    -------
    str
    """
    rows = list(table.records())
    taken = [row for row in rows if row["taken_mt_per_a"] > _NIL]
    left = [row for row in rows if row["taken_mt_per_a"] <= _NIL and row["possible"]]
    text, console = page()
    console.print(
        f"[bold]Retrofits of {scenario}[/bold]: {len(rows):,} steps at sites and years, {len(taken):,} "
        f"taken, {len(left):,} left, {len(rows) - len(taken) - len(left):,} without room. CNY per t/a."
    )
    if plants is not None:
        console.print(_plants(plants))
    console.print(_list("Taken, dearest to forgo first", taken, "worth"))
    near = [row for row in left if row["miss"] > 1.0 and row["saved_kwh_per_t"] > 0]
    console.print(_list("Left, nearest first", near, "miss"))
    if audited:
        gap, kinks = max(row["gap"] for row in audited), sum(row["kink"] for row in audited)
        console.print(
            f"Audit: {len(audited)} options forced in the whole model; the pricing problem agrees to "
            f"{gap:.0e} of the sum of its terms ({kinks} at a kink, priced on their side)."
        )
    console.print(f"[dim]{_NOTE}[/dim]")
    return text.getvalue().rstrip()


def _list(title: str, rows: list[dict[str, Any]], first: str) -> Any:  # noqa: ANN401
    figures = ((first, first, "{:,.0f}"), *_FIGURES)
    table = grid(title, "step", ["year", "Mt/a", *(label for label, *_ in figures)])
    table.columns[0].max_width = 44
    for column in table.columns[1:]:
        column.min_width = 5
    for row in rows[:_SHOWN]:
        name = f"{row['from_cell']} > {row['to_cell']}, {row['site']}"
        cells = ("–" if row[key] is None else form.format(row[key]) for _, key, form in figures)
        table.add_row(name, str(row["year"]), f"{row['taken_mt_per_a']:.2f}", *cells)
    return table


def _plants(plants: ResultTable) -> Any:  # noqa: ANN401
    columns = {
        "cells": ("cells", "{}"),
        "Mt/a": ("capacity_mt_per_a", "{:.2f}"),
        "full cost": ("full_cost_cny_per_t", "{:,.0f}"),
        "rank": ("rank", "{}"),
        "carbon 100": ("carbon_100_direct_cny_per_t", "{:,.0f}"),
        "with power": ("carbon_100_scope_1_2_cny_per_t", "{:,.0f}"),
        "power +10": ("power_10_cny_per_t", "{:,.0f}"),
        "coal +10 %": ("coal_10_percent_cny_per_t", "{:,.0f}"),
    }
    table = grid("The owner's smelters: cost with VAT, and what a change costs per tonne", "", list(columns))
    for row in plants.records():
        cells = ("–" if row[key] is None else form.format(row[key]) for key, form in columns.values())
        table.add_row(row["name"], *cells)
    return table
