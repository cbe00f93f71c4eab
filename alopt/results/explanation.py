"""Why the optimum is so: what binds and what it is worth, for the nation or about one name.

Everything is read from the duals and reduced costs of the optimum, in money of its year without
VAT. A shadow price holds for a small change; a reduced cost is a lower bound on what an option
misses by; where one is nil for an option not taken, another plan may cost the same.
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from alopt.errors import UsageError
from alopt.model.equations import EQUATIONS
from alopt.results.prices import place_of
from alopt.results.scarcity import HARDLY, rent_in_words
from alopt.results.summary import fleet_just_fills_quota, mean_rent, metal_price
from alopt.results.words import Names, joined, plain, region_of, year_of, years_in_words
from alopt.solve import Solution
from alopt.solve.compile import Array

#: Worth less than this part of the objective is not told.
_WORTH = 1e-7

#: Amounts below this are nil.
_NIL = 1e-6

#: Money per unit below which a price is not told.
_WORTH_TELLING = 0.5

#: A step this near to the mean price, freight and casting apart, can be what sets it.
_NEAR = 0.15

_SHOWN = 10


@dataclass(frozen=True)
class Binding:
    """A limit that binds: its rows in all years.

    ``worth`` is the present value of shadow price times the amount that it limits, M CNY;
    ``prices`` are its shadow prices by year and, where it has any, season.
    """

    constraint: str
    place: str
    policy: str
    unit: str
    meaning: str
    worth: float
    prices: tuple[tuple[int | None, str, float], ...]


@dataclass(frozen=True)
class Explanation:
    """What was found, as sentences and as data."""

    about: str | None
    lines: tuple[str, ...]
    bindings: tuple[Binding, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the explanation as plain lists and dictionaries."""
        return {
            "status": "optimal",
            "about": self.about,
            "lines": list(self.lines),
            "binding": [
                {
                    "constraint": b.constraint, "place": b.place, "policy": b.policy or None, "unit": b.unit,
                    "meaning": b.meaning, "worth_present_value_m_cny": b.worth,
                    "prices": [{"year": y, "slice": h or None, "shadow_price": p} for y, h, p in b.prices],
                }
                for b in self.bindings
            ],
        }  # fmt: skip


def explain(solution: Solution, about: str | None = None) -> Explanation:
    """Explain an optimum.

    Parameters
    ----------
    solution : Solution
    about : str, optional
        A region, site, cell, policy, constraint, source, refinery, origin or market; the nation
        if not given.

    Returns
    -------
    Explanation

    Raises
    ------
    UsageError
        If the model knows no such name.
    """
    key = None if about is None else _known(solution, about)
    found = bindings(solution, key)
    lines = _nation(solution) if key is None else _about(solution, key)
    lines += _told(solution, found)
    lines.append(
        "Shadow prices hold for small changes and are without VAT. Plans of nearly the same cost can place "
        "capacity elsewhere: national totals are firmer than regional ones."
    )
    return Explanation(key, tuple(lines), tuple(found))


# Names


def _vocabulary(solution: Solution) -> dict[str, str]:
    """Every word that can be asked about, in small letters, with the key that it stands for."""
    data = solution.data
    words: dict[str, str] = {}
    for row in data.tables["regions"]:
        words |= {str(row["region"]).lower(): row["region"], str(row["name"]).lower(): row["region"]}
    for key, site in data.fleet.sites.items():
        if key not in words:
            words |= {key.lower(): key, site.name.lower(): key}
    sources = {source for names in data.power.sources.values() for source in names}
    others = [data.cells, data.policies, solution.row_places, sources, data.power.pools]
    others += [data.materials.refineries, data.materials.ore_volume, data.markets.markets]
    for keys in others:
        words |= {str(key).lower(): str(key) for key in keys if str(key).lower() not in words}
    return words


def _known(solution: Solution, word: str) -> str:
    words = _vocabulary(solution)
    wanted = word.strip().lower()
    for form in (wanted, wanted.replace(" ", "_"), wanted.replace("-", "_")):
        if form in words:
            return words[form]
    close = difflib.get_close_matches(wanted, words, n=3)
    hint = f" Did you mean {joined(close, 'or')}?" if close else ""
    raise UsageError(
        f"--about {word}: there is no such region, site, cell, policy, constraint, source or market "
        f"in this scenario.{hint}"
    )


