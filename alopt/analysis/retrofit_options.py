"""Every retrofit and rebuild at every site and year: what the optimum takes, and what it leaves by how much.

Each option is put to the project pricing problem (:mod:`alopt.solve.pricing`): forced in by a
little, it costs what it misses by; an option that is taken, forced out by a little, costs what
its last tonne is worth. Both are present values on the model's horizon, discount rate and
annuities, before tax and debt, given in money of the option's year per t/a. The plain reduced
cost stands beside the miss: it is a lower bound, because a step between states is worth what
the whole chain behind it is worth.

What would bring an option in, or put a taken one out, is first order: the change of capex, of
the power price over all its years or of a carbon price that makes up for the miss while nothing
else at the site changes. Capex is that of the state to which the step leads: what is charged for
it, and renewed, within the horizon; the price at which it turns is given as a first outlay.

Beside it stands the sheet of an investor (:mod:`alopt.analysis.step_sheets`) at the month's market
prices, the investor's own rate and the life of the measures: before tax and debt, without the
model's shadow prices. The two answer different questions and need not agree;
:mod:`alopt.analysis.site_options` leads from one to the other for one smelter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from alopt.analysis.step_sheets import FIGURES
from alopt.results.table import ResultTable

if TYPE_CHECKING:
    from alopt.solve.pricing import Priced, SiteProblem
    from alopt.solve.solution import Solution

#: Amounts smaller than this are rounding, Mt/a and CNY per t/a.
_NIL, _SMALL = 1e-7, 1e-3

#: MWh or t CO2e per t/a, at present value, below which no price of them turns an option.
_WEAK = 0.05

#: Change per unit of an option beyond which it is plans of equal cost that are exchanged.
_TIED = 100.0

#: Share of the sum of absolute terms beyond which a difference is a kink and no rounding: the prices
#: on its other side are then those of the whole model there.
_ROUNDING = 1e-8

#: Figures per step, in CNY per t/a where the name has no unit.
COLUMNS = (
    "rank", "year", "region", "site", "owner", "from_cell", "to_cell", "kind", "standing_mt_per_a",
    "taken_mt_per_a", "possible", "miss", "worth", "reduced_cost", "unit", "audit_gap", "terms",
    "saved_kwh_per_t", "capex_cny_per_t_a", "capital_cny_per_t_a", "turns_at_capex_cny_per_t_a",
    "turns_at_power_change_cny_per_mwh", "turns_at_carbon_cny_per_t", "plan_abated_t_per_t_a",
    "plan_abatement_cost", "npv_m_cny", *FIGURES, "abated_t",
)  # fmt: skip

#: Columns of `retrofit_audit.csv`, the rows of :func:`audit`.
AUDIT_COLUMNS = (
    "site", "from_cell", "to_cell", "year", "forced", "whole_cny_per_t_a", "priced_cny_per_t_a", "gap",
    "kink", "at_the_optimum_cny_per_t_a",
)  # fmt: skip

Row = dict[str, Any]

#: Site, state before, state after, year.
Step = tuple[str, str, str, int]


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
    from alopt.analysis.step_sheets import step_sheets  # noqa: PLC0415 - reads market prices
    from alopt.solve.pricing import SitePrices  # noqa: PLC0415 - loads the solver

    prices = SitePrices(solution)
    sheets = step_sheets(solution.data, iter(solution.values("retrofitted_capacity")))
    rows: list[Row] = []
    for site in dict.fromkeys(i for i, *_ in solution.values("retrofitted_capacity")):
        rows += (
            row | _invested(solution, row, sheets.get(_step(row)))
            for row in _site_rows(solution, prices.site(site), site)
        )
    rows.sort(key=_rank)
    for rank, row in enumerate(rows, 1):
        row["rank"] = rank
    return ResultTable("retrofit_options", COLUMNS, [tuple(row[c] for c in COLUMNS) for row in rows])


def _step(row: Mapping[str, Any]) -> Step:
    return row["site"], row["from_cell"], row["to_cell"], row["year"]


def _rank(row: Row) -> tuple[Any, ...]:
    taken = row["taken_mt_per_a"] > _NIL
    key = -row["worth"] if taken else (row["miss"] if row["possible"] else 0.0)
    return not taken, not row["possible"], key, row["year"], row["site"], row["from_cell"], row["to_cell"]


def _site_rows(solution: Solution, problem: SiteProblem, site: str) -> Iterator[Row]:
    for (i, j, k, y), amount in solution.values("retrofitted_capacity").items():
        if i == site:
            yield _row(solution, problem, (i, j, k, y), amount)


def _row(solution: Solution, problem: SiteProblem, index: Step, amount: float) -> Row:
    from alopt.analysis.project import table_parts  # noqa: PLC0415 - heavy

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
        "miss": None if forced is None else _rounded(forced.slope) / discount,
        "worth": None if dropped is None else _rounded(dropped.slope) / discount,
        "reduced_cost": _reduced_cost(solution, index) / discount,
        "unit": f"{data.scenario.currency} per t/a",
        "audit_gap": None,
        "terms": None if shown is None else shown.terms / discount,
        "saved_kwh_per_t": data.cells[j].ac - data.cells[k].ac,
        "capex_cny_per_t_a": sum(capex for capex, _ in table_parts(data, j, k) or ()),
        "capital_cny_per_t_a": _capital(solution, index),
    }
    if dropped is not None:
        return _break_evens(solution, row, -_rounded(dropped.slope), dropped.change, -1.0)
    if forced is not None:
        return _break_evens(solution, row, _rounded(forced.slope), forced.change, 1.0)
    return row | dict.fromkeys(_FIRST_ORDER)


def _rounded(slope: float) -> float:
    return 0.0 if abs(slope) < _SMALL else slope


def _reduced_cost(solution: Solution, index: Any) -> float:  # noqa: ANN401
    place = solution.column_places["retrofitted_capacity"][index]
    return max(0.0, float(solution.optimum.reduced_costs[place]))


_FIRST_ORDER = (
    "turns_at_capex_cny_per_t_a", "turns_at_power_change_cny_per_mwh", "turns_at_carbon_cny_per_t",
    "plan_abated_t_per_t_a", "plan_abatement_cost",
)  # fmt: skip


def _capital(solution: Solution, index: Step) -> float:
    """Capital per t/a in money of the step's year: its charges and its state's rents within the horizon."""
    from alopt.finance import annuity_due  # noqa: PLC0415 - one formula

    data = solution.data
    calendar, (_, j, k, y) = data.calendar, index
    charges = sum(
        annuity_due(capex, calendar.rate, life) * sum(calendar.charge_weights(y, life).values())
        for capex, life in data.arcs[j, k].charges
    )
    rent = data.cells[k].rent * sum(w for t, w in calendar.weight.items() if t >= y)
    return (charges + rent) / calendar.discount[y]


def _break_evens(
    solution: Solution,
    row: Row,
    miss: float,
    change: Mapping[tuple[str, Any], float],
    sign: float,
) -> Row:
    """What would bring the option in (or put it out, where it is worth more than it costs).

    Parameters
    ----------
    row : dict
        The option so far.
    miss : float
        Present value per t/a; below zero where the option is taken and worth something.
    change : mapping
        What the forced option changes at the site; ``sign`` -1 where it was forced out.
    """
    found: Row = dict.fromkeys(_FIRST_ORDER)
    if max((abs(amount) for amount in change.values()), default=0.0) > _TIED:
        return row | found
    effects = _effects(solution, change)
    power, emissions = sign * effects.power, sign * effects.emissions
    capital = row["capital_cny_per_t_a"] * solution.data.calendar.discount[row["year"]]
    if capital > 0.0:
        found["turns_at_capex_cny_per_t_a"] = row["capex_cny_per_t_a"] * (1.0 - miss / capital)
    found["plan_abated_t_per_t_a"] = -sign * effects.tonnes
    if power < -_WEAK:
        found["turns_at_power_change_cny_per_mwh"] = miss / -power
    if emissions < -_WEAK:
        found["turns_at_carbon_cny_per_t"] = miss / -emissions
        found["plan_abatement_cost"] = miss / -emissions
    return row | found


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


def _invested(solution: Solution, row: Row, figures: Mapping[str, Any] | None) -> Row:
    """The investor's figures of a step, for all that stands in its state before the year."""
    i, j, y = row["site"], row["from_cell"], row["year"]
    before = solution.data.calendar.previous[y]
    if before == solution.data.calendar.base_year:
        standing = solution.data.fleet.start.get((i, j), 0.0)
    else:
        standing = solution.values("capacity").get((i, j, before), 0.0)
    if figures is None:
        none: Row = dict.fromkeys((*FIGURES, "npv_m_cny", "abated_t"))
        reason = _no_sheet(solution)
        return {"standing_mt_per_a": standing, **none, "no_irr": reason, "no_break_even": reason}
    return {
        "standing_mt_per_a": standing,
        **figures,
        "npv_m_cny": figures["npv_cny_per_t_a"] * standing,
        "abated_t": figures["abated_t_per_t_a"] * standing * 1e6,
    }


