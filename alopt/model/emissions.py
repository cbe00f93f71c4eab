r"""Emissions by source, nested in boundaries, as linear expressions that policies can limit or price.

``direct`` ⊂ ``smelter_scope_1_2`` ⊂ ``electrolysis`` ⊂ ``industry`` ⊂ ``cradle_to_gate``; metal
made abroad for imports is always apart, as ``outside``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from alopt.model.equations import Model

#: Boundary in which each source of emissions first counts.
BOUNDARY_OF = {
    "anode": "direct",
    "pfc": "direct",
    "power": "smelter_scope_1_2",
    "anode_baking": "electrolysis",
    "refining_fuel": "industry",
    "refining_power": "industry",
    "ore": "cradle_to_gate",
    "alumina_imports": "cradle_to_gate",
    "alumina_freight": "cradle_to_gate",
    "metal_freight": "cradle_to_gate",
    "metal_imports": "outside",
}

#: Boundaries from the narrowest to the widest; each holds all before it.
NESTED = ("direct", "smelter_scope_1_2", "electrolysis", "industry", "cradle_to_gate")

BOUNDARIES = (*NESTED, "outside")

#: What each source emits in a year: terms of (coefficient, expression), for all regions or one.
Terms = Iterator[tuple[float, Any]]


def sources_within(boundary: str) -> list[str]:
    """Sources that a boundary holds.

    >>> sources_within("direct")
    ['anode', 'pfc']
    """
    inside = within(boundary)
    return [source for source, first in BOUNDARY_OF.items() if first in inside]


def within(boundary: str) -> set[str]:
    """Boundaries that a boundary holds: itself and, where it is nested, all inside it."""
    return {boundary} if boundary == "outside" else set(NESTED[: NESTED.index(boundary) + 1])


def emissions(m: Model, boundary: str, y: int, region: str | None = None) -> Any:
    """Emissions of a year within a boundary, Mt CO2e, as a Pyomo expression.

    Parameters
    ----------
    m : ConcreteModel
    boundary : str
        One of :data:`BOUNDARIES`.
    y : int
        Model year.
    region : str, optional
        Only what is emitted there; all regions if not given.

    Returns
    -------
    Pyomo linear expression
    """
    return sum(
        coefficient * term
        for source in sources_within(boundary)
        for coefficient, term in SOURCES[source](m, y, region)
        if coefficient
    )


def _sites(m: Model, y: int, region: str | None) -> list[str]:
    sites = m.sets.SITES if region is None else m.sets.sites_in.get(region, [])
    return [i for i in sites if (i, y) in m.sets.cells_at]


def _made(m: Model, y: int, region: str | None) -> Iterator[tuple[str, Any]]:
    for i in _sites(m, y, region):
        for k in m.sets.cells_at[i, y]:
            for h in m.data.power.slices_of[i]:
                yield k, m.production[i, k, y, h]


def _anode(m: Model, y: int, region: str | None) -> Terms:
    for k, made in _made(m, y, region):
        yield m.data.cells[k].anode_co2, made


def _pfc(m: Model, y: int, region: str | None) -> Terms:
    for k, made in _made(m, y, region):
        yield m.data.pfc_co2e(k), made


def _baking(m: Model, y: int, region: str | None) -> Terms:
    parameters = m.data.parameters
    for k, made in _made(m, y, region):
        if m.data.cells[k].anode:
            yield m.data.cells[k].anode * parameters["anode_baking_emission_t_per_t_anode"], made


def _power(m: Model, y: int, region: str | None) -> Terms:
    power = m.data.power
    for i in _sites(m, y, region):
        for e in power.sources[i]:
            for h in power.slices_of[i]:
                yield power.emission_factor[i, e, y], m.electricity[i, e, y, h]


def _refineries(m: Model, region: str | None, kind: str) -> list[str]:
    return [
        a
        for a, refinery in m.data.materials.refineries.items()
        if refinery.kind == kind and region in {None, refinery.region}
    ]


def _refining_fuel(m: Model, y: int, region: str | None) -> Terms:
    for a in _refineries(m, region, "refinery"):
        yield m.data.materials.refineries[a].fuel, m.refining[a, y]


def _refining_power(m: Model, y: int, region: str | None) -> Terms:
    for a in _refineries(m, region, "refinery"):
        refinery = m.data.materials.refineries[a]
        yield refinery.electricity * m.data.power.grid_factor[refinery.region, y], m.refining[a, y]


def _ore(m: Model, y: int, region: str | None) -> Terms:
    materials = m.data.materials
    for b, a in materials.ore_yield:
        if region in {None, materials.refineries[a].region}:
            yield materials.ore_emission[b, a], m.ore_shipments[b, a, y]


def _alumina_imports(m: Model, y: int, region: str | None) -> Terms:
    for a in _refineries(m, region, "port"):
        yield m.data.materials.refineries[a].upstream, m.refining[a, y]


def _alumina_freight(m: Model, y: int, region: str | None) -> Terms:
    materials = m.data.materials
    for p, t in m.sets.POINT_YEARS:
        there = m.data.fleet.sites[m.sets.sites_at[p][0]].region
        if t == y and region in {None, there}:
            for a in materials.refineries:
                yield materials.alumina_freight_emission[a, p], m.alumina_shipments[a, p, y]


def _metal_freight(m: Model, y: int, region: str | None) -> Terms:
    for r, t in m.sets.REGION_YEARS:
        if t == y and region in {None, r}:
            for d in m.data.markets.ingot_market.values():
                yield m.data.markets.freight_emission[r, d], m.ingot_shipments[r, d, y]


def _metal_imports(m: Model, y: int, region: str | None) -> Terms:
    parameters = m.data.parameters
    for d, step, t in m.sets.IMPORTS:
        if t == y and region in {None, m.data.markets.markets[d].region}:
            yield parameters["primary_import_emission_t_per_t"], m.imports[d, step, y]


SOURCES: dict[str, Callable[[Model, int, str | None], Terms]] = {
    "anode": _anode,
    "pfc": _pfc,
    "power": _power,
    "anode_baking": _baking,
    "refining_fuel": _refining_fuel,
    "refining_power": _refining_power,
    "ore": _ore,
    "alumina_imports": _alumina_imports,
    "alumina_freight": _alumina_freight,
    "metal_freight": _metal_freight,
    "metal_imports": _metal_imports,
}