def _concerns(solution: Solution, key: str, name: str, index: Any) -> bool:  # noqa: ANN401
    """Whether a row is about a name."""
    known = EQUATIONS.get(name)
    if name == key or (known is not None and known.module == f"alopt.policies.{key}"):
        return True
    members = index if isinstance(index, tuple) else (index,)
    pools = solution.data.power.pools
    return (
        key in members
        or region_of(solution.data, solution.index_names.get(name, ()), index) == key
        or any(m in pools and (pools[m].source == key or key in {i for i, _ in pools[m].members})
               for m in members if isinstance(m, str))
    )  # fmt: skip


# What binds


def bindings(solution: Solution, key: str | None = None) -> list[Binding]:
    """List limits that bind, those that are worth most first.

    Parameters
    ----------
    solution : Solution
    key : str, optional
        Only rows about it; then balances of goods count too, whose duals are prices.
    """
    program, optimum, names = solution.program, solution.optimum, Names(solution.data)
    amounts, duals = _amounts(solution), optimum.duals
    floor = _WORTH * abs(optimum.objective)
    worth: dict[tuple[str, str], float] = defaultdict(float)
    prices: dict[tuple[str, str], list[tuple[int | None, str, float]]] = defaultdict(list)
    for row, (name, index) in enumerate(program.rows):
        if (
            not duals[row]
            or not _is_limit(name)
            or not (key is None or _concerns(solution, key, name, index))
        ):
            continue
        kinds = solution.index_names.get(name, ())
        year = year_of(kinds, index)
        who, season = _who(names, kinds, index)
        worth[name, who] += abs(float(duals[row]) * amounts[row])
        price = float(duals[row]) / solution.undiscount(name, place_of(solution, name, index)["year"])
        prices[name, who].append((year, season, abs(price)))
    found = []
    for (name, who), value in worth.items():
        known = EQUATIONS.get(name)
        if value < floor and key is None:
            continue
        policy = known.module.rsplit(".", 1)[1] if known and ".policies." in known.module else ""
        unit = known.unit.replace("CNY", solution.data.scenario.currency) if known else ""
        meaning = known.dual if known else "what one more unit on the right-hand side would save"
        found.append(Binding(name, who, policy, unit, meaning, value, tuple(prices[name, who])))
    return sorted(found, key=lambda b: (-b.worth, b.constraint, b.place))


def _amounts(solution: Solution) -> Array:
    """Amount that each row limits: its right-hand side, or where that is nil what is used."""
    program = solution.program
    flows = np.maximum(program.entries * solution.optimum.values[program.places], 0.0)
    gross = np.add.reduceat(np.append(flows, 0.0), program.starts[:-1])
    rhs: Array = np.abs(program.rhs)
    return np.where(rhs > 0, rhs, gross)


def _is_limit(name: str) -> bool:
    """Whether a row states a limit, of a table, a policy or the user's own, rather than a balance."""
    known = EQUATIONS.get(name)
    if known is None or name == "quota_use":
        return True
    if name in {"liquid_market", "ingot_market", "quota_balance"} or known.limit == "":
        return False
    return bool(known.limit) or ".policies." in known.module


def _who(names: Names, kinds: tuple[str, ...], index: Any) -> tuple[str, str]:  # noqa: ANN401
    members = index if isinstance(index, tuple) else () if index is None else (index,)
    pairs = list(zip(kinds, members, strict=False))
    who = [names.member(k, v) for k, v in pairs if k not in {"year", "season", "slice"}]
    season = [names.season(v) for k, v in pairs if k in {"season", "slice"}]
    return ", ".join(who), " ".join(season)


