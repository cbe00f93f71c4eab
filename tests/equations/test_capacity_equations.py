"""Equations of capacity: what stands, relining by cohort, closures, building, retrofit rents."""

from __future__ import annotations

from dataclasses import replace

from .linear import v
from .register import covers


@covers(equation="capacity_balance")
def test_capacity_of_the_first_year_starts_from_the_fleet(check):
    check(
        "capacity_balance",
        ("oak", "lined", 2027),
        v.capacity["oak", "lined", 2027],
        "=",
        17
        - v.retired_capacity["oak", "lined", 2027]
        + 1.0 * v.retrofitted_capacity["oak", "bare", "lined", 2027],
    )


@covers(equation="capacity_balance")
def test_capacity_of_the_first_year_loses_what_departs(check):
    check(
        "capacity_balance",
        ("fir", "lined", 2027),
        v.capacity["fir", "lined", 2027],
        "=",
        19 - 5 - v.retired_capacity["fir", "lined", 2027],
    )


@covers(equation="capacity_balance")
def test_capacity_of_a_newcomer_is_what_is_built_and_arrives(check):
    check(
        "capacity_balance",
        ("elm", "great", 2027),
        v.capacity["elm", "great", 2027],
        "=",
        v.new_capacity["elm", "great", 2027]
        + 11
        - v.retired_capacity["elm", "great", 2027]
        - v.retrofitted_capacity["elm", "great", "keen", 2027],
    )


@covers(equation="capacity_balance")
def test_capacity_of_a_later_year_carries_the_year_before(check):
    check(
        "capacity_balance",
        ("oak", "bare", 2029),
        v.capacity["oak", "bare", 2029],
        "=",
        v.capacity["oak", "bare", 2027]
        - 3
        - v.retired_capacity["oak", "bare", 2029]
        - v.retrofitted_capacity["oak", "bare", "lined", 2029]
        - v.retrofitted_capacity["oak", "bare", "great", 2029],
    )


@covers(equation="capacity_balance")
def test_capacity_gains_by_retrofits_into_the_state(check):
    check(
        "capacity_balance",
        ("oak", "great", 2034),
        v.capacity["oak", "great", 2034],
        "=",
        v.capacity["oak", "great", 2029]
        - v.retired_capacity["oak", "great", 2034]
        - v.retrofitted_capacity["oak", "great", "keen", 2034]
        + 1.07 * v.retrofitted_capacity["oak", "bare", "great", 2034]
        + 1.00 * v.retrofitted_capacity["oak", "lined", "great", 2034],
    )


@covers(equation="capacity_balance")
def test_capacity_of_a_state_that_could_not_stand_before(check):
    """Great cells can stand at oak from 2029, and lined cells turn into them from 2034."""
    check(
        "capacity_balance",
        ("oak", "great", 2029),
        v.capacity["oak", "great", 2029],
        "=",
        1.07 * v.retrofitted_capacity["oak", "bare", "great", 2029]
        - v.retired_capacity["oak", "great", 2029]
        - v.retrofitted_capacity["oak", "great", "keen", 2029],
    )


@covers(equation="capacity_balance")
def test_capacity_of_a_site_that_a_decided_move_opens(check):
    check(
        "capacity_balance",
        ("ash", "bare", 2029),
        v.capacity["ash", "bare", 2029],
        "=",
        7 - v.retired_capacity["ash", "bare", 2029] - v.retrofitted_capacity["ash", "bare", "lined", 2029],
    )


@covers(equation="capacity_balance")
def test_capacity_with_every_kind_of_term(check):
    check(
        "capacity_balance",
        ("yew", "keen", 2034),
        v.capacity["yew", "keen", 2034],
        "=",
        v.capacity["yew", "keen", 2029]
        + v.new_capacity["yew", "keen", 2034]
        - v.retired_capacity["yew", "keen", 2034]
        - v.retrofitted_capacity["yew", "keen", "peak", 2034]
        + 1.09 * v.retrofitted_capacity["yew", "great", "keen", 2034],
    )


@covers(equation="relining_limit")
def test_relining_of_the_fleet_is_due_evenly_over_its_life(check):
    """A life of 6 years: 3/6 of the fleet by 2027, 5/6 by 2029 without what left, all by 2034."""
    lined = v.retrofitted_capacity
    check("relining_limit", ("oak", "bare", 2027), lined["oak", "bare", "lined", 2027], "<=", 3 / 6 * 13)
    check(
        "relining_limit",
        ("oak", "bare", 2029),
        lined["oak", "bare", "lined", 2027] + lined["oak", "bare", "lined", 2029],
        "<=",
        5 / 6 * (13 - 3),
    )
    check(
        "relining_limit",
        ("oak", "bare", 2034),
        sum(lined["oak", "bare", "lined", y] for y in (2027, 2029, 2034)),
        "<=",
        13 - 3,
    )
    check(
        "relining_limit",
        ("fir", "lined", 2029),
        lined["fir", "lined", "keen", 2029],
        "<=",
        5 / 6 * (19 - 5),
    )


