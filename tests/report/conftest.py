"""Runs that the figures and the report are made of."""

from __future__ import annotations

from pathlib import Path

import pytest
from odd_names import strange_world

import alopt
from alopt.results.saved import Run, read_run


@pytest.fixture(scope="session")
def folders(tmp_path_factory) -> dict[str, Path]:
    """Return folders of the baseline and of a cap of 40 Mt/a, solved here."""
    place = tmp_path_factory.mktemp("results")
    for name in ("baseline", "cap-40"):
        alopt.run(name, out=place / name)
    return {name: place / name for name in ("baseline", "cap-40")}


@pytest.fixture(scope="session")
def baseline(folders) -> Run:
    return read_run(folders["baseline"])


@pytest.fixture(scope="session")
def capped(folders) -> Run:
    return read_run(folders["cap-40"])


@pytest.fixture(scope="session")
def strange(tmp_path_factory) -> Path:
    """Return the folder of a run of that world."""
    place = tmp_path_factory.mktemp("strange")
    alopt.run("baseline", inputs=strange_world().write(place / "inputs"), out=place / "baseline")
    return place / "baseline"
