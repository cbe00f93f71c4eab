"""One smelter decides on a retrofit: when its cells are relined, and only where power is dear enough.

The measure saves 1 MWh a tonne for 540 CNY per t/a every two years. At 25 % the start-of-year
charge that pays for it is 540 / (1 + 0.8) = 300 CNY/t·a, so it pays where power costs more than
300 CNY/MWh. Cells live six years; the base year is 2024.
"""

import pytest
from worlds import World, near, plain_world, price

STEP = ("north_smelter", "pot", "better")


def one_smelter(power: float) -> World:
    """North alone, 0.6 Mt/a, all of it needed, with the measure on offer."""
    world = plain_world()
    world.remove("fleet", site="south_smelter")
    world.demand(0.6)
    world.power("north", power)
    world.measure(
        "saver", voltage_change_v=-1000.0 / 2980.0, recurring_capex_cny_per_t_a=540, recurring_life_a=2
    )
    world.state("better", "pot", "saver")
    world.retrofit("pot", "better", "saver")
    return world


@pytest.mark.parametrize(("power", "relined"), [(299.99, 0.0), (300.01, 0.1)])
def test_break_even_power_price(tmp_path, power, relined):
    """Power at 300 CNY/MWh x 1 MWh/t saved = 300 CNY/t·a, the charge: below, nothing is done.

    Above it, all is done that may be: after one of six years a sixth of 0.6 Mt/a is relined.

    - cost     13 x power x 0.6 - (power - 300) x relined, M CNY a year
    """
    solution = one_smelter(power).solve(tmp_path)
    assert solution.values("retrofitted_capacity")[*STEP, 2025] == near(relined)
    assert solution.objective == near(0.8 * (13.0 * power * 0.6 - (power - 300.0) * relined))


def test_relining_limit_and_what_earlier_relining_is_worth(tmp_path):
    """Power at 310: each t/a retrofitted saves 10 CNY a year, as soon as its cells fall due.

    Model years 2025 (for 2025 and 2026) and 2027 (for four years). By 2025 a sixth of the cells is
    due, by 2027 three sixths: 0.1 and 0.3 Mt/a in all, the second 0.2 in 2027.

    - weights  2025: 0.8 + 0.64 = 1.44;   2027: 0.512 x (1 + 0.8 + 0.64 + 0.512) = 0.512 x 2.952
    - cost     13 x 310 x 0.6 - 10 x 0.1 in 2025, 13 x 310 x 0.6 - 10 x 0.3 in 2027
    - duals    one more t/a relined by 2025 that would else be relined in 2027 saves 10 in 2025 and
               2026: 10 x (1 + 0.8) = 18 CNY per t/a in 2025's money;
               one more by 2027 saves 10 for four years: 10 x 2.952 = 29.52 in 2027's money
    """
    world = one_smelter(310)
    world.scenario(years=[2025, 2027], last_period_years=4)
    solution = world.solve(tmp_path)
    assert solution.values("retrofitted_capacity") == {(*STEP, 2025): near(0.1), (*STEP, 2027): near(0.2)}
    weight = {2025: 1.44, 2027: 0.512 * 2.952}
    yearly = {2025: 2418.0 - 1.0, 2027: 2418.0 - 3.0}
    assert solution.objective == near(sum(weight[y] * yearly[y] for y in weight))
    assert price(solution, "relining_limit", "north_smelter", "pot", 2025) == near(-18.0)
    assert price(solution, "relining_limit", "north_smelter", "pot", 2027) == near(-29.52)


@pytest.mark.parametrize(("power", "relined"), [(308.4, 0.0), (308.5, 0.1)])
def test_engineering_is_paid_once(tmp_path, power, relined):
    """Engineering of 25 CNY per t/a, once, against savings over the four years 2025 to 2028.

    - break-even   (power - 300) x 2.952 = 25: power at 308.47
    - cost         0.8 x (2.952 x (13 x power x 0.6 - (power - 300) x relined) + 25 x relined)
    """
    world = one_smelter(power)
    world.parameters(retrofit_works_cny_per_t_a=25)
    world.scenario(last_period_years=4)
    solution = world.solve(tmp_path)
    assert solution.values("retrofitted_capacity")[*STEP, 2025] == near(relined)
    yearly = 13.0 * power * 0.6 - (power - 300.0) * relined
    assert solution.objective == near(0.8 * (2.952 * yearly + 25.0 * relined))