@covers(equation="relining_limit")
def test_relining_of_a_cohort_that_was_retrofitted_into_the_state(check):
    """Rebuilds of lined cells into great ones stand outside the limit; a full life is due once."""
    step = v.retrofitted_capacity
    check(
        "relining_limit",
        ("oak", "lined", 2029),
        step["oak", "lined", "keen", 2029],
        "<=",
        5 / 6 * 17 + 2 / 6 * 1.0 * step["oak", "bare", "lined", 2027],
    )
    check(
        "relining_limit",
        ("oak", "lined", 2034),
        step["oak", "lined", "keen", 2029] + step["oak", "lined", "keen", 2034],
        "<=",
        17 + 1.0 * step["oak", "bare", "lined", 2027] + 5 / 6 * 1.0 * step["oak", "bare", "lined", 2029],
    )
    check(
        "relining_limit",
        ("oak", "great", 2034),
        step["oak", "great", "keen", 2029] + step["oak", "great", "keen", 2034],
        "<=",
        5 / 6 * 1.07 * step["oak", "bare", "great", 2029],
    )


@covers(equation="relining_limit")
def test_relining_of_a_cohort_that_was_built_or_arrived(check):
    step, new = v.retrofitted_capacity, v.new_capacity
    relined = [step["elm", "great", "keen", y] for y in (2027, 2029, 2034)]
    check("relining_limit", ("elm", "great", 2027), relined[0], "<=", 0)
    check(
        "relining_limit",
        ("elm", "great", 2029),
        relined[0] + relined[1],
        "<=",
        2 / 6 * (new["elm", "great", 2027] + 11),
    )
    check(
        "relining_limit",
        ("elm", "great", 2034),
        sum(relined),
        "<=",
        new["elm", "great", 2027] + 11 + 5 / 6 * new["elm", "great", 2029],
    )
    check(
        "relining_limit",
        ("yew", "keen", 2034),
        step["yew", "keen", "peak", 2034],
        "<=",
        5 / 6 * (new["yew", "keen", 2029] + 1.09 * step["yew", "great", "keen", 2029]),
    )


@covers(equation="relining_limit")
def test_relining_is_never_due_on_less_than_nothing(check, world):
    """If more departs than the fleet of the base year had, no relining of it is due."""
    fleet = replace(world.fleet, departing={**world.fleet.departing, ("oak", "bare", 2034): 11.0})
    check(
        "relining_limit",
        ("oak", "bare", 2034),
        sum(v.retrofitted_capacity["oak", "bare", "lined", y] for y in (2027, 2029, 2034)),
        "<=",
        0,
        data=replace(world, fleet=fleet),
    )


@covers(equation="closure_date")
def test_closures_bind_a_state_and_all_that_relining_makes_of_it(check):
    """Bare cells can become lined and keen, in the end peak ones; a rebuild into keen cells is none.

    Oak starts with 13 bare and 17 lined cells; 3 bare ones depart in 2029, 1.3 lined ones arrive in
    2034. Great cells become keen and peak ones; where great ones, or their like, are no members of
    the family, what is relined from them enters it.
    """
    oak, step = v.capacity, v.retrofitted_capacity
    check(
        "closure_date",
        ("oak", "bare", 2027),
        oak["oak", "bare", 2027] + oak["oak", "lined", 2027],
        "<=",
        13 + 17 - 0.5,
    )
    check(
        "closure_date",
        ("ash", "bare", 2029),
        v.capacity["ash", "bare", 2029] + v.capacity["ash", "lined", 2029],
        "<=",
        7 - 0.7,
    )
    check(
        "closure_date",
        ("oak", "bare", 2029),
        sum(oak["oak", k, 2029] for k in ("bare", "lined", "keen")),
        "<=",
        13 + 17 - 3 + 1.09 * step["oak", "great", "keen", 2029] - 2.9,
    )
    check(
        "closure_date",
        ("fir", "lined", 2034),
        v.capacity["fir", "lined", 2034] + v.capacity["fir", "keen", 2034],
        "<=",
        19 - 5 + 1.09 * step["fir", "great", "keen", 2034] - 23,
    )
    check(
        "closure_date",
        ("yew", "keen", 2034),
        v.capacity["yew", "keen", 2034] + v.capacity["yew", "peak", 2034],
        "<=",
        1.09 * (step["yew", "great", "keen", 2029] + step["yew", "great", "keen", 2034]) - 0.3,
    )


