"""The figure of two runs beside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alopt.report import style
from alopt.report.terms import Terms, signed, terms

if TYPE_CHECKING:
    from alopt.results.compare import Comparison

#: Regions named; the rest are summed.
_SHOWN = 12

#: A difference that would be written as nil, Mt/a.
_NIL = 0.005


def difference(
    found: Comparison, boundary: str = "industry", names: dict[str, str] | None = None, language: str = "en"
) -> Any:  # noqa: ANN401
    """Draw what differs between two runs: capacity by region, emissions and costs through time.

    Parameters
    ----------
    found : Comparison
    boundary : str
        Of the emissions.
    names : dict of str to str, optional
        Names of regions; those of the comparison if not given.
    language : {"en", "zh"}

    Returns
    -------
    altair.VConcatChart
    """
    alt, t = style.altair(), terms(language)
    rows = list(found.table.records())
    years = sorted({row["year"] for row in rows})
    grid = _grid(alt, t, rows, years, names or dict(found.regions))
    emitted = {
        row["year"]: t.amount("mt", row["difference"])
        for row in rows
        if row["theme"] == "emissions by boundary" and row["item"] == boundary
    }
    spent = dict.fromkeys(years, 0.0)
    for row in rows:
        if row["theme"] == "cost by component":
            spent[row["year"]] += t.amount("bn_cny", row["difference"] / 1000.0)
    bars = (
        _bars(
            alt,
            emitted,
            t("difference.emissions", boundary=t.of("boundary", boundary)),
            style.VERMILION,
            t.form("mt", 1, sign=True),
        ),
        _bars(alt, spent, t("difference.costs"), style.BLUE, t.form("bn_cny", 1, sign=True)),
    )
    chart = alt.vconcat(grid, *bars, spacing=22)
    title = t("figure.difference", other=found.other, reference=found.reference)
    return style.dressed(chart, title, t("figure.difference.note") + "\n" + t("figure.ties"))


def _grid(alt: Any, t: Terms, rows: list[dict[str, Any]], years: list[int], names: dict[str, str]) -> Any:  # noqa: ANN401
    """Draw a table of capacity differences, blue for more and orange for less."""
    change: dict[str, dict[int, float]] = {}
    for row in rows:
        if row["theme"] == "capacity by region":
            change.setdefault(row["region"], {})[row["year"]] = row["difference"]
    size = {region: max(map(abs, by_year.values())) for region, by_year in change.items()}
    ranked = sorted((r for r in change if size[r] >= _NIL), key=lambda r: (-size[r], r))
    lines = [(names.get(r, r), change[r]) for r in ranked[:_SHOWN]]
    rest = ranked[_SHOWN:]
    if rest:
        added = {y: sum(change[r].get(y, 0.0) for r in rest) for y in years}
        lines.append((t("figure.others", number=len(rest)), added))
    nation = {y: sum(by_year.get(y, 0.0) for by_year in change.values()) for y in years}
    lines.append((t("nation"), nation))
    values: list[dict[str, Any]] = [
        {
            "name": name, "year": str(y), "difference": t.amount("mt", by_year.get(y, 0.0)),
            "text": _told(t, by_year.get(y, 0.0)),
        }
        for name, by_year in lines
        for y in years
    ]  # fmt: skip
    most = max((abs(v["difference"]) for v in values if v["name"] != t("nation")), default=0.0) or 1.0
    base = alt.Chart(style.data(values=values))
    x = alt.X("year:O", title=None).axis(orient="top", labelAngle=0, ticks=False, domain=False)
    y = alt.Y("name:N", sort=[name for name, _ in lines], title=None)
    y = y.axis(ticks=False, domain=False, labelLimit=220)
    colour = alt.Color("difference:Q", legend=None).scale(
        domain=[-most, 0, most], range=[style.ORANGE, "#ffffff", style.SKY], clamp=True, interpolate="rgb"
    )
    return alt.layer(
        base.mark_rect(stroke="white").encode(x=x, y=y, color=colour),
        base.mark_text(fontSize=11).encode(x=x, y=y, text="text:N"),
    ).properties(
        width=480, height=21 * len(lines),
        title=style.small_title(t("difference.capacity")),
    )  # fmt: skip


def _told(t: Terms, change: float) -> str:
    return t.shown("mt", change, 2, sign=True) if abs(change) >= _NIL else "·"


def _bars(alt: Any, by_year: dict[int, float], title: str, colour: str, form: str) -> Any:  # noqa: ANN401
    values = [
        {"year": str(y), "value": value, "text": signed(value, form)} for y, value in sorted(by_year.items())
    ]
    base = alt.Chart(style.data(values=values))
    x = alt.X("year:O", title=None).axis(labelAngle=0, ticks=False, offset=4, domain=False)
    low, high = min(0.0, *by_year.values()), max(0.0, *by_year.values())
    room = 0.2 * (high - low) or 1.0
    y = alt.Y("value:Q", title=None).axis(None).scale(domain=[low - room, high + room], nice=False)
    return alt.layer(
        base.mark_bar(color=colour, size=30).encode(x=x, y=y, tooltip=["year:O", "text:N"]),
        base.transform_filter("datum.value >= 0").mark_text(baseline="bottom", dy=-3, fontSize=11)
        .encode(x=x, y=y, text="text:N"),
        base.transform_filter("datum.value < 0").mark_text(baseline="top", dy=3, fontSize=11)
        .encode(x=x, y=y, text="text:N"),
    ).properties(width=480, height=100, title=style.small_title(title))  # fmt: skip
