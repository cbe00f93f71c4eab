"""Figures of the curves: abatement, the planned fleet beside the standing one, the worth of quota."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from alopt.report import style
from alopt.report.layout import spread, wide
from alopt.report.terms import Terms, terms

if TYPE_CHECKING:
    from alopt.results.table import ResultTable

#: What brings the tonnes of a step, from the left of a block: column, colour.
_EFFECTS = (
    ("technology", style.BLUE),
    ("power_mix", style.SKY),
    ("location", style.GREEN),
    ("activity", style.ORANGE),
    ("beyond_smelters", style.GREY),
)

#: Kinds of measures of the expert curve with their colours.
_KINDS = (("relining", style.BLUE), ("power", style.SKY), ("rebuild", style.VERMILION))

#: Height of the plots of the abatement curve, px.
_HEIGHT = 230

#: Shares of a block below this are not drawn.
_SLIVER = 1e-9


def abatement(
    steps: ResultTable, measures: ResultTable, summary: Mapping[str, Any], language: str = "en"
) -> Any:  # noqa: ANN401
    """Draw the model's abatement curve above the expert curve.

    Parameters
    ----------
    steps, measures : ResultTable
        `abatement_curve` and `abatement_measures`.
    summary : mapping
        Of the same curve.
    language : {"en", "zh"}

    Returns
    -------
    altair.VConcatChart
    """
    alt, t = style.altair(), terms(language)
    rows, listed = list(steps.records()), list(measures.records())
    furthest = max(
        [rows[-1]["abated_mt_per_a"], *(row["to_mt_per_a"] for row in listed),
         *(row["model_mt"] for row in summary["why_they_differ"])]
    )  # fmt: skip
    width = 1.02 * t.amount("mt", furthest)
    panels = [_model(alt, t, rows, summary, width)]
    if listed:
        panels.append(_expert(alt, t, listed, summary, width))
    chart = alt.vconcat(*panels, spacing=28).resolve_scale(color="independent")
    scope = t.of("boundary", summary["boundary"])
    note = t("figure.abatement.note", boundary=scope, year=summary["price_year"])
    return style.dressed(chart, t("figure.abatement", scenario=summary["scenario"]), note)


def _model(
    alt: Any,  # noqa: ANN401
    t: Terms,
    rows: list[dict[str, Any]],
    summary: Mapping[str, Any],
    width: float,
) -> Any:  # noqa: ANN401
    """Draw a block per step, as wide as its tonnes and as high as their cost, by what brings them."""
    blocks = [block for one, two in pairwise(rows) for block in _blocks(t, one, two)]
    top = 1.04 * max([row["price_cny_per_t"] for row in rows] + [block["cost"] for block in blocks])
    x = alt.X("from:Q", title=t("abatement.saved")).scale(domain=[0, width], nice=False)
    y = alt.Y("cost:Q", title=t("abatement.price")).scale(domain=[0, top], nice=False)
    y = y.axis(format=",.0f", tickCount=6)
    used = [one for one in _EFFECTS if any(block["key"] == one[0] for block in blocks)]
    bars = (
        alt.Chart(style.data(values=blocks))
        .mark_rect(stroke="white", strokeWidth=0.3)
        .encode(
            x=x.axis(format=",.0f", tickCount=8), x2="to:Q", y=y, y2=alt.datum(0),
            color=_colours(alt, t, [(f"abatement.{key}", colour) for key, colour in used]),
            tooltip=["effect:N", *_tips(alt)],
        )
    )  # fmt: skip
    net = [
        {"saved": t.amount("mt", row["abated_with_outside_mt_per_a"]), "price": row["price_cny_per_t"]}
        for row in rows
    ]
    line = (
        alt.Chart(style.data(values=net))
        .mark_line(color=style.INK, strokeWidth=1.6, strokeDash=[5, 3])
        .encode(
            x=alt.X("saved:Q").scale(domain=[0, width], nice=False), y=alt.Y("price:Q"),
            order=alt.Order("price:Q"),
        )
    )  # fmt: skip
    last = net[-1]
    text = (
        alt.Chart(style.data(values=[{**last, "label": t("abatement.with_outside")}]))
        .mark_text(align="right", baseline="top", dx=-10, dy=-2)
        .encode(x="saved:Q", y="price:Q", text="label:N")
    )
    model = "abatement.model" if summary["stepped"] == "price" else "abatement.model_budget"
    span = t(model, first=summary["first_year"], last=summary["last_year"])
    return alt.layer(bars, line, text).properties(
        width=style.COLUMN - 60, height=_HEIGHT, title=style.small_title(span)
    )


def _blocks(t: Terms, one: Mapping[str, Any], two: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Split a step's block by what brings its tonnes; what takes tonnes away is not drawn."""
    start, end = one["abated_mt_per_a"], two["abated_mt_per_a"]
    parts = {key: max(0.0, two[f"step_{key}_mt_per_a"]) for key, _ in _EFFECTS}
    whole = sum(parts.values())
    blocks, at = [], start
    for key, amount in parts.items():
        if whole and amount / whole > _SLIVER and two["step_cost_cny_per_t"] is not None:
            to = at + (end - start) * amount / whole
            blocks.append(
                {
                    "key": key, "effect": t(f"abatement.{key}"), "from": t.amount("mt", at),
                    "to": t.amount("mt", to), "cost": two["step_cost_cny_per_t"],
                    "saved": t.amount("mt", two[f"step_{key}_mt_per_a"]),
                }
            )  # fmt: skip
            at = to
    return blocks


