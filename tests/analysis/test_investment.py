"""One investment by hand, its invariants, and the sheet rebuilt a second time with arrays."""

from dataclasses import replace

import numpy as np
import pytest

from alopt.analysis.investment import (
    BREAK_EVENS,
    COMPONENTS,
    Investment,
    Outlay,
    Plant,
    Prices,
    Terms,
    abatement,
    break_even,
    later,
    levelised,
    metrics,
    net_value,
    pays_above,
    priced,
    resource_flows,
    sheet,
    views,
)
from alopt.finance import net_present_value

YEARS = 5


def plant(**changes) -> Plant:
    """0.5 Mt/a, of which 0.4 Mt is made, with odd primes as data."""
    values = {
        "capacity": 0.5, "availability": 0.8, "ac": 13.0, "alumina": 2.0, "anode": 0.5, "freight": 17.0,
        "fluoride": 19.0, "labour": 23.0, "maintenance": 29.0, "overhead": 31.0,
        "emission": {"anode": 1.5, "pfc": 0.5, "anode_baking": 0.1}, "power_factor": (0.6,) * YEARS,
        "surcharge": (0.0,) * YEARS,
    }  # fmt: skip
    return Plant(**{**values, **changes})


def flat(value: float) -> tuple[float, ...]:
    return (value,) * YEARS


def investment(**changes) -> Investment:
    """A retrofit of one year that saves 1 MWh/t for four years at 400 CNY/MWh and costs 200 CNY per t/a."""
    prices = Prices(
        metal=flat(15_000), anode=flat(4_000), carbon=flat(0), free=flat(0), alumina_before=flat(2_500),
        alumina_after=flat(2_500), power_before=flat(400), power_after=flat(400), contract=range(YEARS),
        shared_power=True,
    )  # fmt: skip
    values = {
        "start_year": 2026, "construction": 1, "life": 4, "downtime": 0.0, "before": plant(),
        "after": plant(ac=12.0), "prices": prices, "outlays": (Outlay("capex", 0, 100.0, 4.0),),
        "quota_mt_per_a": 0.0, "quota_price": 0.0, "quota_resale": 0.0, "terms": Terms(0.1, 0.05),
    }  # fmt: skip
    return Investment(**{**values, **changes})


def new_plant(**changes) -> Investment:
    """A new plant with quota, tax, debt, a renewal and works, for what a retrofit does not have."""
    base = investment(
        before=None,
        quota_mt_per_a=0.5,
        quota_price=3_000.0,
        quota_resale=500.0,
        outlays=(
            Outlay("capex", 0, 1_500.0, 6.0),
            Outlay("works", 0, 11.0, None),
            Outlay("renewal", 3, 70.0, 3.0),
        ),
        terms=Terms(0.1, 0.05, 0.13, 0.25, 0.6, 0.07, 3, residual=True),
    )
    return replace(base, **changes)


def test_by_hand():
    """0.4 Mt x 1 MWh/t x 400 CNY/MWh = 160 M CNY a year; -100 + 160 x 3.16987 = 407.178 at 10 %."""
    laid = sheet(investment())
    assert laid.before_tax == pytest.approx([-100, 160, 160, 160, 160])
    assert net_value(investment()) == pytest.approx(-100 + 160 * 3.169865446)
    assert break_even(investment(), "power").value == pytest.approx(400 * 100 / (160 * 3.169865446))
    assert break_even(investment(), "capex").value == pytest.approx(1.6 * 3.169865446)


def test_tax_and_debt_by_hand():
    """Depreciation 25 a year: tax 0.25 x (160 - 25) = 33.75; half borrowed at 10 % over two years."""
    terms = Terms(0.1, 0.05, 0.12, 0.25, 0.5, 0.10, 2)
    laid = sheet(investment(terms=terms))
    assert laid.tax == pytest.approx([0, 33.75, 33.75, 33.75, 33.75])
    assert laid.after_tax == pytest.approx([-100, 126.25, 126.25, 126.25, 126.25])
    level = 50 / (1 / 1.1 + 1 / 1.21)
    first = level - 5
    assert laid.repayment == pytest.approx([0, first, 50 - first, 0, 0])
    assert laid.levered[0] == pytest.approx(-50)
    assert laid.levered[1] == pytest.approx(126.25 - first - 0.75 * 5)
    assert laid.levered[3:] == pytest.approx([126.25, 126.25])


