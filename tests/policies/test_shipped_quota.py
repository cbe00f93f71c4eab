"""Quota on the shipped inputs: its rents are slopes of the cost, and what Zhongrun's second phase lacks.

Signs: V(c) is the cost under a cap of c Mt/a in all years. More cap never costs, so its slopes are
never above zero, and the rents, which are minus duals, enter with a minus:
(V(c) - V(c - h)) / h <= -sum_y W_y rent_y <= (V(c + h) - V(c)) / h, with h = 1e-4 Mt/a.
"""

from collections import defaultdict
from functools import cache

import pytest

import alopt
from alopt.results.summary import quota_rents

STEP = 1e-4
#: What rounding leaves unknown of a slope, CNY per t/a: 1e-7 M CNY of seven million, over the step.
BLUR = 1e-3


@cache
def solve(years: tuple[int, ...] | None = None, **settings):
    """Optimum of the baseline with settings, their keys with __ for the dots; solved once."""
    keys = {key.replace("__", "."): value for key, value in settings.items()}
    if years is not None:
        keys["years"] = list(years)
    return alopt.solve(alopt.build(alopt.load(None, "baseline", settings=keys)))


def worth_of_quota(solution) -> dict[str, float]:
    """Present value of each region's rents of all years, CNY per t/a."""
    weight, worth = solution.data.calendar.weight, defaultdict(float)
    for (region, year), rent in quota_rents(solution).items():
        worth[region] += weight[year] * rent
    return dict(worth)


def slopes(solution, base: float) -> tuple[float, float]:
    """Left and right slope of the cost in a cap of ``base`` in all years, by warm re-solves."""
    rows = list(solution.row_places["national_cap"].values())
    cost = {}
    for change in (-STEP, 0.0, STEP):
        solution.solver.set_rhs(rows, [base + change] * len(rows))
        cost[change] = solution.solver.solve().objective
    return (cost[0.0] - cost[-STEP]) / STEP, (cost[STEP] - cost[0.0]) / STEP


def test_rents_are_slopes_where_the_cap_cuts_into_the_stock():
    """Cap 40: quota is scarce at once, every region that holds some earns a rent.

    Where a region surrenders quota, its rents add up to the slope exactly: the duals of the cap's own
    rows, year by year. Other regions' may differ by the fee for moving it.
    """
    solution = solve(policies__capacity_cap__cap_mt_per_a=40)
    assert set(solution.row_places["national_cap"]) == set(solution.data.calendar.years)
    rents, stock = quota_rents(solution), solution.values("quota_stock")
    first = solution.data.calendar.years[0]
    holders = [r for (r, y), amount in stock.items() if y == first and amount > 0]
    assert all(rents[r, first] > 0 for r in holders)
    slope = sum(solution.duals("national_cap").values())
    worth = worth_of_quota(solution)
    given = solution.values("surrendered_quota")
    giving = [r for r in holders if given[r, first] > 1e-6]
    assert giving
    assert all(-worth[r] == pytest.approx(slope, rel=1e-9) for r in giving)
    left, right = slopes(solution, 40.0)
    assert left - BLUR <= slope <= right + BLUR
    assert slope < 0


@pytest.mark.parametrize(("demand", "years"), [("central", None), ("high", (2025, 2030, 2035))])
def test_rents_are_slopes_at_the_stock_itself(demand, years):
    """Cap 45, the registered stock: there is no row to cut, and a cap above it issues nothing.

    So the right slope is nil. Below 45 the cheapest region surrenders: the left slope is at most the
    least worth of a region's quota, with a minus. On the high path quota is scarce.
    """
    at = solve(years, demand=demand)
    assert not at.row_places.get("national_cap")
    below = solve(years, demand=demand, policies__capacity_cap__cap_mt_per_a=45.0 - STEP)
    left, right = slopes(below, 45.0)
    assert right == pytest.approx(0.0, abs=BLUR)
    least = min(worth_of_quota(at).values())
    assert left - BLUR <= -least <= right + BLUR
    assert (at.objective - below.objective) / STEP == pytest.approx(left, abs=BLUR)
    if demand == "high":
        assert least > 0


BARS = {"no_inflow": ["shanxi"], "no_reuse": ["shanxi"]}


def zhongrun(inputs=None):
    """Transfers into Shanxi and reuse of its own released quota barred."""
    settings = {f"policies.capacity_replacement.{name}": value for name, value in BARS.items()}
    return alopt.solve(alopt.build(alopt.load(inputs, "baseline", settings=settings)))


def fresh_quota_worth(solution, year: int) -> float:
    """What one more t/a issued to Shanxi in a year would save, CNY per t/a at present value.

    It relaxes the use row and the bar in this year and all that follow.
    """
    duals = [solution.duals(name) for name in ("quota_use", "quota_reuse_bar")]
    return -sum(dual["shanxi", y] for dual in duals for y in solution.data.calendar.years if y >= year)


def test_zhongrun_second_phase_waits_for_quota(tmp_path):
    """Barred, the newcomer at Lvliang is not built, and the model says what quota there is worth.

    Unbarred it is built, so the bars are what stops it. The cost is convex in the quota issued, so
    the saving from issuing h lies between h times the worth after and before; 2025 is issued by a
    row of tables/quota_issues.csv.
    """
    built = solve(None, demand="central").values("new_capacity")
    assert sum(amount for (site, *_), amount in built.items() if site == "new_shanxi") > 0.01
    barred = zhongrun()
    built = barred.values("new_capacity")
    assert all(amount == 0.0 for (site, *_), amount in built.items() if site == "new_shanxi")
    worth = fresh_quota_worth(barred, 2025)
    assert worth > 100.0
    inputs = alopt.init(tmp_path / "inputs")
    with (inputs / "tables" / "quota_issues.csv").open("a", encoding="utf-8") as file:
        file.write(f"shanxi,2025,{STEP},{STEP},{STEP},alopt_assumption,assumed,\n")
    issued = zhongrun(inputs)
    saving = (barred.objective - issued.objective) / STEP
    assert fresh_quota_worth(issued, 2025) - BLUR <= saving <= worth + BLUR
    new = issued.values("new_capacity")
    assert sum(amount for (site, *_), amount in new.items() if site == "new_shanxi") == pytest.approx(STEP)