def _tips(alt: Any) -> list[Any]:  # noqa: ANN401
    return [alt.Tooltip("cost:Q", format=",.0f"), alt.Tooltip("saved:Q", format=",.1f")]


def _colours(alt: Any, t: Terms, named: list[tuple[str, str]]) -> Any:  # noqa: ANN401
    legend = alt.Legend(title=None, orient="top", direction="horizontal", symbolType="square", offset=2)
    return alt.Color("effect:N", legend=legend).scale(
        domain=[t(key) for key, _ in named], range=[colour for _, colour in named]
    )


def _expert(
    alt: Any,  # noqa: ANN401
    t: Terms,
    rows: list[dict[str, Any]],
    summary: Mapping[str, Any],
    width: float,
) -> Any:  # noqa: ANN401
    """Draw a bar per measure, and what the model saves in the same year at each price."""
    chinese = t.language == "zh"
    bars = [
        {
            "effect": t(f"abatement.kind.{row['kind']}"), "from": t.amount("mt", row["from_mt_per_a"]),
            "to": t.amount("mt", row["to_mt_per_a"]), "cost": row["cost_cny_per_t"], "measure": row["name"],
            "saved": t.amount("mt", row["abated_mt_per_a"]),
        }
        for row in rows
    ]  # fmt: skip
    found = [row for row in summary["why_they_differ"] if row["price_cny_per_t"] > 0]
    top = 1.04 * max([row["cost"] for row in bars] + [row["price_cny_per_t"] for row in found])
    low = 1.15 * min(0.0, *(row["cost"] for row in bars))
    y = alt.Y("cost:Q", title=t("abatement.price")).scale(domain=[low, top], nice=False)
    x = alt.X("from:Q", title=t("abatement.saved")).scale(domain=[0, width], nice=False)
    used = [one for one in _KINDS if any(row["kind"] == one[0] for row in rows)]
    drawn = (
        alt.Chart(style.data(values=bars))
        .mark_rect(stroke="white", strokeWidth=0.5)
        .encode(
            x=x.axis(format=",.0f", tickCount=8), x2="to:Q", y=y.axis(format=",.0f", tickCount=7),
            y2=alt.datum(0), color=_colours(alt, t, [(f"abatement.kind.{k}", c) for k, c in used]),
            tooltip=["measure:N", *_tips(alt)],
        )
    )  # fmt: skip
    layers = [drawn, *([] if chinese else _names(alt, bars, width))]
    for key, dash, column in (("model_mt", [1, 0], "model"), ("joint_mt", [4, 3], "joint")):
        points = [{"saved": t.amount("mt", row[key]), "price": row["price_cny_per_t"]} for row in found]
        layers += _line(alt, points, t(f"abatement.{column}_in_year"), dash)
    title = t("abatement.expert", year=summary["expert_year"])
    return alt.layer(*layers).properties(
        width=style.COLUMN - 60, height=_HEIGHT + 40, title=style.small_title(title)
    )


