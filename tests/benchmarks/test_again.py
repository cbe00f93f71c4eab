"""The benchmark of solving again runs, on the smallest inputs, and its last figures stand beside it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from alopt.init import init

from .again import ROWS

SCRIPT = Path(__file__).with_name("again.py")


def test_the_benchmark_fills_its_table(tmp_path: Path):
    inputs = init(tmp_path / "inputs", minimal=True)
    out = tmp_path / "again.md"
    command = [sys.executable, str(SCRIPT), "--resolution", "smelter", "--inputs", str(inputs)]
    subprocess.run([*command, "--out", str(out)], check=True, capture_output=True)
    found = dict(re.findall(r"^\| (.+?) \| (\S+) \|$", out.read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert [label for _, label, _ in ROWS if label not in found] == []
    assert int(found["steps after the first"]) == 11


def test_solving_again_takes_less_than_solving_from_nothing():
    """At both resolutions, in CPU time."""
    text = SCRIPT.with_name("again.md").read_text(encoding="utf-8")
    assert "Command: `python tests/benchmarks/again.py`" in text
    ratios = re.search(r"\| warm / cold \| (\S+) \| (\S+) \|", text)
    assert ratios is not None
    assert max(map(float, ratios.groups())) < 1.0
