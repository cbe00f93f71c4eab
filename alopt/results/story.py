"""A conflict told as a sum: what there is, what is asked, and by how much the one is short of the other.

A proof that a change cannot be smaller gives each row a weight, in units of the change per unit
of the row's right-hand side. The weighted rows add up to the change itself, so the terms can be
told as amounts of one thing: 31 TWh of one supply and 12.4 of another are 4.1 TWh short of
3.4 Mt × 13.97.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from alopt.data.model_data import ModelData
from alopt.model.equations import EQUATIONS
from alopt.results.levers import IndexNames, Lever, bans
from alopt.results.words import (
    ACTIVITIES,
    Names,
    amount,
    joined,
    plain,
    region_of,
    unit_of,
    year_of,
    years_in_words,
)
from alopt.solve import Program
from alopt.solve.elastic import Change

#: Terms of one kind that are named one by one; more are summed.
_NAMED = 3

#: Terms smaller than this part of the largest are left out.
_SMALL = 1e-9


@dataclass(frozen=True)
class Term:
    """One number in the sum: whose it is, in its own unit, and what it counts in the sum's unit."""

    kind: str
    place: str
    unit: str
    value: float
    counts: float
    region: str = ""
    season: str = ""
    year: int | None = None

    @property
    def ratio(self) -> float:
        """What one unit of it counts."""
        return abs(self.counts / self.value)


class Teller:
    """Tells the conflicts of one program."""

    def __init__(self, data: ModelData, program: Program, index_names: IndexNames) -> None:
        self.data, self.program, self.index_names = data, program, index_names
        self.names = Names(data)

    def tell(self, change: Change, lever: Lever) -> str:
        """Tell why a lever has to move by as much.

        Parameters
        ----------
        change : Change
            In which it is what is least.
        lever : Lever

        Returns
        -------
        str
            One sentence, or two where balances tie the terms together.
        """
        terms = self._terms(change)
        largest = max((abs(term.counts) for term in terms), default=0.0)
        terms = _netted([term for term in terms if abs(term.counts) > _SMALL * largest])
        asked = _sorted([term for term in terms if term.counts > 0])
        given = _sorted([term for term in terms if term.counts < 0])
        short = amount(sum(term.counts for term in terms), lever.unit)
        head = self._head(terms)
        says = f"{head}: " if head else ""
        have, need = _listed(given, lever.unit, head), _listed(asked, lever.unit, head)
        if given and asked:
            together = " together" if len(given) > 1 else ""
            says += f"{have},{together} {short} short of {need}."
        elif asked:
            nil = joined(self._rules(change, banning=True))
            says += f"{f'{nil} leaves nothing for' if nil else 'nothing meets'} {need}: {short} short."
        else:
            says += f"what is needed is {short} above what the limits of nil allow."
        says = says[:1].upper() + says[1:]
        rules = joined(self._rules(change, banning=False))
        under = f" It is so under {rules}." if rules else ""
        ties = self._ties(change)
        return f"{says}{under} {ties}" if ties else f"{says}{under}"

    # Terms

    def _terms(self, change: Change) -> list[Term]:
        terms = []
        for row, weight in change.weights.items():
            name, index = self.program.rows[row]
            rhs = float(self.program.rhs[row])
            for kind, place, value in self._parts(name, index, rhs):
                if value:
                    shared = self._shared(name.removeprefix("bound of "), index)
                    terms.append(Term(kind, place, unit_of(name), value, weight * value, *shared))
        for column, worth in change.bounds.items():
            name, index = self.program.columns[column]
            bound = float((self.program.column_lower if worth > 0 else self.program.column_upper)[column])
            words, unit = ACTIVITIES.get(name, (plain(name), ""))
            place = self.names.place(self.index_names.get(name, ()), index)
            kind = f"the {'least' if worth > 0 else 'most'} {words}"
            terms.append(Term(kind, place, unit, bound, worth * bound, *self._shared(name, index)))
        return terms

    def _shared(self, name: str, index: Any) -> tuple[str, str, int | None]:  # noqa: ANN401
        """Region, season and year of a row or column."""
        kinds = self.index_names.get(name, ())
        members = index if isinstance(index, tuple) else (index,)
        region = region_of(self.data, kinds, index)
        pieces = [v for k, v in zip(kinds, members, strict=False) if k in {"season", "slice"}]
        season = self.names.season(pieces[0]) if pieces else ""
        return self.names.region(region) if region else "", season, year_of(kinds, index)

    def _parts(self, name: str, index: Any, rhs: float) -> list[tuple[str, str, float]]:  # noqa: ANN401
        """Numbers of which a right-hand side is made: (kind, place, value)."""
        data, fleet = self.data, self.data.fleet
        place = self.names.place(self.index_names.get(name.removeprefix("bound of "), ()), index)
        if name == "quota_balance":
            region, year = index
            first = data.calendar.previous[year] == data.calendar.base_year
            registered = float(fleet.registered_quota.get(region, 0.0)) if first else 0.0
            moved = float(fleet.quota_moves.get((region, year), 0.0))
            rest = rhs - registered - moved
            where = self.names.region(region)
            return [
                ("the registered quota", where, registered),
                ("the quota of decided moves", place, moved),
                ("quota issued", place, 0.0 if abs(rest) < 1e-12 else rest),
            ]
        if name == "capacity_balance":
            came = float(fleet.arriving.get(index, 0.0))
            went = float(fleet.departing.get(index, 0.0))
            rest = rhs - came + went
            return [
                ("the fleet at the start", self._at(index), 0.0 if abs(rest) < 1e-12 else rest),
                ("decided arrivals", place, came),
                ("decided departures", place, -went),
            ]
        if name == "closure_date":
            closed = float(fleet.closures[index])
            return [("lines that stood", place, rhs + closed), ("lines closed by decree", place, -closed)]
        if name == "supply_limit":
            pool = data.power.pools[index[0]]
            source = "captive power" if pool.capacity else plain(pool.source)
            when = " ".join(part for part in (self.names.season(index[2]), str(index[1])) if part)
            return [(source, f"{self.names.region(pool.region)}, {when}", rhs)]
        known = EQUATIONS.get(name)
        policy = known is not None and ".policies." in known.module
        words = plain(name)
        return [(f"the limit {words}" if policy else _WORDS.get(name, words), place, rhs)]

    def _at(self, index: Any) -> str:  # noqa: ANN401
        return f"{plain(index[1])} at {self.names.site(index[0])}"

    # Head and ties

    @staticmethod
    def _head(terms: list[Term]) -> str:
        """Region, season and years that the terms share."""
        regions = {term.region for term in terms if term.region}
        seasons = {term.season for term in terms if term.season}
        years = sorted({term.year for term in terms if term.year is not None})
        when = f"{next(iter(seasons))} " if len(seasons) == 1 else ""
        found = list(regions) if len(regions) == 1 else []
        return ", ".join([*found, *([f"{when}{years_in_words(years)}"] if years else [])])

    def _rules(self, change: Change, *, banning: bool) -> list[str]:
        """Limits of nil in the conflict: those that ban, or those that hold one activity against others."""
        told = []
        for row in change.weights:
            name, index = self.program.rows[row]
            if self.program.rhs[row] == 0 and _is_rule(name) and bans(self.program, row) == banning:
                place = self.names.place(self.index_names.get(name, ()), index)
                told.append(f"the limit {plain(name)}{f' ({place})' if place else ''}")
        more = len(told) - _NAMED
        return [*told[:_NAMED], *([f"{more} more like it"] if more > 0 else [])]

    def _ties(self, change: Change) -> str:
        """Balances through which the terms hang together."""
        names: dict[str, int] = defaultdict(int)
        for row in change.weights:
            name = self.program.rows[row][0]
            if (
                name in EQUATIONS
                and self.program.rhs[row] == 0
                and not (_is_rule(name) or name == "closure_date")
            ):
                names[plain(name)] += 1
        if not names:
            return ""
        parts = [f"{name} ({count} rows)" if count > 1 else name for name, count in names.items()]
        return f"They are tied together by {joined(parts)}."


