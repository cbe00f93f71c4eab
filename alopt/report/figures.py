"""The figures, each from the tables of a run alone; nothing here computes a result.

Every function returns an altair chart; :func:`alopt.report.style.save` writes it as SVG, PNG and
an interactive page that needs no network.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from alopt.report import style
from alopt.report.differences import difference
from alopt.report.layout import spread, wide
from alopt.report.money import cost_stack, regional_prices
from alopt.report.paths import (
    capacity_by_cell,
    capacity_by_region,
    emissions_by_source,
    power_mix,
    quota_value,
)
from alopt.report.places import quota_flow, smelter_map, tile_map
from alopt.report.terms import Terms, smelter_name, terms

if TYPE_CHECKING:
    from alopt.results.table import ResultTable

__all__ = [
    "capacity_by_cell",
    "capacity_by_region",
    "cost_curve",
    "cost_stack",
    "difference",
    "emissions_by_source",
    "power_mix",
    "quota_flow",
    "quota_value",
    "regional_prices",
    "smelter_map",
    "tile_map",
]

#: Parts of the cost curve from the ground up: term, columns, colour.
_COST_PARTS = (
    ("curve.power", ("power",), style.BLUE),
    ("curve.alumina", ("alumina", "alumina_freight"), style.SKY),
    ("curve.anode", ("anode",), style.VERMILION),
    ("curve.other", ("fluoride", "labour", "maintenance", "overhead"), style.ORANGE),
    ("curve.capital", ("depreciation", "interest_and_taxes"), style.GREY),
)

#: Smelters at least this large are named, Mt/a.
_NAMED = 0.8

#: Height of the plot, size of the names, their distance from the bar, and the most of it, px.
_HIGH, _LETTERS, _LIFT, _FAR = 420, 10, 5, 60


def cost_curve(
    table: ResultTable,
    summary: dict[str, Any],
    language: str = "en",
    names: Mapping[str, str] | None = None,
) -> Any:  # noqa: ANN401
    """Draw the industry cost curve: one bar per smelter, as wide as its output.

    Parameters
    ----------
    table : ResultTable
        `cost_curve`.
    summary : dict
        Of the same curve: month, metal price, mean, published figures.
    language : {"en", "zh"}
    names : mapping of str to str, optional
        Of smelters by site, such as :func:`alopt.report.terms.smelter_names` gives; those of the table
        where there is none.

    Returns
    -------
    altair.LayerChart
    """
    alt, t = style.altair(), terms(language)
    rows = [{**row, "name": (names or {}).get(row["site"], row["name"])} for row in table.records()]
    parts = [
        {
            "smelter": row["name"], "province": row["province"],
            "from": t.amount("mt", row["from_mt"]), "to": t.amount("mt", row["to_mt"]),
            "part": t(label), "order": order, "cost": sum(row[f"{name}_cny_per_t"] for name in columns),
            "full cost": row["full_cost_cny_per_t"],
        }
        for row in rows
        for order, (label, columns, _) in enumerate(_COST_PARTS)
    ]  # fmt: skip
    top = max(row["full_cost_cny_per_t"] for row in rows)
    metal = summary["metal_price_cny_per_t"]
    high = _headroom(rows, metal, 1.06 * max(top, metal or 0.0))
    width = t.amount("mt", rows[-1]["to_mt"])
    x = (
        alt.X("from:Q", title=t("curve.output"))
        .scale(domain=[0, width], nice=False)
        .axis(tickCount=8, format=",.0f")
    )
    y = alt.Y("low:Q", title=t("curve.full_cost")).scale(domain=[0, high], nice=False)
    stacked = alt.Chart(style.data(values=parts)).transform_stack(
        stack="cost", groupby=["smelter"], sort=[alt.SortField("order")], as_=["low", "high"]
    )
    bars = stacked.mark_rect(stroke="white", strokeWidth=0.3).encode(
        x=x, x2="to:Q", y=y, y2="high:Q",
        color=alt.Color("part:N", legend=None)
        .scale(domain=[t(p[0]) for p in _COST_PARTS], range=[p[2] for p in _COST_PARTS]),
        tooltip=["smelter:N", "province:N", "part:N", alt.Tooltip("cost:Q", format=",.0f"),
                 alt.Tooltip("full cost:Q", format=",.0f")],
    )  # fmt: skip
    named = _smelter_labels(rows, t.amount("mt", 1.0), metal, high)
    base = alt.Chart(style.data(values=named))
    labels, halo = (
        base.mark_text(
            angle=270, align="left", baseline="middle", dx=_LIFT, fontSize=_LETTERS, **outline
        ).encode(x="at:Q", y="level:Q", text="name:N")
        for outline in ({}, {"stroke": "white", "strokeWidth": 4})
    )
    leads = base.mark_rule(color=style.QUIET, strokeWidth=0.7).encode(x="at:Q", y="cost:Q", y2="level:Q")
    layers = [bars, *_level(alt, metal), leads, halo, labels, _beside(alt, t, rows[-1], metal, high)]
    chart = alt.layer(*layers).properties(width=style.COLUMN - 80, height=_HIGH)
    return style.dressed(chart, t("figure.cost_curve", month=summary["month"]), _subtitle(t, summary))


def _smelter_labels(
    rows: list[dict[str, Any]], per_mt: float, metal: float | None, high: float
) -> list[dict[str, Any]]:
    """Return the names of large smelters and where they stand.

    Each stands on its bar or, where it would cross the line of the metal price, on the line; a name that
    would then be too far from its bar is not drawn.
    """
    shown = []
    for row in rows:
        cost, name = row["full_cost_cny_per_t"], smelter_name(row["name"])
        level, end = _span(cost, name, metal, high)
        if row["capacity_mt_per_a"] >= _NAMED and end <= high and level - cost <= _FAR * high / _HIGH:
            at = per_mt * (row["from_mt"] + row["to_mt"]) / 2
            shown.append({"site": row["site"], "at": at, "cost": cost, "level": level, "end": end,
                          "name": name})  # fmt: skip
    return shown


def _span(cost: float, name: str, metal: float | None, high: float) -> tuple[float, float]:
    """Return where a name starts and ends, CNY/t, on a plot that reaches to `high`."""
    long = (_LIFT + wide(name, _LETTERS)) * high / _HIGH
    level = metal if metal is not None and cost <= metal < cost + long else cost
    return level, level + long


def _headroom(rows: list[dict[str, Any]], metal: float | None, least: float) -> float:
    """Return how far the plot must reach for the names that stand near their bars, CNY/t."""
    high = least
    for row in rows:
        cost, name = row["full_cost_cny_per_t"], smelter_name(row["name"])
        level, _ = _span(cost, name, metal, least)
        if row["capacity_mt_per_a"] >= _NAMED and level - cost <= _FAR * least / _HIGH:
            high = max(high, level * _HIGH / (_HIGH - _LIFT - wide(name, _LETTERS)))
    return high


def _beside(alt: Any, t: Terms, last: dict[str, Any], metal: float | None, high: float) -> Any:  # noqa: ANN401
    """Name the parts of the last bar and the line of the metal price to their right."""
    per_px = high / _HIGH
    labels, places, level = [], [], 0.0
    for label, columns, _ in _COST_PARTS:
        cost = sum(last[f"{name}_cny_per_t"] for name in columns)
        labels.append(t(label))
        places.append(level + cost / 2)
        level += cost
    if metal is not None:
        labels.append(t("curve.metal_price", price=f"{metal:,.0f}"))
        places.append(metal)
    spaced = spread(places, 15.0 * per_px, 8.0 * per_px, high - 8.0 * per_px)
    right = t.amount("mt", last["to_mt"])
    rows = [{"right": right, "place": y, "beside": label} for label, y in zip(labels, spaced, strict=True)]
    text = alt.Chart(style.data(values=rows)).mark_text(align="left", dx=6)
    return text.encode(x="right:Q", y="place:Q", text="beside:N")


def _subtitle(t: Terms, summary: dict[str, Any]) -> str:
    mean, low, high = (
        summary["mean_full_cost_cny_per_t"],
        summary["lowest"]["full_cost_cny_per_t"],
        summary["highest"]["full_cost_cny_per_t"],
    )
    text = t("curve.model", mean=f"{mean:,.0f}", low=f"{low:,.0f}", high=f"{high:,.0f}")
    found = summary.get("published")
    if not found:
        return text
    shown = (found.get(f"{key}_cny_per_t") for key in ("mean", "lowest", "highest"))
    words = [f"{value:,.0f}" if value is not None else "–" for value in shown]
    return text + "\n" + t("curve.published", mean=words[0], low=words[1], high=words[2])


def _level(alt: Any, value: float | None) -> list[Any]:  # noqa: ANN401
    """Draw a horizontal line."""
    if value is None:
        return []
    line = alt.Chart(style.data(values=[{"level": value}]))
    return [line.mark_rule(color=style.INK, strokeWidth=1.5, strokeDash=[5, 3]).encode(y="level:Q")]
