"""One investment on one screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alopt.report.screen import grid, page
from alopt.report.words import input_words

if TYPE_CHECKING:
    from alopt.results.table import ResultTable

_NAMES = {"before_tax": "before tax", "after_tax": "after tax", "levered": "with debt"}

#: Years of the cash flow that are shown, besides the last.
_FIRST_YEARS = 8

_WIDEST = 8

_BREAK_EVENS = (
    ("power, CNY/MWh", "power_cny_per_mwh"),
    ("power, CNY/MWh with VAT", "power_cny_per_mwh_with_vat"),
    ("alumina, CNY/t", "alumina_cny_per_t"),
    ("metal, CNY/t", "metal_cny_per_t"),
    ("metal, CNY/t with VAT", "metal_cny_per_t_with_vat"),
    ("carbon, CNY/t CO2e", "carbon_cny_per_t"),
    ("quota, CNY per t/a", "quota_cny_per_t_a"),
    ("capex, CNY per t/a", "capex_cny_per_t_a"),
)


def project_screen(summary: dict[str, Any], table: ResultTable) -> str:
    """Render an investment for a terminal.

    Parameters
    ----------
    summary : dict
        As in `project.json`.
    table : ResultTable
        `cash_flow`.

    Returns
    -------
    str
    """
    text, console = page()
    console.print(f"[bold]{summary['project']}[/bold]: {summary['question'] or summary['description']}")
    console.print(
        f"[dim]Real {summary['price_year']} CNY without VAT, prices of {summary['prices']}, inputs of "
        f"{summary['scenario']}. Every flow is the difference from {_compared(summary)}; working capital is "
        "left out.[/dim]"
    )
    for part in (_assumptions(summary), _flows(table), _metrics(summary), _stack(summary)):
        console.print(part)
    console.print(_break_evens(summary))
    console.print(_carbon(summary))
    if summary["tornado"]:
        console.print(_tornado(summary))
    if summary.get("rebuilds"):
        console.print(_rebuilds(summary))
    for line in _answers(summary):
        console.print(line)
    if summary["note"]:
        console.print(" ".join(str(summary["note"]).split()))
    return text.getvalue().rstrip()


def _compared(summary: dict[str, Any]) -> str:
    return "building nothing" if summary["assumptions"]["kind"] == "new" else "the plant as it is"


def _number(value: float | str | None, form: str = "{:,.0f}") -> str:
    if value is None:
        return "–"
    return value if isinstance(value, str) else form.format(value)


def _money(value: float) -> str:
    """M CNY in few signs: whole ones from a thousand on, and no minus before nil."""
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.1f}"
    return text.removeprefix("-") if not float(text.replace(",", "")) else text


def _assumptions(summary: dict[str, Any]) -> Any:  # noqa: ANN401
    a = summary["assumptions"]
    table = grid("Assumptions", "", ["before", "after"])
    rows = (
        ("capacity, Mt/a", "capacity_before_mt_per_a", "capacity_after_mt_per_a", "{:.3f}"),
        ("power, kWh/t AC", "ac_kwh_per_t_before", "ac_kwh_per_t_after", "{:,.0f}"),
        ("power price, CNY/MWh", "power_before_cny_per_mwh", "power_after_cny_per_mwh", "{:,.1f}"),
        ("cells", "from_cell", "to_cell", "{}"),
    )
    for label, old, new, form in rows:
        table.add_row(label, _number(a[old], form), _number(a[new], form))
    for label, key, form in (
        ("alumina, CNY/t", "alumina_cny_per_t", "{:,.0f}"),
        ("metal, CNY/t", "metal_cny_per_t", "{:,.0f}"),
        ("carbon, CNY/t CO2e", "carbon_cny_per_t", "{:,.0f}"),
        ("capex, CNY per t/a", "capex_cny_per_t_a", "{:,.0f}"),
        ("engineering fee, of capex", "engineering_fee", "{:.0%}"),
        ("contingency, of capex", "contingency", "{:.0%}"),
        ("quota bought, Mt/a", "quota_mt_per_a", "{:.3f}"),
        ("quota price, CNY per t/a", "quota_price_cny_per_t_a", "{:,.0f}"),
        ("first spending, year", "start_year", "{}"),
        ("construction, years", "construction_years", "{}"),
        ("life, years", "life_a", "{}"),
        ("downtime, months", "downtime_months", "{:g}"),
        ("investor's rate", "investor_rate", "{:.1%}"),
        ("planner's rate", "planner_rate", "{:.1%}"),
    ):
        table.add_row(label, "", _number(a[key], form))
    return table


def _flows(table: ResultTable) -> Any:  # noqa: ANN401
    rows = list(table.records())
    shown = rows[:_FIRST_YEARS] + ([rows[-1]] if len(rows) > _FIRST_YEARS else [])
    out = grid("Cash flow, M CNY", "", [str(row["year"]) for row in shown])
    spent = ("capex", "other_capex", "renewal", "works", "closure", "quota", "residual")
    kept = [name for name in table.columns if name.endswith("_m_cny")]
    first = kept.index("revenue_m_cny")
    for name in kept[first:]:
        plain = name.removesuffix("_m_cny")
        cost = plain in spent or (kept.index(name) < kept.index("capex_m_cny") and plain != "revenue")
        cells = [(-row[name] if cost else row[name]) for row in shown]
        if any(abs(row[name]) > 1e-9 for row in rows):
            out.add_row(plain.replace("_", " "), *(_money(cell) for cell in cells))
    return out


def _metrics(summary: dict[str, Any]) -> Any:  # noqa: ANN401
    views = [view for view in _NAMES if view in summary]
    table = grid("What it is worth", "", [_NAMES[view] for view in views])
    for label, key, form in (
        ("net present value, M CNY", "npv_m_cny", "{:,.1f}"),
        ("internal rate of return", "irr", "{:.1%}"),
        ("modified rate", "modified_irr", "{:.1%}"),
        ("discounted payback, years", "payback_years", "{:.1f}"),
    ):
        cells = [_number(summary[view][key], form) for view in views]
        table.add_row(label, *(cell.partition(":")[0] for cell in cells))
    return table


def _stack(summary: dict[str, Any]) -> Any:  # noqa: ANN401
    found = summary["levelised_cost"]
    table = grid("Levelised cost of aluminium, CNY/t", "", ["before", "after", "difference"])
    for name, after in found["after"].items():
        before = (found["before"] or {}).get(name, 0.0)
        if before or after:
            first = "–" if found["before"] is None else f"{before:,.0f}"
            table.add_row(name.replace("_", " "), first, f"{after:,.0f}", f"{after - before:+,.0f}")
    before, after = found["before_cny_per_t"], found["after_cny_per_t"]
    difference = "–" if before is None else f"{after - before:+,.0f}"
    table.add_row("all", _number(before), f"{after:,.0f}", difference)
    return table


def _break_evens(summary: dict[str, Any]) -> Any:  # noqa: ANN401
    found = summary["break_even"]
    table = grid("Break-even: net present value is nil at", "", [*(_NAMES[v] for v in found), "it pays"])
    for label, key in _BREAK_EVENS:
        if not any(key in found[view] for view in found):
            continue
        pays = found["before_tax"].get(f"{key.partition('_')[0]}_pays", "")
        cells = [_even(found[view].get(key), pays) for view in found]
        table.add_row(label, *cells, pays)
    return table


def _even(value: float | str | None, pays: str) -> str:
    """A break-even; below nil it is no price, so that either every price pays or none does."""
    if isinstance(value, float) and value < 0:
        return "any price" if pays == "above" else "no price"
    return _number(value, "{:,.1f}").partition(":")[0]


def _carbon(summary: dict[str, Any]) -> Any:  # noqa: ANN401
    table = grid(
        "CO2e avoided, by boundary (emitted, if negative)",
        "",
        ["t per t", "Mt over the life", "CNY/t, investor", "CNY/t, planner"],
    )
    for boundary, found in summary["abatement"].items():
        costs = [_number(found[f"{who}_cny_per_t"]).partition(":")[0] for who in ("investor", "planner")]
        table.add_row(
            boundary.replace("_", " "),
            f"{found['avoided_t_per_t']:.3f}",
            f"{found['abated_mt_co2e']:,.2f}",
            *costs,
        )
    return table


def _tornado(summary: dict[str, Any]) -> Any:  # noqa: ANN401
    table = grid(
        "Tornado: net present value before tax, M CNY",
        "input",
        ["low", "here", "high", "NPV at low", "NPV at high"],
    )
    for row in [row for row in summary["tornado"] if row["swing_m_cny"] > 0][:_WIDEST]:
        table.add_row(
            input_words(row["input"], row["vat"]), f"{row['low']:,g}", _number(row["value"], "{:,g}"),
            f"{row['high']:,g}",
            f"{row['npv_low_m_cny']:,.1f}", f"{row['npv_high_m_cny']:,.1f}",
        )  # fmt: skip
    return table


def _rebuilds(summary: dict[str, Any]) -> Any:  # noqa: ANN401
    title = "Rebuilds by the designers' key figures: what power alone repays"
    table = grid(title, "from", ["to", "kWh/t DC before", "after", "kWh/t AC saved", "repays, CNY per t/a"])
    for row in summary["rebuilds"]:
        table.add_row(
            row["from_cell"], row["to_cell"], f"{row['dc_kwh_per_t_before']:,.0f}",
            f"{row['dc_kwh_per_t_after']:,.0f}", f"{row['ac_kwh_per_t_saved']:+,.0f}",
            f"{row['repays_cny_per_t_a']:,.0f}",
        )  # fmt: skip
    return table


def _answers(summary: dict[str, Any]) -> list[str]:
    lines = []
    for view in (view for view in _NAMES if view in summary):
        rate = summary[view]["irr"]
        if isinstance(rate, str):
            lines.append(f"{_NAMES[view].capitalize()}: {rate}.")
    worth = summary["value_of_waiting_m_cny"]
    lines.append(
        f"A year's wait is worth {worth:+,.1f} M CNY (NPV {summary['npv_waiting_m_cny']:,.1f} instead of "
        f"{summary['npv_m_cny']:,.1f}). Planner's NPV, resources alone: {summary['planner_npv_m_cny']:,.1f}."
    )
    lost = summary["levelised_cost"]["after"].get("lost_output", 0.0)
    if lost > 1.0:
        lines.append(
            f"Output lost in the change costs {lost:,.0f} CNY/t of what is made after it. Metal and "
            "alumina move the project through it alone, and power where little is saved: their "
            "break-evens are its."
        )
    power = summary["power"]
    if (power["ac_kwh_per_t_saved"] or 0.0) < 0:
        lines.append(f"More power is needed: {-power['ac_kwh_per_t_saved']:,.0f} kWh/t.")
    elif power["ac_kwh_per_t_saved"]:
        at = power["share_of_cost_saved_at_power_share"]
        lines.append(
            f"Power saved: {power['ac_kwh_per_t_saved']:,.0f} kWh/t, {power['share_of_power_saved']:.1%}; "
            f"where power is 40 % of cost that is {at['0.40']:.2%} of cost, at 30 % {at['0.30']:.2%}; "
            f"here power is {power['power_share_of_cost_before']:.0%}."
        )
    return lines