@pytest.mark.parametrize("before", [True, False])
def test_no_investment_is_zero_everywhere(before):
    """The same plant again, or a new plant of nothing: every flow, value and tonne is nil."""
    nothing = investment(after=plant(), outlays=())
    if not before:
        nothing = investment(before=None, after=plant(capacity=1e-300), outlays=())
    laid = sheet(nothing)
    for flows in (laid.before_tax, laid.tax, laid.after_tax, laid.levered, *laid.costs.values()):
        assert flows == pytest.approx([0.0] * YEARS, abs=1e-290)
    assert net_value(nothing) == pytest.approx(0, abs=1e-290)
    assert resource_flows(laid) == pytest.approx([0.0] * YEARS, abs=1e-290)
    if before:
        found = metrics(laid.before_tax, 0.1)
        assert (found.npv, found.irr.reason) == (0, "there are no flows")
        assert found.payback.reason == "nothing is paid"
        assert [break_even(nothing, what).reason for what in BREAK_EVENS] == [
            "the power that is bought does not change",
            "the alumina that is bought does not change",
            "the output does not change",
            "the emissions that pay do not change",
            "no quota changes hands",
            "there is no capex",
        ]
        assert levelised(nothing)[0] == pytest.approx(
            {name: levelised(nothing)[1][name] for name in COMPONENTS}
        )
        assert all(found.tonnes == 0 for found in abatement(nothing).values())


@pytest.mark.parametrize("view", ["before_tax", "after_tax", "levered"])
@pytest.mark.parametrize("path", ["metal", "anode", "carbon", "alumina_after", "power_after", "power_before"])
def test_value_is_linear_in_each_price_path(path, view):
    inv = new_plant(before=plant(ac=14.0), downtime=0.5)
    rng = np.random.default_rng(3)
    first, second = (tuple(rng.uniform(0, 500, YEARS)) for _ in range(2))
    mixed = tuple(0.3 * a + 0.7 * b for a, b in zip(first, second, strict=True))
    values = [
        net_value(replace(inv, prices=replace(inv.prices, **{path: p})), view) for p in (first, second, mixed)
    ]
    assert values[2] == pytest.approx(0.3 * values[0] + 0.7 * values[1], rel=1e-12)


@pytest.mark.parametrize("view", ["before_tax", "after_tax", "levered"])
@pytest.mark.parametrize("what", BREAK_EVENS)
def test_break_evens_put_back_give_nothing(what, view):
    inv = new_plant(prices=replace(new_plant().prices, contract=range(1, 3)))
    found = break_even(inv, what, view)
    assert found.value is not None
    assert abs(net_value(priced(inv, what, found.value), view)) < 1e-6
    better = found.value + (1.0 if pays_above(inv, what, view) else -1.0) * 1e-3
    assert net_value(priced(inv, what, better), view) > 0


def test_a_contract_moves_only_its_years():
    inv = investment(prices=replace(investment().prices, contract=range(1, 3)))
    moved = priced(inv, "power", 100.0).prices
    assert moved.power_after == (400, 100, 100, 400, 400)
    assert moved.power_before == moved.power_after
    apart = replace(inv, prices=replace(inv.prices, shared_power=False))
    assert priced(apart, "power", 100.0).prices.power_before == (400,) * 5
    with pytest.raises(ValueError, match="no break-even of coal"):
        priced(inv, "coal", 1.0)


def test_levelised_costs_differ_by_the_value():
    """With the same output, NPV = (cost before - cost after) x discounted output, downtime or not."""
    for inv in (investment(), investment(downtime=0.25), investment(construction=0, life=5)):
        before, after = levelised(inv)
        made = net_present_value(sheet(inv).output_after, 0.1)
        assert (sum(before.values()) - sum(after.values())) * made == pytest.approx(net_value(inv), rel=1e-12)


def test_the_levelised_cost_is_the_break_even_metal_price_of_a_new_plant():
    inv = new_plant()
    _, after = levelised(inv)
    assert sum(after.values()) == pytest.approx(break_even(inv, "metal").value, rel=1e-12)
    assert after["quota"] > 0


def test_downtime_stops_the_old_plant_just_before_the_new_one():
    laid = sheet(investment(construction=2, life=3, downtime=1.5))
    assert laid.output_kept == pytest.approx([0.2, 0, 0, 0, 0])
    assert laid.output_after == pytest.approx([0, 0, 0.4, 0.4, 0.4])
    late = sheet(investment(construction=0, life=5, downtime=0.5))
    assert late.output_after == pytest.approx([0.2, 0.4, 0.4, 0.4, 0.4])
    lost = investment(construction=2, life=3, downtime=1.5, after=plant(), outlays=())
    margin = 0.4 * (15_000 - 13 * 400 - 5_000 - 2_000 - 17 - 19)  # staff is paid while it stands
    assert sheet(lost).before_tax == pytest.approx([-0.5 * margin, -margin, 0, 0, 0])