def _told(solution: Solution, found: list[Binding]) -> list[str]:
    if not found:
        return ["No limit binds."]
    lines = ["What binds, dearest first (present value of its shadow price times its amount):"]
    total = abs(solution.objective)
    for b in found[:_SHOWN]:
        years = sorted({y for y, _, _ in b.prices if y is not None})
        when = f" in {years_in_words(years)}" if years else ""
        low, high = min(p for _, _, p in b.prices), max(p for _, _, p in b.prices)
        span = f"{high:,.0f}" if high - low < max(0.5, 1e-6 * high) else f"{low:,.0f} to {high:,.0f}"
        place = f" ({b.place})" if b.place else ""
        policy = f", policy {b.policy}" if b.policy else ""
        lines.append(
            f"  - {plain(b.constraint)}{place}{policy}{when}: {span} {b.unit}, {_share(b.worth / total)} of "
            f"the cost; {b.meaning}"
        )
    rest = found[_SHOWN:]
    if rest:
        lines.append(
            f"  and {len(rest)} more, worth {_share(sum(b.worth for b in rest) / total)} of the cost"
        )
    return lines


def _share(value: float) -> str:
    return f"{value:.2%}" if value >= 1e-4 else "under 0.01%"


# The nation


def _nation(solution: Solution) -> list[str]:
    data = solution.data
    years, currency = data.calendar.years, data.scenario.currency
    lines = []
    if "quota_use" in solution.row_places:
        rents = {y: mean_rent(solution, y) for y in years}
        scarce = [y for y in years if rents[y] >= HARDLY]
        highest = max(years, key=rents.__getitem__)
        if not scarce and rents[highest] > _WORTH_TELLING:
            lines.append(
                f"Quota is hardly scarce: one more t/a would save {rents[highest]:,.0f} {currency}/t·a at "
                f"most (in {highest}), so the cap hardly binds."
            )
        elif scarce:
            told = ", ".join(f"{rents[y]:,.0f} in {y}" for y in scarce[:4])
            lines.append(
                f"Quota is scarce in {years_in_words(scarce)}: the last t/a is worth, in {currency}/t·a, "
                f"{told}. That is the metal price less what the last user of quota can avoid."
            )
            sides = {
                str(y): {
                    "quota_rent_cny_per_t_a": rents[y],
                    "fleet_just_fills_quota": fleet_just_fills_quota(solution, y),
                }
                for y in years
            }
            lines += rent_in_words(sides, data.scenario.name)
        else:
            lines.append("Quota is scarce in no year: the cap does not bind.")
    lines += [
        f"Metal costs {metal_price(solution, y):,.0f} {currency}/t in {y}: {_price_setter(solution, y)}."
        for y in years[:2]
    ]
    lines += _last_plants(solution, years[0])
    return lines


def _price_setter(solution: Solution, y: int) -> str:
    """Step of imports, demand or exports that is taken in part, which sets the price of metal."""
    data, price = solution.data, metal_price(solution, y)
    currency = data.scenario.currency
    found: list[tuple[float, str]] = []
    need = {d: m.share * data.markets.demand[y] for d, m in data.markets.markets.items()}
    steps = (
        ("imports", "imports", data.markets.import_steps, 1.0),
        ("unserved_demand", "users who give up", data.markets.demand_steps, sum(need.values())),
        ("exports", "exports", data.markets.export_steps, 1.0),
    )
    for variable, words, of, scale in steps:
        taken: dict[str, float] = defaultdict(float)
        for index, value in solution.values(variable).items():
            if index[-1] == y:
                taken[index[1]] += value
        found += [
            (step.price, f"{words} at {step.price:,.0f} {currency}/t ({plain(step.key)})")
            for step in of
            if _NIL < taken.get(step.key, 0.0) < step.volume * scale - _NIL
        ]
    near = [told for at, told in found if abs(at - price) <= _NEAR * price]
    if near:
        return f"set by {joined(near)}, taken in part"
    if found:
        return f"markets differ; taken in part are {joined([told for _, told in found])}"
    below = [s.price for s in data.markets.import_steps if s.price > price + 1]
    ceiling = f", below the next import at {min(below):,.0f}" if below else ""
    return f"no step of trade or demand is taken in part, so the last smelter's cost sets it{ceiling}"


def _standing(solution: Solution, y: int) -> Iterator[tuple[str, str, float]]:
    for (i, k, t), value in solution.values("capacity").items():
        if t == y and value > _NIL:
            yield i, k, value


