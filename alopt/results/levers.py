"""What may be changed to make an infeasible scenario feasible: values of tables, limits of policies.

Each equation says where its limit is written (``limit`` of its registration). A value that sets
several rows, as an origin's volume does in every year, is one lever that moves them together;
an inequality of a policy that names no field is a limit of that policy, row by row; a constraint
of the user's own may move too. Balances never move, except where a table stands in them: quota
registered or issued, and decided moves, which are moved by building the model again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from alopt.data.fleet import moves_of
from alopt.data.model_data import ModelData
from alopt.model.equations import EQUATIONS
from alopt.results.words import Names, plain, unit_of
from alopt.solve import Program

IndexNames = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Lever:
    """A value that may be changed.

    Attributes
    ----------
    group : str
        What one would change in one go: a policy's field, or one row of a table in all years.
    policy : str
        Policy that sets it, empty where a table does.
    what : str
        The value in words.
    where : str
        File and column, or field of the scenario.
    verb : str
        Raise or lower, or loosen where the rule has no number of its own.
    unit : str
        Of the value.
    present : float or None
        The value now; None where it is not one number.
    rows : mapping of int to float
        Change of each row's right-hand side per unit of change.
    most : float
        The most that it can be changed by.
    """

    group: str
    policy: str
    what: str
    where: str
    verb: str
    unit: str
    present: float | None
    rows: Mapping[int, float] = field(repr=False)
    most: float = np.inf

    @property
    def scale(self) -> float:
        """Size that a change is compared with."""
        return abs(self.present) if self.present else 0.0

    @property
    def kind(self) -> str:
        """What is alike: the table's file, or the field of a policy."""
        return self.where.partition(",")[0]

    def after(self, change: float) -> float | None:
        """Value after a change of so much."""
        if self.present is None:
            return None
        return self.present + (-change if self.verb == "lower" else change)


Draft = tuple[str, str, str, str, float | None, float]  # group, what, where, verb, present, per unit


@dataclass
class Book:
    """All levers of a program; ``make`` writes them down equation by equation."""

    data: ModelData
    program: Program
    index_names: IndexNames
    names: Names = field(init=False)

    def __post_init__(self) -> None:
        self.names = Names(self.data)
        rows = enumerate(self.program.rows)
        self._reuse = {row: index for row, (name, index) in rows if name == "quota_reuse_bar"}

    def levers(self) -> list[Lever]:
        """Return every lever but those of decided moves, in the order of the rows."""
        found: dict[tuple[str, str, str], Lever] = {}
        for row, (name, index) in enumerate(self.program.rows):
            for lever in self._of(row, name, index):
                key = (lever.group, lever.what, lever.verb)
                if key in found:
                    merged = {**found[key].rows, **lever.rows}
                    found[key] = replace(found[key], rows=merged)
                else:
                    found[key] = lever
        return list(found.values())

    def _of(self, row: int, name: str, index: Any) -> Iterator[Lever]:  # noqa: ANN401
        known = EQUATIONS.get(name)
        if known is None:
            yield from self._own(row, name, index)
            return
        policy = known.module.rsplit(".", 1)[1] if ".policies." in known.module else ""
        if name in _DRAFTS:
            draft = _DRAFTS[name](self, index)
            if draft is not None:
                group, what, where, verb, present, per_unit = draft
                yield Lever(group, policy, what, where, verb, unit_of(name), present, {row: per_unit})
            if name == "quota_balance":
                yield self._issue(row, index)
        elif (known.limit or (policy and known.limit is None)) and self.program.senses[row] != 0:
            yield self._limit(row, name, index, policy)

    def _limit(self, row: int, name: str, index: Any, policy: str) -> Lever:  # noqa: ANN401
        """Move one row's limit to its loose side."""
        sense, rhs = int(self.program.senses[row]), float(self.program.rhs[row])
        limit = EQUATIONS[name].limit
        place = self.names.place(self.index_names.get(name, ()), index)
        what = f"the limit {plain(name)}{f' ({place})' if place else ''}"
        if policy:
            where = f"policies.{policy}.{limit}" if limit else f"policies.{policy}"
        else:
            table, _, column = str(limit).partition(".")
            where = f"tables/{table}.csv, column {column}"
        if rhs == 0 and not bans(self.program, row):  # a rule between activities, with no number of its own
            return Lever(where, policy, what, where, "loosen", unit_of(name), None, {row: float(sense)})
        verb = "raise" if sense > 0 else "lower"
        return Lever(where, policy, what, where, verb, unit_of(name), rhs, {row: float(sense)})

    def _issue(self, row: int, index: Any) -> Lever:  # noqa: ANN401
        """Issue quota: more in the stock, and fresh quota for newcomers from then on."""
        region, year = index
        what = f"the quota issued to {self.names.region(region)} in {year}"
        where = f"tables/quota_issues.csv, region {region}, issued_mt_per_a"
        now = float(self.data.fleet.quota_issues.get((region, year), 0.0))
        fresh = {other: 1.0 for other, (r, t) in self._reuse.items() if r == region and t >= year}
        group = f"quota issued to {region}"
        return Lever(group, "capacity_cap", what, where, "raise", "Mt/a", now, {row: 1.0, **fresh})

    def _own(self, row: int, name: str, index: Any) -> Iterator[Lever]:  # noqa: ANN401
        """Move a constraint that is the user's own, an equality to either side."""
        sense, rhs = int(self.program.senses[row]), float(self.program.rhs[row])
        kinds = self.index_names.get(name.removeprefix("bound of "), ())
        place = self.names.place(kinds, index)
        what = f"{plain(name)}{f' ({place})' if place else ''}"
        unit = unit_of(name)
        where = "added to the built model"
        for side, verb in ((1, "raise"), (-1, "lower")):
            if sense in {0, side}:
                yield Lever(f"{plain(name)}", "", what, where, verb, unit, rhs, {row: float(side)})


