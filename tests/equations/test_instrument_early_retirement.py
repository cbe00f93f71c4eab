"""Early retirement in the small world: its closures stand beside those of the table."""

from __future__ import annotations

from alopt.policies.early_retirement import Settings

from .linear import v
from .register import covers
from .world import FLEET

SETTINGS = Settings(
    {
        ("oak", "lined", 2029): 1.9,
        ("oak", "bare", 2029): 2.3,
        ("oak", "bare", 2034): 6.1,
        ("fir", "lined", 2029): 3.7,
    }
)
SETS = {
    "closure_date": lambda d: set(d.fleet.closures) | {("oak", "lined", 2029), ("fir", "lined", 2029)},
}


@covers(equation="closure_date")
def test_a_family_loses_what_each_of_its_states_must_close(check, own_models):
    """Bare cells become lined ones, and both must close: the table's 2.9 bare is more than 2.3.

    Keen cells that were great ones, from rebuilds, come from outside the family; so do lined ones
    that were bare into the family of lined cells.
    """
    assert FLEET.closures["oak", "bare", 2029] == 2.9
    data, _ = own_models["early_retirement"]
    step = v.retrofitted_capacity
    keen = 1.09 * step["oak", "great", "keen", 2029]
    check(
        "closure_date",
        ("oak", "bare", 2029),
        sum(v.capacity["oak", k, 2029] for k in ("bare", "lined", "keen")),
        "<=",
        13 + 17 - 3 + keen - 2.9 - 1.9,
        data=data,
    )
    check(
        "closure_date",
        ("oak", "lined", 2029),
        v.capacity["oak", "lined", 2029] + v.capacity["oak", "keen", 2029],
        "<=",
        17 + step["oak", "bare", "lined", 2027] + step["oak", "bare", "lined", 2029] + keen - 1.9,
        data=data,
    )


@covers(equation="closure_date")
def test_a_decree_that_takes_more_than_the_table_holds(check, own_models):
    """6.1 bare cells of oak in 2034 against the table's 5.3; 3.7 of fir in 2029, of which it says nothing."""
    data, _ = own_models["early_retirement"]
    step = v.retrofitted_capacity
    check(
        "closure_date",
        ("oak", "bare", 2034),
        sum(v.capacity["oak", k, 2034] for k in ("bare", "lined", "keen")),
        "<=",
        13
        + 17
        - 3
        + 1.3
        + 1.09 * (step["oak", "great", "keen", 2029] + step["oak", "great", "keen", 2034])
        - 6.1,
        data=data,
    )
    check(
        "closure_date",
        ("fir", "lined", 2029),
        v.capacity["fir", "lined", 2029] + v.capacity["fir", "keen", 2029],
        "<=",
        19 - 5 - 3.7,
        data=data,
    )
