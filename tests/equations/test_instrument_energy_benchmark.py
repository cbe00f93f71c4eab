"""Energy benchmarks in the small world: bare 13,001, lined 13,003, keen 13,007, great 13,009, peak 13,033."""

from __future__ import annotations

from dataclasses import replace

from alopt.policies._areas import Areas
from alopt.policies.energy_benchmark import Settings

from .linear import v
from .register import covers
from .world import SITES, states_at

SETTINGS = Settings(
    benchmark=13007.0,
    least=Areas({"nation": {2029: 0.3, 2034: 0.7}, "east": {2027: 0.9, 2034: 0.5}}, {}),
    baseline=13001.5,
    most=Areas({"rim": {2027: 0.0, 2034: 0.2}, "north": {2027: 0.1}}, {"rim": ("south", "east")}),
    limit={2029: 13008.0, 2034: 13020.0},
)
SETS = {
    "benchmark_share": lambda _: {("nation", 2029), ("nation", 2034), ("east", 2034)},
    "baseline_share": lambda _: {("rim", 2027), ("rim", 2034), ("north", 2027)},
    "new_line_limit": lambda _: {("north", 2029), ("south", 2029)},
}
DECISIONS = {"least": set(), "most": set()}
EVENTS = {"new_line_limit"}


def standing(sites, y, states=("bare", "lined", "keen", "great", "peak")):
    return sum(v.capacity[i, k, y] for i in sites for k in states_at(i, y) if k in states)


@covers(equation="benchmark_share")
def test_a_share_of_capacity_is_at_or_better_than_the_benchmark(check, own_models):
    """Keen cells use just the benchmark and count as good."""
    data, _ = own_models["energy_benchmark"]
    good = ("bare", "lined", "keen")
    for index, sites, share in (
        (("nation", 2029), SITES, 0.3),
        (("nation", 2034), SITES, 0.7),
        (("east", 2034), ("ash", "gum"), 0.5),
    ):
        left = standing(sites, index[1], good) - share * standing(sites, index[1])
        check("benchmark_share", index, left, ">=", 0, data=data)


@covers(equation="benchmark_share")
def test_departures_that_are_decided_and_not_as_good_do_not_count(check, own_models):
    """2.3 of great and 1.7 of keen cells at fir leave in 2034: until then 2.3 stand beside the share."""
    data, _ = own_models["energy_benchmark"]
    departing = {**data.fleet.departing, ("fir", "great", 2034): 2.3, ("fir", "keen", 2034): 1.7}
    data = replace(data, fleet=replace(data.fleet, departing=departing))
    good = standing(SITES, 2029, ("bare", "lined", "keen")) - 0.3 * standing(SITES, 2029)
    check("benchmark_share", ("nation", 2029), good, ">=", -0.3 * 2.3, data=data)
    good = standing(SITES, 2034, ("bare", "lined", "keen")) - 0.7 * standing(SITES, 2034)
    check("benchmark_share", ("nation", 2034), good, ">=", 0, data=data)


@covers(equation="baseline_share")
def test_what_is_worse_goes_but_for_what_a_decided_move_takes_later(check, own_models):
    """Fir's 5 lined cells leave in 2027 itself: no longer later. Oak's 3 bare ones are not worse."""
    data, _ = own_models["energy_benchmark"]
    worse = ("lined", "keen", "great", "peak")
    rim = ("fir", "yew", "ash", "gum")
    check("baseline_share", ("rim", 2027), standing(rim, 2027, worse), "<=", 0, data=data)
    left = standing(rim, 2034, worse) - 0.2 * standing(rim, 2034)
    check("baseline_share", ("rim", 2034), left, "<=", 0, data=data)
    north = ("oak", "elm")
    left = standing(north, 2027, worse) - 0.1 * standing(north, 2027)
    check("baseline_share", ("north", 2027), left, "<=", 0, data=data)


@covers(equation="baseline_share")
def test_departures_that_are_decided_may_wait_for_their_date(check, own_models):
    """2.3 of lined cells at fir leave in 2034: they may stand in 2027, those that left then may not."""
    data, _ = own_models["energy_benchmark"]
    departing = {**data.fleet.departing, ("fir", "lined", 2034): 2.3, ("oak", "lined", 2034): 1.1}
    data = replace(data, fleet=replace(data.fleet, departing=departing))
    rim = ("fir", "yew", "ash", "gum")
    worse = ("lined", "keen", "great", "peak")
    check("baseline_share", ("rim", 2027), standing(rim, 2027, worse), "<=", 2.3, data=data)


@covers(equation="new_line_limit")
def test_no_line_is_built_or_rebuilt_worse_than_the_limit(check, own_models):
    """In 2029 great cells (13,009) are barred, keen ones are not; in 2034 the limit is above both."""
    data, _ = own_models["energy_benchmark"]
    rebuilt = 1.07 * v.retrofitted_capacity["oak", "bare", "great", 2029]
    north = v.new_capacity["elm", "great", 2029] + rebuilt
    check("new_line_limit", ("north", 2029), north, "<=", 0, data=data)
    check("new_line_limit", ("south", 2029), 1.0 * v.new_capacity["yew", "great", 2029], "<=", 0, data=data)
