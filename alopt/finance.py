"""Capital charges: annuities paid at the start of each year, charged only within the horizon."""

from __future__ import annotations


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
