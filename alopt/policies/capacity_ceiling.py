r"""A ceiling on capacity: what stands in a region, a group of regions or the nation, by year.

It limits capacity, not quota: what must go leaves its quota behind, which stays banked or moves.
A ceiling on the quota that a region may hold is a rule of capacity replacement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alopt.data.model_data import ModelData
from alopt.model.equations import Model, add, at_most, equation
from alopt.policies._areas import Areas, read_areas
from alopt.policies._fields import Fault


@dataclass(frozen=True)
class Settings:
    """Ceilings by area and year, Mt/a."""

    ceilings: Areas

    FIELDS = ("ceilings_mt_per_a", "groups")

    @classmethod
    def read(cls, fields: Mapping[str, Any], data: ModelData) -> tuple[Settings | None, list[Fault]]:
        """Check the fields; ceilings must be given, groups may be."""
        areas, faults = read_areas(fields, "ceilings_mt_per_a", data.fleet, data.calendar, high=1000.0)
        return cls(areas), faults


def build(m: Model, settings: Settings) -> None:
    """Add the ceilings."""
    m.capacity_ceilings = settings.ceilings
    add(m, capacity_ceiling)


def _rows(m: Model) -> list[tuple[str, int]]:
    """Areas and years in which something can stand there."""
    return [
        (area, y)
        for area, y in m.capacity_ceilings.rows()
        if any((i, y) in m.sets.cells_at for i in m.capacity_ceilings.sites(m.data.fleet, area))
    ]


@equation(
    "region", "year",
    over=_rows,
    basis="annual",
    unit="CNY/t·a",
    dual="what one more t/a of capacity allowed in the area would save in a year",
    limit="ceilings_mt_per_a",
)  # fmt: skip
def capacity_ceiling(m: Model, r: str, y: int) -> Any:
    r"""Capacity that stands in an area stays under its ceiling.

    .. math:: \sum_{i \in r, k} capacity_{i,k,y} \le ceiling_{r,y}
       \quad \forall r,y \leftrightarrow \pi^{ceiling}_{r,y} \le 0
    """
    ceilings = m.capacity_ceilings
    standing = sum(
        m.capacity[i, k, y] for i in ceilings.sites(m.data.fleet, r) for k in m.sets.cells_at.get((i, y), ())
    )
    return at_most(standing, ceilings.values[r][y])
