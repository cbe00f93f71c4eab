"""Where labels and ribbons go on a page: geometry of drawing, no result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

#: Height and mean width of a letter as shares of the font size; Chinese signs are square.
_TALL, _WIDE, _SQUARE = 1.15, 0.58, 1.0


def spread(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move labels apart until neighbours are a gap from each other, each as near as may be.

    Parameters
    ----------
    places : sequence of float
        Wished places in any order.
    gap : float
        Least distance.
    low, high : float
        Ends of the space; left only if the labels do not fit.

    Returns
    -------
    list of float
        Places in the order given.

    Examples
    --------
    >>> spread([5.0, 5.0], 2.0, 0.0, 10.0)
    [4.0, 6.0]
    >>> spread([9.9, 0.0, 9.8], 1.0, 0.0, 10.0)
    [10.0, 0.0, 9.0]
    """
    order = sorted(range(len(places)), key=lambda k: places[k])
    groups: list[list[float]] = []  # middle, number
    for k in order:
        groups.append([min(max(places[k], low), high), 1])
        while len(groups) > 1 and _overlap(groups[-2], groups[-1], gap):
            (one, n), (two, m) = groups[-2], groups[-1]
            groups[-2:] = [[(one * n + two * m) / (n + m), n + m]]
            half = (n + m - 1) * gap / 2
            groups[-1][0] = min(max(groups[-1][0], low + half), max(high - half, low + half))
    found = [middle + (j - (n - 1) / 2) * gap for middle, n in groups for j in range(int(n))]
    result = [0.0] * len(places)
    for k, place in zip(order, found, strict=True):
        result[k] = place
    return result


def _overlap(one: list[float], two: list[float], gap: float) -> bool:
    return two[0] - one[0] < gap * (one[1] + two[1]) / 2 - 1e-9


def wide(text: str, size: float) -> float:
    """Width of a text in px, a little too much rather than too little."""
    return sum(size * (_SQUARE if ord(sign) > 0x2E7F else _WIDE) for sign in text)


def beside_points(
    points: Sequence[tuple[float, float, float, str]], size: float, width: float, height: float
) -> list[tuple[float, float, str] | None]:
    """Place a label right, left, above or below each point where it hides nothing.

    Parameters
    ----------
    points : sequence of (x, y, radius, text)
        In px, the most important first.
    size : float
        Font size, px.
    width, height : float
        Of the space, px.

    Returns
    -------
    list of (x, y, align) or None
        Middle of the label's left end, right end or middle; None where there is no text or no room.
    """
    taken = [(x - r, y - r, x + r, y + r) for x, y, r, _ in points]
    found: list[tuple[float, float, str] | None] = []
    tall = size * _TALL
    for x, y, r, text in points:
        if not text:
            found.append(None)
            continue
        long = wide(text, size)
        places = (
            (x + r + 3, y, "left", x + r + 3), (x - r - 3, y, "right", x - r - 3 - long),
            (x, y - r - tall / 2 - 1, "center", x - long / 2),
            (x, y + r + tall / 2 + 1, "center", x - long / 2),
        )  # fmt: skip
        chosen: tuple[float, float, str] | None = None
        for at, level, align, left in places:
            box = (left, level - tall / 2, left + long, level + tall / 2)
            inside = box[0] >= 0 and box[2] <= width and box[1] >= 0 and box[3] <= height
            if inside and not any(_meet(box, other) for other in taken):
                chosen = (at, level, align)
                taken.append(box)
                break
        found.append(chosen)
    return found


def _meet(one: tuple[float, ...], two: tuple[float, ...]) -> bool:
    return one[0] < two[2] and two[0] < one[2] and one[1] < two[3] and two[1] < one[3]


def ribbons(
    flows: Sequence[dict[str, Any]], space: float, height: float
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Lay out a flow diagram of two columns.

    Parameters
    ----------
    flows : sequence of dict
        left, right, amount, kind.
    space : float
        Least height of a node with its label, px.
    height : float
        Of the whole, px.

    Returns
    -------
    nodes : list of dict
        side, name, amount, top, bottom (px from above).
    bands : list of dict
        left, right, kind, amount, left_top, left_bottom, right_top, right_bottom.
    """
    sides = {side: _totals(flows, side) for side in ("left", "right")}
    most = max(len(names) for names in sides.values())
    total = sum(flow["amount"] for flow in flows)
    scale = max(height - most * space, height * 0.25) / total
    nodes: list[dict[str, Any]] = []
    start: dict[tuple[str, str], float] = {}
    for side, names in sides.items():
        used = scale * total + space * (len(names) - 1)
        top = max(0.0, (height - used) / 2)
        for name, amount in names.items():
            nodes.append(
                {"side": side, "name": name, "amount": amount, "top": top, "bottom": top + scale * amount}
            )
            start[side, name] = top
            top += scale * amount + space
    rank = {(node["side"], node["name"]): k for k, node in enumerate(nodes)}
    bands = []
    for flow in sorted(flows, key=lambda f: (rank["left", f["left"]], rank["right", f["right"]], f["kind"])):
        band = dict(flow)
        for side in ("left", "right"):
            band[f"{side}_top"] = start[side, flow[side]]
            start[side, flow[side]] += scale * flow["amount"]
            band[f"{side}_bottom"] = start[side, flow[side]]
        bands.append(band)
    return nodes, bands


def _totals(flows: Sequence[dict[str, Any]], side: str) -> dict[str, float]:
    total: dict[str, float] = {}
    for flow in flows:
        total[flow[side]] = total.get(flow[side], 0.0) + flow["amount"]
    return dict(sorted(total.items(), key=lambda item: (-item[1], item[0])))


def curve(start: float, end: float, steps: int = 24) -> list[tuple[float, float]]:
    """Points of a smooth step from one level to another, x from 0 to 1.

    >>> curve(0.0, 2.0, 2)
    [(0.0, 0.0), (0.5, 1.0), (1.0, 2.0)]
    """
    shares = [k / steps for k in range(steps + 1)]
    return [(x, start + (end - start) * x * x * (3 - 2 * x)) for x in shares]