def _line(
    alt: Any,  # noqa: ANN401
    points: list[dict[str, Any]],
    label: str,
    dash: list[int],
) -> list[Any]:
    """Return a line over the bars, named at its end."""
    if not points:
        return []
    base = alt.Chart(style.data(values=points))
    last = [{**points[-1], "label": label}]
    return [
        base.mark_line(color=style.INK, strokeWidth=1.8, strokeDash=dash).encode(
            x="saved:Q", y="price:Q", order=alt.Order("price:Q")
        ),
        alt.Chart(style.data(values=last))
        .mark_text(align="right", baseline="top", dx=-10)
        .encode(x="saved:Q", y="price:Q", text="label:N"),
    ]


def _names(
    alt: Any,  # noqa: ANN401
    bars: list[dict[str, Any]],
    width: float,
) -> list[Any]:
    """Name the measures whose bars are wide enough for it, at their foot."""
    per_px = width / (style.COLUMN - 60)
    rows = []
    for bar in bars:
        name = bar["measure"].replace("Rebuild of the potline to ", "to ")
        if bar["cost"] > 0 and wide(name, 11) * per_px < bar["to"] - bar["from"]:
            rows.append({"at": (bar["from"] + bar["to"]) / 2, "name": name})
    if not rows:
        return []
    return [
        alt.Chart(style.data(values=rows))
        .mark_text(fontSize=11, baseline="bottom", dy=-4)
        .encode(x="at:Q", y=alt.datum(0), text="name:N")
    ]


#: Rows of both fleets' curve: fleet, term, colour, width of the line.
_FLEETS = (("standing", style.GREY, 3.0), ("planned", style.BLUE, 2.5))

#: A metal price above the curves by more than this part of their spread is said, not drawn.
_NEAR = 0.4


