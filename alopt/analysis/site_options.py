"""One smelter: which step pays at which price of power, for an investor and in the plan, and why both agree.

The investor's value of a step is the sheet of :mod:`alopt.analysis.step_sheets` at that price. The
plan's is what the step alone adds in the site's pricing problem (:mod:`alopt.solve.pricing`): every
other step barred, shared goods at their shadow prices, capital charged within the horizon at the
scenario's rate. Both are for plants at the central cost of the measures; the plan takes the cheap
plants first and the dear ones last, so its shares rise over a range of prices.

In the plan all power of the site is shifted by the same amount in every year, so that what the
step saves is worth the price in question; the shadow prices of shared goods stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from alopt.analysis.investment import Investment, Terms, break_even, net_value, priced, sheet
from alopt.analysis.project import Place, places_of, table_parts
from alopt.analysis.retrofit_options import held_against_whole
from alopt.analysis.step_sheets import investor_terms, step_investment
from alopt.data.units import kwh_to_mwh
from alopt.errors import UsageError
from alopt.finance import net_present_value
from alopt.results.table import ResultTable

if TYPE_CHECKING:
    from alopt.data.model_data import ModelData
    from alopt.solve.pricing import Priced, SiteProblem
    from alopt.solve.solution import Solution

#: Prices of power that are tried, CNY/MWh with VAT.
POWER_PRICES = tuple(float(price) for price in range(200, 551, 25))

PACKAGES = (
    "site", "year", "from_cell", "to_cell", "kind", "power_cny_per_mwh_with_vat", "investor_npv_cny_per_t_a",
    "plan_value_cny_per_t_a",
)  # fmt: skip
PLAN = ("site", "year", "power_cny_per_mwh_with_vat", "cell", "capacity_mt_per_a")

#: Parts of a step's value, in the order of the sheet.
PARTS = ("capital", "works", "power", "staying_open", "other_costs")

#: Amounts smaller than this are rounding, Mt/a.
_NIL = 1e-7

Step = tuple[str, str, str, int]

_STEP, _PLANTS, _POWER = "retrofitted_capacity", "retrofitted_plants", "electricity"

_STAGES = {"base": "as built", "measure": "single measures", "package": "full package"}

#: Shared rows that price power.
_POWER_ROWS = frozenset({"supply_limit", "power_balance"})

#: Costs smaller than this are rounding, CNY per t/a.
_SMALL = 1e-3


@dataclass(frozen=True)
class Alone:
    """A step that is taken alone, per t/a in money of its year.

    Attributes
    ----------
    value : float
        What it is worth in the plan, at the central cost of its measures.
    power_price : float
        What a MWh saved is worth there, CNY/MWh without VAT and without what its emissions pay.
    parts : mapping of str to float
        :data:`PARTS`; what is gained is positive, and they sum to the value. ``staying_open`` is the
        margin of metal that cells as they are would not have made.
    """

    value: float
    power_price: float
    parts: Mapping[str, float]


def site_options(
    solution: Solution, site: str, power_prices: Sequence[float] = POWER_PRICES
) -> tuple[dict[str, Any], ResultTable, ResultTable]:
    """Say which steps of a site pay at which price of power.

    Parameters
    ----------
    solution : Solution
        Of a scenario with market prices.
    site : str
        As in `tables/sites.csv`; of a province at province resolution.
    power_prices : sequence of float
        CNY/MWh with VAT.

    Returns
    -------
    summary : dict
        Steps with both values at today's price of the site and the price at which each breaks even;
        the sheets of the best one side by side; its pricing in the plan, good by good, held against
        the whole model.
    packages : ResultTable
        `site_packages.csv`: both values by step and price.
    plan : ResultTable
        `site_plan.csv`: what stands at the site once every cell has been relined, by price.

    Raises
    ------
    UsageError
        If no such smelter stands, no step leads on from it, or there are no market prices.
    """
    from alopt.solve.pricing import SitePrices  # noqa: PLC0415 - loads the solver

    data = solution.data
    place, terms = step_place(data, site)
    steps = _steps(data, site)
    problem = SitePrices(solution).site(site)
    investments = {s: inv for s in steps if (inv := step_investment(data, place, terms, s)) is not None}
    alone = {s: found for s in investments if (found := _alone(data, problem, s)) is not None}
    if not alone:
        raise UsageError(f"No step can be taken at {site} in {data.calendar.years[0]}.")
    investments = {step: investments[step] for step in alone}
    vat = 1.0 + data.vat["power"]
    today = round(place.power.price * vat, 6)
    level = max(alone.items(), key=lambda item: data.cells[item[0][1]].ac - data.cells[item[0][2]].ac)[1]
    rows: list[tuple[Any, ...]] = []
    stands: list[tuple[Any, ...]] = []
    now: dict[Step, Alone | None] = {}
    for price in sorted({*power_prices, today, round(level.power_price * vat, 6)}):
        both, states, values = _at_price(solution, problem, investments, price, level.power_price)
        rows, stands = rows + both, stands + states
        now = values if price == today else now
    packages, plan = ResultTable("site_packages", PACKAGES, rows), ResultTable("site_plan", PLAN, stands)
    best = max(alone, key=lambda s: net_value(investments[s]))
    summary = {
        "site": site,
        "name": data.fleet.sites[site].name,
        "year": data.calendar.years[0],
        "scenario": data.scenario.name,
        "prices": data.market_prices.month if data.market_prices else None,
        "money": f"real {data.scenario.currency} of {data.scenario.price_year}",
        "stands_mt_per_a": {k: a for (i, k), a in data.fleet.start.items() if i == site and a > _NIL},
        "power_today_cny_per_mwh_with_vat": today,
        "power_in_the_plan_cny_per_mwh_with_vat": level.power_price * vat,
        "investor_rate": terms.investor,
        "plan_rate": data.calendar.rate,
        "plan_end": data.calendar.end,
        "capex_spread": [{"plants": n, "share": s, "multiplier": m} for n, s, m in data.capex_spread],
        "steps": [_said(data, packages, step, investments[step], found) for step, found in alone.items()],
        "best": _sheets(data, place, terms, best, now[best], alone[best]),
        "pricing": _pricing(solution, problem, best),
    }
    return summary, packages, plan


def step_place(data: ModelData, site: str) -> tuple[Place, Terms]:
    """Return where a site's plant stands, and the investor's rates.

    Raises
    ------
    UsageError
        If no such smelter stands, or there are no market prices.
    """
    terms = investor_terms(data)
    standing = {i for (i, _), amount in data.fleet.start.items() if amount > _NIL}
    if site not in standing:
        import difflib  # noqa: PLC0415 - only for a message

        close = difflib.get_close_matches(site, sorted(standing), n=3, cutoff=0.3)
        raise UsageError(f"No smelter stands at {site}; did you mean {', '.join(close or sorted(standing))}?")
    if terms is None:
        raise UsageError("--site needs market prices with a metal price, and an investor_rate.")
    return places_of(data)[site], terms


def _steps(data: ModelData, site: str) -> list[Step]:
    """Steps that what stands at the site can take in the first model year."""
    y = data.calendar.years[0]
    standing = {k for (i, k), amount in data.fleet.start.items() if i == site and amount > _NIL}
    return [(site, j, k, y) for (j, k), arc in data.arcs.items() if j in standing and arc.earliest_year <= y]


def _alone(data: ModelData, problem: SiteProblem, step: Step) -> Alone | None:
    """Price a step that is taken alone; None where the plan has no such step or no room for it."""
    if (_STEP, step) not in problem.place:
        return None
    found = problem.alone(_STEP, step)
    if found is None:
        return None
    discount, weight = data.calendar.discount[step[-1]], data.calendar.weight
    own, _ = problem.parts(found.change)
    multiplier = {name: factor for name, _, factor in data.capex_spread}
    works = data.parameters["retrofit_works_cny_per_t_a"] * discount
    rents = sum(cost / multiplier[i[2]] for (name, i), cost in own.items() if name == _PLANTS)
    spared = sum(cost for (name, _), cost in own.items() if name == _PLANTS) - rents
    charged = sum(cost for (name, _), cost in own.items() if name == _STEP)
    share = data.calendar.season_share
    made = {
        i: weight[i[2]] * share[i[3]] * amount
        for (name, i), amount in found.change.items()
        if name == "running"
    }
    after = sum(amount for i, amount in made.items() if i[1] != step[1])
    power = (
        -kwh_to_mwh(data.cells[step[1]].ac - data.cells[step[2]].ac) * after * _marginal(data, problem, found)
    )
    rest = found.slope - spared - charged - rents - power
    more = abs(sum(made.values())) > _NIL
    costs = {
        "capital": charged - works + rents,
        "works": works,
        "power": power,
        "staying_open": rest if more else 0.0,
        "other_costs": 0.0 if more else rest,
    }
    parts = {name: -cost / discount for name, cost in costs.items()}
    return Alone(sum(parts.values()), _marginal(data, problem, found), parts)


def _marginal(data: ModelData, problem: SiteProblem, found: Priced) -> float:
    """Price of the power that a step saves or draws in the plan, CNY/MWh without VAT and carbon."""
    weight, price = data.calendar.weight, data.power.price
    drawn = {i: weight[i[2]] * amount for (name, i), amount in found.change.items() if name == _POWER}
    _, shared = problem.parts(found.change)
    cost = sum(
        (price[i[0], i[1], i[3]] + problem.rise(_POWER, i) / weight[i[2]]) * amount
        for i, amount in drawn.items()
    )
    cost += sum(amount for row, amount in shared.items() if row in _POWER_ROWS)
    energy = sum(drawn.values())
    return cost / energy if abs(energy) > _NIL else 0.0


def _at_price(
    solution: Solution,
    problem: SiteProblem,
    investments: Mapping[Step, Investment],
    price: float,
    level: float,
) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]], dict[Step, Alone | None]]:
    """Both values of each step, and what the site does in the plan, at one price of power with VAT."""
    data = solution.data
    net = price / (1.0 + data.vat["power"])
    with problem.dearer(_shift(data, problem, net - level)):
        plan = dict(zip(problem.names, problem.solver.solve().values, strict=True))
        values = {step: _alone(data, problem, step) for step in investments}
    rows: list[tuple[Any, ...]] = []
    for step, inv in investments.items():
        site, j, k, y = step
        found = values[step]
        worth = None if found is None else found.value
        rows.append((site, y, j, k, data.arcs[j, k].kind, price, net_value(priced(inv, "power", net)), worth))
    settled, site = _settled(data), rows[0][0]
    stands = {
        index[1]: amount
        for (name, index), amount in plan.items()
        if name == "capacity" and index[2] == settled and amount > _NIL
    }
    before = sum(amount for (i, _), amount in data.fleet.start.items() if i == site)
    stands["closed"] = max(0.0, before - sum(stands.values()))
    return rows, [(site, settled, price, cell, amount) for cell, amount in sorted(stands.items())], values


def _shift(data: ModelData, problem: SiteProblem, by: float) -> dict[Any, float]:
    """Rise of the cost of all power of a site by CNY/MWh in every year."""
    return {
        column: by * data.calendar.weight[column[1][2]] for column in problem.place if column[0] == _POWER
    }


def _settled(data: ModelData) -> int:
    """First model year by which every cell has been relined once."""
    relined = data.calendar.base_year + data.parameters["cell_life_a"]
    return next((y for y in data.calendar.years if y >= relined), data.calendar.years[-1])


def _said(
    data: ModelData, packages: ResultTable, step: Step, inv: Investment, found: Alone
) -> dict[str, Any]:
    """One step in figures at today's prices, and the prices of power at which it breaks even."""
    _, j, k, _ = step
    saves = data.cells[j].ac > data.cells[k].ac
    even = break_even(inv, "power").value
    values = [
        (row["power_cny_per_mwh_with_vat"], row["plan_value_cny_per_t_a"])
        for row in packages.records()
        if (row["from_cell"], row["to_cell"]) == (j, k) and row["plan_value_cny_per_t_a"] is not None
    ]
    return {
        "from_cell": j,
        "to_cell": k,
        "name": _name(data, j, k),
        "kind": data.arcs[j, k].kind,
        "saved_kwh_per_t": data.cells[j].ac - data.cells[k].ac,
        "capex_cny_per_t_a": sum(capex for capex, _ in table_parts(data, j, k) or ()),
        "life_a": inv.life,
        "investor_npv_cny_per_t_a": net_value(inv),
        "plan_value_cny_per_t_a": found.value,
        "investor_pays_above_cny_per_mwh_with_vat": even * (1.0 + data.vat["power"])
        if even is not None and saves
        else None,
        "plan_pays_above_cny_per_mwh_with_vat": crossing(values),
    }


