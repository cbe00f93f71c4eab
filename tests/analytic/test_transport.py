"""Dantzig's transport problem, as ingot from two smelters to three markets.

G. B. Dantzig, Linear Programming and Extensions (1963), chapter 3.3, in the form of the first
model of the GAMS library: canneries in Seattle and San Diego, demand in New York, Chicago and
Topeka, freight of 90 dollars a case and thousand miles.
"""

from math import acos, asin, atan2, cos, degrees, sin, sqrt, tan

import pytest
from worlds import World, near, plain_world, price

SUPPLY = {"seattle": 0.350, "san_diego": 0.600}
DEMAND = {"new_york": 0.325, "chicago": 0.300, "topeka": 0.275}
#: Thousands of miles, taken as thousands of kilometres.
DISTANCE = {
    ("seattle", "new_york"): 2.5, ("seattle", "chicago"): 1.7, ("seattle", "topeka"): 1.8,
    ("san_diego", "new_york"): 2.5, ("san_diego", "chicago"): 1.8, ("san_diego", "topeka"): 1.4,
}  # fmt: skip
EARTH_RADIUS = 6.371
#: Between the two smelters; any distance works that lets the circles around them meet.
APART = 1.0


def places() -> dict[str, tuple[float, float]]:
    """Latitude and longitude that give the textbook's distances along great circles.

    The smelters stand on the equator half of ``APART`` east and west of the meridian. A market at
    angles a and b from them solves cos a = cos(lat) cos(lon + h), cos b = cos(lat) cos(lon - h).
    """
    h = APART / EARTH_RADIUS / 2.0
    found = {"seattle": (0.0, -degrees(h)), "san_diego": (0.0, degrees(h))}
    for market in DEMAND:
        a, b = (DISTANCE[smelter, market] / EARTH_RADIUS for smelter in SUPPLY)
        longitude = atan2((cos(b) - cos(a)) / (cos(b) + cos(a)), tan(h))
        found[market] = degrees(acos(cos(a) / cos(longitude + h))), degrees(longitude)
    return found


def textbook() -> World:
    """Power costs nothing; ingot costs 0.09 CNY/t·km, 90 a thousand kilometres."""
    world = plain_world()
    for table in ("regions", "sites", "fleet", "power_sources", "power_prices", "grid_factors"):
        world.remove(table)
    for name, place in places().items():
        world.region(name, *place)
    for smelter, capacity in SUPPLY.items():
        world.smelter(f"{smelter}_smelter", smelter, capacity)
        world.power(smelter, 0)
    world.remove("refineries")
    world.refinery("port", "seattle", cost=0, capacity=5, port=True)
    world.freight("ingot", rate=0.09)
    world.demand(0.9)
    world.markets(*((market, "ingot", amount / 0.9) for market, amount in DEMAND.items()))
    return world


def haversine(a: tuple[float, float], b: tuple[float, float]) -> float:
    (lat_a, lon_a), (lat_b, lon_b) = ([x * acos(-1.0) / 180.0 for x in point] for point in (a, b))
    half = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS * asin(sqrt(half))


@pytest.mark.parametrize(("smelter", "market"), DISTANCE)
def test_places_stand_at_the_textbook_distances(smelter, market):
    found = places()
    assert haversine(found[smelter], found[market]) == pytest.approx(DISTANCE[smelter, market], rel=1e-9)


def test_textbook_optimum_and_duals(tmp_path):
    """Cost 153.675; prices 225, 153 and 126; neither smelter is scarce.

    Supply exceeds demand by 0.05, and New York is as far from either smelter, so it absorbs the
    slack: Seattle serves Chicago (1.7 < 1.8), San Diego serves Topeka (1.4 < 1.8), and New York's
    0.325 come from either.

    - cost     90 x (2.5 x 0.325 + 1.7 x 0.300 + 1.4 x 0.275) = 90 x 1.7075 = 153.675 M CNY a year
    - prices   90 x 2.5 = 225 in New York, 90 x 1.7 = 153 in Chicago, 90 x 1.4 = 126 in Topeka
    - rents    nil: one optimal plan leaves slack in Seattle, another in San Diego
    - dual     225 x 0.325 + 153 x 0.300 + 126 x 0.275 = 73.125 + 45.9 + 34.65 = 153.675
    """
    solution = textbook().solve(tmp_path)
    assert solution.objective == near(0.8 * 153.675)
    for market, value in (("new_york", 225.0), ("chicago", 153.0), ("topeka", 126.0)):
        assert price(solution, "ingot_market", f"{market}_ingot", 2025) == near(value)
    shipped = solution.values("ingot_shipments")
    assert shipped["seattle", "chicago_ingot", 2025] == near(0.300)
    assert shipped["san_diego", "topeka_ingot", 2025] == near(0.275)
    for smelter in SUPPLY:
        assert price(solution, "metal_supply", smelter, 2025) == near(0.0)
        assert price(solution, "running_limit", f"{smelter}_smelter", "pot", 2025, "year") == near(0.0)


def test_scarce_smelter_earns_its_nearness(tmp_path):
    """Seattle has 0.250 only, so San Diego (0.660, 0.010 of it to spare) must serve 0.050 of Chicago.

    Seattle's metal is then worth 90 x (1.8 - 1.7) = 9 CNY/t more than San Diego's, which is free.

    - cost     90 x (2.5 x 0.325 + 1.7 x 0.250 + 1.8 x 0.050 + 1.4 x 0.275) = 90 x 1.7125 = 154.125
    - prices   225 in New York, 90 x 1.8 = 162 in Chicago, 126 in Topeka
    - rent     162 - 153 = 9 CNY/t·a in Seattle
    """
    world = textbook()
    world.smelter("seattle_smelter", "seattle", 0.250)
    world.smelter("san_diego_smelter", "san_diego", 0.660)
    solution = world.solve(tmp_path)
    assert solution.objective == near(0.8 * 154.125)
    for market, value in (("new_york", 225.0), ("chicago", 162.0), ("topeka", 126.0)):
        assert price(solution, "ingot_market", f"{market}_ingot", 2025) == near(value)
    assert price(solution, "metal_supply", "seattle", 2025) == near(9.0)
    assert price(solution, "metal_supply", "san_diego", 2025) == near(0.0)
    assert price(solution, "running_limit", "seattle_smelter", "pot", 2025, "year") == near(-9.0)