def margin(solution: Solution, i: str, k: str, y: int) -> float:
    """What a t/a of capacity that stands earns in a year above its power, materials and fixed cost, at duals.

    CNY/t·a without VAT, before quota rent, capital that is sunk and what waiting is worth.
    """
    data = solution.data
    parameters, cell = data.parameters, data.cells[k]
    running = sum(
        -solution.shadow_price("running_limit", (i, k, y, q), y)
        for q in data.power.seasons_of[i]
        if (i, k, y, q) in solution.row_places.get("running_limit", {})
    )
    labour = cell.employees_per_kt / 1000.0 * parameters["wage_cny_per_a"] if cell.employees_per_kt else 0.0
    fixed = labour + cell.maintenance + parameters["overhead_cny_per_t_a"]
    fixed += parameters["sustaining_capex_cny_per_t_a"]
    return float(parameters["availability"] * running - fixed)


def _last_plants(solution: Solution, y: int) -> list[str]:
    names = Names(solution.data)
    ranked = sorted((margin(solution, i, k, y), i, k, value) for i, k, value in _standing(solution, y))
    if not ranked:
        return [f"No capacity stands in {y}."]
    least, _, _, _ = ranked[0]
    most, site, cell, _ = ranked[-1]
    currency = solution.data.scenario.currency
    low = [f"{k} at {names.site(i)} ({value:.2f} Mt/a, {m:,.0f})" for m, i, k, value in ranked[:3]]
    range_told = f"from {least:,.0f} to {most:,.0f} {currency}/t·a above its running and fixed cost"
    ends = f"least {joined(low)}; most {cell} at {names.site(site)}"
    return [f"What stands in {y} earns {range_told}, before quota rent: {ends}."]


# About one name


def _about(solution: Solution, key: str) -> list[str]:
    data = solution.data
    regions = {site.region for site in data.fleet.sites.values()}
    if key in regions:
        return _place(solution, [i for i, s in data.fleet.sites.items() if s.region == key], key)
    if key in data.fleet.sites:
        return _place(solution, [key], key)
    if key in data.cells:
        return _cell(solution, key)
    rows = [
        row
        for row, (name, index) in enumerate(solution.program.rows)
        if _concerns(solution, key, name, index)
    ]
    tight = sum(1 for row in rows if solution.optimum.duals[row])
    lines = [f"{plain(key)}: {len(rows)} rows of the model are about it, {tight} of them have a price."]
    known = EQUATIONS.get(key)
    if known is not None:
        lines.append(
            f"It states: {known.text.splitlines()[0]} Its shadow price: {known.dual} ({known.unit})."
        )
    return lines


def _cell(solution: Solution, key: str) -> list[str]:
    years = solution.data.calendar.years
    totals = {y: sum(v for _, k, v in _standing(solution, y) if k == key) for y in years}
    if max(totals.values()) <= _NIL:
        return [f"{key} stands nowhere in any year.", *_options(solution, lambda index: key in index)]
    told = ", ".join(f"{totals[y]:.2f} in {y}" for y in years)
    return [f"{key} stands at {told} Mt/a.", *_options(solution, lambda index: key in index)]


def _place(solution: Solution, sites: list[str], key: str) -> list[str]:
    data, names = solution.data, Names(solution.data)
    years, here = data.calendar.years, set(sites)
    name = names.region(key) if key not in data.fleet.sites else names.site(key)
    start = sum(v for (i, _), v in data.fleet.start.items() if i in here)
    totals = {y: sum(v for i, _, v in _standing(solution, y) if i in here) for y in years}
    told = ", ".join(f"{totals[y]:.2f} in {y}" for y in years)
    lines = [f"{name}: {start:.2f} Mt/a at the start, {told}."]
    lines += _why_not_less(solution, sites, years[0])
    lines += _why_not_more(solution, key)
    lines += _options(solution, lambda index: index[0] in here)
    return lines


