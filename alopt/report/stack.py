"""Stacked bars by year with labels beside them instead of a legend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor, log10
from typing import Any

from alopt.report import style
from alopt.report.layout import spread

_GAP = 15.0


def stacked(
    alt: Any,  # noqa: ANN401
    amounts: Mapping[tuple[int, str], float],
    series: Sequence[tuple[str, str, str]],
    *,
    unit: str,
    form: str = ",.1f",
    size: tuple[int, int] = (430, 300),
) -> list[Any]:
    """Draw bars by year, each series named beside the bar at the end where it is larger.

    Parameters
    ----------
    alt : module
        The plotting library.
    amounts : mapping of (year, key) to float
        Not negative; what is missing is nil.
    series : sequence of (key, label, colour)
        From the ground up.
    unit : str
        Of the tooltip.
    form : str
        Format of the totals above the bars; small totals get more digits.
    size : (int, int)
        Width and height of the plot, px.

    Returns
    -------
    list of altair charts to be layered
    """
    width, height = size
    years = sorted({year for year, _ in amounts})
    shown = [one for one in series if any(amounts.get((y, one[0]), 0.0) > 0 for y in years)]
    bars: list[dict[str, Any]] = []
    tops: list[dict[str, Any]] = []
    middle: dict[tuple[int, str], float] = {}
    for y in years:
        level = 0.0
        for key, label, _ in shown:
            amount = amounts.get((y, key), 0.0)
            middle[y, key] = level + amount / 2
            bars.append(
                {"year": str(y), "series": label, "key": key, "amount": amount, "low": level,
                 "high": level + amount}
            )  # fmt: skip
            level += amount
        tops.append({"year": str(y), "total": level})
    top = max((one["total"] for one in tops), default=0.0) or 1.0
    form = two_figures(form, top)
    x = alt.X("year:O", title=None).axis(labelAngle=0, ticks=False, domain=False)
    scale = alt.Scale(domain=[0, top * 1.04], nice=False)
    rects = (
        alt.Chart(style.data(values=bars))
        .mark_bar(stroke="white", strokeWidth=0.7)
        .encode(
            x=x,
            y=alt.Y("low:Q", axis=None, scale=scale),
            y2="high:Q",
            color=alt.Color("series:N", legend=None).scale(
                domain=[label for _, label, _ in shown], range=[colour for _, _, colour in shown]
            ),
            tooltip=[
                alt.Tooltip("year:O"), alt.Tooltip("series:N", title=" "),
                alt.Tooltip("amount:Q", format=form, title=unit),
            ],
        )
    )  # fmt: skip
    totals = (
        alt.Chart(style.data(values=tops))
        .mark_text(baseline="bottom", dy=-3)
        .encode(x=x, y=alt.Y("total:Q", axis=None, scale=scale), text=alt.Text("total:Q", format=form))
    )
    beside: dict[str, list[tuple[str, str]]] = {"left": [], "right": []}
    for key, label, _ in shown:
        first, last = (amounts.get((y, key), 0.0) for y in (years[0], years[-1]))
        side = "right" if last >= first or last > 0.04 * top else "left"
        if max(first, last) > 0 or side == "right":
            beside[side].append((key, label))
    layers = [rects, totals]
    per_px = top * 1.04 / height
    for side, named in beside.items():
        y = years[0] if side == "left" else years[-1]
        wished = [middle[y, key] for key, _ in named]
        places = spread(wished, _GAP * per_px, _GAP / 2 * per_px, top * 1.04 - _GAP / 2 * per_px)
        layers += _labels(alt, side, [label for _, label in named], wished, places, scale, width)
    return [layer.properties(width=width, height=height) for layer in layers]


def two_figures(form: str, largest: float) -> str:
    """Give a format the digits with which the largest of its numbers shows two figures.

    >>> two_figures(",.0f", 521.0), two_figures(",.0f", 8.4), two_figures(",.1f", 0.0123)
    (',.0f', ',.1f', ',.3f')
    """
    digits = int(form.removesuffix("f").rpartition(".")[2])
    return f",.{max(digits, min(1 - floor(log10(largest)), 6))}f"


def _labels(
    alt: Any,  # noqa: ANN401
    side: str,
    labels: Sequence[str],
    wished: Sequence[float],
    places: Sequence[float],
    scale: Any,  # noqa: ANN401
    width: int,
) -> list[Any]:
    """Return the lines to the labels of one side, and the labels."""
    if not labels:
        return []
    rows = [
        {"label": label, "from": start, "to": end}
        for label, start, end in zip(labels, wished, places, strict=True)
    ]
    near, far = (-1, -13) if side == "left" else (width + 1, width + 13)
    data = style.data(values=rows)
    y = alt.Y("from:Q", axis=None, scale=scale)
    lines = (
        alt.Chart(data)
        .mark_rule(color=style.QUIET, strokeWidth=0.7)
        .encode(x=alt.value(near), x2=alt.value(far), y=y, y2="to:Q")
    )
    text = (
        alt.Chart(data)
        .mark_text(align="right" if side == "left" else "left", dx=-3 if side == "left" else 3)
        .encode(x=alt.value(far), y=alt.Y("to:Q", axis=None, scale=scale), text="label:N")
    )
    return [lines, text]
