"""Energy benchmarks: a share of good cells, a phase-out of poor ones, no new line above a limit.

North's old cells use 14 MWh/t at 300 CNY/MWh: 4,200 CNY/t; south's 13 at 400: 5,200. Each stands at
0.6 Mt/a, demand is 0.8, imports cost 6,000 where they are open. One year, worth 0.8.
"""

import pytest
from worlds import World, near, plain_world, price

import alopt
from alopt.electrolysis import ENERGY_PER_VOLT

FREE = 0.6 * 4200.0 + 0.2 * 5200.0


def poor_world(**fields) -> World:
    world = plain_world()
    world.pot("old", mwh_per_t=14.0, maintenance_cny_per_t_a=0.0, cf4_kg_per_t=0.0, c2f6_kg_per_t=0.0)
    world.remove("fleet", site="north_smelter")
    world.smelter("north_smelter", "north", 0.6, "old")
    world.step("import_steps", "parity", 6000, 10)
    if fields:
        world.scenario(policies={"energy_benchmark": fields})
    return world


def share(value, **fields):
    return poor_world(benchmark_kwh_per_t=13500, least_share=value, **fields)


def phase_out(value):
    return poor_world(baseline_kwh_per_t=13500, most_worse_share=value)


@pytest.mark.parametrize(
    "fields",
    [
        {"benchmark_kwh_per_t": 13500, "least_share": 0.5},
        {"benchmark_kwh_per_t": 13000, "least_share": {"south": 1.0}},
        {"baseline_kwh_per_t": 13500, "most_worse_share": 0.5},
        {"baseline_kwh_per_t": 13500, "most_worse_share": {"north": 1.0}},
    ],
)
def test_a_rule_that_is_no_limit_changes_nothing(tmp_path, fields):
    assert poor_world(**fields).solve(tmp_path).objective == near(0.8 * FREE)


def test_a_least_share_of_good_cells(tmp_path):
    """60 % good: beside 0.6 of good cells 0.4 of old ones may stand, 0.2 Mt costs 1,000 CNY/t more.

    Asking for one t/a less lets 1 / 0.6 of an old one stand: 1,000 / 0.6.
    """
    solution = share(0.6).solve(tmp_path)
    assert solution.values("capacity")["north_smelter", "old", 2025] == near(0.4)
    assert solution.objective == near(0.8 * (FREE + 0.2 * 1000.0))
    assert price(solution, "benchmark_share", "nation", 2025) == near(1000.0 / 0.6)


def test_a_price_equal_to_the_dual_does_what_the_share_does(tmp_path):
    """The row's limit is nil, so the priced optimum costs what the capped one does."""
    model = alopt.build(poor_world().data(tmp_path))
    good, old = model.capacity["south_smelter", "pot", 2025], model.capacity["north_smelter", "old", 2025]
    model.total_cost.expr += 0.8 * 1000.0 / 0.6 * (0.6 * (good + old) - good)
    assert alopt.solve(model).objective == near(0.8 * (FREE + 0.2 * 1000.0))


def test_phase_out_closes_what_cannot_be_retrofitted(tmp_path):
    """The old cells go, 0.2 Mt is imported at 6,000: one more t/a of them would save 1,800."""
    solution = phase_out({2025: 0.0}).solve(tmp_path)
    assert solution.values("capacity")["north_smelter", "old", 2025] == near(0.0)
    assert solution.objective == near(0.8 * (0.6 * 5200.0 + 0.2 * 6000.0))
    assert price(solution, "baseline_share", "nation", 2025) == near(-1800.0)


def test_phase_out_retrofits_as_fast_as_cells_are_relined(tmp_path):
    """A year after the base year a sixth of 0.6 is relined to 13 MWh/t: 0.1 stays, at 3,900 CNY/t."""
    world = phase_out(0.0)
    world.measure("trim", voltage_change_v=-1000.0 / ENERGY_PER_VOLT)
    world.state("trimmed", "old", "trim")
    world.retrofit("old", "trimmed", "trim")
    solution = world.solve(tmp_path)
    assert solution.values("capacity")["north_smelter", "trimmed", 2025] == near(0.1)
    assert solution.objective == near(0.8 * (0.1 * 3900.0 + 0.6 * 5200.0 + 0.1 * 6000.0))


def test_a_falling_share_of_poor_cells(tmp_path):
    """A third of capacity in 2025: beside 0.6 good ones 0.3; a fifth of it in 2026: 0.15."""
    world = phase_out({2025: 1.0 / 3.0, 2026: 0.2})
    world.scenario(years=[2025, 2026])
    capacity = world.solve(tmp_path).values("capacity")
    assert capacity["north_smelter", "old", 2025] == near(0.3)
    assert capacity["north_smelter", "old", 2026] == near(0.15)


@pytest.mark.parametrize(("limit", "built"), [(13700, 0.2), (13500, 0.0)])
def test_no_new_line_above_the_limit(tmp_path, limit, built):
    """New cells of 13.6 MWh/t at 300 CNY/MWh and no capex undercut the south; barred, they are not built.

    Once barred, one t/a would save 5,200 - 4,080 = 1,120 for the one year of the horizon.
    """
    world = poor_world()
    world.newcomer("new_north", "north")
    world.power("north", 300, kind="newcomer")
    for name, need in (("broad", 13.6), ("best", 14.5)):
        world.pot(
            name, mwh_per_t=need, new_capex=1e-9, maintenance_cny_per_t_a=0.0, cf4_kg_per_t=0.0,
            c2f6_kg_per_t=0.0,
        )  # fmt: skip
    world.scenario(policies={"energy_benchmark": {"new_limit_kwh_per_t": {2025: limit}}})
    solution = world.solve(tmp_path)
    made = sum(amount for (i, *_), amount in solution.values("running").items() if i == "new_north")
    # South's 0.2 Mt and north's dearer 4,200 both give way to 4,080 as far as lines may be built.
    assert made == near(0.8 if built else 0.0)
    if not built:
        assert price(solution, "new_line_limit", "north", 2025) == near(-1120.0)


def test_tighter_is_never_cheaper(tmp_path):
    costs = [share(value).solve(tmp_path / str(value)).objective for value in (0.0, 0.5, 0.6, 0.9, 1.0)]
    assert costs == sorted(costs)
    costs = [phase_out(value).solve(tmp_path / f"out{value}").objective for value in (1.0, 0.5, 0.2, 0.0)]
    assert costs == sorted(costs)
