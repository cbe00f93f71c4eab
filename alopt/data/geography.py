"""Distances between places, and what freight over them costs and emits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

from alopt.data.tables import Table
from alopt.data.units import without_vat

_EARTH_RADIUS_KM = 6371.0


def great_circle_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great-circle distance between two (latitude, longitude) points in degrees.

    Examples
    --------
    Jingxi in Guangxi to Shihezi in Xinjiang:

    >>> round(great_circle_km((23.13, 106.42), (44.30, 86.04)), -1)
    3000.0
    """
    lat_a, lon_a, lat_b, lon_b = (radians(x) for x in (*a, *b))
    half = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * _EARTH_RADIUS_KM * asin(sqrt(half))


@dataclass(frozen=True)
class Freight:
    """Freight of one material: handling CNY/t, rate CNY/t·km, emissions t/t·km, without VAT."""

    handling: float
    rate: float
    emission: float
    circuity: float

    def cost(self, a: tuple[float, float], b: tuple[float, float]) -> float:
        """CNY/t between two points; nothing where they are the same place."""
        return 0.0 if a == b else self.handling + self.rate * self.distance(a, b)

    def emissions(self, a: tuple[float, float], b: tuple[float, float]) -> float:
        """T CO2/t between two points."""
        return self.emission * self.distance(a, b)

    def distance(self, a: tuple[float, float], b: tuple[float, float]) -> float:
        """Km by rail or road: great circle times circuity."""
        return self.circuity * great_circle_km(a, b)


def build_freight(table: Table, circuity: float, vat: Mapping[str, float]) -> dict[str, Freight]:
    """Make the freight of each material listed in the table."""
    result = {}
    for material in sorted({row["material"] for row in table}):
        values = {
            row["quantity"]: row["value"] * (without_vat(vat["freight"]) if row["vat"] == "included" else 1.0)
            for row in table
            if row["material"] == material
        }
        result[material] = Freight(
            values["handling_cny_per_t"],
            values["rate_cny_per_t_km"],
            values["emission_kg_per_t_km"] / 1000.0,
            circuity,
        )
    return result
