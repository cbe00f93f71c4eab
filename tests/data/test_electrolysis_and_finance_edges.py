"""Faraday and annuities at their edges: constants from first principles, lives that are none."""

from __future__ import annotations

import pytest

from alopt.electrolysis import (
    ENERGY_PER_VOLT,
    OUTPUT_PER_KA_DAY,
    ac_energy,
    cell_output,
    dc_energy,
)
from alopt.finance import annuity_due, annuity_due_factor, discount_factor

FARADAY_C_PER_MOL = 96_485.33
ALUMINIUM_G_PER_MOL = 26.9815
ELECTRONS = 3


def test_the_constants_follow_from_faraday():
    """3 F / M coulombs deposit a gram: 2,980 kWh/t per volt, 0.0080537 t per kiloampere and day."""
    coulombs_per_tonne = ELECTRONS * FARADAY_C_PER_MOL / ALUMINIUM_G_PER_MOL * 1e6
    kwh_per_volt_and_tonne = coulombs_per_tonne / 3.6e6
    tonnes_per_kiloampere_day = 1000 * 86_400 / coulombs_per_tonne
    # the constants are the trade's own, rounded to four and five digits
    assert pytest.approx(kwh_per_volt_and_tonne, abs=0.5) == ENERGY_PER_VOLT
    assert pytest.approx(tonnes_per_kiloampere_day, abs=0.5e-7) == OUTPUT_PER_KA_DAY


def test_energy_times_output_is_voltage_times_current():
    """kWh/t times t/day of a cell is what flows through it: V × kA × 24 h, whatever the efficiency."""
    for voltage, current, efficiency in ((3.9, 460, 0.94), (4.2, 160, 0.88), (3.78, 600, 0.928)):
        drawn = dc_energy(voltage, efficiency) * cell_output(current, efficiency)
        assert drawn == pytest.approx(voltage * current * 24, rel=2e-5)


def test_a_cell_without_current_efficiency_makes_nothing():
    assert cell_output(400, 0.0) == 0.0
    with pytest.raises(ZeroDivisionError):
        dc_energy(4.0, 0.0)
    with pytest.raises(ZeroDivisionError):
        ac_energy(12_700.0, 0.0, 230.0)


@pytest.mark.parametrize("life", [0, 0.0, -1, -0.5, float("nan")])
def test_a_life_that_is_none(life: float):
    with pytest.raises(ValueError, match=rf"a life must be above zero, not {life}"):
        annuity_due_factor(0.08, life)
    with pytest.raises(ValueError, match="a life must be above zero"):
        annuity_due(1000.0, 0.08, life)


@pytest.mark.parametrize("rate", [0.0, 0.05, 0.08, 0.5])
@pytest.mark.parametrize("life", [0.25, 1, 6.2, 7, 20, 25, 60])
def test_the_charges_of_a_life_are_worth_the_capex(rate: float, life: float):
    """Σ charge × (1+r)^−s over the life, the broken year in proportion, is the capex."""
    charge = annuity_due(8800.0, rate, life)
    whole = int(life)
    worth = sum(charge * (1 + rate) ** -year for year in range(whole))
    worth += charge * (life - whole) * (1 + rate) ** -whole
    assert worth == pytest.approx(8800.0, rel=1e-12)


def test_a_year_or_less_is_paid_at_once():
    """A life of one year costs the capex at its start; half a year at the double rate of charge."""
    assert annuity_due(1000.0, 0.08, 1) == pytest.approx(1000.0, rel=1e-12)
    assert annuity_due(1000.0, 0.08, 0.5) == pytest.approx(2000.0, rel=1e-12)


def test_without_interest_a_charge_is_capex_over_life():
    assert annuity_due(7000.0, 0.0, 7) == pytest.approx(1000.0, rel=1e-12)
    assert discount_factor(0.0, 35) == 1.0


def test_the_past_weighs_more_than_the_present():
    assert discount_factor(0.08, -1) == pytest.approx(1.08, rel=1e-12)