def _name(data: ModelData, from_cell: str, to_cell: str) -> str:
    """A step by what it makes: the measures at a relining, the new cells of a rebuild."""
    old, new = data.cells[from_cell], data.cells[to_cell]
    made = _STAGES.get(new.stage, new.stage)
    return made if old.cell_class == new.cell_class else f"{new.cell_class}, {made}"


def crossing(values: Sequence[tuple[float, float]]) -> float | None:
    """Lowest price at which a value turns from loss to gain, straight between the prices given.

    >>> crossing([(200.0, -50.0), (250.0, 50.0), (300.0, 100.0)])
    225.0
    """
    for (low, before), (high, after) in pairwise(values):
        if before < 0.0 <= after:
            return low - before * (high - low) / (after - before)
    return None


def _sheets(
    data: ModelData, place: Place, terms: Terms, step: Step, now: Alone | None, own: Alone
) -> dict[str, Any]:
    """The parts of a step's value side by side, from the investor's sheet to the plan's own."""
    y = step[-1]
    plan_terms = replace(terms, investor=data.calendar.rate, residual=True)
    sheets = (step_investment(data, place, terms, step),
              step_investment(data, place, plan_terms, step, data.calendar.end - y))  # fmt: skip
    found = [{} if inv is None else _parts(inv) for inv in sheets]
    columns = (
        ("investor", found[0]),
        ("investor_at_plan_terms", found[1]),
        ("plan_at_todays_power", {} if now is None else dict(now.parts)),
        ("plan", dict(own.parts)),
    )
    return {"from_cell": step[1], "to_cell": step[2], "year": y, "parts": dict(columns)}


