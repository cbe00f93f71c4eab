"""No equation, cost component, emission source or transfer goes untested."""

from __future__ import annotations

import pytest

from alopt.model import costs, equation
from alopt.model.emissions import SOURCES
from alopt.policies import instruments

from .register import covered, every_equation

EQUATIONS = every_equation()


def test_every_equation_has_a_test():
    untested = sorted(EQUATIONS.keys() - covered("equation"))
    assert not untested, f"equations without a test in tests/equations: {', '.join(untested)}"


def test_every_cost_component_has_a_test():
    untested = sorted({part.__name__ for part in costs.COMPONENTS} - covered("cost"))
    assert not untested, f"cost components without a test in tests/equations: {', '.join(untested)}"


def test_every_emission_source_has_a_test():
    untested = sorted(SOURCES.keys() - covered("emission"))
    assert not untested, f"emission sources without a test in tests/equations: {', '.join(untested)}"


def test_every_transfer_has_a_test(model, world, own_models):
    """The small worlds have every instrument, so every payment that one can add."""
    assert set(world.policies) | set(own_models) == set(instruments())
    paid = set(model.transfers).union(*(built.transfers for _, built in own_models.values()))
    untested = sorted(paid - covered("transfer"))
    assert not untested, f"transfers without a test in tests/equations: {', '.join(untested)}"


def test_tests_cover_only_what_exists():
    assert covered("equation") <= EQUATIONS.keys()
    assert covered("cost") <= {part.__name__ for part in costs.COMPONENTS}
    assert covered("emission") <= SOURCES.keys()


def test_every_equation_is_built_in_a_small_world(model, own_models):
    models = [model, *(built for _, built in own_models.values())]
    built = {name for name in EQUATIONS if any(one.component(name) is not None for one in models)}
    assert built == set(EQUATIONS)


def test_an_equation_without_a_test_is_found():
    """A planted equation that nobody tests fails the register."""

    def planted(m):
        r"""Nothing is ever built.

        .. math:: new = 0
        """

    equation("year", over=lambda m: m.sets.YEARS, basis="annual", unit="1", dual="none")(planted)
    try:
        with pytest.raises(AssertionError, match="without a test in tests/equations: planted"):
            test_every_equation_has_a_test()
    finally:
        del EQUATIONS["planted"]


def test_a_cost_or_source_without_a_test_is_found(monkeypatch):
    def planted(m):
        yield 1.0, m.capacity

    monkeypatch.setattr(costs, "COMPONENTS", (*costs.COMPONENTS, planted))
    with pytest.raises(AssertionError, match="without a test in tests/equations: planted"):
        test_every_cost_component_has_a_test()
    monkeypatch.setitem(SOURCES, "planted", planted)
    with pytest.raises(AssertionError, match="without a test in tests/equations: planted"):
        test_every_emission_source_has_a_test()


def test_an_equation_needs_a_name_of_its_own_a_basis_and_a_formula():
    """Each fault is refused when the equation is written, and the register stays as it was."""
    before = dict(EQUATIONS)

    def capacity_balance(m):
        r""".. math:: x = 0"""

    def no_formula(m):
        """Nothing is stated."""

    def another(m):
        r""".. math:: x = 0"""

    def register(rule, basis="annual"):
        equation("year", over=lambda m: m.sets.YEARS, basis=basis, unit="1", dual="none")(rule)

    with pytest.raises(ValueError, match="two equations are called capacity_balance"):
        register(capacity_balance)
    with pytest.raises(ValueError, match="no_formula: the docstring states no formula"):
        register(no_formula)
    with pytest.raises(ValueError, match="another: basis is annual or event, not monthly"):
        register(another, basis="monthly")
    assert before == EQUATIONS
