r"""Who bears a plan: what users of metal, its makers and traders, and the state have of it in a year.

With the metal price :math:`\pi_d` of each market,

- users pay :math:`\sum_d \pi_d \, served_d` and lose what unserved demand would have paid;
- makers of recycled metal take :math:`\sum_d \pi_d \, recycled_d`, at no cost in the model;
- whoever else a payment reaches (the state, a grid company, buyers abroad) has what is paid to it;
- makers and traders of primary metal, with the owners of quota, ore and contracts of power, keep
  the rest of what users pay, less resource costs and payments.

All of it adds up to the resource cost with its sign turned, so differences between two runs add up
to what the change costs the country and its trade. Method: incidence as in any welfare account of
a partial equilibrium; prices are those of the plan, so where the price of a year hangs on an
investment, single years swing and present values tell.
"""

from __future__ import annotations

from alopt.results.saved import Run

USERS, RECYCLERS, MAKERS = "users of metal", "makers of recycled metal", "makers and traders of metal"

#: Who receives payments that leave the country.
ABROAD = "abroad"

#: Payers that are makers or traders themselves.
_TRADE = {"smelters", "importers", "exporters"}


def burden(run: Run, year: int) -> dict[str, float]:
    """Return what each group has of a year.

    Parameters
    ----------
    run : Run
    year : int
        One of its model years.

    Returns
    -------
    dict of str to float
        M CNY a year by group, negative where the group pays; the sum is the resource cost, negative.
        Empty where a market that is served has no price.
    """
    bill = recycled = 0.0
    for row in run.tables["markets"].records():
        if row["year"] == year:
            served = row["demand"] - row["unserved"]
            if row["price_cny_per_t"] is None:
                if served:
                    return {}
                continue
            bill += row["price_cny_per_t"] * served
            recycled += row["price_cny_per_t"] * row["recycled"]
    costs = run.tables["costs"].totals("cost_m_cny", "year", "component", "kind")
    resources = {component: v for (y, component, kind), v in costs.items() if (y, kind) == (year, "resource")}
    lost = resources.pop("unserved", 0.0)
    others: dict[str, float] = {}
    if "transfers" in run.tables:
        for row in run.tables["transfers"].records():
            if row["year"] == year:
                for party, sign in ((row["receiver"], 1.0), (row["payer"], -1.0)):
                    if party not in _TRADE:
                        others[party] = others.get(party, 0.0) + sign * row["amount_m_cny"]
    kept = bill - recycled - sum(resources.values()) - sum(others.values())
    return {USERS: -bill - lost, MAKERS: kept, RECYCLERS: recycled, **dict(sorted(others.items()))}