def planned(table: ResultTable, summary: Mapping[str, Any], language: str = "en") -> Any:  # noqa: ANN401
    """Draw the cost curves of the standing and the planned fleet, and what moves the mean.

    Parameters
    ----------
    table : ResultTable
        `cost_curve` with the column ``fleet``.
    summary : mapping
        Of the same curves.
    language : {"en", "zh"}

    Returns
    -------
    altair.VConcatChart
    """
    alt, t = style.altair(), terms(language)
    rows = list(table.records())
    years = {"standing": summary["base_year"], "planned": summary["year"]}
    steps = [
        {"fleet": fleet, "mt": t.amount("mt", row[end]), "cost": row["full_cost_cny_per_t"],
         "order": 2 * row["rank"] + (end == "to_mt"), "smelter": row["name"]}
        for fleet, _, _ in _FLEETS
        for row in rows if row["fleet"] == fleet
        for end in ("from_mt", "to_mt")
    ]  # fmt: skip
    metal = summary["planned"]["metal_price_cny_per_t"]
    top, low = max(row["cost"] for row in steps), min(row["cost"] for row in steps)
    near = metal is not None and low < metal < top + _NEAR * (top - low)
    top = max(top, metal) if near else top
    room = 0.08 * (top - low)
    x = alt.X("mt:Q", title=t("curve.output"))
    x = x.scale(domain=[0, 1.04 * max(row["mt"] for row in steps)], nice=False).axis(format=",.0f")
    y = alt.Y("cost:Q", title=t("curve.full_cost")).axis(format=",.0f", tickCount=6)
    y = y.scale(domain=[low - room, top + room], nice=False)
    base = alt.Chart(style.data(values=steps))
    layers = [
        base.transform_filter(alt.datum.fleet == fleet)
        .mark_line(color=colour, strokeWidth=wide_line)
        .encode(x=x, y=y, order="order:Q", tooltip=["smelter:N", alt.Tooltip("cost:Q", format=",.0f")])
        for fleet, colour, wide_line in _FLEETS
    ]
    ends = []
    for fleet, _, _ in _FLEETS:
        own = [row for row in steps if row["fleet"] == fleet]
        label = t(
            f"planned.{fleet}", year=years[fleet], mean=f"{summary[fleet]['mean_full_cost_cny_per_t']:,.0f}"
        )
        ends.append({"mt": own[-1]["mt"], "cost": own[-1]["cost"], "label": label})
    layers.append(
        alt.Chart(style.data(values=ends))
        .mark_text(align="right", baseline="bottom", dy=-6)
        .encode(x="mt:Q", y="cost:Q", text="label:N")
    )
    if near:
        layers += _metal(alt, t, metal)
    shape = {"width": style.COLUMN - 80}
    first = alt.layer(*layers).properties(**shape, height=300)
    second = _movers(alt, t, summary).properties(
        **shape, height=120, title=style.small_title(t("planned.mean"))
    )
    title = t("figure.planned", scenario=summary["scenario"], month=summary["month"])
    note = t("figure.planned.note")
    if metal is not None and not near:
        note += "\n" + t("planned.metal", price=f"{metal:,.0f}")
    return style.dressed(alt.vconcat(first, second, spacing=24), title, note)


def _metal(alt: Any, t: Terms, price: float) -> list[Any]:  # noqa: ANN401
    base = alt.Chart(
        style.data(
            values=[{"level": price, "label": t("curve.metal_price", price=f"{price:,.0f}"), "mt": 0.0}]
        )
    )
    return [
        base.mark_rule(color=style.INK, strokeWidth=1.2, strokeDash=[5, 3]).encode(y="level:Q"),
        base.mark_text(align="left", baseline="bottom", dx=6, dy=-3).encode(
            x="mt:Q", y="level:Q", text="label:N"
        ),
    ]


def _movers(alt: Any, t: Terms, summary: Mapping[str, Any]) -> Any:  # noqa: ANN401
    """Draw the change of the mean, by cause and by component."""
    by_part = summary["difference_by_component_cny_per_t"]
    causes = summary["difference_by_cause_cny_per_t"]
    rows = [(t(f"planned.{name}"), value) for name, value in causes.items()]
    rows += [
        (t(label), sum(by_part[name] for name in names))
        for label, names in (
            ("curve.power", ("power",)),
            ("curve.alumina", ("alumina", "alumina_freight")),
            ("planned.upkeep", ("maintenance",)),
        )
    ]
    values = [
        {
            "what": what,
            "change": change,
            "label": f"{change:+,.0f}".replace("-", "−"),
            "side": "cause" if k < len(causes) else "part",
        }
        for k, (what, change) in enumerate(rows)
    ]
    reach = 1.35 * max(1.0, *(abs(row["change"]) for row in values))
    base = alt.Chart(style.data(values=values))
    y = alt.Y("what:N", title=None, sort=[row["what"] for row in values]).axis(
        ticks=False, domain=False, labelLimit=260
    )
    x = alt.X("change:Q", title=None).scale(domain=[-reach, reach], nice=False).axis(None)
    colour = alt.Color("side:N", legend=None).scale(domain=["cause", "part"], range=[style.BLUE, style.SKY])
    left = base.transform_filter("datum.change < 0").mark_text(align="right", dx=-4)
    right = base.transform_filter("datum.change >= 0").mark_text(align="left", dx=4)
    return alt.layer(
        base.mark_bar().encode(x=x, y=y, color=colour),
        *(text.encode(x=x, y=y, text="label:N") for text in (left, right)),
    )


