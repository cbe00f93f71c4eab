"""How an equation is written down: a rule, its index set, and what its dual means.

Every constraint of the model is one short function under :func:`equation`. The register is
what builds the model, names rows in the tables of shadow prices, prints the formulation page
and tells the tests that no equation goes untested.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any

import pyomo.core as pyo

#: A Pyomo ConcreteModel with `data`, `sets`, `index_names` and `transfers`, as build() makes it.
Model = Any
Rule = Callable[..., Any]


@dataclass(frozen=True)
class Equation:
    """One constraint.

    Attributes
    ----------
    name : str
        What it states; the name of the Pyomo component.
    index : tuple of str
        Names of the index members, as the result tables call them.
    over : callable
        Model → list of index tuples for which the row exists.
    basis : {"annual", "event"}
        What undoes the discounting of its dual: the weight of the year's represented years,
        or the discount factor of the year alone.
    unit : str
        Unit of the shadow price.
    dual : str
        What the shadow price means.
    rule : callable
        Model and index → Pyomo relation.
    limit : str or None
        Where the limit that it states is written, as `table.column` or a policy's field; empty
        where it states no limit but what something is. None leaves that to the module: an
        inequality of a policy is a limit of that policy, an equation of the model is none.
    """

    name: str
    index: tuple[str, ...]
    over: Callable[[Model], Iterable[Hashable]]
    basis: str
    unit: str
    dual: str
    rule: Rule
    limit: str | None = None

    @property
    def module(self) -> str:
        """Module in which the equation is written."""
        return self.rule.__module__

    @property
    def text(self) -> str:
        """Docstring of the rule."""
        return inspect.getdoc(self.rule) or ""


EQUATIONS: dict[str, Equation] = {}


def equation(
    *index: str,
    over: Callable[[Model], Iterable[Hashable]],
    basis: str,
    unit: str,
    dual: str,
    limit: str | None = None,
) -> Callable[[Rule], Rule]:
    """Register a rule as an equation of the model.

    Parameters
    ----------
    *index : str
        Names of the index members.
    over : callable
        Model → index tuples.
    basis : {"annual", "event"}
    unit, dual : str
        Unit and meaning of the shadow price.
    limit : str, optional
        Where the limit that it states is written; see :class:`Equation`.

    Raises
    ------
    ValueError
        If the name is taken, the basis unknown or the docstring missing.
    """

    def register(rule: Rule) -> Rule:
        name = rule.__name__
        if name in EQUATIONS and EQUATIONS[name].module != rule.__module__:
            raise ValueError(f"two equations are called {name}")
        if basis not in {"annual", "event"}:
            raise ValueError(f"{name}: basis is annual or event, not {basis}")
        if ".. math::" not in (rule.__doc__ or ""):
            raise ValueError(f"{name}: the docstring states no formula")
        EQUATIONS[name] = Equation(name, index, over, basis, unit, dual, rule, limit)
        return rule

    return register


def at_least(supply: Any, use: Any) -> tuple[float, Any, None]:
    """State that one side is at least the other; the dual is never below zero."""
    return 0.0, supply - use, None


def at_most(use: Any, limit: Any) -> tuple[None, Any, float]:
    """State that one side is at most the other; the dual is never above zero."""
    return None, use - limit, 0.0


def equal(left: Any, right: Any) -> tuple[Any, float]:
    """State that both sides are equal; the dual prices a constant on the right."""
    return left - right, 0.0


def add(model: Model, *rules: Rule) -> None:
    """Add equations to a model, each over its own index set."""
    for rule in rules:
        eq = EQUATIONS[rule.__name__]
        members = list(eq.over(model))
        model.index_names[eq.name] = eq.index
        model.add_component(eq.name, pyo.Constraint(members, rule=eq.rule))


def add_variable(
    model: Model, name: str, index: tuple[str, ...], members: Iterable[Hashable], **options: Any
) -> None:
    """Add a non-negative variable over index tuples and remember the members' names."""
    model.index_names[name] = index
    model.add_component(name, pyo.Var(list(members), domain=pyo.NonNegativeReals, **options))
