"""Examples in docstrings run and say the truth."""

import doctest
import pkgutil
from importlib import import_module

import pytest

import alopt

MODULES = sorted(
    module.name for module in pkgutil.walk_packages(alopt.__path__, "alopt.") if "__main__" not in module.name
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_a_module(name: str):
    assert doctest.testmod(import_module(name)).failed == 0


def test_there_are_examples():
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = [test for name in MODULES for test in finder.find(import_module(name)) if test.examples]
    assert len(found) >= 15
