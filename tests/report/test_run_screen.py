"""What the screen of a run says of quota: only what is true of it, and where it matters."""

from __future__ import annotations

import pytest
from worlds import World, plain_world

import alopt
from alopt.report.screen import screen
from alopt.results.explanation import explain
from alopt.results.prices import shadow_prices, verify_duals
from alopt.results.scarcity import rent_in_words, scarce_years, two_sided_years

HINGE = "It hangs on demand against the cap"


def quota_world(amount: float, cap: float, *, stands: float = 0.6) -> World:
    """Both regions make metal at 5,200 CNY/t; imports come at 5,200 for 0.05 Mt and at 5,300 beyond."""
    world = plain_world()
    world.power("north", 400)
    for site, region in (("north_smelter", "north"), ("south_smelter", "south")):
        world.remove("fleet", site=site)
        world.smelter(site, region, stands)
    world.quota(north=cap / 2, south=cap / 2)
    world.scenario(policies={"capacity_cap": {"cap_mt_per_a": cap}})
    world.demand(amount)
    world.step("import_steps", "contract", 5100, 0.05)
    world.step("import_steps", "parity", 5300, 1)
    return world


def shown(world: World, folder) -> str:
    return " ".join(screen(alopt.run("baseline", inputs=world.write(folder))).split())


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        (0.95, "falls short of the need for primary metal of 0.9 Mt by 0.1 Mt (dearer imports 0.1)."),
        (0.85, "meets the need for primary metal of 0.8 Mt."),
        (0.84, "meets the need for primary metal of 0.8 Mt."),
    ],
)
def test_where_quota_is_short_or_nearly_so_the_screen_says_by_how_much(tmp_path, amount, told):
    """Quota of 0.8 Mt/a makes 0.8 Mt; of demand the contracts bring 0.05."""
    text = shown(quota_world(amount, 0.8), tmp_path)
    assert HINGE in text
    assert f"in 2025 the quota's output of 0.8 Mt {told}" in text
    assert "And on import parity: after 0.05 Mt at 5,100 CNY/t, imports cost 5,300 CNY/t" in text


@pytest.mark.parametrize("amount", [0.8, 0.5])
def test_where_quota_is_plenty_the_screen_does_not_speak_of_it(tmp_path, amount):
    """0.05 Mt of 0.75 are 7 % to spare: no year's growth of demand makes quota scarce."""
    text = shown(quota_world(amount, 0.8), tmp_path)
    assert HINGE not in text
    assert "quota rent of" not in text
    assert "residual" in text
    assert " Import parity: after 0.05 Mt at 5,100 CNY/t" in text


def test_without_a_cap_the_screen_does_not_speak_of_it(tmp_path):
    world = quota_world(0.95, 0.8)
    world.scenario(policies={})
    text = shown(world, tmp_path)
    assert HINGE not in text
    assert "curve quota" not in text


@pytest.mark.parametrize(
    ("stands", "amount", "filled"),
    [(0.4, 0.95, True), (0.6, 0.95, False), (0.4, 0.6, False), (0.3, 0.95, False)],
)
def test_the_fleet_just_fills_its_quota(tmp_path, stands, amount, filled):
    """0.8 Mt/a stand under a cap of 0.8; or 1.2, of which 0.4 close; or 0.8 for 0.6 wanted; or 0.6 stand."""
    results = alopt.run("baseline", inputs=quota_world(amount, 0.8, stands=stands).write(tmp_path))
    assert results.summary["years"]["2025"]["fleet_just_fills_quota"] is filled


def test_without_quota_there_is_nothing_to_fill(tmp_path):
    results = alopt.run("baseline", inputs=plain_world().write(tmp_path))
    assert results.summary["years"]["2025"]["fleet_just_fills_quota"] is None


def years(**rents: float) -> dict:
    return {
        name[1:]: {"quota_rent_cny_per_t_a": rent, "fleet_just_fills_quota": rent > 500}
        for name, rent in rents.items()
    }


def test_a_rent_is_told_with_both_sides_of_the_market():
    assert rent_in_words(years(y2025=2.0, y2030=0.0), "a") == []
    assert rent_in_words({"2025": {"quota_rent_cny_per_t_a": None}}, "a") == []
    (plain,) = rent_in_words(years(y2025=300.0), "cap-40")
    assert plain.startswith("The quota rent is one dual and may not be the only one")
    assert plain.endswith("alopt curve quota cap-40.")
    found = years(y2025=571.0, y2030=300.0, y2035=1053.0, y2040=1.0)
    assert (scarce_years(found), two_sided_years(found)) == ([2025, 2030, 2035], [2025, 2035])
    (told,) = rent_in_words(found, "demand-high")
    assert told.startswith(
        "The quota rent of 571 in 2025, 1,053 in 2035 is not unique: the standing fleet just"
    )
    assert told.endswith("for both: alopt curve quota demand-high.")
    assert two_sided_years({"2025": {"quota_rent_cny_per_t_a": 571.0}}) == []  # written before it was kept


def test_screen_explanation_and_verified_duals_agree_on_high_demand():
    """In 2025 the fleet of 45 Mt/a fills its quota: a line to build lies between bid and ask."""
    results = alopt.run("demand-high")
    told = "is not unique: the standing fleet just fills its quota"
    rent = results.summary["years"]["2025"]["quota_rent_cny_per_t_a"]
    assert f"The quota rent of {rent:,.0f} in 2025 {told}" in " ".join(screen(results).split())
    assert told in "\n".join(explain(results.solution).lines)
    assert two_sided_years(results.summary["years"]) == [2025]
    solution = results.solution
    ranges = verify_duals(solution, ("quota_use",))
    rows = [row for row in shadow_prices(solution, ranges).records()
            if row["constraint"] == "quota_use" and row["year"] == 2025]  # fmt: skip
    assert not any(row["unique"] for row in rows)
    assert all(row["upper"] - row["lower"] > 200 for row in rows)
    assert all(row["lower"] - 0.01 <= row["shadow_price"] <= row["upper"] + 0.01 for row in rows)
    assert -590 < min(row["lower"] for row in rows) < -rent + 5  # the ask
    assert -rent - 5 < max(row["upper"] for row in rows) < -250  # the bid


def test_the_rounding_of_the_objective_parts_no_two_sides():
    """Optima of some 8 million M CNY differ by rounding: over 1e-5 Mt/a that is some 1e-3 CNY/t·a."""
    solution = alopt.run("cap-40").solution
    index = ("xinjiang", 2060)
    row = solution.row_places["quota_use"][index]
    for apart, unique in ((0.0, True), (4e-4, True), (1.0, False)):
        table = shadow_prices(solution, {row: (-apart, 0.0)})
        assert table.rows[row][table.columns.index("unique")] is unique
    table = shadow_prices(solution, {row: (None, 0.0)})
    assert table.rows[row][table.columns.index("unique")] is False
