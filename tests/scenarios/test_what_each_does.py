"""Each shipped scenario does what its description says: not one is its parent under another name.

Put the parent's outcome in a scenario's place, and a test here or in test_library.py fails. Sums that
an instrument moves are worked out again from emissions and output, with the values of the file written
out; other effects stand between bounds that follow from what is asked.
"""

from __future__ import annotations

import pytest

#: A change of this many M CNY of present value is far above what the solver leaves.
SEEN = 1.0

YEARS = (2025, 2030, 2035, 2040, 2045, 2050, 2055, 2060)


@pytest.mark.parametrize("price", [100, 200, 500])
@pytest.mark.parametrize(
    ("family", "scope"), [("carbon-direct", "direct"), ("carbon-wide", "smelter_scope_1_2")]
)
def test_every_tonne_pays_the_carbon_price_from_the_first_year(family, scope, price, outcome):
    run = outcome(f"{family}-{price}")
    assert run.paid == pytest.approx(price * run.emitted(scope, discounted=True), rel=1e-6)


def market_payments(run) -> dict[int, float]:
    """From 2030 on (2025 stands for 2025 to 2029, verified): price × (direct - benchmark × output)."""
    prices = dict(zip(YEARS[1:], (100, 125, 150, 175, 200, 200, 200), strict=True))
    free = dict(zip(YEARS[1:], (1.84, 1.75, 1.66, 1.58, 1.50, 1.43, 1.36), strict=True))
    direct, made = run.boundary("direct"), run.path("production_mt")
    return {y: price * (direct[y] - free[y] * made[y]) for y, price in prices.items()}


def test_the_carbon_market_charges_what_lies_above_the_benchmark(outcome):
    """And so cells emit less: those that vent fewer perfluorocarbons come at their next relining."""
    run, usual = outcome("carbon-market"), outcome("baseline")
    assert run.paid == pytest.approx(run.present(market_payments(run)), rel=1e-6)
    each = [one.boundary("direct")[2040] / one.path("production_mt")[2040] for one in (run, usual)]
    assert each[0] < 0.98 * each[1]


def test_captive_units_pay_above_the_power_sectors_benchmark(outcome):
    """0.03 to 0.2 t/MWh above it at 60 to 200 CNY/t: 2 to 60 CNY/MWh, and less is drawn from them."""
    run, usual = outcome("carbon-market-captive"), outcome("carbon-market")
    power = {y: share * usual.path("electricity_twh")[y] for y, share in usual.path("captive_share").items()}
    more = run.paid - run.present(market_payments(run))
    assert 2 * run.present(power) < more < 60 * run.present(power)
    assert all(
        run.path("captive_share")[y] < usual.path("captive_share")[y] - 0.02 for y in (2030, 2040, 2050)
    )


def border_payments(run, paid_at_home: dict[int, float]) -> dict[int, float]:
    """6.3 Mt over all metal used × (600 CNY/t on direct emissions above the benchmark - paid at home)."""
    direct, made, used = run.boundary("direct"), run.path("production_mt"), run.path("demand_mt")
    free = {y: 0.733 if y == 2030 else 0.0 for y in YEARS[1:]}
    assert not any(run.path("exports_mt").values())  # metal of which pays apart
    return {
        y: 6.3 / used[y] * (600 * (direct[y] - free[y] * made[y]) - paid_at_home.get(y, 0.0)) for y in free
    }


def test_the_border_charge_falls_on_the_share_of_metal_in_products(outcome):
    run = outcome("cbam-full")
    assert run.paid == pytest.approx(run.present(border_payments(run, {})), rel=1e-6)


def test_what_is_paid_at_home_is_taken_off_at_the_border(outcome):
    """Nobody pays the tiers, so market and border charge are all."""
    together, market = outcome("ets-tiers-cbam"), outcome("carbon-market")
    home = market_payments(together)
    due = together.present(home) + together.present(border_payments(together, home))
    assert together.paid == pytest.approx(due, rel=1e-6)
    assert together.path("ac_kwh_per_t")[2025] < market.path("ac_kwh_per_t")[2025] - 5


def test_tiers_press_without_being_paid(outcome):
    """Whoever lies above is retrofitted at once: 10 to 20 kWh/t less in 2025, and dearer."""
    run, usual = outcome("tiers-2025"), outcome("baseline")
    assert 5 < usual.path("ac_kwh_per_t")[2025] - run.path("ac_kwh_per_t")[2025] < 30
    assert run.resources > usual.resources + SEEN
    assert run.paid < 0.01 * (run.resources - usual.resources)


def test_the_ladder_of_2014_takes_money_and_moves_nothing(outcome):
    """0.02 to 0.08 CNY/kWh on a part of all power, to 2024; from 2025 retrofits leave nobody above it."""
    run, usual = outcome("fleet-2016-ladder"), outcome("fleet-2016")
    assert run.resources == pytest.approx(usual.resources, rel=1e-7)
    power = {y: run.path("electricity_twh")[y] for y in (2016, 2020)}
    assert 2 * run.present(power) < run.paid < 40 * run.present(power)


