"""The industry cost curve at a month's market prices, against the review of that month."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import alopt
from alopt.analysis.cost_curve import cost_curve

from .figure import Figure, two_per_cent

CURVE = "Cost curve"

REVIEW = {
    "2025-03": ("SMM: aluminium cost review of March 2025", "smm_2025_03"),
    "2025-11": ("SMM: aluminium cost review of November 2025, 1 December 2025", "smm_2025_11"),
}
MONTHS = {"2025-03": "March 2025", "2025-11": "November 2025"}

PRINTED = {
    "2025-03": {"mean": 17_010, "lowest": 13_865, "highest": 20_089},
    "2025-11": {"mean": 16_057, "lowest": 13_229, "highest": 18_782},
}

SPREAD = (
    "Prices of power and coal are those of provinces, and the same in every month: no source read gives them "
    "by month. Not in the tables: contracts and coal mines of single plants, alumina on long contract, "
    "interest and depreciation by plant, idle pots that share fixed cost."
)
CAUSES = {
    ("2025-03", "mean"): (
        -0.03,
        (
            "Alumina stands at the middle of the indices of February and April (3,223); at February's "
            "3,490 the mean is 16,970. Smelters use what they bought weeks before, while prices fell."
        ),
    ),
    ("2025-03", "lowest"): (0.09, SPREAD),
    ("2025-03", "highest"): (-0.09, SPREAD),
    ("2025-03", "spread"): (-0.50, SPREAD),
    ("2025-11", "lowest"): (0.10, SPREAD),
    ("2025-11", "highest"): (-0.06, SPREAD),
    ("2025-11", "spread"): (-0.44, SPREAD),
}


@cache
def curve(month: str) -> dict[str, Any]:
    """Summary of the curve of a month: the fleet of end-2024, smelter by smelter."""
    settings = {"market_prices": month}
    return cost_curve(alopt.load(None, "base-2024", resolution="smelter", settings=settings)).summary


def read(month: str, what: str) -> float:
    summary = curve(month)
    if what == "mean":
        return float(summary["mean_full_cost_cny_per_t"])
    if what == "spread":
        return float(summary["against_published"]["spread_cny_per_t"])
    return float(summary[what]["full_cost_cny_per_t"])


def reader(month: str, what: str) -> Callable[[Any], float]:
    """The curve asks no run: it costs the standing fleet."""
    return lambda _: read(month, what)


def figure(month: str, what: str, published: float) -> Figure:
    citation, source = REVIEW[month]
    deviation, cause = CAUSES.get((month, what), (None, None))
    return Figure(
        theme=CURVE,
        name=f"Full cost, {what} of the smelters, {MONTHS[month]}",
        unit="CNY per t with VAT",
        published=published,
        tolerance=two_per_cent(published),
        citation=citation,
        source=source,
        calibrated=False,
        scenario="base-2024",
        computed=reader(month, what),
        hit=cause is None,
        deviation=deviation,
        cause=cause,
    )


CURVE_FIGURES = tuple(
    figure(month, what, value)
    for month, printed in PRINTED.items()
    for what, value in (*printed.items(), ("spread", printed["highest"] - printed["lowest"]))
)
