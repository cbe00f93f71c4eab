"""Linear expressions for expected rows, and the built rows to compare them with.

``v.capacity["oak", "bare", 2027]`` is one variable; sums, differences and products with numbers
make expressions, so that a test reads like the formula it checks.
"""

from __future__ import annotations

import numpy as np
import pytest
from pyomo.repn import generate_standard_repn

#: Coefficients and right-hand sides are the same arithmetic in another order.
TOLERANCE = 1e-12


class Linear:
    """A sum of coefficients times variables, plus a constant."""

    def __init__(self, terms=None, constant=0.0):
        self.terms = {key: value for key, value in (terms or {}).items() if value != 0.0}
        self.constant = constant

    def __add__(self, other):
        other = as_linear(other)
        terms = dict(self.terms)
        for key, value in other.terms.items():
            terms[key] = terms.get(key, 0.0) + value
        return Linear(terms, self.constant + other.constant)

    def __mul__(self, number):
        return Linear({key: value * number for key, value in self.terms.items()}, self.constant * number)

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + -as_linear(other)

    def __rsub__(self, other):
        return as_linear(other) - self

    __radd__ = __add__
    __rmul__ = __mul__


def as_linear(value):
    return value if isinstance(value, Linear) else Linear(constant=float(value))


class _Variable:
    def __init__(self, name):
        self.name = name

    def __getitem__(self, index):
        return Linear({(self.name, index): 1.0})


class _Variables:
    def __getattr__(self, name):
        return _Variable(name)


#: All variables by name.
v = _Variables()


class Rows:
    """Rows of a compiled program by name and index."""

    def __init__(self, program):
        self.program = program
        self.places = {key: place for place, key in enumerate(program.rows)}

    def __call__(self, name, index):
        """Row as (left − right, sense)."""
        program, place = self.program, self.places[name, index]
        entries = slice(program.starts[place], program.starts[place + 1])
        columns = [program.columns[column] for column in program.places[entries]]
        terms = dict(zip(columns, program.entries[entries].tolist(), strict=True))
        low, high = program.row_lower[place], program.row_upper[place]
        sense = "=" if low == high else ">=" if np.isinf(high) else "<="
        assert sense == "=" or np.isinf(low) != np.isinf(high)
        return Linear(terms, -float(high if sense == "<=" else low)), sense


def read(expression):
    """Read a Pyomo expression with Pyomo's own reader."""
    form = generate_standard_repn(expression)
    assert form.is_linear()
    terms = {
        (var.parent_component().local_name, var.index()): coefficient
        for var, coefficient in zip(form.linear_vars, form.linear_coefs, strict=True)
    }
    return Linear(terms, form.constant)


def assert_same(found, expected):
    """Two expressions have the same terms, each with the same coefficient, and the same constant."""
    found, expected = as_linear(found), as_linear(expected)
    missing, extra = expected.terms.keys() - found.terms.keys(), found.terms.keys() - expected.terms.keys()
    assert not missing, f"terms that the formula has and the model lacks: {sorted(missing)}"
    assert not extra, f"terms that the model has and the formula lacks: {sorted(extra)}"
    assert found.terms == pytest.approx(expected.terms, rel=TOLERANCE, abs=0.0)
    assert found.constant == pytest.approx(expected.constant, rel=TOLERANCE, abs=TOLERANCE)