def test_a_lower_cap_is_full_as_long_as_metal_is_wanted(outcome):
    run, usual = outcome("cap-40"), outcome("baseline")
    for y in (2025, 2030, 2035):
        assert run.path("capacity_mt_per_a")[y] == pytest.approx(40.0)
        assert run.path("quota_rent_cny_per_t_a")[y] > 1000
        assert run.path("metal_price_cny_per_t")[y] > usual.path("metal_price_cny_per_t")[y]
    assert run.path("capacity_mt_per_a")[2060] < 40


def test_without_a_cap_no_quota_has_a_rent(outcome):
    """In the baseline a move costs its fee of 10 CNY per t/a once; here nothing does."""
    free, usual = outcome("no-cap"), outcome("baseline")
    assert not any(free.path("quota_rent_cny_per_t_a").values())
    assert any(usual.path("quota_rent_cny_per_t_a").values())
    assert SEEN < usual.cost - free.cost < 100


def test_free_trade_saves_the_fee_and_a_ratio_costs_quota(outcome):
    """At 10 CNY per t/a, some 1 to 3 Mt/a that move pay 5 to 30 M CNY."""
    free, fee, ratio = (outcome(name) for name in ("quota-free", "demand-high", "quota-1.25"))
    assert 3 < fee.cost - free.cost < 50
    assert ratio.cost > fee.cost + 50
    assert ratio.built_mt_per_a < fee.built_mt_per_a - 0.1
    assert ratio.path("quota_rent_cny_per_t_a")[2030] > fee.path("quota_rent_cny_per_t_a")[2030] + 50


def test_new_captive_units_are_built_where_they_are_allowed(outcome):
    run, usual = outcome("captive-new"), outcome("baseline")
    assert usual.built_gw == 0.0
    assert 0.1 < run.built_gw < 1.98
    assert run.path("captive_share")[2040] > usual.path("captive_share")[2040]
    assert run.cost < usual.cost - SEEN


def test_cheap_wind_and_sun_are_taken_up_to_their_volume(outcome):
    """38 of 58 TWh in 2030 (none in Xinjiang) are 7 points of some 550 TWh, half of them green before."""
    run, usual = outcome("cheap-wind-solar"), outcome("baseline")
    gain = run.path("renewable_share")[2030] - usual.path("renewable_share")[2030]
    assert 0.03 < gain < 38 / run.path("electricity_twh")[2030]
    assert run.cost < usual.cost * (1 - 1e-3)


def test_dear_coal_drives_load_to_the_grid_and_metal_up(outcome):
    """Half as much again on 0.14 to 0.25 CNY/kWh of coal is some 0.1: 100 CNY/MWh on 13 MWh/t at most."""
    run, usual = outcome("coal-plus-50"), outcome("baseline")
    for y in (2025, 2030, 2035, 2040):
        fall = usual.path("captive_share")[y] - run.path("captive_share")[y]
        rise = run.path("metal_price_cny_per_t")[y] - usual.path("metal_price_cny_per_t")[y]
        assert 0.08 < fall < 0.25
        assert 300 < rise < 1300
    assert 0.03 < run.cost / usual.cost - 1 < 0.10


def test_without_guinea_ore_runs_short_until_demand_has_fallen(outcome):
    """Refineries on imported ore stop: 10 to 15 Mt of metal go unmade, and little of it by 2055."""
    run, usual = outcome("guinea-embargo"), outcome("baseline")
    lost = {y: usual.path("production_mt")[y] - made for y, made in run.path("production_mt").items()}
    assert 10 < lost[2025] < 15
    assert lost[2055] == pytest.approx(0.0, abs=0.5)
    assert run.path("bauxite_imports_mt")[2025] < 0.6 * usual.path("bauxite_imports_mt")[2025]


def test_a_lasting_drought_idles_what_was_idled_in_2022(outcome):
    """1.1 Mt/a were cut then, 1.84 in spring; in the model some of it runs on elsewhere."""
    run, usual = outcome("yunnan-drought"), outcome("baseline")
    assert 0.5 < usual.path("production_mt")[2025] - run.path("production_mt")[2025] < 1.84
    for y in (2025, 2030, 2035):
        assert run.path("renewable_share")[y] < usual.path("renewable_share")[y] - 0.01


def test_a_month_without_power_in_sichuan_costs_a_restart_of_a_sixth(outcome):
    """A sixth of 1 Mt/a at 600 CNY per t/a is 0.1 bn CNY; what is not made there costs little elsewhere."""
    run, usual = outcome("sichuan-2022"), outcome("baseline-single-years")
    assert 60 < run.cost - usual.cost < 200
    assert run.path("renewable_share")[2027] < usual.path("renewable_share")[2027]


def test_metal_of_xinjiang_finds_other_buyers(outcome):
    """Most goes round: the refusal costs freight, a small part of 100 CNY/t on the 6 Mt made there."""
    run, usual = outcome("xinjiang-refused"), outcome("baseline")
    assert SEEN < run.cost - usual.cost < 0.1 * run.present(dict.fromkeys(YEARS, 600.0))


def test_short_and_long_lives_are_told_apart_over_the_same_years(outcome):
    """A rental of ten years is dearer by half than one of thirty, so the rest of the plan costs more."""
    short, long = outcome("life-10"), outcome("life-30")
    assert list(short.weight) == list(long.weight) == ["2025", "2030", "2035"]
    assert short.cost > long.cost + SEEN
