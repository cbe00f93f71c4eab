"""Distances between places, and what freight over them costs and emits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

from alopt.data.tables import Table
from alopt.data.units import net

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


@dataclass(frozen=True)
class Rates:
    """Freight of the materials that can move between different places; others have no rates."""

    freight: Mapping[str, Freight]

    def cost(self, material: str, a: tuple[float, float], b: tuple[float, float]) -> float:
        """CNY/t between two points; nothing where they are the same place."""
        return 0.0 if a == b else self.freight[material].cost(a, b)

    def emissions(self, material: str, a: tuple[float, float], b: tuple[float, float]) -> float:
        """T CO2/t between two points; nothing where they are the same place."""
        return 0.0 if a == b else self.freight[material].emissions(a, b)


def build_freight(
    table: Table, materials: Iterable[str], parameters: Mapping[str, float], vat: Mapping[str, float]
) -> Rates:
    """Make the freight of materials from their rows in the table."""
    result = {}
    for material in sorted(materials):
        values = {
            row["quantity"]: net(row, "value", vat, "freight") for row in table if row["material"] == material
        }
        result[material] = Freight(
            values["handling_cny_per_t"],
            values["rate_cny_per_t_km"],
            values["emission_kg_per_t_km"] / 1000.0,
            parameters["circuity"],
        )
    return Rates(result)
