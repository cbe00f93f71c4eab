"""Seasons and slices: pots that stand still in the dry season, hydropower that runs short, swing.

Wet and dry season are half a year each. North has 0.6 Mt/a; south has none; imports at 5,000
CNY/t (6,000 for the swing) are marginal. The base year counts every pot of the fleet as running,
so a pot that is scarce shows in two rows at once, `running_limit` and `year_reopening` (a t/a more
in the fleet relaxes both): where restarts cost money only the sum of the two is unique.
"""

import pytest
from worlds import DRY, WET, World, near, plain_world, price


def seasonal_world(restart_cost: float) -> World:
    world = plain_world()
    world.remove("fleet", site="south_smelter")
    world.slices(("wet", "wet", WET, 0.5), ("dry", "dry", DRY, 0.5))
    world.step("import_steps", "parity", 5000, 10)
    world.parameters(restart_cost_cny_per_t_a=restart_cost)
    return world


def pot_rent(solution, season: str) -> float:
    """Worth of one more t/a of pots in the season, CNY/t·a."""
    running = -price(solution, "running_limit", "north_smelter", "pot", 2025, season)
    return running + price(solution, "year_reopening", "north_smelter", 2025, season)


@pytest.mark.parametrize(("restart_cost", "idle"), [(749.0, True), (751.0, False)])
def test_idle_in_the_dry_season_where_restarting_is_cheap(tmp_path, restart_cost, idle):
    """Power costs 100 CNY/MWh in the wet season and 500 in the dry: 1,300 and 6,500 CNY/t.

    A t/a that runs through the dry season loses 0.5 x (6,500 - 5,000) = 750; to stand still costs a
    restart in every wet season. So it stands still where a restart costs less than 750.

    - cost     idle: 0.3 x 1,300 + 0.5 x 5,000 + 0.6 x restart = 2,890 + 0.6 x restart;
               running: 0.3 x 1,300 + 0.3 x 6,500 + 0.2 x 5,000 = 3,340; equal at 750
    - rents    wet 0.5 x (5,000 - 1,300) - restart = 1,850 - restart where it idles;
               running, wet and dry together 1,850 - 750 = 1,100
    """
    world = seasonal_world(restart_cost)
    world.power("north", {WET: 100, DRY: 500})
    solution = world.solve(tmp_path)
    running = solution.values("running")
    assert running["north_smelter", "pot", 2025, "wet"] == near(0.6)
    assert running["north_smelter", "pot", 2025, "dry"] == near(0.0 if idle else 0.6)
    assert solution.objective == near(0.8 * (2890.0 + 0.6 * restart_cost if idle else 3340.0))
    assert price(solution, "ingot_market", "south_ingot", 2025) == near(5000.0)
    if idle:
        assert price(solution, "season_restart", "north_smelter", 2025, "wet") == near(restart_cost)
        assert pot_rent(solution, "wet") == near(1850.0 - restart_cost)
        assert pot_rent(solution, "dry") == near(0.0)
    else:
        assert 750.0 <= price(solution, "season_restart", "north_smelter", 2025, "wet") <= restart_cost
        assert pot_rent(solution, "wet") + pot_rent(solution, "dry") == near(1100.0)


def test_dry_season_hydropower_is_worth_its_scarcity(tmp_path):
    """Hydropower at 200 CNY/MWh, plenty in the wet season, 1.95 TWh in the dry: 0.15 Mt of metal.

    Dry: 0.15 Mt from 0.3 Mt/a of pots, half of those of the wet season; 0.3 restart at 600.

    - cost     0.45 x 2,600 + 0.35 x 5,000 + 0.3 x 600 = 1,170 + 1,750 + 180 = 3,100 M CNY a year
    - dual     13 MWh more in the dry season make a tonne: 5,000 - 2,600 earned, and two t/a of pots
               (half a year each) that need no restart: (2,400 + 2 x 600) / 13 CNY/MWh above the price
    - rent     wet pots 0.5 x (5,000 - 2,600) - 600 = 600 CNY/t·a
    """
    world = seasonal_world(600.0)
    world.power("north", 200, "hydro", factor="zero", volume={WET: 100, DRY: 1.95})
    world.remove("power_sources", region="north", source_name="grid")
    world.remove("power_prices", region="north", source_name="grid")
    solution = world.solve(tmp_path)
    running = solution.values("running")
    assert running["north_smelter", "pot", 2025, "wet"] == near(0.6)
    assert running["north_smelter", "pot", 2025, "dry"] == near(0.3)
    assert solution.values("restarted")["north_smelter", 2025, "wet"] == near(0.3)
    assert solution.objective == near(0.8 * 3100.0)
    assert price(solution, "supply_limit", "north|hydro|existing", 2025, "dry") == near(-3600.0 / 13.0)
    assert price(solution, "supply_limit", "north|hydro|existing", 2025, "wet") == near(0.0)
    assert price(solution, "power_balance", "north_smelter", 2025, "dry") == near(200.0 + 3600.0 / 13.0)
    assert pot_rent(solution, "wet") == near(600.0)


