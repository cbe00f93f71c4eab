"""Build speed in the small world: limits in the rows of the model's own build rates."""

from __future__ import annotations

from alopt.policies.build_speed import Settings

from .linear import v
from .register import covers

SETTINGS = Settings({"north": {2029: 0.7}, "nation": {2029: 3.1, 2034: 4.3}})


@covers(equation="regional_build_rate")
def test_a_region_builds_at_its_own_speed_from_the_first_year(check, own_models):
    """0.7 in each of two years; before, and elsewhere, the parameter's 1.7."""
    data, _ = own_models["build_speed"]
    new, step = v.new_capacity, v.retrofitted_capacity
    check("regional_build_rate", ("north", 2027), 1.0 * new["elm", "great", 2027], "<=", 3 * 1.7, data=data)
    north = new["elm", "great", 2029] + 1.07 * step["oak", "bare", "great", 2029]
    check("regional_build_rate", ("north", 2029), north, "<=", 2 * 0.7, data=data)
    south = new["yew", "great", 2029] + new["yew", "keen", 2029]
    check("regional_build_rate", ("south", 2029), south, "<=", 2 * 1.7, data=data)


@covers(equation="national_build_rate")
def test_the_nation_builds_at_its_own_speed_from_the_first_year(check, own_models):
    """The parameter's 2.3 for three years, then 3.1 for two."""
    data, _ = own_models["build_speed"]
    new, step = v.new_capacity, v.retrofitted_capacity
    check("national_build_rate", 2027, 1.0 * new["elm", "great", 2027], "<=", 3 * 2.3, data=data)
    check(
        "national_build_rate",
        2029,
        new["elm", "great", 2029]
        + new["yew", "great", 2029]
        + new["yew", "keen", 2029]
        + 1.07 * step["oak", "bare", "great", 2029],
        "<=",
        2 * 3.1,
        data=data,
    )
