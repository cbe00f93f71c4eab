"""The fleet: totals, moves and closures must be of what stands."""

from __future__ import annotations

import pytest
from editable_inputs import EditableInputs

import alopt
from alopt.errors import Problem

NORTH = {"site": "north_smelter"}


def add_totals(inputs: EditableInputs, **capacity: float) -> dict[str, int]:
    """Add control totals by province; return their lines."""
    return {
        province: inputs.add("control_totals", fleet="today", province=province, capacity_mt_per_a=value)
        for province, value in capacity.items()
    }


def add_move(inputs: EditableInputs, **cells: object) -> int:
    """Move capacity from north to south; return the line."""
    move = {"year": 2025, "from_site": "north_smelter", "from_cell": "pot", "to_site": "south_smelter",
            "to_cell": "pot", "capacity_mt_per_a": 0.2}  # fmt: skip
    return inputs.add("moves", **(move | cells))


def test_totals_that_reconcile(inputs: EditableInputs):
    """0.6 + 0.6 in two provinces, and 0.1 in transit, make 1.3."""
    add_totals(inputs, North=0.6, South=0.6, in_transit=0.1, national=1.3)
    assert inputs.problems() == []


def test_smelters_that_do_not_add_to_their_province(inputs: EditableInputs):
    lines = add_totals(inputs, North=0.7, South=0.6, national=1.3)
    assert inputs.problems() == [
        Problem(
            "tables/control_totals.csv", lines["North"], "capacity_mt_per_a", "0.7",
            "the smelters of North add to 0.6 Mt/a, not 0.7", "Mend tables/fleet.csv or the total.",
        )
    ]  # fmt: skip


def test_provinces_that_do_not_add_to_the_nation(inputs: EditableInputs):
    lines = add_totals(inputs, North=0.6, South=0.6, in_transit=0.1, national=1.2)
    assert inputs.problems() == [
        Problem(
            "tables/control_totals.csv", lines["national"], "capacity_mt_per_a", "1.2",
            "the provinces and quota in transit add to 1.3 Mt/a, not 1.2", "Mend a provincial total.",
        )
    ]  # fmt: skip


def test_a_province_without_a_total_and_a_nation_without_one(inputs: EditableInputs):
    add_totals(inputs, North=0.6)
    assert inputs.problems() == [
        Problem("tables/control_totals.csv", None, "province", None,
                "South has smelters of 0.6 Mt/a but no control total", "Add its row."),
        Problem("tables/control_totals.csv", None, "province", None,
                "the row `national` is missing", "Add it."),
    ]  # fmt: skip


def test_a_total_of_a_province_that_has_no_smelter(inputs: EditableInputs):
    lines = add_totals(inputs, North=0.6, South=0.6, Atlantis=0.5, national=1.7)
    assert inputs.problems() == [
        Problem(
            "tables/control_totals.csv", lines["Atlantis"], "capacity_mt_per_a", "0.5",
            "the smelters of Atlantis add to 0 Mt/a, not 0.5", "Mend tables/fleet.csv or the total.",
        )
    ]  # fmt: skip


def test_a_fleet_of_another_year_has_totals_of_its_own(inputs: EditableInputs):
    add_totals(inputs, North=0.6, South=0.6, national=1.2)
    inputs.add("fleet", fleet="2016", site="north_smelter", cell="pot", capacity_mt_per_a=0.3,
               double_counted_mt_per_a=0)  # fmt: skip
    assert inputs.problems() == []


def test_more_counted_twice_than_stands(inputs: EditableInputs):
    line = inputs.change("fleet", NORTH, double_counted_mt_per_a=0.7)
    assert inputs.problems() == [
        Problem(
            "tables/fleet.csv", line, "double_counted_mt_per_a", "0.7",
            "is more than the capacity of 0.6", "Lower it.",
        )
    ]  # fmt: skip


def test_what_is_counted_twice_does_not_stand(inputs: EditableInputs):
    inputs.change("fleet", NORTH, double_counted_mt_per_a=0.1)
    start = alopt.load(inputs.folder).fleet.start
    assert start["north_smelter", "pot"] == pytest.approx(0.6 - 0.1, rel=1e-12)


def test_standing_capacity_at_a_newcomers_site(inputs: EditableInputs):
    inputs.change("sites", NORTH, kind="newcomer")
    line = inputs.line("fleet", NORTH)
    assert inputs.problems() == [
        Problem(
            "tables/fleet.csv", line, "site", "north_smelter",
            "is a newcomer's site", "Give standing capacity an existing site.",
        )
    ]  # fmt: skip