def _parts(inv: Investment) -> dict[str, float]:
    """Present value of a sheet by part, gains positive; they sum to its net present value."""
    laid, rate = sheet(inv), inv.terms.investor
    spent = {kind: net_present_value(flows, rate) for kind, flows in laid.outlays.items()}
    costs = {name: net_present_value(flows, rate) for name, flows in laid.costs.items()}
    capital = sum(spent[kind] for kind in spent if kind != "works")
    parts = {"capital": -capital, "works": -spent["works"], "power": -costs["power"], "staying_open": 0.0}
    parts["other_costs"] = net_present_value(laid.before_tax, rate) - sum(parts.values())
    return parts


def _pricing(solution: Solution, problem: SiteProblem, step: Step) -> dict[str, Any]:
    """One more t/a of a step in the plan, or one less where it is taken: what changes and what it costs."""
    taken = float(problem.values[problem.place[_STEP, step]]) > _NIL
    found = problem.forced(_STEP, step, out=taken)
    if found is None:
        return {"forced": "out" if taken else "in", "held": None, "lines": []}
    discount = solution.data.calendar.discount[step[-1]]
    held = held_against_whole(solution, problem, step, out=taken)
    return {
        "forced": "out" if taken else "in",
        "held": held,
        "lines": [
            {"what": what, "amount": amount, "unit": unit, "cny_per_t_a": cost / discount}
            for what, amount, unit, cost in _lines(solution.data, problem, found)
        ],
    }