def bans(program: Program, row: int) -> bool:
    """Whether a row keeps a sum of activities at or under its right-hand side, with nothing to set off."""
    entries = program.entries[program.starts[row] : program.starts[row + 1]]
    return bool(program.senses[row] > 0 and np.all(entries > 0))


def _pool(book: Book, index: Any) -> Draft:  # noqa: ANN401
    key, year, piece = index
    pool = book.data.power.pools[key]
    when = " ".join(part for part in (book.names.season(piece), str(year)) if part)
    region, now = book.names.region(pool.region), float(pool.volume[year, piece])
    if pool.capacity:
        what = f"captive power of {region} in {when}"
        return f"captive power {key}", what, "tables/captive_units.csv, column capacity_gw", "raise", now, 1.0
    what = f"the volume of {plain(pool.source)} in {region}, {when}"
    return f"volume of {key}", what, "tables/power_volumes.csv, column volume_twh", "raise", now, 1.0


def _closure(book: Book, index: Any) -> Draft:  # noqa: ANN401
    site, cell, year = index
    what = f"the closure of {cell} at {book.names.site(site)} by {year}"
    amount = float(book.data.fleet.closures[index])
    return f"closure of {site} {cell}", what, "tables/closures.csv", "lower", amount, 1.0


def _regional_rate(book: Book, index: Any) -> Draft:  # noqa: ANN401
    return _rate(book, "regional_build_rate_mt_per_a", "a region's building", index[1])


def _national_rate(book: Book, index: Any) -> Draft:  # noqa: ANN401
    return _rate(book, "national_build_rate_mt_per_a", "the nation's building", index)


def _rate(book: Book, parameter: str, whose: str, year: int) -> Draft:
    now, elapsed = book.data.parameters[parameter], book.data.calendar.elapsed[year]
    what, where = f"the rate of {whose}", f"tables/parameters.csv, row {parameter}"
    return parameter, what, where, "raise", float(now), float(elapsed)


def _relining(book: Book, index: Any) -> Draft:  # noqa: ANN401
    site, cell, year = index
    what = f"relining of {cell} at {book.names.site(site)} by {year} (cells age by cell_life_a)"
    return "relining", what, "tables/parameters.csv, row cell_life_a", "raise", None, 1.0


def _value(table: str, column: str, kind: str, now: Callable[[Book, str], float], words: str) -> Any:  # noqa: ANN401
    """Draft of a value that holds in every year."""

    def draft(book: Book, index: Any) -> Draft:  # noqa: ANN401
        key = str(index[0])
        what = words.format(book.names.member(kind, key))
        where = f"tables/{table}.csv, {kind} {key}, {column}"
        return f"{table} {column} {key}", what, where, "raise", now(book, key), 1.0

    return draft


def _step(steps: str) -> Callable[[Book, str], float]:
    def now(book: Book, key: str) -> float:
        return next(float(s.volume) for s in getattr(book.data.markets, steps) if s.key == key)

    return now


def _market(book: Book, index: Any) -> Draft:  # noqa: ANN401
    market, year = index
    markets = book.data.markets
    need = markets.markets[market].share * (markets.demand[year] - markets.recycled[year])
    what = f"the demand for primary metal in {plain(market)}, {year}"
    return "demand", what, "tables/demand.csv, column total_metal_mt", "lower", float(need), -1.0


def _quota(book: Book, index: Any) -> Draft | None:  # noqa: ANN401
    region, year = index
    calendar, name = book.data.calendar, book.names.region(region)
    if calendar.previous[year] != calendar.base_year:
        return None
    where = f"tables/quota.csv, region {region}, registered_mt_per_a"
    now = float(book.data.fleet.registered_quota.get(region, 0.0))
    return f"registered quota of {region}", f"the registered quota of {name}", where, "raise", now, 1.0


def _cap(book: Book, index: Any) -> Draft:  # noqa: ANN401
    row = book.data.policies["capacity_cap"].cap[index]
    where = "policies.capacity_cap.cap_mt_per_a"
    return where, f"the national cap in {index}", where, "raise", float(row), 1.0


def _emission_cap(book: Book, index: Any) -> Draft:  # noqa: ANN401
    where = "policies.emission_cap.limit_mt"
    limit = book.data.policies["emission_cap"].limit[index]
    return where, f"the limit on emissions in {index}", where, "raise", float(limit), 1.0


