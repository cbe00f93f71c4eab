"""Figures of where: a map of equal tiles, a map of points, and who moves where."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import TYPE_CHECKING, Any

from alopt.report import style
from alopt.report.layout import beside_points, curve, ribbons, spread
from alopt.report.terms import Terms, region_names, smelter_name, smelter_names, terms
from alopt.results import views

if TYPE_CHECKING:
    from alopt.results.saved import Run
    from alopt.results.table import ResultTable

_TILE = 72

#: Letters of a name that fit into a tile.
_FITS = 11

#: Lightest and darkest blue of the maps; white ink from the shade at which it reads better than black.
_PALE, _DEEP, _EMPTY, _WHITE_FROM = "#dcebf7", "#08457e", "#f1f1f1", 0.68

#: Flows shown by name; the rest are summed.
_FLOWS = 16

#: Less would be written as nil, Mt/a.
_LEAST = 0.005


def tile_map(
    run: Run, year: int | None = None, ranges: ResultTable | None = None, language: str = "en"
) -> Any:  # noqa: ANN401
    """Draw capacity by region as a map of equal squares, with what changed since the start.

    Without the table `region_tiles` the regions stand where they lie, as points.

    Parameters
    ----------
    run : Run
    year : int, optional
        A model year; the last if not given.
    ranges : ResultTable, optional
        Columns year, region, low, high: what near-best plans allow, Mt/a; written in the tile.
    language : {"en", "zh"}

    Returns
    -------
    altair.LayerChart
    """
    alt, t = style.altair(), terms(language)
    year = run.years[-1] if year is None else year
    names, places = region_names(run, language), views.tiles(run)
    rows = {row["region"]: row for row in views.regional_capacity(run, ranges) if row["year"] == year}
    start = views.starting_capacity(run)
    top = max((row["capacity_mt_per_a"] for row in rows.values()), default=0.0) or 1.0
    base = views.base_year(run)
    title = t("figure.tile_map", year=year, base=base)
    note = (
        t("figure.tile_map.note", base=base) + "\n" + t("figure.ties" if ranges is None else "figure.ranges")
    )
    if not set(rows) <= set(places):
        return style.dressed(_regions_as_points(run, rows, start, language), title, note)
    values = []
    for region, (row, column) in places.items():
        found = rows.get(region)
        amount = found["capacity_mt_per_a"] if found else 0.0
        change = amount - start.get(region, 0.0)
        values.append(
            {
                "region": region, "x": column * _TILE, "x2": (column + 1) * _TILE - 3, "y": row * _TILE,
                "y2": (row + 1) * _TILE - 3, "middle": column * _TILE + _TILE / 2 - 1.5,
                "capacity": t.amount("mt", amount), "shade": amount / top, "some": bool(found),
                "amount": t.shown("mt", amount, 2) if found else "",
                "change": _below(t, found, change) if found else "",
                **_name_lines(names.get(region, region), row * _TILE, some=bool(found)),
                "low": row * _TILE + 46, "lowest": row * _TILE + 61,
            }
        )  # fmt: skip
    return style.dressed(_tiles(alt, values), title, note)


def _below(t: Terms, row: dict[str, Any], change: float) -> str:
    """Return the range of a region where it has one, else its change."""
    if row["high"] is not None:
        return f"{t.shown('mt', row['low'], 1)}–{t.shown('mt', row['high'], 1)}"
    return t.shown("mt", change, 2, sign=True) if abs(change) >= _LEAST else "±0"


def _name_lines(name: str, top: float, *, some: bool) -> dict[str, Any]:
    """Break a long name into up to three lines; an empty tile has its name in the middle."""
    lines = style.broken(name, _FITS)[:3]
    middle = top + (18 if some else _TILE / 2 - 1.5)
    places = [middle + 11 * (k - (len(lines) - 1) / 2) for k in range(len(lines))]
    padded = [*zip(lines, places, strict=True), ("", middle), ("", middle)][:3]
    return {
        key: value
        for k, (line, place) in enumerate(padded)
        for key, value in ((f"name{k}", line), (f"name{k}_y", place))
    }


def _tiles(alt: Any, values: list[dict[str, Any]]) -> Any:  # noqa: ANN401
    least = {axis: min(value[axis] for value in values) for axis in ("x", "y")}
    most = {axis: max(value[f"{axis}2"] for value in values) for axis in ("x", "y")}
    x = alt.Scale(domain=[least["x"], most["x"]], nice=False, zero=False)
    y = alt.Scale(domain=[most["y"], least["y"]], nice=False, zero=False)
    base = alt.Chart(style.data(values=values))
    shade = alt.condition(
        "datum.some",
        alt.Color("shade:Q", legend=None).scale(domain=[0, 1], range=[_PALE, _DEEP], interpolate="rgb"),
        alt.value(_EMPTY),
    )
    ink = alt.condition(f"datum.shade > {_WHITE_FROM}", alt.value("white"), alt.value("black"))

    def text(field: str, level: str, size: int, colour: Any, weight: str = "normal") -> Any:  # noqa: ANN401
        return base.mark_text(fontSize=size, fontWeight=weight).encode(
            x=alt.X("middle:Q", scale=x, axis=None),
            y=alt.Y(f"{level}:Q", scale=y, axis=None),
            text=f"{field}:N",
            color=colour,
        )

    layers = [
        base.mark_rect().encode(
            x=alt.X("x:Q", scale=x, axis=None), x2="x2:Q", y=alt.Y("y:Q", scale=y, axis=None), y2="y2:Q",
            color=shade, tooltip=["region:N", alt.Tooltip("capacity:Q", format=".2f")],
        ),
        *(text(f"name{k}", f"name{k}_y", 10, ink) for k in range(3)),
        text("amount", "low", 14, ink, "bold"),
        text("change", "lowest", 11, ink),
    ]  # fmt: skip
    return alt.layer(*layers).properties(width=most["x"] - least["x"], height=most["y"] - least["y"])


def _regions_as_points(
    run: Run, rows: dict[str, dict[str, Any]], start: dict[str, float], language: str
) -> Any:  # noqa: ANN401
    t, names = terms(language), region_names(run, language)
    points = [
        {
            "name": _with_change(
                t, names.get(row["region"], row["region"]), rows[row["region"]], start.get(row["region"], 0.0)
            ),
            "latitude_deg": row["latitude_deg"], "longitude_deg": row["longitude_deg"],
            "amount": t.amount("mt", rows[row["region"]]["capacity_mt_per_a"]),
        }
        for row in run.inputs["regions"].records()
        if row["region"] in rows
    ]  # fmt: skip
    return _point_chart(sorted(points, key=lambda point: -point["amount"]), size=12)


def _with_change(t: Terms, name: str, row: dict[str, Any], start: float) -> str:
    amount = row["capacity_mt_per_a"]
    return f"{name} {t.shown('mt', amount, 2)} ({_below(t, row, amount - start)})"


def smelter_map(run: Run, language: str = "en") -> Any:  # noqa: ANN401
    """Draw the smelters from which the run starts where they stand, as large as their capacity.

    Returns
    -------
    altair.LayerChart
    """
    t = terms(language)
    rows = views.standing_smelters(run)
    called = smelter_names(rows, language)
    points = [
        {
            "name": smelter_name(called[row["site"]]), "latitude_deg": row["latitude_deg"],
            "longitude_deg": row["longitude_deg"], "amount": t.amount("mt", row["capacity_mt_per_a"]),
        }
        for row in rows
    ]  # fmt: skip
    title = t("figure.smelter_map", fleet=run.manifest["scenario"]["fleet"], number=len(rows))
    here, names = {row["region"] for row in rows}, region_names(run, language)
    places = [
        {**row, "name": names.get(row["region"], row["region"])}
        for row in run.inputs["regions"].records()
        if row["region"] in here
    ]
    chart = _point_chart(points, size=10, least=t.amount("mt", 0.5), places=places)
    return style.dressed(chart, title, t("figure.smelter_map.note"))


def _point_chart(
    points: list[dict[str, Any]],
    *,
    size: int,
    least: float = 0.0,
    places: Sequence[dict[str, Any]] = (),
) -> Any:  # noqa: ANN401
    """Draw points where they lie, named where there is room, and names of places for orientation."""
    alt = style.altair()
    latitudes = [point["latitude_deg"] for point in points]
    longitudes = [point["longitude_deg"] for point in points]
    margin = 0.08 * max(max(longitudes) - min(longitudes), 2.0)
    west, east = min(longitudes) - margin, max(longitudes) + margin * 1.6
    south, north = min(latitudes) - margin * 0.7, max(latitudes) + margin * 0.7
    width = style.COLUMN
    height = min(620.0, max(220.0, width * 1.2 * (north - south) / (east - west)))
    top = max(point["amount"] for point in points)
    placed = []
    for point in points:
        x = (point["longitude_deg"] - west) / (east - west) * width
        y = (north - point["latitude_deg"]) / (north - south) * height
        placed.append((x, y, 17.0 * sqrt(point["amount"] / top)))
    named = [
        (x, y, r, point["name"] if point["amount"] >= least else "")
        for (x, y, r), point in zip(placed, points, strict=True)
    ]
    named += [
        ((place["longitude_deg"] - west) / (east - west) * width,
         (north - place["latitude_deg"]) / (north - south) * height, 0.0, place["name"])
        for place in places
    ]  # fmt: skip
    values = [
        {"name": point["name"], "x": x, "y": height - y, "amount": point["amount"], "area": 3.14159 * r * r}
        for (x, y, r), point in zip(placed, points, strict=True)
    ]
    labels = [
        {"x": place[0], "y": height - place[1], "align": place[2], "text": point[3],
         "colour": style.INK if k < len(points) else style.REGION}
        for k, (point, place) in enumerate(
            zip(named, beside_points(named, size, width, height), strict=True)
        )
        if place is not None
    ]  # fmt: skip
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, width], nice=False))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[0, height], nice=False))
    layers = [
        alt.Chart(style.data(values=values))
        .mark_circle(color=style.BLUE, opacity=0.65, stroke="white", strokeWidth=0.8)
        .encode(
            x=x, y=y, size=alt.Size("area:Q", scale=None),
            tooltip=["name:N", alt.Tooltip("amount:Q", format=".2f")],
        )
    ]  # fmt: skip
    for align in ("left", "right", "center"):
        rows = [row for row in labels if row["align"] == align]
        if rows:
            layers.append(
                alt.Chart(style.data(values=rows))
                .mark_text(align=align, fontSize=size)
                .encode(x=x, y=y, text="text:N", color=alt.Color("colour:N", scale=None))
            )
    frame = {"fill": "#f7f7f7", "stroke": None}
    return alt.layer(*layers).properties(width=width, height=height, view=frame)


def quota_flow(run: Run, language: str = "en") -> Any:  # noqa: ANN401
    """Draw which regions send quota to which over all model years, decided moves apart from chosen ones.

    Returns
    -------
    altair.LayerChart
    """
    alt, t = style.altair(), terms(language)
    names = region_names(run, language)
    moves = [move for move in views.quota_moves(run) if move["mt_per_a"] >= _LEAST]
    title, note = t("figure.quota_flow"), t("figure.quota_flow.note") + "\n" + t("figure.ties")
    if not moves:
        empty = alt.Chart(style.data(values=[{"text": t("figure.quota_flow.none")}])).mark_text(fontSize=13)
        return style.dressed(
            empty.encode(text="text:N").properties(width=style.COLUMN, height=60), title, note
        )
    flows = [
        {
            "left": names.get(move["from_region"], move["from_region"]),
            "right": names.get(move["to_region"], move["to_region"]),
            "amount": t.amount("mt", move["mt_per_a"]),
            "kind": move["kind"],
        }
        for move in moves[:_FLOWS]
    ]
    rest = moves[_FLOWS:]
    if rest:
        others = t("figure.others", number=len(rest))
        amount = t.amount("mt", sum(move["mt_per_a"] for move in rest))
        flows.append({"left": others, "right": others, "amount": amount, "kind": "chosen"})
    sides = max(len({flow[side] for flow in flows}) for side in ("left", "right"))
    height = max(160.0, 46.0 * sides)
    nodes, bands = ribbons(flows, 18.0, height)
    return style.dressed(_flow_chart(alt, t, nodes, bands, height), title, note)


def _flow_chart(
    alt: Any,  # noqa: ANN401
    t: Terms,
    nodes: list[dict[str, Any]],
    bands: list[dict[str, Any]],
    height: float,
) -> Any:  # noqa: ANN401
    width = 360
    points = []
    for k, band in enumerate(bands):
        tops, bottoms = (curve(band[f"left_{e}"], band[f"right_{e}"]) for e in ("top", "bottom"))
        for (x, top), (_, bottom) in zip(tops, bottoms, strict=True):
            points.append(
                {"band": k, "kind": t.of("move", band["kind"]), "x": x, "top": height - top,
                 "bottom": height - bottom, "from": band["left"], "to": band["right"],
                 "amount": band["amount"]}
            )  # fmt: skip
    kinds = [t.of("move", "decided"), t.of("move", "chosen")]
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, 1], nice=False))
    y = alt.Scale(domain=[0, height], nice=False)
    present = [kind for kind in kinds if any(point["kind"] == kind for point in points)]
    colours = {kinds[0]: style.GREY, kinds[1]: style.SKY}
    layers = [
        alt.Chart(style.data(values=points))
        .mark_area(opacity=0.85, stroke="white", strokeWidth=0.8)
        .encode(
            x=x, y=alt.Y("top:Q", axis=None, scale=y), y2="bottom:Q", detail="band:N",
            color=alt.Color("kind:N", title=None)
            .scale(domain=present, range=[colours[kind] for kind in present])
            .legend(orient="bottom", symbolType="square"),
            tooltip=["from:N", "to:N", "kind:N", alt.Tooltip("amount:Q", format=".2f")],
        )
    ]  # fmt: skip
    for side, align, offset in (("left", "right", -8), ("right", "left", 8)):
        listed = [node for node in nodes if node["side"] == side]
        wished = [(node["top"] + node["bottom"]) / 2 for node in listed]
        levels = spread(wished, 15.0, 8.0, height - 8.0)
        at = 0 if side == "left" else 1
        rows = [
            {"x": at, "y": height - level, "text": f"{node['name']} {node['amount']:{t.form('mt', 2)}}",
             "top": height - node["top"], "bottom": height - node["bottom"]}
            for node, level in zip(listed, levels, strict=True)
        ]  # fmt: skip
        data = style.data(values=rows)
        layers += [
            alt.Chart(data)
            .mark_rule(strokeWidth=5, color=style.INK)
            .encode(x=x, y=alt.Y("top:Q", axis=None, scale=y), y2="bottom:Q"),
            alt.Chart(data)
            .mark_text(align=align, dx=offset)
            .encode(x=x, y=alt.Y("y:Q", axis=None, scale=y), text="text:N"),
        ]
    return alt.layer(*layers).properties(width=width, height=height)
