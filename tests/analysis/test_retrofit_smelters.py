"""Every step at every smelter: in time, held against the whole model, in any currency."""

import time
from dataclasses import replace

import pytest

import alopt
from alopt.analysis.retrofit_options import audit, retrofit_options, with_gaps
from alopt.solve.highs import Solver
from alopt.solve.pricing import SitePrices

#: Options held against the whole model, a third of them taken ones that are forced out.
AUDITED = 48

#: Processor seconds for all steps after the solve.
SECONDS = 30.0


@pytest.fixture(scope="module")
def solution():
    return alopt.solve(alopt.build(alopt.load(resolution="smelter")))


@pytest.fixture(scope="module")
def priced(solution):
    start = time.process_time()
    options = retrofit_options(solution)
    return options, time.process_time() - start


def test_all_steps_of_all_smelters_are_priced_in_time(solution, priced):
    options, seconds = priced
    rows = list(options.records())
    assert len(rows) == len(solution.values("retrofitted_capacity")) > 8_000
    assert seconds < SECONDS
    assert len({row["site"] for row in rows}) > 100
    for row in rows:
        assert row["miss"] is None or row["reduced_cost"] <= row["miss"] + 1e-3
        assert row["possible"] or row["miss"] is None


def test_the_audit_closes_at_smelter_resolution(solution, priced):
    options, _ = priced
    found = audit(solution, options, AUDITED)
    assert len(found) >= AUDITED // 2
    assert {row["forced"] for row in found} == {"in", "out"}
    assert max(row["gap"] for row in found) <= 1e-6
    assert max(abs(row["whole_cny_per_t_a"] - row["priced_cny_per_t_a"]) for row in found) < 0.01
    table = with_gaps(options, found)
    gaps = [row["audit_gap"] for row in table.records() if row["audit_gap"] is not None]
    assert sorted(gaps) == sorted(row["gap"] for row in found)


def test_a_missing_shared_price_shows_in_the_audit(solution, priced):
    """With power from shared pools free the pricing problem of a Yunnan smelter is far off."""
    row = next(
        r
        for r in priced[0].records()
        if r["region"] == "yunnan" and r["taken_mt_per_a"] > 0.01 and r["worth"] > 1.0
    )
    duals = solution.optimum.duals.copy()
    for name in ("supply_limit", "metal_supply", "alumina_balance"):
        for place in solution.row_places[name].values():
            duals[place] = 0.0
    step = (row["site"], row["from_cell"], row["to_cell"], row["year"])
    discount = solution.data.calendar.discount[row["year"]]
    right, wrong = (
        SitePrices(solution, prices).site(row["site"]).forced("retrofitted_capacity", step, out=True)
        for prices in (None, duals)
    )
    assert right.slope / discount == pytest.approx(row["worth"], abs=1e-3)
    assert wrong is None or abs(wrong.slope / discount - row["worth"]) > 1.0


def test_another_currency_changes_no_ranking():
    """All costs over 7.166: every worth and miss is that much less, and the order is the same."""
    solution = alopt.solve(alopt.build(alopt.load(settings={"years": [2025, 2035]})))
    program = replace(solution.program, cost=solution.program.cost / 7.166)
    solver = Solver(program)
    dollars = replace(solution, program=program, solver=solver, optimum=solver.solve(), _values={})
    ours, theirs = (list(retrofit_options(one).records()) for one in (solution, dollars))
    key = ("site", "from_cell", "to_cell", "year")
    others = {tuple(row[k] for k in key): row for row in theirs}
    for row in ours:
        other = others[tuple(row[k] for k in key)]
        for figure in ("miss", "worth"):
            if row[figure] is not None:
                assert other[figure] == pytest.approx(row[figure] / 7.166, rel=1e-6, abs=2e-3)
    apart = [row for row in ours if (row["worth"] or row["miss"] or 0.0) > 1.0]
    order = {tuple(row[k] for k in key): n for n, row in enumerate(theirs)}
    places = [order[tuple(row[k] for k in key)] for row in apart if row["worth"] is not None]
    assert places == sorted(places)