def _why_not_less(solution: Solution, sites: list[str], y: int) -> list[str]:
    """Margin of the largest block of capacity, from metal, power and alumina at duals."""
    standing = [(value, i, k) for i, k, value in _standing(solution, y) if i in set(sites)]
    if not standing:
        return [f"Nothing stands there in {y}."]
    _, i, k = max(standing)
    data, currency = solution.data, solution.data.scenario.currency
    region = data.fleet.sites[i].region
    metal = solution.shadow_price("metal_supply", (region, y), y)
    share = data.calendar.share
    power = sum(
        solution.shadow_price("power_balance", (i, y, h), y) * share.get(h, 1.0)
        for h in data.power.slices_of[i]
    )
    point = data.materials.point_of[i]
    alumina = 0.0
    if (point, y) in solution.row_places.get("alumina_balance", {}):
        alumina = solution.shadow_price("alumina_balance", (point, y), y)
    taken = data.parameters.get("alumina_t_per_t", 0.0)
    net = margin(solution, i, k, y)
    cheaper = net / data.parameters["availability"]
    prices = (
        f"metal is worth {metal:,.0f} {currency}/t at its smelters, power {power:,.0f} {currency}/MWh on the "
        f"year's mean and alumina {alumina:,.0f} {currency}/t at the margin"
    )
    use = f"{k}, the most of it, takes {data.cells[k].ac / 1000.0:.2f} MWh and {taken:.3g} t of alumina"
    keeps = f"keeps {net:,.0f} {currency}/t·a after all running and fixed cost"
    line = f"Why not less: in {y} {prices}; {use}, and {keeps}."
    return [f"{line} Metal {cheaper:,.0f} {currency}/t cheaper would leave nothing for quota and capital."]


def _why_not_more(solution: Solution, key: str) -> list[str]:
    """Quota rent, scarce supplies and build rate of a region, by year."""
    region = solution.data.fleet.sites[key].region if key in solution.data.fleet.sites else key
    parts = []
    for name, words in (("quota_use", "quota rent"), ("regional_build_rate", "build rate")):
        found = [
            (index[1], abs(solution.shadow_price(name, index, index[1])))
            for index in solution.row_places.get(name, {})
            if index[0] == region
        ]
        told = [f"{price:,.0f} in {year}" for year, price in found if price > _WORTH_TELLING]
        if told:
            parts.append(f"{words} {', '.join(told[:4])} {EQUATIONS[name].unit}")
    parts += _scarce_power(solution, region)
    currency = solution.data.scenario.currency
    if not parts:
        return ["Why not more: nothing of its own limits it; more would cost more than its metal is worth."]
    return [f"Why not more: {'; '.join(parts)}.".replace("CNY", currency)]


def _scarce_power(solution: Solution, region: str) -> list[str]:
    """Supplies of a region that are used up, with their scarcity rents by season and year."""
    names, parts = Names(solution.data), []
    rents: dict[str, list[str]] = defaultdict(list)
    for p, year, piece in solution.row_places.get("supply_limit", {}):
        rent = abs(solution.shadow_price("supply_limit", (p, year, piece), year))
        if solution.data.power.pools[p].region == region and rent > _WORTH_TELLING:
            when = " ".join(part for part in (names.season(piece), str(year)) if part)
            rents[p].append(f"{rent:,.0f} in {when}")
    for p, told in rents.items():
        source = plain(solution.data.power.pools[p].source)
        parts.append(f"{source} is scarce, worth {', '.join(told[:4])} CNY/MWh more than it costs")
    return parts


def _options(solution: Solution, concerns: Any) -> list[str]:  # noqa: ANN401
    """What options not taken miss by at least, and which tie."""
    calendar, currency = solution.data.calendar, solution.data.scenario.currency
    names, lines = Names(solution.data), []
    for variable, words in (("new_capacity", "new capacity"), ("retired_capacity", "closing")):
        misses, ties = [], 0
        values = solution.values(variable)
        for index, column in solution.column_places.get(variable, {}).items():
            if not concerns(index) or values[index] > _NIL:
                continue
            if variable == "retired_capacity" and solution.values("capacity").get(index, 0.0) <= _NIL:
                continue
            miss = float(solution.optimum.reduced_costs[column]) / calendar.discount[index[2]]
            if miss > _WORTH_TELLING:
                misses.append((miss, index))
            else:
                ties += 1
        if misses:
            miss, index = min(misses)
            who = f"{index[1]} at {names.site(index[0])} in {index[2]}"
            told = f"{words} not taken misses by {miss:,.0f} {currency} per t/a or more"
            lines.append(f"What would move it: {told}, least for {who}.")
        if ties:
            lines.append(
                f"{ties} options of {words} not taken show no loss: another plan may do as well there."
            )
    return lines