#: Right-hand sides of the model that are not called after their equation.
_WORDS = {
    "supply_limit": "power",
    "closure_date": "lines that may stay open",
    "regional_build_rate": "what a region can build",
    "national_build_rate": "what the nation can build",
    "relining_limit": "cells due for relining",
    "ore_limit": "ore",
    "refinery_capacity": "refining capacity",
    "conveyed_limit": "alumina from next door",
    "import_step": "imports",
    "export_step": "exports",
    "liquid_market": "demand for liquid metal",
    "ingot_market": "demand for ingot",
    "year_reopening": "what ran before",
    "spread_step": "plants of a cost step",
}


def _is_rule(name: str) -> bool:
    """Whether an equation states a limit of a policy or table rather than what something is."""
    known = EQUATIONS.get(name)
    if known is None or name == "closure_date" or known.limit == "":
        return False
    return bool(known.limit) or ".policies." in known.module


def _netted(terms: list[Term]) -> list[Term]:
    """Leave out kinds whose terms cancel, as moves from one region of the sum to another do."""
    totals: dict[str, float] = defaultdict(float)
    sizes: dict[str, float] = defaultdict(float)
    for term in terms:
        totals[term.kind] += term.counts
        sizes[term.kind] += abs(term.counts)
    return [term for term in terms if abs(totals[term.kind]) > 1e-6 * sizes[term.kind]]


def _sorted(terms: list[Term]) -> list[Term]:
    return sorted(terms, key=lambda term: -abs(term.counts))


def _listed(terms: list[Term], unit: str, head: str) -> str:
    """Write terms, the many of one kind as their sum."""
    kinds: dict[tuple[str, str], list[Term]] = defaultdict(list)
    for term in terms:
        kinds[term.kind, term.unit].append(term)
    parts = []
    for same in kinds.values():
        if len(same) <= _NAMED:
            parts += [_one(term, unit, head) for term in same]
        else:
            parts.append(_sum(same, unit))
    return joined(parts)


def _one(term: Term, unit: str, head: str) -> str:
    place = f" ({term.place})" if term.place not in {"", head, head.partition(",")[0]} else ""
    return f"{term.kind} {amount(abs(term.value), term.unit)}{_times(term.ratio, term.counts, unit)}{place}"


def _sum(terms: list[Term], unit: str) -> str:
    total = sum(abs(term.value) for term in terms)
    counts = sum(abs(term.counts) for term in terms)
    first = terms[0]
    places = list(dict.fromkeys(term.place for term in terms if term.place))
    where = f"{places[0]}, {places[1]} and {len(places) - 2} more" if len(places) > 2 else joined(places)
    times = _times(counts / total, counts, unit)
    return f"{first.kind} {amount(total, first.unit)}{times} ({where})"


def _times(ratio: float, counts: float, unit: str) -> str:
    """What an amount counts in the sum's unit, where that is not the amount itself."""
    if abs(ratio - 1.0) < 1e-6:
        return ""
    return f" × {amount(ratio)} = {amount(abs(counts), unit)}"
