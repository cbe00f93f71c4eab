"""Retrofits on one screen: taken, nearly taken, and whether model and pricing agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alopt.report.screen import grid, page

if TYPE_CHECKING:
    from alopt.results.table import ResultTable

#: Rows of each list.
_SHOWN = 15

_NIL = 1e-7

#: Prices beyond these, CNY/MWh and CNY/t, are not shown: none like them brings a step in.
_FAR = {"turns_at_power_change_cny_per_mwh": 1_000.0, "turns_at_carbon_cny_per_t": 3_000.0}

_FIGURES = (
    ("bound", "reduced_cost", "{:,.0f}"),
    ("capex*", "turns_at_capex_cny_per_t_a", "{:,.0f}"),
    ("power*", "turns_at_power_change_cny_per_mwh", "{:+,.0f}"),
    ("CO2*", "turns_at_carbon_cny_per_t", "{:+,.0f}"),
    ("NPV", "npv_cny_per_t_a", "{:+,.0f}"),
    ("IRR", "irr", "{:.0%}"),
)

_NOTE = (
    "Worth: what the last t/a of a taken step saves; miss: what one more t/a of it would cost, both per t/a "
    "at the scenario's rate, with quota, metal, alumina, hydropower and building at their shadow prices; "
    "bound is the plain reduced cost, a lower bound of the miss. *: the capex, the change of the power price "
    "(CNY/MWh) or of a carbon price (CNY/t) at which the step breaks even, all else at the site unchanged. "
    "NPV and IRR are an investor's at market prices and his own rate, before tax and "
    "debt: they know no shadow price, so they can be good where the plan has a better use of the relining. "
    "– for an IRR: parts are renewed, so that the flows change sign more than once, or every flow is spent; "
    "the table has the reason and the modified rate."
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
        console.print(_plants(plants, _PLACE, _PLACE_TITLE))
        console.print(_plants(plants, _EXPOSED, _EXPOSED_TITLE))
    if not rows:
        console.print(
            "No step can be taken: tables/retrofits.csv names none for what stands here, or none that is "
            "open in the scenario's years after its base year."
        )
        return text.getvalue().rstrip()
    console.print(_list("Taken, dearest to forgo first", taken, "worth"))
    near = [row for row in left if row["miss"] > 1.0 and row["saved_kwh_per_t"] > 0]
    console.print(_list("Left, nearest first", near, "miss"))
    if audited:
        gap, kinks = max(row["gap"] for row in audited), sum(row["kink"] for row in audited)
        console.print(
            f"Audit: {len(audited)} options forced in the whole model; the pricing problem agrees to "
            f"{gap:.0e} of the sum of its terms ({kinks} at a kink, priced on their side: there the next t/a "
            "moves shared prices, and the miss above is a lower bound too)."
        )
    console.print(f"[dim]{_NOTE}[/dim]")
    return text.getvalue().rstrip()


def _list(title: str, rows: list[dict[str, Any]], first: str) -> Any:  # noqa: ANN401
    figures = ((first, first, "{:,.0f}"), *_FIGURES)
    table = grid(title, "step", ["year", "Mt/a", *(label for label, *_ in figures)])
    table.columns[0].max_width = 50
    for column in table.columns[1:]:
        column.min_width = 4
    for row in rows[:_SHOWN]:
        made = row["to_cell"].removeprefix(f"{row['from_cell'].partition('_')[0]}_")
        name = f"{row['from_cell']} > {made}, {row['site']}"
        cells = (_cell(row[key], form, _FAR.get(key)) for _, key, form in figures)
        table.add_row(name, str(row["year"]), f"{row['taken_mt_per_a']:.2f}", *cells)
    return table


def _cell(value: float | None, form: str, far: float | None) -> str:
    """One figure; – where there is none, or where it is so far off that it says nothing."""
    return "–" if value is None or (far is not None and abs(value) > far) else form.format(value)


_PLACE_TITLE = (
    "The owner's smelters on the cost curve, CNY/t with VAT; cheaper: share of output that costs less"
)

_EXPOSED_TITLE = (
    "CNY/t that it costs them: carbon at 100 CNY/t, direct or with power; power tiers; captive fee or power "
    "+10 CNY/MWh; coal +10 %; alumina +100 CNY/t"
)

_PLACE = {
    "Mt/a": ("capacity_mt_per_a", "{:.2f}"),
    "kWh/t": ("ac_kwh_per_t", "{:,.0f}"),
    "captive": ("captive_share", "{:.0%}"),
    "CNY/MWh": ("power_price_cny_per_mwh", "{:.0f}"),
    "full cost": ("full_cost_cny_per_t", "{:,.0f}"),
    "rank": ("rank", "{}"),
    "of": ("smelters", "{}"),
    "cheaper": ("output_below_share", "{:.0%}"),
    "earns": ("profit_cny_per_t", "{:+,.0f}"),
}

_EXPOSED = {
    "direct": ("carbon_100_direct_cny_per_t", "{:,.0f}"),
    "with power": ("carbon_100_scope_1_2_cny_per_t", "{:,.0f}"),
    "tiers": ("tier_surcharge_cny_per_t", "{:,.0f}"),
    "captive fee": ("captive_fee_10_cny_per_t", "{:,.0f}"),
    "power": ("power_10_cny_per_t", "{:,.0f}"),
    "coal": ("coal_10_percent_cny_per_t", "{:,.0f}"),
    "alumina": ("alumina_100_cny_per_t", "{:,.0f}"),
}


def _plants(plants: ResultTable, columns: dict[str, tuple[str, str]], title: str) -> Any:  # noqa: ANN401
    table = grid(title, "", list(columns))
    for row in plants.records():
        cells = ("–" if row[key] is None else form.format(row[key]) for key, form in columns.values())
        table.add_row(row["name"].partition(",")[0], *cells)
    return table
