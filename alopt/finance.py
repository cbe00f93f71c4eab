"""Capital charges and the figures of an investment: NPV, IRR, modified IRR, payback, loans.

A year's flow stands at one moment of its year and the first flow is not discounted, in annuities
as in present values, so that a sheet and the model count alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

#: A rate is a root where the flows' present value is below this share of their sum.
_ROOT = 1e-8


def discount_factor(rate: float, years: float) -> float:
    """Present value of one unit paid after a number of years.

    Parameters
    ----------
    rate : float
        Real discount rate per year, above −1.
    years : float
        Time until payment, in years.

    Returns
    -------
    float
        (1 + rate) ** −years.

    Examples
    --------
    >>> round(discount_factor(0.08, 10), 6)
    0.463193
    """
    return float((1.0 + rate) ** -years)


def annuity_due_factor(rate: float, life: float) -> float:
    """Present value of one unit a year, paid at the start of each year of a life.

    Parameters
    ----------
    rate : float
        Real discount rate per year, above −1.
    life : float
        Life in years, above 0; the part year of a broken life is paid in proportion.

    Returns
    -------
    float
        Σ_{s<life} (1 + rate)^−s.

    Raises
    ------
    ValueError
        If the life is not above zero.

    Notes
    -----
    Annuity-due, as in any textbook of engineering economy; a 20-year annuity-due at 8 % is
    1.08 times the ordinary annuity of 9.8181 years.

    Examples
    --------
    >>> round(annuity_due_factor(0.08, 20), 4)
    10.6036
    >>> annuity_due_factor(0.0, 7)
    7.0
    """
    if not life > 0:
        raise ValueError(f"a life must be above zero, not {life}")
    whole = int(life)
    total = sum(discount_factor(rate, s) for s in range(whole))
    return float(total + (life - whole) * discount_factor(rate, whole))


def annuity_due(capex: float, rate: float, life: float) -> float:
    """Yearly charge, paid at the start of each year of the life, whose present value is the capex.

    Parameters
    ----------
    capex : float
        Money spent at the start of the life.
    rate, life : float
        Real discount rate per year; life in years.

    Returns
    -------
    float
        Charge per year, in the unit of ``capex``.

    Raises
    ------
    ValueError
        If the life is not above zero.

    Examples
    --------
    >>> round(annuity_due(8800.0, 0.08, 20), 2)
    829.91
    """
    return capex / annuity_due_factor(rate, life)


def net_present_value(flows: Sequence[float], rate: float) -> float:
    """Present value of yearly flows, the first of which is not discounted.

    Parameters
    ----------
    flows : sequence of float
        One per year, from the first year of spending.
    rate : float
        Rate per year, above −1.

    Returns
    -------
    float
        Σ_t flows[t] (1 + rate)^−t, in the unit of the flows.

    Examples
    --------
    The example of the NPV function in the reference of Microsoft Excel, which discounts the first
    flow too (hence the leading zero):

    >>> round(net_present_value([0, -10_000, 3_000, 4_200, 6_800], 0.10), 2)
    1188.44
    """
    return float(sum(flow * discount_factor(rate, year) for year, flow in enumerate(flows)))


@dataclass(frozen=True)
class Figure:
    """A figure, or the reason why there is none: exactly one of the two is given."""

    value: float | None
    reason: str | None = None

    def __str__(self) -> str:
        return f"{self.value:.6g}" if self.value is not None else f"none: {self.reason}"


def sign_changes(flows: Sequence[float]) -> int:
    """How often the flows change sign, zeros left out: Descartes' bound on the number of rates.

    >>> sign_changes([-1600, 10_000, 0, -10_000])
    2
    """
    signs = [flow > 0 for flow in flows if flow]
    return sum(a != b for a, b in pairwise(signs))


def internal_rate_of_return(flows: Sequence[float]) -> Figure:
    """Rate at which the flows have no present value, where there is one and only one.

    Parameters
    ----------
    flows : sequence of float
        One per year.

    Returns
    -------
    Figure
        The rate; or why there is none. With two sign changes or more a rate is given only where
        the running total of the flows changes sign once (Norstrøm's condition: one rate above
        zero), since a solver would return one of several rates and say nothing.

    Notes
    -----
    The root is found by pyxirr and put back. Norstrøm C. J., A sufficient condition for a unique
    nonnegative internal rate of return, Journal of Financial and Quantitative Analysis 7 (1972).

    Examples
    --------
    The example of the IRR function in the reference of Microsoft Excel, 8.7 % after five years:

    >>> rate = internal_rate_of_return([-70_000, 12_000, 15_000, 18_000, 21_000, 26_000]).value
    >>> round(rate, 4)
    0.0866

    The pump of Lorie and Savage (Journal of Business 28, 1955) has two, 25 % and 400 %:

    >>> internal_rate_of_return([-1_600, 10_000, -10_000]).reason
    'the flows change sign 2 times, so that several rates are possible; see the modified rate'
    """
    if not any(flows):
        return Figure(None, "there are no flows")
    changes = sign_changes(flows)
    if changes == 0:
        kind = "positive" if any(flow > 0 for flow in flows) else "negative"
        return Figure(None, f"every flow is {kind}, so that no rate balances them")
    if changes > 1 and not _one_rate_above_zero(flows):
        return Figure(
            None,
            f"the flows change sign {changes} times, so that several rates are possible; "
            "see the modified rate",
        )
    from pyxirr import irr  # noqa: PLC0415 - binary, and only investments need it

    rate = irr(list(flows))
    scale = sum(abs(flow) for flow in flows)
    if rate is None or not rate > -1.0 or abs(net_present_value(flows, rate)) > _ROOT * scale:
        return Figure(None, "no rate between −100 % and the solver's limit balances the flows")
    if changes > 1 and rate < 0.0:
        return Figure(None, "the rate found is below zero, where it need not be the only one")
    return Figure(float(rate))


def _one_rate_above_zero(flows: Sequence[float]) -> bool:
    running = list(accumulate(flows))
    return running[-1] > 0 and flows[0] < 0 and sign_changes(running) == 1


def modified_internal_rate_of_return(
    flows: Sequence[float], finance_rate: float, reinvestment_rate: float
) -> Figure:
    """Rate that turns the present value of what is paid into the end value of what is received.

    Parameters
    ----------
    flows : sequence of float
        One per year.
    finance_rate, reinvestment_rate : float
        Rates per year for negative and for positive flows.

    Returns
    -------
    Figure
        The rate; or why there is none.

    Examples
    --------
    The example of the MIRR function in the reference of Microsoft Excel:

    >>> flows = [-120_000, 39_000, 30_000, 21_000, 37_000, 46_000]
    >>> round(modified_internal_rate_of_return(flows, 0.10, 0.12).value, 4)
    0.1261
    """
    last = len(flows) - 1
    paid = -net_present_value([min(flow, 0.0) for flow in flows], finance_rate)
    received = sum(
        max(flow, 0.0) * (1.0 + reinvestment_rate) ** (last - year) for year, flow in enumerate(flows)
    )
    if last < 1 or paid <= 0 or received <= 0:
        return Figure(None, "the flows hold no payment and later receipt")
    return Figure(float((received / paid) ** (1.0 / last) - 1.0))


def discounted_payback(flows: Sequence[float], rate: float) -> Figure:
    """Years from the first flow until the running present value is zero for good.

    Parameters
    ----------
    flows : sequence of float
        One per year.
    rate : float
        Rate per year.

    Returns
    -------
    Figure
        Years, with the part of the last one in proportion; or why there are none.

    Examples
    --------
    100 paid, 60 a year received at 10 %: 54.55 and 49.59, so 1.92 years by hand.

    >>> round(discounted_payback([-100, 60, 60, 60], 0.10).value, 4)
    1.9167
    """
    running = list(accumulate(flow * discount_factor(rate, year) for year, flow in enumerate(flows)))
    if not any(flow < 0 for flow in flows):
        return Figure(None, "nothing is paid")
    if running[-1] < 0:
        return Figure(None, "the money does not come back within the life")
    last = max((year for year, total in enumerate(running) if total < 0), default=None)
    if last is None:
        return Figure(0.0)
    return Figure(last + running[last] / (running[last] - running[last + 1]))


def levelised_cost(costs: Sequence[float], output: Sequence[float], rate: float) -> float:
    """Cost per unit of output, both discounted.

    Parameters
    ----------
    costs, output : sequence of float
        One per year each.
    rate : float
        Rate per year.

    Returns
    -------
    float
        Present value of the costs over that of the output.

    Raises
    ------
    ValueError
        If nothing is made.

    Examples
    --------
    1,000 spent at once and 10 a year for two years of one unit each at 10 %:

    >>> round(levelised_cost([1_000, 10, 10], [0, 1, 1], 0.10), 4)
    586.1905
    """
    made = net_present_value(output, rate)
    if not made > 0:
        raise ValueError("a levelised cost needs output")
    return net_present_value(costs, rate) / made


def loan(draws: Sequence[float], rate: float, start: int, years: int) -> tuple[list[float], list[float]]:
    """Interest and repayment of a loan, year by year.

    Parameters
    ----------
    draws : sequence of float
        Money lent in each year before the start; interest falls due from the year after.
    rate : float
        Interest per year.
    start, years : int
        First year of repayment, and number of equal payments.

    Returns
    -------
    interest, repayment : list of float
        As long as the draws.

    Raises
    ------
    ValueError
        If money is lent after the start, or the payments do not end within the years given.

    Examples
    --------
    1,000 at 10 % over three years is 402.11 a year (an ordinary annuity of 2.4869 years):

    >>> interest, repayment = loan([1_000, 0, 0, 0], 0.10, 1, 3)
    >>> [round(i + r, 2) for i, r in zip(interest, repayment)]
    [0.0, 402.11, 402.11, 402.11]
    """
    if any(draws[start:]):
        raise ValueError("money is lent after the first repayment")
    if start + years > len(draws):
        raise ValueError("the loan is longer than the years that follow its start")
    interest, repayment = [0.0] * len(draws), [0.0] * len(draws)
    level = sum(draws) * (1.0 + rate) / annuity_due_factor(rate, years)
    balance = 0.0
    for year, draw in enumerate(draws):
        interest[year] = balance * rate
        if start <= year < start + years - 1:
            repayment[year] = level - interest[year]
        elif year == start + years - 1:
            repayment[year] = balance  # what is left, so that no rounding stays owed
        balance += draw - repayment[year]
    return interest, repayment
