"""Decisions: all non-negative, capacities in Mt/a, masses in Mt a year, energy in TWh a year."""

from __future__ import annotations

from typing import Any

import pyomo.core as pyo

from alopt.model.equations import Model, add_variable


def build_variables(m: Model) -> None:
    """Add the decision variables over their index sets.

    Where a season has one slice, output follows from the pots that run (the swing is nil):
    ``production`` is an expression, in which ``swung_production`` stands for the other slices.
    """
    s, data = m.sets, m.data
    add_variable(m, "capacity", ("site", "cell", "year"), s.SITE_CELL_YEARS)
    add_variable(m, "new_capacity", ("site", "cell", "year"), s.NEW_BUILD_YEARS)
    add_variable(m, "retired_capacity", ("site", "cell", "year"), s.SITE_CELL_YEARS)
    add_variable(m, "retrofitted_capacity", ("site", "from_cell", "to_cell", "year"), s.SITE_ARC_YEARS)
    add_variable(m, "retrofitted_plants", ("site", "cell", "step", "year"), s.SPREAD)
    add_variable(m, "running", ("site", "cell", "year", "season"), s.SITE_CELL_SEASONS)
    add_variable(m, "restarted", ("site", "year", "season"), s.RESTARTING)
    add_variable(m, "reopened", ("site", "year"), s.ACTIVE_SITES)
    _production(m)
    add_variable(m, "electricity", ("site", "source", "year", "slice"), s.ELECTRICITY)
    add_variable(m, "refining", ("refinery", "year"), s.REFINERY_YEARS)
    add_variable(m, "alumina_shipments", ("refinery", "point", "year"), s.ALUMINA)
    add_variable(m, "conveyed_alumina", ("refinery", "point", "year"), s.CONVEYED)
    if s.ALUMINA_EXPORTS:
        add_variable(m, "alumina_exports", ("refinery", "year"), s.ALUMINA_EXPORTS)
    add_variable(m, "ore_shipments", ("origin", "refinery", "year"), s.ORE)
    add_variable(m, "liquid_metal", ("region", "year"), s.LIQUID)
    add_variable(m, "ingot_shipments", ("region", "market", "year"), s.INGOTS)
    add_variable(m, "remelted_metal", ("region", "year"), s.REMELTED)
    add_variable(m, "imports", ("market", "step", "year"), s.IMPORTS)
    add_variable(m, "exports", ("region", "step", "year"), s.EXPORTS)
    share = {step.key: step.volume for step in data.markets.demand_steps}
    add_variable(
        m,
        "unserved_demand",
        ("market", "step", "year"),
        s.UNSERVED,
        bounds=lambda _, d, step, y: (
            0.0,
            share[step] * data.markets.markets[d].share * data.markets.demand[y],
        ),
    )
    add_variable(m, "potlining_treated", ("route", "year"), s.POTLINING)


def _production(m: Model) -> None:
    share, season_of, swinging = m.data.calendar.share, m.sets.season_of, m.sets.many_slices
    index = ("site", "cell", "year", "slice")
    add_variable(m, "swung_production", index, m.sets.SWING_SLICES)

    def made(m: Model, i: str, k: str, y: int, h: str) -> Any:
        if season_of[h] in swinging:
            return m.swung_production[i, k, y, h]
        return share[h] * m.running[i, k, y, season_of[h]]

    m.index_names["production"] = index
    m.production = pyo.Expression(m.sets.SITE_CELL_SLICES, rule=made)
