"""Figures of what happens through time: capacity, power, emissions, the worth of quota."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alopt.report import style
from alopt.report.layout import spread
from alopt.report.stack import stacked
from alopt.report.terms import Terms, region_names, terms
from alopt.results import views

if TYPE_CHECKING:
    from alopt.results.saved import Run
    from alopt.results.table import ResultTable

_BAND_COLOURS = (style.GREY, style.ORANGE, style.SKY, style.BLUE)
_STAGE_SHADES = {"base": 0.0, "measure": 0.25, "package": 0.45}

#: Order of the sources of power and of emissions from the ground up, with their colours.
_POWER = {
    "captive": "#3d3d3d", "captive_shared": "#6e6e6e", "captive_new": "#9a9a9a", "grid": style.BLUE,
    "newcomer_grid": style.SKY, "hydro": style.GREEN, "wind_solar": style.YELLOW,
}  # fmt: skip
_EMISSIONS = {
    "power_captive": "#3d3d3d", "power_grid": style.BLUE, "anode": style.VERMILION, "pfc": style.YELLOW,
    "refining": style.PURPLE, "ore_and_freight": style.GREY, "alumina_imports": style.ORANGE,
    "metal_imports": style.SKY,
}  # fmt: skip
_SPARE = (style.ORANGE, style.PURPLE, style.YELLOW, style.VERMILION, style.GREY, style.SKY)


def capacity_by_region(run: Run, ranges: ResultTable | None = None, language: str = "en") -> Any:  # noqa: ANN401
    """Draw the capacity of each region through time, one small plot each.

    Parameters
    ----------
    run : Run
    ranges : ResultTable, optional
        Columns year, region, low, high: what near-best plans allow, Mt/a; drawn as bars.
    language : {"en", "zh"}

    Returns
    -------
    altair.FacetChart
    """
    alt, t = style.altair(), terms(language)
    names = region_names(run, language)
    rows = views.regional_capacity(run, ranges)
    order = list(dict.fromkeys(row["region"] for row in rows))
    ends = {(region, max(r["year"] for r in rows)) for region in order}
    ends |= {(region, min(r["year"] for r in rows)) for region in order}
    values = [
        {
            **row,
            **{
                key: None if row[key] is None else t.amount("mt", row[key])
                for key in ("capacity_mt_per_a", "low", "high")
            },
            "name": names.get(row["region"], row["region"]),
            "end": t.shown("mt", row["capacity_mt_per_a"], 1) if (row["region"], row["year"]) in ends else "",
        }
        for row in rows
    ]
    first, last = min(row["year"] for row in rows), max(row["year"] for row in rows)
    room = 0.08 * max(last - first, 1)
    x = alt.X("year:Q", title=None).scale(domain=[first - room, last + room], nice=False)
    x = x.axis(
        values=[first, last], format="d", grid=False, ticks=False, labelPadding=3, labelFontSize=10,
        labelColor=style.QUIET,
    )  # fmt: skip
    top = max(max(row["capacity_mt_per_a"], row["high"] or 0.0) for row in values)
    y = alt.Y("capacity_mt_per_a:Q", title=None).scale(domain=[0, top * 1.45], nice=False).axis(None)
    base = alt.Chart().properties(width=112, height=64)
    layers = [
        base.mark_area(color=style.SKY, opacity=0.55).encode(x=x, y=y),
        base.mark_line(color=style.BLUE, strokeWidth=1.8).encode(
            x=x, y=y, tooltip=["name:N", "year:Q", alt.Tooltip("capacity_mt_per_a:Q", format=".2f")]
        ),
        base.mark_text(baseline="bottom", dy=-4, fontSize=12).encode(x=x, y=y, text="end:N"),
    ]
    if ranges is not None:
        layers.insert(
            2,
            base.mark_rule(color=style.INK, strokeWidth=2)
            .encode(x=x, y=alt.Y("low:Q", axis=None), y2="high:Q")
            .transform_filter("datum.high != null"),
        )
    header = alt.Header(labelFontSize=12, labelAnchor="start", labelColor=style.INK, labelPadding=2)
    chart = (
        alt.layer(*layers, data=style.data(values=values))
        .facet(
            facet=alt.Facet("name:N", title=None, sort=[names.get(r, r) for r in order], header=header),
            columns=5,
            spacing={"row": 8, "column": 12},
        )
        .resolve_axis(x="independent")
    )
    note = t("figure.ranges") if ranges is not None else t("figure.ties")
    return style.dressed(chart, t("figure.capacity_by_region", first=first, last=last), note)


def capacity_by_cell(run: Run, language: str = "en") -> Any:  # noqa: ANN401
    """Draw capacity by amperage and stage of retrofit through time.

    Returns
    -------
    altair.LayerChart
    """
    alt, t = style.altair(), terms(language)
    rows = views.cell_capacity(run)
    kinds = sorted(
        {(row["band"], row["stage"]) for row in rows},
        key=lambda kind: (-1 if kind[0] is None else kind[0], _stage_order(kind[1]), kind[1]),
    )
    amounts = {
        (row["year"], _key(row["band"], row["stage"])): t.amount("mt", row["capacity_mt_per_a"])
        for row in rows
    }
    series = [(_key(band, stage), _cell_label(t, band, stage), _cell_colour(band, stage))
              for band, stage in kinds]  # fmt: skip
    chart = alt.layer(
        *stacked(alt, amounts, series, unit=t("unit.mt_per_a"), form=t.form("mt", 1), size=(380, 320))
    )
    return style.dressed(chart, t("figure.capacity_by_cell"), t("figure.capacity_by_cell.note"))


#: Model years that each have a mark on an axis; of more only those that five divides.
_TICKS = 10

#: Rents are drawn on a scale that reaches this far at least, so that a nil does not look large.
_SMALL_RENT = 100.0


def _key(band: int | None, stage: str) -> str:
    return f"{band}/{stage}"


def _stage_order(stage: str) -> int:
    return list(_STAGE_SHADES).index(stage) if stage in _STAGE_SHADES else len(_STAGE_SHADES)


def _cell_label(t: Terms, band: int | None, stage: str) -> str:
    bounds = (*views.BANDS, None)
    if band is None:
        size = t("cells.no_current")
    elif band == 0:
        size = t("cells.below", high=bounds[1])
    elif bounds[band + 1] is None:
        size = t("cells.from", low=bounds[band])
    else:
        size = t("cells.between", low=bounds[band], high=bounds[band + 1])
    return t("cells.label", size=size, stage=t.of("stage", stage))


def _cell_colour(band: int | None, stage: str) -> str:
    """Colour of a band, the lighter the less has been done to the cells."""
    colour = style.PURPLE if band is None else _BAND_COLOURS[band]
    light = 0.45 - _STAGE_SHADES.get(stage, 0.45)
    parts = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return "#" + "".join(f"{round(part + (255 - part) * light):02x}" for part in parts)


def power_mix(run: Run, language: str = "en") -> Any:  # noqa: ANN401
    """Draw the power of the smelters by source, and what a tonne draws and a MWh emits.

    Returns
    -------
    altair.VConcatChart
    """
    alt, t = style.altair(), terms(language)
    rows = views.power_mix(run)
    amounts = {(row["year"], row["source"]): t.amount("twh", row["electricity_twh"]) for row in rows}
    series = _series(t, "power", _POWER, {row["source"] for row in rows})
    bars = alt.layer(*stacked(alt, amounts, series, unit=t("unit.twh"), form=",.0f"))
    found = views.intensities(run)
    lines = alt.hconcat(
        _line(alt, found, "ac_kwh_per_t", t("axis.ac_kwh_per_t"), ",.0f", zero=False),
        _line(alt, found, "power_t_per_mwh", t("axis.power_t_per_mwh"), ".2f", zero=True),
        spacing=40,
    )
    chart = alt.vconcat(bars, lines, spacing=24)
    return style.dressed(chart, t("figure.power_mix"), t("figure.power_mix.note"))


def _line(alt: Any, rows: list[dict[str, Any]], column: str, title: str, form: str, *, zero: bool) -> Any:  # noqa: ANN401
    """Draw a small line with its first and last value."""
    known = [row for row in rows if row[column] is not None]
    ends = {row["year"] for row in (known[:1] + known[-1:])}
    values = [{**row, "end": format(row[column], form) if row["year"] in ends else ""} for row in known]
    low, high = min(row[column] for row in known), max(row[column] for row in known)
    room = 0.22 * max(high - low, 0.01 * high)
    base = alt.Chart(style.data(values=values)).properties(
        width=265, height=110, title=style.small_title(title)
    )
    x = alt.X("year:O", title=None).axis(labelAngle=0, labelFontSize=10)
    y = alt.Y(f"{column}:Q", title=None).axis(tickCount=4, format=form)
    y = y.scale(domain=[0 if zero else low - room, high + room], nice=False)
    first, last = known[0]["year"], known[-1]["year"]
    return alt.layer(
        base.mark_line(color=style.BLUE, strokeWidth=2, point={"color": style.BLUE, "size": 30}).encode(
            x=x, y=y, tooltip=["year:O", alt.Tooltip(f"{column}:Q", format=form)]
        ),
        base.transform_filter(f"datum.year == {first} && datum.year < {last}")
        .mark_text(baseline="bottom", dy=-7, align="left")
        .encode(x=x, y=y, text="end:N"),
        base.transform_filter(f"datum.year == {last}")
        .mark_text(align="left", dx=7)
        .encode(x=x, y=y, text="end:N"),
    )


def _series(t: Terms, kind: str, colours: dict[str, str], present: set[str]) -> list[tuple[str, str, str]]:
    """Return key, label and colour of what is there: the known in their order, then the others."""
    known = [key for key in colours if key in present]
    others = sorted(present - set(known))
    spare = {key: _SPARE[k % len(_SPARE)] for k, key in enumerate(others)}
    return [(key, t.of(kind, key), colours.get(key) or spare[key]) for key in [*known, *others]]


def emissions_by_source(run: Run, boundary: str = "industry", language: str = "en") -> Any:  # noqa: ANN401
    """Draw emissions by source within a boundary through time.

    Parameters
    ----------
    run : Run
    boundary : str
        A nested boundary of `summary.json`.
    language : {"en", "zh"}

    Returns
    -------
    altair.LayerChart
    """
    alt, t = style.altair(), terms(language)
    rows = views.emissions(run, boundary)
    amounts = {(row["year"], row["source"]): t.amount("mt", row["emissions_mt_co2e"]) for row in rows}
    series = _series(t, "emission", _EMISSIONS, {row["source"] for row in rows})
    chart = alt.layer(*stacked(alt, amounts, series, unit=t("unit.mt_co2e"), form=",.0f"))
    title = t("figure.emissions", boundary=t.of("boundary", boundary))
    return style.dressed(chart, title, t("figure.emissions.note"))


def quota_value(run: Run, language: str = "en") -> Any:  # noqa: ANN401
    """Draw the price and the rent of quota through time beside published deals.

    Returns
    -------
    altair.VConcatChart
    """
    alt, t = style.altair(), terms(language)
    worth, deals = views.quota_worth(run), views.quota_deals(run)
    years = [row["year"] for row in (*worth, *deals)] or [run.years[0]]
    room = 9 if deals else 3
    x = alt.X("year:Q", title=None).scale(domain=[min(years) - room, max(years) + 4], nice=False)
    modelled = {row["year"] for row in worth}
    ticks = modelled if len(modelled) <= _TICKS else {y for y in modelled if y % 5 == 0}
    x = x.axis(format="d", grid=False, values=sorted({*ticks, *(y for y in years if y % 5 == 0)}))
    height = 200
    known = [row["high"] for row in worth] + [row["price_cny_per_t_a"] for row in deals]
    top = 1.12 * max(known, default=1.0)
    scale = alt.Scale(domain=[0, top], nice=False)
    layers = _with_range(alt, t, worth, x, scale) + _deals(alt, deals, x, scale, top / height)
    size = {"width": style.COLUMN - 80, "height": height}
    panels = (
        [alt.layer(*layers).properties(**size, title=style.small_title(t("axis.quota_price")))]
        if layers
        else []
    )
    if worth:
        panels.append(
            _rent(alt, worth, x).properties(
                width=style.COLUMN - 80, height=100, title=style.small_title(t("axis.quota_rent"))
            )
        )
    empty = alt.Chart(style.data(values=[{}])).mark_point(opacity=0).properties(width=style.COLUMN, height=10)
    chart = alt.vconcat(*(panels or [empty]), spacing=24)
    note = t("figure.quota_value.note") if worth else t("figure.quota_value.none")
    note += t("figure.quota_value.deals") if deals else ""
    lines = [note, *(_deal_line(t, row) for row in deals)]
    return style.dressed(chart, t("figure.quota_value"), "\n".join(lines))


def _deal_line(t: Terms, row: dict[str, Any]) -> str:
    name = (row.get("name_zh") if t.language == "zh" else None) or row["name"]
    price, vat = f"{row['price_cny_per_t_a']:,.0f}", t.of("vat", row["vat"])
    return t("quota.deal", year=row["year"], price=price, name=name, vat=vat)


def _with_range(alt: Any, t: Terms, worth: list[dict[str, Any]], x: Any, scale: Any) -> list[Any]:  # noqa: ANN401
    """Draw the model's price with its range between regions."""
    if not worth:
        return []
    column = "price_cny_per_t_a"
    values = [
        {**row, "label": f"{t('quota.model')}: {row[column]:,.0f}" if k == 0 else f"{row[column]:,.0f}"}
        for k, row in enumerate(worth)
    ]
    y = alt.Y(f"{column}:Q", title=None, scale=scale).axis(format=",.0f", tickCount=5)
    base = alt.Chart(style.data(values=values))
    return [
        base.mark_rule(color=style.SKY, strokeWidth=6, opacity=0.6).encode(
            x=x, y=alt.Y("low:Q", title=None, scale=scale), y2="high:Q"
        ),
        base.mark_line(color=style.BLUE, strokeWidth=2, point={"color": style.BLUE, "size": 35}).encode(
            x=x, y=y, tooltip=["year:Q", alt.Tooltip(f"{column}:Q", format=",.0f")]
        ),
        base.transform_filter(f"datum.year > {worth[0]['year']}")
        .mark_text(baseline="bottom", align="left", dx=3, dy=-6)
        .encode(x=x, y=y, text="label:N"),
        base.transform_filter(f"datum.year == {worth[0]['year']}")
        .mark_text(baseline="bottom", align="right", dx=6, dy=-7)
        .encode(x=x, y=y, text="label:N"),
    ]