def test_all_cells_are_due_after_one_life(tmp_path):
    """In 2031, seven years after the base year, min(1, 7 / 6) = 1: the limit is the fleet, no more."""
    world = one_smelter(310)
    world.scenario(years=[2031])
    solution = world.solve(tmp_path)
    assert solution.values("retrofitted_capacity") == {(*STEP, 2031): near(0.6)}


def test_cost_spread_over_plants_stops_at_the_dear_half(tmp_path):
    """Half of the plants pay 0.5 of the central charge, half 1.5 of it: 150 and 450 CNY/t·a.

    Power at 310 saves 310 CNY/t·a: the cheap half is done, the dear half is not.

    - cost     13 x 310 x 0.6 - (310 - 150) x 0.3 = 2,418 - 48 = 2,370 M CNY a year
    - duals    at the margin a retrofit just pays, so one more t/a of it is worth 310;
               one more t/a of cheap plants would save 310 - 150 = 160
    """
    world = one_smelter(310)
    world.scenario(years=[2031])
    world.add("capex_spread", step="cheap", share=0.5, multiplier=0.5)
    world.add("capex_spread", step="dear", share=0.5, multiplier=1.5)
    solution = world.solve(tmp_path)
    assert solution.values("retrofitted_capacity") == {(*STEP, 2031): near(0.3)}
    state = STEP[-1]
    assert solution.values("retrofitted_plants") == {
        ("north_smelter", state, "cheap", 2031): near(0.3),
        ("north_smelter", state, "dear", 2031): near(0.0),
    }
    assert solution.objective == near(0.8**7 * 2370.0)
    assert price(solution, "retrofit_spread", "north_smelter", state, 2031) == near(310.0)
    assert price(solution, "spread_step", "north_smelter", "cheap", 2031) == near(150.0 - 310.0)


def test_rebuild_pays_its_capex_once_and_gains_capacity(tmp_path):
    """A potline is replaced by one that takes 11 MWh a tonne and yields 1.2 t/a for each t/a.

    Builders can make 0.12 Mt/a in the year that has passed since the base year. Power costs 310, imports
    5,000 CNY/t and are marginal; the horizon is four years; the capex 988.47 per t/a runs over 20 years.

    - before   5,000 - 13 x 310 = 970 CNY/t·a;   after   1.2 x (5,000 - 11 x 310) = 1.2 x 1,590 = 1,908
    - charge   988.47 / (1 + 0.8 + ... + 0.8^19), four times within the horizon
    - gain     1,908 - 970 - charge a year, for each of 0.1 Mt/a
    - dual     one more t/a built replaces 1 / 1.2 t/a and is worth that gain for four years: x 2.952
               in 2025's money
    """
    world = one_smelter(310)
    world.remove("retrofits")
    world.pot("modern", mwh_per_t=11, maintenance_cny_per_t_a=0.0)
    world.measure("new_line", durable_capex_cny_per_t_a=988.47, durable_life_a=20)
    world.retrofit("pot", "modern", "new_line", kind="rebuild", gain=1.2)
    world.parameters(national_build_rate_mt_per_a=0.12)
    world.step("import_steps", "parity", 5000, 10)
    world.demand(1.0)
    world.scenario(last_period_years=4)
    solution = world.solve(tmp_path)
    charge = 988.47 / sum(0.8**s for s in range(20))
    gain = 1908.0 - 970.0 - charge
    assert solution.values("retrofitted_capacity") == {("north_smelter", "pot", "modern", 2025): near(0.1)}
    assert solution.values("capacity")["north_smelter", "modern", 2025] == near(0.12)
    without = 0.6 * 13.0 * 310.0 + 0.4 * 5000.0
    assert solution.objective == near(0.8 * 2.952 * (without - 0.1 * gain))
    assert price(solution, "national_build_rate", 2025) == near(-2.952 * gain / 1.2)
    assert price(solution, "regional_build_rate", "north", 2025) == near(0.0)
