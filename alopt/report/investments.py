"""Figures of an investment and of one smelter's steps; nothing here computes a result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alopt.report import style
from alopt.report.layout import spread
from alopt.report.terms import Terms, terms
from alopt.report.words import input_words

if TYPE_CHECKING:
    from alopt.results.table import ResultTable

#: Bars of a tornado.
_WIDEST = 8

#: Width of the plots of a project, height of those of a site, px.
_WIDTH, _HEIGHT = 440, 340

_COLOURS = (style.BLUE, style.VERMILION, style.GREEN, style.ORANGE, style.PURPLE, style.SKY)


def project_value(summary: dict[str, Any], table: ResultTable, language: str = "en") -> Any:  # noqa: ANN401
    """Draw a project: yearly flows with their running present value, and the tornado below.

    Parameters
    ----------
    summary : dict
        As in `project.json`.
    table : ResultTable
        `cash_flow`.
    language : {"en", "zh"}

    Returns
    -------
    altair.VConcatChart
    """
    alt, t = style.altair(), terms(language)
    chart = alt.vconcat(_flows(summary, table, t), _tornado(summary, t), spacing=24).resolve_scale(
        color="independent"
    )
    before, after = summary["before_tax"], summary["after_tax"]
    rate = before["irr"] if isinstance(before["irr"], str) else f"{before['irr']:.1%}"
    back = before["payback_years"]
    lines = (
        t("invest.worth", npv=f"{before['npv_m_cny']:,.0f}", after=f"{after['npv_m_cny']:,.0f}",
          rate=f"{summary['assumptions']['investor_rate']:.0%}"),
        t("invest.returns", irr=rate, years=back if isinstance(back, str) else f"{back:.1f}",
          month=summary["prices"] or "–"),
    )  # fmt: skip
    return style.dressed(chart, summary["question"] or summary["project"], "\n".join(lines))


def _flows(summary: dict[str, Any], table: ResultTable, t: Terms) -> Any:  # noqa: ANN401
    alt = style.altair()
    rows = [
        {
            "year": row["year"], "flow": row["before_tax_m_cny"],
            "running": row["running_present_value_m_cny"], "received": row["before_tax_m_cny"] >= 0,
        }
        for row in table.records()
    ]  # fmt: skip
    years = [row["year"] for row in rows]
    x = alt.X("year:O", title=None).axis(values=[y for y in years if y % 5 == 0], labelAngle=0)
    base = alt.Chart(style.data(values=rows))
    bars = base.mark_bar(size=max(4, 240 // len(rows))).encode(
        x=x, y=alt.Y("flow:Q", title=t("invest.flow")).axis(format=",.0f"),
        color=alt.Color("received:N", legend=None)
        .scale(domain=[False, True], range=[style.VERMILION, style.SKY]),
    )  # fmt: skip
    line = base.mark_line(color=style.INK, strokeWidth=2).encode(x=x, y="running:Q")
    zero = alt.Chart(style.data(values=[{"nil": 0}])).mark_rule(color=style.QUIET).encode(y="nil:Q")
    end = {"year": years[-1], "running": rows[-1]["running"],
           "label": t("invest.running", npv=f"{summary['npv_m_cny']:,.0f}")}  # fmt: skip
    label = (
        alt.Chart(style.data(values=[end]))
        .mark_text(align="right", dx=4, dy=-10)
        .encode(x=x, y="running:Q", text="label:N")
    )
    return alt.layer(bars, zero, line, label).properties(width=_WIDTH, height=220)


def _tornado(summary: dict[str, Any], t: Terms) -> Any:  # noqa: ANN401
    alt = style.altair()
    nil = summary["npv_m_cny"]
    rows = [
        {
            "input": f"{input_words(row['input'], row['vat'])}: {row['low']:,g} – {row['high']:,g}",
            "end": t(f"invest.{end}"), "npv": row[f"npv_{end}_m_cny"], "here": nil,
        }
        for row in summary["tornado"][:_WIDEST]
        if row["swing_m_cny"] > 0
        for end in ("low", "high")
    ]  # fmt: skip
    order = list(dict.fromkeys(row["input"] for row in rows))
    bars = (
        alt.Chart(style.data(values=rows))
        .mark_bar(height=14)
        .encode(
            y=alt.Y("input:N", title=None, sort=order).axis(labelLimit=320, ticks=False, domain=False),
            x=alt.X("here:Q", title=t("invest.tornado")).axis(format=",.0f").scale(zero=False),
            x2="npv:Q",
            color=alt.Color("end:N", legend=alt.Legend(title=None, orient="top"))
            .scale(domain=[t("invest.low"), t("invest.high")], range=[style.ORANGE, style.BLUE]),
        )
    )  # fmt: skip
    rule = alt.Chart(style.data(values=[{"here": nil}])).mark_rule(color=style.INK).encode(x="here:Q")
    return alt.layer(bars, rule).properties(width=_WIDTH, height=24 * len(order))


def site_packages(summary: dict[str, Any], packages: ResultTable, language: str = "en") -> Any:  # noqa: ANN401
    """Draw one smelter's steps: the value per t/a over the price of power, investor's and plan's.

    Parameters
    ----------
    summary : dict
    packages : ResultTable
        From :func:`alopt.analysis.site_options.site_options`.
    language : {"en", "zh"}

    Returns
    -------
    altair.HConcatChart
        Steps at a relining and rebuilds, each with its own scale.
    """
    alt, t = style.altair(), terms(language)
    kinds = [k for k in ("relining", "rebuild") if any(row["kind"] == k for row in packages.records())]
    width = (style.COLUMN + 180) // len(kinds) - 130
    plots = [_values(summary, packages, kind, width, t) for kind in kinds]
    stands = ", ".join(f"{amount:.2f} Mt/a {cell}" for cell, amount in summary["stands_mt_per_a"].items())
    lines = (
        t("site.stands", stands=stands, year=summary["year"]),
        t("site.read", rate=f"{summary['investor_rate']:.0%}", end=summary["plan_end"] - 1),
    )
    chart = alt.hconcat(*plots, spacing=16).resolve_scale(color="independent")
    return style.dressed(chart, t("figure.site_packages", name=summary["name"]), "\n".join(lines))


def _values(summary: dict[str, Any], packages: ResultTable, kind: str, width: int, t: Terms) -> Any:  # noqa: ANN401
    alt = style.altair()
    alone = len(summary["stands_mt_per_a"]) == 1
    names = {
        (step["from_cell"], step["to_cell"]): step["name"]
        if alone
        else f"{step['from_cell']}: {step['name']}"
        for step in summary["steps"]
    }
    rows = [
        {
            "price": row["power_cny_per_mwh_with_vat"], "step": names[row["from_cell"], row["to_cell"]],
            "line": f"{row['from_cell']} {row['to_cell']} {who}", "who": t(f"site.{who}"), "value": row[key],
        }
        for row in packages.records()
        if row["kind"] == kind
        for who, key in (("investor", "investor_npv_cny_per_t_a"), ("plan", "plan_value_cny_per_t_a"))
        if row[key] is not None
    ]  # fmt: skip
    steps = list(dict.fromkeys(row["step"] for row in rows))
    prices = [row["price"] for row in rows]
    low = min(0.0, *(row["value"] for row in rows))
    high = max(0.0, *(row["value"] for row in rows))
    x = alt.X("price:Q", title=t("site.power")).scale(
        domain=[min(prices), max(prices)], nice=False, zero=False
    )
    y = alt.Y("value:Q", title=t("site.value")).scale(domain=[low, high], zero=False, nice=True)
    y = y.axis(format=",.0f")
    colour = alt.Color("step:N", legend=None).scale(
        domain=steps, range=[_COLOURS[n % len(_COLOURS)] for n in range(len(steps))]
    )
    lines = (
        alt.Chart(style.data(values=rows))
        .mark_line(strokeWidth=2)
        .encode(
            x=x, y=y, color=colour, detail="line:N",
            strokeDash=alt.StrokeDash("who:N", legend=alt.Legend(title=None, orient="top"))
            .scale(domain=[t("site.investor"), t("site.plan")], range=[[1, 0], [5, 3]]),
        )
    )  # fmt: skip
    last = [row for row in rows if row["price"] == max(prices) and row["who"] == t("site.investor")]
    gap = (high - low) * 15 / _HEIGHT
    at = spread([row["value"] for row in last], gap, low, high)
    ends = [{**row, "at": place} for row, place in zip(last, at, strict=True)]
    words = (
        alt.Chart(style.data(values=ends))
        .mark_text(align="left", dx=6)
        .encode(x="price:Q", y="at:Q", text="step:N", color=colour)
    )
    nil = alt.Chart(style.data(values=[{"nil": 0}])).mark_rule(color=style.INK).encode(y="nil:Q")
    today = summary["power_today_cny_per_mwh_with_vat"]
    marked = {"price": today, "top": high, "label": t("site.today", price=f"{today:.0f}")}
    mark = alt.Chart(style.data(values=[marked]))
    rule = mark.mark_rule(color=style.QUIET, strokeDash=[2, 2]).encode(x="price:Q")
    word = mark.mark_text(align="right", dx=-4, dy=6, color=style.QUIET).encode(
        x="price:Q", y="top:Q", text="label:N"
    )
    layers = alt.layer(nil, rule, lines, words, word)
    return layers.properties(width=width, height=_HEIGHT, title=style.small_title(t(f"site.{kind}")))
