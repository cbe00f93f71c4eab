"""Build speed: a limit of its own in place of the parameter's, slower or faster."""

import pytest
from test_moratorium import FULL_COST, building_world
from worlds import near, price


def speed_world(limits=None):
    world = building_world()
    world.parameters(regional_build_rate_mt_per_a=0.1, national_build_rate_mt_per_a=0.15)
    if limits is not None:
        world.scenario(policies={"build_speed": {"limits_mt_per_a": limits}})
    return world


@pytest.mark.parametrize("limits", [{"south": 0.1}, {"each": 0.1}, 0.15, {"south": 0.1, "nation": 0.15}])
def test_limits_equal_to_the_parameters_change_nothing(tmp_path, limits):
    free = speed_world().solve(tmp_path / "free")
    assert free.objective == near(0.8 * (0.6 * 3900.0 + 0.1 * FULL_COST + 0.1 * 6000.0))
    assert speed_world(limits).solve(tmp_path / "set").objective == near(free.objective)


@pytest.mark.parametrize(
    ("limits", "built", "row"),
    [
        ({"south": 0.05}, 0.05, ("regional_build_rate", "south", 2025)),
        ({"south": 0.12}, 0.12, ("regional_build_rate", "south", 2025)),
        ({"each": 1.0}, 0.15, ("national_build_rate", 2025)),
        ({"south": 1.0, "nation": 0.19}, 0.19, ("national_build_rate", 2025)),
        (0.02, 0.02, ("national_build_rate", 2025)),
    ],
)
def test_slower_and_faster(tmp_path, limits, built, row):
    """Each t/a built saves 6,000 less its full cost."""
    solution = speed_world(limits).solve(tmp_path)
    assert solution.values("new_capacity")["new_south", "new_pot", 2025] == near(built)
    assert solution.objective == near(0.8 * (0.6 * 3900.0 + built * FULL_COST + (0.2 - built) * 6000.0))
    assert price(solution, *row) == near(FULL_COST - 6000.0)


def test_before_the_first_year_the_parameter_holds(tmp_path):
    """0.1 in 2025 by the parameter, 0.03 in 2026."""
    world = speed_world({"south": {2026: 0.03}})
    world.scenario(years=[2025, 2026])
    built = world.solve(tmp_path).values("new_capacity")
    assert built["new_south", "new_pot", 2025] == near(0.1)
    assert built["new_south", "new_pot", 2026] == near(0.03)


def test_slower_is_never_cheaper(tmp_path):
    costs = [
        speed_world({"south": speed}).solve(tmp_path / str(speed)).objective
        for speed in (0.14, 0.1, 0.02, 0.0)
    ]
    assert costs == sorted(costs)
