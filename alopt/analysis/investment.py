"""One investment as a finance department sees it: flows by year, and every figure from them.

Everything is the difference between two cases: the plant as it is, run on, and the plant with the
project. A year's flow stands at one moment of its year, the first year is not discounted, and
money is real M CNY without VAT, so that the sheet and the linear program count alike. Losses are
set off against the owner's other profits in the year in which they arise, which keeps every figure
linear in each price and in the capex; a break-even is therefore one division.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from alopt.finance import (
    Figure,
    discount_factor,
    discounted_payback,
    internal_rate_of_return,
    levelised_cost,
    loan,
    modified_internal_rate_of_return,
    net_present_value,
)
from alopt.model.emissions import NESTED, sources_within

#: Yearly costs of a plant, in the order of the sheet.
COMPONENTS = (
    "power", "surcharge", "alumina", "alumina_freight", "anode", "fluoride", "labour", "maintenance",
    "overhead", "carbon",
)  # fmt: skip

#: Whose flows: before tax and debt (the linear program's terms), after tax, and after debt.
VIEWS = ("before_tax", "after_tax", "levered")

#: Prices and costs for which a break-even is solved.
BREAK_EVENS = ("power", "alumina", "metal", "carbon", "quota", "capex")

Path = tuple[float, ...]


@dataclass(frozen=True)
class Plant:
    """A plant, per tonne of metal or per tonne of capacity.

    Attributes
    ----------
    capacity : float
        Mt/a.
    availability : float
        Output over capacity in a full year.
    ac : float
        MWh/t.
    alumina, anode : float
        t/t.
    freight, fluoride : float
        CNY/t of metal; ``fluoride`` holds other variable costs too.
    labour, maintenance, overhead : float
        CNY/t·a of capacity, whether it runs or not.
    emission : mapping of str to float
        t CO2e/t by source, power apart.
    power_factor : tuple of float
        t CO2/MWh by year.
    surcharge : tuple of float
        CNY/t by year that a tiered tariff adds at the plant's intensity.
    """

    capacity: float
    availability: float
    ac: float
    alumina: float
    anode: float
    freight: float
    fluoride: float
    labour: float
    maintenance: float
    overhead: float
    emission: Mapping[str, float]
    power_factor: Path
    surcharge: Path

    @property
    def output(self) -> float:
        """Mt in a full year."""
        return self.capacity * self.availability

    def intensity(self, boundary: str, year: int) -> float:
        """T CO2e per tonne of metal within a boundary in a year of the sheet."""
        inside = sources_within(boundary)
        power = self.ac * self.power_factor[year] if "power" in inside else 0.0
        return power + sum(value for source, value in self.emission.items() if source in inside)


@dataclass(frozen=True)
class Prices:
    """Price paths by year of the sheet, CNY per t or MWh without VAT.

    ``free`` is the free allocation by year, t CO2e per t of metal.
    ``contract`` are the years in which the power price is the project's own to negotiate, and
    ``shared_power`` says whether the plant as it is would buy at the same price.
    """

    metal: Path
    anode: Path
    carbon: Path
    free: Path
    alumina_before: Path
    alumina_after: Path
    power_before: Path
    power_after: Path
    contract: range
    shared_power: bool


@dataclass(frozen=True)
class Outlay:
    """Money spent once: kind, year of the sheet, M CNY, years of depreciation (None: at once)."""

    kind: str
    year: int
    amount: float
    life: float | None


@dataclass(frozen=True)
class Terms:
    """Rates, tax and debt.

    ``investor`` discounts flows before debt, ``equity`` those after it, ``planner`` resources;
    ``residual`` says whether the unexpired book value comes back at the end.
    """

    investor: float
    planner: float
    equity: float | None = None
    tax: float = 0.0
    debt_share: float = 0.0
    debt_rate: float = 0.0
    debt_years: int = 0
    residual: bool = False
    carbon_scope: str = "direct"


@dataclass(frozen=True)
class Investment:
    """Everything a sheet is made from.

    Attributes
    ----------
    start_year : int
        First year of spending.
    construction, life : int
        Years before the plant after the project runs, and years that it runs.
    downtime : float
        Years of the old plant's output lost in the change.
    before : Plant or None
        None where nothing stands.
    after : Plant
    prices : Prices
    outlays : tuple of Outlay
    quota_mt_per_a, quota_price, quota_resale : float
        Quota bought (negative: sold), M CNY per Mt/a now and at the end of the life.
    terms : Terms
    """

    start_year: int
    construction: int
    life: int
    downtime: float
    before: Plant | None
    after: Plant
    prices: Prices
    outlays: tuple[Outlay, ...]
    quota_mt_per_a: float
    quota_price: float
    quota_resale: float
    terms: Terms

    @property
    def length(self) -> int:
        """Years of the sheet."""
        return self.construction + self.life


@dataclass(frozen=True)
class Sheet:
    """Flows by year, M CNY; costs and outlays are positive, flows are received if positive.

    ``costs`` are differences between the two cases; ``before`` and ``after`` those of each plant.
    """

    revenue: Sequence[float]
    costs: Mapping[str, Sequence[float]]
    cost_before: Mapping[str, Sequence[float]]
    cost_after: Mapping[str, Sequence[float]]
    cost_kept: Mapping[str, Sequence[float]]
    outlays: Mapping[str, Sequence[float]]
    before_tax: Sequence[float]
    depreciation: Sequence[float]
    tax: Sequence[float]
    after_tax: Sequence[float]
    drawn: Sequence[float]
    interest: Sequence[float]
    repayment: Sequence[float]
    levered: Sequence[float]
    output_before: Sequence[float]
    output_kept: Sequence[float]
    output_after: Sequence[float]


def sheet(inv: Investment) -> Sheet:
    """Lay out the flows of an investment by year.

    Parameters
    ----------
    inv : Investment

    Returns
    -------
    Sheet
        ``cost_before`` is the plant as it is, ``cost_kept`` what it still costs until the change,
        ``cost_after`` the plant with the project.
    """
    years = range(inv.length)
    whole, none = [1.0] * inv.length, [0.0] * inv.length
    kept_running, after_running = _running(inv)
    built = [0.0 if t < inv.construction else 1.0 for t in years]
    standing = [1.0 - share for share in built]
    before, prices = inv.before, inv.prices
    reference = _costs(inv, before, whole, whole, prices.power_before, prices.alumina_before)
    kept = _costs(inv, before, kept_running, standing, prices.power_before, prices.alumina_before)
    after = _costs(inv, inv.after, after_running, built, prices.power_after, prices.alumina_after)
    made_before = [before.output] * inv.length if before else none
    made_kept = [before.output * u for u in kept_running] if before else none
    made_after = [inv.after.output * u for u in after_running]
    revenue = [prices.metal[t] * (made_kept[t] + made_after[t] - made_before[t]) for t in years]
    costs = {c: [kept[c][t] + after[c][t] - reference[c][t] for t in years] for c in COMPONENTS}
    outlays, depreciation = _spending(inv)
    margin = [revenue[t] - sum(costs[c][t] for c in COMPONENTS) for t in years]
    before_tax = [margin[t] - sum(spent[t] for spent in outlays.values()) for t in years]
    at_once = _at_once(inv)
    taxed = [margin[t] - depreciation[t] - at_once[t] - outlays["residual"][t] for t in years]
    tax = [inv.terms.tax * profit for profit in taxed]
    after_tax = [before_tax[t] - tax[t] for t in years]
    drawn = [inv.terms.debt_share * spent for spent in _financed(inv, outlays)]
    interest, repayment = none, none
    if any(drawn):
        start = max(inv.construction, 1)
        interest, repayment = loan(drawn, inv.terms.debt_rate, start, inv.terms.debt_years)
    levered = [after_tax[t] + drawn[t] - repayment[t] - (1.0 - inv.terms.tax) * interest[t] for t in years]
    return Sheet(
        revenue=revenue, costs=costs, cost_before=reference, cost_after=after, cost_kept=kept,
        outlays=outlays, before_tax=before_tax, depreciation=depreciation, tax=tax, after_tax=after_tax,
        drawn=drawn, interest=interest, repayment=repayment, levered=levered,
        output_before=made_before, output_kept=made_kept, output_after=made_after,
    )  # fmt: skip


def _running(inv: Investment) -> tuple[list[float], list[float]]:
    """Shares of each year in which the old plant still runs and the new one does.

    The old plant stops for the downtime just before the new one starts; what is longer than the
    construction, as where nothing is built beforehand, makes the new one start late.
    """
    kept = [1.0 if t < inv.construction else 0.0 for t in range(inv.length)]
    after = [1.0 - share for share in kept]
    left = inv.downtime
    for t in range(inv.construction - 1, -1, -1):
        kept[t] -= min(left, 1.0)
        left -= min(left, 1.0)
    for t in range(inv.construction, inv.length):
        after[t] -= min(left, 1.0)
        left -= min(left, 1.0)
    return kept, after


def _costs(
    inv: Investment,
    plant: Plant | None,
    running: Sequence[float],
    standing: Sequence[float],
    power: Path,
    alumina: Path,
) -> dict[str, list[float]]:
    """Yearly costs of a plant by component, M CNY."""
    if plant is None:
        return {component: [0.0] * inv.length for component in COMPONENTS}
    made = [plant.output * share for share in running]
    held = [plant.capacity * share for share in standing]
    scope, free, carbon = inv.terms.carbon_scope, inv.prices.free, inv.prices.carbon
    years = range(inv.length)
    return {
        "power": [made[t] * plant.ac * power[t] for t in years],
        "surcharge": [made[t] * plant.surcharge[t] for t in years],
        "alumina": [made[t] * plant.alumina * alumina[t] for t in years],
        "alumina_freight": [m * plant.freight for m in made],
        "anode": [made[t] * plant.anode * inv.prices.anode[t] for t in years],
        "fluoride": [m * plant.fluoride for m in made],
        "labour": [h * plant.labour for h in held],
        "maintenance": [h * plant.maintenance for h in held],
        "overhead": [h * plant.overhead for h in held],
        "carbon": [
            made[t] * carbon[t] * (plant.intensity(scope, t) - free[t]) if carbon[t] else 0.0 for t in years
        ],
    }


def _all_outlays(inv: Investment) -> list[Outlay]:
    quota = Outlay("quota", 0, inv.quota_mt_per_a * inv.quota_price, float(inv.length))
    return [*inv.outlays, quota] if inv.quota_mt_per_a else list(inv.outlays)


def _spending(inv: Investment) -> tuple[dict[str, list[float]], list[float]]:
    """Outlays by kind and year, and depreciation by year.

    A part is written down evenly from the year in which it is in use; what is left at the end is
    written off in the last year, in which the residual value, if any, is received.
    """
    kinds = ("capex", "other_capex", "renewal", "works", "closure", "quota", "residual")
    spent: dict[str, list[float]] = {kind: [0.0] * inv.length for kind in kinds}
    depreciation, end, book = [0.0] * inv.length, inv.length, 0.0
    for outlay in _all_outlays(inv):
        spent[outlay.kind][outlay.year] += outlay.amount
        if outlay.life is None:
            continue
        first, left = max(outlay.year, inv.construction) if outlay.kind != "quota" else 0, outlay.amount
        for t in range(first, end):
            written = outlay.amount * max(0.0, min(1.0, outlay.life - (t - first))) / outlay.life
            depreciation[t] += written
            left -= written
        depreciation[-1] += left
        book += left if outlay.kind != "quota" else 0.0
    residual = (book if inv.terms.residual else 0.0) + inv.quota_mt_per_a * inv.quota_resale
    spent["residual"][-1] = -residual
    return spent, depreciation


def _at_once(inv: Investment) -> list[float]:
    expensed = [0.0] * inv.length
    for outlay in inv.outlays:
        if outlay.life is None:
            expensed[outlay.year] += outlay.amount
    return expensed


def _financed(inv: Investment, outlays: Mapping[str, Sequence[float]]) -> list[float]:
    """Spending that is shared with lenders: everything up to the start of the new plant."""
    last = max(inv.construction - 1, 0)
    kinds = ("capex", "other_capex", "works", "quota")
    return [sum(outlays[kind][t] for kind in kinds) if t <= last else 0.0 for t in range(inv.length)]


def view_rate(terms: Terms, view: str) -> float:
    """Rate at which a view's flows are discounted.

    Raises
    ------
    ValueError
        If levered flows are asked for and the terms give no equity rate.
    """
    if view != "levered":
        return terms.investor
    if terms.equity is None:
        raise ValueError("levered flows need an equity rate")
    return terms.equity


def views(terms: Terms) -> tuple[str, ...]:
    """Views that the terms allow: levered ones need an equity rate."""
    return VIEWS if terms.equity is not None else VIEWS[:2]


def net_value(inv: Investment, view: str = "before_tax") -> float:
    """Net present value of a view, M CNY at the start year."""
    flows: Sequence[float] = getattr(sheet(inv), view)
    return net_present_value(flows, view_rate(inv.terms, view))


@dataclass(frozen=True)
class Metrics:
    """Figures of one view; ``npv`` in M CNY, ``payback`` in years from the first spending."""

    npv: float
    irr: Figure
    mirr: Figure
    payback: Figure


def metrics(flows: Sequence[float], rate: float) -> Metrics:
    """Figures of yearly flows at a rate, which also finances and reinvests in the modified rate."""
    return Metrics(
        npv=net_present_value(flows, rate),
        irr=internal_rate_of_return(flows),
        mirr=modified_internal_rate_of_return(flows, rate, rate),
        payback=discounted_payback(flows, rate),
    )


def priced(inv: Investment, what: str, value: float) -> Investment:
    """Return the investment with one price, flat over its years, or with another capex.

    Parameters
    ----------
    inv : Investment
    what : str
        One of :data:`BREAK_EVENS`. ``power`` is the price over the years of the contract, also for
        the plant as it is where both buy alike; ``capex`` multiplies the capex by the value.
    value : float
        CNY per t, MWh or t/a without VAT; a multiple of the capex.

    Returns
    -------
    Investment

    Raises
    ------
    ValueError
        If there is no such price.
    """
    prices, flat = inv.prices, (value,) * inv.length
    if what == "power":
        after = _within(prices.power_after, prices.contract, value)
        before = _within(prices.power_before, prices.contract, value) if prices.shared_power else None
        return replace(
            inv,
            prices=replace(prices, power_after=after, power_before=before or prices.power_before),
        )
    if what == "alumina":
        return replace(inv, prices=replace(prices, alumina_before=flat, alumina_after=flat))
    if what == "metal":
        return replace(inv, prices=replace(prices, metal=flat))
    if what == "carbon":
        return replace(inv, prices=replace(prices, carbon=flat))
    if what == "quota":
        return replace(inv, quota_price=value)
    if what == "capex":
        outlays = (
            replace(outlay, amount=outlay.amount * value) if outlay.kind == "capex" else outlay
            for outlay in inv.outlays
        )
        return replace(inv, outlays=tuple(outlays))
    raise ValueError(f"no break-even of {what}; there are {', '.join(BREAK_EVENS)}")


def _within(path: Path, years: range, value: float) -> Path:
    return tuple(value if t in years else price for t, price in enumerate(path))


_NO_SLOPE = {
    "power": "the power that is bought does not change",
    "alumina": "the alumina that is bought does not change",
    "metal": "the output does not change",
    "carbon": "the emissions that pay do not change",
    "quota": "no quota changes hands",
    "capex": "there is no capex",
}


def break_even(inv: Investment, what: str, view: str = "before_tax") -> Figure:
    """Price at which the net present value of a view is nil.

    Parameters
    ----------
    inv : Investment
    what : str
        One of :data:`BREAK_EVENS`; for ``capex`` the result is a multiple of the capex.
    view : str
        One of :data:`VIEWS`.

    Returns
    -------
    Figure
        CNY per t, MWh or t/a without VAT; or why there is none. It may lie below zero, where the
        project pays at any price (or at none).

    Notes
    -----
    Net present value is linear in each price and in the capex, so two values give the line and
    one division its zero; a second division takes out what rounding left.
    """
    unit = 1.0 if what == "capex" else 1000.0
    nil, one = (net_value(priced(inv, what, x), view) for x in (0.0, unit))
    slope = (one - nil) / unit
    if abs(slope) * unit <= 1e-9 * (abs(nil) + inv.after.output):
        return Figure(None, _NO_SLOPE[what])
    value = -nil / slope
    return Figure(value - net_value(priced(inv, what, value), view) / slope)


def pays_above(inv: Investment, what: str, view: str = "before_tax") -> bool:
    """Whether a higher price (or capex) is better for the project."""
    return net_value(priced(inv, what, 1000.0), view) > net_value(priced(inv, what, 0.0), view)


def levelised(inv: Investment) -> tuple[dict[str, float] | None, dict[str, float]]:
    """Levelised cost of aluminium before and after, CNY/t without VAT by component.

    Returns
    -------
    before : dict of str to float, or None
        The plant as it is over the years in which the project runs.
    after : dict of str to float
        With ``capital`` (outlays less residual value), ``quota`` and ``lost_output`` (margin lost
        in the change). Where output is the same, NPV = (before − after) × discounted output.
    """
    laid, rate, start = sheet(inv), inv.terms.investor, inv.construction
    made = [0.0] * start + list(laid.output_after[start:])
    after = {c: levelised_cost(laid.cost_after[c], made, rate) for c in COMPONENTS}
    spent = {
        "capital": [kind for kind in laid.outlays if kind != "quota"],
        "quota": ["quota"],
    }
    resale = [0.0] * (inv.length - 1) + [inv.quota_mt_per_a * inv.quota_resale]
    for name, kinds in spent.items():
        flows = [sum(laid.outlays[kind][t] for kind in kinds) for t in range(inv.length)]
        sign = 1.0 if name == "capital" else -1.0
        after[name] = levelised_cost([f + sign * r for f, r in zip(flows, resale, strict=True)], made, rate)
    if inv.before is None:
        return None, {**after, "lost_output": 0.0}
    lost = [
        inv.prices.metal[t] * (laid.output_before[t] - laid.output_kept[t])
        - sum(laid.cost_before[c][t] - laid.cost_kept[c][t] for c in COMPONENTS)
        if t < start
        else 0.0
        for t in range(inv.length)
    ]
    after["lost_output"] = levelised_cost(lost, made, rate)
    running = [0.0] * start + list(laid.output_before[start:])
    before = {
        c: levelised_cost([0.0] * start + list(laid.cost_before[c][start:]), running, rate)
        for c in COMPONENTS
    }
    return before, after


@dataclass(frozen=True)
class Abatement:
    """What a project avoids within a boundary.

    ``tonnes`` are Mt CO2e over the life at the output after the project (output lost or gained is
    no abatement), ``per_t`` t CO2e per tonne of metal, and the costs CNY per t CO2e, discounted
    both, carbon payments left out.
    """

    tonnes: float
    per_t: float
    investor_cost: Figure
    planner_cost: Figure


def abatement(
    inv: Investment, boundaries: Sequence[str] = NESTED, laid: Sheet | None = None
) -> dict[str, Abatement]:
    """Emissions avoided by boundary, and what a tonne costs.

    Parameters
    ----------
    inv : Investment
    boundaries : sequence of str
    laid : Sheet, optional
        That of the investment, where it is at hand.

    Returns
    -------
    dict of str to Abatement
        By boundary. Without a plant before, everything that the project emits is added.
    """
    laid, found = laid or sheet(inv), {}
    free_of_carbon = [flow + laid.costs["carbon"][t] for t, flow in enumerate(laid.before_tax)]
    resources = resource_flows(laid)
    for boundary in boundaries:
        avoided = [
            made
            * ((inv.before.intensity(boundary, t) if inv.before else 0.0) - inv.after.intensity(boundary, t))
            if made
            else 0.0
            for t, made in enumerate(laid.output_after)
        ]
        total, output = sum(avoided), sum(laid.output_after)
        found[boundary] = Abatement(
            total,
            total / output,
            _cost_of(free_of_carbon, avoided, inv.terms.investor),
            _cost_of(resources, avoided, inv.terms.planner),
        )
    return found


def _cost_of(flows: Sequence[float], avoided: Sequence[float], rate: float) -> Figure:
    saved = net_present_value(avoided, rate)
    if saved <= 1e-12 * sum(abs(a) for a in avoided) or saved <= 0:
        return Figure(None, "the project avoids no emissions within this boundary")
    return Figure(-net_present_value(flows, rate) / saved)


def resource_flows(laid: Sheet) -> list[float]:
    """Flows as a planner sees them: before tax, without carbon payments, surcharges and quota.

    All are transfers between residents; the scarcity that they price is the linear program's.
    """
    return [
        flow + laid.costs["carbon"][t] + laid.costs["surcharge"][t] + laid.outlays["quota"][t]
        for t, flow in enumerate(laid.before_tax)
    ]


def later(now: Investment, next_year: Investment, view: str = "before_tax") -> tuple[float, float]:
    """Net present value of the same project a year later, and what waiting is worth.

    Parameters
    ----------
    now, next_year : Investment
        The second starts one year after the first, with that year's prices.
    view : str

    Returns
    -------
    waited : float
        M CNY at the start year of the first.
    worth : float
        Its difference from the value of investing now.
    """
    waited = net_value(next_year, view) * discount_factor(view_rate(now.terms, view), 1)
    return waited, waited - net_value(now, view)


def running_present_value(flows: Sequence[float], rate: float) -> list[float]:
    """Running total of discounted flows."""
    return list(accumulate(flow * discount_factor(rate, t) for t, flow in enumerate(flows)))