def test_everything_is_written_off_and_book_value_comes_back_untaxed():
    inv = new_plant()
    laid = sheet(inv)
    spent = sum(outlay.amount for outlay in inv.outlays if outlay.life) + 0.5 * 3_000
    assert sum(laid.depreciation) == pytest.approx(spent)
    book = 1_500 * 2 / 6 + 70 / 3
    assert laid.outlays["residual"][-1] == pytest.approx(-(book + 0.5 * 500))
    kept = sheet(replace(inv, terms=replace(inv.terms, residual=False)))
    assert laid.tax[-1] - kept.tax[-1] == pytest.approx(0.25 * book)


def rebuilt(inv: Investment) -> dict[str, np.ndarray]:
    """The sheet again, with arrays: a spreadsheet's columns, sharing nothing with the package."""
    n, c, t = inv.construction + inv.life, inv.construction, np.arange(inv.construction + inv.life)
    on = (t >= c).astype(float)
    kept = 1.0 - on
    if inv.downtime:
        kept[c - 1] -= inv.downtime
    p, terms = inv.prices, inv.terms

    def margin(a, running, standing, power, alumina):
        if a is None:
            return np.zeros(n)
        made = a.capacity * a.availability * running
        scope = a.emission["anode"] + a.emission["pfc"]
        if terms.carbon_scope == "smelter_scope_1_2":
            scope = scope + a.ac * np.array(a.power_factor)
        unit = (
            np.array(p.metal) - a.ac * np.array(power) - a.alumina * np.array(alumina)
            - a.anode * np.array(p.anode) - np.array(p.carbon) * (scope - np.array(p.free))
            - np.array(a.surcharge) - a.freight - a.fluoride
        )  # fmt: skip
        return made * unit - a.capacity * standing * (a.labour + a.maintenance + a.overhead)

    one = np.ones(n)
    gain = (
        margin(inv.after, on, on, p.power_after, p.alumina_after)
        + margin(inv.before, kept, 1.0 - on, p.power_before, p.alumina_before)
        - margin(inv.before, one, one, p.power_before, p.alumina_before)
    )
    spent, written, expensed, book, borrowed = np.zeros(n), np.zeros(n), np.zeros(n), 0.0, np.zeros(n)
    for o in inv.outlays:
        spent[o.year] += o.amount
        if o.kind not in {"renewal", "closure"}:
            borrowed[o.year] += terms.debt_share * o.amount
        if o.life is None:
            expensed[o.year] += o.amount
            continue
        first = max(o.year, c)
        shares = np.clip(o.life - (t - first), 0, 1) * (t >= first) / o.life
        written += o.amount * shares
        book += o.amount * (1 - shares.sum())
        written[-1] += o.amount * (1 - shares.sum())
    quota = inv.quota_mt_per_a * inv.quota_price
    spent[0] += quota
    borrowed[0] += terms.debt_share * quota
    written += quota / n
    back = np.zeros(n)
    back[-1] = (book if terms.residual else 0) + inv.quota_mt_per_a * inv.quota_resale
    before_tax = gain - spent + back
    tax = terms.tax * (gain - written - expensed + back)
    debt, levered = 0.0, before_tax - tax
    last = max(c, 1) - 1
    level = (
        borrowed.sum() * terms.debt_rate / (1 - (1 + terms.debt_rate) ** -terms.debt_years)
        if borrowed.any()
        else 0
    )
    for y in range(n):
        interest = debt * terms.debt_rate
        repaid = level - interest if last < y <= last + terms.debt_years else 0.0
        levered[y] += borrowed[y] - repaid - (1 - terms.tax) * interest
        debt += borrowed[y] - repaid
    assert abs(debt) < 1e-9
    return {"before_tax": before_tax, "after_tax": before_tax - tax, "levered": levered}


@pytest.mark.parametrize("case", range(6))
def test_a_second_implementation_of_the_sheet(case):
    carbon = replace(
        new_plant().prices, carbon=(10, 20, 30, 40, 50), free=(1.9,) * 5, power_after=(390, 410, 405, 1, 9)
    )
    wide = replace(new_plant().terms, carbon_scope="smelter_scope_1_2", residual=False)
    inv = [
        investment(),
        new_plant(),
        new_plant(prices=carbon),
        new_plant(prices=carbon, terms=wide, before=plant(ac=14.0, surcharge=(1, 2, 3, 4, 5)), downtime=0.4),
        new_plant(construction=2, life=3, before=plant(capacity=0.3), downtime=0.9),
        new_plant(outlays=(Outlay("closure", 1, 13.0, None), *new_plant().outlays), quota_mt_per_a=-0.2),
    ][case]
    if case == 5:
        inv = replace(inv, terms=replace(inv.terms, debt_share=0.0))
    laid, again = sheet(inv), rebuilt(inv)
    for view in ("before_tax", "after_tax", "levered"):
        assert getattr(laid, view) == pytest.approx(list(again[view]), rel=1e-11, abs=1e-9)