def test_idle_pots_that_come_back_are_restarted_once(tmp_path):
    """South idles 0.4 of 0.6 in 2025, and needs 0.2 of it back in 2026; a restart costs 600.

    Each year stands for itself, worth 0.8 and 0.64. North runs full at 3,900, south at 5,200.

    - cost     0.8 x (0.6 x 3,900 + 0.2 x 5,200) + 0.64 x (0.6 x 3,900 + 0.4 x 5,200 + 0.2 x 600)
    - prices   2026: 5,200 + 600, for one more tonne restarts one more t/a;
               2025: 5,200 - 0.8 x 600 = 4,720, for one more then is one restart less a year later
    """
    world = plain_world()
    world.parameters(restart_cost_cny_per_t_a=600)
    world.scenario(years=[2025, 2026])
    world.demand({2025: 0.8, 2026: 1.0})
    solution = world.solve(tmp_path)
    assert solution.values("reopened")["south_smelter", 2026] == near(0.2)
    assert solution.values("reopened")["south_smelter", 2025] == near(0.0)
    assert solution.objective == near(0.8 * (2340.0 + 1040.0) + 0.64 * (2340.0 + 2080.0 + 120.0))
    assert price(solution, "ingot_market", "south_ingot", 2025) == near(4720.0)
    assert price(solution, "ingot_market", "south_ingot", 2026) == near(5800.0)
    assert price(solution, "year_reopening", "south_smelter", 2026, "year") == near(600.0)


@pytest.mark.parametrize("swing", [0.0, 0.1])
def test_swing_moves_output_into_the_cheap_slice(tmp_path, swing):
    """One season of two slices: a quarter of the year at 200 CNY/MWh, the rest at 400.

    A swing of 10 % makes 1.1 x 0.25 x 0.6 = 0.165 Mt in the cheap slice, and the rest of the
    season's 0.6, 0.435, in the dear one (more than its least, 0.9 x 0.75 x 0.6 = 0.405).

    - cost     0.165 x 2,600 + 0.435 x 5,200 + 0.2 x 6,000 = 429 + 2,262 + 1,200 = 3,891 M CNY a year;
               without swing 0.15 x 2,600 + 0.45 x 5,200 + 1,200 = 3,930
    - duals    season 6,000 - 5,200 = 800 CNY/t, what a tonne more in the dear slice earns;
               cheap slice 5,200 - 2,600 = 2,600, what a tonne moved there saves; the floor nil
    - rent     0.275 x (6,000 - 2,600) + 0.725 x (6,000 - 5,200) = 935 + 580 = 1,515 CNY/t·a
    """
    world = plain_world()
    world.remove("fleet", site="south_smelter")
    cheap, dear = "1;2;3", "4;5;6;7;8;9;10;11;12"
    world.slices(("cheap", "all", cheap, 0.25), ("dear", "all", dear, 0.75))
    world.power("north", {cheap: 200, dear: 400})
    world.quantities("cell_values", "class", "pot", {"swing_share": swing})
    world.step("import_steps", "parity", 6000, 10)
    solution = world.solve(tmp_path)
    output = solution.values("swung_production")
    assert output["north_smelter", "pot", 2025, "cheap"] == near((1.0 + swing) * 0.15)
    assert output["north_smelter", "pot", 2025, "dear"] == near(0.6 - (1.0 + swing) * 0.15)
    assert solution.objective == near(0.8 * (3891.0 if swing else 3930.0))
    if swing:
        assert price(solution, "season_output", "north_smelter", "pot", 2025, "all") == near(-800.0)
        assert price(solution, "slice_output_high", "north_smelter", "pot", 2025, "cheap") == near(-2600.0)
        assert price(solution, "slice_output_low", "north_smelter", "pot", 2025, "dear") == near(0.0)
        assert price(solution, "running_limit", "north_smelter", "pot", 2025, "all") == near(-1515.0)


def test_swing_stops_at_the_floor_of_the_dear_slice(tmp_path):
    """Three quarters of the year at 200 CNY/MWh, one at 400: there pots can give up a tenth, no more.

    The dear slice keeps 0.9 x 0.25 x 0.6 = 0.135 Mt, the cheap one makes the rest, 0.465 (less than
    its most, 1.1 x 0.75 x 0.6 = 0.495).

    - cost     0.465 x 2,600 + 0.135 x 5,200 + 0.2 x 6,000 = 1,209 + 702 + 1,200 = 3,111 M CNY a year
    - duals    season 6,000 - 2,600 = 3,400 CNY/t, what a tonne more in the cheap slice earns;
               floor 5,200 - 2,600 = 2,600, what a tonne held in the dear one costs; the ceiling nil
    - rent     0.775 x 3,400 + 0.225 x 800 = 2,635 + 180 = 2,815 CNY/t·a
    """
    world = plain_world()
    world.remove("fleet", site="south_smelter")
    cheap, dear = "4;5;6;7;8;9;10;11;12", "1;2;3"
    world.slices(("cheap", "all", cheap, 0.75), ("dear", "all", dear, 0.25))
    world.power("north", {cheap: 200, dear: 400})
    world.quantities("cell_values", "class", "pot", {"swing_share": 0.1})
    world.step("import_steps", "parity", 6000, 10)
    solution = world.solve(tmp_path)
    output = solution.values("swung_production")
    assert output["north_smelter", "pot", 2025, "cheap"] == near(0.465)
    assert output["north_smelter", "pot", 2025, "dear"] == near(0.135)
    assert solution.objective == near(0.8 * 3111.0)
    assert price(solution, "season_output", "north_smelter", "pot", 2025, "all") == near(-3400.0)
    assert price(solution, "slice_output_low", "north_smelter", "pot", 2025, "dear") == near(2600.0)
    assert price(solution, "slice_output_high", "north_smelter", "pot", 2025, "cheap") == near(0.0)
    assert price(solution, "running_limit", "north_smelter", "pot", 2025, "all") == near(-2815.0)
