r"""What each equation says of itself: formula, unit, meaning of its dual, and signs that agree.

A dual is never below zero where a row says ≥, never above zero where it says ≤ (the objective is
minimised); the sign stated behind ``\leftrightarrow`` must be that of the row that is built.
"""

from __future__ import annotations

import re

import pyomo.core as pyo
import pytest

from alopt.formulation import PAGE, formulation_page
from alopt.solve.compile import compile_program

from .linear import assert_same, read
from .own_worlds import own_modules, own_sets, own_words
from .register import every_equation

EQUATIONS = every_equation()

#: How formulas write the members of an index.
LETTERS = {
    "site": "i",
    "cell": "jk",
    "year": "y",
    "season": "q",
    "slice": "h",
    "region": "r",
    "step": "s",
    "pool": "p",
    "point": "p",
    "refinery": "a",
    "origin": "b",
    "market": "d",
    "route": ("route",),
}

#: Decisions (or what is made of them) by the words that formulas use for those with a year.
DECISIONS = {
    "D": set(),
    "S": {"quota_stock"},
    "arriving": set(),
    "cap": set(),
    "capacity": {"capacity"},
    "closed": set(),
    "conveyed": {"conveyed_alumina"},
    "demand": set(),
    "departing": set(),
    "electricity": {"electricity"},
    "emissions": {"running", "swung_production", "electricity"},
    "exported": {"alumina_exports"},
    "exports": {"exports"},
    "imports": {"imports"},
    "ingots": {"ingot_shipments"},
    "into": {"new_capacity", "retrofitted_capacity"},
    "issued": set(),
    "limit": set(),
    "liquid": {"liquid_metal"},
    "moved": set(),
    "new": {"new_capacity"},
    "ore": {"ore_shipments"},
    "plants": {"retrofitted_plants"},
    "production": {"running", "swung_production"},
    "rate": set(),
    "recycled": set(),
    "refining": {"refining"},
    "remelted": {"remelted_metal"},
    "reopened": {"reopened"},
    "restarted": {"restarted"},
    "retired": {"retired_capacity"},
    "retrofitted": {"retrofitted_capacity"},
    "running": {"running"},
    "shipments": {"alumina_shipments"},
    "surrendered": {"surrendered_quota"},
    "transfer": {"quota_transfer"},
    "treated": {"potlining_treated"},
    "unserved": {"unserved_demand"},
    "volume": set(),
}

LETTERS |= own_sets("LETTERS")

RELATION = {r"\le": "<=", r"\ge": ">=", "=": "="}

#: Rows that say what happens once, in the year itself; all others say what holds in each year.
EVENTS = {
    "capacity_balance",
    "relining_limit",
    "regional_build_rate",
    "national_build_rate",
    "year_reopening",
    "quota_balance",
    "emission_budget",
}.union(*(getattr(module, "EVENTS", ()) for module in own_modules().values()))


def formula(name):
    """Formula of an equation on one line."""
    text = EQUATIONS[name].text
    block = re.search(r"\.\. math:: (.*?)(?:\n\n|\Z)", text, re.DOTALL)
    assert block, f"{name} states no formula"
    return " ".join(block[1].split())


def without_subscripts(text):
    """Formula without what stands in braces below or above a symbol."""
    while (shorter := re.sub(r"[_^]\{[^{}]*\}", "", text)) != text:
        text = shorter
    return text


def relations(text):
    return re.findall(r"\\le(?![a-z])|\\ge(?![a-z])|=", without_subscripts(text))


@pytest.fixture(scope="module")
def all_rows(rows, own_rows):
    """Rows of the small world, and of each instrument's own."""
    return [rows, *own_rows.values()]


@pytest.fixture(scope="module")
def senses(all_rows):
    """Senses of all rows of each equation."""
    found = {name: set() for name in EQUATIONS}
    for rows in all_rows:
        for name, index in rows.program.rows:
            found[name].add(rows(name, index)[1])
    return found


EACH = pytest.mark.parametrize("name", sorted(EQUATIONS))


