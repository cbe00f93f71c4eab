"""The investor's sheet of every step between states, at every standing site and model year.

At the month's market prices, the investor's own rate and the life of the step's parts, before tax
and debt: what a finance department would file. It knows no shadow price of the plan. Prices are
real and flat, so that the money of a step is the same in each year; what it avoids is not, since
the power of a later year emits less. Quota for what a step gains in capacity costs nothing here:
its break-even price is what could be paid.

A newcomer's site has the figures of a plant of its state that stands there: power at the contracts
that a small newcomer gets beside today's fleet.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from alopt.analysis.investment import (
    Investment,
    Sheet,
    Terms,
    abatement,
    break_even,
    levelised,
    metrics,
    sheet,
)
from alopt.analysis.project import Place, arc_investment, newcomer_places, places_of, table_parts
from alopt.finance import Figure, net_present_value

if TYPE_CHECKING:
    from alopt.data.model_data import ModelData

#: Boundary of what a step avoids in the tables.
BOUNDARY = "smelter_scope_1_2"

#: Figures of a step, per t/a where the name does not say otherwise.
FIGURES = (
    "npv_cny_per_t_a", "irr", "no_irr", "modified_irr", "payback_years", "levelised_cost_before",
    "levelised_cost_after", "break_even_power_cny_per_mwh", "break_even_alumina_cny_per_t",
    "break_even_metal_cny_per_t", "break_even_carbon_cny_per_t", "break_even_quota_cny_per_t_a",
    "break_even_capex_cny_per_t_a", "no_break_even", "abated_t_per_t_a", "abatement_cost",
)  # fmt: skip

#: T CO2e per t/a over the life of a step, below which a cost per tonne says nothing.
_WEAK = 0.05

Step = tuple[str, str, str, int]


def investor_terms(data: ModelData) -> Terms | None:
    """Return the rates of the investor's sheets; None where the inputs name no rate or no metal price."""
    rate, market = data.parameters.get("investor_rate"), data.market_prices
    if rate is None or market is None or market.metal is None:
        return None
    policy = data.policies.get("carbon_price")
    scope = policy.scope if policy else BOUNDARY
    return Terms(investor=rate, planner=data.calendar.rate, carbon_scope=scope)


def step_life(data: ModelData, from_cell: str, to_cell: str) -> int:
    """Years that the longest-lived part of a step lasts; 0 where the tables know no capex of it."""
    lives = [life for capex, life in table_parts(data, from_cell, to_cell) or () if capex > 0]
    return max(1, round(max(lives))) if lives else 0


def step_investment(
    data: ModelData, place: Place, terms: Terms, step: Step, life: int | None = None
) -> Investment | None:
    """Investment of 1 Mt/a in a step that starts in a model year; None where the tables lack its capex.

    Parameters
    ----------
    data : ModelData
    place : Place
    terms : Terms
    step : (site, from_cell, to_cell, year)
    life : int, optional
        Years of the sheet, instead of those of the step's longest-lived part.
    """
    _, j, k, y = step
    life = life if life is not None else step_life(data, j, k)
    return arc_investment(data, place, j, k, 1.0, (y, 0, life), terms) if life else None


def step_sheets(data: ModelData, steps: Iterator[Step]) -> dict[Step, dict[str, Any]]:
    """Figures of the investor's sheet of steps.

    Parameters
    ----------
    data : ModelData
    steps : iterator of (site, from_cell, to_cell, year)

    Returns
    -------
    dict
        :data:`FIGURES` by step whose capex the tables know.
    """
    terms = investor_terms(data)
    if terms is None:
        return {}
    places, found = {**places_of(data), **newcomer_places(data)}, {}
    money: dict[Any, dict[str, Any]] = {}
    for step in steps:
        inv = step_investment(data, places[step[0]], terms, step) if step[0] in places else None
        if inv is None or inv.before is None:
            continue
        paid = (*step[:3], inv.prices.carbon, inv.prices.free, inv.before.surcharge, inv.after.surcharge)
        laid = sheet(inv)
        if any(inv.prices.carbon) or paid not in money:
            money[paid] = _money(inv, laid)
        found[step] = {**money[paid], **_carbon(inv, laid)}
    return found


def _money(inv: Investment, laid: Sheet) -> dict[str, Any]:
    """Returns, levelised costs and the break-evens of prices and capex, carbon apart."""
    known = metrics(laid.before_tax, inv.terms.investor)
    evens = _prices(inv, laid, known.npv)
    before, after = levelised(inv)
    return {
        "npv_cny_per_t_a": known.npv,
        "irr": known.irr.value,
        "no_irr": known.irr.reason,
        "modified_irr": known.mirr.value,
        "payback_years": known.payback.value,
        "levelised_cost_before": None if before is None else sum(before.values()),
        "levelised_cost_after": sum(after.values()),
        "break_even_power_cny_per_mwh": evens["power"].value,
        "break_even_alumina_cny_per_t": evens["alumina"].value,
        "break_even_metal_cny_per_t": evens["metal"].value,
        "break_even_quota_cny_per_t_a": evens["quota"].value,
        "break_even_capex_cny_per_t_a": _capex(inv, laid, known.npv),
        "no_break_even": "; ".join(f"{what}: {found.reason}" for what, found in evens.items() if found.reason)
        or None,
    }


def _prices(inv: Investment, laid: Sheet, npv: float) -> dict[str, Figure]:
    """Prices at which the step is worth nothing: all but that of power need output to change."""
    if inv.before is not None and inv.before.output != inv.after.output:
        return {what: break_even(inv, what) for what in ("power", "alumina", "metal", "quota")}
    same = Figure(None, "the output does not change")
    return {
        "power": _power(inv, laid, npv),
        "alumina": same,
        "metal": same,
        "quota": Figure(None, "no quota changes hands"),
    }


def _power(inv: Investment, laid: Sheet, npv: float) -> Figure:
    """The site's price times what the saved power would have to be worth over what it is worth."""
    saved = -net_present_value(laid.costs["power"], inv.terms.investor)
    if saved <= 0.0:
        return Figure(None, "no power is saved")
    return Figure(inv.prices.power_after[0] * (1.0 - npv / saved))


def _capex(inv: Investment, laid: Sheet, npv: float) -> float | None:
    """First outlay on capex, with its renewals in proportion, at which the step is worth nothing."""
    rate = inv.terms.investor
    spent = net_present_value(
        [sum(laid.outlays[k][t] for k in ("capex", "renewal")) for t in range(inv.length)], rate
    )
    first = laid.outlays["capex"][0]
    return max(0.0, first * (1.0 + npv / spent)) if spent > 0.0 else None


def _carbon(inv: Investment, laid: Sheet) -> dict[str, float | None]:
    """Tonnes avoided, what each costs, and the carbon price at which the step is worth nothing."""
    avoided = abatement(inv, (BOUNDARY,), laid)[BOUNDARY]
    if abs(avoided.tonnes) < _WEAK:
        return {
            "break_even_carbon_cny_per_t": None,
            "abated_t_per_t_a": avoided.tonnes,
            "abatement_cost": None,
        }
    same = inv.before is not None and inv.before.output == inv.after.output
    if same and inv.terms.carbon_scope == BOUNDARY:
        price: Figure = avoided.investor_cost  # the allocation of both plants is the same
    else:
        price = break_even(inv, "carbon")
    return {
        "break_even_carbon_cny_per_t": price.value,
        "abated_t_per_t_a": avoided.tonnes,
        "abatement_cost": avoided.investor_cost.value,
    }