@covers(equation="closure_date")
def test_rebuilds_replace_what_a_decree_closes(check):
    """Great cells of oak come from rebuilds only: 1.07 of bare ones, 1.0 of lined ones; keen ones
    come by relining too, from lined ones.
    """
    step = v.retrofitted_capacity
    check(
        "closure_date",
        ("oak", "great", 2034),
        v.capacity["oak", "great", 2034] + v.capacity["oak", "keen", 2034],
        "<=",
        1.07 * (step["oak", "bare", "great", 2029] + step["oak", "bare", "great", 2034])
        + 1.00 * step["oak", "lined", "great", 2034]
        + 1.03 * (step["oak", "lined", "keen", 2029] + step["oak", "lined", "keen", 2034])
        - 1.1,
    )


@covers(equation="regional_build_rate")
def test_a_region_builds_and_rebuilds_within_its_rate(check):
    """1.7 Mt/a of new output in each of 3, 2 and 5 years; relinings are outside."""
    new, step = v.new_capacity, v.retrofitted_capacity
    check("regional_build_rate", ("north", 2027), new["elm", "great", 2027], "<=", 3 * 1.7)
    check(
        "regional_build_rate",
        ("north", 2029),
        new["elm", "great", 2029] + 1.07 * step["oak", "bare", "great", 2029],
        "<=",
        2 * 1.7,
    )
    check(
        "regional_build_rate",
        ("north", 2034),
        new["elm", "great", 2034]
        + 1.07 * step["oak", "bare", "great", 2034]
        + step["oak", "lined", "great", 2034],
        "<=",
        5 * 1.7,
    )
    check(
        "regional_build_rate",
        ("south", 2034),
        new["yew", "great", 2034] + new["yew", "keen", 2034] + step["fir", "lined", "great", 2034],
        "<=",
        5 * 1.7,
    )
    check(
        "regional_build_rate",
        ("east", 2034),
        1.07 * step["ash", "bare", "great", 2034] + step["ash", "lined", "great", 2034],
        "<=",
        5 * 1.7,
    )


@covers(equation="national_build_rate")
def test_the_nation_builds_and_rebuilds_within_its_rate(check):
    new, step = v.new_capacity, v.retrofitted_capacity
    check("national_build_rate", 2027, new["elm", "great", 2027], "<=", 3 * 2.3)
    check(
        "national_build_rate",
        2029,
        new["elm", "great", 2029]
        + new["yew", "great", 2029]
        + new["yew", "keen", 2029]
        + 1.07 * step["oak", "bare", "great", 2029],
        "<=",
        2 * 2.3,
    )
    check(
        "national_build_rate",
        2034,
        new["elm", "great", 2034]
        + new["yew", "great", 2034]
        + new["yew", "keen", 2034]
        + 1.07 * sum(step[i, "bare", "great", 2034] for i in ("oak", "ash"))
        + sum(step[i, "lined", "great", 2034] for i in ("oak", "ash", "fir")),
        "<=",
        5 * 2.3,
    )


@covers(equation="retrofit_spread")
def test_states_with_a_rent_are_spread_over_plants(check):
    plants = v.retrofitted_plants
    check(
        "retrofit_spread",
        ("oak", "lined", 2027),
        sum(plants["oak", "lined", step, 2027] for step in ("low", "mid", "high")),
        "=",
        v.capacity["oak", "lined", 2027],
    )
    check(
        "retrofit_spread",
        ("oak", "keen", 2034),
        sum(plants["oak", "keen", step, 2034] for step in ("low", "mid", "high")),
        "=",
        v.capacity["oak", "keen", 2034],
    )


@covers(equation="retrofit_spread")
def test_one_state_stands_for_all_of_the_same_rent(check, world):
    """With keen cells at the rent of lined ones, keen stands for both: it comes first by name."""
    keen = replace(world.cells["keen"], rent=61.0)
    check(
        "retrofit_spread",
        ("oak", "keen", 2034),
        sum(v.retrofitted_plants["oak", "keen", step, 2034] for step in ("low", "mid", "high")),
        "=",
        v.capacity["oak", "keen", 2034] + v.capacity["oak", "lined", 2034],
        data=replace(world, cells={**world.cells, "keen": keen}),
    )


@covers(equation="spread_step")
def test_a_step_holds_its_share_of_the_plants_that_stand_by_decision(check):
    plants = v.retrofitted_plants
    check("spread_step", ("oak", "low", 2027), plants["oak", "lined", "low", 2027], "<=", 0.2 * (13 + 17))
    check(
        "spread_step",
        ("oak", "mid", 2029),
        plants["oak", "lined", "mid", 2029] + plants["oak", "keen", "mid", 2029],
        "<=",
        0.5 * (30 - 3),
    )
    check("spread_step", ("fir", "mid", 2027), plants["fir", "lined", "mid", 2027], "<=", 0.5 * (19 - 5))
    check("spread_step", ("ash", "low", 2029), plants["ash", "lined", "low", 2029], "<=", 0.2 * 7)
