"""`alopt project`: what it writes and prints, and how it refuses."""

import json

import pytest
import yaml

from alopt.cli import main
from alopt.data import default_inputs


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_writes_the_sheet_and_shows_it(folder, capsys):
    assert main(["project", "rebuild-400-to-600"]) == 0
    out = capsys.readouterr().out
    written = folder / "results" / "project-rebuild-400-to-600"
    names = ["cash_flow.csv", "project.json", "project.svg", "run.json"]
    assert sorted(path.name for path in written.iterdir()) == names
    found = json.loads((written / "project.json").read_text(encoding="utf-8"))
    lines = (written / "cash_flow.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + 27
    for text in (
        "Assumptions", "Cash flow, M CNY", "What it is worth", "Levelised cost of aluminium", "Break-even",
        "CO2e avoided", "Tornado", "12,577", "12,725", "no IRR: every flow is negative", "wait",
    ):  # fmt: skip
        assert text in out
    assert found["before_tax"]["irr"] == "no IRR: every flow is negative, so that no rate balances them"
    assert f"{found['npv_m_cny']:,.0f}" in out


def test_the_same_inputs_give_the_same_bytes(folder):
    for name in ("a", "b"):
        assert main(["project", "tianshan-200kt", "--out", name, "--quiet"]) == 0
    for file in ("project.json", "cash_flow.csv", "project.svg"):
        assert (folder / "a" / file).read_bytes() == (folder / "b" / file).read_bytes()


def test_json_and_settings(folder, capsys):
    arguments = ["project", "sy300-slotted-bars", "--json", "--out", str(folder / "a")]
    assert main(arguments) == 0
    plain = json.loads(capsys.readouterr().out)
    assert main([*arguments, "--set", "rates.investor=0.1"]) == 0
    dearer = json.loads(capsys.readouterr().out)
    assert dearer["npv_m_cny"] < plain["npv_m_cny"]
    assert dearer["assumptions"]["investor_rate"] == 0.1
    assert (
        main([*arguments, "--set", "policies.carbon_price={price_cny_per_t: 100, scope: smelter_scope_1_2}"])
        == 0
    )
    carbon = json.loads(capsys.readouterr().out)
    assert carbon["npv_m_cny"] > plain["npv_m_cny"]
    assert carbon["levelised_cost"]["before"]["carbon"] > 100
    assert plain["levelised_cost"]["before"]["carbon"] == 0


def test_a_path_and_the_metal_price_of_a_run(folder, capsys):
    content = yaml.safe_load(
        (default_inputs() / "projects" / "tianshan-200kt.yaml").read_text(encoding="utf-8")
    )
    (folder / "mine.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    run = folder / "run"
    (run / "inputs").mkdir(parents=True)
    (run / "inputs" / "regions.csv").write_text("region,name\n", encoding="utf-8")
    (run / "run.json").write_text("{}", encoding="utf-8")
    years = {"2025": {"metal_price_cny_per_t": 15000.0}, "2035": {"metal_price_cny_per_t": 14000.0}}
    (run / "summary.json").write_text(json.dumps({"scenario": "x", "years": years}), encoding="utf-8")
    assert main(["project", "mine.yaml", "--run", "run", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["assumptions"]["metal_cny_per_t"] == pytest.approx(14_900)
    assert not any(row["input"] == "metal_cny_per_t" for row in found["tornado"])
    assert (folder / "results" / "project-mine" / "project.json").is_file()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["no-such"], "projects/no-such.yaml: no such project. "),
        (
            ["tianshan-200kt", "--set", "life_a=0"],
            "column life_a: is no whole number from 1 to 60 (found '0')",
        ),
        (["tianshan-200kt", "--set", "capex_cny_per_t_a=-5"], "column capex_cny_per_t_a: must lie from 0"),
        (["tianshan-200kt", "--set", "region=atlantis"], "column region: no such region for new plants"),
        (["tianshan-200kt", "--run", "nowhere"], "nowhere holds no run"),
        (["tianshan-200kt", "--scenario", "no-such"], "no such scenario"),
    ],
)
def test_bad_input_is_refused_and_nothing_is_written(folder, capsys, arguments, message):
    assert main(["project", *arguments]) == 2
    printed = capsys.readouterr()
    assert message in printed.err
    assert printed.out == ""
    assert not (folder / "results").exists()


def test_a_project_without_prices(folder, capsys):
    """A scenario and a project that name no prices: said, not guessed."""
    path = default_inputs() / "projects" / "tianshan-200kt.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    del content["prices"]
    (folder / "mine.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    assert main(["project", "mine.yaml", "--set", "market_prices=null"]) == 2
    assert "names no prices" in capsys.readouterr().err