def _lines(
    data: ModelData, problem: SiteProblem, found: Priced
) -> Iterator[tuple[str, float | None, str, float]]:
    """What a forced step changes: steps, the site's own columns by kind, shared goods at their price."""
    own, shared = problem.parts(found.change)
    weight = data.calendar.weight
    for (name, index), cost in own.items():
        if name == _STEP:
            _, j, k, y = index
            yield f"{j} to {k} in {y}", found.change[name, index], "t/a", cost
    kinds = {
        "rent of measures": ({_PLANTS}, None, ""),
        "power": ({_POWER}, 1000.0, "kWh, present value"),
        "capacity that stands, closed or restarted": (
            {"capacity", "retired_capacity", "restarted", "reopened", "new_capacity"}, None, "",
        ),
    }  # fmt: skip
    named = {_STEP}.union(*(names for names, _, _ in kinds.values()))
    for what, (names, factor, unit) in kinds.items():
        cost = sum(cost for (name, _), cost in own.items() if name in names)
        amount = (
            sum(factor * weight[i[2]] * found.change[name, i] for name, i in own if name in names)
            if factor
            else None
        )
        if abs(cost) > _SMALL or amount:
            yield what, amount, unit, cost
    rest = sum(cost for (name, _), cost in own.items() if name not in named)
    if abs(rest) > _SMALL:
        yield "other costs of making metal", None, "", rest
    for row, cost in sorted(shared.items(), key=lambda item: -abs(item[1])):
        if abs(cost) > _SMALL:
            yield f"shared: {row.replace('_', ' ')}", None, "at its shadow price", cost
