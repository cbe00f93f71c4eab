"""What an investment committee is told of a project: figures, break-evens, tornado, cash flow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from alopt.analysis.investment import (
    BREAK_EVENS,
    COMPONENTS,
    Investment,
    Metrics,
    Sheet,
    abatement,
    break_even,
    later,
    levelised,
    metrics,
    net_value,
    pays_above,
    resource_flows,
    running_present_value,
    sheet,
    view_rate,
    views,
)
from alopt.analysis.project import invest
from alopt.analysis.rebuilds import LARGE, rebuilds
from alopt.analysis.step_sheets import BOUNDARY
from alopt.data.model_data import ModelData
from alopt.data.projects import Project
from alopt.errors import InputError
from alopt.finance import Figure, net_present_value
from alopt.results.table import ResultTable

#: Shares of power in cost at which a saving of power is shown as one of cost.
_POWER_SHARES = (0.3, 0.4)


def appraise(project: Project, data: ModelData) -> tuple[dict[str, Any], ResultTable]:
    """Say everything about a project: `project.json` and `cash_flow.csv`.

    Parameters
    ----------
    project : Project
    data : ModelData
        At smelter resolution, with market prices.

    Returns
    -------
    summary : dict
    table : ResultTable

    Raises
    ------
    InputError
        If the file names what the inputs do not have, or an end of a range breaks a rule.
    """
    inv = invest(project, data)
    laid, terms = sheet(inv), inv.terms
    before, after = levelised(inv)
    waited, worth = later(inv, invest(project.changed("start_year", inv.start_year + 1), data))
    summary = {
        "project": project.name,
        "description": project.values.get("description", ""),
        "question": project.values.get("question", ""),
        "note": project.values.get("note", ""),
        "scenario": data.scenario.name,
        "prices": data.market_prices.month if data.market_prices else None,
        "price_year": data.scenario.price_year,
        "money": "real CNY without VAT",
        "assumptions": _assumptions(project, inv),
        **{view: _metrics(metrics(getattr(laid, view), view_rate(terms, view))) for view in views(terms)},
        "planner_npv_m_cny": net_present_value(resource_flows(laid), terms.planner),
        "npv_m_cny": net_value(inv),
        "npv_waiting_m_cny": waited,
        "value_of_waiting_m_cny": worth,
        "break_even": {view: _break_evens(project, data, inv, view) for view in views(terms)},
        "levelised_cost": {
            "before_cny_per_t": None if before is None else sum(before.values()),
            "after_cny_per_t": sum(after.values()),
            "before": before,
            "after": after,
        },
        "power": _power_figures(inv, before),
        "abatement": {
            boundary: {
                "abated_mt_co2e": found.tonnes,
                "avoided_t_per_t": found.per_t,
                "investor_cny_per_t": _plain(found.investor_cost),
                "planner_cny_per_t": _plain(found.planner_cost),
            }
            for boundary, found in abatement(inv).items()
            if _knows(inv, boundary)
        },
        "tornado": tornado(project, data),
    }
    to_cell = data.cells.get(project.values.get("to_cell", ""))
    if project.values["kind"] == "rebuild" and to_cell is not None and to_cell.current_ka >= LARGE:
        price = inv.prices.power_after[inv.construction]
        summary["rebuilds"] = rebuilds(data, price, terms.investor, inv.construction, inv.life)
    return summary | _as_in_the_table(summary), cash_flow(inv, laid)


def _as_in_the_table(summary: Mapping[str, Any]) -> dict[str, Any]:
    """Figures before tax under the names that they have in `retrofit_options.csv`."""
    known, cost = summary["before_tax"], summary["levelised_cost"]
    saved = summary["abatement"][BOUNDARY]
    evens = summary["break_even"]["before_tax"]
    listed = ("power_cny_per_mwh", "alumina_cny_per_t", "metal_cny_per_t", "carbon_cny_per_t",
              "quota_cny_per_t_a")  # fmt: skip
    return {
        **{key: known[key] for key in ("irr", "modified_irr", "payback_years")},
        "levelised_cost_before": cost["before_cny_per_t"],
        "levelised_cost_after": cost["after_cny_per_t"],
        **{f"break_even_{key}": evens[key] for key in listed},
        "break_even_capex_cny_per_t_a": evens.get("capex_cny_per_t_a", evens["capex_share"]),
        "abated_t": saved["abated_mt_co2e"] * 1e6,
        "abatement_cost": saved["investor_cny_per_t"],
    }


def _knows(inv: Investment, boundary: str) -> bool:
    """Whether the plant's alumina is known, which wider boundaries need."""
    wide = boundary in {"industry", "cradle_to_gate"}
    return not wide or "alumina_freight" in inv.after.emission


