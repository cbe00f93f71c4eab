"""The benchmark runs, on the smallest inputs, and fills its table; it tests no speed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from alopt.init import init

from .run import ROWS

SCRIPT = Path(__file__).with_name("run.py")


def test_the_benchmark_fills_its_table(tmp_path: Path):
    inputs = init(tmp_path / "inputs", minimal=True)
    out = tmp_path / "figures.md"
    command = [sys.executable, str(SCRIPT), "--repeat", "1", "--resolution", "smelter"]
    command += ["--inputs", str(inputs), "--out", str(out)]
    subprocess.run(command, check=True, capture_output=True)
    text = out.read_text(encoding="utf-8")
    found = dict(re.findall(r"^\| (.+?) \| (\S+) \|$", text, flags=re.MULTILINE))
    assert [label for _, label, _ in ROWS if label not in found] == []
    figures = {key: float(found[label].replace(",", "")) for key, label, _ in ROWS}
    assert figures["columns"] > 0
    assert figures["command"] > 0.0
    assert figures["linopy_mb"] >= figures["command_mb"] / 2 > 0.0
    assert figures["difference"] <= 1e-9


def test_the_last_figures_stand_beside_the_script():
    """With the command that made them, for both resolutions, from the same cost by both ways."""
    text = SCRIPT.with_name("figures.md").read_text(encoding="utf-8")
    assert "Command: `python tests/benchmarks/run.py`" in text
    assert "| province | smelter |" in text
    label = next(label for key, label, _ in ROWS if key == "difference")
    differences = re.search(rf"\| {re.escape(label)} \| (\S+) \| (\S+) \|", text)
    assert differences is not None
    assert max(map(float, differences.groups())) <= 1e-9
