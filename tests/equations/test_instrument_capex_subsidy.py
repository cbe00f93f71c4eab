"""Capex subsidies in the small world: sunk charges, and measures paid for while capacity stands."""

from __future__ import annotations

from alopt.policies.capex_subsidy import Settings

from .linear import assert_same, read, v
from .register import covers

SETTINGS = Settings(
    shares={
        ("new_build", "north", 2027): 0.3,
        ("new_build", "south", 2034): 0.1,
        ("rebuild", "north", 2034): 0.2,
        ("retrofit", "north", 2029): 0.4,
        ("retrofit", "south", 2029): 0.5,
    },
    amounts={("new_build", "south", 2034): 107.0, ("retrofit", "south", 2034): 9001.0},
    measures={("bare", "lined"): ((509.0, 7.0), (67.0, 3.0)), ("lined", "keen"): ((211.0, 4.0),)},
)
#: Lining of bare cells with a grant in 2029 is paid to 2035, keen measures to 2032, or from 2034 to 2037.
GRANTED = {
    ("oak", "bare", "lined", 2029, 2029), ("oak", "bare", "lined", 2029, 2034),
    ("oak", "lined", "keen", 2029, 2029), ("fir", "lined", "keen", 2029, 2029),
    ("fir", "lined", "keen", 2034, 2034),
}  # fmt: skip
SETS = {
    "grant_standing": lambda _: {(i, k, y) for i, _, k, _, y in GRANTED},
    "grant_vintage": lambda _: GRANTED,
}
VARIABLES = {"granted_capacity": lambda _: GRANTED}
DECISIONS = {"granted": {"granted_capacity"}}
LETTERS = {"from_cell": "j", "to_cell": "k", "vintage": "y"}


def charge(capex, life, years):
    """Present value of an annuity-due of a life that is paid in these years, at 10 % from 2024."""
    yearly = capex / sum(1.1**-s for s in range(life))
    return yearly * sum(1.1 ** -(t - 2024) for t in years)


@covers(transfer="capex_subsidy")
def test_grants_follow_the_charges_within_the_horizon(own_models):
    """New great cells cost 8,011 over 5 years, rebuilds of bare ones 4,001 over 20 and 307 over 3.

    Yew's grant in 2034 is a tenth and 107 of 8,011 or 8,009. A step to keen cells pays 503 over 9
    years and its measures 211 over 4: granted at 0.4 in the north, 0.5 in the south in 2029, and
    whole in 2034, as 9,001 is more than both. The horizon ends with 2040.
    """
    _, model = own_models["capex_subsidy"]
    new, step, granted = v.new_capacity, v.retrofitted_capacity, v.granted_capacity
    to_2040 = range(2034, 2041)
    sunk = (
        0.3 * charge(8011, 5, range(2027, 2032)) * new["elm", "great", 2027]
        + (0.1 + 107 / 8011) * charge(8011, 5, range(2034, 2039)) * new["yew", "great", 2034]
        + (0.1 + 107 / 8009) * charge(8009, 5, range(2034, 2039)) * new["yew", "keen", 2034]
        + 0.2
        * (charge(4001, 20, to_2040) + charge(307, 3, range(2034, 2037)))
        * step["oak", "bare", "great", 2034]
        + 0.2 * charge(4003, 20, to_2040) * step["oak", "lined", "great", 2034]
        + 0.4 * charge(503, 9, range(2029, 2038)) * step["oak", "lined", "keen", 2029]
        + 0.5 * charge(503, 9, range(2029, 2038)) * step["fir", "lined", "keen", 2029]
        + charge(503, 9, to_2040) * step["fir", "lined", "keen", 2034]
    )
    standing = (
        0.4
        * (charge(509, 7, range(2029, 2034)) + charge(67, 3, range(2029, 2032)))
        * granted["oak", "bare", "lined", 2029, 2029]
        + 0.4 * charge(509, 7, range(2034, 2036)) * granted["oak", "bare", "lined", 2029, 2034]
        + 0.4 * charge(211, 4, range(2029, 2033)) * granted["oak", "lined", "keen", 2029, 2029]
        + 0.5 * charge(211, 4, range(2029, 2033)) * granted["fir", "lined", "keen", 2029, 2029]
        + charge(211, 4, range(2034, 2038)) * granted["fir", "lined", "keen", 2034, 2034]
    )
    assert_same(read(model.transfers["capex_subsidy"]), -1.0 * (sunk + standing))


@covers(equation="grant_standing")
def test_grants_are_paid_for_what_stands(check, own_models):
    data, _ = own_models["capex_subsidy"]
    for i, j, k, vintage, y in GRANTED:
        left = 1.0 * v.granted_capacity[i, j, k, vintage, y]
        check("grant_standing", (i, k, y), left, "<=", v.capacity[i, k, y], data=data)


@covers(equation="grant_vintage")
def test_and_for_what_was_retrofitted(check, own_models):
    data, _ = own_models["capex_subsidy"]
    for i, j, k, vintage, y in GRANTED:
        gain = 1.03 if k == "keen" else 1.0
        left = 1.0 * v.granted_capacity[i, j, k, vintage, y]
        right = gain * v.retrofitted_capacity[i, j, k, vintage]
        check("grant_vintage", (i, j, k, vintage, y), left, "<=", right, data=data)
