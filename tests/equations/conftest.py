"""The small world, the shipped baseline, and the comparison of a built row with its formula."""

from __future__ import annotations

import pytest

import alopt
from alopt.solve.compile import compile_program

from .linear import Rows, as_linear, assert_same
from .own_worlds import own_modules, own_world
from .world import build_world


@pytest.fixture(scope="session")
def minimal(tmp_path_factory):
    return alopt.load(alopt.init(tmp_path_factory.mktemp("minimal"), minimal=True))


@pytest.fixture(scope="session")
def world(minimal):
    return build_world(minimal)


@pytest.fixture(scope="session")
def model(world):
    return alopt.build(world)


@pytest.fixture(scope="session")
def rows(model):
    return Rows(compile_program(model))


@pytest.fixture(scope="session")
def own_models(world):
    """Each instrument of its own small world: the data and the model built from it."""
    found = {name: own_world(world, name) for name in own_modules()}
    return {name: (data, alopt.build(data)) for name, data in found.items()}


@pytest.fixture(scope="session")
def own_rows(own_models):
    """Rows of each instrument's own small world."""
    return {name: Rows(compile_program(built)) for name, (_, built) in own_models.items()}


@pytest.fixture(scope="session")
def baseline():
    return alopt.load()


@pytest.fixture(scope="session")
def baseline_model(baseline):
    return alopt.build(baseline)


@pytest.fixture
def check(request, rows):
    """Compare a built row with the two sides of its formula.

    A test that covers an equation must compare a row of it, and rows of no other.
    """
    compared = set()

    def compare(name, index, left, sense, right, data=None):
        compared.add(name)
        place = rows if data is None else Rows(compile_program(alopt.build(data)))
        found, built = place(name, index)
        assert_same(found, as_linear(left) - right)
        assert built == sense

    yield compare
    assert compared == set(getattr(request.function, "covers", {}).get("equation", ()))
