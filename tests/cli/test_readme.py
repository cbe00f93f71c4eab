"""What the README tells a reader to write does what it says."""

import re
from pathlib import Path

import pytest

import alopt
from alopt import policies
from alopt.cli import main
from alopt.policies import instruments

README = Path(__file__).parents[2] / "README.md"


def block(language: str, holding: str) -> str:
    """Return the first block of a language that holds a text."""
    blocks = re.findall(rf"```{language}\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    return next(text for text in blocks if holding in text)


def test_the_policy_scenario_takes_ten_lines_and_runs(tmp_path):
    text = block("yaml", "my-question")
    assert len(text.splitlines()) <= 10
    scenario = tmp_path / "my-question.yaml"
    scenario.write_text(text, encoding="utf-8")
    assert main(["run", str(scenario), "--out", str(tmp_path / "run"), "--quiet"]) == 0
    paid = alopt.run(str(scenario)).tables["transfers"]
    assert {row["instrument"] for row in paid.records()} >= {"carbon_price"}


def test_the_new_instrument_is_one_file(tmp_path, monkeypatch):
    """100 CNY/t on every tonne: the payment of a year is 100 times its output."""
    (tmp_path / "output_levy.py").write_text(block("python", "output_levy"), encoding="utf-8")
    monkeypatch.setattr(policies, "__path__", [*policies.__path__, str(tmp_path)])
    inputs = alopt.init(tmp_path / "inputs", minimal=True)
    levied = alopt.run("baseline", inputs=inputs, settings={"policies.output_levy.rate_cny_per_t": 100})
    made = levied.summary["years"]["2025"]["production_mt"]
    assert levied.tables["transfers"].sum("amount_m_cny") == pytest.approx(100 * made)


def test_every_instrument_is_named():
    text = README.read_text(encoding="utf-8")
    assert not [name for name in instruments() if f"`{name}`" not in text]


def test_every_link_leads_somewhere():
    links = re.findall(r"\]\((?!http)([^)#]+)\)", README.read_text(encoding="utf-8"))
    assert links
    assert not [link for link in links if not (README.parent / link).exists()]
