"""Inputs that the tests of this folder read or spoil."""

from __future__ import annotations

from pathlib import Path

import pytest
from editable_inputs import EditableInputs

import alopt
from alopt.data import ModelData, default_inputs


@pytest.fixture
def inputs(tmp_path: Path) -> EditableInputs:
    """The smallest legal inputs, and values that only other worlds have a use for, to spoil."""
    return EditableInputs.minimal(tmp_path / "inputs")


@pytest.fixture
def smallest(tmp_path: Path) -> EditableInputs:
    """A copy of the smallest legal inputs, to add to."""
    return EditableInputs.smallest(tmp_path / "smallest")


@pytest.fixture
def shipped_copy(tmp_path: Path) -> EditableInputs:
    """A copy of the inputs that ship, to spoil."""
    return EditableInputs.shipped(tmp_path / "inputs")


@pytest.fixture(scope="session")
def shipped() -> EditableInputs:
    """The inputs that ship, to read."""
    return EditableInputs(default_inputs())


@pytest.fixture(scope="session")
def baseline() -> ModelData:
    """The shipped baseline, checked."""
    return alopt.load()