def _no_sheet(solution: Solution) -> str:
    """Why a step has no investor's sheet."""
    from alopt.analysis.step_sheets import investor_terms  # noqa: PLC0415 - reads market prices

    if investor_terms(solution.data) is None:
        return "the inputs name no investor_rate or no market price of metal"
    return "the tables know no capex of this step"


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
        Options looked at, spread evenly over the ranking, up to a third of them taken ones, which
        are forced out.

    Returns
    -------
    list of dict
        Site, states, year; whether forced in or out; the slope of the whole model and of the pricing
        problem in CNY per t/a of the year; ``gap`` as a share of the sum of absolute terms; ``kink``,
        where the pricing problem is at the prices of that side, and its slope at the optimum's own
        prices, which is the miss or worth of the table.
    """
    from alopt.solve.pricing import SitePrices  # noqa: PLC0415

    taken = [row for row in options.records() if row["worth"] is not None]
    left = [row for row in options.records() if row["worth"] is None and row["miss"] is not None]
    out = min(len(taken), count // 3)
    chosen = [*_spread(taken, out), *_spread(left, count - out)]
    prices = SitePrices(solution)
    problems: dict[str, SiteProblem] = {}
    found: list[Row] = []
    for row in chosen:
        problem = problems.setdefault(row["site"], prices.site(row["site"]))
        if (
            held := held_against_whole(solution, problem, _step(row), out=row["worth"] is not None)
        ) is not None:
            found.append(held)
    return found


def _spread(rows: list[Row], count: int) -> list[Row]:
    """As many rows as wanted, evenly over the list.

    >>> _spread([0, 1, 2, 3, 4, 5, 6], 3)
    [0, 2, 4]
    """
    return rows[:: max(1, len(rows) // max(1, count))][:count]


def held_against_whole(solution: Solution, problem: SiteProblem, step: Step, *, out: bool) -> Row | None:
    """Force one option in, or out, in the whole model and in the pricing problem.

    Returns
    -------
    dict or None
        A row of :func:`audit`; None where there is no room for the option.
    """
    from alopt.solve.pricing import SitePrices, finite_difference  # noqa: PLC0415

    name = "retrofitted_capacity"
    whole = finite_difference(solution, name, step, out=out)
    if whole is None:
        return None
    slope, duals = whole
    first = priced = problem.forced(name, step, out=out)
    kink = priced is None or abs(priced.slope - slope) > _ROUNDING * max(priced.terms, 1.0)
    if kink:
        priced = SitePrices(solution, duals).site(step[0]).between(name, step, out=out)
    if priced is None:
        return None
    return _compared(solution, step, slope, (first, priced), out=out, kink=kink)


def _compared(
    solution: Solution, step: Step, slope: float, pair: tuple[Priced | None, Priced], *, out: bool, kink: bool
) -> Row:
    """One row: the pricing problem at the optimum's prices, and at those of its side of a kink."""
    first, priced = pair
    discount = solution.data.calendar.discount[step[-1]]
    i, j, k, y = step
    return {
        "site": i,
        "from_cell": j,
        "to_cell": k,
        "year": y,
        "forced": "out" if out else "in",
        "whole_cny_per_t_a": slope / discount,
        "priced_cny_per_t_a": priced.slope / discount,
        "gap": abs(slope - priced.slope) / max(priced.terms, 1.0),
        "kink": kink,
        "at_the_optimum_cny_per_t_a": None if first is None else first.slope / discount,
    }


def with_gaps(options: ResultTable, audited: list[Row]) -> ResultTable:
    """Return the options with the gap of those that the audit held against the whole model."""
    gaps = {_step(row): row["gap"] for row in audited}
    rows = ({**row, "audit_gap": gaps.get(_step(row))} for row in options.records())
    return ResultTable(options.name, COLUMNS, [tuple(row[c] for c in COLUMNS) for row in rows])