def _plain(figure: Figure) -> float | str:
    return figure.value if figure.value is not None else f"none: {figure.reason}"


def _metrics(found: Metrics) -> dict[str, float | str]:
    rate = found.irr
    return {
        "npv_m_cny": found.npv,
        "irr": rate.value if rate.value is not None else f"no IRR: {rate.reason}",
        "modified_irr": _plain(found.mirr),
        "payback_years": _plain(found.payback),
    }


def _break_evens(project: Project, data: ModelData, inv: Investment, view: str) -> dict[str, Any]:
    """Break-even prices with VAT beside those without, as contracts are quoted."""
    listed = {}
    for what in BREAK_EVENS:
        found = break_even(inv, what, view)
        key = "capex_share" if what == "capex" else f"{what}_cny_per_{_UNIT[what]}"
        listed[key] = _plain(found)
        if found.value is None:
            continue
        if what in data.vat:
            listed[f"{key}_with_vat"] = found.value * (1.0 + data.vat[what])
        if what == "capex":
            listed["capex_cny_per_t_a"] = found.value * _capex_per_t(project, inv)
        listed[f"{what}_pays"] = "above" if pays_above(inv, what, view) else "below"
    return listed


_UNIT = {"power": "mwh", "alumina": "t", "metal": "t", "carbon": "t", "quota": "t_a"}


def _capex_per_t(project: Project, inv: Investment) -> float:
    """Capex before fee and contingency, CNY per t/a."""
    spent = sum(outlay.amount for outlay in inv.outlays if outlay.kind == "capex")
    mark_up: float = 1.0 + project.values["engineering_fee"] + project.values["contingency"]
    return spent / inv.after.capacity / mark_up


def _assumptions(project: Project, inv: Investment) -> dict[str, Any]:
    prices, start = inv.prices, inv.construction
    return {
        "kind": project.values["kind"],
        "site": project.values.get("site", project.values.get("region")),
        "to_region": project.values.get("to_region"),
        "from_cell": project.values.get("from_cell"),
        "to_cell": project.values.get("to_cell"),
        "start_year": inv.start_year,
        "construction_years": inv.construction,
        "life_a": inv.life,
        "downtime_months": inv.downtime * 12.0,
        "capacity_before_mt_per_a": inv.before.capacity if inv.before else 0.0,
        "capacity_after_mt_per_a": inv.after.capacity,
        "ac_kwh_per_t_before": inv.before.ac * 1000.0 if inv.before else None,
        "ac_kwh_per_t_after": inv.after.ac * 1000.0,
        "capex_cny_per_t_a": _capex_per_t(project, inv),
        "engineering_fee": project.values["engineering_fee"],
        "contingency": project.values["contingency"],
        "quota_mt_per_a": inv.quota_mt_per_a,
        "quota_price_cny_per_t_a": inv.quota_price if inv.quota_mt_per_a else None,
        "power_before_cny_per_mwh": prices.power_before[start] if inv.before else None,
        "power_after_cny_per_mwh": prices.power_after[start],
        "power_at_the_end_cny_per_mwh": prices.power_after[-1],
        "alumina_cny_per_t": prices.alumina_after[start],
        "anode_cny_per_t": prices.anode[start],
        "metal_cny_per_t": prices.metal[start],
        "carbon_cny_per_t": prices.carbon[start],
        "carbon_scope": inv.terms.carbon_scope,
        "investor_rate": inv.terms.investor,
        "equity_rate": inv.terms.equity,
        "planner_rate": inv.terms.planner,
        "tax": inv.terms.tax,
        "debt_share": inv.terms.debt_share,
        "residual": project.values["residual"],
        "exchange_rate_cny_per_usd": project.values.get("exchange_rate_cny_per_usd"),
    }


