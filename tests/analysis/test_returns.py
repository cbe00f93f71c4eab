"""Figures of an investment against textbook cases and a second implementation.

The sources of the cases: Microsoft Excel, reference of the functions NPV, IRR, MIRR and PMT; Lorie and
Savage, Three problems in rationing capital, Journal of Business 28 (1955), for the pump with two
rates; Norstrom, Journal of Financial and Quantitative Analysis 7 (1972), for the condition.
"""

import subprocess
import sys

import numpy as np
import pytest

from alopt.finance import (
    discounted_payback,
    internal_rate_of_return,
    levelised_cost,
    loan,
    modified_internal_rate_of_return,
    net_present_value,
    sign_changes,
)


def test_textbook_cases():
    assert net_present_value([0, -10_000, 3_000, 4_200, 6_800], 0.10) == pytest.approx(1188.4434, abs=1e-4)
    shop = [-70_000, 12_000, 15_000, 18_000, 21_000, 26_000]
    assert internal_rate_of_return(shop).value == pytest.approx(0.0866309, abs=1e-6)
    assert internal_rate_of_return(shop[:5]).value == pytest.approx(-0.0212448, abs=1e-6)
    loans = [-120_000, 39_000, 30_000, 21_000, 37_000, 46_000]
    assert modified_internal_rate_of_return(loans, 0.10, 0.12).value == pytest.approx(0.126094, abs=1e-6)
    assert modified_internal_rate_of_return(loans[:4], 0.10, 0.12).value == pytest.approx(-0.048045, abs=1e-6)


def test_the_pump_of_lorie_and_savage_has_two_rates_and_so_none():
    pump = [-1_600, 10_000, -10_000]
    assert net_present_value(pump, 0.25) == pytest.approx(0, abs=1e-9)
    assert net_present_value(pump, 4.00) == pytest.approx(0, abs=1e-9)
    found = internal_rate_of_return(pump)
    assert found.value is None
    assert "change sign 2 times" in str(found.reason)
    assert modified_internal_rate_of_return(pump, 0.10, 0.10).value is not None


def test_two_sign_changes_with_one_rate_by_norstrom():
    """A running total of -100, 20, 140, 130 changes sign once: one rate above zero."""
    flows = [-100, 120, 120, -10]
    rate = internal_rate_of_return(flows).value
    assert [rate] == pytest.approx([other for other in roots(flows) if other > 0])
    assert net_present_value(flows, rate) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("flows", "reason"),
    [
        ([], "there are no flows"),
        ([0.0, 0.0], "there are no flows"),
        ([5.0, 5.0], "every flow is positive, so that no rate balances them"),
        ([-5.0, 0.0, -5.0], "every flow is negative, so that no rate balances them"),
        (
            [1.0, -3.0, 2.5],
            "the flows change sign 2 times, so that several rates are possible; see the modified rate",
        ),
    ],
)
def test_no_rate_and_why(flows, reason):
    found = internal_rate_of_return(flows)
    assert (found.value, found.reason) == (None, reason)
    assert str(found) == f"none: {reason}"


def roots(flows):
    """Real rates above -100 % from the polynomial in 1 / (1 + r), by numpy's eigenvalues."""
    found = np.roots(list(reversed(flows)))
    real = [x.real for x in found if abs(x.imag) < 1e-9 and x.real > 1e-9]
    return [1.0 / x - 1.0 for x in real]


def test_a_second_implementation_agrees_on_random_flows():
    draw = np.random.default_rng(17)
    given = 0
    for _ in range(300):
        length = int(draw.integers(3, 12))
        flows = [-draw.uniform(50, 100), *(draw.uniform(-20, 60) for _ in range(length))]
        rate = 0.07
        by_hand = sum(flow / 1.07**t for t, flow in enumerate(flows))
        assert net_present_value(flows, rate) == pytest.approx(by_hand, rel=1e-12)
        found = internal_rate_of_return(flows)
        others = roots(flows)
        if found.value is not None:
            given += 1
            assert min(abs(found.value - other) for other in others) < 1e-7
            assert sign_changes(flows) == 1 or len([r for r in others if r > 0]) == 1
        else:
            assert sign_changes(flows) > 1
    assert given > 100


def test_modified_rate_agrees_with_pyxirr():
    import pyxirr

    flows = [-500, -200, 300, 250, -40, 420]
    ours = modified_internal_rate_of_return(flows, 0.06, 0.09).value
    assert ours == pytest.approx(pyxirr.mirr(flows, 0.06, 0.09), rel=1e-10)
    assert modified_internal_rate_of_return([-1, -1], 0.1, 0.1).reason == (
        "the flows hold no payment and later receipt"
    )


def test_payback_by_hand():
    """100 now, 60 a year: at 10 % 54.545 and 49.587, so 1 + 45.455 / 49.587 years."""
    assert discounted_payback([-100, 60, 60, 60], 0.10).value == pytest.approx(1 + 45.4545454 / 49.5867769)
    assert discounted_payback([-100, 10], 0.10).reason == "the money does not come back within the life"
    assert discounted_payback([0, 5], 0.10).reason == "nothing is paid"
    assert discounted_payback([100, -20, 5], 0.0).value == 0
    """A renewal that throws the total below nil again counts: -100, +50, then -10, then +20."""
    assert discounted_payback([-100, 150, -60, 30], 0.0).value == pytest.approx(2 + 10 / 30)


def test_levelised_cost_needs_output():
    assert levelised_cost([100, 0], [0, 10], 0.25) == pytest.approx(12.5)
    with pytest.raises(ValueError, match="a levelised cost needs output"):
        levelised_cost([1.0], [0.0], 0.1)


def test_a_loan_is_paid_back_in_equal_payments():
    """10,000 at 8 % over 10 years is 1,490.29 a year."""
    interest, repayment = loan([10_000] + [0] * 12, 0.08, 1, 10)
    paid = [i + r for i, r in zip(interest, repayment, strict=True)]
    assert paid[1:11] == pytest.approx([1490.2949] * 10, abs=1e-4)
    assert paid[11:] == [0, 0]
    assert sum(repayment) == pytest.approx(10_000)
    interest, repayment = loan([600, 400, 0, 0, 0], 0.1, 2, 2)
    assert interest[1] == pytest.approx(60)
    assert sum(repayment) == pytest.approx(1000)
    assert loan([0, 0], 0.1, 1, 1) == ([0, 0], [0, 0])
    with pytest.raises(ValueError, match="lent after the first repayment"):
        loan([5, 5], 0.1, 1, 1)
    with pytest.raises(ValueError, match="longer than the years"):
        loan([5, 0], 0.1, 1, 2)


def test_pyxirr_is_loaded_only_when_a_rate_is_asked_for():
    code = (
        "import sys, alopt.cli, alopt.analysis.appraisal; assert 'pyxirr' not in sys.modules; "
        "from alopt.finance import internal_rate_of_return as i; i([-1, 2]); assert 'pyxirr' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
