"""Ceilings on capacity in the small world: a region, a group, the nation, and one not there yet."""

from __future__ import annotations

from alopt.policies._areas import Areas
from alopt.policies.capacity_ceiling import Settings

from .linear import v
from .register import covers
from .world import SITES, states_at

SETTINGS = Settings(
    Areas(
        {
            "north": {2029: 7.0, 2034: 5.0},
            "coast": {2034: 11.0},
            "east": {2027: 3.0, 2029: 3.1},
            "nation": {2027: 13.0},
        },
        {"coast": ("south", "east")},
    )
)
#: Nothing can stand in the east in 2027.
SETS = {
    "capacity_ceiling": lambda _: {
        ("north", 2029), ("north", 2034), ("coast", 2034), ("east", 2029), ("nation", 2027),
    }
}  # fmt: skip
DECISIONS = {"ceiling": set()}


def standing(sites, y):
    return sum(v.capacity[i, k, y] for i in sites for k in states_at(i, y))


@covers(equation="capacity_ceiling")
def test_what_stands_in_an_area_stays_under_its_ceiling(check, own_models):
    data, _ = own_models["capacity_ceiling"]
    rows = {
        ("north", 2029): (("oak", "elm"), 7),
        ("north", 2034): (("oak", "elm"), 5),
        ("coast", 2034): (("fir", "yew", "ash", "gum"), 11),
        ("east", 2029): (("ash",), 3.1),
        ("nation", 2027): (SITES, 13),
    }
    for index, (sites, ceiling) in rows.items():
        check("capacity_ceiling", index, standing(sites, index[1]), "<=", ceiling, data=data)