def _power_figures(inv: Investment, before: Mapping[str, float] | None) -> dict[str, Any]:
    """Power saved, and as a share of cost at usual shares of power in it."""
    if inv.before is None or before is None:
        return {"ac_kwh_per_t_saved": None}
    saved = 1.0 - inv.after.ac / inv.before.ac
    return {
        "ac_kwh_per_t_saved": 1000.0 * (inv.before.ac - inv.after.ac),
        "share_of_power_saved": saved,
        "power_share_of_cost_before": before["power"] / sum(before.values()),
        "share_of_cost_saved_at_power_share": {f"{share:.2f}": saved * share for share in _POWER_SHARES},
    }


def tornado(project: Project, data: ModelData) -> list[dict[str, Any]]:
    """Net present value at the low and high of every value with a range, widest first.

    Returns
    -------
    list of dict
        Key; low, value and high as the file has them, ``vat`` saying whether with value-added tax
        (None where it says nothing); NPV before tax at both ends in M CNY.

    Raises
    ------
    InputError
        If an end of a range breaks a rule.
    """
    rows = []
    for key, (low, high) in project.ranges.items():
        if key in project.paths:
            continue
        ends = []
        for end in (low, high):
            value = int(end) if end == int(end) else end
            try:
                ends.append(net_value(invest(project.changed(key, value), data)))
            except InputError as error:
                place = f"{key} at the end of its range"
                problems = [replace(p, column=place) for p in error.problems]
                raise InputError(problems) from None
        rows.append(
            {
                "input": key, "vat": project.tax_of(key), "low": low, "value": project.given(key),
                "high": high, "npv_low_m_cny": ends[0], "npv_high_m_cny": ends[1],
                "swing_m_cny": abs(ends[1] - ends[0]),
            }
        )  # fmt: skip
    return sorted(rows, key=lambda row: (-row["swing_m_cny"], row["input"]))


def cash_flow(inv: Investment, laid: Sheet) -> ResultTable:
    """Lay the sheet out as a table: one row per year, differences from the plant as it is, M CNY."""
    kinds = tuple(laid.outlays)
    columns = (
        "year", "output_without_mt", "output_with_mt", "revenue_m_cny",
        *(f"{c}_m_cny" for c in COMPONENTS), *(f"{k}_m_cny" for k in kinds), "before_tax_m_cny",
        "discount_factor", "running_present_value_m_cny", "depreciation_m_cny", "tax_m_cny",
        "after_tax_m_cny", "drawn_m_cny", "interest_m_cny", "repayment_m_cny", "levered_m_cny",
    )  # fmt: skip
    running = running_present_value(laid.before_tax, inv.terms.investor)
    rows = [
        (
            inv.start_year + t,
            laid.output_before[t],
            laid.output_kept[t] + laid.output_after[t],
            laid.revenue[t],
            *(laid.costs[c][t] for c in COMPONENTS),
            *(laid.outlays[k][t] for k in kinds),
            laid.before_tax[t],
            (1.0 + inv.terms.investor) ** -t,
            running[t],
            laid.depreciation[t],
            laid.tax[t],
            laid.after_tax[t],
            laid.drawn[t],
            laid.interest[t],
            laid.repayment[t],
            laid.levered[t],
        )
        for t in range(inv.length)
    ]
    return ResultTable("cash_flow", columns, rows)
