"""Commands run in this process, in an empty folder; what they print and leave behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from worlds import blocked_world

import alopt
from alopt.cli import main


@dataclass(frozen=True)
class Outcome:
    """Exit code and what was printed."""

    code: int
    out: str
    err: str


Command = Callable[..., Outcome]


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    """Return an empty folder, made the current one."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def command(here, capsys) -> Command:
    """Run `alopt` with arguments; a traceback fails the test, as any exception does."""

    def run(*arguments: object) -> Outcome:
        assert Path.cwd() == here
        capsys.readouterr()
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as stop:  # argparse ends so on wrong usage
            code = int(stop.code or 0)
        printed = capsys.readouterr()
        assert "Traceback" not in printed.out + printed.err
        return Outcome(code, printed.out, printed.err)

    return run


@pytest.fixture(scope="session")
def minimal(tmp_path_factory) -> Path:
    """Return the smallest legal inputs."""
    return alopt.init(tmp_path_factory.mktemp("minimal") / "inputs", minimal=True)


@pytest.fixture(scope="session")
def several(tmp_path_factory) -> Path:
    """Inputs with the scenarios baseline and spare (sound), blocked (infeasible) and wrong (a bad key)."""
    world = blocked_world()
    folder = world.write(tmp_path_factory.mktemp("several") / "inputs")
    barred = {
        "capacity_cap": {"cap_mt_per_a": 5},
        "capacity_replacement": {"ratio": 1, "no_inflow": ["north"]},
    }
    world.write_scenario(folder, "spare", {"extends": "baseline"})
    world.write_scenario(folder, "blocked", {"extends": "baseline", "policies": barred})
    world.write_scenario(folder, "wrong", {"extends": "baseline", "discount": 0.1})
    return folder