#: Label of an axis of changes: nil has no sign.
_NO_CHANGE = "datum.value === 0 ? '0' : datum.label"

#: Colours of the lines of import parity, lowest first.
_PARITY = (style.GREY, style.SKY, style.BLUE, style.ORANGE, style.VERMILION)

#: Colours of deals, dearest first.
_DEALS = (style.VERMILION, style.BLUE)

#: Years of scarcity up to which a deal's margin is drawn.
_SCARCE = 20


def quota(summary: Mapping[str, Any], language: str = "en") -> Any:  # noqa: ANN401
    """Draw the price of quota against demand and import parity, and the margins that deals stand for.

    Parameters
    ----------
    summary : mapping
        Of :class:`alopt.analysis.quota_value.QuotaValue`.
    language : {"en", "zh"}

    Returns
    -------
    altair.VConcatChart
    """
    alt, t = style.altair(), terms(language)
    year = summary["year"]
    first = _prices(alt, t, summary).properties(title=style.small_title(t("quota.price_in", year=year)))
    panels = [first]
    if summary["deals"]:
        panels.append(_margins(alt, t, summary).properties(title=style.small_title(t("quota.margins"))))
    title = t("figure.quota", scenario=summary["scenario"])
    note = t("figure.quota.note", price_year=summary["price_year"])
    chart = alt.vconcat(*panels, spacing=28).resolve_scale(color="independent")
    return style.dressed(chart, title, note)


def _prices(alt: Any, t: Terms, summary: Mapping[str, Any]) -> Any:  # noqa: ANN401
    """Draw a band from bid to ask for each import parity, and a line for each deal."""
    rows = [
        {
            "demand": t.amount("mt", row["demand_change_mt"]), "parity": row["parity_change_cny_per_t"],
            "bid": max(0.0, row["price_bid_cny_per_t"]), "ask": row["price_ask_cny_per_t"],
        }
        for row in summary["cases"]
        if row["price_bid_cny_per_t"] is not None and row["price_ask_cny_per_t"] is not None
    ]  # fmt: skip
    parities = sorted({row["parity"] for row in rows})
    colours = dict(zip(parities, _PARITY, strict=False))
    last = max((row["demand"] for row in rows), default=0.0)
    low = min((row["demand"] for row in rows), default=0.0)
    top = 1.06 * max(
        [row["ask"] for row in rows] + [deal["price_cny_per_t"] for deal in summary["deals"]] + [1.0]
    )
    height = 280
    x = alt.X("demand:Q", title=t("quota.demand")).scale(domain=[low, last + 0.32 * (last - low)], nice=False)
    x = x.axis(
        format=t.form("mt", 1, sign=True),
        labelExpr=_NO_CHANGE,
        values=sorted({row["demand"] for row in rows}),
        grid=False,
    )
    y = alt.Y("ask:Q", title=t("axis.quota_price")).scale(domain=[0, top], nice=False).axis(format=",.0f")
    layers: list[Any] = []
    for parity in parities:
        own = alt.Chart(style.data(values=[row for row in rows if row["parity"] == parity]))
        tips = ["demand:Q", alt.Tooltip("bid:Q", format=",.0f"), alt.Tooltip("ask:Q", format=",.0f")]
        layers += [
            own.mark_area(color=colours[parity], opacity=0.25).encode(x=x, y=y, y2="bid:Q"),
            own.mark_line(color=colours[parity], strokeWidth=2, point={"color": colours[parity], "size": 22})
            .encode(x=x, y=y, tooltip=tips),
        ]  # fmt: skip
    ends = [row for row in rows if row["demand"] == last]
    places = spread([row["ask"] for row in ends], 15.0 * top / height, 9.0 * top / height, top)
    named = [
        {"demand": last, "level": place, "label": _parity(t, row["parity"])}
        for row, place in zip(ends, places, strict=True)
    ]
    layers.append(
        alt.Chart(style.data(values=named))
        .mark_text(align="left", dx=7)
        .encode(x="demand:Q", y="level:Q", text="label:N")
    )
    if summary["deals"]:
        layers += _levels(alt, t, summary["deals"], low, top / height)
    return alt.layer(*layers).properties(width=style.COLUMN - 60, height=height)


