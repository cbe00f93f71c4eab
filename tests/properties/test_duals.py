"""Duals: strong duality, one-sided differences around every kind of row, prices in place of caps.

The cost V of a linear program is a convex function of each right-hand side b, and a dual is one
of its slopes: (V(b) − V(b − h)) / h ≤ dual ≤ (V(b + h) − V(b)) / h. Where a side has no plan its
slope is infinite.
"""

from __future__ import annotations

import math

import pytest

from alopt.errors import InfeasibleError
from alopt.model import EQUATIONS, build
from alopt.policies import instrument
from alopt.solve import Solution, solve

#: Change of a right-hand side, in the unit of its row.
STEP = 1e-4
#: Nonzero duals looked at in each constraint.
SAMPLE = 3

#: Instruments of the pressed worlds that have equations; others have hand-computed duals alone.
PRESSED = (
    "capacity_cap", "capacity_replacement", "emission_cap", "energy_benchmark", "capacity_ceiling",
    "energy_budget", "moratorium", "early_retirement", "capex_subsidy",
)  # fmt: skip

for _name in PRESSED:
    instrument(_name)

#: Equations of the pressed world, whatever other instruments have been imported.
HELD = sorted(
    name
    for name, equation in EQUATIONS.items()
    if equation.module.startswith("alopt.model.") or equation.module.rsplit(".", 1)[1] in PRESSED
)


def dual_value(solution: Solution) -> float:
    """Duals times right-hand sides and reduced costs times bounds, element by element."""
    program, optimum = solution.program, solution.optimum
    terms = [program.offset]
    for prices, lower, upper in (
        (optimum.duals, program.row_lower, program.row_upper),
        (optimum.reduced_costs, program.column_lower, program.column_upper),
    ):
        for price, low, high in zip(prices.tolist(), lower.tolist(), upper.tolist(), strict=True):
            if price > 0.0 and not math.isinf(low):
                terms.append(price * low)
            elif price < 0.0 and not math.isinf(high):
                terms.append(price * high)
            else:
                assert abs(price) < 1e-7, "a price on a bound that is not there"
    return math.fsum(terms)


@pytest.mark.parametrize("world", ["baseline", "pressed"])
def test_primal_and_dual_objectives_are_equal(world: str, request: pytest.FixtureRequest):
    solution = request.getfixturevalue(world)
    assert dual_value(solution) == pytest.approx(solution.objective, rel=1e-9)


def test_the_pressed_worlds_price_every_equation(pressed_worlds: list[Solution]):
    """Else the test of slopes below would be silent on one of them."""
    priced = {
        name
        for pressed in pressed_worlds
        for (name, _), dual in zip(pressed.program.rows, pressed.optimum.duals, strict=True)
        if dual
    }
    assert set(HELD) - priced == set()


def sample(solution: Solution, name: str) -> list[int]:
    """Rows of a constraint with a dual that is not nil, spread over its index."""
    places = solution.row_places.get(name, {}).values()
    priced = [row for row in places if abs(solution.optimum.duals[row]) > 1e-6]
    return priced[:: max(1, len(priced) // SAMPLE)][:SAMPLE]


def cost_at(solution: Solution, row: int, change: float) -> float:
    """Cost of the optimum with one right-hand side changed; infinite where no plan is left."""
    limit = float(solution.program.rhs[row])
    solution.solver.set_rhs([row], [limit + change])
    try:
        return solution.solver.solve().objective
    except InfeasibleError:
        return math.inf
    finally:
        solution.solver.set_rhs([row], [limit])


def rounding(solution: Solution) -> float:
    """What the last digits of two costs do to a slope."""
    return 4.0 * math.ulp(solution.objective) / STEP


@pytest.mark.parametrize("name", HELD)
def test_each_dual_lies_between_the_slopes_on_its_two_sides(name: str, pressed_worlds: list[Solution]):
    pressed = next(world for world in pressed_worlds if sample(world, name))
    rows = sample(pressed, name)
    for row in rows:
        dual = float(pressed.optimum.duals[row])
        left = (pressed.objective - cost_at(pressed, row, -STEP)) / STEP
        right = (cost_at(pressed, row, STEP) - pressed.objective) / STEP
        slack = 1e-6 * abs(dual) + rounding(pressed)
        assert left - slack <= dual <= right + slack, pressed.program.rows[row]


def test_at_a_carbon_price_equal_to_the_dual_the_capped_plan_is_optimal(
    shipped, free_emissions: dict[int, float]
):
    """Priced objective = capped objective + Σ W_y price_y cap_y, and the capped plan attains it.

    The cap of each year is below what the baseline emits; the price is its shadow price.
    """
    caps = {y: share * free_emissions[y] for y, share in ((2025, 0.96), (2030, 0.94), (2035, 0.88))}
    scope = "smelter_scope_1_2"
    limited = shipped.solve(**{"policies.emission_cap": {"limit_mt": caps, "boundary": scope}})
    prices = {y: -limited.shadow_price("emission_cap", y, y) for y in caps}
    assert min(prices.values()) > 1.0
    priced = shipped.solve(**{"policies.carbon_price": {"price_cny_per_t": prices, "scope": scope}})
    paid = sum(limited.data.calendar.weight[y] * prices[y] * caps[y] for y in caps)
    assert priced.objective == pytest.approx(limited.objective + paid, rel=1e-9)
    assert limited.program.columns == priced.program.columns
    capped_plan = float(priced.program.cost @ limited.optimum.values) + priced.program.offset
    assert capped_plan == pytest.approx(priced.objective, rel=1e-9)


def test_at_a_quota_price_equal_to_the_dual_the_capped_plan_is_optimal(capped):
    """The same for the national cap: its rows are taken out and the stock pays their duals."""
    limited = capped(42.0)
    duals = limited.duals("national_cap")
    assert min(duals.values()) < -1.0
    model = build(limited.data)
    model.national_cap.deactivate()
    stock = {y: sum(model.quota_stock[r, t] for r, t in model.sets.QUOTA if t == y) for y in duals}
    model.total_cost.set_value(model.total_cost.expr + sum(-duals[y] * stock[y] for y in duals))
    priced = solve(model)
    paid = sum(-duals[y] * 42.0 for y in duals)
    assert priced.objective == pytest.approx(limited.objective + paid, rel=1e-9)
    capped_plan = float(priced.program.cost @ limited.optimum.values) + priced.program.offset
    assert capped_plan == pytest.approx(priced.objective, rel=1e-9)


def test_quota_rents_add_to_the_slope_of_the_cap(capped):
    """With the cap changed in all years, left slope ≤ Σ_y W_y rent_y ≤ right slope.

    The rent of a year is what its row prices, so a cap that is tighter by h everywhere costs
    h Σ_y W_y rent_y, to first order.
    """
    solution = capped(42.0)
    rows = list(solution.row_places["national_cap"].values())
    dual = sum(float(solution.optimum.duals[row]) for row in rows)
    costs = {}
    for sign in (-1.0, 1.0):
        solution.solver.set_rhs(rows, [42.0 + sign * STEP] * len(rows))
        costs[sign] = solution.solver.solve().objective
    solution.solver.set_rhs(rows, [42.0] * len(rows))
    slack = 1e-6 * abs(dual) + rounding(solution)
    left, right = (solution.objective - costs[-1.0]) / STEP, (costs[1.0] - solution.objective) / STEP
    assert left - slack <= dual <= right + slack
    assert dual < -1.0
