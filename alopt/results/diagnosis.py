"""Why a scenario has no plan, or no cheapest one, in the user's words, and what would mend it.

Infeasible: the limits that conflict, added up to the sum that fails; the smallest change of each
table value or policy alone that makes the scenario feasible, found by elastic re-solves
(:mod:`alopt.solve.elastic`); the smallest change of all together, each measured against its
present value; and the irreducible set of rows. Unbounded: what grows without end, and what it
earns. Stopped: the best bound known, and what to do.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from alopt.data.load import assemble
from alopt.data.model_data import ModelData
from alopt.errors import AloptError, InfeasibleError, InputError, SolveError
from alopt.model.equations import EQUATIONS
from alopt.results.levers import (
    Book,
    IndexNames,
    Lever,
    decided_moves,
    matters,
    move_lever,
    without_part,
)
from alopt.results.story import Teller
from alopt.results.words import ACTIVITIES, Names, amount, joined, plain, year_of
from alopt.solve import Program, Solver
from alopt.solve.compile import Array, compile_program, label
from alopt.solve.conflict import conflicting_rows, find_conflict
from alopt.solve.elastic import Change, Elastic, bounds_as_rows
from alopt.solve.ray import cheapest_ray

#: Seconds after which no further change is tried, so that a diagnosis ends; groups tried at most.
_SECONDS, _GROUPS = 12.0, 40

#: What is listed on the screen; the JSON holds all.
_SHOWN_MENDS, _SHOWN_ROWS, _SHOWN_CHANGES, _STORIES = 8, 12, 4, 5


@dataclass(frozen=True)
class Mend:
    """A change that alone makes the scenario feasible, lever by lever, in the levers' units.

    ``size`` is the largest change against its present value; infinite where there is none.
    """

    group: str
    changes: tuple[tuple[Lever, float], ...]

    @property
    def size(self) -> float:
        """Largest change against its present value."""
        return max(delta / lever.scale if lever.scale else np.inf for lever, delta in self.changes)

    def __str__(self) -> str:
        shown = [_change(lever, delta) for lever, delta in self.changes[:_SHOWN_CHANGES]]
        more = len(self.changes) - len(shown)
        return joined([*shown, *([f"{more} more like it"] if more else [])])


@dataclass(frozen=True)
class Diagnosis:
    """What was found, in sentences and as data.

    Attributes
    ----------
    kind : {"infeasible", "unbounded"}
    stories : tuple of str
        What conflicts, or what earns without end.
    mends : tuple of Mend
        Changes of one value or policy field that are enough alone, smallest first.
    drops : tuple of str
        Policies without which the scenario is feasible.
    cannot : tuple of str
        Values and policies that are part of the conflict, but not enough alone.
    together : Mend or None
        The smallest change of everything that may change.
    rows : tuple of str
        The irreducible set of constraints, with what each states.
    """

    kind: str
    stories: tuple[str, ...]
    mends: tuple[Mend, ...] = ()
    drops: tuple[str, ...] = ()
    cannot: tuple[str, ...] = ()
    together: Mend | None = None
    rows: tuple[str, ...] = ()
    lead: str = field(default="No plan meets all constraints.")

    def text(self) -> str:
        """Return the diagnosis as lines for a reader."""
        lines = [self.lead, *self.stories]
        if self.mends or self.drops:
            lines.append("Any one of these is enough:")
            lines += [f"  - {line}" for line in self._alike()[:_SHOWN_MENDS]]
            lines += [f"  - drop the policy {name}" for name in self.drops]
        if self.together is not None and self.together.changes not in [m.changes for m in self.mends[:1]]:
            lines.append(f"The smallest change in all, each against its present value: {self.together}.")
        if self.cannot:
            lines.append(f"Not enough alone: {_some(self.cannot)}.")
        if self.rows:
            lines.append("These cannot hold together, and would if any one were relaxed:")
            shown = _grouped(self.rows)
            lines += [f"  {line}" for line in shown[:_SHOWN_ROWS]]
            more = len(shown) - _SHOWN_ROWS
            lines += [f"  and {more} more kinds"] if more > 0 else []
        return "\n".join(lines)

    def _alike(self) -> list[str]:
        """The smallest change of each kind, with how many others of the kind there are."""
        kinds: dict[tuple[str, ...], list[Mend]] = defaultdict(list)
        for mend in self.mends:
            kinds[tuple(sorted({lever.kind for lever, _ in mend.changes}))].append(mend)
        lines = []
        for alike in kinds.values():
            more = len(alike) - 1
            others = ", or the like for one other" if more == 1 else f", or the like for one of {more} others"
            lines.append(f"{alike[0]}{others if more else ''}")
        return lines

    def as_json(self) -> dict[str, Any]:
        """Return the diagnosis as plain lists and dictionaries."""
        return {
            "status": self.kind,
            "lead": self.lead,
            "stories": list(self.stories),
            "mends": [_mend_json(mend) for mend in self.mends],
            "drop_policies": list(self.drops),
            "not_enough_alone": list(self.cannot),
            "together": None if self.together is None else _mend_json(self.together),
            "constraints": list(self.rows),
        }


def _mend_json(mend: Mend) -> dict[str, Any]:
    return {
        "text": str(mend),
        "changes": [
            {
                "what": lever.what, "where": lever.where, "policy": lever.policy or None, "verb": lever.verb,
                "unit": lever.unit, "now": lever.present, "change": delta, "then": lever.after(delta),
            }
            for lever, delta in mend.changes
        ],
    }  # fmt: skip


def _change(lever: Lever, delta: float) -> str:
    after = lever.after(delta)
    by = amount(delta, lever.unit)
    if after is None or lever.present is None:
        return f"{lever.verb} {lever.what} by {by} ({lever.where})"
    span = f"from {amount(lever.present)} to {amount(after, lever.unit)}"
    return f"{lever.verb} {lever.what} by {by}, {span} ({lever.where})"


def _grouped(rows: Sequence[str]) -> list[str]:
    """Constraints with one line for all rows of a kind: those that differ in their indices alone."""
    kinds: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        name, _, rest = row.partition("[")
        index, _, states = rest.partition("]")
        kinds[name, states].append(index)
    lines = []
    for (name, states), found in kinds.items():
        alike = f", and {len(found) - 1} more of the kind" if len(found) > 1 else ""
        index = f"[{found[0]}]" if found[0] else ""
        lines.append(f"{name}{index}{alike}{':' if alike and states[:1] != ':' else ''}{states}")
    return lines


def _some(names: Sequence[str], most: int = 6) -> str:
    more = len(names) - most
    return joined([*names[:most], *([f"{more} more"] if more > 0 else [])])


def diagnose(model: Any, solver: Solver, error: InfeasibleError) -> InfeasibleError:  # noqa: ANN401
    """Return an error with the diagnosis of a model that has no plan or no cheapest one.

    Parameters
    ----------
    model : ConcreteModel
        As it was compiled.
    solver : Solver
        Whose last solve raised the error.
    error : InfeasibleError

    Returns
    -------
    InfeasibleError
        Whose message is the diagnosis. Where the search itself stops, at its time limit, the
        message says so and names the conflict as far as it is known.
    """
    try:
        found = diagnose_unbounded(model, solver) if error.unbounded else diagnose_infeasible(model, solver)
    except SolveError as stopped:
        found = Diagnosis(
            "unbounded" if error.unbounded else "infeasible",
            (f"The search for what conflicts stopped: {stopped}",), lead=str(error),
        )  # fmt: skip
    return InfeasibleError(found.text(), unbounded=error.unbounded, diagnosis=found)


def diagnose_infeasible(model: Any, solver: Solver) -> Diagnosis:  # noqa: ANN401
    """Find what conflicts and what would mend it.

    Parameters
    ----------
    model : ConcreteModel
        As it was compiled.
    solver : Solver
        Whose last solve found it infeasible.

    Returns
    -------
    Diagnosis
    """
    return _Search(model.data, dict(model.index_names), solver).diagnosis()


class _Search:
    """One search for conflicts and mends, with what its parts share."""

    def __init__(self, data: ModelData, index_names: IndexNames, solver: Solver) -> None:
        self.data, self.index_names, self.solver = data, index_names, solver
        self.start = time.perf_counter()
        self.proof = conflicting_rows(solver)
        held = _held_by_user(solver.program)
        self.program = bounds_as_rows(solver.program, held) if held else solver.program
        self.touched = {*self.proof, *range(len(solver.program.rows), len(self.program.rows))}
        self.levers = Book(data, self.program, index_names).levers() + self._moves()
        self.elastic = Elastic(
            self.program, [lever.rows for lever in self.levers], [lever.most for lever in self.levers]
        )

    def diagnosis(self) -> Diagnosis:
        """Put everything that is found together."""
        weights = self._weights()
        sized = {place: weight for place, weight in weights.items() if self.levers[place].scale}
        together = self.elastic.least(sized) or self.elastic.least(weights)
        if together is None:
            return Diagnosis("infeasible", (self._no_lever(),), rows=self._rows(self._listed(None)))
        moved = self._mend("together", together)
        mends, cannot, best = self._alone(list(together.amounts))
        drops, kept = self._drops()
        told = self._told(best, together)
        stories = tuple(dict.fromkeys(story for _, story in told))
        rows = self._listed(told[0][0] if told else None)
        cannot += [f"dropping the policy {name}" for name in kept]
        return Diagnosis(
            "infeasible", stories, tuple(mends), tuple(drops), tuple(cannot), moved, self._rows(rows)
        )

    def _late(self) -> bool:
        return time.perf_counter() - self.start > _SECONDS

    # Levers

    def _moves(self) -> list[Lever]:
        """Levers of decided moves in the conflict, from the model built with smaller ones."""
        found = []
        for move in decided_moves(self.data):
            if time.perf_counter() - self.start > _SECONDS / 3:
                break
            if self.proof and matters(self.data, self.program, self.proof, move):
                part = min(0.01, move.amount) / 2
                smaller = _rebuilt(without_part(self.data, move, part))
                lever = move_lever(self.data, self.program, smaller, move, part)
                found += [lever] if lever is not None else []
        return found

    def _weights(self) -> dict[int, float]:
        """What a unit of each lever counts where all move: one over its present value.

        A lever without one, or at nil, moves only where the others are not enough, and then
        counts as the middle one of its unit does.
        """
        sizes: dict[str, list[float]] = defaultdict(list)
        for lever in self.levers:
            if lever.scale:
                sizes[lever.unit].append(lever.scale)
        middle = {unit: float(np.median(found)) for unit, found in sizes.items()}
        return {
            place: 1.0 / (lever.scale or middle.get(lever.unit, 1.0))
            for place, lever in enumerate(self.levers)
        }

    def _mend(self, group: str, change: Change) -> Mend:
        places = sorted(change.amounts, key=lambda p: -self._relative(p, change.amounts[p]))
        return Mend(group, tuple((self.levers[place], change.amounts[place]) for place in places))

    def _groups(self, first: list[int]) -> dict[str, list[int]]:
        """Levers of the conflict by group, those that also move together with others first."""
        members: dict[str, list[int]] = defaultdict(list)
        for place, lever in enumerate(self.levers):
            members[lever.group].append(place)
        order = [self.levers[place].group for place in first]
        order += [lever.group for lever in self.levers if self.touched & lever.rows.keys()]
        hit = {lever.group for lever in self.levers if self.touched & lever.rows.keys()}
        return {group: members[group] for group in dict.fromkeys(order) if group in hit}

    def _alone(self, first: list[int]) -> tuple[list[Mend], list[str], dict[int, Change]]:
        """Least change of each group alone, which groups are not enough, and why the least is not less."""
        mends, cannot, proofs = [], [], {}
        for count, (group, places) in enumerate(self._groups(first).items()):
            if count >= _GROUPS or self._late():
                break
            change = self.elastic.least(dict.fromkeys(places, 1.0))
            if change is None:
                hit = next(p for p in places if self.touched & self.levers[p].rows.keys())
                cannot.append(_group_in_words(self.levers[hit]))
            elif change.amounts:
                mends.append(self._mend(group, change))
                if len(change.amounts) == 1:
                    proofs[next(iter(change.amounts))] = change
        return sorted(mends, key=lambda mend: mend.size), list(dict.fromkeys(cannot)), proofs

    # Policies

    def _drops(self) -> tuple[list[str], list[str]]:
        """Policies in the conflict without which the scenario is feasible, and those that stay in its way."""
        rows: dict[str, list[int]] = defaultdict(list)
        for row, (name, _) in enumerate(self.program.rows):
            known = EQUATIONS.get(name)
            if known is not None and ".policies." in known.module:
                rows[known.module.rsplit(".", 1)[1]].append(row)
        drops: list[str] = []
        kept: list[str] = []
        touched = self.touched
        for policy in self.data.policies:
            if touched & set(rows[policy]):
                enough: bool | None = self.elastic.holds_without(rows[policy])
            elif not self._late() and touched & {row for found in rows.values() for row in found}:
                enough = self._feasible_without(policy)
            else:
                continue
            if enough is not None:
                (drops if enough else kept).append(policy)
        return drops, kept

    def _feasible_without(self, policy: str) -> bool | None:
        """Whether the model built without a policy that has no row in the conflict is feasible.

        Such a policy can bar a way out, as a ban on inflows of quota does. None where others
        need it, or the model was changed after it was built.
        """
        if len(self.program.rows) > len(self.solver.program.rows):
            return None
        others = {name: value for name, value in self.data.scenario.policies.items() if name != policy}
        scenario = replace(self.data.scenario, policies=others, overrides=())  # the tables hold them
        try:
            built = _rebuilt(assemble(dict(self.data.tables), scenario, "the scenario"))
        except InputError:
            return None
        if not set(built.rows) <= set(self.program.rows) or not self._all_known():
            return None
        try:
            Solver(replace(built, cost=np.zeros(len(built.cost)))).solve()
        except AloptError:
            return False
        return True

    def _all_known(self) -> bool:
        return all(name in EQUATIONS for name, _ in self.program.rows)

    # Stories

    def _told(self, proofs: dict[int, Change], together: Change) -> list[tuple[Change, str]]:
        """Tell why one lever has to move by as much, or, where none is enough, why each has to."""
        teller = Teller(self.data, self.program, self.index_names)
        ranked = sorted(
            proofs, key=lambda p: (self.levers[p].verb != "raise", self._relative(p, proofs[p].amounts[p]))
        )
        if ranked:
            change = proofs[ranked[0]]
            return [(change, teller.tell(change, self.levers[ranked[0]]))]
        told = []
        for place in list(together.amounts)[:_STORIES]:
            others = {p: delta for p, delta in together.amounts.items() if p != place}
            found = self.elastic.least({place: 1.0}, others)
            if found is not None and place in found.amounts:
                told.append((found, teller.tell(found, self.levers[place])))
        return told

    def _relative(self, place: int, delta: float) -> float:
        scale = self.levers[place].scale
        return delta / scale if scale else np.inf

    def _no_lever(self) -> str:
        return "No value of a table and no limit of a policy resolves it: the constraints below conflict."

    def _listed(self, change: Change | None) -> tuple[list[int], list[int]]:
        """Rows and columns of the irreducible set."""
        if change is not None:
            return sorted(change.weights), sorted(change.held)
        found = find_conflict(self.solver)
        return list(found.rows), list(found.columns)

    def _rows(self, places: tuple[list[int], list[int]]) -> tuple[str, ...]:
        """Write the irreducible set, limits before balances."""
        program = self.program
        rows = sorted(places[0], key=lambda r: (program.rhs[r] == 0, r))
        lines = []
        for row in rows:
            name, index = program.rows[row]
            known = EQUATIONS.get(name)
            meaning = "" if known is None else f" - {known.text.splitlines()[0]}"
            relation = {-1: "≥", 0: "=", 1: "≤"}[int(program.senses[row])]
            lines.append(f"{label(name, index)} {relation} {program.rhs[row]:.6g}{meaning}")
        for column in places[1]:
            low, high = program.column_lower[column], program.column_upper[column]
            held = f"≥ {low:.6g}" if np.isinf(high) else f"{low:.6g} to {high:.6g}"
            lines.append(f"bound of {label(*program.columns[column])}: {held}")
        return tuple(lines)


def _group_in_words(lever: Lever) -> str:
    return lever.group if lever.group.startswith("policies.") else lever.what


def _held_by_user(program: Program) -> list[int]:
    """Columns that were given a floor or one value after the model was built; its own start at nil.

    A fixed variable of Pyomo is a constant in the rows, not a column in them.
    """
    held = (program.column_lower > 0) | (program.column_upper == program.column_lower)
    used = np.bincount(program.places, minlength=len(program.cost)) > 0
    return [int(c) for c in np.flatnonzero(held & used)]


def _rebuilt(data: ModelData) -> Program:
    from alopt.model.build import build  # noqa: PLC0415 - heavy, and rarely needed

    return compile_program(build(data))


# Unbounded

#: Where the price and the limit of an activity are written.
_WRITTEN = {
    "exports": "tables/export_steps.csv (price_cny_per_t, volume_mt_per_a)",
    "imports": "tables/import_steps.csv (price_cny_per_t, volume_mt_per_a)",
    "electricity": "tables/power_prices.csv (price_cny_per_mwh) and tables/power_volumes.csv",
    "potlining_treated": "tables/spent_potlining.csv (cost_cny_per_t, credit_cny_per_t, share_limit)",
    "ore_shipments": "tables/bauxite_values.csv (price_cny_per_t, volume_mt_per_a)",
    "refining": "tables/refinery_values.csv (cost and capacity_mt_per_a)",
}

#: Decisions that happen once; the others flow every year.
_EVENTS = {"new_capacity", "retired_capacity", "retrofitted_capacity", "quota_transfer", "reopened"}


def diagnose_unbounded(model: Any, solver: Solver) -> Diagnosis:  # noqa: ANN401
    """Say what grows without end, what goes with it and what a unit of it earns."""
    program = solver.program
    lead = "The cost has no lower bound: something pays for itself without end."
    ray = cheapest_ray(program)
    if ray is None:
        return Diagnosis("unbounded", ("No direction was found in which the cost falls.",), lead=lead)
    data, names, index_names = model.data, Names(model.data), dict(model.index_names)
    money = program.cost * ray
    leader = int(np.argmin(money))
    name, index = program.columns[leader]
    year = year_of(index_names.get(name, ()), index)
    weight = _weight(data, name, year)
    step = ray[leader]
    gain, own = -float(money.sum()) / abs(step) / weight, -float(money[leader]) / abs(step) / weight
    currency = data.scenario.currency
    word, unit = ACTIVITIES.get(name, (plain(name), ""))
    place = names.place(index_names.get(name, ()), index)
    each = {"TWh": "MWh", "Mt": "t", "Mt/a": "t/a"}.get(unit, "unit")
    rhythm = "once" if name in _EVENTS else "a year"
    grows = f"{word}{f' ({place})' if place else ''} {'rise' if step > 0 else 'fall'}"
    story = (
        f"Without end {grows}: each {each} {rhythm} brings {own:,.0f} {currency} and costs "
        f"{own - gain:,.0f} in all that goes with it, which leaves {gain:,.0f}."
    )
    told = [story[:1].upper() + story[1:]]
    others = _others(program, ray, leader, names, index_names)
    if others:
        told.append(f"With each goes: {_some(others, 8)}.")
    active = {program.columns[int(c)][0] for c in np.flatnonzero(ray)}
    written = sorted({_WRITTEN[activity] for activity in active & _WRITTEN.keys()})
    where = f" They are written in {joined(written)}." if written else ""
    told.append(f"Nothing limits it: mend a price, or give one of these activities a limit.{where}")
    return Diagnosis("unbounded", tuple(told), lead=lead)


def _weight(data: ModelData, name: str, year: int | None) -> float:
    if year is None:
        return 1.0
    return float((data.calendar.discount if name in _EVENTS else data.calendar.weight)[year])


def _others(
    program: Program, ray: Array, leader: int, names: Names, index_names: IndexNames
) -> tuple[str, ...]:
    """What else changes per unit of the leading activity."""
    found = []
    for column in np.flatnonzero(ray):
        if column == leader:
            continue
        name, index = program.columns[int(column)]
        word, unit = ACTIVITIES.get(name, (plain(name), ""))
        place = names.place(index_names.get(name, ()), index)
        ratio = float(ray[column] / abs(ray[leader]))
        found.append(f"{amount(ratio, unit)} of {word}{f' ({place})' if place else ''}")
    return tuple(found)
