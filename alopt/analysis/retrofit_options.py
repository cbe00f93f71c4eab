"""Every retrofit and rebuild at every site and year: what the optimum takes, and what it leaves by how much.

Each option is put to the project pricing problem (:mod:`alopt.solve.pricing`): forced in by a
little, it costs what it misses by; an option that is taken, forced out by a little, costs what
its last tonne is worth. Both are present values on the model's horizon, discount rate and
annuities, before tax and debt, given in money of the option's year per t/a. The plain reduced
cost stands beside the miss: it is a lower bound, because a step between states is worth what
the whole chain behind it is worth.

What would bring an option in, or put a taken one out, is first order: the change of capex, of
the power price over all its years or of a carbon price that makes up for the miss while nothing
else at the site changes. Capex is the step's own: its charges, and the renewals of its measures
for as long as the capacity may stand within the horizon.

Beside it stands the sheet of an investor (:mod:`alopt.analysis.investment`) at the month's market
prices, the investor's own rate and the life of the measures: before tax and debt, without the
model's shadow prices. The two answer different questions and need not agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from alopt.results.table import ResultTable

if TYPE_CHECKING:
    from alopt.solve.pricing import Priced, SiteProblem
    from alopt.solve.solution import Solution

#: Amounts smaller than this are rounding, Mt/a and CNY per t/a.
_NIL, _SMALL = 1e-7, 1e-3

COLUMNS = (
    "rank", "year", "region", "site", "owner", "from_cell", "to_cell", "kind", "taken_mt_per_a", "possible",
    "miss_cny_per_t_a", "worth_cny_per_t_a", "reduced_cost_cny_per_t_a", "saved_kwh_per_t",
    "capex_cny_per_t_a", "break_even_capex_cny_per_t_a", "break_even_power_change_cny_per_mwh",
    "break_even_carbon_cny_per_t", "abated_t_per_t_a", "abatement_cost_cny_per_t", "terms_cny_per_t_a",
    "standing_mt_per_a", "npv_cny_per_t_a", "npv_m_cny", "irr", "payback_years",
    "levelised_cost_before_cny_per_t", "levelised_cost_after_cny_per_t",
    "investor_abatement_cost_cny_per_t",
)  # fmt: skip

#: Figures of the investor's sheet.
_INVESTOR = COLUMNS[-8:]

Row = dict[str, Any]


@dataclass(frozen=True)
class _Effects:
    """What forcing an option changes over the horizon per t/a: power and emissions at present value."""

    power: float
    emissions: float
    tonnes: float


def retrofit_options(solution: Solution) -> ResultTable:
    """Put every step between states to its site's pricing problem.

    Parameters
    ----------
    solution : Solution

    Returns
    -------
    ResultTable
        `retrofit_options.csv`: taken options first, by what their last tonne is worth, then those
        that are left, by how little they miss; the impossible last.
    """
    from alopt.solve.pricing import SitePrices  # noqa: PLC0415 - loads the solver

    prices = SitePrices(solution)
    sheets = _sheets(solution)
    rows: list[Row] = []
    for site in dict.fromkeys(i for i, *_ in solution.values("retrofitted_capacity")):
        for row in _site_rows(solution, prices.site(site), site):
            step = (row["site"], row["from_cell"], row["to_cell"])
            rows.append(row | _invested(solution, row, sheets.get(step)))
    rows.sort(key=_rank)
    for rank, row in enumerate(rows, 1):
        row["rank"] = rank
    return ResultTable("retrofit_options", COLUMNS, [tuple(row[c] for c in COLUMNS) for row in rows])


def _rank(row: Row) -> tuple[Any, ...]:
    taken = row["taken_mt_per_a"] > _NIL
    key = -row["worth_cny_per_t_a"] if taken else (row["miss_cny_per_t_a"] if row["possible"] else 0.0)
    return not taken, not row["possible"], key, row["year"], row["site"], row["from_cell"], row["to_cell"]


def _site_rows(solution: Solution, problem: SiteProblem, site: str) -> Iterator[Row]:
    for (i, j, k, y), amount in solution.values("retrofitted_capacity").items():
        if i == site:
            yield _row(solution, problem, (i, j, k, y), amount)


def _row(solution: Solution, problem: SiteProblem, index: tuple[str, str, str, int], amount: float) -> Row:
    data = solution.data
    i, j, k, y = index
    taken = amount > _NIL
    discount = data.calendar.discount[y]
    name = "retrofitted_capacity"
    forced = problem.forced(name, index)
    dropped = problem.forced(name, index, out=True) if taken else None
    shown = forced if forced is not None else dropped
    row: Row = {
        "year": y,
        "region": data.fleet.sites[i].region,
        "site": i,
        "owner": data.fleet.sites[i].owner,
        "from_cell": j,
        "to_cell": k,
        "kind": data.arcs[j, k].kind,
        "taken_mt_per_a": amount,
        "possible": forced is not None or taken,
        "miss_cny_per_t_a": None if forced is None else _rounded(forced.slope) / discount,
        "worth_cny_per_t_a": None if dropped is None else _rounded(dropped.slope) / discount,
        "reduced_cost_cny_per_t_a": _reduced_cost(solution, index) / discount,
        "saved_kwh_per_t": data.cells[j].ac - data.cells[k].ac,
        "capex_cny_per_t_a": _own_capital(solution, index),
        "terms_cny_per_t_a": None if shown is None else shown.terms / discount,
    }
    if dropped is not None:
        return row | _break_evens(solution, index, -_rounded(dropped.slope), dropped.change, -1.0)
    if forced is not None:
        return row | _break_evens(solution, index, _rounded(forced.slope), forced.change, 1.0)
    return row | dict.fromkeys(_FIRST_ORDER)


def _rounded(slope: float) -> float:
    return 0.0 if abs(slope) < _SMALL else slope


def _reduced_cost(solution: Solution, index: Any) -> float:  # noqa: ANN401
    place = solution.column_places["retrofitted_capacity"][index]
    return max(0.0, float(solution.optimum.reduced_costs[place]))


_FIRST_ORDER = (
    "break_even_capex_cny_per_t_a", "break_even_power_change_cny_per_mwh", "break_even_carbon_cny_per_t",
    "abated_t_per_t_a", "abatement_cost_cny_per_t",
)  # fmt: skip


def _own_capital(solution: Solution, index: tuple[str, str, str, int]) -> float:
    """Capital of a step per t/a in money of its year: charges and renewals within the horizon."""
    from alopt.finance import annuity_due  # noqa: PLC0415 - one formula

    data = solution.data
    calendar, (_, j, k, y) = data.calendar, index
    charges = sum(
        annuity_due(capex, calendar.rate, life) * sum(calendar.charge_weights(y, life).values())
        for capex, life in data.arcs[j, k].charges
    )
    rent = (data.cells[k].rent - data.cells[j].rent) * sum(w for t, w in calendar.weight.items() if t >= y)
    return (charges + rent) / calendar.discount[y] + data.parameters["retrofit_works_cny_per_t_a"]


def _break_evens(
    solution: Solution,
    index: tuple[str, str, str, int],
    miss: float,
    change: Mapping[tuple[str, Any], float],
    sign: float,
) -> Row:
    """What would bring the option in (or put it out, where it is worth more than it costs).

    Parameters
    ----------
    miss : float
        Present value per t/a; below zero where the option is taken and worth something.
    change : mapping
        What the forced option changes at the site; ``sign`` -1 where it was forced out.
    """
    row: Row = dict.fromkeys(_FIRST_ORDER)
    discount = solution.data.calendar.discount[index[-1]]
    effects = _effects(solution, change)
    power, emissions = sign * effects.power, sign * effects.emissions
    capex = _own_capital(solution, index) - miss / discount
    row["break_even_capex_cny_per_t_a"] = capex if capex > 0.0 else None
    row["abated_t_per_t_a"] = -sign * effects.tonnes
    if power < -_NIL:
        row["break_even_power_change_cny_per_mwh"] = miss / -power
    if emissions < -_NIL:
        row["break_even_carbon_cny_per_t"] = miss / -emissions
        row["abatement_cost_cny_per_t"] = miss / -emissions
    return row


def _effects(solution: Solution, change: Mapping[tuple[str, Any], float]) -> _Effects:
    data = solution.data
    weight, represented = data.calendar.weight, data.calendar.represented
    power = emissions = tonnes = 0.0
    for (name, index), amount in change.items():
        if name == "electricity":
            i, e, y, _ = index
            power += weight[y] * amount
            emitted = data.power.emission_factor[i, e, y] * amount
        elif name == "running":
            y = index[2]
            emitted = _direct(solution, index) * amount
        else:
            continue
        emissions += weight[y] * emitted
        tonnes += represented[y] * emitted
    return _Effects(power, emissions, tonnes)


def _direct(solution: Solution, index: tuple[str, str, int, str]) -> float:
    """Direct emissions of what runs for a season where a season has one slice, t per t/a."""
    data = solution.data
    _, k, _, q = index
    return (data.cells[k].anode_co2 + data.pfc_co2e(k)) * data.calendar.season_share[q]


Step = tuple[str, str, str]


def _sheets(solution: Solution) -> dict[Step, Row]:
    """Figures per t/a of an investor's sheet for each step at a standing site, at market prices."""
    from alopt.analysis.investment import Terms, abatement, levelised, metrics, sheet  # noqa: PLC0415
    from alopt.analysis.project import arc_investment, places_of, table_parts  # noqa: PLC0415

    data = solution.data
    market, rate = data.market_prices, data.parameters.get("investor_rate")
    if market is None or market.metal is None or rate is None:
        return {}
    terms = Terms(investor=rate, planner=data.calendar.rate)
    places = places_of(data)
    found: dict[Step, Row] = {}
    for i, j, k in dict.fromkeys(index[:3] for index in solution.values("retrofitted_capacity")):
        if i not in places:
            continue
        life = max((part[1] for part in table_parts(data, j, k) or ()), default=0.0)
        years = (data.calendar.years[0], 0, max(1, round(life)))
        inv = arc_investment(data, places[i], j, k, 1.0, years, terms)
        if inv is None or not life:
            continue
        laid = sheet(inv)
        figures = metrics(laid.before_tax, rate)
        before, after = levelised(inv)
        found[i, j, k] = {
            "npv_cny_per_t_a": figures.npv,
            "irr": figures.irr.value,
            "payback_years": figures.payback.value,
            "levelised_cost_before_cny_per_t": None if before is None else sum(before.values()),
            "levelised_cost_after_cny_per_t": sum(after.values()),
            "investor_abatement_cost_cny_per_t": abatement(inv)["smelter_scope_1_2"].investor_cost.value,
        }
    return found


