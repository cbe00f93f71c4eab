"""Figures of money: what a tonne costs by region, and the prices of metal and alumina."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alopt.report import style
from alopt.report.terms import region_names, terms
from alopt.results import views

if TYPE_CHECKING:
    from alopt.results.saved import Run
    from alopt.results.table import ResultTable

_PARTS = {
    "power": style.BLUE, "alumina": style.SKY, "anode": style.VERMILION, "operation": style.ORANGE,
    "capital": style.GREY, "other": style.PURPLE, "payments": style.YELLOW,
}  # fmt: skip

_ROW = 21


def cost_stack(
    run: Run, year: int | None = None, ranges: ResultTable | None = None, language: str = "en"
) -> Any:  # noqa: ANN401
    """Draw what a tonne of metal costs at the smelters of each region, by component.

    Parameters
    ----------
    run : Run
    year : int, optional
        A model year; the first if not given.
    ranges : ResultTable, optional
        Columns year, region, low, high of the total, CNY/t; drawn as bars.
    language : {"en", "zh"}

    Returns
    -------
    altair.LayerChart
    """
    alt, t = style.altair(), terms(language)
    year = run.years[0] if year is None else year
    names = region_names(run, language)
    found = views.cost_stack(run, year)
    parts = [part for part in _PARTS if any(row["part"] == part for row in found)]
    level: dict[str, float] = {}
    values: list[dict[str, Any]] = []
    tops: list[dict[str, Any]] = []
    for row in found:
        region = str(names.get(row["region"], row["region"]))
        low = level.get(region, 0.0)
        level[region] = low + row["cost_cny_per_t"]
        values.append(
            {"region": region, "part": t.of("part", row["part"]), "cost": row["cost_cny_per_t"], "low": low,
             "high": level[region]}
        )  # fmt: skip
    spread: dict[str, tuple[float, float]] = {}
    for row in () if ranges is None else ranges.records():
        if row["year"] == year:
            spread[str(names.get(row["region"], row["region"]))] = row["low"], row["high"]
    made = {names.get(row["region"], row["region"]): row["production_mt"] for row in found}
    for region, total in level.items():
        least, most = spread.get(region, (None, None))
        label = t("stack.total", cost=f"{total:,.0f}", output=t.shown("mt", made[region], 2))
        tops.append({"region": region, "total": total, "text": label, "low": least, "high": most,
                     "end": max(total, most or 0.0)})  # fmt: skip
    top = max((row["end"] for row in tops), default=1.0)
    order = list(level)
    x = alt.Scale(domain=[0, top * 1.02], nice=False)
    y = alt.Y("region:N", sort=order, title=None).axis(ticks=False, domain=False, labelLimit=220)
    labels = [t.of("part", part) for part in parts]
    layers = [
        alt.Chart(style.data(values=values))
        .mark_bar(stroke="white", strokeWidth=0.6)
        .encode(
            x=alt.X("low:Q", scale=x, title=t("axis.cost_cny_per_t")).axis(
                format=",.0f", tickCount=6, grid=False
            ),
            x2="high:Q",
            y=y,
            color=alt.Color("part:N", title=None)
            .scale(domain=labels, range=[_PARTS[part] for part in parts])
            .legend(orient="top", symbolType="square", labelLimit=300, columns=5),
            tooltip=["region:N", "part:N", alt.Tooltip("cost:Q", format=",.0f")],
        ),
        alt.Chart(style.data(values=tops))
        .mark_text(align="left", dx=5)
        .encode(x=alt.X("end:Q", scale=x), y=y, text="text:N"),
    ]
    if spread:
        layers.append(
            alt.Chart(style.data(values=[row for row in tops if row["high"] is not None]))
            .mark_rule(color=style.INK, strokeWidth=2)
            .encode(x=alt.X("low:Q", scale=x), x2="high:Q", y=y)
        )
    chart = alt.layer(*layers).properties(width=400, height=_ROW * len(order))
    note = t("figure.cost_stack.note") + "\n" + t("figure.ties" if ranges is None else "figure.ranges")
    return style.dressed(chart, t("figure.cost_stack", year=year), note)


def regional_prices(run: Run, year: int | None = None, language: str = "en") -> Any:  # noqa: ANN401
    """Draw the price of metal and of alumina by region as points on one scale each.

    Parameters
    ----------
    run : Run
    year : int, optional
        A model year; the first if not given.
    language : {"en", "zh"}

    Returns
    -------
    altair.HConcatChart
    """
    alt, t = style.altair(), terms(language)
    year = run.years[0] if year is None else year
    names = region_names(run, language)
    rows = [
        {**row, "name": names.get(row["region"], row["region"])} for row in views.regional_prices(run, year)
    ]
    order = [row["name"] for row in rows]
    panels = [
        _dots(alt, rows, order, column, t(f"axis.{column}"), colour, named=k == 0)
        for k, (column, colour) in enumerate(
            (("metal_cny_per_t", style.BLUE), ("alumina_cny_per_t", style.VERMILION))
        )
    ]
    chart = alt.hconcat(*panels, spacing=24)
    return style.dressed(chart, t("figure.regional_prices", year=year), t("figure.regional_prices.note"))


def _dots(
    alt: Any,  # noqa: ANN401
    rows: list[dict[str, Any]],
    order: list[str],
    column: str,
    title: str,
    colour: str,
    *,
    named: bool,
) -> Any:  # noqa: ANN401
    known = [{**row, "text": f"{row[column]:,.0f}"} for row in rows if row[column] is not None]
    low, high = (
        min((row[column] for row in known), default=0.0),
        max((row[column] for row in known), default=1.0),
    )
    room = max(high - low, 0.01 * high, 1.0)
    x = alt.X(f"{column}:Q", title=title).scale(domain=[low - 0.12 * room, high + 0.3 * room], nice=False)
    x = x.axis(format=",.0f", tickCount=4, grid=True, labelOverlap=True, labelSeparation=8)
    axis = alt.Axis(ticks=False, domain=False, grid=True, labelLimit=200, labels=named)
    y = alt.Y("name:N", sort=order, title=None, axis=axis).scale(domain=order)
    base = alt.Chart(style.data(values=known))
    return alt.layer(
        base.mark_circle(color=colour, size=60, opacity=1).encode(
            x=x, y=y, tooltip=["name:N", alt.Tooltip(f"{column}:Q", format=",.0f")]
        ),
        base.mark_text(align="left", dx=7, fontSize=11).encode(x=x, y=y, text="text:N"),
    ).properties(width=235, height=17 * len(order))
