"""Equations of operation: pots that run, restarts within and between years, output by slice."""

from __future__ import annotations

from .linear import assert_same, read, v
from .register import covers
from .world import CELLS, SITES, YEARS, made, running_at, slices_of, states_at


@covers(equation="running_limit")
def test_pots_that_run_stand_and_are_available(check):
    for index in (("oak", "lined", 2029, "dry"), ("elm", "great", 2027, "year")):
        check("running_limit", index, v.running[index], "<=", 0.97 * v.capacity[index[:3]])


@covers(equation="season_restart")
def test_a_season_restarts_what_did_not_run_in_the_one_before(check):
    """The dry season comes before the cold one; restarts count over all states of the site."""
    for season, before in (("cold", "dry"), ("wet", "cold"), ("dry", "wet")):
        check(
            "season_restart",
            ("oak", 2029, season),
            v.restarted["oak", 2029, season],
            ">=",
            sum(v.running["oak", k, 2029, season] for k in ("bare", "lined", "keen", "great"))
            - sum(v.running["oak", k, 2029, before] for k in ("bare", "lined", "keen", "great")),
        )


@covers(equation="year_reopening")
def test_the_fleet_of_the_base_year_counts_as_running(check):
    """The step from bare to lined gains nothing, so it brings no new pots."""
    check(
        "year_reopening",
        ("oak", 2027, "wet"),
        v.reopened["oak", 2027],
        ">=",
        v.running["oak", "bare", 2027, "wet"] + v.running["oak", "lined", 2027, "wet"] - 0.97 * (13 + 17),
    )


@covers(equation="year_reopening")
def test_what_ran_in_the_model_year_before_and_the_gains_of_retrofits_are_no_reopening(check):
    step = v.retrofitted_capacity
    check(
        "year_reopening",
        ("oak", 2029, "dry"),
        v.reopened["oak", 2029],
        ">=",
        sum(v.running["oak", k, 2029, "dry"] for k in ("bare", "lined", "keen", "great"))
        - sum(v.running["oak", k, 2027, "dry"] for k in ("bare", "lined"))
        - 0.97 * (1.07 - 1) * step["oak", "bare", "great", 2029]
        - 0.97 * (1.03 - 1) * step["oak", "lined", "keen", 2029]
        - 0.97 * (1.09 - 1) * step["oak", "great", "keen", 2029],
    )


@covers(equation="year_reopening")
def test_new_and_arriving_pots_are_no_reopening(check):
    check(
        "year_reopening",
        ("elm", 2027, "year"),
        v.reopened["elm", 2027],
        ">=",
        running_at("elm", 2027, "year")
        - 0.97 * (v.new_capacity["elm", "great", 2027] + 11)
        - 0.97 * (1.09 - 1) * v.retrofitted_capacity["elm", "great", "keen", 2027],
    )
    check(
        "year_reopening",
        ("ash", 2029, "wet"),
        v.reopened["ash", 2029],
        ">=",
        running_at("ash", 2029, "wet") - 0.97 * 7,
    )


@covers(equation="year_reopening")
def test_reopening_at_a_newcomer_year_by_year(check):
    """Nothing could stand at yew in 2027; the step from keen to peak loses 3 % of the pots."""
    new, step = v.new_capacity, v.retrofitted_capacity
    check(
        "year_reopening",
        ("yew", 2029, "cold"),
        v.reopened["yew", 2029],
        ">=",
        v.running["yew", "great", 2029, "cold"]
        + v.running["yew", "keen", 2029, "cold"]
        - 0.97 * (new["yew", "great", 2029] + new["yew", "keen", 2029])
        - 0.97 * (1.09 - 1) * step["yew", "great", "keen", 2029],
    )
    check(
        "year_reopening",
        ("yew", 2034, "dry"),
        v.reopened["yew", 2034],
        ">=",
        sum(v.running["yew", k, 2034, "dry"] for k in ("great", "keen", "peak"))
        - sum(v.running["yew", k, 2029, "dry"] for k in ("great", "keen"))
        - 0.97 * (new["yew", "great", 2034] + new["yew", "keen", 2034])
        - 0.97 * (1.09 - 1) * step["yew", "great", "keen", 2034]
        - 0.97 * (0.97 - 1) * step["yew", "keen", "peak", 2034],
    )


@covers(equation="season_output")
def test_output_of_a_season_with_two_slices(check):
    check(
        "season_output",
        ("oak", "lined", 2029, "dry"),
        v.swung_production["oak", "lined", 2029, "day"] + v.swung_production["oak", "lined", 2029, "night"],
        "<=",
        (0.29 + 0.41) * v.running["oak", "lined", 2029, "dry"],
    )


@covers(equation="slice_output_high")
def test_output_of_a_slice_at_most(check):
    for k, swing in (("bare", 0.00), ("lined", 0.03)):
        for h, share in (("day", 0.29), ("night", 0.41)):
            check(
                "slice_output_high",
                ("oak", k, 2027, h),
                v.swung_production["oak", k, 2027, h],
                "<=",
                (1 + swing) * share * v.running["oak", k, 2027, "dry"],
            )


@covers(equation="slice_output_low")
def test_output_of_a_slice_at_least(check):
    for k, swing in (("keen", 0.05), ("peak", 0.11)):
        for h, share in (("day", 0.29), ("night", 0.41)):
            check(
                "slice_output_low",
                ("yew", k, 2034, h),
                v.swung_production["yew", k, 2034, h],
                ">=",
                (1 - swing) * share * v.running["yew", k, 2034, "dry"],
            )


def test_production_is_decided_only_where_a_season_has_several_slices(model):
    """Elsewhere it is the slice's share of the year times the pots that run in its season."""
    expected = {
        (i, k, y, h): made(i, k, y, h)
        for i in SITES
        for k in CELLS
        for y in YEARS
        if k in states_at(i, y)
        for h in slices_of(i)
    }
    assert set(model.production) == set(expected)
    for index, terms in expected.items():
        assert_same(read(model.production[index]), terms)
    assert_same(expected["oak", "bare", 2027, "rain"], 0.19 * v.running["oak", "bare", 2027, "wet"])
    assert_same(expected["fir", "lined", 2027, "year"], v.running["fir", "lined", 2027, "year"])
    assert_same(expected["oak", "bare", 2027, "day"], v.swung_production["oak", "bare", 2027, "day"])
