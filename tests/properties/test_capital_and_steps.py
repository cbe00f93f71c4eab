"""Capital is charged in full and no more, whatever the years; results hardly depend on the step."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pytest

from alopt.data.calendar import Calendar
from alopt.model import build
from alopt.model.costs import capital_present_value
from alopt.solve import Solution, compile_program

CAPEX = 8_800.0

#: Model years and the years that the last one stands for; each horizon is 2025 to 2064.
STEPS = {
    "1": ([*range(2025, 2061)], 5),
    "5": ([*range(2025, 2061, 5)], 5),
    "irregular": ([2025, 2026, 2029, 2031, 2038, 2040, 2053, 2060], 5),
}


@pytest.fixture(scope="module", params=sorted(STEPS))
def calendar(request: pytest.FixtureRequest, shipped) -> Calendar:
    years, last = STEPS[request.param]
    calendar = shipped.data(years=years, last_period_years=last).calendar
    assert (calendar.years[0], calendar.end) == (2025, 2065)
    return calendar


def present_value(calendar: Calendar, life: float, year: int) -> float:
    """Present value that the model's objective charges for a capex spent in a model year."""
    return capital_present_value(SimpleNamespace(data=SimpleNamespace(calendar=calendar)), CAPEX, life, year)


def factor(calendar: Calendar, year: int) -> float:
    return (1.0 + calendar.rate) ** -(year - calendar.base_year)


@pytest.mark.parametrize("life", [7, 20, 25])
def test_over_its_full_life_the_annuity_is_worth_the_capex(life: int, calendar: Calendar):
    """Σ_{t=y}^{y+L−1} a d_t = a d_y Σ_{s<L} (1+r)^−s = capex d_y, wherever y + L is within the horizon."""
    full = [y for y in calendar.years if y + life <= calendar.end]
    assert len(full) >= 3
    for y in full:
        assert present_value(calendar, life, y) / factor(calendar, y) == pytest.approx(CAPEX, rel=1e-12)


@pytest.mark.parametrize("life", [7, 20, 25])
def test_past_the_horizon_only_the_years_inside_are_charged(life: int, calendar: Calendar):
    """a = capex / Σ_{s<L} (1+r)^−s is charged for t = y … end − 1, no year left out or counted twice."""
    yearly = CAPEX / math.fsum((1.0 + calendar.rate) ** -s for s in range(life))
    cut = [y for y in calendar.years if y + life > calendar.end]
    assert cut
    for y in cut:
        inside = yearly * math.fsum(factor(calendar, t) for t in range(y, calendar.end))
        assert present_value(calendar, life, y) == pytest.approx(inside, rel=1e-12)
        assert present_value(calendar, life, y) < CAPEX * factor(calendar, y)


@pytest.mark.parametrize("life", [7, 20, 25])
def test_each_charge_falls_in_the_model_year_that_stands_for_it(life: int, calendar: Calendar):
    """The weight of model year m is Σ d_t over its calendar years t within the life."""
    for y in calendar.years:
        weights = calendar.charge_weights(y, life)
        for m in calendar.years:
            years = range(m, m + calendar.represented[m])
            due = math.fsum(factor(calendar, t) for t in years if y <= t < y + life)
            assert weights.get(m, 0.0) == pytest.approx(due, rel=1e-12, abs=0.0)


def test_the_model_pays_the_capex_of_what_it_builds_in_time(shipped):
    """In the matrices: 20 years of a potline built by 2045 end by 2064, the last year of the horizon."""
    program = compile_program(build(data := shipped.data(years=[2025, 2030, 2045], last_period_years=20)))
    assert data.parameters["new_build_life_a"] == 20.0
    charged = {}
    for (name, index), cost in zip(program.columns, program.cost.tolist(), strict=True):
        if name == "new_capacity":
            charged[index] = cost / data.cells[index[1]].new_capex / factor(data.calendar, index[2])
    assert {y for _, _, y in charged} == {2025, 2030, 2045}
    for share in charged.values():
        assert share == pytest.approx(1.0, rel=1e-12)


def intensity(solution: Solution, year: int) -> tuple[float, float]:
    """AC kWh per t of what stands, and the share of it that has been retrofitted."""
    cells = solution.data.cells
    standing = {index: mt for index, mt in solution.values("capacity").items() if index[2] == year}
    total = sum(standing.values())
    energy = sum(mt * cells[k].ac for (_, k, _), mt in standing.items())
    retrofitted = sum(mt for (_, k, _), mt in standing.items() if cells[k].rent > 0.0)
    return energy / total, retrofitted / total


def test_yearly_and_five_yearly_steps_retrofit_nearly_the_same(shipped):
    """Each year from 2025 to 2030 against 2025 and 2030 alone, both with a horizon to 2034.

    Relining is limited cumulatively by cohort, so a long step can renew no more than short ones;
    what is left is that short steps retrofit a cohort a second time, and that the dearest plants
    are at the margin, where a little of foresight decides. Tolerances: 0.2 % of the energy and
    5 points of the share retrofitted.

    Figures (``python -m pytest tests/properties/test_capital_and_steps.py -k five_yearly -s``)::

        2025: 13,163 kWh/t and 25.6% retrofitted in yearly steps, 13,162 kWh/t and 25.6% in five-yearly ones
        2030: 12,831 kWh/t and 78.7% retrofitted in yearly steps, 12,849 kWh/t and 75.3% in five-yearly ones
    """
    long = shipped.solve(years=[2025, 2030], last_period_years=5)
    short = shipped.solve(years=[*range(2025, 2031)], last_period_years=5)
    for year in (2025, 2030):
        (ac_long, share_long), (ac_short, share_short) = intensity(long, year), intensity(short, year)
        print(
            f"{year}: {ac_short:,.0f} kWh/t and {share_short:.1%} retrofitted in yearly steps, "
            f"{ac_long:,.0f} kWh/t and {share_long:.1%} in five-yearly ones"
        )
        assert ac_long == pytest.approx(ac_short, rel=0.002)
        assert share_long == pytest.approx(share_short, abs=0.05)
