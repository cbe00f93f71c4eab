"""Quota that is scarce, as a summary tells it: the years, and where its rent is one of several duals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: Rent of quota below which it hardly matters, CNY/t·a: fees of transfer alone make rents of a few CNY.
HARDLY = 50.0

Years = Mapping[str, Mapping[str, Any]]


def scarce_years(years: Years) -> list[int]:
    """Years of a summary in which quota earns a rent that matters."""
    return [int(y) for y, numbers in years.items() if (numbers["quota_rent_cny_per_t_a"] or 0.0) >= HARDLY]


def two_sided_years(years: Years) -> list[int]:
    """Scarce years in which the fleet just fills its quota, so that the rent is one of several duals.

    Summaries written before the mark was kept name none.
    """
    return [y for y in scarce_years(years) if years[str(y)].get("fleet_just_fills_quota")]


def rent_in_words(years: Years, scenario: str) -> list[str]:
    """Say what a rent stands for where there is one, and where both sides of the market are found.

    Parameters
    ----------
    years : mapping
        As `years` of `summary.json`.
    scenario : str

    Returns
    -------
    list of str
        One sentence; none where quota is not scarce.
    """
    scarce, several = scarce_years(years), two_sided_years(years)
    if not scarce:
        return []
    sides = f"alopt curve quota {scenario}"
    if not several:
        text = (
            "The quota rent is one dual and may not be the only one; what a t/a more saves and one less "
            f"costs: {sides}."
        )
        return [text]
    rents = ", ".join(f"{years[str(y)]['quota_rent_cny_per_t_a']:,.0f} in {y}" for y in several)
    text = (
        f"The quota rent of {rents} is not unique: the standing fleet just fills its quota, so one t/a less "
        "would close a plant, and one more would first need a new line. What the one costs and the other "
        f"saves can lie far apart, and the rent is some value between; for both: {sides}."
    )
    return [text]
