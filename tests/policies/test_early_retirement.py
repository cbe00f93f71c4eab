"""Early retirement: lines named by region, owner, class, amperage or power per tonne are gone.

North makes 0.6 Mt at 3,900 CNY/t and south 0.2 of 0.8 at 5,200. One year, worth 0.8.
"""

import pytest
from worlds import World, near, plain_world, price

FREE = 0.6 * 3900.0 + 0.2 * 5200.0


def decreed(*decrees, world: World | None = None) -> World:
    world = world or plain_world()
    named = {f"decree {n}": decree for n, decree in enumerate(decrees)}
    world.scenario(policies={"early_retirement": {"decrees": named}})
    return world


@pytest.mark.parametrize(
    "lines",
    [
        {"regions": ["north"]},
        {"sites": ["north_smelter"]},
        {"owners": ["north_smelter"]},
        {"regions": ["north"], "classes": ["pot"], "below_ka": 401, "above_kwh_per_t": 12999},
    ],
)
def test_half_of_the_named_lines_goes(tmp_path, lines):
    """0.3 Mt/a of the north closes; one more t/a open would save 1,300 a year."""
    world = plain_world()
    # The world's smelters are owned by themselves once they are put there by name.
    for site in ("north", "south"):
        world.smelter(f"{site}_smelter", site, 0.6)
    solution = decreed(lines | {"share": {2025: 0.5}}, world=world).solve(tmp_path)
    assert solution.values("capacity")["north_smelter", "pot", 2025] == near(0.3)
    assert solution.objective == near(0.8 * (FREE + 0.3 * 1300.0))
    assert price(solution, "closure_date", "north_smelter", "pot", 2025) == near(-1300.0)


def test_a_share_of_nothing_changes_nothing(tmp_path):
    solution = decreed({"regions": ["north"], "share": 0.0}).solve(tmp_path)
    assert solution.objective == near(0.8 * FREE)


def test_a_larger_share_is_never_cheaper(tmp_path):
    costs = [
        decreed({"regions": ["north"], "share": share}).solve(tmp_path / str(share)).objective
        for share in (0.0, 0.2, 0.7, 1.0)
    ]
    assert costs == sorted(set(costs))


def test_of_decrees_that_meet_the_greater_holds(tmp_path):
    """A fifth of all lines and half of the north's: 0.3 and 0.12, not 0.42."""
    world = decreed({"classes": ["pot"], "share": 0.2}, {"regions": ["north"], "share": 0.5})
    capacity = world.solve(tmp_path).values("capacity")
    assert capacity["north_smelter", "pot", 2025] == near(0.3)
    assert world.data(tmp_path / "read").policies["early_retirement"].closures == {
        ("north_smelter", "pot", 2025): near(0.3),
        ("south_smelter", "pot", 2025): near(0.12),
    }


def test_the_greater_of_the_table_and_the_decree_holds(tmp_path):
    """The table closes the north whole in 2026; the decree a third in 2025."""
    world = decreed({"regions": ["north"], "share": 1.0 / 3.0})
    world.add("closures", site="north_smelter", cell="pot", year=2026)
    world.scenario(years=[2025, 2026])
    capacity = world.solve(tmp_path).values("capacity")
    assert capacity["north_smelter", "pot", 2025] == near(0.4)
    assert capacity["north_smelter", "pot", 2026] == near(0.0)


def test_two_states_of_one_family_both_go(tmp_path):
    """North has 0.4 of pots and 0.2 of such with a measure: relining the first is no escape.

    All 0.6 must go in 2030, by when all cells may have been relined.
    """
    world = plain_world()
    world.measure("saver", voltage_change_v=-0.1)
    world.state("better", "pot", "saver")
    world.retrofit("pot", "better", "saver")
    world.smelter("north_smelter", "north", 0.4)
    world.smelter("north_smelter", "north", 0.2, "better")
    world.scenario(years=[2030])
    capacity = decreed({"regions": ["north"], "share": 1}, world=world).solve(tmp_path).values("capacity")
    assert sum(amount for (i, *_), amount in capacity.items() if i == "north_smelter") == near(0.0)


def test_closing_the_better_state_leaves_the_other_its_relining(tmp_path):
    """The table closes the 0.2 with the measure in 2030; the 0.4 of pots are relined to it and stay."""
    world = plain_world()
    world.measure("saver", voltage_change_v=-1.0)
    world.state("better", "pot", "saver")
    world.retrofit("pot", "better", "saver")
    world.smelter("north_smelter", "north", 0.4)
    world.smelter("north_smelter", "north", 0.2, "better")
    world.add("closures", site="north_smelter", cell="better", year=2031)
    world.scenario(years=[2031])
    capacity = world.solve(tmp_path).values("capacity")
    assert capacity["north_smelter", "better", 2031] == near(0.4)


def test_what_leaves_by_a_decided_move_is_outside(tmp_path):
    """0.2 of the north moves in 2026, so the decree of 2025 closes the other 0.4."""
    world = decreed({"regions": ["north"], "share": 1})
    world.add(
        "moves", year=2026, from_site="north_smelter", from_cell="pot", to_site="south_smelter",
        to_cell="pot", capacity_mt_per_a=0.2,
    )  # fmt: skip
    world.scenario(years=[2025, 2026])
    capacity = world.solve(tmp_path).values("capacity")
    assert capacity["north_smelter", "pot", 2025] == near(0.2)
    assert capacity["north_smelter", "pot", 2026] == near(0.0)