def _parity(t: Terms, change: float) -> str:
    words = f"{change:+,.0f}".replace("-", "−") if change else t("quota.as_is")
    return t("quota.parity", change=words)


def _levels(
    alt: Any,  # noqa: ANN401
    t: Terms,
    deals: list[dict[str, Any]],
    left: float,
    per_px: float,
) -> list[Any]:
    """Draw a line at the price of each deal, named at the left: the dearest above it, others below."""
    prices = [deal["price_cny_per_t"] for deal in deals]
    wished = [price + (9 if price == max(prices) else -9) * per_px for price in prices]
    places = spread(wished, 15.0 * per_px, 9.0 * per_px, 2.0 * max(prices))
    rows = [
        {
            "level": deal["price_cny_per_t"], "at": place, "left": left,
            "label": _deal(t, deal),
        }
        for deal, place in zip(deals, places, strict=True)
    ]  # fmt: skip
    base = alt.Chart(style.data(values=rows))
    return [
        base.mark_rule(color=style.INK, strokeWidth=1.2, strokeDash=[5, 3]).encode(y="level:Q"),
        base.mark_text(align="left", dx=5).encode(x="left:Q", y="at:Q", text="label:N"),
    ]


def _deal(t: Terms, deal: Mapping[str, Any]) -> str:
    return t("quota.deal_line", year=deal["year"], price=f"{deal['price_cny_per_t']:,.0f}")


def _margins(alt: Any, t: Terms, summary: Mapping[str, Any]) -> Any:  # noqa: ANN401
    """Draw for each deal the margin that pays for it against the years of scarcity."""
    deals = sorted(summary["deals"], key=lambda deal: -deal["price_cny_per_t"])[: len(_DEALS)]
    x = alt.X("years:Q", title=t("quota.years")).scale(domain=[0, _SCARCE * 1.02], nice=False)
    x = x.axis(format="d", tickCount=10)
    y = alt.Y("margin:Q", title=t("quota.margin")).scale(zero=True).axis(format=",.0f", tickCount=5)
    legend = alt.Legend(title=None, orient="top-right", symbolType="stroke", offset=4)
    named = alt.Scale(domain=[_deal(t, deal) for deal in deals], range=list(_DEALS[: len(deals)]))
    key = alt.Color("deal:N", legend=legend, scale=named)
    layers: list[Any] = []
    for k, (deal, colour) in enumerate(zip(deals, _DEALS, strict=False)):
        rows = [
            {"years": years, "margin": margin, "label": f"{margin:,.0f}", "deal": _deal(t, deal)}
            for years, margin in deal["margin_cny_per_t_a"].items()
            if years <= _SCARCE
        ]
        tips = ["years:Q", alt.Tooltip("margin:Q", format=",.0f")]
        side = {"align": "left", "dx": 5, "dy": -8} if k == 0 else {"align": "right", "dx": -3, "dy": 9}
        layers += [
            alt.Chart(style.data(values=rows))
            .mark_line(strokeWidth=2, point={"color": colour, "size": 28})
            .encode(x=x, y=y, color=key, tooltip=tips),
            alt.Chart(style.data(values=[row for row in rows if 1 < row["years"] < _SCARCE]))
            .mark_text(fontSize=11, **side)
            .encode(x="years:Q", y="margin:Q", text="label:N"),
        ]
    return alt.layer(*layers).properties(width=style.COLUMN - 60, height=220)
