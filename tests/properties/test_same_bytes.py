"""The same inputs give the same bytes: in another process, and with every table's rows shuffled."""

from __future__ import annotations

import csv
import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from alopt.data import default_inputs
from alopt.run import run

SETTINGS = {"years": [2025, 2030], "policies.capacity_cap.cap_mt_per_a": 43}


def start(folder: Path, hashing: str) -> Path:
    """Run the baseline in a process of its own; strings hash differently in each."""
    command = [sys.executable, "-m", "alopt", "run", "--quiet", "--out", str(folder)]
    for key, value in SETTINGS.items():
        command += ["--set", f"{key}={json.dumps(value)}"]
    environment = {**os.environ, "PYTHONHASHSEED": hashing}
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return start(tmp_path_factory.mktemp("first") / "run", "1")


def contents(folder: Path) -> dict[str, bytes]:
    """Bytes of every file, without the times in `summary.json` and `run.json`."""
    found = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    for name, keys in (("summary.json", ["timing_s"]), ("run.json", ["timing_s", "written"])):
        content = json.loads(found[name])
        for key in keys:
            del content[key]
        found[name] = json.dumps(content).encode()
    return found


def test_a_second_run_gives_the_same_bytes(first: Path, tmp_path: Path):
    again = start(tmp_path / "run", "2")
    one, two = contents(first), contents(again)
    assert sorted(one) == sorted(two)
    assert [name for name in one if one[name] != two[name]] == []


def shuffle_rows(path: Path, chance: random.Random) -> bool:
    """Shuffle all rows of a CSV but its header; whether the file is another now."""
    before = path.read_bytes()
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    chance.shuffle(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])
    return path.read_bytes() != before


def test_row_order_in_every_table_changes_nothing(first: Path, tmp_path: Path):
    inputs = tmp_path / "inputs"
    shutil.copytree(default_inputs(), inputs, ignore=shutil.ignore_patterns("minimal"))
    chance = random.Random(8)  # noqa: S311
    shuffled = [path.name for path in sorted(inputs.rglob("*.csv")) if shuffle_rows(path, chance)]
    assert len(shuffled) > 35
    run("baseline", inputs=inputs, out=tmp_path / "run", settings=SETTINGS)
    one, two = contents(first), contents(tmp_path / "run")
    assert sorted(one) == sorted(two)
    assert [name for name in one if one[name] != two[name] and name != "run.json"] == []
