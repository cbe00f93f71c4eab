"""Rules on captive coal: what is left of stations, new units and their capital, fees and tariffs.

Oak has a station; it and elm, the north's newcomer, may build units that stand for six years, so
those of 2027 stand in 2029 and are gone in 2034.
"""

from __future__ import annotations

from dataclasses import replace

from alopt.data.captive import CaptiveCost
from alopt.model import costs
from alopt.policies.captive_coal import NewUnits, Settings, TariffEnd

from .linear import assert_same, read, v
from .register import covers
from .world import SHARE, SLICES, SOURCES, WEIGHT, YEARS, slices_of, states_at

NAME = "captive_coal"
SETTINGS = Settings(
    retirement=None,
    standing={("station", 2029): 1.3, ("station", 2034): 0.0},
    fee={("north", 2027): 0.0, ("north", 2029): 17.0, ("north", 2034): 19.0},
    tariff_ends=(TariffEnd(("south", "east"), ("grid",), 23.0, 2029),),
    new_units=NewUnits(("north",), 4007.0, 6.0, 2.9),
)
BUILDERS = ("elm", "oak")
DECISIONS = {"captive": {"new_captive_capacity"}, "left": set()}
SETS = {
    "captive_retirement": lambda _: {("station", y, h) for y in (2029, 2034) for h in SLICES},
    "new_captive_output": lambda _: {(i, y, h) for i in BUILDERS for y in YEARS for h in slices_of(i)},
    "new_captive_limit": lambda _: {("north", y) for y in YEARS},
}
VARIABLES = {"new_captive_capacity": lambda _: {(i, y) for i in BUILDERS for y in YEARS}}


def CHANGE(world):  # noqa: N802 - a name that the worlds look for
    """Captive power of the north gives 5,003 hours; elm and oak have the source of new units."""
    places = {(i, "captive_new") for i in BUILDERS}
    return replace(
        world,
        power=replace(
            world.power,
            sources={i: (*SOURCES[i], *(e for a, e in places if a == i)) for i in SOURCES},
            captive_costs={"north": CaptiveCost({"coal": 331.0}, 5003.0, 0.83)},
            price=world.power.price | {(*p, h): 331.0 for p in places for h in (*SLICES, "year")},
            emission_factor=world.power.emission_factor | {(*p, y): 0.83 for p in places for y in YEARS},
        ),
    )


@covers(equation="captive_retirement")
def test_a_station_gives_what_is_left_of_it(check, own_models):
    data, _ = own_models[NAME]
    for y, left in ((2029, 1.3), (2034, 0.0)):
        check(
            "captive_retirement",
            ("station", y, "rain"),
            v.electricity["oak", "captive", y, "rain"],
            "<=",
            left * 5.003 * SHARE["rain"],
            data=data,
        )


@covers(equation="new_captive_output")
def test_new_units_give_power_while_they_stand(check, own_models):
    data, _ = own_models[NAME]
    built = v.new_captive_capacity
    standing = {
        2027: built["oak", 2027],
        2029: built["oak", 2027] + built["oak", 2029],
        2034: built["oak", 2029] + built["oak", 2034],
    }
    for y, units in standing.items():
        output = v.electricity["oak", "captive_new", y, "frost"]
        right = 5.003 * SHARE["frost"] * units
        check("new_captive_output", ("oak", y, "frost"), output, "<=", right, data=data)
    output = v.electricity["elm", "captive_new", 2027, "year"]
    check("new_captive_output", ("elm", 2027, "year"), output, "<=", 5.003 * built["elm", 2027], data=data)


@covers(equation="new_captive_limit")
def test_no_more_new_units_stand_than_the_exception_allows(check, own_models):
    data, _ = own_models[NAME]
    standing = sum(v.new_captive_capacity[i, y] for i in BUILDERS for y in (2029, 2034))
    check("new_captive_limit", ("north", 2034), standing, "<=", 2.9, data=data)


@covers(cost="captive_capital")
def test_capital_of_new_units_is_charged_over_their_life_within_the_horizon(own_models):
    """Six charges of an annuity-due; units of 2034 serve until 2039, before the end in 2041."""
    _, model = own_models[NAME]
    found = read(sum(value * term for value, term in costs.captive_capital(model)))
    charge = 4007 / sum(1.1**-s for s in range(6))
    expected = sum(
        charge * sum(1.1 ** -(t - 2024) for t in range(y, min(y + 6, 2041))) * v.new_captive_capacity[i, y]
        for i in BUILDERS
        for y in YEARS
    )
    assert_same(found, expected)


@covers(transfer="captive_coal")
def test_captive_power_pays_the_fee_and_grid_power_what_its_preference_was(own_models):
    """Nothing in 2027; new units pay the fee as old ones do; ash comes in 2029, gum in 2034."""
    _, model = own_models[NAME]
    fee = {2029: 17, 2034: 19}
    captive = [("oak", "captive"), ("oak", "captive_new"), ("elm", "captive_new")]
    grid = [(i, "grid") for i in ("ash", "gum", "fir", "yew")]
    expected = sum(
        WEIGHT[y] * rate * v.electricity[i, e, y, h]
        for members, rates in ((captive, fee), (grid, {2029: 23, 2034: 23}))
        for y, rate in rates.items()
        for i, e in members
        if states_at(i, y)
        for h in slices_of(i)
    )
    assert_same(read(model.transfers[NAME]), expected)