def _budget(book: Book, _: Any) -> Draft:  # noqa: ANN401
    where = "policies.emission_cap.budget_mt"
    budget = book.data.policies["emission_cap"].budget
    return where, "the emission budget of all years", where, "raise", float(budget), 1.0


#: Equations whose limit is one number, with how it is named; the others move row by row.
_DRAFTS: Mapping[str, Callable[[Book, Any], Draft | None]] = {
    "supply_limit": _pool,
    "closure_date": _closure,
    "regional_build_rate": _regional_rate,
    "national_build_rate": _national_rate,
    "relining_limit": _relining,
    "ore_limit": _value(
        "bauxite_values", "volume_mt_per_a", "origin",
        lambda book, key: float(book.data.materials.ore_volume[key]), "the yearly volume of {} ore",
    ),
    "refinery_capacity": _value(
        "refinery_values", "capacity_mt_per_a", "refinery",
        lambda book, key: float(book.data.materials.refineries[key].capacity), "the capacity of {}",
    ),
    "import_step": _value(
        "import_steps", "volume_mt_per_a", "step", _step("import_steps"), "the volume of imports at {}"
    ),
    "export_step": _value(
        "export_steps", "volume_mt_per_a", "step", _step("export_steps"), "the volume of exports at {}"
    ),
    "liquid_market": _market,
    "ingot_market": _market,
    "quota_balance": _quota,
    "national_cap": _cap,
    "emission_cap": _emission_cap,
    "emission_budget": _budget,
}  # fmt: skip


@dataclass(frozen=True)
class Move:
    """A decided move: its line in tables/moves.csv, ends, model year and amount in Mt/a."""

    line: int
    origin: tuple[str, str]
    target: tuple[str, str]
    year: int
    amount: float


def decided_moves(data: ModelData) -> list[Move]:
    """List the decided moves of a scenario's fleet within its horizon."""
    site_of, calendar, found = data.fleet.site_of, data.calendar, []
    for place, row in moves_of(data.tables, data.scenario.fleet):
        year = next((y for y in calendar.years if y >= row["year"]), None)
        if row["year"] <= calendar.base_year or year is None:
            continue
        origin = (site_of[row["from_site"]], row["from_cell"])
        target = (site_of[row["to_site"]], row["to_cell"])
        found.append(Move(data.tables["moves"].lines[place], origin, target, year, row["capacity_mt_per_a"]))
    return found


def without_part(data: ModelData, move: Move, part: float) -> ModelData:
    """Return data in which a decided move is smaller by a part of its amount, Mt/a."""
    fleet = data.fleet
    arriving, departing, quota = dict(fleet.arriving), dict(fleet.departing), dict(fleet.quota_moves)
    departing[*move.origin, move.year] -= part
    arriving[*move.target, move.year] -= part
    for (site, _), sign in ((move.origin, 1.0), (move.target, -1.0)):
        key = (fleet.sites[site].region, move.year)
        quota[key] = quota.get(key, 0.0) + sign * part
    return replace(data, fleet=replace(fleet, arriving=arriving, departing=departing, quota_moves=quota))


def matters(data: ModelData, program: Program, weights: Mapping[int, float], move: Move) -> bool:
    """Whether a smaller move would change the sum of weighted rows that proves a conflict.

    A move between two places that weigh the same does not.
    """
    here, there = data.fleet.sites[move.origin[0]].region, data.fleet.sites[move.target[0]].region
    signs = {
        ("capacity_balance", (*move.origin, move.year)): 1.0,
        ("capacity_balance", (*move.target, move.year)): -1.0,
        ("quota_balance", (here, move.year)): 1.0,
        ("quota_balance", (there, move.year)): -1.0,
    }
    sites, total = {move.origin[0], move.target[0]}, 0.0
    for row, weight in weights.items():
        name, index = program.rows[row]
        total += weight * signs.get((name, index), 0.0)
        if name in {"closure_date", "relining_limit", "spread_step"} and index[0] in sites:
            return True
    return abs(total) > 1e-9 * max(map(abs, weights.values()))


def move_lever(data: ModelData, program: Program, smaller: Program, move: Move, part: float) -> Lever | None:
    """Lever of a decided move, from the program in which it is smaller by a part.

    None where the programs differ in more than right-hand sides; constraints that were added to
    the built model do not depend on the move.
    """
    after = dict(zip(smaller.rows, smaller.rhs.tolist(), strict=True))
    places = {key: row for row, key in enumerate(program.rows)}
    if not after.keys() <= places.keys():
        return None
    change = {places[key]: (rhs - float(program.rhs[places[key]])) / part for key, rhs in after.items()}
    rows = {row: value for row, value in change.items() if abs(value) > 1e-9}
    names = Names(data)
    ends = f"from {names.site(move.origin[0])} to {names.site(move.target[0])}"
    return Lever(
        f"move {move.line}", "", f"the decided move {ends} in {move.year}",
        f"tables/moves.csv, row {move.line}, capacity_mt_per_a", "lower", "Mt/a",
        move.amount, rows, move.amount,
    )  # fmt: skip
