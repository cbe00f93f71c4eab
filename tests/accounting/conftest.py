"""One run of the shipped inputs, written to a folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from alopt.data import default_inputs
from alopt.run import Results, run

from .run_files import SETTINGS, Written


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """A run with a shrinking cap, a carbon price with allocation, lossy transfers and quota issued."""
    folder = tmp_path_factory.mktemp("accounts")
    inputs = folder / "inputs"
    shutil.copytree(default_inputs(), inputs, ignore=shutil.ignore_patterns("minimal"))
    with (inputs / "tables" / "quota_issues.csv").open("a", encoding="utf-8") as file:
        file.write("xinjiang,2028,0.5,0.4,0.6,alopt_assumption,assumed,\n")
    results = run("baseline", inputs=inputs, out=folder / "run", settings=SETTINGS)
    results.manifest["folder"] = str(folder / "run")
    return results


@pytest.fixture(scope="session")
def written(results: Results) -> Written:
    return Written(Path(results.manifest["folder"]))