def _invested(solution: Solution, row: Row, figures: Row | None) -> Row:
    """The investor's figures of a step, for all that stands in its state before the year."""
    if figures is None:
        return dict.fromkeys(_INVESTOR)
    i, j, y = row["site"], row["from_cell"], row["year"]
    before = solution.data.calendar.previous[y]
    if before == solution.data.calendar.base_year:
        standing = solution.data.fleet.start.get((i, j), 0.0)
    else:
        standing = solution.values("capacity").get((i, j, before), 0.0)
    return {"standing_mt_per_a": standing, **figures, "npv_m_cny": figures["npv_cny_per_t_a"] * standing}


def audit(solution: Solution, options: ResultTable, count: int) -> list[Row]:
    """Hold options against a finite difference of the whole model.

    Where the optimum is at a kink the shared prices on the side of the option differ from those of
    the optimum; the option is then priced at the prices of its own side.

    Parameters
    ----------
    solution : Solution
    options : ResultTable
        From :func:`retrofit_options`.
    count : int
        Options looked at, spread evenly over the ranking.

    Returns
    -------
    list of dict
        Site, states, year; the slope of the whole model and of the pricing problem in CNY per t/a
        of the year; ``gap`` as a share of the sum of absolute terms; ``kink``.
    """
    from alopt.solve.pricing import SitePrices, finite_difference  # noqa: PLC0415

    possible = [row for row in options.records() if row["miss_cny_per_t_a"] is not None]
    chosen = possible[:: max(1, len(possible) // max(1, count))][:count]
    prices = SitePrices(solution)
    problems: dict[str, SiteProblem] = {}
    found: list[Row] = []
    for row in chosen:
        index = (row["site"], row["from_cell"], row["to_cell"], row["year"])
        whole = finite_difference(solution, "retrofitted_capacity", index)
        if whole is None:
            continue
        slope, duals = whole
        problem = problems.setdefault(row["site"], prices.site(row["site"]))
        priced = problem.forced("retrofitted_capacity", index)
        kink = priced is None or abs(priced.slope - slope) > 1e-6 * max(priced.terms, 1.0)
        if kink:
            priced = SitePrices(solution, duals).site(row["site"]).between("retrofitted_capacity", index)
        if priced is not None:
            found.append(_compared(solution, index, slope, priced, kink=kink))
    return found


def _compared(
    solution: Solution, index: tuple[str, str, str, int], slope: float, priced: Priced, *, kink: bool
) -> Row:
    discount = solution.data.calendar.discount[index[-1]]
    i, j, k, y = index
    return {
        "site": i,
        "from_cell": j,
        "to_cell": k,
        "year": y,
        "whole_cny_per_t_a": slope / discount,
        "priced_cny_per_t_a": priced.slope / discount,
        "gap": abs(slope - priced.slope) / max(priced.terms, 1.0),
        "kink": kink,
    }
