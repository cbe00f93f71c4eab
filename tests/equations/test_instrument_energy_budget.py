"""Energy budgets in the small world, with renewable power counted and free."""

from __future__ import annotations

from dataclasses import replace

from alopt.policies._areas import Areas
from alopt.policies.energy_budget import Settings

from .linear import v
from .register import covers
from .world import SLICES, SOURCES, YEARS

SETTINGS = Settings(
    Areas({"north": {2029: 71.0}, "east": {2027: 2.0}, "rim": {2034: 73.0}}, {"rim": ("south", "east")}),
    "counted",
)
#: Nothing can stand in the east in 2027.
SETS = {"energy_budget": lambda _: {("north", 2029), ("rim", 2034)}}
DECISIONS = {"budget": set(), "counted": set()}


@covers(equation="energy_budget")
def test_power_of_an_area_stays_within_its_budget(check, own_models):
    """Oak decides by slice, elm for the whole year; every source counts."""
    data, _ = own_models["energy_budget"]
    oak = sum(v.electricity["oak", e, 2029, h] for e in ("captive", "hydro") for h in SLICES)
    elm = sum(v.electricity["elm", e, 2029, "year"] for e in ("grid", "contract"))
    check("energy_budget", ("north", 2029), oak + elm, "<=", 71, data=data)
    south = v.electricity["fir", "grid", 2034, "year"] + sum(
        v.electricity["yew", e, 2034, h] for e in ("grid", "lake") for h in SLICES
    )
    east = v.electricity["gum", "grid", 2034, "year"] + sum(
        v.electricity["ash", e, 2034, h] for e in ("hydro", "grid") for h in SLICES
    )
    check("energy_budget", ("rim", 2034), south + east, "<=", 73, data=data)


@covers(equation="energy_budget")
def test_renewable_power_can_be_free(check, own_models):
    """Hydro is wholly renewable and leaves the row, three tenths of the contract are, of the grid 0.1."""
    data, _ = own_models["energy_budget"]
    part = {"captive": 0.0, "hydro": 1.0, "contract": 0.3, "grid": 0.1, "lake": 1.0}
    share = {(i, e, y): part[e] for i, sources in SOURCES.items() for e in sources for y in YEARS}
    data = replace(
        data,
        power=replace(data.power, renewable_share=share),
        policies={"energy_budget": replace(SETTINGS, renewables="free")},
    )
    power = v.electricity
    check(
        "energy_budget",
        ("north", 2029),
        sum(power["oak", "captive", 2029, h] for h in SLICES)
        + 0.9 * power["elm", "grid", 2029, "year"]
        + 0.7 * power["elm", "contract", 2029, "year"],
        "<=",
        71,
        data=data,
    )