def scaled(inv: Investment, money: float, mass: float) -> Investment:
    """The investment in another currency and another unit of mass."""

    def path(values):
        return tuple(money * v / mass for v in values)

    def of(a):
        if a is None:
            return None
        prices = {
            k: money * getattr(a, k) / mass
            for k in ("freight", "fluoride", "labour", "maintenance", "overhead")
        }
        return replace(a, capacity=a.capacity * mass, surcharge=path(a.surcharge), **prices)

    p = inv.prices
    names = ("metal", "anode", "carbon", "alumina_before", "alumina_after", "power_before", "power_after")
    return replace(
        inv, before=of(inv.before), after=of(inv.after),
        prices=replace(p, **{n: path(getattr(p, n)) for n in names}),
        outlays=tuple(replace(o, amount=o.amount * money) for o in inv.outlays),
        quota_mt_per_a=inv.quota_mt_per_a * mass, quota_price=inv.quota_price * money / mass,
        quota_resale=inv.quota_resale * money / mass,
    )  # fmt: skip


def test_currency_and_unit_change_no_ranking():
    ranked = [new_plant(), investment(), new_plant(quota_price=9_000.0), investment(downtime=0.9)]
    values = [net_value(inv) for inv in ranked]
    others = [net_value(scaled(inv, 1 / 7.166, 1e6)) for inv in ranked]
    assert others == pytest.approx([value / 7.166 for value in values], rel=1e-11)
    for view in views(new_plant().terms):
        ours = metrics(getattr(sheet(new_plant()), view), 0.1)
        dollars = metrics(getattr(sheet(scaled(new_plant(), 1 / 7.166, 1e6)), view), 0.1)
        assert dollars.irr.value == pytest.approx(ours.irr.value, rel=1e-9)
        assert dollars.payback.value == pytest.approx(ours.payback.value, rel=1e-9)


def test_abatement_by_boundary():
    """1 MWh/t at 0.6 t/MWh over 4 x 0.4 Mt is 0.96 Mt; PFC halved adds 0.4 Mt within every boundary."""
    inv = investment(after=plant(ac=12.0, emission={"anode": 1.5, "pfc": 0.25, "anode_baking": 0.1}))
    found = abatement(inv)
    assert found["direct"].tonnes == pytest.approx(0.4)
    assert found["smelter_scope_1_2"].tonnes == pytest.approx(1.36)
    assert found["smelter_scope_1_2"].per_t == pytest.approx(0.85)
    assert found["cradle_to_gate"].tonnes == pytest.approx(1.36)
    saved = 0.34 * 3.169865446
    assert found["smelter_scope_1_2"].investor_cost.value == pytest.approx(-net_value(inv) / saved)
    adds = abatement(new_plant())["direct"]
    assert adds.tonnes == pytest.approx(-3.2)
    assert adds.investor_cost.reason == "the project avoids no emissions within this boundary"


def test_carbon_payments_are_the_investors_and_not_the_planners():
    paid = investment(prices=replace(investment().prices, carbon=flat(50)), after=plant(ac=13.0, emission={}))
    laid = sheet(replace(paid, terms=Terms(0.1, 0.05, carbon_scope="direct")))
    assert laid.before_tax[1] == pytest.approx(0.4 * 2.0 * 50)
    assert resource_flows(laid)[1] == pytest.approx(0)


def test_waiting_is_the_same_project_a_year_later():
    """At constant prices a year's wait costs NPV x (1 - 1 / 1.1); with dearer power to come it can pay."""
    inv = investment()
    waited, worth = later(inv, inv)
    assert waited == pytest.approx(net_value(inv) / 1.1)
    assert worth == pytest.approx(-net_value(inv) * (1 - 1 / 1.1))
    dearer = replace(inv, prices=replace(inv.prices, power_before=flat(900), power_after=flat(900)))
    assert later(inv, dearer)[1] > 0


def test_levered_flows_need_an_equity_rate():
    assert views(investment().terms) == ("before_tax", "after_tax")
    with pytest.raises(ValueError, match="equity rate"):
        net_value(investment(), "levered")