def _deals(alt: Any, deals: list[dict[str, Any]], x: Any, scale: Any, per_px: float) -> list[Any]:  # noqa: ANN401
    """Draw published deals, each with its price and year to the left."""
    if not deals:
        return []
    prices = [row["price_cny_per_t_a"] for row in deals]
    levels = spread(prices, 15.0 * per_px, 8.0 * per_px, 192.0 * per_px)
    left = min(row["year"] for row in deals) - 1
    values = [
        {"year": row["year"], "price": price, "left": left, "level": level,
         "label": f"{price:,.0f} ({row['year']})"}
        for row, price, level in zip(deals, prices, levels, strict=True)
    ]  # fmt: skip
    base = alt.Chart(style.data(values=values))
    return [
        base.mark_point(shape="diamond", filled=True, color=style.VERMILION, size=90, opacity=1).encode(
            x=x, y=alt.Y("price:Q", title=None, scale=scale), tooltip=["label:N"]
        ),
        base.mark_text(align="right").encode(
            x=alt.X("left:Q", title=None), y=alt.Y("level:Q", title=None, scale=scale), text="label:N"
        ),
    ]


def _rent(alt: Any, worth: list[dict[str, Any]], x: Any) -> Any:  # noqa: ANN401
    values = [{**row, "label": f"{row['rent_cny_per_t_a']:,.0f}"} for row in worth]
    base = alt.Chart(style.data(values=values))
    top = 1.2 * max(_SMALL_RENT, *(row["rent_cny_per_t_a"] for row in worth))
    bottom = min(0.0, *(1.2 * row["rent_cny_per_t_a"] for row in worth))
    y = alt.Y("rent_cny_per_t_a:Q", title=None).scale(domain=[bottom, top], nice=False).axis(None)
    return alt.layer(
        base.mark_bar(color=style.BLUE, size=26).encode(
            x=x, y=y, tooltip=["year:Q", alt.Tooltip("rent_cny_per_t_a:Q", format=",.1f")]
        ),
        base.mark_text(baseline="bottom", dy=-3).encode(x=x, y=y, text="label:N"),
    )
