"""The moratorium in the small world, with rebuilds barred and allowed."""

from __future__ import annotations

from dataclasses import replace

import alopt
from alopt.policies._areas import Areas
from alopt.policies.moratorium import Settings

from .linear import v
from .register import covers

SETTINGS = Settings(
    Areas(
        {"rim": {2034: 0.0}, "north": {2027: 0.0, 2029: 0.0}, "east": {2029: 0.0}}, {"rim": ("south", "east")}
    ),
    rebuilds=True,
)
#: Ash, alone in the east in 2029, has nothing to rebuild into before 2034.
SETS = {"moratorium": lambda _: {("rim", 2034), ("north", 2027), ("north", 2029)}}
EVENTS = {"moratorium"}


@covers(equation="moratorium")
def test_nothing_is_built_nor_rebuilt_under_a_ban(check, own_models):
    data, _ = own_models["moratorium"]
    new, step = v.new_capacity, v.retrofitted_capacity
    check("moratorium", ("north", 2027), 1.0 * new["elm", "great", 2027], "<=", 0, data=data)
    check(
        "moratorium",
        ("north", 2029),
        new["elm", "great", 2029] + 1.07 * step["oak", "bare", "great", 2029],
        "<=",
        0,
        data=data,
    )
    check(
        "moratorium",
        ("rim", 2034),
        new["yew", "great", 2034]
        + new["yew", "keen", 2034]
        + step["fir", "lined", "great", 2034]
        + 1.07 * step["ash", "bare", "great", 2034]
        + step["ash", "lined", "great", 2034],
        "<=",
        0,
        data=data,
    )


@covers(equation="moratorium")
def test_rebuilds_can_be_allowed(check, own_models):
    data, _ = own_models["moratorium"]
    data = replace(data, policies={"moratorium": replace(SETTINGS, rebuilds=False)})
    assert set(alopt.build(data).moratorium) == {("rim", 2034), ("north", 2027), ("north", 2029)}
    check("moratorium", ("north", 2029), 1.0 * v.new_capacity["elm", "great", 2029], "<=", 0, data=data)
