"""What each source emits in a year of the small world, from its formula."""

from __future__ import annotations

from .linear import v
from .world import (
    ALUMINA_FREIGHT_FACTOR,
    ANODE,
    ANODE_CO2,
    FACTOR,
    GRID,
    INGOT,
    METAL_FREIGHT_FACTOR,
    ORE_FACTOR,
    PFC,
    POINT,
    REFINERIES,
    REGION,
    SOURCES,
    made,
    sites_in,
    slices_of,
    states_at,
)


def per_tonne_of_metal(factor, y, region):
    return sum(
        factor[k] * made(i, k, y, h)
        for i in sites_in(region, y)
        for k in states_at(i, y)
        for h in slices_of(i)
    )


def anode(y, region):
    """Carbon that the pots burn."""
    return per_tonne_of_metal(ANODE_CO2, y, region)


def pfc(y, region):
    """Perfluorocarbons at 6637 and 11113 t CO2e/t."""
    return per_tonne_of_metal(PFC, y, region)


def anode_baking(y, region):
    """0.29 t per tonne of anode."""
    return per_tonne_of_metal({k: 0.29 * anode for k, anode in ANODE.items()}, y, region)


def power(y, region):
    return sum(
        FACTOR[i, e, y] * v.electricity[i, e, y, h]
        for i in sites_in(region, y)
        for e in SOURCES[i]
        for h in slices_of(i)
    )


def refining_fuel(y, region):
    """Fuel of dale (0.67 t/t, east) and hill (0.71 t/t, north); the port at bay burns none."""
    return sum(
        factor * v.refining[a, y]
        for a, factor in (("dale", 0.67), ("hill", 0.71))
        if region in {None, REFINERIES[a][0]}
    )


def refining_power(y, region):
    """0.37 MWh/t at dale and 0.41 MWh/t at hill, from the grids of east and north."""
    return sum(
        use * GRID[grid, y] * v.refining[a, y]
        for a, use, grid in (("dale", 0.37, "east"), ("hill", 0.41, "north"))
        if region in {None, grid}
    )


def ore(y, region):
    """Counted where the ore is refined."""
    return sum(
        factor * v.ore_shipments[b, a, y]
        for (b, a), factor in ORE_FACTOR.items()
        if region in {None, REFINERIES[a][0]}
    )


def alumina_imports(y, region):
    """1.3 t/t of what the port at bay, in the south, lands."""
    return 1.3 * v.refining["bay", y] if region in {None, "south"} else 0.0


def alumina_freight(y, region):
    """Counted where the alumina is used; what is conveyed next door emits nothing."""
    places = sorted({POINT[i] for i in sites_in(region, y)})
    return sum(
        ALUMINA_FREIGHT_FACTOR[a, p] * v.alumina_shipments[a, p, y] for a in REFINERIES for p in places
    )


def metal_freight(y, region):
    """Counted where the metal is made."""
    makers = sorted({REGION[i] for i in sites_in(region, y)})
    return sum(METAL_FREIGHT_FACTOR[r, d] * v.ingot_shipments[r, d, y] for r in makers for d in INGOT)


def metal_imports(y, region):
    """11.3 t/t of what lands in south and west."""
    return sum(
        11.3 * v.imports[d, step, y]
        for d, there in (("south_ingot", "south"), ("west_ingot", "west"))
        for step in ("treaty", "spot")
        if region in {None, there}
    )


FORMULAS = {
    formula.__name__: formula
    for formula in (
        anode,
        pfc,
        power,
        anode_baking,
        refining_fuel,
        refining_power,
        ore,
        alumina_imports,
        alumina_freight,
        metal_freight,
        metal_imports,
    )
}


def emitted(source, y, region=None):
    """Mt CO2e of a source in a year, of all regions or one."""
    return FORMULAS[source](y, region)