@EACH
def test_first_line_is_one_sentence(name):
    first = EQUATIONS[name].text.splitlines()[0]
    assert first.endswith(".")
    assert first[0].isupper()


@EACH
def test_formula_states_its_relation_and_builds_it(name, senses):
    r"""The part before ``\quad \forall`` or ``\leftrightarrow`` holds one relation: that of the row."""
    body = re.split(r"\\quad|\\leftrightarrow", formula(name))[0]
    stated = [RELATION[sign] for sign in relations(body)]
    assert len(stated) == 1
    assert senses[name] == set(stated)


@EACH
def test_sign_of_the_dual_is_that_of_the_row(name, senses):
    assert formula(name).count(r"\leftrightarrow") == 1
    dual = formula(name).split(r"\leftrightarrow")[1]
    stated = re.findall(r"\\le 0|\\ge 0", dual)
    expected = {"<=": [r"\le 0"], ">=": [r"\ge 0"], "=": []}
    (sense,) = senses[name]
    assert stated == expected[sense]


@EACH
def test_quantifier_and_dual_name_the_whole_index(name):
    r"""Each member of the index stands behind ``\forall`` and below the dual."""
    index, text = EQUATIONS[name].index, formula(name)
    quantified = text.split(r"\forall")[1].split(r"\leftrightarrow")[0] if r"\forall" in text else ""
    below = re.search(r"_(\{[^{}]*\}|\w)", text.split(r"\leftrightarrow")[1])
    assert bool(index) == bool(quantified) == bool(below)
    for member in index:
        for place in (quantified, below[1]):
            words = re.findall(r"[a-z]+", without_subscripts(place))
            assert set(words) & set(LETTERS[member]), f"{member} is missing in {place}"


@EACH
def test_formula_names_every_decision_in_the_rows(name, all_rows):
    """And no other: what has a year below it is a decision, or data that the table above knows."""
    body = re.sub(r"\^\{[^{}]*\}", "", re.split(r"\\quad|\\leftrightarrow", formula(name))[0])
    words = {
        word
        for word, below in re.findall(r"(?<![\\A-Za-z])([A-Za-z]+)_(\{[^{}]*\}|\w)", body)
        if "y" in below
    }
    decisions = own_sets("DECISIONS") | DECISIONS | own_words(name)
    stated = set().union(*(decisions[word] for word in words))
    built = {
        variable
        for rows in all_rows
        for equation, index in rows.program.rows
        if equation == name
        for variable, _ in rows(equation, index)[0].terms
    }
    assert built == stated


@EACH
def test_unit_and_meaning_of_the_dual_are_stated(name):
    equation = EQUATIONS[name]
    assert equation.dual
    assert equation.unit == "1" or equation.unit.startswith("CNY")
    assert equation.basis == ("event" if name in EVENTS else "annual")


def test_symbols_of_duals_are_distinct():
    """Without its subscripts a symbol still means the dual of one equation."""
    found = {}
    for name in EQUATIONS:
        dual = formula(name).split(r"\leftrightarrow")[1]
        symbol = re.sub(r"_(\{[^{}]*\}|\w)|\\[lg]e 0", "", dual).strip()
        assert found.setdefault(symbol, name) == name
    assert len(found) == len(EQUATIONS)


def test_the_formulation_page_is_what_the_docstrings_say():
    """`python -m alopt.formulation --write` renews it."""
    assert PAGE.read_text(encoding="utf-8") == formulation_page()


def test_rows_read_as_pyomo_states_them(model, rows):
    """The compiled rows that all tests here read are the constraints of the Pyomo model."""
    count = 0
    for constraint in model.component_data_objects(pyo.Constraint, active=True):
        found, sense = rows(constraint.parent_component().local_name, constraint.index())
        low, high = pyo.value(constraint.lower), pyo.value(constraint.upper)
        assert sense == ("=" if low == high else "<=" if low is None else ">=")
        assert_same(found, read(constraint.body) - (high if low is None else low))
        count += 1
    assert count == len(compile_program(model).rows)