#: cells of a move of 0.2 Mt/a, value, rule
MOVES = {
    "more than stands": (
        {"capacity_mt_per_a": 0.7}, "0.7", "only 0.6 Mt/a of pot stands at north_smelter",
    ),
    "a state that does not stand": (
        {"from_cell": "spare", "to_cell": "pot"}, "0.2", "only 0 Mt/a of spare stands at north_smelter",
    ),
    "a site that is empty": (
        {"from_site": "east_smelter"}, "0.2", "only 0 Mt/a of pot stands at east_smelter",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("cells", "value", "rule"), MOVES.values(), ids=MOVES)
def test_a_move_of_more_than_stands(inputs: EditableInputs, cells: dict[str, object], value: str, rule: str):
    inputs.add("cells", cell="spare", stage="base", new_build="false", earliest_year=2000,
               **{"class": "pot"})  # fmt: skip
    inputs.add("sites", site="east_smelter", name="East", owner="East", region="north", kind="existing",
               latitude_deg=40, longitude_deg=101)  # fmt: skip
    line = add_move(inputs, **cells)
    assert inputs.problems() == [
        Problem(
            "tables/moves.csv", line, "capacity_mt_per_a", value, rule, "Move less, or name another state."
        )
    ]


def test_moves_that_together_take_more_than_stands(inputs: EditableInputs):
    add_move(inputs, capacity_mt_per_a=0.4)
    inputs.add("cells", cell="spare", stage="base", new_build="false", earliest_year=2000,
               **{"class": "pot"})  # fmt: skip
    line = add_move(inputs, capacity_mt_per_a=0.3, to_cell="spare")
    (problem,) = inputs.problems()
    assert (problem.row, problem.rule) == (line, "only 0.2 Mt/a of pot stands at north_smelter")


def test_a_move_to_nowhere(inputs: EditableInputs):
    line = add_move(inputs, to_site="westmill")
    assert inputs.problems() == [
        Problem(
            "tables/moves.csv", line, "to_site", "westmill",
            "no such site in tables/sites.csv", "Use a key of tables/sites.csv, or add it there.",
        )
    ]  # fmt: skip


def test_a_sound_move(inputs: EditableInputs):
    add_move(inputs)
    fleet = alopt.load(inputs.folder).fleet
    assert fleet.departing == {("north_smelter", "pot", 2025): 0.2}
    assert fleet.arriving == {("south_smelter", "pot", 2025): 0.2}
    assert fleet.quota_moves == {("north", 2025): -0.2, ("south", 2025): 0.2}


def test_a_closure_of_what_does_not_stand(inputs: EditableInputs):
    inputs.add("cells", cell="spare", stage="base", new_build="false", earliest_year=2000,
               **{"class": "pot"})  # fmt: skip
    line = inputs.add("closures", site="north_smelter", cell="spare", year=2025)
    assert inputs.problems() == [
        Problem(
            "tables/closures.csv", line, "cell", "spare",
            "no such capacity stands there", "Name a state of the fleet.",
        )
    ]  # fmt: skip


def test_a_sound_closure(inputs: EditableInputs):
    inputs.add("closures", site="north_smelter", cell="pot", year=2025)
    assert alopt.load(inputs.folder).fleet.closures == {("north_smelter", "pot", 2025): 0.6}


def test_sites_that_stand_empty_are_left_out(inputs: EditableInputs):
    """An existing site without capacity is no site, unless capacity moves to it."""
    for site in ("old_smelter", "next_smelter"):
        inputs.add("sites", site=site, name=site, owner="Northern Metals", region="north", kind="existing",
                   latitude_deg=40, longitude_deg=101)  # fmt: skip
    add_move(inputs, to_site="next_smelter")
    assert set(alopt.load(inputs.folder).fleet.sites) == {"north_smelter", "south_smelter", "next_smelter"}


def test_smelters_of_a_region_are_one_site_at_province_resolution(inputs: EditableInputs):
    """Both smelters in the north: one site of 0.6 + 0.6 Mt/a at the region's place."""
    inputs.change("sites", {"site": "south_smelter"}, region="north")
    fleet = alopt.load(inputs.folder, resolution="province").fleet
    assert set(fleet.sites) == {"north"}
    assert (fleet.sites["north"].owner, fleet.sites["north"].latitude) == ("all", 40)
    assert fleet.start == {("north", "pot"): pytest.approx(0.6 + 0.6, rel=1e-12)}
    assert fleet.site_of == {"north_smelter": "north", "south_smelter": "north"}


def test_quota_that_is_issued_counts_from_the_next_model_year(inputs: EditableInputs):
    """What is issued in 2026 and 2030 stands by 2030; what comes after the horizon, or is nil, does not."""
    inputs.scenario(years=[2025, 2030])
    for year, amount in ((2025, 0.1), (2026, 0.2), (2030, 0.3), (2031, 0.4)):
        inputs.add("quota_issues", region="north", year=year, issued_mt_per_a=amount)
    inputs.add("quota_issues", region="south", year=2025, issued_mt_per_a=0)
    issues = alopt.load(inputs.folder).fleet.quota_issues
    assert issues == {("north", 2025): 0.1, ("north", 2030): pytest.approx(0.2 + 0.3, rel=1e-12)}


def test_faults_of_the_fleet_come_in_one_list(inputs: EditableInputs):
    totals = add_totals(inputs, North=0.7, South=0.6, national=1.3)
    double = inputs.change("fleet", {"site": "south_smelter"}, double_counted_mt_per_a=0.9)
    inputs.change("sites", NORTH, kind="newcomer")
    assert [(p.file, p.row, p.column) for p in inputs.problems()] == [
        ("tables/control_totals.csv", totals["North"], "capacity_mt_per_a"),
        ("tables/fleet.csv", inputs.line("fleet", NORTH), "site"),
        ("tables/fleet.csv", double, "double_counted_mt_per_a"),
    ]


def test_faults_of_moves_and_closures_come_in_one_list(inputs: EditableInputs):
    inputs.add("cells", cell="spare", stage="base", new_build="false", earliest_year=2000,
               **{"class": "pot"})  # fmt: skip
    move = add_move(inputs, capacity_mt_per_a=0.7)
    closure = inputs.add("closures", site="north_smelter", cell="spare", year=2025)
    assert [(p.file, p.row) for p in inputs.problems()] == [
        ("tables/moves.csv", move),
        ("tables/closures.csv", closure),
    ]
